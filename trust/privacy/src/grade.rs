//! How far a table is de-identified.

use serde::Serialize;

use crate::Threshold;

/// The grade of de-identification after GB/T 42460-2023, clause 4 (个人信息去标识化效果分级).
///
/// # Discussion
///
/// The standard's own text was not at hand; what public pages tell of it is this. Clause 4 grades, clause 6 has a
/// qualitative part (6.2), which looks for identifiers, and a quantitative one (6.3), and annex D, which is no
/// requirement, an example by k-anonymity (its table of contents, as bookshops show it). Its draft of 2021
/// (个人信息去标识化效果分级评估规范, 征求意见稿) is told to have four grades: data that identify directly; data without
/// direct identifiers but with quasi-identifiers; such whose risk of re-identification is low besides; aggregates
/// without single cases. [`Grade`] is that.
///
/// Unverified: whether the standard has kept the draft's four grades word by word; which threshold it calls
/// acceptable, if it names one (here whoever gives data away chooses it, and the usual one is not the standard's);
/// whether a risk just at the threshold is acceptable, as it is here; and whether the risk held against it is the
/// highest of a row, as it is here, or a mean, or one multiplied by how likely an attack is. The highest risk is a
/// prosecutor's, or a journalist's where the population is known: the choice that gives the lower grade.
///
/// A grade that is measured says nothing of free texts, nor of columns that nobody called identifying.
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
