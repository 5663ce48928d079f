//! What an institution keeps of an alignment: the order of its common rows, and its own report.

mod order;

use std::collections::BTreeMap;

use consilium_base::{Digest, Tagged};
use consilium_entities::Row;
use consilium_mailbox::PartyId;
use consilium_node::files::{self, FileError};
use consilium_plan::{DataVersion, Name, PlanHash};
use consilium_psi::ecdh::Counted;
use serde::Serialize;

pub(super) use order::{NoOrder, Order};

use super::{Results, keys::KeyReport};

/// What was found in the own rows and learnt of the others': for those at home.
#[derive(Debug, Serialize)]
pub(super) struct AlignReport<'a> {
    pub(super) plan: PlanHash,
    pub(super) data: &'a Name,
    pub(super) version: DataVersion,
    /// The other institutions, and how many different keys each has, where that is learnt.
    pub(super) peers: BTreeMap<&'a PartyId, Option<u32>>,
    pub(super) protocol: &'a str,
    pub(super) keys: KeyReport<'a>,
    pub(super) common: Common,
    /// Own rows that have a common key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) queries: Option<Queries>,
}

/// What was asked of the holder of a large set.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Queries {
    /// Queries of this study.
    pub(super) number: u32,
    /// Queries under the key, these among them: the holder counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) used: Option<u64>,
    /// Queries that the plan allows under the key.
    pub(super) most: u32,
    /// How long it took: for the holder from the last query on, for the other one all in all.
    pub(super) seconds: f64,
}

/// How many keys are common.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Common {
    Exact(u64),
    Noised(i64),
    /// Fewer than the plan's minimum: whoever fills a set with made-up keys to ask for a person
    /// finds the answer nowhere.
    FewerThan(u32),
}

impl Common {
    /// Gives what is kept of a number.
    pub(super) fn of(counted: Counted, minimum: u32) -> Common {
        match counted {
            Counted::Exact(number) if number < minimum => Common::FewerThan(minimum),
            Counted::Exact(number) => Common::Exact(number.into()),
            Counted::Noised(number) => Common::Noised(number),
        }
    }

    /// Gives the number as a number of keys, for the journal.
    pub(super) fn number(self) -> Option<u64> {
        match self {
            Common::Exact(number) => Some(number),
            Common::Noised(number) => Some(number.max(0).unsigned_abs()),
            Common::FewerThan(_) => None,
        }
    }
}

impl Results {
    /// Keeps the order of common rows: a line for each own row, its place and its number in the data
    /// file. Gives the file's hash and how many rows it names.
    pub(super) fn keep_aligned<'a>(
        &self,
        places: impl Iterator<Item = &'a [Row]>,
    ) -> Result<(Digest, u64), FileError> {
        let mut table = String::with_capacity(HEADER.len() + LINE * places.size_hint().0);
        table.push_str(HEADER);
        let mut count = 0;
        let mut number = itoa::Buffer::new();
        for (place, rows) in (1_u64..).zip(places) {
            for row in rows {
                count += 1;
                table.push_str(number.format(place));
                table.push(',');
                table.push_str(number.format(row.number()));
                table.push('\n');
            }
        }
        files::write(&self.aligned_path(), table.as_bytes())?;
        Ok((digest(&table), count))
    }

    /// Removes the order of common rows, and the report that speaks of it.
    pub(super) fn forget_aligned(&self) -> Result<(), FileError> {
        files::remove(&self.aligned_path())?;
        files::remove(&self.report_path())
    }

    pub(super) fn keep_aligned_report(&self, report: &AlignReport<'_>) -> Result<(), FileError> {
        self.keep_own_report(report)
    }
}

/// Tells whether an order of common rows is the one with that hash.
pub(crate) fn is_aligned(table: &str, expected: &Digest) -> bool {
    digest(table) == *expected
}

fn digest(table: &str) -> Digest {
    Tagged::new("participant.1.aligned-rows")
        .field(table.as_bytes())
        .digest()
}

const HEADER: &str = "place,row\n";
/// A line's bytes, if both its numbers have seven digits.
const LINE: usize = 16;
