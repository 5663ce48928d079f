//! How much of what trees over pooled columns learn the joint ones have learnt.

use anyhow::Context as _;

use crate::local::{
    joint::{label_holder, last_loss},
    kept::Kept,
};

/// Of what the pooled trees gain the joint ones may miss this share: what is kept back for few rows,
/// and a first tree over one institution's columns.
const MOST_MISSED: f64 = 0.1;
/// Scores in a file have as many digits as they need: means of losses by them are the same but for the
/// order of adding up.
const ALIKE: f64 = 1e-9;

/// Mean losses over the rows that serve for training.
#[derive(Clone, Copy, Debug)]
pub(super) struct Losses {
    /// Before the first tree.
    pub(super) none: f64,
    /// Of the joint model, by its scores.
    pub(super) joint: f64,
    /// Of the pooled one.
    pub(super) pooled: f64,
    /// Of the joint model, as the label holder reports it.
    pub(super) told: f64,
}

impl Losses {
    /// Gives the mean loss of chances that labels are 1.
    pub(super) fn logistic(labels: &[f64], chances: &[f64]) -> f64 {
        let rows = labels.iter().zip(chances);
        let losses = rows.map(|(label, chance)| {
            let right = if *label > 0.5 { *chance } else { 1.0 - chance };
            -right.ln()
        });
        losses.sum::<f64>() / labels.len() as f64
    }

    /// Gives what the label holder reports after the last tree.
    pub(super) fn told(grown: &Kept) -> anyhow::Result<f64> {
        let loss = label_holder(grown).and_then(last_loss);
        let loss = loss.and_then(|loss| loss.as_f64());
        loss.context("the label holder knows the losses")
    }

    /// Gives what share of the pooled trees' gain the joint ones miss; less than nothing if they gain
    /// more.
    pub(super) fn missed(&self) -> f64 {
        (self.joint - self.pooled) / (self.none - self.pooled)
    }

    /// Gives what share they may miss, or have more.
    pub(super) fn bound() -> f64 {
        MOST_MISSED
    }

    /// Says what is not as it should be.
    pub(super) fn odd(&self) -> Option<(&'static str, &'static str)> {
        // What is no number is odd too.
        let is_told = (self.joint - self.told).abs() < ALIKE;
        if !is_told {
            return Some((
                "the scores of training rows are not those whose loss was reported",
                "训练行的得分与所报告的损失不符",
            ));
        }
        let is_learnt = self.pooled < self.none && self.missed().abs() <= MOST_MISSED;
        (!is_learnt).then_some((
            "the joint trees fit the training rows otherwise than the pooled ones",
            "联合生长的树对训练行的拟合与集中生长的树不符",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_is_that_of_the_label() {
        // Right with a half and a quarter: ln 2 and 2 ln 2.
        let loss = Losses::logistic(&[1.0, 0.0], &[0.5, 0.75]);
        assert!((loss - 1.5 * 2_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn trees_that_miss_much_or_gain_too_much_are_odd() {
        let losses = |joint: f64| Losses {
            none: 0.7,
            joint,
            pooled: 0.6,
            told: joint,
        };
        assert!((losses(0.605).missed() - 0.05).abs() < 1e-9);
        assert_eq!(losses(0.605).odd(), None);
        for joint in [0.7, 0.61 + 1e-6, 0.59 - 1e-6, f64::NAN] {
            assert!(losses(joint).odd().is_some(), "{joint}");
        }
        let reported = Losses {
            told: 0.602,
            ..losses(0.601)
        };
        assert!(reported.odd().is_some());
        let unlearnt = Losses {
            pooled: 0.7,
            ..losses(0.7)
        };
        assert!(unlearnt.odd().is_some());
    }
}
