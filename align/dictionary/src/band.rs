//! How many rows, told roughly.

use std::fmt;

use serde::Serialize;

/// Bounds between which a number of rows lies: none, some below the minimum, or a step of
/// 1, 2, 5, 10, 20, 50 and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Band {
    /// The fewest rows.
    pub least: u64,
    /// The most rows.
    pub most: u64,
}

impl Band {
    /// Gives the band of a number of rows, where a minimum is one at which a step begins.
    ///
    /// ```
    /// use consilium_dictionary::Band;
    ///
    /// let told = [0, 3, 10, 47, 4711].map(|rows| Band::of(rows, 10).to_string());
    /// assert_eq!(told, ["0", "1..9", "10..19", "20..49", "2000..4999"]);
    /// ```
    pub fn of(rows: u64, minimum: u64) -> Band {
        if rows == 0 {
            return Band { least: 0, most: 0 };
        }
        if rows < minimum {
            let most = minimum - 1;
            return Band { least: 1, most };
        }
        step(rows)
    }

    /// Says whether a step begins at so many rows, of which there are some.
    pub(crate) fn begins_at(rows: u64) -> bool {
        rows > 0 && step(rows).least == rows
    }

    /// Takes a band by its fewest rows, if it is one.
    pub(crate) fn from_least(least: u64, minimum: u64) -> Option<Band> {
        let band = Band::of(least, minimum);
        (band.least == least).then_some(band)
    }
}

/// Gives the step that one row or more lie in.
fn step(rows: u64) -> Band {
    let decade = 10_u64.pow(rows.ilog10());
    let (least, next) = match rows / decade {
        1 => (1, 2),
        2..=4 => (2, 5),
        _ => (5, 10),
    };
    Band {
        least: least * decade,
        most: decade.saturating_mul(next).saturating_sub(1),
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.least == self.most {
            return write!(f, "{}", self.least);
        }
        write!(f, "{}..{}", self.least, self.most)
    }
}
