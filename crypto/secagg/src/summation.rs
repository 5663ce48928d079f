//! What a learner asks of a sum over parties, whichever way the sum is protected.

use std::future::Future;

use consilium_mailbox::{Mailbox, PartyId};

use crate::{Bits, SumError};

/// The position of one sum among all the sums of a study.
///
/// A repeated attempt at the same sum has the same number, another sum never has.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct SumNumber(pub u32);

/// What contributors and aggregator agree on before a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SumShape {
    /// Which sum of the study this is.
    pub number: SumNumber,
    /// Length of every contributor's vector.
    pub len: usize,
    /// Width of one element: sums are taken modulo `2^bits`.
    pub bits: Bits,
}

/// An opened sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The sum of the contributors' vectors modulo `2^bits`, `len` elements.
    pub sum: Vec<u64>,
    /// Whose vectors are in it, in the order of the roster.
    pub contributors: Vec<PartyId>,
}

/// A contributor's side of a sum.
pub trait Contribute {
    /// Puts `input`, every element below `2^bits`, into the sum.
    ///
    /// Returns when this party has done its part; the aggregator alone learns the sum.
    ///
    /// # Errors
    ///
    /// [`SumError`] names the party and the step.
    fn contribute(
        &mut self,
        mail: &Mailbox,
        shape: &SumShape,
        input: &[u64],
    ) -> impl Future<Output = Result<(), SumError>> + Send;
}

/// The aggregator's side of a sum.
pub trait Open {
    /// Collects the contributions and opens their sum.
    ///
    /// # Errors
    ///
    /// [`SumError`] names the party and the step.
    fn open(
        &mut self,
        mail: &Mailbox,
        shape: &SumShape,
    ) -> impl Future<Output = Result<Opened, SumError>> + Send;
}
