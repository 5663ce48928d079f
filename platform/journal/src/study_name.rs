//! In which study.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The name under which a study is kept by everybody who takes part in it.
///
/// 1 to 64 characters out of `a–z`, `0–9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StudyName(String);

/// A text that is no name of a study.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a study's name has 1 to 64 characters out of a-z, 0-9 and '-'")]
pub struct BadStudyName;

impl StudyName {
    /// Gives the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for StudyName {
    type Error = BadStudyName;

    fn try_from(name: String) -> Result<StudyName, BadStudyName> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if (1..=64).contains(&name.len()) && name.bytes().all(plain) {
            Ok(StudyName(name))
        } else {
            Err(BadStudyName)
        }
    }
}

impl FromStr for StudyName {
    type Err = BadStudyName;

    fn from_str(name: &str) -> Result<StudyName, BadStudyName> {
        name.to_owned().try_into()
    }
}

impl From<StudyName> for String {
    fn from(study: StudyName) -> String {
        study.0
    }
}

impl fmt::Display for StudyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
