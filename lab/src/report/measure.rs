//! What of a fit is reported.

use consilium_evaluation::Measures;
use consilium_plan::Lang;
use serde::{Deserialize, Serialize};

use crate::Scale;

/// Of what a share is lost, as [`Scale`] has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LostOf {
    /// The exact plan's score.
    ExactScore,
    /// What the exact plan explains: by how much its deviance lies below that of the mean of the test
    /// rows' labels.
    ExplainedDeviance,
}

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

    /// Gives what it is of a model that tells nothing of these rows: that gives each the same score, puts
    /// each into the class that more have, or predicts the mean of their labels. Nothing where nobody
    /// asks.
    pub(crate) fn of_nothing(self, measures: &Measures) -> Option<f64> {
        match (self, measures) {
            (Measure::Auc, Measures::Classes(_)) => Some(0.5),
            (Measure::Accuracy, Measures::Classes(it)) => {
                let more = it.positives.max(it.rows.saturating_sub(it.positives));
                Some(more as f64 / it.rows as f64)
            }
            (Measure::Deviance, Measures::Numbers(it)) => Some(it.null_deviance / it.rows as f64),
            _ => None,
        }
    }

    /// Says why rows don't tell it.
    pub(super) fn undefined(self, lang: Lang) -> String {
        let name = self.name(lang);
        match self {
            Measure::Auc => lang.pick(
                format!("{name} is undefined where all test rows are of one class"),
                format!("测试行只有一个类别时{name}无定义"),
            ),
            _ => lang.pick(
                format!("{name} is undefined on these test rows"),
                format!("{name}在这些测试行上无定义"),
            ),
        }
    }

    /// Says what is lost of it, as a share.
    pub(super) fn lost_of(self) -> LostOf {
        match self.scale() {
            Scale::MoreIsBetter => LostOf::ExactScore,
            Scale::LessIsBetter => LostOf::ExplainedDeviance,
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
