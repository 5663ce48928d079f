mod texts;

use std::fmt;

use crate::Date;

pub use texts::Texts;

/// The cells of one column.
///
/// A missing cell shows as `None` in every sort of column; how it is stored stays inside.
///
/// # Security
///
/// `Debug` shows how many rows there are and never a cell, so that no log can hold one.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Of numbers and integers.
    Numbers(Numbers),
    /// Of categories.
    Categories(Categories),
    /// Of texts and codes.
    Texts(Texts),
    /// Of booleans.
    Flags(Flags),
    /// Of dates.
    Dates(Dates),
}

/// Finite numbers.
///
/// # Discussion
///
/// A mask beside the numbers costs a ninth of the memory and can disagree with them. NaN never
/// enters from a file, so inside it is free to mean "missing"; outside there is only `Option`.
#[derive(Clone, Default)]
pub struct Numbers(Vec<f64>);

impl Numbers {
    pub(crate) fn push(&mut self, value: Option<f64>) {
        debug_assert!(
            value.is_none_or(f64::is_finite),
            "only finite numbers are values"
        );
        self.0.push(value.unwrap_or(f64::NAN));
    }

    /// The number in a row, counted from 0; none if it is missing or there is no such row.
    pub fn get(&self, row: usize) -> Option<f64> {
        self.0.get(row).copied().filter(|value| !value.is_nan())
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<f64>> + '_ {
        self.0
            .iter()
            .map(|value| (!value.is_nan()).then_some(*value))
    }
}

impl PartialEq for Numbers {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// Levels, each row holding the index of one.
#[derive(Clone, PartialEq, Eq)]
pub struct Categories {
    levels: Vec<String>,
    reference: usize,
    codes: Vec<u32>,
}

impl Categories {
    const MISSING: u32 = u32::MAX;

    pub(crate) fn new(levels: Vec<String>, reference: usize) -> Self {
        Self {
            levels,
            reference,
            codes: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, code: Option<u32>) {
        self.codes.push(code.unwrap_or(Self::MISSING));
    }

    /// Adds a level at the end and gives its code.
    pub(crate) fn add_level(&mut self, level: String) -> u32 {
        self.levels.push(level);
        u32::try_from(self.levels.len() - 1).expect("levels are capped far below 2^32")
    }

    /// Puts the levels in the order of the alphabet, so that they don't depend on the rows' order.
    pub(crate) fn sort_levels(&mut self) {
        let mut order: Vec<usize> = (0..self.levels.len()).collect();
        order.sort_by(|a, b| self.levels[*a].cmp(&self.levels[*b]));
        let mut rank = vec![0u32; order.len()];
        for (new, old) in (0u32..).zip(&order) {
            rank[*old] = new;
        }
        for code in self.codes.iter_mut().filter(|code| **code != Self::MISSING) {
            *code = rank[*code as usize];
        }
        self.levels.sort();
    }

    /// The levels, in declared order, or of the alphabet where none are declared.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// The index of the level that others are compared with.
    pub fn reference(&self) -> usize {
        self.reference
    }

    /// The index of a row's level, counted from 0; none if it is missing.
    pub fn get(&self, row: usize) -> Option<usize> {
        self.codes.get(row).copied().and_then(Self::present)
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<usize>> + '_ {
        self.codes.iter().map(|code| Self::present(*code))
    }

    fn present(code: u32) -> Option<usize> {
        (code != Self::MISSING).then_some(code as usize)
    }
}

/// Yes or no.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Flags(Vec<Option<bool>>);

impl Flags {
    pub(crate) fn push(&mut self, flag: Option<bool>) {
        self.0.push(flag);
    }

    /// A row's answer, counted from 0; none if it is missing.
    pub fn get(&self, row: usize) -> Option<bool> {
        self.0.get(row).copied().flatten()
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<bool>> + '_ {
        self.0.iter().copied()
    }
}

/// Days.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Dates(Vec<i32>);

impl Dates {
    const MISSING: i32 = i32::MIN;

    pub(crate) fn push(&mut self, date: Option<Date>) {
        self.0.push(date.map_or(Self::MISSING, Date::days));
    }

    /// A row's day, counted from 0; none if it is missing.
    pub fn get(&self, row: usize) -> Option<Date> {
        self.0.get(row).copied().and_then(Self::present)
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<Date>> + '_ {
        self.0.iter().map(|days| Self::present(*days))
    }

    fn present(days: i32) -> Option<Date> {
        (days != Self::MISSING).then(|| Date::from_days(days))
    }
}

macro_rules! debug_without_cells {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({} rows)", stringify!($name), self.iter().len())
            }
        }
    )*};
}
debug_without_cells!(Numbers, Categories, Texts, Flags, Dates);
