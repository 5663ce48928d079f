//! What the parties agreed on, what one of them brings, and what it has in the end.

use std::{collections::BTreeMap, num::NonZeroUsize};

use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::{Mailbox, PartyId};

use crate::{Breach, Item, PsiError, error::check_length, opening::OwnSet};

/// What the signed plan says about a comparison; the same at all parties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Hash of the plan and the step: another one, another comparison.
    pub study: Digest,
    /// The most items that a party may bring.
    pub largest: u32,
    /// The fewest common items of which the members may become known.
    pub minimum: u32,
    /// Elements of a chunk, 1 to [`Terms::LARGEST_CHUNK`]: what a repeated run repeats at most.
    pub chunk: u32,
}

impl Terms {
    /// The most elements of a chunk: half a mebibyte of points.
    pub const LARGEST_CHUNK: u32 = 16_384;

    /// A chunk that takes two cores about half a second.
    pub const USUAL_CHUNK: u32 = 8192;

    pub(crate) fn check(&self) -> Result<(), PsiError> {
        if !(1..=Terms::LARGEST_CHUNK).contains(&self.chunk) {
            return Err(PsiError::Terms("a chunk has 1 to 16384 elements"));
        }
        Ok(())
    }

    /// Says whether so many common items may become known.
    pub(crate) fn check_common(&self, count: u32) -> Result<(), PsiError> {
        let minimum = self.minimum;
        if count < minimum {
            return Err(PsiError::BelowMinimum { minimum });
        }
        Ok(())
    }

    /// Begins a hash with them.
    pub(crate) fn hashed(&self, label: &'static str) -> Tagged {
        Tagged::new(label)
            .field(&self.study)
            .number(self.largest.into())
            .number(self.minimum.into())
            .number(self.chunk.into())
    }
}

/// One of the two parties of a comparison: its place, its terms, its set.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds rows and a secret")]
pub struct Party<'a> {
    /// Its place in the run.
    pub mail: &'a Mailbox,
    /// The other party.
    pub peer: &'a PartyId,
    /// What both agreed on.
    pub terms: &'a Terms,
    /// One item for each row, none twice.
    pub items: &'a [Item],
    /// This party's own secret for the study and step: the same whenever the step is repeated.
    pub secret: &'a Seed,
    /// Threads for what can be divided.
    pub threads: NonZeroUsize,
}

impl Party<'_> {
    /// Commits to the own set under the labels of a salt and of the commitment.
    pub(crate) fn commit(&self, labels: (&'static str, &'static str), terms: &Digest) -> Digest {
        let set = OwnSet {
            items: self.items,
            secret: self.secret,
            names: &[self.mail.me(), self.peer],
        };
        set.commit(labels, terms)
    }

    pub(crate) fn blame(&self, breach: Breach) -> PsiError {
        PsiError::breach(self.peer, breach)
    }

    pub(crate) fn check_length(&self, bytes: &[u8], expected: usize) -> Result<(), PsiError> {
        check_length(self.peer, bytes, expected)
    }

    /// Gives what is learnt: the own rows, and the size of the peer's set.
    pub(crate) fn aligned(&self, rows: Vec<u32>, peer_size: u32) -> Aligned {
        let sizes = BTreeMap::from([(self.peer.clone(), peer_size)]);
        Aligned { rows, sizes }
    }
}

/// The common items of all parties, as one of them sees them.
#[derive(Clone, PartialEq, Eq)]
#[expect(
    missing_debug_implementations,
    reason = "which rows are common is not for logs"
)]
pub struct Aligned {
    /// Own rows, from 0. The row at each place has the key of every other party's row at the same
    /// place; the order of places tells nothing of anybody's rows.
    pub rows: Vec<u32>,
    /// Items in each other party's set.
    pub sizes: BTreeMap<PartyId, u32>,
}
