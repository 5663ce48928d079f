//! What a plan may not say, and what keeps it from running.

use consilium_plan::{
    Code, DataReport, DataVersion, Found, Lang, Obstacle, PartyReport, Plan, PlanError, PlanFault,
    Room, Unlike,
};

use consilium_schema::Differing;

use super::{changed, grown, texts};
use crate::party;

/// What is refused, by which key, at the line that begins so.
const REFUSED: &[(usize, &str, &str, &str, &str)] = &[
    (
        0,
        "type = \"boolean\"",
        "type = \"integer\"\nmin = 0\nmax = 9",
        "party.label",
        "label =",
    ),
    (
        0,
        "type = \"boolean\"",
        "type = \"integer\"",
        "party.label",
        "label =",
    ),
    (
        0,
        "alignment = \"5",
        "alignment = \"x",
        "alignment",
        "alignment =",
    ),
    (1, "model = \"0", "model = \"x", "model", "model ="),
    (0, "bins = 32", "bins = 3", "trees.bins", "bins ="),
    (
        0,
        "bins = 32",
        "gradient_bits = 9",
        "trees.gradient_bits",
        "gradient_bits =",
    ),
    (
        0,
        "bins = 32",
        "learning_curve = false",
        "trees.learning_curve",
        "learning_curve =",
    ),
    (
        0,
        "first_tree = \"own\"",
        "own_trees = 41",
        "vertical.own_trees",
        "own_trees =",
    ),
    (
        0,
        "first_tree = \"own\"",
        "first_tree = \"own\"\nown_trees = 0",
        "vertical.own_trees",
        "own_trees =",
    ),
    (
        0,
        "first_tree = \"own\"",
        "first_tree = \"joint\"\nown_trees = 2",
        "vertical.own_trees",
        "own_trees =",
    ),
    (
        0,
        "age = \"inc",
        "cost = \"inc",
        "trees.monotone",
        "monotone =",
    ),
    (
        0,
        "share = 0.25, seed = 7",
        "split = \"a\"",
        "test",
        "test =",
    ),
    (0, "share = 0.25", "share = 0.049", "test", "test ="),
    (
        0,
        "min_side = 50",
        "min_side = 0",
        "vertical.min_side",
        "min_side =",
    ),
    (
        0,
        "min_side = 50",
        "min_side = 101",
        "vertical.min_node",
        "min_node =",
    ),
    (
        0,
        "min_side = 50\nmin_node = 200",
        "min_side = 101",
        "vertical.min_node",
        "[vertical]",
    ),
    (
        0,
        "min_node = 200",
        "sum_noise = -1.0",
        "vertical.sum_noise",
        "sum_noise =",
    ),
    (
        0,
        "min_node = 200",
        "stride = 0",
        "vertical.stride",
        "stride =",
    ),
    (
        0,
        "min_node = 200",
        "bytes_a_second = 0",
        "vertical.bytes_a_second",
        "bytes_a_second =",
    ),
    (
        0,
        "most_rows = 200_000",
        "most_rows = 100",
        "limits.most_rows",
        "most_rows =",
    ),
    (
        0,
        "most_rows = 200_000",
        "most_rows = 100_000_000",
        "limits.most_rows",
        "most_rows =",
    ),
    (
        0,
        "most_rows = 200_000",
        "minimum_cell = 5",
        "limits.minimum_cell",
        "minimum_cell =",
    ),
    (
        0,
        "\"cost\"]",
        "\"price\"]",
        "party.features",
        "features = [\"claims\"",
    ),
    (
        0,
        "[\"age\", \"ward\"]",
        "[\"age\", \"admitted\"]",
        "party.features",
        "features = [\"age\"",
    ),
    (
        0,
        "column = \"admitted\"",
        "column = \"nothing\"",
        "party.label",
        "label =",
    ),
    (
        0,
        "data = \"claims\"\nfeatures = [\"claims\", \"cost\"]",
        "data = \"claims\"",
        "party.features",
        "name = \"insurer\"",
    ),
    (
        0,
        "data = \"claims\"",
        "data = \"claims\"\nlabel = { column = \"cost\" }",
        "party.label",
        "name = \"insurer\"",
    ),
    (
        0,
        "label = { column = \"admitted\" }\n",
        "",
        "party.label",
        "[[party]]",
    ),
    (
        0,
        "data = \"claims\"",
        "data = \"claims\"\nlabel_holder = true",
        "party.label_holder",
        "label_holder =",
    ),
    (
        0,
        "data = \"claims\"",
        "data = \"claims\"\nreceives = false",
        "party",
        "name = \"insurer\"",
    ),
    (
        0,
        "data = \"claims\"",
        "data = \"claims\"\nschema = \"a.toml\"",
        "party.schema",
        "name = \"insurer\"",
    ),
    (
        1,
        "label_holder = true\n",
        "",
        "party.label_holder",
        "[[party]]",
    ),
    (
        1,
        "data = \"claims\"",
        "data = \"claims\"\nlabel_holder = true",
        "party.label_holder",
        "name = \"insurer\"",
    ),
    (
        1,
        "data = \"claims\"",
        "data = \"claims\"\nlabel = { column = \"cost\" }",
        "party.label",
        "label =",
    ),
    (
        0,
        "[vertical]",
        "[model]\npenalty = 1.0\n[vertical]",
        "model",
        "[model]",
    ),
    (
        0,
        "[vertical]",
        "[protection]\n[vertical]",
        "protection",
        "[protection]",
    ),
    (
        1,
        "model = ",
        "trees.objective = \"logistic\"\nmodel = ",
        "trees",
        "trees.",
    ),
    (
        0,
        "features = [\"age\", \"ward\"]\nlabel = { column = \"admitted\" }\n\n[[party.column]]",
        "features = [\"ward=surgical\", \"ward\"]\nlabel = { column = \"admitted\" }\n\n\
         [[party.column]]\nname = \"ward=surgical\"\ntype = \"boolean\"\n\n[[party.column]]",
        "party.features",
        "features = [\"ward=surgical\"",
    ),
];

#[test]
fn what_is_refused_is_named_with_its_key_and_line() {
    for (plan, from, to, key, line) in REFUSED {
        let text = texts()[*plan].replacen(from, to, 1);
        assert_ne!(text, texts()[*plan], "{from}");
        match Plan::from_toml(&text) {
            Err(PlanError::Key {
                place, key: named, ..
            }) => {
                assert_eq!(named, *key, "{to}");
                let at = text.lines().nth(place.line - 1).unwrap();
                assert!(at.starts_with(line), "{to}: {at}");
            }
            other => panic!("{to}: {other:?}"),
        }
    }
}

#[test]
fn keys_that_are_needed_are_missed_and_strange_ones_shown() {
    for (plan, from, to, said) in [
        (
            0,
            "alignment = ",
            "# ",
            "alignment: the hash of a study's plan is needed",
        ),
        (
            1,
            "model = ",
            "# ",
            "model: the hash of a study's plan is needed",
        ),
        (0, "[trees]", "[tree]", "unknown field `tree`"),
        (
            0,
            "min_side = 50",
            "min_sides = 50",
            "unknown field `min_sides`",
        ),
    ] {
        let refused = changed(plan, from, to).unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
    }
    for kind in ["train-glm", "train-gbdt", "align"] {
        let text = texts()[0].replace("train-vertical-gbdt", kind);
        let refused = Plan::from_toml(&text).unwrap_err().to_string();
        assert!(
            refused.contains("has no meaning in a plan of kind"),
            "{refused}"
        );
    }
    // Of a kind without it, a party's own column is refused where it stands.
    let of_party = crate::trees_text().replacen(
        "data = \"stays\"",
        "data = \"stays\"\nfeatures = [\"age\"]",
        1,
    );
    let refused = Plan::from_toml(&of_party).unwrap_err();
    let of_party = matches!(&refused, PlanError::Key { key, fault: PlanFault::OtherKind { .. }, .. }
        if key == "party.features");
    assert!(of_party, "{refused}");
    // A model that is to be fitted is a table, one that there is a hash.
    let hash = crate::trees_text()
        .replace("train-gbdt", "train-glm")
        .replace("[trees]", "model = \"00\"\n[tables]");
    let (head, tail) = hash.split_once("[tables]").unwrap();
    let (_, tail) = tail.split_once("[limits]").unwrap();
    let refused = Plan::from_toml(&format!("{head}[limits]{tail}")).unwrap_err();
    assert!(
        refused.to_string().contains("model: this has no meaning"),
        "{refused}"
    );
    let table = texts()[1].split_once("model = ").unwrap();
    let (_, rest) = table.1.split_once('\n').unwrap();
    let refused = Plan::from_toml(&format!("{}{rest}\n[model]\npenalty = 1.0\n", table.0));
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("model: the hash of")
    );
}

fn report(plan: &Plan, obstacles: Vec<Obstacle>) -> PartyReport {
    PartyReport {
        plan: plan.hash(),
        clock_ahead: 0,
        found: Ok(Found {
            data: DataReport::Read {
                version: DataVersion([1; 32]),
                obstacles,
                one_class: false,
            },
            verified: 2,
            disk: Room::Ample,
            memory: Room::Ample,
        }),
    }
}

#[test]
fn labels_of_one_class_end_a_study_whose_label_holder_has_all_of_them() {
    let plan = grown();
    let mut report = report(&plan, Vec::new());
    let Ok(Found {
        data: DataReport::Read { one_class, .. },
        ..
    }) = &mut report.found
    else {
        panic!("it was read");
    };
    *one_class = true;
    let found = plan.obstacles(&party("hospital"), &report);
    let codes: Vec<Code> = found.iter().map(|failure| failure.code).collect();
    assert_eq!(codes, [Code::DataOneClass]);
}

#[test]
fn a_first_tree_without_columns_is_blamed_on_the_label_holder_with_the_way_out() {
    let text = texts()[0]
        .replace("first_tree = \"own\"\n", "")
        .replace("monotone = { age = \"increasing\" }\n", "")
        .replace("features = [\"age\", \"ward\"]\n", "");
    let Err(PlanError::Key { place, key, fault }) = Plan::from_toml(&text) else {
        panic!("it has no columns");
    };
    assert_eq!(key, "vertical.first_tree");
    let at = text.lines().nth(place.line - 1);
    assert_eq!(at, Some("name = \"hospital\""));
    assert!(fault.to_string().contains("features"), "{fault}");
}

#[test]
fn each_obstacle_has_its_code() {
    let plan = grown();
    for (obstacle, code) in [
        (Obstacle::NoAlignment, Code::VerticalNoAlignment),
        (Obstacle::OtherData, Code::VerticalOtherData),
        (Obstacle::OrderDamaged, Code::VerticalOrderDamaged),
        (Obstacle::OtherParties, Code::VerticalOtherParties),
        (Obstacle::RowsRepeated, Code::VerticalRowsRepeated),
        (Obstacle::RowsTooFew, Code::VerticalRowsTooFew),
        (Obstacle::LabelsMissing, Code::VerticalLabelsMissing),
        (Obstacle::NoPart, Code::VerticalNoPart),
        (Obstacle::PartDiffers, Code::VerticalPartDiffers),
        (
            Obstacle::PartUnlike(Unlike::Parties),
            Code::VerticalPartDiffers,
        ),
        (
            Obstacle::PartUnlike(Unlike::Features(party("insurer"))),
            Code::VerticalPartDiffers,
        ),
        (
            Obstacle::PartUnlike(Unlike::Column(party("hospital"), "age".into())),
            Code::VerticalPartDiffers,
        ),
        (Obstacle::Missing("cost".into()), Code::DataColumnMissing),
        (
            Obstacle::DiffersIn("cost".into(), vec![Differing::Range]),
            Code::DataColumnDiffers,
        ),
        (Obstacle::RowsTooMany, Code::DataRowsTooMany),
    ] {
        let report = report(&plan, vec![obstacle.clone()]);
        assert!(plan.is_answered_by(&report), "{obstacle:?}");
        let found = plan.obstacles(&party("insurer"), &report);
        let codes: Vec<Code> = found.iter().map(|failure| failure.code).collect();
        assert_eq!(codes, [code]);
        for lang in Lang::ALL {
            assert!(
                !found[0].what(lang).contains('?'),
                "{}",
                found[0].what(lang)
            );
            assert!(
                !found[0].remedy(lang).contains('?'),
                "{}",
                found[0].remedy(lang)
            );
        }
    }
    let of_another_kind = report(&crate::trees(), vec![Obstacle::NoAlignment]);
    assert!(!crate::trees().is_answered_by(&of_another_kind));
    let elsewhere = Unlike::Column(party("insurer"), "age".into());
    for obstacle in [
        Obstacle::NoKeys,
        Obstacle::PartUnlike(Unlike::Features(party("nobody"))),
        Obstacle::PartUnlike(elsewhere),
    ] {
        let report = report(&plan, vec![obstacle]);
        assert!(!plan.is_answered_by(&report), "{report:?}");
    }
}
