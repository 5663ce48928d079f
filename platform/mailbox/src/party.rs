//! Who takes part in a run.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// The name of a party inside a study.
///
/// 1 to 64 characters out of `a–z`, `0–9`, `-`, `_` and `.`, the first a letter or digit.
/// Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartyId(Arc<str>);

/// A text that is no name of a party.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a party's name has 1 to 64 characters out of a-z, 0-9, '-', '_' and '.', \
     and begins with a letter or digit"
)]
pub struct BadPartyId;

impl PartyId {
    /// Gives the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PartyId {
    type Err = BadPartyId;

    fn from_str(name: &str) -> Result<Self, BadPartyId> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
        let starts_well = name.bytes().next().is_some_and(plain);
        let reads_well = name
            .bytes()
            .all(|c| plain(c) || matches!(c, b'-' | b'_' | b'.'));
        if starts_well && reads_well && name.len() <= 64 {
            Ok(PartyId(name.into()))
        } else {
            Err(BadPartyId)
        }
    }
}

impl TryFrom<String> for PartyId {
    type Error = BadPartyId;

    fn try_from(name: String) -> Result<Self, BadPartyId> {
        name.parse()
    }
}

impl From<PartyId> for String {
    fn from(party: PartyId) -> String {
        party.0.as_ref().to_owned()
    }
}

impl fmt::Display for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
