//! Which rows of several tables are of one person, by their keys in the clear: whoever experiments
//! has all files.

use std::collections::HashMap;

use consilium_base::Digest;
use consilium_entities::{Day, Intake, Key};

use super::sheet::Sheet;
use crate::{LabError, LabFault};

/// Gives the rows of each table that all have, in the order of the table with the labels.
pub(super) fn common(
    sheets: &[Sheet],
    labelled: usize,
    key: &Key,
) -> Result<Vec<Vec<usize>>, LabError> {
    let by_key = sheets.iter().map(|sheet| rows_by_key(sheet, key));
    let by_key: Vec<HashMap<Digest, usize>> = by_key.collect::<Result<_, _>>()?;
    let is_of_all = |digest: &Digest| by_key.iter().all(|rows| rows.contains_key(digest));
    let mut people: Vec<(usize, &Digest)> = by_key[labelled]
        .iter()
        .filter(|(digest, _)| is_of_all(digest))
        .map(|(digest, row)| (*row, digest))
        .collect();
    people.sort_unstable();
    let rows = |rows: &HashMap<Digest, usize>| people.iter().map(|(_, key)| rows[*key]).collect();
    Ok(by_key.iter().map(rows).collect())
}

fn rows_by_key(sheet: &Sheet, key: &Key) -> Result<HashMap<Digest, usize>, LabError> {
    let blame = |fault: LabFault| LabError::of_file(&sheet.file, fault);
    // Whatever day it is, the same rows are matched.
    let last = Day::new(9999, 12, 31).expect("the calendar has that day");
    let mut intake = Intake::new(key, last);
    for cells in &sheet.keys {
        let cells: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
        intake.push(&cells).map_err(|error| blame(error.into()))?;
    }
    let (entities, _) = intake.finish().map_err(|error| blame(error.into()))?;
    let (digests, rows) = entities.split();
    let mut found = HashMap::with_capacity(digests.len());
    for (place, digest) in digests.into_iter().enumerate() {
        let [row] = rows.of(place) else {
            return Err(blame(LabFault::SeveralRows));
        };
        found.insert(digest, row.index());
    }
    Ok(found)
}
