//! Attacks on the models of this project, of which one is made to remember.

use std::ops::ControlFlow;

use consilium_evaluation::Range;
use consilium_gbdt::{Boosting, Growing, Objective, Specification as Trees};
use consilium_glm::{Column, ConstantColumns, Family, Kind, Regression, Specification};
use consilium_privacy::{Advantage, Shadows, confidence, shadow_scores};
use consilium_secagg::Bits;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

const CLEVELAND: &str = include_str!("../../../../examples/heart-disease/processed.cleveland.data");

/// Columns without a missing cell, by their places.
const COLUMNS: [usize; 8] = [0, 1, 2, 3, 4, 7, 8, 9];

/// Cleveland's patients, and whether their vessels are narrowed.
struct Patients {
    rows: Vec<[f64; COLUMNS.len()]>,
    labels: Vec<f64>,
}

fn patients() -> Patients {
    let cells = CLEVELAND
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let cells: Vec<Vec<&str>> = cells.filter(|cells| cells.len() == 14).collect();
    assert_eq!(cells.len(), 303);
    let row = |cells: &Vec<&str>| COLUMNS.map(|place| cells[place].parse().unwrap());
    Patients {
        rows: cells.iter().map(row).collect(),
        labels: cells
            .iter()
            .map(|cells| f64::from(cells[13] != "0"))
            .collect(),
    }
}

impl Patients {
    /// Confidences in the true labels.
    fn confidences(&self, predict: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        let of = |(row, label): (&[f64; COLUMNS.len()], &f64)| {
            let yes = predict(row);
            confidence(-(label * yes + (1.0 - label) * (1.0 - yes)).ln())
        };
        self.rows.iter().zip(&self.labels).map(of).collect()
    }

    fn labels_of(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().map(|row| self.labels[*row]).collect()
    }

    /// A logistic regression on some rows.
    fn regression(&self, rows: &[usize]) -> Vec<f64> {
        let column = |place: usize| {
            let range = Range::new(0.0, 700.0).unwrap();
            let name = place.to_string();
            Column {
                name,
                kind: Kind::Number(range),
                mark_missing: false,
            }
        };
        let regression = Regression::try_from(Specification {
            family: Family::Logistic,
            columns: (0..COLUMNS.len()).map(column).collect(),
            labels: Range::new(0.0, 1.0).unwrap(),
            partitions: Vec::new(),
            penalty: 1.0,
            minimum_count: 1,
            constant_columns: ConstantColumns::Refuse,
            most_rows: 1_000,
            most_contributors: 3,
            bits: Bits::WIDEST,
            steps: None,
            noise: None,
        });
        let regression = regression.unwrap();
        let values = rows.iter().flat_map(|row| self.rows[*row]).collect();
        let table = consilium_glm::Table::new(&regression, values, self.labels_of(rows)).unwrap();
        let fit = consilium_glm::local::fit(&regression, &[&table]).unwrap();
        self.confidences(|row| fit.predict(row))
    }

    /// Deep trees without a penalty on some rows.
    fn trees(&self, rows: &[usize]) -> Vec<f64> {
        let boosting = Boosting::try_from(Trees {
            trees: 40,
            learning_rate: 0.3,
            growth: Growing::DepthWise { depth: 6 },
            lambda: 0.0,
            min_child_weight: 0.0,
            ..Trees::new(Objective::Logistic)
        });
        let column = |place: usize| consilium_gbdt::Column {
            name: place.to_string(),
            values: rows.iter().map(|row| self.rows[*row][place]).collect(),
        };
        let columns = (0..COLUMNS.len()).map(column).collect();
        let labels = self.labels_of(rows);
        let table = consilium_gbdt::Table::new(Objective::Logistic, columns, labels).unwrap();
        let go_on = |_: &_| ControlFlow::Continue(());
        let fit = consilium_gbdt::local::fit(&boosting.unwrap(), &table, go_on).unwrap();
        self.confidences(|row| fit.model.mean(row))
    }

    /// The advantage by loss, and by eight shadow models, over a model of every other row.
    fn attacked(&self, fit: impl Fn(&[usize]) -> Vec<f64>) -> [Advantage; 2] {
        let taught: Vec<usize> = (0..self.rows.len()).step_by(2).collect();
        let observed = fit(&taught);
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let shadow = shadow_scores(&observed, Shadows(8), &mut rng, &fit).unwrap();
        [observed, shadow].map(|scores| {
            let of = |first: usize| {
                scores
                    .iter()
                    .skip(first)
                    .step_by(2)
                    .copied()
                    .collect::<Vec<_>>()
            };
            Advantage::of(&of(0), &of(1), &mut rng).unwrap()
        })
    }
}

#[test]
fn deep_trees_tell_whom_they_have_seen_and_a_small_regression_hardly_does() {
    let patients = patients();
    let trees = patients.attacked(|rows| patients.trees(rows));
    let regression = patients.attacked(|rows| patients.regression(rows));
    for (trees, regression) in trees.iter().zip(&regression) {
        assert!(trees.is_above_chance(), "{trees:?}");
        assert!(
            trees.interval.low > regression.advantage,
            "{trees:?} {regression:?}"
        );
    }
}
