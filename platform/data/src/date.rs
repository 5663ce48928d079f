use std::fmt;

use consilium_schema::DateOrder;
use time::{Month, OffsetDateTime};

/// A day of the Gregorian calendar, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// Days since 1970-01-01, negative before it.
    pub fn days(self) -> i32 {
        self.0
    }

    /// The day that many days after 1970-01-01; none outside the years 1 to 9999.
    pub fn at(days: i32) -> Option<Self> {
        let day = days.checked_add(EPOCH)?;
        let year = time::Date::from_julian_day(day).ok()?.year();
        (1..=9999).contains(&year).then_some(Self(days))
    }

    /// The year, 1 to 9999, and the month, 1 to 12.
    pub fn year_and_month(self) -> (u32, u32) {
        let (year, month, _) = self.calendar();
        (year.unsigned_abs(), u32::from(u8::from(month)))
    }

    fn calendar(self) -> (i32, Month, u8) {
        let day = time::Date::from_julian_day(self.0 + EPOCH);
        let day = day.expect("only days of the years 1 to 9999 are read");
        day.to_calendar_date()
    }

    pub(crate) fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Reads a date of the years 1 to 9999 in the given order; a time of day after it is dropped.
    pub fn parse(text: &str, order: DateOrder) -> Option<Self> {
        let day = match text.find(['T', ' ']) {
            Some(end) if is_time(&text[end + 1..]) => &text[..end],
            Some(_) => return None,
            None => text,
        };
        let [a, b, c] = parts(day, order)?;
        let (year, month, day) = match order {
            DateOrder::Ymd => (a, b, c),
            DateOrder::Dmy => (c, b, a),
            DateOrder::Mdy => (c, a, b),
        };
        let long_enough = year.len() == 4 && month.len() <= 2 && day.len() <= 2;
        long_enough
            .then(|| Self::of(number(year)?, number(month)?, number(day)?))
            .flatten()
    }

    fn of(year: i32, month: i32, day: i32) -> Option<Self> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let day = time::Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()?;
        Some(Self(day.to_julian_day() - EPOCH))
    }
}

/// The Julian day of 1970-01-01.
const EPOCH: i32 = OffsetDateTime::UNIX_EPOCH.to_julian_day();

/// Writes `2026-03-21`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.calendar();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

fn parts(text: &str, order: DateOrder) -> Option<[&str; 3]> {
    if order == DateOrder::Ymd {
        if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some([&text[..4], &text[4..6], &text[6..]]);
        }
        if let Some(chinese) = text.strip_suffix('日') {
            let (year, rest) = chinese.split_once('年')?;
            let (month, day) = rest.split_once('月')?;
            return Some([year, month, day]);
        }
    }
    let separator = text
        .chars()
        .find(|letter| matches!(letter, '-' | '/' | '.'))?;
    let mut parts = text.split(separator);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

fn number(digits: &str) -> Option<i32> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// Accepts what may follow a date: `14:37`, `14:37:00.5Z`, `14:37:00+08:00`.
fn is_time(text: &str) -> bool {
    text.contains(':')
        && text.starts_with(|letter: char| letter.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b":.Z+-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_their_order() {
        let cases = [
            ("1970-01-01", DateOrder::Ymd, "1970-01-01"),
            ("2024/2/29", DateOrder::Ymd, "2024-02-29"),
            ("19230501", DateOrder::Ymd, "1923-05-01"),
            ("2026年3月1日", DateOrder::Ymd, "2026-03-01"),
            ("1984-03-19T14:37:00Z", DateOrder::Ymd, "1984-03-19"),
            ("1984-03-19 14:37", DateOrder::Ymd, "1984-03-19"),
            ("0001-01-01", DateOrder::Ymd, "0001-01-01"),
            ("21.03.2026", DateOrder::Dmy, "2026-03-21"),
            ("3/21/2026", DateOrder::Mdy, "2026-03-21"),
        ];
        for (text, order, expected) in cases {
            assert_eq!(
                Date::parse(text, order).unwrap().to_string(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "2023-02-29",
            "2023-13-01",
            "23-01-01",
            "2023-1",
            "20231301",
            "1.5",
            "",
            "2023-01-01 later",
            "0000-01-01",
            "2023-+1-01",
            "2023/01-02",
            "日",
            "年月日",
        ] {
            assert_eq!(Date::parse(text, DateOrder::Ymd), None, "{text}");
        }
    }

    #[test]
    fn days_count_from_the_epoch() {
        assert_eq!(
            Date::parse("2000-03-01", DateOrder::Ymd).unwrap().days(),
            11_017
        );
        assert_eq!(
            Date::parse("1969-12-31", DateOrder::Ymd).unwrap().days(),
            -1
        );
    }
}
