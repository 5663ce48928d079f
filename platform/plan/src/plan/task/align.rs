//! Institutions find out which of their rows have the same key.

mod check;

use consilium_entities::Key;
use consilium_mailbox::PartyId;
use consilium_psi::{Epsilon, Terms, ecdh::Shown};
use consilium_schema::{Column, Kind, Schema};

pub(crate) use check::check;

use crate::{Limits, Obstacle, Plan};

/// The contributors' rows are held against each other by their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Align {
    /// What the key of a row is made of.
    pub key: Key,
    /// What is learnt, and how.
    pub matching: Matching,
    /// The fewest common keys of which the rows become known, and the fewest keys of a set.
    pub minimum: u32,
}

/// What is learnt of the sets of keys, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matching {
    /// Both learn which of their rows are common, by `psi-ecdh/1`.
    Ecdh,
    /// The same by `psi-vole/1`, which is for large sets and rests on more assumptions.
    Vole,
    /// All of three and more learn which of their rows are common to all, by `psi-star/1`.
    Star {
        /// Who compares.
        leader: PartyId,
    },
    /// Both learn which of their rows are common, by `psi-unbalanced/1`, which is for a small set
    /// against a large one.
    Unbalanced {
        /// Who has the large set.
        holder: PartyId,
        /// The most keys that the other may have compared with the holder's data set, whatever its
        /// version, in one quarter of a year.
        queries: u32,
    },
    /// Both learn how many keys are common, by `psi-ecdh/1`; with noise, one of them does.
    Cardinality(Option<NoisyCount>),
}

/// Who counts, and how noisy the other's answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoisyCount {
    /// Who learns the number exactly.
    pub counter: PartyId,
    /// The privacy loss of the number that the other learns.
    pub epsilon: Epsilon,
}

impl Align {
    /// The fewest common keys that a plan may ask for. Statistics on health keep back counts below
    /// ten; and a set that small, held against a chosen one, tells of single people.
    pub const LEAST_MINIMUM: u32 = 10;

    /// What is asked for where the plan says nothing.
    pub const USUAL_MINIMUM: u32 = 100;

    /// The most queries that a plan may allow under one key of a holder.
    pub const MOST_QUERIES: u32 = 1_000_000;

    /// How many are allowed where the plan says nothing: few, as it is what protects the holder's
    /// set; and the holder's table is smallest.
    pub const USUAL_QUERIES: u32 = 1_000;

    /// Gives the protocol's name, as a plan writes it.
    pub fn protocol(&self) -> &'static str {
        match self.matching {
            Matching::Ecdh => "ecdh",
            Matching::Vole => "vole",
            Matching::Star { .. } => "star",
            Matching::Unbalanced { .. } => "unbalanced",
            Matching::Cardinality(_) => "cardinality",
        }
    }

    /// Says whether all learn which of their rows are common, and not only how many.
    pub fn gives_rows(&self) -> bool {
        match self.matching {
            Matching::Ecdh
            | Matching::Vole
            | Matching::Star { .. }
            | Matching::Unbalanced { .. } => true,
            Matching::Cardinality(_) => false,
        }
    }

    /// Gives the names of the columns that make up the key, in order.
    pub fn key_columns(&self) -> impl Iterator<Item = &str> {
        self.key.parts().iter().map(|part| part.column.as_str())
    }

    /// Compares a data set's schema with the key: its columns must be there and hold text.
    pub fn obstacles(&self, schema: &Schema) -> Vec<Obstacle> {
        let compare = |name: &str| column_of_a_key(name, schema);
        self.key_columns().filter_map(compare).collect()
    }

    /// Gives the most keys that a party may bring: of whoever asks a holder, all are queries.
    pub fn most_keys(&self, party: &PartyId, limits: &Limits) -> u64 {
        match &self.matching {
            Matching::Unbalanced { holder, queries } if holder != party => {
                limits.most_rows.0.min(u64::from(*queries))
            }
            _ => limits.most_rows.0,
        }
    }

    /// Gives the terms under which the sets are compared.
    pub fn terms(&self, plan: &Plan) -> Terms {
        Terms {
            study: *plan.hash().as_bytes(),
            largest: u32::try_from(plan.limits().most_rows.0).unwrap_or(u32::MAX),
            minimum: self.minimum,
            chunk: Terms::USUAL_CHUNK,
        }
    }
}

/// Says what keeps a data set's column from being a key's: it must be there and hold text.
pub(super) fn column_of_a_key(name: &str, schema: &Schema) -> Option<Obstacle> {
    match schema.column(name).map(Column::kind) {
        None => Some(Obstacle::Missing(name.to_owned())),
        Some(Kind::Text | Kind::Code { .. }) => None,
        Some(_) => Some(Obstacle::Differs(name.to_owned())),
    }
}

impl Plan {
    /// Gives the other one of two contributors.
    pub(crate) fn other_than<'a>(&'a self, party: &'a PartyId) -> &'a PartyId {
        let mut names = self.contributors().map(|(name, _)| name);
        names.find(|name| *name != party).unwrap_or(party)
    }
}

impl NoisyCount {
    /// Gives it as the protocol has it.
    pub fn shown(&self) -> Shown {
        Shown::Noised {
            counter: self.counter.clone(),
            epsilon: self.epsilon,
        }
    }
}
