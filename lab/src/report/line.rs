//! The table of all cells, a line for each: what CSV and Parquet have in common.

use consilium_evaluation::Measures;
use serde::Serialize;

use super::{Estimated, Measure};
use crate::{Arm, CellKey, Experiment, Learnt, Outcome};

/// A cell with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The key under which it is kept.
    pub key: CellKey,
    /// `pooled`, `local`, `exact` or `approximate`.
    pub arm: &'static str,
    /// Who is alone.
    pub party: Option<String>,
    /// The number of the setting.
    pub setting: Option<u64>,
    /// What its block is called.
    pub name: Option<String>,
    /// Its knobs as they are set.
    pub knobs: Option<String>,
    /// The seed.
    pub seed: u64,
    /// The fold, from 0.
    pub fold: u64,
    /// The rows of all parties for training; who learns alone has its own of them.
    pub train_rows: u64,
    /// Rows that were tested on.
    pub test_rows: u64,
    /// Over the test rows; nothing where there is no model.
    pub measures: Option<Measures>,
    /// CPU seconds of all parties.
    pub cpu_s: Option<f64>,
    /// Bytes that all parties sent.
    pub sent_bytes: Option<u64>,
    /// Seconds from the first message to the last.
    pub wall_s: Option<f64>,
    /// CPU seconds of all parties by the plan's cost model.
    pub estimated_cpu_s: Option<f64>,
    /// Bytes that all parties send by it.
    pub estimated_sent_bytes: Option<f64>,
    /// Seconds from the first message to the last by it.
    pub estimated_wall_s: Option<f64>,
    /// Updates of the model, or trees.
    pub iterations: Option<u64>,
    /// Why there is no model, in English.
    pub failure: Option<String>,
}

/// What stands in a column: nothing where a cell has none.
#[derive(Clone, Copy)]
pub(super) enum Column {
    Text(fn(&Line) -> Option<String>),
    Count(fn(&Line) -> Option<u64>),
    Number(fn(&Line) -> Option<f64>),
}

/// The columns, each with its name.
pub(super) const COLUMNS: &[(&str, Column)] = &[
    ("arm", Column::Text(|line| Some(line.arm.to_owned()))),
    ("party", Column::Text(|line| line.party.clone())),
    ("setting", Column::Count(|line| line.setting)),
    ("name", Column::Text(|line| line.name.clone())),
    ("knobs", Column::Text(|line| line.knobs.clone())),
    ("seed", Column::Count(|line| Some(line.seed))),
    ("fold", Column::Count(|line| Some(line.fold))),
    ("train_rows", Column::Count(|line| Some(line.train_rows))),
    ("test_rows", Column::Count(|line| Some(line.test_rows))),
    ("auc", Column::Number(|line| line.measure(Measure::Auc))),
    (
        "accuracy",
        Column::Number(|line| line.measure(Measure::Accuracy)),
    ),
    (
        "log_loss",
        Column::Number(|line| line.measure(Measure::LogLoss)),
    ),
    ("brier", Column::Number(|line| line.measure(Measure::Brier))),
    (
        "mean_deviance",
        Column::Number(|line| line.measure(Measure::Deviance)),
    ),
    (
        "mean_null_deviance",
        Column::Number(|line| Measure::Deviance.of_nothing(line.measures.as_ref()?)),
    ),
    ("d2", Column::Number(|line| line.measure(Measure::D2))),
    ("rmse", Column::Number(|line| line.measure(Measure::Rmse))),
    ("mae", Column::Number(|line| line.measure(Measure::Mae))),
    ("cpu_s", Column::Number(|line| line.cpu_s)),
    ("sent_bytes", Column::Count(|line| line.sent_bytes)),
    ("wall_s", Column::Number(|line| line.wall_s)),
    (
        "estimated_cpu_s",
        Column::Number(|line| line.estimated_cpu_s),
    ),
    (
        "estimated_sent_bytes",
        Column::Number(|line| line.estimated_sent_bytes),
    ),
    (
        "estimated_wall_s",
        Column::Number(|line| line.estimated_wall_s),
    ),
    ("iterations", Column::Count(|line| line.iterations)),
    ("failure", Column::Text(|line| line.failure.clone())),
    ("key", Column::Text(|line| Some(line.key.to_string()))),
];

impl Line {
    pub(super) fn new(experiment: &Experiment, key: &CellKey, outcome: &Outcome) -> Line {
        let cell = &outcome.cell;
        let (arm, party, number) = match &cell.arm {
            Arm::Pooled => ("pooled", None, None),
            Arm::Local { party } => ("local", Some(party.to_string()), None),
            Arm::Exact => ("exact", None, None),
            Arm::Approximate { setting } => ("approximate", None, Some(*setting)),
        };
        let setting = number.and_then(|number| experiment.setting(number));
        let (fitted, failure) = match &outcome.result {
            Learnt::Fitted(fitted) => (Some(&**fitted), None),
            Learnt::Failed { reason } => (None, Some(reason.clone())),
        };
        let estimated = Estimated::of(experiment, outcome);
        let estimated = estimated.as_ref();
        Line {
            key: *key,
            arm,
            party,
            setting: number.map(|number| number.0.into()),
            name: setting.and_then(|setting| setting.name.clone()),
            knobs: setting.map(ToString::to_string),
            seed: cell.seed,
            fold: cell.fold.into(),
            train_rows: outcome.rows.train,
            test_rows: outcome.rows.test,
            measures: fitted.map(|it| it.measures.clone()),
            cpu_s: fitted.map(crate::Fitted::cpu_s),
            sent_bytes: fitted.map(|it| {
                // Cells come from files, with whatever numbers.
                let each = it.parties.iter().map(|cost| cost.sent_bytes);
                each.fold(0, u64::saturating_add)
            }),
            wall_s: fitted.and_then(|it| it.wall_s),
            estimated_cpu_s: estimated.map(|it| it.cpu_s),
            estimated_sent_bytes: estimated.map(|it| it.sent_bytes),
            estimated_wall_s: estimated.map(|it| it.wall_s),
            iterations: fitted.map(|it| it.iterations.into()),
            failure,
        }
    }

    fn measure(&self, measure: Measure) -> Option<f64> {
        measure.of(self.measures.as_ref()?)
    }
}
