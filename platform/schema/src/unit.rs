use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ColumnFault;

/// The most characters of a unit.
const MOST: usize = 64;

/// A unit of measurement as UCUM writes it: `mg/dL`, `mm[Hg]`, `a`, `1`.
///
/// The form is checked (at most 64 printable characters of ASCII without blanks, brackets that close), not the
/// vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Unit(String);

impl Unit {
    /// The unit as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Unit {
    type Err = ColumnFault;

    fn from_str(text: &str) -> Result<Self, ColumnFault> {
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > MOST || !printable || !brackets_close(text) {
            return Err(ColumnFault::Unit);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Unit {
    type Error = ColumnFault;

    fn try_from(text: String) -> Result<Self, ColumnFault> {
        text.parse()
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn brackets_close(text: &str) -> bool {
    let mut awaited = Vec::new();
    for letter in text.chars() {
        match letter {
            '(' => awaited.push(')'),
            '[' => awaited.push(']'),
            '{' => awaited.push('}'),
            ')' | ']' | '}' if awaited.pop() != Some(letter) => return false,
            _ => {}
        }
    }
    awaited.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_the_clinic_are_accepted() {
        for text in [
            "mg/dL",
            "mm[Hg]",
            "a",
            "1",
            "10*9/L",
            "{beats}/min",
            "%",
            "mL/min/(1.73.m2)",
        ] {
            assert_eq!(text.parse::<Unit>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn an_empty_or_broken_unit_is_refused() {
        for text in [
            "",
            "mg dL",
            "毫克",
            "mm[Hg",
            "mm]Hg[",
            "(a]",
            &"m".repeat(65),
        ] {
            assert_eq!(text.parse::<Unit>(), Err(ColumnFault::Unit), "{text}");
        }
    }
}
