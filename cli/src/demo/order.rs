//! The common order of an alignment, as an institution's file of it tells; read by no code of the
//! participants, so that it checks theirs.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, ensure};

/// The numbers of a person's rows in a table, ascending.
pub(super) type Rows = Vec<u32>;

/// Reads the rows at each place.
pub(super) fn read(path: &Path) -> anyhow::Result<BTreeMap<u32, Rows>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut lines = text.lines();
    ensure!(lines.next() == Some("place,row"), "it has another header");
    let mut order: BTreeMap<u32, Rows> = BTreeMap::new();
    for line in lines {
        let (place, row) = line.split_once(',').context("a line has two numbers")?;
        order.entry(place.parse()?).or_default().push(row.parse()?);
    }
    for rows in order.values_mut() {
        rows.sort_unstable();
    }
    Ok(order)
}
