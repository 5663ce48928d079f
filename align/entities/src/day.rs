use std::{fmt, time::Duration};

use consilium_base::UnixTime;
use time::{Date, Month};

/// A day of the Gregorian calendar in the years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// The Julian day number of 1970-01-01.
const EPOCH: i32 = 2_440_588;

/// The last day of the calendar.
const LAST: Day = match Date::from_ordinal_date(9999, 365) {
    Ok(last) => Day(last),
    Err(_) => panic!("that year has 365 days"),
};

/// Days from serial number 0 to 1970-01-01 in the 1900 date system, after its 29 February 1900.
const SERIAL_OF_EPOCH: i32 = 25_569;

impl Day {
    /// Takes a day, if the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Day> {
        let month = Month::try_from(month).ok()?;
        let date = Date::from_calendar_date(i32::from(year), month, day).ok()?;
        Day(date).in_range()
    }

    /// Takes the number of days since 1970-01-01, as a clock tells.
    pub fn since_1970(days: i32) -> Option<Day> {
        let number = EPOCH.checked_add(days)?;
        Day(Date::from_julian_day(number).ok()?).in_range()
    }

    /// Gives the day in China, where the ids are from, so that nobody is born tomorrow; the last day
    /// there is for times that no calendar has.
    pub fn in_china(now: UnixTime) -> Day {
        let days = now.after(Duration::from_hours(8)).0.div_euclid(86_400);
        let day = i32::try_from(days).ok().and_then(Day::since_1970);
        day.unwrap_or(LAST)
    }

    /// Gives the year.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// Takes a serial number of the 1900 date system of spreadsheets, from 61 (1 March 1900) on.
    pub(crate) fn of_serial(serial: u32) -> Option<Day> {
        let serial = i32::try_from(serial).ok().filter(|serial| *serial > 60)?;
        Day::since_1970(serial - SERIAL_OF_EPOCH)
    }

    /// Reads digits; each is as long as the caller allows.
    pub(crate) fn read(year: &str, month: &str, day: &str) -> Option<Day> {
        Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    fn in_range(self) -> Option<Day> {
        (1..=9999).contains(&self.0.year()).then_some(self)
    }
}

/// Writes `20240131`, the form that keys have.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(f, "{year:04}{:02}{day:02}", u8::from(month))
    }
}
