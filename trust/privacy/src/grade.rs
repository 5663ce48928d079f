//! How far a table is de-identified.

use serde::Serialize;

use crate::Threshold;

/// The grade of de-identification after GB/T 42460-2023, clause 4.
///
/// # Discussion
///
/// Likely and not certain: the four grades are as they are commonly told, and not checked against the
/// standard's own text, which was not at hand. The risk that is held against the threshold is the
/// highest that a row has from a prosecutor, or from a journalist where the population is known; the
/// threshold is for whoever gives data away to choose. A grade that is measured says nothing of free
/// texts, nor of columns that nobody called identifying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "u8")]
pub enum Grade {
    /// There are direct identifiers: people are named.
    Named,
    /// None, but quasi-identifiers by which somebody's risk is above the threshold.
    AtRisk,
    /// Quasi-identifiers by which nobody's risk is above the threshold.
    Acceptable,
    /// No identifier of either kind: aggregates.
    Aggregate,
}

impl Grade {
    /// The grade of a table of rows: whether it has direct identifiers, and the highest risk by its
    /// quasi-identifiers, where it has any.
    pub fn of(has_direct: bool, highest: Option<f64>, threshold: Threshold) -> Grade {
        match highest {
            _ if has_direct => Grade::Named,
            None => Grade::Aggregate,
            Some(highest) if highest > threshold.probability() => Grade::AtRisk,
            Some(_) => Grade::Acceptable,
        }
    }

    /// The grade as a number, 1 to 4.
    pub fn level(self) -> u8 {
        match self {
            Grade::Named => 1,
            Grade::AtRisk => 2,
            Grade::Acceptable => 3,
            Grade::Aggregate => 4,
        }
    }
}

impl From<Grade> for u8 {
    fn from(grade: Grade) -> u8 {
        grade.level()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_weigh_more_than_any_risk() {
        let threshold = Threshold::CLINICAL;
        let of = |has_direct, highest| Grade::of(has_direct, highest, threshold).level();
        assert_eq!(of(true, Some(0.001)), 1);
        assert_eq!(of(false, Some(0.1)), 2);
        assert_eq!(of(false, Some(1.0 / 11.0)), 3);
        assert_eq!(of(false, None), 4);
    }
}
