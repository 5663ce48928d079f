//! The keys that a plan asks for, out of a data set.

use std::{collections::BTreeMap, ops::RangeInclusive};

use consilium_base::Seed;
use consilium_entities::{Counts, Day, EntitiesError, Intake, Key, KeyRows, Report, Stop};
use consilium_mailbox::PartyId;
use consilium_plan::{DataVersion, Failure, Name, Obstacle, UnixTime};
use consilium_psi::Item;
use serde::Serialize;

use crate::data::{DataError, Source};

/// The different valid keys of a data set, and whose rows they are.
pub(super) struct Keys {
    /// Ascending, none twice.
    pub(super) items: Vec<Item>,
    pub(super) rows: KeyRows,
    pub(super) report: Report,
}

/// Reads the keys of a data set, and computes its version in the same pass. Blocks.
///
/// # Errors
///
/// If the file can't be read; the inner error says why its rows give no keys.
pub(super) fn read(
    source: &Source,
    secret: &Seed,
    (key, now): (&Key, UnixTime),
) -> Result<(DataVersion, Result<Keys, EntitiesError>), DataError> {
    let columns: Vec<&str> = key
        .parts()
        .iter()
        .map(|part| part.column.as_str())
        .collect();
    let mut intake = Intake::new(key, Day::in_china(now));
    let mut stopped = None;
    let version = source.texts(secret, &columns, |cells| {
        if stopped.is_none() {
            stopped = intake.push(cells).err();
        }
    })?;
    let found = stopped.map_or_else(|| intake.finish(), Err);
    let keys = found.map(|(entities, report)| {
        let (items, rows) = entities.split();
        Keys {
            items,
            rows,
            report,
        }
    });
    Ok((version, keys))
}

/// Says what in the keys keeps them from being compared.
pub(super) fn obstacle(
    keys: &Result<Keys, EntitiesError>,
    allowed: &RangeInclusive<u64>,
) -> Option<Obstacle> {
    let size = match keys {
        Ok(keys) => keys.items.len() as u64,
        Err(error) => {
            return Some(match error.stop() {
                Stop::Duplicates => Obstacle::KeysRepeated,
                Stop::NoKeys => Obstacle::NoKeys,
                _ => Obstacle::RowsTooMany,
            });
        }
    };
    if size < *allowed.start() {
        Some(Obstacle::RowsTooFew)
    } else if size > *allowed.end() {
        Some(Obstacle::RowsTooMany)
    } else {
        None
    }
}

/// Gives as a failure why the rows of `me` give no keys.
pub(super) fn no_keys(why: &EntitiesError, me: &PartyId, data: &Name) -> Failure {
    Failure::of_keys(why.stop(), me).with("data", data)
}

/// What was found in the rows, for the eyes of those at home: it names rows, and no value.
#[derive(Debug, Serialize)]
pub(super) struct KeyReport<'a> {
    counts: &'a Counts,
    /// By reason, the first rows that gave no key.
    refused: BTreeMap<&'static str, Vec<u64>>,
    /// How many more gave none.
    refused_unnamed: u64,
    /// The first rows whose key an earlier row has, each with that row.
    repeats: Vec<[u64; 2]>,
    /// How many more there are of them.
    repeats_unnamed: u64,
}

impl<'a> KeyReport<'a> {
    pub(super) fn of(report: &'a Report) -> KeyReport<'a> {
        let refused = report.refused.iter().map(|(reason, refusals)| {
            let rows = refusals.first.iter().map(|issue| issue.row.number());
            (reason.code(), rows.collect())
        });
        let repeats = report.repeats.iter();
        KeyReport {
            counts: &report.counts,
            refused: refused.collect(),
            refused_unnamed: report.unnamed_refusals(),
            repeats: repeats
                .map(|repeat| [repeat.row.number(), repeat.of.number()])
                .collect(),
            repeats_unnamed: report.unnamed_repeats(),
        }
    }
}
