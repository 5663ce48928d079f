//! One opening for each input: what a contributor has answered for, and what it refuses.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

use consilium_base::Digest;
use consilium_mailbox::{Fault, PartyId};
use serde::{Deserialize, Serialize};

use crate::{SumNumber, Terms};

/// Fewest survivors from which a plan may relax the rule on sets that differ by few.
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
        /// A hash of study, roster and what was asked.
        question: Digest,
    },
    /// A signature under a survivor set was about to leave: the set counts as opened.
    Opening {
        /// The sum.
        number: SumNumber,
        /// Whose vectors are in it.
        survivors: BTreeSet<PartyId>,
    },
    /// Uniform integers were about to leave, masked, since the own numbers are none that the question
    /// allows, or others than before.
    Withheld {
        /// The sum.
        number: SumNumber,
        /// A hash of study, roster and what was asked.
        question: Digest,
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
    /// Something else was asked under this number before, or of another roster.
    #[error("sum {} was attempted before with another question or roster", number.0)]
    QuestionChanged {
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
    /// Together with sets opened before, this one singles out too few institutions.
    #[error("opening sum {} would single out {}", number.0, names(exposed))]
    Derivable {
        /// The sum.
        number: SumNumber,
        /// Who would be left in a combination of sums.
        exposed: BTreeSet<PartyId>,
    },
}

impl Refusal {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            Refusal::QuestionChanged { .. } => Fault::Input,
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
    /// Fewest institutions that a combination of sums may be over: two beside those that collude.
    pub(crate) least: usize,
}

impl Allowance<'_> {
    pub(crate) fn of(terms: &Terms) -> Allowance<'_> {
        let relaxed_from_twenty = terms.relaxed_from_twenty;
        Allowance {
            waivers: &terms.waivers,
            relaxed_from_twenty,
            least: terms.thresholds.colluding + 2,
        }
    }
}

/// The questions answered and the sets opened in one study.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    /// The input, if none was withheld, and the question. The first answer counts.
    answers: BTreeMap<SumNumber, (Option<Digest>, Digest)>,
    openings: BTreeMap<SumNumber, BTreeSet<BTreeSet<PartyId>>>,
}

impl History {
    pub(crate) fn note(&mut self, entry: Entry) {
        match entry {
            Entry::Input {
                number,
                input,
                question,
            } => {
                let first = self.answers.entry(number);
                first.or_insert((Some(input), question));
            }
            Entry::Withheld { number, question } => {
                self.answers.entry(number).or_insert((None, question));
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

    /// Says whether a question may be answered.
    pub(crate) fn check_question(
        &self,
        number: SumNumber,
        question: &Digest,
    ) -> Result<(), Refusal> {
        match self.answers.get(&number) {
            Some((_, before)) if before != question => Err(Refusal::QuestionChanged { number }),
            _ => Ok(()),
        }
    }

    /// Says whether an input may be what a question is answered by: another one was not before.
    pub(crate) fn allows_input(&self, number: SumNumber, input: &Digest) -> bool {
        match self.answers.get(&number) {
            Some((before, _)) => before.as_ref() == Some(input),
            None => true,
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
        sets.extend(elsewhere);
        sets.insert(survivors);
        let exposed = singled_out(survivors, &sets, allowance);
        if exposed.is_empty() {
            return Ok(());
        }
        Err(Refusal::Derivable { number, exposed })
    }
}

/// Names institutions of which too few are left in some combination of the opened sets.
///
/// Where waiving institutions that are in some of the sets only are put aside, the sets have to be a
/// chain, each smaller than the one before by no fewer than `least`, the last one no smaller than
/// that. A combination of sums then counts all between two sets of the chain alike: either it tells
/// of waiving institutions alone, or of `least` others and more. That colluders take their own parts
/// away from it leaves two.
fn singled_out(
    survivors: &BTreeSet<PartyId>,
    sets: &BTreeSet<&BTreeSet<PartyId>>,
    allowance: Allowance<'_>,
) -> BTreeSet<PartyId> {
    for before in sets {
        let differing = || survivors.symmetric_difference(before);
        let unwaived = || differing().filter(|party| !allowance.waivers.contains(*party));
        let of_survivors = unwaived()
            .filter(|party| survivors.contains(*party))
            .count();
        let all = unwaived().count();
        let is_nested = of_survivors == 0 || of_survivors == all;
        if all > 0 && !(is_nested && all >= allowance.least) {
            return unwaived().cloned().collect();
        }
    }
    let mut always = survivors.clone();
    always.retain(|party| sets.iter().all(|set| set.contains(party)));
    if sets.len() > 1 && always.len() < allowance.least {
        return always;
    }
    BTreeSet::new()
}

fn names(parties: &BTreeSet<PartyId>) -> String {
    let names: Vec<&str> = parties.iter().map(PartyId::as_str).collect();
    names.join(", ")
}
