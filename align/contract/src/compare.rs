//! In what the contracts of several differ.

use consilium_base::{Digest, Seed};
use consilium_mailbox::PartyId;
use consilium_schema::{Codes, Differing, Told};
use serde::{Deserialize, Serialize};

use crate::contract::{Contract, Item};

/// A column by which two contributors don't mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The column.
    pub column: String,
    /// Who differs.
    pub of: PartyId,
    /// From whom.
    pub from: PartyId,
    /// In what.
    pub part: Part,
}

/// In what two contributors differ, by names, units and versions and by no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// In what they say of the column.
    Column {
        /// The parts, as the one says them.
        differing: Vec<Differing>,
        /// What the other one tells of the column.
        other: Told,
    },
    /// In the contents of their tables of codes.
    Table {
        /// The one's table.
        codes: Codes,
        /// The other one's.
        other: Codes,
    },
}

/// A column as one contributor shows it to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    told: Told,
    /// Keyed.
    meaning: Digest,
    table: Option<ShownTable>,
}

/// A table of codes as one contributor shows it to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ShownTable {
    codes: Codes,
    /// Keyed.
    contents: Digest,
}

/// Shows a contract under a key.
pub(crate) fn shown(contract: &Contract, key: &Seed) -> Vec<Shown> {
    let item = |item: &Item| {
        let of = |label, hash: &Digest| *key.derive(label, &[hash]).expose();
        let table = item.table.as_ref().map(|table| ShownTable {
            codes: table.codes.clone(),
            contents: of("contract.1.contents", &table.contents),
        });
        Shown {
            told: item.told.clone(),
            meaning: of("contract.1.item", &item.meaning),
            table,
        }
    };
    contract.items.iter().map(item).collect()
}

/// Finds in what contributors differ, each column of each once: from the first one before it that it differs
/// from. Who has no table of codes differs by none from who has.
pub(crate) fn differences(contract: &Contract, all: &[(&PartyId, &[Shown])]) -> Vec<Difference> {
    let mut found = Vec::new();
    for (place, item) in contract.items.iter().enumerate() {
        let shown = all.iter();
        let shown = shown.filter_map(|(party, items)| Some((*party, items.get(place)?)));
        for (at, (of, own)) in shown.clone().enumerate() {
            let mut before = shown.clone().take(at);
            let first = before.find_map(|(from, other)| Some((from, differing(own, other)?)));
            found.extend(first.map(|(from, part)| Difference {
                column: item.column.clone(),
                of: of.clone(),
                from: from.clone(),
                part,
            }));
        }
    }
    found
}

fn differing(one: &Shown, other: &Shown) -> Option<Part> {
    let mut parts = one.told.differs_from(&other.told);
    if parts.is_empty() && one.meaning != other.meaning {
        let kind = one.told.kind;
        parts.push(Differing::untold(kind).unwrap_or(Differing::Type(kind)));
    }
    if !parts.is_empty() {
        return Some(Part::Column {
            differing: parts,
            other: other.told.clone(),
        });
    }
    let (one, other) = (one.table.as_ref()?, other.table.as_ref()?);
    (one.contents != other.contents).then(|| Part::Table {
        codes: one.codes.clone(),
        other: other.codes.clone(),
    })
}
