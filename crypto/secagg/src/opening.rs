//! One opening for each input: what a contributor has answered for, and what it refuses.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

use consilium_base::Digest;
use consilium_mailbox::{Fault, PartyId};
use serde::{Deserialize, Serialize};

use crate::{SumNumber, Terms, derivable::derivable};

/// Fewest survivors from which a plan may relax the rule on derivable aggregates.
pub const RELAXED_FROM: usize = 20;

/// A line of the book, written before what it speaks of leaves the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// A masked vector was about to leave.
    Input {
        /// The sum.
        number: SumNumber,
        /// A hash of the input, keyed by a secret of this party.
        input: Digest,
        /// A hash of study and roster.
        roster: Digest,
    },
    /// A signature under a survivor set was about to leave: the set counts as opened.
    Opening {
        /// The sum.
        number: SumNumber,
        /// Whose vectors are in it.
        survivors: BTreeSet<PartyId>,
    },
}

/// Why the book can't be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the book of openings can't be {doing}")]
pub struct BookError {
    /// What failed: "read" or "written".
    pub doing: &'static str,
    /// The storage's reason.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Where one study's entries are kept for as long as the study lives.
pub trait OpeningBook: Send {
    /// Reads all entries of the study, in the order of writing.
    ///
    /// # Errors
    ///
    /// If they can't be read; the sum is then refused.
    fn entries(&mut self) -> impl Future<Output = Result<Vec<Entry>, BookError>> + Send;

    /// Writes an entry; it outlives a crash when this returns.
    ///
    /// # Errors
    ///
    /// If it can't be written; nothing leaves the house then.
    fn append(&mut self, entry: &Entry) -> impl Future<Output = Result<(), BookError>> + Send;
}

/// A book in memory, for tests and for studies that end with their process.
#[derive(Clone, Debug, Default)]
pub struct MemoryBook(Vec<Entry>);

impl MemoryBook {
    /// Gives all entries, in the order of writing.
    pub fn into_entries(self) -> Vec<Entry> {
        self.0
    }
}

impl OpeningBook for MemoryBook {
    async fn entries(&mut self) -> Result<Vec<Entry>, BookError> {
        Ok(self.0.clone())
    }

    async fn append(&mut self, entry: &Entry) -> Result<(), BookError> {
        self.0.push(entry.clone());
        Ok(())
    }
}

/// Why a contributor refuses to go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Another vector was sent for this sum before.
    #[error("sum {} was attempted before with another input", number.0)]
    InputChanged {
        /// The sum.
        number: SumNumber,
    },
    /// This sum was attempted with another roster before.
    #[error("sum {} was attempted before with another roster", number.0)]
    RosterChanged {
        /// The sum.
        number: SumNumber,
    },
    /// This sum may have been opened with other survivors: the difference would be theirs.
    #[error("sum {} was signed before with other survivors; differing: {}", number.0, names(differing))]
    OpenedOtherwise {
        /// The sum.
        number: SumNumber,
        /// Who is in one set and not in the other.
        differing: BTreeSet<PartyId>,
    },
    /// Together with sets opened before, this one singles out institutions.
    #[error("opening sum {} would make derivable the aggregate of {}", number.0, names(exposed))]
    Derivable {
        /// The sum.
        number: SumNumber,
        /// Whose own aggregate.
        exposed: BTreeSet<PartyId>,
    },
}

impl Refusal {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            Refusal::InputChanged { .. } => Fault::Ours,
            Refusal::RosterChanged { .. } => Fault::Input,
            // Somebody dropped out, or the aggregator says so.
            Refusal::OpenedOtherwise { .. } | Refusal::Derivable { .. } => Fault::Network,
        }
    }
}

/// What the parties allow beyond the rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance<'a> {
    pub(crate) waivers: &'a BTreeSet<PartyId>,
    pub(crate) relaxed_from_twenty: bool,
}

impl Allowance<'_> {
    pub(crate) fn of(terms: &Terms) -> Allowance<'_> {
        let relaxed_from_twenty = terms.relaxed_from_twenty;
        Allowance {
            waivers: &terms.waivers,
            relaxed_from_twenty,
        }
    }
}

/// The inputs sent and the sets opened in one study.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    inputs: BTreeMap<SumNumber, (Digest, Digest)>,
    openings: BTreeMap<SumNumber, BTreeSet<BTreeSet<PartyId>>>,
}

impl History {
    pub(crate) fn note(&mut self, entry: Entry) {
        match entry {
            Entry::Input {
                number,
                input,
                roster,
            } => {
                self.inputs.insert(number, (input, roster));
            }
            Entry::Opening { number, survivors } => {
                self.openings.entry(number).or_default().insert(survivors);
            }
        }
    }

    /// Gives the distinct sets opened so far.
    pub(crate) fn opened(&self) -> BTreeSet<&BTreeSet<PartyId>> {
        self.openings.values().flatten().collect()
    }

    /// Says whether a masked vector may leave.
    pub(crate) fn check_input(
        &self,
        number: SumNumber,
        input: &Digest,
        roster: &Digest,
    ) -> Result<(), Refusal> {
        match self.inputs.get(&number) {
            Some((_, before)) if before != roster => Err(Refusal::RosterChanged { number }),
            Some((before, _)) if before != input => Err(Refusal::InputChanged { number }),
            _ => Ok(()),
        }
    }

    /// Says whether a signature under a survivor set may leave, after `elsewhere` were signed by
    /// others.
    ///
    /// Sets that others name only ever forbid: whoever invents some gains nothing.
    pub(crate) fn check_opening(
        &self,
        number: SumNumber,
        survivors: &BTreeSet<PartyId>,
        elsewhere: &BTreeSet<BTreeSet<PartyId>>,
        allowance: Allowance<'_>,
    ) -> Result<(), Refusal> {
        let large = |set: &BTreeSet<PartyId>| set.len() >= RELAXED_FROM;
        let relaxed = allowance.relaxed_from_twenty && large(survivors);
        for before in self.openings.get(&number).into_iter().flatten() {
            let differing: BTreeSet<PartyId> =
                survivors.symmetric_difference(before).cloned().collect();
            let excused = relaxed && large(before) || differing.is_subset(allowance.waivers);
            if !excused {
                return Err(Refusal::OpenedOtherwise { number, differing });
            }
        }
        if relaxed {
            return Ok(());
        }
        let mut sets = self.opened();
        let known = derivable(sets.iter().copied());
        sets.extend(elsewhere);
        sets.insert(survivors);
        let exposed: BTreeSet<PartyId> = derivable(sets.iter().copied())
            .into_iter()
            .filter(|party| !known.contains(party) && !allowance.waivers.contains(party))
            .collect();
        if exposed.is_empty() {
            return Ok(());
        }
        Err(Refusal::Derivable { number, exposed })
    }
}

fn names(parties: &BTreeSet<PartyId>) -> String {
    let names: Vec<&str> = parties.iter().map(PartyId::as_str).collect();
    names.join(", ")
}
