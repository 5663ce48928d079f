//! Cells as they are hashed: as texts, in the form that their column's type gives them.
//!
//! Numbers are written by their value (`1.50` as `1.5`), yes and no as `1` and `0`, days as `2027-03-01`; codes,
//! categories and texts as they were typed. So `7` is the same cell in any type that reads it, and `Y` or `1.50`
//! another one in a column that was registered anew as boolean or number. Such a column is far from what it was;
//! what was asked of it by another rule tells it then, beside columns that show the same rows.

use consilium_base::{Digest, Seed, Tagging};
use consilium_data::Values;

use super::sketch::Sketch;

/// Hashes under the institution's key.
pub(super) struct Hashing {
    key: Seed,
    tagging: Tagging,
    bytes: Vec<u8>,
}

impl Hashing {
    pub(super) fn new(secret: &Seed) -> Hashing {
        Hashing {
            key: secret.derive("participant.1.cohort-rows", &[]),
            tagging: Tagging::new("participant.1.cohort-row"),
            bytes: Vec::new(),
        }
    }

    /// Sketches a column. What it is called is not in it: under another name it is the same.
    pub(super) fn column(&mut self, values: &Values) -> Sketch {
        let mut sketch = Sketch::new();
        elements(values, |cell, times| {
            let hash = self.hash(|bytes| write(cell, bytes));
            sketch.add(&hash, u32::try_from(times).unwrap_or(u32::MAX));
        });
        sketch
    }

    /// Sketches rows of some columns; of one it is the sketch of that column.
    pub(super) fn rows(
        &mut self,
        rows: impl Iterator<Item = usize>,
        columns: &[&Values],
    ) -> Sketch {
        let mut sketch = Sketch::new();
        for row in rows {
            let hash = self.hash(|bytes| {
                for values in columns {
                    write_cell(values, row, bytes);
                }
            });
            sketch.add(&hash, 1);
        }
        sketch
    }

    fn hash(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Digest {
        self.bytes.clear();
        self.bytes.extend(self.key.expose());
        write(&mut self.bytes);
        self.tagging.digest(&self.bytes)
    }
}

/// Gives the cells of a column with how often they are there, some of them in several parts.
fn elements(values: &Values, mut each: impl FnMut(Option<&str>, usize)) {
    match values {
        Values::Numbers(numbers) => {
            let mut present: Vec<f64> = numbers.iter().flatten().collect();
            present.sort_unstable_by(f64::total_cmp);
            for alike in present.chunk_by(|one, other| one.to_bits() == other.to_bits()) {
                each(Some(&number(alike[0])), alike.len());
            }
            each(None, numbers.iter().len() - present.len());
        }
        Values::Categories(categories) => {
            let levels = categories.levels();
            let mut times = vec![0; levels.len() + 1];
            for level in categories.iter() {
                times[level.unwrap_or(levels.len())] += 1;
            }
            let cells = levels.iter().map(|level| Some(level.as_str()));
            for (cell, times) in cells.chain([None]).zip(times) {
                each(cell, times);
            }
        }
        Values::Flags(flags) => {
            for cell in [None, Some(false), Some(true)] {
                let times = flags.iter().filter(|flag| *flag == cell).count();
                each(cell.map(flag), times);
            }
        }
        Values::Texts(texts) => texts.iter().for_each(|text| each(text, 1)),
        Values::Dates(dates) => dates
            .iter()
            .for_each(|date| each(date.map(|date| date.to_string()).as_deref(), 1)),
    }
}

fn write_cell(values: &Values, row: usize, bytes: &mut Vec<u8>) {
    match values {
        Values::Numbers(numbers) => write(numbers.get(row).map(number).as_deref(), bytes),
        Values::Categories(categories) => {
            let level = categories.get(row);
            write(
                level.map(|level| categories.levels()[level].as_str()),
                bytes,
            );
        }
        Values::Flags(flags) => write(flags.get(row).map(flag), bytes),
        Values::Texts(texts) => write(texts.get(row), bytes),
        Values::Dates(dates) => {
            write(
                dates.get(row).map(|date| date.to_string()).as_deref(),
                bytes,
            );
        }
    }
}

/// Adds a cell: whether it is there, and what tells it from all others.
fn write(cell: Option<&str>, bytes: &mut Vec<u8>) {
    bytes.push(u8::from(cell.is_some()));
    let cell = cell.unwrap_or_default();
    bytes.extend((cell.len() as u64).to_le_bytes());
    bytes.extend(cell.as_bytes());
}

/// Zero has one sign.
fn number(number: f64) -> String {
    (number + 0.0).to_string()
}

fn flag(flag: bool) -> &'static str {
    if flag { "1" } else { "0" }
}
