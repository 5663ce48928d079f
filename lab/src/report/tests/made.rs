//! Experiments with outcomes that nobody ran.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use consilium_evaluation::{Evaluation, GoodnessOfFit, Measures};
use consilium_mailbox::{Account, PartyId};
use tempfile::TempDir;

use crate::{
    Arm, Cell, CellKey, Experiment, Fitted, Learnt, Outcome, PartyCost, PartyRows, Report,
    RowCounts,
};

pub(super) const PARTIES: [&str; 3] = ["north", "south", "west"];

const COLUMNS: &str = "
[[column]]
name = \"x\"
type = \"number\"
min = 0
max = 1

[[column]]
name = \"ill\"
type = \"boolean\"

[[column]]
name = \"visits\"
type = \"integer\"
min = 0
max = 100
";

pub(super) const CLASSES: &str = "label = { column = \"ill\" }
[trees]
objective = \"logistic\"
trees = 20
";

pub(super) const COUNTS: &str = "label = { column = \"visits\" }
[trees]
objective = \"poisson\"
";

/// Makes an experiment over three files; `settings` are its last lines.
pub(super) fn experiment(title: &str, learner: &str, settings: &str) -> Experiment {
    let folder = TempDir::new().expect("there is room");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("there is room");
    };
    write("schema.toml", COLUMNS);
    let mut plan =
        "title = \"Three hospitals\"\npurpose = \"research: tests\"\nkind = \"train-gbdt\"\n\
                    schema = \"schema.toml\"\nfeatures = [\"x\"]\n"
            .to_owned();
    let mut lab = format!("title = {title:?}\nplan = \"plan.toml\"\nseeds = [1, 2]\n");
    plan += "party = [";
    for party in PARTIES {
        write(&format!("{party}.csv"), "");
        writeln!(plan, "{{ name = \"{party}\", data = \"rows\" }},").expect("it takes any text");
        writeln!(lab, "[data.{party}]\nfile = \"{party}.csv\"").expect("it takes any text");
    }
    write("plan.toml", &format!("{plan}]\n{learner}"));
    write("lab.toml", &format!("{lab}[test]\nfolds = 2\n{settings}"));
    Experiment::load(&folder.path().join("lab.toml")).expect("it is an experiment")
}

/// Makes measures of a score.
pub(super) type Measuring = fn(f64) -> Measures;

/// What a cell gave, before it is an outcome.
#[derive(Clone, Copy)]
pub(super) struct Gave {
    /// The AUC of all parties, or the mean deviance.
    pub(super) score: f64,
    /// How much more each party has in turn.
    pub(super) apart: [f64; 3],
    pub(super) cpu_s: f64,
    pub(super) sent_bytes: u64,
    pub(super) wall_s: f64,
}

pub(super) fn classes(auc: f64) -> Measures {
    Measures::Classes(Evaluation {
        rows: 60,
        positives: 20,
        auc: Some(auc),
        auc_error: 0.0,
        log_loss: 1.2 - auc,
        brier: 0.9 - auc,
        accuracy: auc - 0.05,
        calibration: [None; 10],
    })
}

pub(super) fn numbers(mean_deviance: f64) -> Measures {
    Measures::Numbers(GoodnessOfFit {
        rows: 60,
        deviance: mean_deviance * 60.0,
        null_deviance: 300.0,
        d2: Some(1.0 - mean_deviance / 5.0),
        rmse: mean_deviance * 1.5,
        mae: mean_deviance,
        mean_observed: 2.9,
        mean_predicted: 2.9,
        limited: 0,
        calibration: [None; 10],
    })
}

pub(super) fn cell(arm: &Arm, seed: u64, fold: u32) -> Cell {
    Cell {
        arm: arm.clone(),
        seed,
        fold,
    }
}

/// Makes the outcome of a cell: 120 rows trained on, 60 tested on.
pub(super) fn outcome(
    experiment: &Experiment,
    cell: Cell,
    gave: Result<(Gave, Measuring), &str>,
) -> (CellKey, Outcome) {
    let result = match gave {
        Ok((gave, measures)) => Learnt::Fitted(Box::new(fitted(&gave, measures))),
        Err(reason) => Learnt::Failed {
            reason: reason.to_owned(),
        },
    };
    let key = experiment
        .key_of(&cell, &[7; 32], "0.1.0")
        .expect("it is its own");
    let rows = RowCounts {
        train: 120,
        test: 60,
        dropped: 0,
    };
    let of = |name: &str| {
        let rows = PartyRows {
            train: 40,
            test: 20,
            mean_label: Some(1.0 / 3.0),
        };
        (name.parse().expect("it is a name"), rows)
    };
    let outcome = Outcome {
        cell,
        rows,
        rows_by_party: PARTIES.into_iter().map(of).collect(),
        result,
    };
    (key, outcome)
}

fn fitted(gave: &Gave, measures: Measuring) -> Fitted {
    let party = |name: &str| -> PartyId { name.parse().expect("it is a name") };
    let scores = PARTIES.iter().zip(gave.apart);
    let scores = scores.map(|(name, apart)| (party(name), measures(gave.score + apart)));
    let names = ["coordinator"].into_iter().chain(PARTIES);
    let cost = |name: &str| PartyCost {
        party: party(name),
        cpu_s: gave.cpu_s / 4.0,
        sent_bytes: gave.sent_bytes / 4,
        received_bytes: gave.sent_bytes / 4,
        rounds: 10,
        steps: Account::default(),
    };
    let step = |number: u8| 0.69 * 0.93_f64.powi(number.into()) + (1.0 - gave.score) * 0.4;
    Fitted {
        measures: measures(gave.score),
        by_party: scores.collect::<BTreeMap<_, _>>(),
        curve: (0..=20).map(step).collect(),
        iterations: 20,
        parties: names.map(cost).collect(),
        wall_s: Some(gave.wall_s),
    }
}

/// Sums up outcomes of all cells of an experiment, each drawn from its place: settings are less exact
/// and less costly by turns.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the bytes are a few hundred thousand"
)]
pub(super) fn generated(
    experiment: &Experiment,
    measures: Measuring,
    fails: impl Fn(&Cell) -> bool,
) -> Report {
    let is_of_loss = matches!(measures(1.5), Measures::Numbers(_));
    let outcomes = experiment.cells().into_iter().map(|cell| {
        let (lost, left) = match &cell.arm {
            Arm::Pooled => (-0.0004, 0.02),
            Arm::Local { party } if party.as_str() == "west" => (0.12, 0.01),
            Arm::Local { .. } => (0.05, 0.01),
            Arm::Exact => (0.0, 1.0),
            Arm::Approximate { setting } => {
                let number = f64::from(setting.0);
                let turn = (number * 2.399).sin();
                (
                    0.004 * turn + 0.0022 * number,
                    1.1 * 0.88_f64.powf(number) + 0.05 * turn.abs(),
                )
            }
        };
        let noise = |times: f64| {
            let place = cell.seed as f64 * 12.9 + f64::from(cell.fold) * 7.3 + times * 41.0;
            (place.sin() * 4_375.5).fract()
        };
        let split = 0.012 * noise(1.0);
        let score = 0.82 + split - lost * (1.0 + 0.3 * noise(lost * 100.0));
        let gave = Gave {
            score: if is_of_loss {
                4.0 * (1.82 - score)
            } else {
                score
            },
            apart: [0.02, -0.01, -0.035 + lost / 3.0],
            cpu_s: 8.0 * left * (1.0 + 0.04 * noise(left * 50.0)),
            sent_bytes: if left < 0.03 {
                0
            } else {
                4 * (400_000.0 * left.sqrt()) as u64
            },
            wall_s: 0.4 + 9.0 * left,
        };
        let gave = if fails(&cell) {
            Err("west: its <rows> are all of one class & give no model")
        } else {
            Ok((gave, measures))
        };
        outcome(experiment, cell, gave)
    });
    Report::new(experiment, &outcomes.collect::<Vec<_>>())
}
