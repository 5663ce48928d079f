//! What a respondent's rows use.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::Terms;

/// How many rows have each code; of one institution, and for itself alone.
#[derive(Clone, Default)]
#[expect(missing_debug_implementations, reason = "rare codes are not for logs")]
pub struct Usage {
    codes: BTreeMap<String, u64>,
    unclear: u64,
}

/// What is compared of it.
pub(crate) struct Asked<'a> {
    /// Codes with the minimum of rows at least, and their rows.
    pub(crate) codes: BTreeMap<&'a str, u64>,
    /// Rows of all other codes.
    pub(crate) rare: u64,
}

impl Usage {
    /// Counts rows of a code in normal form; one longer than [`Terms::LONGEST_CODE`] is unclear.
    pub fn add(&mut self, code: &str, rows: u64) {
        if code.is_empty() || code.len() > Terms::LONGEST_CODE {
            return self.add_unclear(rows);
        }
        if let Some(counted) = self.codes.get_mut(code) {
            *counted = counted.saturating_add(rows);
        } else {
            self.codes.insert(code.to_owned(), rows);
        }
    }

    /// Counts rows whose text is no code of the system.
    pub fn add_unclear(&mut self, rows: u64) {
        self.unclear = self.unclear.saturating_add(rows);
    }

    /// How many rows have a text that is no code of the system.
    pub fn unclear(&self) -> u64 {
        self.unclear
    }

    /// How many rows have a code.
    pub fn rows(&self) -> u64 {
        sum(self.codes.values())
    }

    /// How many different codes there are.
    pub fn codes(&self) -> usize {
        self.codes.len()
    }

    /// Chooses what is compared: the codes with the most rows, none with fewer than the minimum.
    pub(crate) fn asked(&self, terms: &Terms) -> Asked<'_> {
        let frequent = self
            .codes
            .iter()
            .filter(|(_, rows)| **rows >= terms.minimum);
        let mut frequent: Vec<(&str, u64)> = frequent
            .map(|(code, rows)| (code.as_str(), *rows))
            .collect();
        frequent.sort_unstable_by_key(|&(code, rows)| (Reverse(rows), code));
        frequent.truncate(terms.most_codes as usize);
        let codes: BTreeMap<&str, u64> = frequent.into_iter().collect();
        let rare = self.rows().saturating_sub(sum(codes.values()));
        Asked { codes, rare }
    }
}

pub(crate) fn sum<'a>(rows: impl Iterator<Item = &'a u64>) -> u64 {
    rows.fold(0, |sum, rows| sum.saturating_add(*rows))
}
