//! What others see of a score.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Score;

/// Twenty points of a score: 0 is below 20, 4 is 80 and above.
///
/// # Security
///
/// A score in hundredths, told again and again, tells when a single row came or went. A band changes
/// rarely; where it does, that the score passed an edge is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Band(u8);

/// A number that is no band's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("bands are numbered from 0 to 4")]
pub struct BadBand;

impl Band {
    /// All of them, the lowest first.
    pub const ALL: [Band; 5] = [Band(0), Band(1), Band(2), Band(3), Band(4)];

    /// The band in which a score lies.
    pub fn of(score: Score) -> Band {
        let reached = |band: &Band| score.score >= band.from();
        Self::ALL.into_iter().rfind(reached).unwrap_or(Band(0))
    }

    /// The least score in it.
    pub fn from(self) -> f64 {
        20.0 * f64::from(self.0)
    }

    /// The score up to which it reaches.
    pub fn to(self) -> f64 {
        self.from() + 20.0
    }

    /// The score in its middle.
    pub fn midpoint(self) -> f64 {
        self.from() + 10.0
    }
}

impl TryFrom<u8> for Band {
    type Error = BadBand;

    fn try_from(number: u8) -> Result<Band, BadBand> {
        (number <= 4).then_some(Band(number)).ok_or(BadBand)
    }
}

impl From<Band> for u8 {
    fn from(band: Band) -> u8 {
        band.0
    }
}

/// As `60–80`.
impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0}–{:.0}", self.from(), self.to())
    }
}
