//! `own-report.json` of a study that predicts a column of this institution by others' columns.

use consilium_mailbox::PartyId;
use serde::Deserialize;

use super::{of_study, read_json, subscore};
use crate::{Dimension, EvidenceHash, Found, ReportError, VersionHash};

/// Standard deviations to either side of a 95 % interval.
const WIDE: f64 = 1.96;

#[derive(Debug, Deserialize)]
struct Report {
    plan: EvidenceHash,
    /// Studies of other kinds don't say it.
    party: Option<PartyId>,
    version: Option<VersionHash>,
    role: Option<String>,
    importance: Option<Importance>,
    /// On rows that were kept for testing.
    own: Option<Measures>,
}

/// What the model goes by.
#[derive(Debug, Deserialize)]
struct Importance {
    /// Of each own column, its splits.
    columns: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Measures {
    rows: f64,
    /// Where the label is one of two classes: rows with it, and the area under the ROC curve.
    positives: Option<f64>,
    auc: Option<f64>,
    /// Where it is a number: R².
    d2: Option<f64>,
}

pub(super) fn read(
    json: &str,
    institution: &PartyId,
    version: Option<VersionHash>,
) -> Result<Found, ReportError> {
    let of = Dimension::Scarcity;
    let report: Report = read_json(json, of)?;
    let nothing = || ReportError::NotPredicted;
    let (party, measures) = report.party.zip(report.own).ok_or_else(nothing)?;
    if party != *institution {
        return Err(ReportError::Elsewhere { of, party });
    }
    if version.is_some_and(|registered| report.version != Some(registered)) {
        return Err(ReportError::Outdated { of });
    }
    if report.role.as_deref() != Some("label-holder") {
        return Err(nothing());
    }
    if report.importance.is_none_or(|it| !it.columns.is_empty()) {
        return Err(ReportError::OwnColumns);
    }
    let score = score(&measures).ok_or_else(nothing)?;
    Ok(Found {
        subscores: vec![subscore(of, "unpredictability", score, 1.0)?],
        proxy: false,
        evidence: of_study(report.plan, of),
    })
}

/// Gives the score with its bounds.
fn score(measures: &Measures) -> Option<[f64; 3]> {
    match (measures.positives.zip(measures.auc), measures.d2) {
        (Some((positives, auc)), _) => of_area(auc, [positives, measures.rows - positives]),
        (None, Some(d2)) => of_share(d2, measures.rows),
        (None, None) => None,
    }
}

/// 100·(1 − 2·|AUC − ½|). The standard error of the area is that of Hanley and McNeil, *The meaning and use of the area
/// under a ROC curve* (Radiology 143, 1982), formula 1, with their approximations of Q1 and Q2.
fn of_area(area: f64, [positives, negatives]: [f64; 2]) -> Option<[f64; 3]> {
    if !((0.0..=1.0).contains(&area) && positives >= 1.0 && negatives >= 1.0) {
        return None;
    }
    let (q1, q2) = (area / (2.0 - area), 2.0 * area * area / (1.0 + area));
    let variance = area * (1.0 - area)
        + (positives - 1.0) * (q1 - area * area)
        + (negatives - 1.0) * (q2 - area * area);
    let wide = WIDE * (variance / (positives * negatives)).max(0.0).sqrt();
    let off = (area - 0.5).abs();
    let score = |off: f64| 100.0 * (1.0 - 2.0 * off.clamp(0.0, 0.5));
    Some([score(off), score(off + wide), score(off - wide)])
}

/// 100·(1 − R²), a negative R² counting 0. Bounds are those of Fisher's z of √R² (*On the "probable error" of a coefficient
/// of correlation*, Metron 1, 1921), as if that was the correlation of numbers with what was predicted.
fn of_share(share: f64, rows: f64) -> Option<[f64; 3]> {
    if !(share <= 1.0 && rows > 3.0) {
        return None;
    }
    let correlation = share.max(0.0).sqrt();
    let (z, wide) = (correlation.atanh(), WIDE / (rows - 3.0).sqrt());
    let score = |z: f64| 100.0 * (1.0 - z.max(0.0).tanh().powi(2));
    Some([
        100.0 * (1.0 - correlation.powi(2)),
        score(z + wide),
        score(z - wide),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: Option<[f64; 3]>, expected: [f64; 3]) {
        let found = found.unwrap();
        let off = found
            .iter()
            .zip(expected)
            .map(|(it, expected)| it - expected);
        assert!(off.into_iter().all(|off| off.abs() < 0.01), "{found:?}");
    }

    #[test]
    fn what_is_predicted_no_better_than_by_chance_scores_all() {
        // By hand: Q1 = Q2 = 1/3, variance (1/4 + 98/12)/2500 = 0.003367.
        near(of_area(0.5, [50.0, 50.0]), [100.0, 77.26, 100.0]);
        assert_eq!(of_area(1.0, [50.0, 50.0]), Some([0.0, 0.0, 0.0]));
        assert_eq!(of_area(0.0, [50.0, 50.0]), Some([0.0, 0.0, 0.0]));
        near(of_share(-0.3, 103.0), [100.0, 96.25, 100.0]);
        assert_eq!(of_share(1.0, 103.0), Some([0.0, 0.0, 0.0]));
    }

    #[test]
    fn bounds_are_those_of_the_area_and_of_the_correlation() {
        // Hanley and McNeil, table I: 0.893 over 58 and 51 rows has a standard error of 0.032.
        let [score, low, high] = of_area(0.893, [51.0, 58.0]).unwrap();
        assert!(
            (score - 21.4).abs() < 0.01 && (high - score - 2.0 * 100.0 * 1.96 * 0.032).abs() < 0.3
        );
        assert!(low < score);
        // atanh(0.5) ± 0.196 by hand.
        near(of_share(0.25, 103.0), [75.0, 60.01, 88.49]);
    }

    #[test]
    fn numbers_that_can_t_be_give_no_score() {
        for (area, positives) in [(f64::NAN, 5.0), (1.5, 5.0), (0.5, 0.0), (0.5, f64::NAN)] {
            assert_eq!(of_area(area, [positives, 5.0]), None);
        }
        assert_eq!(of_share(f64::NAN, 9.0), None);
        assert_eq!(of_share(2.0, 9.0), None);
        assert_eq!(of_share(0.5, 3.0), None);
    }
}
