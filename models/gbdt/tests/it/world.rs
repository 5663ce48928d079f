//! Small tables for the tests.

use std::ops::ControlFlow;

use consilium_gbdt::{
    Boosting, Column, Direction, EarlyStopping, Growing, Losses, Objective, RowSampling,
    Specification, Table, local, local::Fit,
};
use proptest::prelude::*;

/// Every objective.
pub(crate) const OBJECTIVES: [Objective; 5] = [
    Objective::Logistic,
    Objective::Squared,
    Objective::Poisson,
    Objective::Gamma,
    Objective::Tweedie { power: 1.5 },
];

/// A generator of numbers that are the same in every run.
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(seed: u64) -> Draws {
        Draws(seed)
    }

    /// Gives a number at least 0 and below 1.
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

pub(crate) fn column(name: &str, values: Vec<f64>) -> Column {
    Column {
        name: name.to_owned(),
        values,
    }
}

/// Four columns, of which three tell of the label; one in ten values is missing.
pub(crate) fn table(objective: Objective, rows: usize, seed: u64) -> Table {
    let mut draws = Draws::new(seed);
    let mut columns = vec![Vec::new(); 4];
    let mut labels = Vec::new();
    for _ in 0..rows {
        let x: Vec<f64> = (0..4).map(|_| draws.next()).collect();
        let margin = 3.0 * x[0] - 2.0 * x[1] + f64::from(u8::from(x[2] > 0.5)) - 1.0;
        let chance = draws.next();
        let label = match objective {
            Objective::Logistic => f64::from(u8::from(chance < 1.0 / (1.0 + (-margin).exp()))),
            Objective::Squared => margin + chance,
            Objective::Poisson => (margin.exp() * 2.0 * chance).floor(),
            Objective::Gamma => margin.exp() * (0.1 + chance),
            Objective::Tweedie { .. } => margin.exp() * (chance - 0.3).max(0.0),
        };
        labels.push(label);
        for (column, value) in columns.iter_mut().zip(x) {
            let is_missing = draws.next() < 0.1;
            column.push(if is_missing { f64::NAN } else { value });
        }
    }
    let named = ["rising", "falling", "step", "noise"]
        .into_iter()
        .zip(columns);
    let columns = named.map(|(name, values)| column(name, values)).collect();
    Table::new(objective, columns, labels).unwrap()
}

pub(crate) fn specification(objective: Objective) -> Specification {
    Specification {
        trees: 5,
        growth: Growing::DepthWise { depth: 3 },
        bins: 32,
        ..Specification::new(objective)
    }
}

/// Lets the leaf that gains most grow.
pub(crate) fn leaf_wise(spec: &mut Specification) {
    spec.growth = Growing::LeafWise {
        leaves: 7,
        depth: 6,
    };
}

/// Rows that are not all.
pub(crate) const SAMPLED: [RowSampling; 2] = [
    RowSampling::Share(0.5),
    RowSampling::Goss {
        top: 0.2,
        other: 0.3,
    },
];

/// Draws rows and columns, and holds rows out.
pub(crate) fn sample(spec: &mut Specification, rows: RowSampling) {
    (spec.rows, spec.column_share) = (rows, 0.5);
    spec.early_stopping = Some(EarlyStopping {
        share: 0.2,
        patience: 2,
    });
}

/// Sets every penalty, and a column of the label holder that may only rise.
pub(crate) fn penalise(spec: &mut Specification) {
    spec.growth = Growing::DepthWise { depth: 4 };
    (spec.alpha, spec.gamma, spec.lambda) = (0.1, 0.05, 0.5);
    spec.min_child_weight = 9.0;
    spec.monotone = [("rising".into(), Direction::Increasing)].into();
}

pub(crate) fn boosting(specification: Specification) -> Boosting {
    Boosting::try_from(specification).unwrap()
}

pub(crate) fn on(_: &Losses) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

pub(crate) fn fit(specification: Specification, table: &Table) -> Fit {
    local::fit(&boosting(specification), table, on).unwrap()
}

/// Values of every kind that a column may have.
pub(crate) fn values(rows: usize) -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        3 => (-4_i8..4).prop_map(f64::from),
        3 => -1e3..1e3,
        1 => Just(f64::NAN),
        1 => prop_oneof![Just(-0.0), Just(1e-300), Just(f64::MAX), Just(-f64::MAX)],
    ];
    prop::collection::vec(value, rows)
}
