//! What wrong labels do to what an institution's rows are worth.

use consilium_glm::{Regression, Table};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use serde_json::json;

use crate::{
    experiment::{dealt, measure},
    tables::{Diabetes, Heart},
};

const SHARES: [f64; 6] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5];

/// Rows of each label below which an institution is held to nothing: a study of values has its `minimum_cell` of
/// them or says nothing of it, and flipped labels of one that has nearly all of a kind bring it nearer to the others.
const LEAST_OF_A_LABEL: usize = 10;

/// What an institution computes at home, in the mean over seeds, as the labels of a share of its rows are
/// flipped; a larger share holds those of a smaller one.
struct Grown {
    data: String,
    rows: usize,
    /// Rows of the label that has fewer of them, before any is flipped.
    rarer_label: usize,
    values: [f64; 6],
}

/// One of six institutions that stays of people with diabetes are dealt out to.
pub(crate) fn diabetes(data: &Diabetes, seeds: u64) {
    let regression = data.regression();
    let mut values = [0.0; 6];
    let (mut rows, mut rarer_label) = (0, usize::MAX);
    for seed in 0..seeds {
        let (fitted, judging) = dealt(data, &regression, seed);
        rows = fitted[0].rows();
        rarer_label = rarer_label.min(rarer(&fitted[0]));
        let judging: Vec<&Table> = judging[1..].iter().collect();
        grow((&regression, 0), &fitted, &judging, seed, &mut values);
    }
    let values = values.map(|it| it / seeds as f64);
    print(&Grown {
        data: "diabetes-130us".to_owned(),
        rows,
        rarer_label,
        values,
    });
}

/// Each of the hospitals of the heart disease data, judged by the three others.
pub(crate) fn heart(data: &Heart, seeds: u64) {
    for (place, name) in data.names.iter().enumerate() {
        let judging = data.judging.iter().enumerate();
        let judging = judging.filter(|(judge, _)| *judge != place);
        let judging: Vec<&Table> = judging.map(|(_, table)| table).collect();
        let mut values = [0.0; 6];
        for seed in 0..seeds {
            let of = (&data.regression, place);
            grow(of, &data.fitted, &judging, seed, &mut values);
        }
        print(&Grown {
            data: format!("heart-disease-uci/{name}"),
            rows: data.fitted[place].rows(),
            rarer_label: rarer(&data.fitted[place]),
            values: values.map(|it| it / seeds as f64),
        });
    }
}

/// Adds what one institution's rows are worth as more of its labels are wrong.
fn grow(
    (regression, noisy): (&Regression, usize),
    fitted: &[Table],
    judging: &[&Table],
    seed: u64,
    values: &mut [f64; 6],
) {
    let rows: Vec<(&[f64], f64)> = fitted[noisy].iter().collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    for last in (1..order.len()).rev() {
        order.swap(last, rng.next_u32() as usize % (last + 1));
    }
    for (share, value) in SHARES.iter().zip(values) {
        let mut labels: Vec<f64> = rows.iter().map(|(_, label)| *label).collect();
        let wrong = order.iter().enumerate();
        let wrong = wrong.take_while(|(place, _)| (*place as f64) < share * rows.len() as f64);
        for (_, row) in wrong {
            labels[*row] = 1.0 - labels[*row];
        }
        let features = rows.iter().flat_map(|(row, _)| row.to_vec()).collect();
        let table = Table::new(regression, features, labels).unwrap();
        let tables: Vec<&Table> = (0..fitted.len())
            .map(|place| {
                if place == noisy {
                    &table
                } else {
                    &fitted[place]
                }
            })
            .collect();
        *value += measure(regression, &tables, judging).home[noisy].value;
    }
}

/// Rows of the label that has fewer of them.
fn rarer(table: &Table) -> usize {
    let ones = table.iter().filter(|(_, label)| *label > 0.5).count();
    ones.min(table.rows() - ones)
}

/// Prints what became of a value, as a percentage of what it is without noise. Where an institution is held to
/// nothing, `ok` is null.
fn print(grown: &Grown) {
    let scores = grown.values.map(|it| 100.0 * it / grown.values[0].abs());
    let spearman = spearman(&grown.values);
    let is_held = grown.rarer_label >= LEAST_OF_A_LABEL;
    println!(
        "{}",
        json!({
            "name": "trust-behaviour", "data": grown.data, "rows": grown.rows, "kind": "label-noise",
            "heading": "value", "shares": SHARES, "scores": scores, "values": grown.values,
            "spearman": spearman, "others_moved": {}, "rarer_label": grown.rarer_label,
            "ok": is_held.then_some(spearman <= -0.95),
        })
    );
}

/// Spearman's rank correlation with growing shares; no two values are the same.
fn spearman(values: &[f64; 6]) -> f64 {
    let n = values.len() as f64;
    let squares = values.iter().enumerate().map(|(place, value)| {
        let rank = values.iter().filter(|other| *other < value).count() as f64;
        (place as f64 - rank).powi(2)
    });
    1.0 - 6.0 * squares.sum::<f64>() / (n * (n * n - 1.0))
}
