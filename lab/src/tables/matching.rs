//! Which rows of several tables are of one person, by their keys in the clear: whoever experiments
//! has all files.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
};

use consilium_base::Digest;
use consilium_entities::{Day, Intake, Key};

use super::sheet::Sheet;
use crate::{LabError, LabFault};

/// Hospitals that have each its own people; without any, all sheets have the same.
pub(super) struct Group {
    pub(super) sheets: Vec<usize>,
    /// Whether nobody may be at two hospitals.
    pub(super) refuses_repeats: bool,
}

/// Rows of the same people.
pub(super) struct Common {
    /// Of each sheet, in the same order.
    pub(super) rows: Vec<Vec<usize>>,
    /// Which of all these rows each hospital's sheet has.
    pub(super) parts: BTreeMap<usize, Range<usize>>,
}

/// Gives the rows of each table that all have, in the order of the table with the labels; those of a
/// group's hospitals one hospital after the other.
pub(super) fn common(
    sheets: &[Sheet],
    labelled: usize,
    group: &Group,
    key: &Key,
) -> Result<Common, LabError> {
    let by_key = sheets.iter().map(|sheet| rows_by_key(sheet, key));
    let by_key: Vec<HashMap<Digest, usize>> = by_key.collect::<Result<_, _>>()?;
    let mut rows = vec![Vec::new(); sheets.len()];
    let (mut parts, mut seen) = (BTreeMap::new(), HashSet::new());
    let hospitals = group.sheets.iter().map(|sheet| Some(*sheet));
    let all = group.sheets.is_empty().then_some(None);
    for hospital in hospitals.chain(all) {
        let knows = |sheet: &usize| hospital == Some(*sheet) || !group.sheets.contains(sheet);
        let knowing: Vec<usize> = (0..sheets.len()).filter(knows).collect();
        let is_of_all = |digest: &Digest| {
            let mut tables = knowing.iter().map(|sheet| &by_key[*sheet]);
            tables.all(|rows| rows.contains_key(digest))
        };
        let mut people: Vec<(usize, &Digest)> = by_key[labelled]
            .iter()
            .filter(|(digest, _)| is_of_all(digest))
            .map(|(digest, row)| (*row, digest))
            .collect();
        people.sort_unstable();
        for sheet in knowing {
            rows[sheet].extend(people.iter().map(|(_, key)| by_key[sheet][*key]));
        }
        let Some(sheet) = hospital else { continue };
        let end = rows[labelled].len();
        parts.insert(sheet, end - people.len()..end);
        let is_new = people.iter().map(|(_, key)| seen.insert(*key));
        if is_new.filter(|is_new| !is_new).count() > 0 && group.refuses_repeats {
            return Err(LabError::of_file(&sheets[sheet].file, LabFault::Repeated));
        }
    }
    Ok(Common { rows, parts })
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
