use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use time::{Date, Month};

/// A day of the Gregorian calendar, written `2026-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

/// A text that is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written like 2026-01-31")]
pub struct BadDay;

impl Day {
    /// Gives the day, if the calendar has it.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Day> {
        let month = Month::try_from(month).ok()?;
        Date::from_calendar_date(year, month, day).ok().map(Day)
    }
}

impl FromStr for Day {
    type Err = BadDay;

    /// Reads `2026-01-31`, and the `20260131` of claims files.
    fn from_str(text: &str) -> Result<Day, BadDay> {
        let (dashed, plain) = (text.len() == 10, text.len() == 8);
        let (month, day) = if dashed { (5, 8) } else { (4, 6) };
        let hyphens = plain || dashed && [4, 7].iter().all(|at| text.as_bytes()[*at] == b'-');
        if !hyphens {
            return Err(BadDay);
        }
        let number = |from: usize, len: usize| -> Result<u16, BadDay> {
            let part = text.get(from..from + len).ok_or(BadDay)?;
            let is_number = part.bytes().all(|it| it.is_ascii_digit());
            part.parse().ok().filter(|_| is_number).ok_or(BadDay)
        };
        let small = |number: u16| u8::try_from(number).map_err(|_| BadDay);
        let year = i32::from(number(0, 4)?);
        let (month, day) = (small(number(month, 2)?)?, small(number(day, 2)?)?);
        Day::new(year, month, day).ok_or(BadDay)
    }
}

impl TryFrom<String> for Day {
    type Error = BadDay;

    fn try_from(text: String) -> Result<Day, BadDay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Day(date) = self;
        write!(
            f,
            "{:04}-{:02}-{:02}",
            date.year(),
            u8::from(date.month()),
            date.day()
        )
    }
}
