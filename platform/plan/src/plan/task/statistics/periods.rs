//! Times over which columns are compared with themselves.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Months in a row, in parts of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Periods {
    /// The column of dates.
    pub column: String,
    /// Into which parts the calendar is divided.
    pub length: Calendar,
    /// A month of the first part.
    pub from: Month,
    /// A month of the last one.
    pub until: Month,
}

/// A part of the calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Calendar {
    /// A month.
    Month,
    /// A quarter of a year.
    Quarter,
    /// Half a year.
    HalfYear,
    /// A year.
    Year,
}

/// A month of a year; `2026-07` as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: u32,
    /// From 1 to 12.
    month: u32,
}

impl Month {
    /// Takes a month of the years 1 to 9999.
    pub fn new(year: u32, month: u32) -> Option<Month> {
        let is_one = (1..=9999).contains(&year) && (1..=12).contains(&month);
        is_one.then_some(Month { year, month })
    }

    /// Reads `2026-07`.
    pub(crate) fn parse(text: &str) -> Option<Month> {
        let (year, month) = text.split_once('-')?;
        let is_written = year.len() == 4 && month.len() == 2;
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_written || !is_digits(year) || !is_digits(month) {
            return None;
        }
        Month::new(year.parse().ok()?, month.parse().ok()?)
    }

    fn part(self, length: Calendar) -> u32 {
        (self.year * 12 + self.month - 1) / length.months()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl Calendar {
    /// Gives the length as a plan writes it.
    pub fn name(self) -> &'static str {
        match self {
            Calendar::Month => "month",
            Calendar::Quarter => "quarter",
            Calendar::HalfYear => "half-year",
            Calendar::Year => "year",
        }
    }

    fn months(self) -> u32 {
        match self {
            Calendar::Month => 1,
            Calendar::Quarter => 3,
            Calendar::HalfYear => 6,
            Calendar::Year => 12,
        }
    }

    fn name_of(self, part: u32) -> String {
        let (year, place) = (part * self.months() / 12, part % (12 / self.months()) + 1);
        match self {
            Calendar::Month => format!("{year:04}-{place:02}"),
            Calendar::Quarter => format!("{year:04}-Q{place}"),
            Calendar::HalfYear => format!("{year:04}-H{place}"),
            Calendar::Year => format!("{year:04}"),
        }
    }
}

impl Periods {
    /// Gives the place of the period that a month lies in; none before the first and after the last.
    pub fn place(&self, month: Month) -> Option<u32> {
        let [first, last, part] = [self.from, self.until, month].map(|it| it.part(self.length));
        (first..=last).contains(&part).then(|| part - first)
    }

    /// Names the periods in their order, such as `2026-Q3`; none where the last one is before the first.
    pub fn names(&self) -> Vec<String> {
        let [first, last] = [self.from, self.until].map(|it| it.part(self.length));
        (first..=last)
            .map(|part| self.length.name_of(part))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn periods(length: Calendar, from: &str, until: &str) -> Periods {
        Periods {
            column: "day".to_owned(),
            length,
            from: Month::parse(from).unwrap(),
            until: Month::parse(until).unwrap(),
        }
    }

    #[test]
    fn a_month_lies_in_one_period_of_the_calendar() {
        for (length, names, place) in [
            (
                Calendar::Month,
                vec!["2025-11", "2025-12", "2026-01", "2026-02"],
                2,
            ),
            (Calendar::Quarter, vec!["2025-Q4", "2026-Q1"], 1),
            (Calendar::HalfYear, vec!["2025-H2", "2026-H1"], 1),
            (Calendar::Year, vec!["2025", "2026"], 1),
        ] {
            let periods = periods(length, "2025-11", "2026-02");
            assert_eq!(periods.names(), names);
            assert_eq!(periods.place(Month::new(2026, 1).unwrap()), Some(place));
            assert_eq!(periods.place(Month::new(2024, 12).unwrap()), None);
            assert_eq!(periods.place(Month::new(2027, 1).unwrap()), None);
        }
        assert!(
            periods(Calendar::Year, "2026-01", "2025-12")
                .names()
                .is_empty()
        );
    }

    #[test]
    fn a_month_is_written_in_one_way() {
        assert_eq!(
            Month::parse("2026-07").map(|it| it.to_string()),
            Some("2026-07".to_owned())
        );
        for text in [
            "2026-7",
            "2026-13",
            "0000-01",
            "26-07",
            "2026-07-01",
            "2026/07",
            "+026-07",
            "",
        ] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }
}
