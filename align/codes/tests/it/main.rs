//! Tables, maps, roll-ups and names, as institutions have them.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod agreement;
mod coverage;
mod forms;
mod imports;
mod lists;
mod maps;
mod names;
mod tables;

use consilium_codes::{CodeMap, CodeTable};

/// A table with a few codes of 医保版.
fn table() -> CodeTable {
    CodeTable::read(include_bytes!("../files/diagnoses.csv")).unwrap()
}

/// A map with a few codes of each kind.
fn map() -> CodeMap {
    CodeMap::read(include_bytes!("../files/map.csv")).unwrap()
}
