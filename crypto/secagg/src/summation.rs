//! What a learner asks of a sum over parties, whichever way the sum is protected.

use std::future::Future;

use consilium_base::{Digest, Tagged};
use consilium_mailbox::{Mailbox, PartyId};
use serde::{Deserialize, Serialize};

use crate::{Bits, SumError};

/// The position of one sum among all the sums of a study.
///
/// A repeated attempt at the same sum has the same number, another sum never has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// A hash of what is asked, whatever that is: made of nothing that contributors keep to
    /// themselves.
    ///
    /// # Security
    ///
    /// Masks depend on it. Where contributors are asked different questions, masks don't cancel, and
    /// what is opened is uniform.
    pub question: Digest,
}

impl SumShape {
    /// Names a sum and what is asked there; `about` is all that the aggregator says of it, in the
    /// protocol's step `step`.
    pub fn asking(
        (number, len, bits): (SumNumber, usize, Bits),
        (step, about): (&str, &impl Serialize),
    ) -> SumShape {
        SumShape {
            number,
            len,
            bits,
            question: question(step, about),
        }
    }

    /// Hashes all of it.
    pub(crate) fn hash(&self) -> Digest {
        Tagged::new("secagg.1.shape")
            .number(u64::from(self.number.0))
            .number(self.len as u64)
            .number(u64::from(self.bits.get()))
            .field(&self.question)
            .digest()
    }
}

fn question(step: &str, about: &impl Serialize) -> Digest {
    let about = postcard::to_stdvec(about).expect("numbers and names always serialise");
    // Regressions were the first to ask, and books of studies on their way hold the hash.
    Tagged::new("glm.1.question")
        .field(step.as_bytes())
        .field(&about)
        .digest()
}

/// What a party puts into a sum.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Own numbers, every element below `2^bits`.
    Own(&'a [u64]),
    /// Uniform integers in their place: own numbers are none that the question allows.
    ///
    /// # Security
    ///
    /// Whoever refused instead, alone and in the sight of all, would answer the question whether
    /// they are.
    Withheld,
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
    /// Says whether this party answers the question at all: asked before it looks at its rows.
    ///
    /// # Errors
    ///
    /// Another question was asked under this number before.
    fn admit(&mut self, shape: &SumShape) -> impl Future<Output = Result<(), SumError>> + Send;

    /// Puts `input` into the sum.
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
        input: Input<'_>,
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
