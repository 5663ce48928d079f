//! What a column looks like.

use std::collections::{BTreeMap, BTreeSet};

use consilium_schema::DEFAULT_MISSING;

use super::patterns::Pattern;

/// Longer cells are looked at up to here, in bytes.
const LONGEST: usize = 200;
/// The most different cells that are told apart.
const MOST_DIFFERENT: usize = 200;
/// The most cells that are looked at.
const MOST_CELLS: u64 = 10_000;

/// What a column is called, and what its first cells look like.
///
/// # Security
///
/// It holds values of rows until it is dropped: it is for the owner, at home. No suggestion shows one.
#[derive(Debug, Clone, Default)]
pub struct Sketch {
    pub(super) name: String,
    pub(super) present: u64,
    pub(super) numbers: u64,
    pub(super) whole: u64,
    pub(super) cents: u64,
    pub(super) negative: u64,
    pub(super) dates: u64,
    pub(super) blanks: u64,
    pub(super) letters: u64,
    pub(super) long: u64,
    pub(super) least: Option<f64>,
    pub(super) most: Option<f64>,
    pub(super) patterns: BTreeMap<Pattern, u64>,
    pub(super) different: BTreeSet<String>,
}

impl Sketch {
    /// A column of that name, of which no cell was seen yet.
    pub fn new(name: &str) -> Sketch {
        Sketch {
            name: name.to_owned(),
            ..Sketch::default()
        }
    }

    /// The column's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Looks at a cell; after the first ten thousand that hold something it looks no more.
    pub fn observe(&mut self, cell: &str) {
        let cell = cell.trim();
        if self.present >= MOST_CELLS || DEFAULT_MISSING.contains(&cell) || cell == "NULL" {
            return;
        }
        let end = (0..=cell.len().min(LONGEST))
            .rev()
            .find(|end| cell.is_char_boundary(*end));
        let cell = &cell[..end.unwrap_or_default()];
        self.present += 1;
        self.long += u64::from(cell.chars().count() > 20);
        self.blanks += u64::from(cell.contains(' '));
        self.letters += u64::from(cell.chars().any(char::is_alphabetic));
        self.dates += u64::from(is_date(cell));
        if let Some(number) = cell.parse::<f64>().ok().filter(|number| number.is_finite()) {
            self.numbers += 1;
            self.negative += u64::from(number < 0.0);
            let fraction = cell
                .split_once('.')
                .map(|(_, fraction)| fraction.trim_end_matches('0'));
            self.whole += u64::from(fraction.is_none_or(str::is_empty));
            self.cents += u64::from(
                cell.split_once('.')
                    .is_some_and(|(_, cents)| cents.len() == 2),
            );
            self.least = Some(self.least.map_or(number, |least| least.min(number)));
            self.most = Some(self.most.map_or(number, |most| most.max(number)));
        }
        for pattern in Pattern::ALL {
            if pattern.fits(cell) {
                *self.patterns.entry(pattern).or_default() += 1;
            }
        }
        if self.different.len() < MOST_DIFFERENT && !self.different.contains(cell) {
            self.different.insert(cell.to_owned());
        }
    }

    /// The share of a count among the cells that hold something.
    pub(super) fn share(&self, count: u64) -> f64 {
        count as f64 / self.present.max(1) as f64
    }

    /// The share of cells that have a shape.
    pub(super) fn has(&self, pattern: Pattern) -> f64 {
        self.share(self.patterns.get(&pattern).copied().unwrap_or(0))
    }

    /// The share of different cells among those told apart.
    pub(super) fn variety(&self) -> f64 {
        let seen = self.present.clamp(1, MOST_DIFFERENT as u64);
        self.different.len() as f64 / seen as f64
    }
}

/// Says whether a cell is a day between 1850 and 2100, as `2026-03-21`, `2026/3/21`, `20260321`,
/// `2026年3月21日`, `21.03.2026` or `3/21/2026`, with or without a time of day.
fn is_date(cell: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let day = cell.split(['T', ' ']).next().unwrap_or_default();
    if digits(day) {
        return day.len() == 8 && is_day(&day[..4], &day[4..6], &day[6..]);
    }
    let parts: Vec<&str> = day
        .split(['-', '/', '.', '年', '月', '日'])
        .filter(|part| !part.is_empty())
        .collect();
    match parts[..] {
        [one, two, three] if [one, two, three].into_iter().all(digits) => {
            is_day(one, two, three) || is_day(three, two, one) || is_day(three, one, two)
        }
        _ => false,
    }
}

fn is_day(year: &str, month: &str, day: &str) -> bool {
    let within = |text: &str, least: u32, most: u32| {
        text.parse::<u32>()
            .is_ok_and(|number| (least..=most).contains(&number))
    };
    year.len() == 4
        && month.len() <= 2
        && day.len() <= 2
        && within(year, 1850, 2100)
        && within(month, 1, 12)
        && within(day, 1, 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_known_in_the_ways_they_are_written() {
        for cell in [
            "2026-03-21",
            "2026/3/21 10:00",
            "20260321",
            "2026年3月21日",
            "21.03.2026",
            "3/21/2026",
            "1984-03-19T14:37:00Z",
        ] {
            assert!(is_date(cell), "{cell}");
        }
        for cell in [
            "",
            "20261321",
            "1.2.840",
            "978-342-9781",
            "2026",
            "01.02.03",
            "12-34",
        ] {
            assert!(!is_date(cell), "{cell}");
        }
    }

    #[test]
    fn no_cell_is_too_long_or_odd() {
        let mut sketch = Sketch::new("x");
        for cell in [
            "病".repeat(1000).as_str(),
            "inf",
            "-",
            "1e400",
            "E",
            "V",
            ".",
            "-.-",
        ] {
            sketch.observe(cell);
        }
        assert_eq!((sketch.present, sketch.numbers), (8, 0));
        assert!(sketch.different.iter().all(|cell| cell.len() <= LONGEST));
    }
}
