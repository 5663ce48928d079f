//! Durations and sizes as people write them in configuration, `"30s"` and `"64MiB"`, and what the
//! files of both daemons have in common.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

mod file;

pub use file::{ConfigError, Log, has_port};

/// A duration: a whole number and one of `ms`, `s`, `m`, `h` and `d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(pub Duration);

/// A number of bytes: a whole number and one of `B`, `KiB`, `MiB`, `GiB` and `TiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size(pub u64);

/// A text that is no duration, or no size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is no {what}: write a whole number and a unit, as in \"{example}\"")]
pub struct BadQuantity {
    text: String,
    what: &'static str,
    example: &'static str,
}

/// Units in milliseconds, the largest first.
const PERIODS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];
/// Units in bytes, the largest first.
const SIZES: [(&str, u64); 5] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

impl FromStr for Period {
    type Err = BadQuantity;

    fn from_str(text: &str) -> Result<Period, BadQuantity> {
        let millis = read(text, &PERIODS).ok_or_else(|| BadQuantity {
            text: text.to_owned(),
            what: "duration",
            example: "30s",
        })?;
        Ok(Period(Duration::from_millis(millis)))
    }
}

impl FromStr for Size {
    type Err = BadQuantity;

    fn from_str(text: &str) -> Result<Size, BadQuantity> {
        read(text, &SIZES).map(Size).ok_or_else(|| BadQuantity {
            text: text.to_owned(),
            what: "size",
            example: "64MiB",
        })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        write(millis, &PERIODS, f)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self.0, &SIZES, f)
    }
}

impl TryFrom<String> for Period {
    type Error = BadQuantity;

    fn try_from(text: String) -> Result<Period, BadQuantity> {
        text.parse()
    }
}

impl TryFrom<String> for Size {
    type Error = BadQuantity;

    fn try_from(text: String) -> Result<Size, BadQuantity> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.to_string()
    }
}

impl From<Size> for String {
    fn from(size: Size) -> String {
        size.to_string()
    }
}

fn read(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, worth) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*worth)
}

/// Writes it in the largest unit of which it is a whole number.
fn write(value: u64, units: &[(&str, u64)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let fits = |(_, worth): &&(&str, u64)| value > 0 && value.is_multiple_of(*worth);
    let fallback = units.last().copied().unwrap_or(("", 1));
    let (name, worth) = units.iter().find(fits).copied().unwrap_or(fallback);
    write!(f, "{}{name}", value / worth)
}
