//! What of a fit is reported.

use consilium_evaluation::Measures;
use consilium_plan::Lang;
use serde::{Deserialize, Serialize};

use crate::Scale;

/// A measure of predictions on test rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Area under the ROC curve.
    Auc,
    /// Share of rows on the right side of a score of one half.
    Accuracy,
    /// Mean negative log-likelihood.
    LogLoss,
    /// Mean squared difference of score and label.
    Brier,
    /// Mean unit deviance, in the unit of
    /// [`GoodnessOfFit::deviance`](consilium_evaluation::GoodnessOfFit).
    Deviance,
    /// Share of the deviance that the model explains.
    D2,
    /// Root of the mean squared error, in units of the label.
    Rmse,
    /// Mean absolute error, in units of the label.
    Mae,
}

impl Measure {
    /// Gives those of a plan, the one that verdicts rest on first.
    pub fn all_of(classes: bool) -> &'static [Measure] {
        if classes {
            &[
                Measure::Auc,
                Measure::Accuracy,
                Measure::LogLoss,
                Measure::Brier,
            ]
        } else {
            &[Measure::Deviance, Measure::D2, Measure::Rmse, Measure::Mae]
        }
    }

    /// Says whether more of it is better.
    pub fn scale(self) -> Scale {
        match self {
            Measure::Auc | Measure::Accuracy | Measure::D2 => Scale::MoreIsBetter,
            Measure::LogLoss
            | Measure::Brier
            | Measure::Deviance
            | Measure::Rmse
            | Measure::Mae => Scale::LessIsBetter,
        }
    }

    /// Gives its name.
    pub fn name(self, lang: Lang) -> &'static str {
        match self {
            Measure::Auc => "AUC",
            Measure::Accuracy => lang.pick("accuracy", "准确率"),
            Measure::LogLoss => lang.pick("log loss", "对数损失"),
            Measure::Brier => lang.pick("Brier score", "Brier 分数"),
            Measure::Deviance => lang.pick("mean deviance", "平均偏差"),
            Measure::D2 => "D²",
            Measure::Rmse => "RMSE",
            Measure::Mae => "MAE",
        }
    }

    /// Takes it from measures; nothing where they are of another kind, or the rows don't tell.
    pub fn of(self, measures: &Measures) -> Option<f64> {
        let value = match (self, measures) {
            (Measure::Auc, Measures::Classes(it)) => it.auc,
            (Measure::Accuracy, Measures::Classes(it)) => Some(it.accuracy),
            (Measure::LogLoss, Measures::Classes(it)) => Some(it.log_loss),
            (Measure::Brier, Measures::Classes(it)) => Some(it.brier),
            (Measure::Deviance, Measures::Numbers(it)) => Some(it.deviance / it.rows as f64),
            (Measure::D2, Measures::Numbers(it)) => it.d2,
            (Measure::Rmse, Measures::Numbers(it)) => Some(it.rmse),
            (Measure::Mae, Measures::Numbers(it)) => Some(it.mae),
            _ => None,
        };
        value.filter(|value| value.is_finite())
    }
}
