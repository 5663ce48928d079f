//! What real daemons are given.

use consilium_lab::{Arm, Cell, Experiment, Part, SettingNumber, Tables};
use consilium_plan::{Phase, Task, TestRows};

use crate::{
    folder::{FILES, Folder, TABLE},
    heart_disease::example,
};

/// The example without its links.
fn text(more: &str) -> String {
    let text = std::fs::read_to_string(example()).expect("it is there");
    let (before, _) = text.split_once("# Four inst").expect("its links come next");
    let beside = example().with_file_name("");
    let beside = beside.to_str().expect("it is UTF-8");
    let absolute =
        |text: String, name: &str| text.replace(name, &format!("\"{beside}{}", &name[1..]));
    let text = absolute(before.to_owned(), "\"plan.toml");
    let text = absolute(text, "\"processed.");
    let parties = ["cleveland", "hungarian", "switzerland", "va"];
    let text = parties.iter().fold(text, |text, party| {
        absolute(text, &format!("\"{party}-split"))
    });
    format!("mode = \"processes\"\n{text}{more}")
}

const SETTINGS: &str = "[[approximate]]\n\"model.steps\" = [2]\n\
                        [[approximate]]\n\"comparison.fedavg\" = [{ rounds = 3 }]\n";

#[test]
fn daemons_fit_training_rows_alone_and_only_what_the_cell_is_about() {
    let folder = Folder::new();
    folder.write("lab.toml", &text(SETTINGS));
    let experiment = Experiment::load(&folder.path("lab.toml")).expect("it is one");
    let tables = Tables::read(&experiment).expect("its files are whole");
    let studies = |arm: Arm| {
        let (seed, fold) = (1, 0);
        experiment.studies(&tables, &Cell { arm, seed, fold })
    };
    let setting = |number| {
        let setting = SettingNumber(number);
        Arm::Approximate { setting }
    };
    for (arm, phases) in [
        (Arm::Exact, &[Phase::Fit, Phase::Evaluation][..]),
        (setting(1), &[Phase::Fit, Phase::Evaluation]),
        (setting(2), &[Phase::Fit, Phase::Evaluation, Phase::Fedavg]),
    ] {
        let studies = studies(arm).expect("daemons run it");
        assert!(studies.alignment.is_none());
        let Task::Train(task) = studies.fit.task() else {
            panic!("it trains a model");
        };
        assert_eq!(task.test, TestRows::None);
        assert_eq!(studies.fit.phases(), phases);
        assert_eq!(
            phases.contains(&Phase::Fedavg),
            studies.phase == Phase::Fedavg
        );
        let shares = tables.shares(1, 0);
        for (share, (party, rows)) in shares.iter().zip(&studies.rows) {
            let lines = String::from_utf8(rows.csv.clone()).expect("it is text");
            assert_eq!(*party, share.party);
            assert_eq!(lines.lines().count(), 1 + share.count(Part::Training));
        }
    }
    assert!(studies(Arm::Pooled).is_none());
    assert!(studies(setting(3)).is_none());
}

#[test]
fn nothing_is_written_for_parties_that_are_simulated() {
    let (experiment, tables) = Folder::new().read(FILES).expect("it is one");
    let exact = experiment.cells().into_iter();
    let mut exact = exact.filter(|cell| cell.arm == Arm::Exact);
    let cell = exact.next().expect("there is one");
    assert!(experiment.studies(&tables, &cell).is_none());
}

#[test]
fn what_daemons_would_not_run_is_named_by_its_place() {
    let folder = Folder::new();
    let refused = |text: &str| folder.refusal(text);
    let links = format!("mode = \"processes\"\n{TABLE}[link]\nlatency_ms = 20\n");
    let said = refused(&links);
    assert!(
        said.contains("line 21, column 2") && said.contains("leave out [link]"),
        "{said}"
    );
    let surrogate =
        "[[approximate]]\n\"model.method\" = [\"surrogate\"]\n\"model.lead\" = [\"va\"]\n";
    let text = text(surrogate);
    let line = text.lines().position(|line| line.contains("model.method"));
    let line = line.expect("it is there") + 1;
    let said = refused(&text);
    assert!(
        said.contains(&format!("line {line}")) && said.contains("surrogate"),
        "{said}"
    );
    refused(&text.replace("\"processes\"", "\"process\""));
    let simulated = text.replace("mode = \"processes\"\n", "");
    folder.read(&simulated).expect("the lab runs it by itself");
}
