//! How roughly an excess of surprisal is told.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of five steps of the excess: below 0.1 bits, to 0.3, to 1, to 3, and above. They are ours, about as
/// far apart on the scale of logarithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Below 0.1 bits: own rows are like the others'.
    Common,
    /// Below 0.3 bits.
    Usual,
    /// Below 1 bit.
    Uncommon,
    /// Below 3 bits.
    Rare,
    /// 3 bits and more: own rows are unlike any that the others have.
    Singular,
}

impl Step {
    /// Gives the step of an excess in bits.
    pub fn of(excess: f64) -> Step {
        match excess {
            3.0.. => Step::Singular,
            1.0.. => Step::Rare,
            0.3.. => Step::Uncommon,
            0.1.. => Step::Usual,
            _ => Step::Common,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Common => "0..0.1",
            Step::Usual => "0.1..0.3",
            Step::Uncommon => "0.3..1",
            Step::Rare => "1..3",
            Step::Singular => "3..",
        })
    }
}
