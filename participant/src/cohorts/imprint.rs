//! What is kept of rows, for others to be held against them.

use std::collections::BTreeMap;

use consilium_base::Seed;
use consilium_data::{Table, Values};
use serde::{Deserialize, Serialize};

use super::{cells::Hashing, sketch::Sketch};

/// How many columns that a study did not measure are kept: those that tell rows apart best.
const MOST_BESIDES: usize = 8;
/// Rows are so few that no column of theirs may tell them apart, if they are fewer than the least times this.
const SMALL: u64 = 10;

/// Sketches of a table's columns, one of each, and of its rows in what was measured of them.
///
/// # Discussion
///
/// One sketch of whole rows is smaller. But then a single column in which all rows differ, be it a running
/// number that nobody measures, makes all rows other ones, and one patient more is not noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Imprint {
    /// All columns that the data set had, in the order of their names.
    names: Vec<String>,
    columns: Vec<Column>,
    /// Of the measured columns together, in the order of their names.
    rows: Option<Sketch>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Column {
    name: String,
    /// By which rule it was measured, if it was.
    rule: Option<String>,
    /// Of its cells, missing ones among them.
    cells: Sketch,
}

/// How rows stand to earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// They are others, in as many rows as it takes at least, or were asked about in the same way.
    Apart,
    /// They are nearly the same, but not quite: a difference of results would be that of a few rows.
    TooClose,
    /// They are nearly the same, and a column was measured by another rule, or another column was and some column
    /// differs by a few rows; or they are so few that they may be nearly the same.
    AskedOtherwise,
}

impl Imprint {
    /// Takes it of all columns; `rules` are those of the measured ones, by name. `secret` is the institution's.
    pub(crate) fn of(table: &Table, rules: &BTreeMap<String, String>, secret: &Seed) -> Imprint {
        let mut hashing = Hashing::new(secret);
        Imprint::made(table, rules, |columns| match columns {
            [one] => hashing.column(one),
            several => hashing.rows(0..table.rows(), several),
        })
    }

    /// Takes it of some of the rows; the same where these are all.
    pub(crate) fn of_rows(
        (table, rows): (&Table, &[usize]),
        rules: &BTreeMap<String, String>,
        secret: &Seed,
    ) -> Imprint {
        let mut hashing = Hashing::new(secret);
        let sketch = |columns: &[&Values]| hashing.rows(rows.iter().copied(), columns);
        Imprint::made(table, rules, sketch)
    }

    fn made(
        table: &Table,
        rules: &BTreeMap<String, String>,
        mut sketch: impl FnMut(&[&Values]) -> Sketch,
    ) -> Imprint {
        let of_column = |column: &consilium_data::NamedColumn| Column {
            name: column.name.clone(),
            rule: rules.get(&column.name).cloned(),
            cells: sketch(&[&column.values]),
        };
        let mut columns: Vec<Column> = table.columns().iter().map(of_column).collect();
        columns.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let measured = rules.keys().filter_map(|name| table.column(name));
        let measured: Vec<&Values> = measured.map(|column| &column.values).collect();
        Imprint {
            names: columns.iter().map(|column| column.name.clone()).collect(),
            columns,
            rows: Some(sketch(&measured)),
        }
    }

    /// Writes what is kept of it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let (measured, mut besides): (Vec<&Column>, Vec<&Column>) = self
            .columns
            .iter()
            .partition(|column| column.rule.is_some());
        besides.sort_by(|one, other| {
            let [one, other] = [one, other].map(|column| column.cells.sharpness());
            other.total_cmp(&one)
        });
        besides.truncate(MOST_BESIDES);
        let kept = Imprint {
            names: self.names.clone(),
            columns: measured.into_iter().chain(besides).cloned().collect(),
            rows: self.rows.clone(),
        };
        postcard::to_allocvec(&kept).expect("names and numbers always serialise")
    }

    /// Reads what [`to_bytes`](Imprint::to_bytes) wrote; none if it is damaged.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Imprint> {
        let read: Imprint = postcard::from_bytes(bytes).ok()?;
        let mut sketches = read.columns.iter().map(|column| &column.cells);
        let is_whole = sketches.all(Sketch::is_whole) && read.rows.iter().all(Sketch::is_whole);
        is_whole.then_some(read)
    }

    /// Says how rows stand to earlier ones, where a difference of `least` rows is no matter.
    ///
    /// Each column is held against the one of its name, however often it was registered; where a name is gone,
    /// against those whose names are new. Rows are nearly the same if any column says so that tells rows apart,
    /// measured or not, or if none is far from what it was. They then differ by a few if there are a few more or
    /// less, whatever was measured, for one column may be made of another; and if any column does that both
    /// studies measure: another one that is quite different changes nothing, for results tell of each alone. Where
    /// the studies measure different columns, any column that differs by a few is told; and where nothing tells rows
    /// apart, so is a measured one of about as many rows.
    pub(crate) fn standing_to(&self, earlier: &Imprint, least: u64) -> Standing {
        let is_sharp = |sketch: &Sketch| sketch.sharpness() >= least as f64;
        let is_few = |off: u64| (1..least).contains(&off);
        let mut is_near = false;
        // Whether a column that tells rows apart says that they are others.
        let mut is_told_apart = false;
        // Whether any column differs by a few, measured or not.
        let mut is_moved = false;
        // Of each column that both measure: in how many cells it differs, and whether by the same rule.
        let mut both: Vec<(u64, bool)> = Vec::new();
        for before in &earlier.columns {
            let partners = self
                .columns
                .iter()
                .filter(|now| self.may_be(now, before, earlier));
            let with = |now: &'_ Column| now.cells.difference(&before.cells);
            let partners: Vec<(&Column, u64)> = partners.map(|now| (now, with(now))).collect();
            if is_sharp(&before.cells) && !partners.is_empty() {
                let is_same = partners.iter().any(|(_, off)| *off < least);
                is_near |= is_same;
                is_told_apart |= !is_same;
            }
            is_moved |= partners.iter().any(|(_, off)| is_few(*off));
            let measured = partners
                .iter()
                .filter_map(|(now, off)| Some((*now, *off, now.rule.as_ref()?)));
            let nearest = measured.min_by_key(|(_, off, _)| *off);
            if let (Some(rule), Some((now, off, asked))) = (&before.rule, nearest) {
                // Another name with other cells is another column.
                let is_other = now.name != before.name && off >= least;
                both.push((off, is_other || asked == rule));
            }
        }
        let is_alike = self.measured().eq(earlier.measured());
        if is_alike && let (Some(now), Some(before)) = (&self.rows, &earlier.rows) {
            let off = now.difference(before);
            is_near |= is_sharp(before) && off < least;
            both.push((off, true));
        }
        is_near |= !both.is_empty() && both.iter().all(|(off, _)| *off < least);
        let [now, before] = [self, earlier].map(Imprint::count);
        let is_off = both.iter().any(|(off, _)| is_few(*off));
        if is_near && (is_off || is_few(now.abs_diff(before))) {
            return Standing::TooClose;
        }
        let is_other_rule = both.iter().any(|(_, is_same)| !is_same);
        let is_small = now.min(before) < least.saturating_mul(SMALL);
        // As many rows, of which nothing says whose they are.
        let is_size = now.abs_diff(before) < least && !is_told_apart;
        if is_near && (is_other_rule || is_moved && !is_alike) || is_off && (is_small || is_size) {
            Standing::AskedOtherwise
        } else {
            Standing::Apart
        }
    }

    /// Says whether all but fewer than `least` rows are alike in the columns that both measure, which are the same.
    pub(crate) fn has_nearly_the_rows_of(&self, earlier: &Imprint, least: u64) -> bool {
        let rows = self.rows.as_ref().zip(earlier.rows.as_ref());
        let is_near = rows.is_some_and(|(now, before)| now.difference(before) < least);
        is_near && self.measured().eq(earlier.measured())
    }

    /// Gives the number of rows: each column has a cell of each.
    fn count(&self) -> u64 {
        let column = self.columns.first();
        column.map_or(0, |column| column.cells.elements())
    }

    /// Says whether a column of these rows may be what an earlier one was: under its name, or renamed.
    fn may_be(&self, now: &Column, before: &Column, earlier: &Imprint) -> bool {
        let has = |imprint: &Imprint, name| imprint.names.binary_search(name).is_ok();
        now.name == before.name || !has(self, &before.name) && !has(earlier, &now.name)
    }

    fn measured(&self) -> impl Iterator<Item = &String> {
        let measured = self.columns.iter().filter(|column| column.rule.is_some());
        measured.map(|column| &column.name)
    }
}
