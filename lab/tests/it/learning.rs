//! Cells of the examples, run over simulated links.

use std::{collections::BTreeMap, path::Path};

use consilium_evaluation::{Evaluation, Measures};
use consilium_lab::{
    Arm, Brought, Cell, Conditions, Experiment, Fitted, Learnt, Outcome, Part, Rows, Tables,
    simulate,
};
use consilium_mailbox::sim::Link;
use consilium_plan::Phase;
use tokio::runtime;

use crate::folder::{Folder, TABLE};

/// Runs on one thread, with a paused clock, as the lab does.
fn in_a_world<T>(work: impl Future<Output = T>) -> T {
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("there is a thread").block_on(work)
}

/// Neither links nor computing take time.
fn at_once() -> Conditions {
    Conditions {
        link: Link::default(),
        of_party: BTreeMap::new(),
        seed: 1,
        computing_time: false,
    }
}

pub(crate) fn learn(experiment: &Experiment, tables: &Tables, arm: Arm) -> Outcome {
    let cell = Cell {
        arm,
        seed: 1,
        fold: 0,
    };
    let outcome = in_a_world(experiment.learn(tables, &cell));
    outcome.expect("the cell is the experiment's")
}

#[test]
fn a_cell_tells_whose_rows_it_was_run_on_and_how_many_are_nobodys() {
    let folder = Folder::new();
    let (experiment, tables) = folder.read(TABLE).expect("it is one");
    let outcome = learn(&experiment, &tables, Arm::Pooled);
    let counts = (outcome.rows.train + outcome.rows.test, outcome.rows.dropped);
    assert_eq!(counts, (134, 66));
    let found = outcome.rows_by_party.values().map(|it| it.train + it.test);
    assert_eq!(found.collect::<Vec<u64>>(), [68, 33, 33]);
    // Every third row is positive: those of sites 1 and 4.
    let labels = outcome
        .rows_by_party
        .values()
        .filter_map(|it| it.mean_label);
    assert_eq!(labels.collect::<Vec<f64>>(), [0.5, 0.0, 1.0]);
}

pub(crate) fn load(example: &str) -> (Experiment, Tables) {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples")).join(example);
    let experiment = Experiment::load(&file).expect("the example is right");
    let tables = Tables::read(&experiment).expect("its files are there");
    (experiment, tables)
}

pub(crate) fn fitted(outcome: &Outcome) -> &Fitted {
    match &outcome.result {
        Learnt::Fitted(fitted) => fitted,
        Learnt::Failed { reason } => panic!("{:?}: {reason}", outcome.cell),
    }
}

fn classes(measures: &Measures) -> &Evaluation {
    match measures {
        Measures::Classes(classes) => classes,
        Measures::Numbers(_) => panic!("these are classes"),
    }
}

#[test]
fn the_exact_arm_equals_the_pooled_one_on_heart_disease() {
    let (experiment, tables) = load("heart-disease/lab.toml");
    let [pooled, exact] = [Arm::Pooled, Arm::Exact].map(|arm| learn(&experiment, &tables, arm));
    assert_eq!((exact.rows.train, exact.rows.test), (486, 254));
    let [pooled, exact] = [&pooled, &exact].map(fitted);
    let [of_pooled, of_exact] = [pooled, exact].map(|it| classes(&it.measures));
    // Published for FLamby's split: 0.7953.
    assert_eq!(format!("{:.4}", of_pooled.accuracy), "0.7953");
    assert_eq!(of_exact.accuracy.to_bits(), of_pooled.accuracy.to_bits());
    assert_eq!(of_exact.auc, of_pooled.auc);
    assert!((exact.curve.last().expect("there are steps") - pooled.curve[0]).abs() < 1e-9);
    assert!(
        exact.curve.is_sorted_by(|before, after| before >= after),
        "{:?}",
        exact.curve
    );
    assert_eq!(exact.parties.len(), 5);
    assert!(
        exact
            .parties
            .iter()
            .all(|party| party.cpu_s > 0.0 && party.sent_bytes > 0)
    );
    assert_eq!(exact.by_party.len(), 4);
    // Each exchange takes twice 80 ms to the hospital that is furthest away.
    let rounds = exact.parties[0].rounds as f64;
    assert!(
        exact.wall_s > Some(0.08 * rounds),
        "{:?} s, {rounds} rounds",
        exact.wall_s
    );
}

#[test]
fn whoever_is_alone_may_have_too_little_and_that_is_an_outcome() {
    let (experiment, tables) = load("heart-disease/lab.toml");
    let alone = |party: &str| Arm::Local {
        party: party.parse().expect("it is a name"),
    };
    let switzerland = learn(&experiment, &tables, alone("switzerland"));
    assert!(
        matches!(switzerland.result, Learnt::Failed { .. }),
        "{switzerland:?}"
    );
    let cleveland = learn(&experiment, &tables, alone("cleveland"));
    let pooled = learn(&experiment, &tables, Arm::Pooled);
    let [cleveland, pooled] = [&cleveland, &pooled].map(|it| classes(&fitted(it).measures).auc);
    assert!(cleveland < pooled, "{cleveland:?} {pooled:?}");
}

#[test]
fn a_cell_run_again_has_the_same_measures_bit_for_bit() {
    let (experiment, tables) = load("heart-disease/lab.toml");
    for number in 1..=experiment.settings().len() {
        let number = u32::try_from(number).expect("they are few");
        let arm = Arm::Approximate {
            setting: consilium_lab::SettingNumber(number),
        };
        let [one, again] = [(); 2].map(|()| learn(&experiment, &tables, arm.clone()));
        let [one, again] = [&one, &again].map(fitted);
        assert_eq!((&one.measures, &one.curve), (&again.measures, &again.curve));
    }
}

#[test]
fn models_are_measured_by_sums_where_test_rows_are_brought() {
    let (experiment, tables) = load("heart-disease/lab.toml");
    let shares = tables.shares(1, 0);
    let brought = shares.iter().map(|share| Brought {
        party: share.party.clone(),
        rows: tables.rows(share, Part::Training),
        test: Some(tables.rows(share, Part::Test)),
    });
    let brought: Vec<Brought> = brought.collect();
    let phases = [Phase::Fit, Phase::Fedavg];
    let study = (experiment.exact(), &phases[..]);
    let simulated = in_a_world(simulate(study, &brought, &at_once())).expect("there is a fit");

    let test = Rows::stacked(brought.iter().filter_map(|it| it.test.as_ref()));
    for phase in phases {
        let model = &simulated.trained[&phase];
        let counted = Evaluation::own(&model.predictor.score(&test)).expect("there are rows");
        let summed = classes(model.measures.as_ref().expect("it was measured"));
        assert!((summed.accuracy - counted.accuracy).abs() < 1e-12);
        let [summed_auc, auc] = [summed, &counted].map(|it| it.auc.expect("both classes"));
        assert!((summed_auc - auc).abs() <= summed.auc_error + 1e-12);
    }
    let [fitted, averaged] = phases.map(|phase| &simulated.trained[&phase]);
    let fit = fitted.fit.as_ref().expect("a regression was fitted");
    assert!(fit.estimates.iter().all(|it| it.standard_error > 0.0));
    assert!(averaged.fit.is_none());
    let two_of_measures = [fitted.sums - u64::from(fit.sums), averaged.sums - 51];
    assert_eq!((two_of_measures, averaged.iterations), ([2, 2], 50));
}

#[test]
fn a_joint_model_scores_its_training_rows_as_it_was_told_while_it_grew() {
    let (experiment, tables) = load("admission/lab.toml");
    let last = experiment.settings().last().expect("there are settings");
    let shares = tables.shares(1, 0);
    let brought = shares.iter().map(|share| Brought {
        party: share.party.clone(),
        rows: tables.rows(share, Part::Training),
        test: None,
    });
    let brought: Vec<Brought> = brought.collect();
    let study = (&last.plan, &[Phase::Fit][..]);
    let simulated = in_a_world(simulate(study, &brought, &at_once()));
    let simulated = simulated.expect("the trees are grown");
    let fitted = &simulated.trained[&Phase::Fit];
    // The label holder's columns first, then the others' by their names.
    let of = |party: &str| {
        let own = brought.iter().find(|it| it.party.as_str() == party);
        &own.expect("it takes part").rows
    };
    let rows = Rows::joined(["hospital", "commercial", "public"].map(of));
    let measured = Evaluation::own(&fitted.predictor.score(&rows)).expect("there are rows");
    let told = fitted.curve.last().expect("trees were grown");
    assert!(
        (measured.log_loss - told).abs() < 1e-9,
        "{} {told}",
        measured.log_loss
    );
    let splits_of_others = simulated
        .accounts
        .iter()
        .filter(|(_, it)| it.total().sent_bytes > 100_000);
    assert_eq!(splits_of_others.count(), 3, "all three take part");
}

#[test]
fn columns_of_two_parties_may_have_the_same_name_where_all_are_in_one_place() {
    let (experiment, tables) = load("default-credit/lab.toml");
    let names = |party: &str| {
        let shares = tables.shares(1, 0);
        let own = shares.iter().find(|it| it.party.as_str() == party);
        tables.rows(own.expect("it takes part"), Part::Test).columns
    };
    assert_eq!(names("bank")[0].name, names("issuer")[0].name);
    let pooled = learn(&experiment, &tables, Arm::Pooled);
    assert!(classes(&fitted(&pooled).measures).auc > Some(0.75));
}

#[test]
fn hospitals_with_people_of_their_own_come_to_what_all_rows_in_one_place_do() {
    let (experiment, tables) = load("hospitals/lab.toml");
    let arms = [Arm::Pooled, Arm::Exact].map(|arm| learn(&experiment, &tables, arm));
    let alone = |party: &str| Arm::Local {
        party: party.parse().expect("it is a name"),
    };
    let [north, public] = ["north", "public"].map(|it| learn(&experiment, &tables, alone(it)));
    // The others have the people of all three hospitals, each hospital its own.
    let shares = tables.shares(1, 0);
    let count = |party: &str| {
        let own = shares.iter().find(|it| it.party.as_str() == party);
        own.expect("it takes part").count(Part::Training)
    };
    let [of_public, of_all] = [&["public"][..], &["north", "south", "west"]]
        .map(|of| of.iter().map(|party| count(party)).sum::<usize>());
    assert_eq!((of_public, of_all), (count("commercial"), of_public));
    assert_eq!(arms[1].rows.train, of_public as u64);

    let auc = |outcome: &Outcome| classes(&fitted(outcome).measures).auc.expect("two classes");
    let [pooled, exact] = arms.each_ref().map(auc);
    // What is kept back of small groups, and a first tree of own columns, move it a little.
    assert!((exact - pooled).abs() < 0.01, "{exact} {pooled}");
    for alone in [&north, &public] {
        assert!(auc(alone) < pooled, "{alone:?}");
    }
    assert_eq!(fitted(&arms[1]).parties.len(), 6);
}
