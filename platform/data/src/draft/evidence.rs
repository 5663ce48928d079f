use std::collections::{BTreeMap, HashMap};

use consilium_schema::{DEFAULT_MISSING, DateOrder};

use crate::cells::{parse_number, parse_whole};
use crate::{CellFault, Date};

/// Texts that mean "missing" wherever they stand.
const HARD_MARKERS: [&str; 8] = ["N/A", "n/a", "#N/A", "NULL", "null", "NaN", "nan", "\\N"];
/// Texts that may, and do among numbers or dates.
const SOFT_MARKERS: [&str; 9] = [
    "-", "--", ".", "/", "None", "none", "unknown", "未知", "不详",
];

const MOST_DISTINCT: usize = 1_000;
/// Longer cells are no levels, in bytes; they are not kept.
const LONGEST_LEVEL: usize = 1_000;
const MOST_SHAPES: u64 = 1_000;

/// What the cells of one column have shown so far.
#[derive(Default)]
pub(super) struct Evidence {
    first_shape: String,
    shapes_seen: u64,
    shapes_alike: u64,
    /// Cells with something in them that is no default or hard marker.
    pub(super) present: u64,
    pub(super) hard: BTreeMap<&'static str, u64>,
    pub(super) soft: BTreeMap<&'static str, u64>,
    pub(super) distinct: HashMap<String, u64>,
    pub(super) distinct_capped: bool,
    pub(super) numbers: u64,
    pub(super) whole: u64,
    pub(super) infinite: u64,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) negative: u64,
    pub(super) digits: u64,
    pub(super) leading_zero: bool,
    pub(super) longest_digits: usize,
    pub(super) length: Option<(usize, usize)>,
    pub(super) codelike: u64,
    pub(super) ymd: u64,
    pub(super) dmy: u64,
    pub(super) mdy: u64,
    pub(super) times: u64,
}

impl Evidence {
    pub(super) fn new(first: &str) -> Self {
        Self {
            first_shape: shape(first.trim()),
            ..Self::default()
        }
    }

    pub(super) fn observe(&mut self, cell: &str) {
        let cell = cell.trim();
        if self.shapes_seen < MOST_SHAPES {
            self.shapes_seen += 1;
            self.shapes_alike += u64::from(shape(cell) == self.first_shape);
        }
        if DEFAULT_MISSING.contains(&cell) {
            return;
        }
        if let Some(marker) = HARD_MARKERS.iter().find(|marker| **marker == cell) {
            *self.hard.entry(marker).or_default() += 1;
            return;
        }
        self.present += 1;
        self.tell_apart(cell);
        if let Some(marker) = SOFT_MARKERS.iter().find(|marker| **marker == cell) {
            *self.soft.entry(marker).or_default() += 1;
            return;
        }
        let length = cell.chars().count();
        let (least, most) = self.length.unwrap_or((length, length));
        self.length = Some((least.min(length), most.max(length)));
        self.as_number(cell);
        self.as_date(cell);
        let plain = cell.bytes().all(|byte| byte.is_ascii_graphic());
        let digit = cell.bytes().any(|byte| byte.is_ascii_digit());
        self.codelike += u64::from(plain && digit && length <= 36);
    }

    /// Whether the first record's cell has digits, and the shape of several others.
    pub(super) fn first_is_alike(&self) -> bool {
        let enough = self.shapes_alike >= 3 && 20 * self.shapes_alike >= self.shapes_seen;
        enough && self.first_shape.contains('0')
    }

    fn tell_apart(&mut self, cell: &str) {
        if let Some(rows) = self.distinct.get_mut(cell) {
            *rows += 1;
        } else if self.distinct.len() < MOST_DISTINCT && cell.len() <= LONGEST_LEVEL {
            self.distinct.insert(cell.to_owned(), 1);
        } else {
            self.distinct_capped = true;
        }
    }

    fn as_number(&mut self, cell: &str) {
        if cell.bytes().all(|byte| byte.is_ascii_digit()) {
            self.digits += 1;
            self.leading_zero |= cell.len() > 1 && cell.starts_with('0');
            self.longest_digits = self.longest_digits.max(cell.len());
        }
        let number = match parse_number(cell) {
            Ok(number) => number,
            Err(fault) => {
                self.infinite += u64::from(fault == CellFault::NotFinite);
                return;
            }
        };
        self.numbers += 1;
        self.whole += u64::from(parse_whole(cell).is_ok());
        self.negative += u64::from(number < 0.0);
        self.min = Some(self.min.map_or(number, |min| min.min(number)));
        self.max = Some(self.max.map_or(number, |max| max.max(number)));
    }

    fn as_date(&mut self, cell: &str) {
        if !cell.starts_with(|letter: char| letter.is_ascii_digit()) {
            return;
        }
        let plausible = |date: &Date| ("1850".."2101").contains(&&date.to_string()[..4]);
        let of = |order| u64::from(Date::parse(cell, order).as_ref().is_some_and(plausible));
        self.ymd += of(DateOrder::Ymd);
        self.dmy += of(DateOrder::Dmy);
        self.mdy += of(DateOrder::Mdy);
        self.times += u64::from(cell.contains(':'));
    }
}

/// Whether a cell can't be the name of a column.
pub(super) fn is_value(cell: &str) -> bool {
    let cell = cell.trim();
    let missing = !cell.is_empty() && DEFAULT_MISSING.contains(&cell);
    missing
        || HARD_MARKERS.contains(&cell)
        || cell.parse::<f64>().is_ok()
        || Date::parse(cell, DateOrder::Ymd).is_some()
}

/// A cell with every digit as `0` and every letter as `a`.
fn shape(cell: &str) -> String {
    let letters = cell.chars().take(64).map(|letter| match letter {
        digit if digit.is_ascii_digit() => '0',
        letter if letter.is_alphabetic() => 'a',
        other => other,
    });
    letters.collect()
}
