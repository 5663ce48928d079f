//! Cohorts that statistics were answered for: one that differs from an earlier one by few rows would give
//! these rows away, by the difference of the two answers.

mod sketch;

use std::collections::BTreeMap;

use consilium_base::{Seed, Tagging};
use consilium_data::{Table, Values};
use consilium_store::{Store, StoreError, columns::damaged};

pub(crate) use sketch::{RowHash, Sketch};

use crate::store::cohorts::{self, Cohort};

/// A cohort that was answered for, with the sketch of its rows.
#[derive(Clone)]
pub(crate) struct Earlier {
    pub(crate) cohort: Cohort,
    pub(crate) sketch: Sketch,
}

/// Gives all cohorts that were answered for, the latest first.
///
/// # Errors
///
/// If they can't be read, or one is damaged: nobody could tell what it would have refused.
pub(crate) async fn earlier(store: &Store) -> Result<Vec<Earlier>, StoreError> {
    let all = cohorts::all(store).await?.into_iter();
    let read = all.map(|cohort| {
        let sketch = Sketch::from_bytes(&cohort.sketch).ok_or_else(|| damaged("sketch"))?;
        Ok(Earlier { cohort, sketch })
    });
    read.collect()
}

/// Gives the columns that rows of a table are told apart by: all that it has.
pub(crate) fn columns(table: &Table) -> Vec<String> {
    let mut names: Vec<String> = table.columns().iter().map(|it| it.name.clone()).collect();
    names.sort_unstable();
    names
}

/// Sketches the rows of a table by these columns; none if it does not have them all. Rows that are alike
/// count each for itself. `secret` is the institution's.
pub(crate) fn sketch(table: &Table, columns: &[String], secret: &Seed) -> Option<Sketch> {
    let key = secret.derive("participant.1.cohort-rows", &[]);
    let cells: Vec<&Values> = columns
        .iter()
        .map(|name| Some(&table.column(name)?.values))
        .collect::<Option<_>>()?;
    let mut hashing = Tagging::new("participant.1.cohort-row");
    let mut bytes = Vec::new();
    let mut hash = |bytes: &[u8]| {
        let digest = hashing.digest(bytes);
        let (hash, _) = digest.split_first_chunk().expect("a digest has 32 bytes");
        RowHash(u128::from_le_bytes(*hash))
    };
    let mut rows = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        bytes.clear();
        bytes.extend(key.expose());
        for values in &cells {
            write(values, row, &mut bytes);
        }
        rows.push(hash(&bytes));
    }
    rows.sort_unstable();
    let mut before: Option<(RowHash, u64)> = None;
    for row in &mut rows {
        let repeats = match before {
            Some((alike, repeats)) if alike == *row => repeats + 1,
            _ => 0,
        };
        before = Some((*row, repeats));
        if repeats > 0 {
            bytes.clear();
            bytes.extend(key.expose());
            bytes.extend(row.0.to_le_bytes());
            bytes.extend(repeats.to_le_bytes());
            *row = hash(&bytes);
        }
    }
    Some(Sketch::of(rows))
}

/// Adds a cell: whether it is there, and what tells it from all others of its column.
fn write(values: &Values, row: usize, bytes: &mut Vec<u8>) {
    let mut text = |cell: Option<&str>| {
        bytes.push(u8::from(cell.is_some()));
        let cell = cell.unwrap_or_default();
        bytes.extend((cell.len() as u64).to_le_bytes());
        bytes.extend(cell.as_bytes());
    };
    match values {
        Values::Numbers(numbers) => {
            // Zero has one sign.
            let number = numbers.get(row).map(|number| number + 0.0);
            bytes.push(u8::from(number.is_some()));
            bytes.extend(number.unwrap_or_default().to_le_bytes());
        }
        Values::Categories(levels) => {
            text(levels.get(row).map(|level| levels.levels()[level].as_str()));
        }
        Values::Texts(texts) => text(texts.get(row)),
        Values::Flags(flags) => bytes.push(match flags.get(row) {
            None => 0,
            Some(false) => 1,
            Some(true) => 2,
        }),
        Values::Dates(dates) => text(dates.get(row).map(|date| date.to_string()).as_deref()),
    }
}

/// Gives an earlier cohort from which these rows differ by too few, but by some. `minimum` is the present
/// study's; the larger one counts, of the two.
///
/// All cohorts are compared whose columns the table has, under whatever name its data set was registered:
/// one that was registered anew, or under another name, is no way around.
pub(crate) fn too_close<'a>(
    table: &Table,
    earlier: &'a [Earlier],
    (minimum, secret): (u64, &Seed),
) -> Option<&'a Cohort> {
    let mut sketches: BTreeMap<&[String], Option<Sketch>> = BTreeMap::new();
    let close = earlier.iter().find(
        |Earlier {
             cohort,
             sketch: then,
         }| {
            let columns = &cohort.columns[..];
            let present = sketches
                .entry(columns)
                .or_insert_with(|| sketch(table, columns, secret));
            let difference = present.as_ref().map(|now| now.difference(then));
            let least = minimum.max(cohort.minimum);
            difference.is_some_and(|rows| (1..least).contains(&rows))
        },
    );
    close.map(|earlier| &earlier.cohort)
}

#[cfg(test)]
mod tests;
