use std::collections::BTreeSet;

use consilium_lab::{Arm, Cell, CellKey, Learnt, Outcome, RowCounts, SettingNumber};

use crate::folder::{FILES, Folder, TABLE, rows};

const ENGINE: &str = "0.1.0";

/// Gives the key of the exact plan's first cell.
fn key(folder: &Folder, text: &str) -> CellKey {
    let (experiment, tables) = folder.read(text).expect("it is one");
    let cell = Cell {
        arm: Arm::Exact,
        seed: 1,
        fold: 0,
    };
    let key = experiment.key_of(&cell, tables.digest(), ENGINE);
    key.expect("every experiment has an exact arm")
}

#[test]
fn keys_differ_where_what_is_run_differs() {
    let folder = Folder::new();
    let links = format!("{FILES}\n[link]\nlatency_ms = 20\n");
    let mut keys = vec![
        key(&folder, FILES),
        key(&folder, &FILES.replace("share = 0.25", "share = 0.3")),
        key(
            &folder,
            &FILES.replace("share = 0.25", "share = 0.25\nstratify = false"),
        ),
        key(
            &folder,
            &FILES.replace("share = 0.25", "share = 0.25\ngroup = \"person\""),
        ),
        key(
            &folder,
            &FILES.replace("seeds", "mode = \"processes\"\nseeds"),
        ),
        key(&folder, &links),
        key(&folder, &links.replace("20\n", "20\nloss = 0.1\n")),
        key(
            &folder,
            &format!("{links}[link.party.west]\nmegabits = 3\n"),
        ),
        key(&folder, TABLE),
        key(&folder, &TABLE.replace("[\"3\"]", "[\"3\", \"5\"]")),
    ];
    folder.write("west.csv", &rows(41));
    keys.push(key(&folder, FILES));
    let plan = std::fs::read_to_string(folder.path("plan.toml")).expect("it is there");
    folder.write("plan.toml", &plan.replace("trees = 20", "trees = 21"));
    keys.push(key(&folder, FILES));
    let schema = std::fs::read_to_string(folder.path("schema.toml")).expect("it is there");
    folder.write(
        "schema.toml",
        &format!("[file]\nmissing = [\"\"]\n{schema}"),
    );
    keys.push(key(&folder, FILES));

    let (experiment, tables) = folder.read(FILES).expect("it is one");
    for cell in experiment.cells() {
        for engine in [ENGINE, "0.2.0"] {
            keys.extend(experiment.key_of(&cell, tables.digest(), engine));
        }
    }
    let all = keys.len();
    let different: BTreeSet<CellKey> = keys.into_iter().collect();
    // The last of those above stands among the cells as well.
    assert_eq!(different.len(), all - 1);
}

#[test]
fn keys_are_the_same_where_only_words_and_other_settings_differ() {
    let folder = Folder::new();
    let before = key(&folder, FILES);
    assert_eq!(before, key(&folder, &FILES.replace("Coarser", "Rougher")));
    assert_eq!(
        before,
        key(&folder, &FILES.replace("seeds = [1, 2]", "seeds = [3, 1]"))
    );
    let (of_two, data) = folder.read(FILES).expect("it is one");
    let (of_one, _) = folder
        .read(&FILES.replace("[16, 32]", "[32]"))
        .expect("it is one");
    let cell = |setting| Cell {
        arm: Arm::Approximate {
            setting: SettingNumber(setting),
        },
        seed: 1,
        fold: 0,
    };
    let key_of = |experiment: &consilium_lab::Experiment, setting| {
        experiment.key_of(&cell(setting), data.digest(), ENGINE)
    };
    assert!(key_of(&of_one, 1).is_some());
    assert_eq!(key_of(&of_one, 1), key_of(&of_two, 4));
    assert_eq!(key_of(&of_one, 4), None, "it has three settings");
}

#[test]
fn an_outcome_is_read_as_it_was_written() {
    let text = r#"{"arm":"approximate","setting":3,"seed":7,"fold":1,"rows":{"train":30,"test":10,"dropped":0},"rows_by_party":{"north":{"train":30,"test":10,"mean_label":0.25}},"result":"fitted","measures":{"rows":10,"positives":4,"auc":0.75,"auc_error":0.0,"log_loss":0.5,"brier":0.2,"accuracy":0.8,"calibration":[null,null,null,null,null,null,null,null,null,null]},"by_party":{},"curve":[0.6,0.5],"iterations":1,"parties":[{"party":"coordinator","cpu_s":0.25,"sent_bytes":1,"received_bytes":2,"rounds":3,"steps":{}}],"wall_s":1.5}"#;
    let outcome: Outcome = serde_json::from_str(text).expect("it is one");
    assert_eq!(serde_json::to_string(&outcome).expect("it is JSON"), text);
    let setting = SettingNumber(3);
    assert_eq!(outcome.cell.arm, Arm::Approximate { setting });
    let Learnt::Fitted(fitted) = &outcome.result else {
        panic!("{outcome:?}");
    };
    assert_eq!(
        (fitted.cpu_s().to_bits(), fitted.iterations),
        (0.25_f64.to_bits(), 1)
    );
    let failed = Outcome {
        cell: Cell {
            arm: Arm::Local {
                party: "va".parse().expect("a name"),
            },
            seed: 1,
            fold: 0,
        },
        rows: RowCounts {
            train: 1,
            test: 2,
            dropped: 0,
        },
        rows_by_party: std::collections::BTreeMap::new(),
        result: Learnt::Failed {
            reason: "all labels are the same".to_owned(),
        },
    };
    let text = serde_json::to_string(&failed).expect("it is JSON");
    assert_eq!(
        text,
        r#"{"arm":"local","party":"va","seed":1,"fold":0,"rows":{"train":1,"test":2,"dropped":0},"rows_by_party":{},"result":"failed","reason":"all labels are the same"}"#
    );
    assert_eq!(
        serde_json::from_str::<Outcome>(&text).expect("it is one"),
        failed
    );
}
