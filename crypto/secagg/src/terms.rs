//! What contributors and aggregator agreed on before the first sum of a study.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use consilium_base::{Digest, Tagged};
use consilium_mailbox::PartyId;

use crate::{SumShape, Thresholds, graph::Graph};

/// What names a study; the hash of its signed plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StudyId(pub [u8; 32]);

/// What all parties of a study agreed on, out of its signed plan.
///
/// Contributors sign its hash with every survivor set: an aggregator that tells them different
/// rosters or thresholds never collects enough signatures.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The study.
    pub study: StudyId,
    /// Who adds up; not one of the contributors.
    pub aggregator: PartyId,
    /// The contributors, each once, in the plan's order.
    pub roster: Vec<PartyId>,
    /// The numbers that sums run with.
    pub thresholds: Thresholds,
    /// Contributors that approved: "my own aggregate may become derivable".
    pub waivers: BTreeSet<PartyId>,
    /// Whether sums of twenty and more may be opened although they single institutions out.
    pub relaxed_from_twenty: bool,
    /// How long the aggregator waits for contributors at each step. The patience of the mailboxes
    /// must be more than three times as long.
    pub patience: Duration,
    /// Whether a sum also prepares the next one, which then needs no set-up of its own.
    pub carry_over: bool,
}

/// Terms that contradict themselves.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermsError {
    /// The thresholds are for another number of contributors.
    #[error("thresholds for {expected} contributors, {got} on the roster")]
    RosterLength {
        /// What the thresholds are for.
        expected: usize,
        /// Length of the roster.
        got: usize,
    },
    /// A party is on the roster twice, or adds up too.
    #[error("{party} has more than one place")]
    TwoPlaces {
        /// Which.
        party: PartyId,
    },
    /// This party is not on the roster.
    #[error("{party} is not on the roster")]
    NotOnRoster {
        /// Which.
        party: PartyId,
    },
}

/// Checked terms with what follows from them; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Agreed {
    pub(crate) terms: Arc<Terms>,
    indices: Arc<HashMap<PartyId, usize>>,
    pub(crate) hash: Digest,
}

impl Agreed {
    pub(crate) fn new(terms: Terms) -> Result<Agreed, TermsError> {
        let (expected, got) = (terms.thresholds.contributors, terms.roster.len());
        if expected != got {
            return Err(TermsError::RosterLength { expected, got });
        }
        let mut indices = HashMap::new();
        for (index, party) in terms.roster.iter().enumerate() {
            if *party == terms.aggregator || indices.insert(party.clone(), index).is_some() {
                return Err(TermsError::TwoPlaces {
                    party: party.clone(),
                });
            }
        }
        let hash = hash(&terms);
        Ok(Agreed {
            terms: Arc::new(terms),
            indices: Arc::new(indices),
            hash,
        })
    }

    pub(crate) fn index(&self, party: &PartyId) -> Result<usize, TermsError> {
        let index = self.indices.get(party).copied();
        index.ok_or_else(|| TermsError::NotOnRoster {
            party: party.clone(),
        })
    }

    pub(crate) fn party(&self, index: usize) -> &PartyId {
        &self.terms.roster[index]
    }

    pub(crate) fn parties(&self, indices: impl IntoIterator<Item = usize>) -> Vec<PartyId> {
        indices
            .into_iter()
            .map(|index| self.party(index).clone())
            .collect()
    }

    /// Gives the graph, if it needs no draw.
    pub(crate) fn complete_graph(&self) -> Option<Graph> {
        let Thresholds {
            contributors,
            neighbourhood,
            ..
        } = self.terms.thresholds;
        (neighbourhood >= contributors).then(|| Graph::complete(contributors))
    }

    /// Gives the hash of what a repeated attempt must not change: study, roster, and what is asked.
    pub(crate) fn question_hash(&self, shape: &SumShape) -> Digest {
        let study = Tagged::new("secagg.1.question").field(&self.terms.study.0);
        let study = study.field(&shape.hash());
        let names = self
            .terms
            .roster
            .iter()
            .map(|party| party.as_str().as_bytes());
        names.fold(study, Tagged::field).digest()
    }
}

fn hash(terms: &Terms) -> Digest {
    let Thresholds {
        contributors,
        colluding,
        neighbourhood,
        shares,
        signatures,
    } = terms.thresholds;
    let mut hash = Tagged::new("secagg.1.terms")
        .field(&terms.study.0)
        .field(terms.aggregator.as_str().as_bytes())
        .number(u64::from(terms.relaxed_from_twenty))
        .number(u64::from(terms.carry_over));
    for number in [contributors, colluding, neighbourhood, shares, signatures] {
        hash = hash.number(number as u64);
    }
    for party in &terms.roster {
        hash = hash.field(party.as_str().as_bytes());
        hash = hash.number(u64::from(terms.waivers.contains(party)));
    }
    hash.digest()
}
