use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use consilium_lab::{Arm, Experiment, Part, Tables};

pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/heart-disease/lab.toml")
}

#[test]
fn the_hospitals_have_the_rows_of_flambys_split() {
    let experiment = Experiment::load(&example()).expect("the example is an experiment");
    let tables = Tables::read(&experiment).expect("its files are whole");
    let shares = tables.shares(1, 0);
    let counts: Vec<_> = shares
        .iter()
        .map(|it| {
            (
                it.party.as_str(),
                it.count(Part::Training),
                it.count(Part::Test),
            )
        })
        .collect();
    assert_eq!(
        counts,
        [
            ("cleveland", 199, 104),
            ("hungarian", 172, 89),
            ("switzerland", 30, 16),
            ("va", 85, 45),
        ]
    );
    let rows = tables.rows(&shares[0], Part::Test);
    assert_eq!((rows.columns.len(), rows.labels.len()), (13, 104));
    let numbers = |part| {
        tables
            .numbers(&shares[0], part)
            .into_iter()
            .collect::<BTreeSet<_>>()
    };
    assert!(numbers(Part::Training).is_disjoint(&numbers(Part::Test)));
    assert_eq!(
        shares,
        tables.shares(2, 0),
        "files say which rows are for testing"
    );
}

#[test]
fn the_example_has_a_cell_for_each_arm_and_seed() {
    let experiment = Experiment::load(&example()).expect("the example is an experiment");
    let settings: Vec<String> = experiment
        .settings()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        settings,
        [
            "model.steps = 1",
            "model.steps = 2",
            "model.steps = 3",
            r#"model.lead = "cleveland", model.method = "surrogate", model.rounds = 1"#,
            r#"model.lead = "cleveland", model.method = "surrogate", model.rounds = 2"#,
            "comparison.fedavg = { rounds = 20 }",
            "comparison.fedavg = { rounds = 100 }",
            "comparison.fedprox = { rounds = 20 }",
            "protection.bits = 48",
            "model.noise = { clip = 2.0, delta = 0.001, epsilon = 1.0 }, model.steps = 4",
            "model.noise = { clip = 2.0, delta = 0.001, epsilon = 10.0 }, model.steps = 4",
            "model.noise = { clip = 2.0, delta = 0.001, epsilon = 50.0 }, model.steps = 4",
        ]
    );
    // Pooled, four hospitals alone, exact, and the settings.
    assert_eq!(experiment.cells().len(), 5 * (1 + 4 + 1 + 12));
    let exact = experiment
        .cells()
        .into_iter()
        .find(|cell| cell.arm == Arm::Exact);
    assert_eq!(exact.map(|cell| (cell.seed, cell.fold)), Some((1, 0)));
    let departures = experiment.departures();
    let departures: Vec<_> = departures.iter().map(|it| it.knob.path).collect();
    assert_eq!(departures, ["model.penalty"]);
    let va = experiment
        .links()
        .of_parties()
        .next()
        .expect("va has a link of its own");
    assert_eq!(
        (va.0.as_str(), va.1.latency_ms, va.1.megabits),
        ("va", 80.0, Some(100.0))
    );
    assert_eq!(va.1.link().bandwidth, Some(12_500_000));
}
