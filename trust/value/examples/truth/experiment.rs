//! Six institutions of which two are poisoned, and four hospitals.

use std::time::Duration;

use consilium_glm::{
    Candidate, Centre, Design, Regression, Sums, Table, Term,
    solve::{Cholesky, Symmetric, triangle},
};
use consilium_value::{Coalitions, Judged, Own, Totals, Value, Worths, own, shapley};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

use crate::tables::{Diabetes, Heart};

/// Institutions; the last but one has noise in its labels, the last has shifted codes.
const PARTIES: usize = 6;
const NOISY: usize = 4;
const SHIFTED: usize = 5;

/// What becomes of half of an institution's labels.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Noise {
    /// They say the contrary.
    Flipped,
    /// A fair coin says them.
    Coin,
    /// They are dealt out among these rows anew.
    Dealt,
}

/// Whose rows judge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Judges {
    /// All, the poisoned too.
    All,
    /// The four others.
    Unpoisoned,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) noise: Noise,
    pub(crate) judges: Judges,
    /// Whether both must rank last.
    pub(crate) must_rank: bool,
}

/// What the methods say of each institution.
pub(crate) struct Said {
    truth: Vec<f64>,
    influence: Vec<Value>,
    pub(crate) home: Vec<Value>,
    leave_one_out: Vec<Value>,
    shapley: Vec<Value>,
    explained: f64,
    /// Of the processor, by each method.
    seconds: [f64; 4],
    /// The same of fitting anew without each.
    seconds_of_fits: f64,
}

const METHODS: [&str; 4] = [
    "influence",
    "leave_one_out_at_home",
    "leave_one_out",
    "shapley",
];

impl Said {
    fn values(&self) -> [Vec<f64>; 4] {
        [
            &self.influence,
            &self.home,
            &self.leave_one_out,
            &self.shapley,
        ]
        .map(|values| values.iter().map(|it| it.value).collect())
    }
}

pub(crate) fn diabetes(data: &Diabetes, setting: Setting, seeds: u64) {
    let regression = data.regression();
    let (mut last, mut taus) = ([0; 4], [0.0; 4]);
    let mut truth_last = 0;
    let (mut seconds, mut seconds_of_fits) = ([0.0; 4], 0.0);
    for seed in 0..seeds {
        let (fitted, judging) = split(data, &regression, setting, seed);
        let judging: Vec<&Table> = match setting.judges {
            Judges::All => judging.iter().collect(),
            Judges::Unpoisoned => judging[..NOISY].iter().collect(),
        };
        let all: Vec<&Table> = fitted.iter().collect();
        let said = measure(&regression, &all, &judging);
        let mut line = json!({
            "name": "trust-value", "data": "diabetes", "noise": format!("{:?}", setting.noise),
            "judges": format!("{:?}", setting.judges), "seed": seed, "truth": said.truth,
            "explained": said.explained,
        });
        truth_last += u64::from(ranks_last(&said.truth));
        seconds_of_fits += said.seconds_of_fits / seeds as f64;
        for (place, values) in said.values().into_iter().enumerate() {
            let tau = kendall(&values, &said.truth);
            line[METHODS[place]] =
                json!({ "values": values, "kendall": tau, "poisoned_last": ranks_last(&values) });
            last[place] += u64::from(ranks_last(&values));
            taus[place] += tau / seeds as f64;
            seconds[place] += said.seconds[place] / seeds as f64;
        }
        println!("{line}");
    }
    let all_last = last.iter().all(|times| *times == seeds);
    let near = taus.iter().all(|tau| *tau >= 0.7);
    println!(
        "{}",
        json!({
            "name": "trust-value", "data": "diabetes", "noise": format!("{:?}", setting.noise),
            "judges": format!("{:?}", setting.judges), "seeds": seeds, "methods": METHODS,
            "poisoned_last": last, "truth_poisoned_last": truth_last, "mean_kendall": taus,
            "cpu_seconds": seconds, "cpu_seconds_of_fits": seconds_of_fits,
            "ok": !setting.must_rank || all_last && near,
        })
    );
}

/// Deals patients out to institutions, a fifth of them to rows that judge, and poisons two.
fn split(
    data: &Diabetes,
    regression: &Regression,
    setting: Setting,
    seed: u64,
) -> (Vec<Table>, Vec<Table>) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let place = places(data, &mut rng);
    let mut labels = data.labels.clone();
    let chosen: Vec<usize> = (0..labels.len())
        .filter(|row| place[data.patients[*row]].0 == NOISY && rng.next_u32() % 2 == 0)
        .collect();
    for &row in &chosen {
        labels[row] = match setting.noise {
            Noise::Flipped => 1.0 - labels[row],
            Noise::Coin => f64::from(rng.next_u32() % 2),
            Noise::Dealt => data.labels[chosen[rng.next_u32() as usize % chosen.len()]],
        };
    }
    let shift = data.shift(&mut rng);
    let table = |party: usize, judge: bool| {
        let shift = (party == SHIFTED).then_some(&shift);
        let rows = rows(data, &place, (party, judge));
        data.table(regression, &rows, &labels, shift)
    };
    let tables = |judge: bool| (0..PARTIES).map(|party| table(party, judge)).collect();
    (tables(false), tables(true))
}

/// Deals patients out to institutions, a fifth of them to rows that judge; nobody is poisoned.
pub(crate) fn dealt(
    data: &Diabetes,
    regression: &Regression,
    seed: u64,
) -> (Vec<Table>, Vec<Table>) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let place = places(data, &mut rng);
    let table = |party: usize, judge: bool| {
        let rows = rows(data, &place, (party, judge));
        data.table(regression, &rows, &data.labels, None)
    };
    let tables = |judge: bool| (0..PARTIES).map(|party| table(party, judge)).collect();
    (tables(false), tables(true))
}

/// To which institution each patient comes, and whether to rows that judge.
fn places(data: &Diabetes, rng: &mut ChaCha20Rng) -> Vec<(usize, bool)> {
    let most = data.patients.iter().max().unwrap() + 1;
    (0..most)
        .map(|_| {
            (
                rng.next_u32() as usize % PARTIES,
                rng.next_u32().is_multiple_of(5),
            )
        })
        .collect()
}

fn rows(data: &Diabetes, place: &[(usize, bool)], wanted: (usize, bool)) -> Vec<usize> {
    let is_there = |row: &usize| place[data.patients[*row]] == wanted;
    (0..data.labels.len()).filter(is_there).collect()
}

pub(crate) fn measure(regression: &Regression, all: &[&Table], judging: &[&Table]) -> Said {
    let fitted = all;
    let design = design(regression, all);
    let start = Candidate {
        coefficients: vec![0.0; design.coefficients()],
        design,
    };
    let model = fit(regression, all, &start);
    let before = deviance(regression, judging, &model);
    let without = |party: usize| -> Vec<&Table> {
        let others = fitted
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != party);
        others.map(|(_, table)| *table).collect()
    };
    let truth = (0..fitted.len()).map(|party| {
        let left = fit(regression, &without(party), &model);
        deviance(regression, judging, &left) - before
    });
    let (truth, of_fits) = timed(|| truth.collect::<Vec<f64>>());

    let (parts, of_sums) = timed(|| {
        let part = |table: &Table| Sums::of(regression, table, &model);
        fitted.iter().copied().map(part).collect::<Vec<_>>()
    });
    let judged = together(regression, judging, &model);
    let totals = totals(regression, &model, &parts, &judged);
    let (own, of_own) = timed(|| {
        let own = |table: &Table| {
            let sums = Sums::of(regression, table, &model);
            own(regression, (table, &sums), &model, &totals).unwrap()
        };
        fitted.iter().copied().map(own).collect::<Vec<Own>>()
    });
    let penalty = regression.specification().penalty;
    let (
        Worths {
            shapley,
            leave_one_out,
            ..
        },
        of_coalitions,
    ) = timed(|| {
        let parts = parts.iter().collect();
        let coalitions = Coalitions::new(parts, &model.coefficients, penalty, &judged);
        coalitions.worths(&mut ChaCha20Rng::seed_from_u64(0))
    });
    Said {
        truth,
        influence: own.iter().map(|it| it.influence).collect(),
        home: own.iter().map(|it| it.leave_one_out).collect(),
        leave_one_out,
        shapley,
        explained: totals.explained(),
        seconds: [
            of_sums + of_own,
            of_sums + of_own,
            of_sums + of_coalitions,
            of_sums + of_coalitions,
        ],
        seconds_of_fits: of_fits,
    }
}

pub(crate) fn heart(data: &Heart) {
    let regression = &data.regression;
    let judging: Vec<&Table> = data.judging.iter().collect();
    let all: Vec<&Table> = data.fitted.iter().collect();
    let said = measure(regression, &all, &judging);
    // Every coalition fitted anew.
    let design = design(regression, &all);
    let nobody = together(
        regression,
        &judging,
        &Candidate {
            coefficients: vec![0.0; design.coefficients()],
            design: design.clone(),
        },
    );
    let worth: Vec<f64> = (0..1_usize << all.len())
        .map(|coalition| {
            if coalition == 0 {
                return 0.0;
            }
            let members = (0..all.len()).filter(|party| coalition >> party & 1 == 1);
            let tables: Vec<&Table> = members.map(|party| all[party]).collect();
            let start = Candidate {
                coefficients: vec![0.0; design.coefficients()],
                design: design.clone(),
            };
            let fitted = fit(regression, &tables, &start);
            nobody.null_deviance - deviance(regression, &judging, &fitted)
        })
        .collect();
    let line = json!({
        "name": "trust-value", "data": "heart-disease", "hospitals": data.names, "truth": said.truth,
        "truth_shapley": shapley(&worth), "influence": said.influence,
        "leave_one_out_at_home": said.home, "leave_one_out": said.leave_one_out, "shapley": said.shapley,
        "explained": said.explained,
        "kendall": said.values().map(|values| kendall(&values, &said.truth)), "ok": true,
    });
    println!("{line}");
}

/// Standardises all columns that vary.
fn design(regression: &Regression, tables: &[&Table]) -> Design {
    let columns = regression.specification().columns.len();
    let mut terms = Vec::new();
    for column in 0..columns {
        let values = tables
            .iter()
            .flat_map(|table| table.iter().map(|(row, _)| row[column]));
        let present: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
        let count = present.len() as f64;
        let mean = present.iter().sum::<f64>() / count;
        let squares: f64 = present.iter().map(|it| (it - mean) * (it - mean)).sum();
        let deviation = (squares / count).sqrt();
        if deviation > 0.0 {
            terms.push(Term {
                column,
                missing: false,
                centre: Centre { mean, deviation },
            });
        }
    }
    Design {
        terms,
        label: Centre {
            mean: 0.0,
            deviation: 1.0,
        },
    }
}

/// Fits by Newton's steps, from a model on.
fn fit(regression: &Regression, tables: &[&Table], from: &Candidate) -> Candidate {
    let penalty = regression.specification().penalty;
    let mut model = from.clone();
    let order = model.coefficients.len();
    for _ in 0..25 {
        let mut gradient: Vec<f64> = model.coefficients.iter().map(|t| penalty * t).collect();
        gradient[0] = 0.0;
        let mut upper = vec![0.0; triangle(order)];
        for table in tables {
            let sums = Sums::of(regression, table, &model);
            add(&mut gradient, &sums.gradient);
            add(&mut upper, sums.fisher.upper());
        }
        let mut information = Symmetric::new(order, upper);
        for place in 1..order {
            information.add_to_diagonal(place, penalty);
        }
        let step = Cholesky::new(&information).unwrap().solve(&gradient);
        for (coefficient, by) in model.coefficients.iter_mut().zip(&step) {
            *coefficient -= by;
        }
        if step.iter().all(|by| by.abs() < 1e-6) {
            break;
        }
    }
    model
}

fn deviance(regression: &Regression, judging: &[&Table], model: &Candidate) -> f64 {
    let loss = judging
        .iter()
        .map(|table| Sums::of(regression, table, model).loss);
    2.0 * loss.sum::<f64>()
}

/// The rows of all who judge, in one table.
fn together(regression: &Regression, judging: &[&Table], model: &Candidate) -> Judged {
    let rows = || judging.iter().flat_map(|table| table.iter());
    let features = rows().flat_map(|(row, _)| row.to_vec()).collect();
    let labels = rows().map(|(_, label)| label).collect();
    let table = Table::new(regression, features, labels).unwrap();
    Judged::of(regression, &table, model).unwrap()
}

fn totals(regression: &Regression, model: &Candidate, parts: &[Sums], judged: &Judged) -> Totals {
    let order = model.coefficients.len();
    let mut upper = vec![0.0; triangle(order)];
    for part in parts {
        add(&mut upper, part.fisher.upper());
    }
    let mut information = Symmetric::new(order, upper);
    let penalty = regression.specification().penalty;
    for place in 1..order {
        information.add_to_diagonal(place, penalty);
    }
    Totals {
        rows: parts.iter().map(|part| part.rows).sum(),
        judged_rows: judged.sums.rows,
        deviance: 2.0 * judged.sums.loss,
        null_deviance: judged.null_deviance,
        dispersion: judged.dispersion,
        direction: Cholesky::new(&information)
            .unwrap()
            .solve(&judged.sums.gradient),
    }
}

fn add(total: &mut [f64], part: &[f64]) {
    total
        .iter_mut()
        .zip(part)
        .for_each(|(sum, part)| *sum += part);
}

/// Says whether both poisoned institutions are below all others.
fn ranks_last(values: &[f64]) -> bool {
    let (others, poisoned) = values.split_at(NOISY);
    let least = others.iter().copied().fold(f64::INFINITY, f64::min);
    poisoned.iter().all(|value| *value < least)
}

/// Kendall's rank correlation.
fn kendall(one: &[f64], other: &[f64]) -> f64 {
    let (mut sum, mut pairs) = (0.0, 0.0);
    for first in 0..one.len() {
        for second in 0..first {
            sum += ((one[first] - one[second]) * (other[first] - other[second])).signum();
            pairs += 1.0;
        }
    }
    sum / pairs
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = cpu();
    let result = work();
    (result, cpu().saturating_sub(start).as_secs_f64())
}

/// The time that the processor has spent on this process.
fn cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}
