//! Rows of text, and what goes wrong with a share of them.

use consilium_quality::Heading;
use rand::{SeedableRng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha20Rng;

/// A header, and cells; an empty one is missing.
#[derive(Clone)]
pub(crate) struct Rows {
    pub(crate) header: Vec<String>,
    pub(crate) cells: Vec<Vec<String>>,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Cells are lost.
    Missing,
    /// Rows are there again.
    Duplicates,
    /// Codes are read one place beside theirs: numbers off by one, texts by a character.
    ShiftedCodes,
    /// Dates are those of twenty years before.
    StaleDates,
    /// Numbers are those of another unit.
    UnitErrors,
    /// Numbers are what programs write where they know none.
    OutOfRange,
}

/// The columns that may be struck by what goes wrong with their kind of cells; all by what is missing.
#[derive(Clone, Copy)]
pub(crate) struct Columns {
    pub(crate) missing: &'static [&'static str],
    pub(crate) codes: &'static [&'static str],
    /// All of a row's are moved together.
    pub(crate) dates: &'static [&'static str],
    /// With what a number of the wrong unit is multiplied by.
    pub(crate) units: &'static [(&'static str, f64)],
    pub(crate) numbers: &'static [&'static str],
}

impl Kind {
    pub(crate) const ALL: [Kind; 6] = [
        Self::Missing,
        Self::Duplicates,
        Self::ShiftedCodes,
        Self::StaleDates,
        Self::UnitErrors,
        Self::OutOfRange,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Duplicates => "duplicates",
            Self::ShiftedCodes => "shifted-codes",
            Self::StaleDates => "stale-dates",
            Self::UnitErrors => "unit-errors",
            Self::OutOfRange => "out-of-range",
        }
    }

    /// The heading whose score must fall.
    pub(crate) fn heading(self) -> Heading {
        match self {
            Self::Missing => Heading::Completeness,
            Self::Duplicates => Heading::Uniqueness,
            Self::ShiftedCodes => Heading::Conformity,
            Self::StaleDates => Heading::Timeliness,
            Self::UnitErrors | Self::OutOfRange => Heading::Accuracy,
        }
    }

    /// Whether there are cells that it can strike.
    pub(crate) fn strikes(self, columns: &Columns) -> bool {
        match self {
            Self::Missing | Self::Duplicates => true,
            Self::ShiftedCodes => !columns.codes.is_empty(),
            Self::StaleDates => !columns.dates.is_empty(),
            Self::UnitErrors => !columns.units.is_empty(),
            Self::OutOfRange => !columns.numbers.is_empty(),
        }
    }
}

impl Rows {
    /// Reads CSV; what stands for a missing cell becomes empty.
    pub(crate) fn read(text: &str, names: Option<&[&str]>, missing: &[&str]) -> Self {
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader
            .has_headers(names.is_none())
            .from_reader(text.as_bytes());
        let header = match names {
            Some(names) => names.iter().map(|it| (*it).to_owned()).collect(),
            None => reader
                .headers()
                .unwrap()
                .iter()
                .map(str::to_owned)
                .collect(),
        };
        let cell = |cell: &str| {
            let is_missing = missing.contains(&cell);
            if is_missing {
                String::new()
            } else {
                cell.to_owned()
            }
        };
        let rows = reader
            .records()
            .map(|row| row.unwrap().iter().map(cell).collect());
        Self {
            header,
            cells: rows.collect(),
        }
    }

    /// CSV, with that character between cells.
    pub(crate) fn csv(&self, delimiter: u8) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .from_writer(Vec::new());
        writer.write_record(&self.header).unwrap();
        for row in &self.cells {
            writer.write_record(row).unwrap();
        }
        writer.into_inner().unwrap()
    }

    pub(crate) fn column(&self, name: &str) -> usize {
        let found = self.header.iter().position(|it| it == name);
        found.unwrap_or_else(|| panic!("there is no column {name}"))
    }

    /// Adds a column, each cell made of its row's number, from 1.
    pub(crate) fn with(mut self, name: &str, cell: impl Fn(usize) -> String) -> Self {
        self.header.push(name.to_owned());
        for (number, row) in (1..).zip(&mut self.cells) {
            row.push(cell(number));
        }
        self
    }

    /// The rows in another order.
    pub(crate) fn shuffled(&self, seed: u64) -> Self {
        let mut rows = self.clone();
        rows.cells.shuffle(&mut ChaCha20Rng::seed_from_u64(seed));
        rows
    }

    /// Strikes that share of the cells that are there, or of rows; a larger share strikes those that a
    /// smaller one does, and others.
    pub(crate) fn struck(&self, kind: Kind, columns: &Columns, share: f64, seed: u64) -> Self {
        let mut rows = self.clone();
        let all: Vec<usize> = (0..self.cells.len()).collect();
        match kind {
            Kind::Duplicates => {
                let again = drawn(all, share, seed);
                rows.cells
                    .extend(again.into_iter().map(|row| self.cells[row].clone()));
            }
            Kind::StaleDates => {
                for row in drawn(all, share, seed) {
                    for column in columns.dates {
                        let cell = &mut rows.cells[row][self.column(column)];
                        *cell = twenty_years_before(cell);
                    }
                }
            }
            Kind::Missing => {
                rows.each_cell(columns.missing, share, seed, |_, _| String::new());
            }
            Kind::ShiftedCodes => {
                rows.each_cell(columns.codes, share, seed, |_, code| shifted(code));
            }
            Kind::UnitErrors => {
                let names: Vec<&str> = columns.units.iter().map(|(name, _)| *name).collect();
                rows.each_cell(&names, share, seed, |at, cell| {
                    let number: f64 = cell.parse().unwrap();
                    (number * columns.units[at].1).to_string()
                });
            }
            Kind::OutOfRange => {
                rows.each_cell(columns.numbers, share, seed, |_, _| "9999999".to_owned());
            }
        }
        rows
    }

    fn each_cell(
        &mut self,
        columns: &[&str],
        share: f64,
        seed: u64,
        made: impl Fn(usize, &str) -> String,
    ) {
        for (at, column) in columns.iter().enumerate() {
            let column = self.column(column);
            let rows = 0..self.cells.len();
            let there = rows.filter(|row| !self.cells[*row][column].is_empty());
            for row in drawn(there.collect(), share, seed + at as u64) {
                self.cells[row][column] = made(at, &self.cells[row][column]);
            }
        }
    }
}

/// The first of a share of all, in an order that depends on the seed alone.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of rows"
)]
fn drawn(mut all: Vec<usize>, share: f64, seed: u64) -> Vec<usize> {
    all.shuffle(&mut ChaCha20Rng::seed_from_u64(seed));
    all.truncate((share * all.len() as f64).round() as usize);
    all
}

fn shifted(code: &str) -> String {
    if let Ok(number) = code.parse::<i64>()
        && code.len() < 3
    {
        return (number + 1).to_string();
    }
    let mut letters = code.chars();
    let first = letters.next();
    letters.chain(first).collect()
}

/// `2009…` becomes `1989…`.
fn twenty_years_before(date: &str) -> String {
    let Some((year, rest)) = date.split_at_checked(4) else {
        return date.to_owned();
    };
    let year: i32 = year.parse().unwrap();
    format!("{:04}{rest}", year - 20)
}
