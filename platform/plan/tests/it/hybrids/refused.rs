//! What a plan of several hospitals may not say, and what keeps it from running.

use consilium_plan::{
    Code, DataReport, DataVersion, Found, Obstacle, PartyReport, Plan, PlanError, Room,
};

use super::{changed, grown, open, texts};
use crate::party;

/// What is refused, by which key, at the line that begins so.
const REFUSED: &[(usize, &str, &str, &str, &str)] = &[
    (
        0,
        "features = [\"age\", \"ward\"]",
        "alignment = \"00\"\nfeatures = [\"age\", \"ward\"]",
        "alignment",
        "alignment =",
    ),
    (
        0,
        "features = [\"age\", \"ward\"]",
        "label = { column = \"age\" }\nfeatures = [\"age\", \"ward\"]",
        "label",
        "label =",
    ),
    (
        0,
        "[hybrid]",
        "[protection]\n[hybrid]",
        "protection",
        "[protection]",
    ),
    (
        0,
        "[\"age\", \"ward\"]",
        "[\"age\", \"wards\"]",
        "features",
        "features =",
    ),
    (
        0,
        "[\"age\", \"ward\"]",
        "[\"age\", \"age\"]",
        "features",
        "features =",
    ),
    (0, "min = 0\nmax = 110\n", "", "features", "features ="),
    (0, "bins = 32", "bins = 3", "trees.bins", "bins ="),
    (
        0,
        "bins = 32",
        "monotone = { age = \"increasing\" }",
        "trees.monotone",
        "monotone =",
    ),
    (
        0,
        "min_side = 60",
        "min_side = 0",
        "vertical.min_side",
        "min_side =",
    ),
    (
        0,
        "min_side = 60",
        "sum_noise = 1.0",
        "vertical.sum_noise",
        "sum_noise =",
    ),
    (
        0,
        "min_side = 60",
        "parameters = \"b\"",
        "vertical.parameters",
        "parameters =",
    ),
    (
        0,
        "min_side = 60",
        "stride = 0",
        "vertical.stride",
        "stride =",
    ),
    (
        0,
        "min_side = 60",
        "stride = 1000",
        "vertical.stride",
        "stride =",
    ),
    (
        0,
        "min_hospitals = 3",
        "min_hospitals = 4",
        "hybrid.min_hospitals",
        "min_hospitals =",
    ),
    (
        0,
        "min_hospitals = 3",
        "min_hospitals = 0",
        "hybrid.min_hospitals",
        "min_hospitals =",
    ),
    (
        0,
        "colluding = 1",
        "colluding = 0",
        "hybrid.colluding",
        "colluding =",
    ),
    (
        0,
        "colluding = 1",
        "colluding = 2",
        "hybrid.colluding",
        "colluding =",
    ),
    (
        0,
        "colluding = 1",
        "group = \"west\"",
        "hybrid.group",
        "group =",
    ),
    (
        0,
        "colluding = 1",
        "group = \"coordinator\"",
        "hybrid.group",
        "group =",
    ),
    (0, "share = 0.25", "share = 0.04", "test", "test ="),
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
        "alignment = \"0e",
        "alignment = \"x",
        "party.alignment",
        "alignment =",
    ),
    (
        0,
        "alignment = \"0e",
        "features = [\"age\"]\nalignment = \"0e",
        "party.features",
        "features =",
    ),
    (
        0,
        "alignment = \"0e",
        "schema = \"a.toml\"\nalignment = \"0e",
        "party.schema",
        "schema =",
    ),
    (
        0,
        "alignment = \"0e",
        "label = { column = \"age\" }\nalignment = \"0e",
        "party.label",
        "name = \"insurer\"",
    ),
    (
        0,
        "data = \"policies\"",
        "data = \"policies\"\nreceives = false",
        "party",
        "name = \"commercial\"",
    ),
    (
        0,
        "features = [\"cost\"]\n",
        "",
        "party.features",
        "name = \"commercial\"",
    ),
    (
        0,
        "label = { column = \"admitted\" }\n",
        "",
        "party.label",
        "[[party]]",
    ),
    (
        1,
        "label_holder = true\n",
        "",
        "party.label_holder",
        "[[party]]",
    ),
    (1, "model = \"0", "model = \"x", "model", "model ="),
    (
        1,
        "model = ",
        "trees.objective = \"logistic\"\nmodel = ",
        "trees",
        "trees.",
    ),
    (
        1,
        "[[column]]",
        "[hybrid]\ngroup = \"hospitals\"\n[[column]]",
        "hybrid",
        "[hybrid]",
    ),
    (
        1,
        "[[column]]",
        "[vertical]\nmin_side = 50\n[[column]]",
        "vertical",
        "[vertical]",
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
fn what_takes_the_room_for_noise_is_told_what_it_may_be() {
    for (from, to, may_be) in [
        (
            "colluding = 1",
            "colluding = 0",
            "1 to about a third of the hospitals",
        ),
        (
            "colluding = 1",
            "colluding = 2",
            "1 to about a third of the hospitals",
        ),
        (
            "min_side = 60",
            "stride = 1000",
            "smaller: the noise of so many rows",
        ),
        (
            "most_rows = 200_000",
            "most_rows = 100_000_000",
            "smaller: the noise of so many rows of all hospitals",
        ),
    ] {
        let refused = changed(0, from, to).unwrap_err().to_string();
        assert!(refused.contains(&format!("must be {may_be}")), "{refused}");
    }
}

#[test]
fn hospitals_are_three_at_least_each_with_people_of_its_own() {
    let text = texts()[0];
    let said = |text: &str| Plan::from_toml(text).unwrap_err().to_string();
    let two = text.replace(
        "alignment = \"2d2d3e3e4f4f5a5a6b6b7c7c8d8d9e9e0f0f1a1a2b2b3c3c4d4d5e5e6f6f7a7a\"",
        "features = [\"age\"]\n[[party.column]]\nname = \"age\"\ntype = \"integer\"",
    );
    assert!(
        said(&two).contains("party: three to a hundred hospitals"),
        "{}",
        said(&two)
    );
    let hashes: Vec<&str> = text.split("alignment = \"").skip(1).collect();
    let (east, north) = (&hashes[0][..64], &hashes[1][..64]);
    let shared = said(&text.replace(north, east));
    assert!(
        shared.contains("party.alignment: the study that found north's"),
        "{shared}"
    );
    let further = |n| {
        format!(
            "[[party]]\nname = \"f{n}\"\ndata = \"d\"\nfeatures = [\"x\"]\n\
             [[party.column]]\nname = \"x\"\ntype = \"number\"\n"
        )
    };
    let many = text.to_owned() + &(0..6).map(further).collect::<String>();
    assert!(
        said(&many).contains("up to six bring columns"),
        "{}",
        said(&many)
    );
}

#[test]
fn keys_that_are_needed_are_missed_and_other_kinds_have_no_hospitals() {
    for (plan, from, to, said) in [
        (
            0,
            "features = [\"age\", \"ward\"]\n",
            "",
            "missing field `features`",
        ),
        (0, "[trees]", "[tree]", "unknown field `tree`"),
        (
            0,
            "colluding = 1",
            "colluders = 1",
            "unknown field `colluders`",
        ),
    ] {
        let refused = changed(plan, from, to).unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
    }
    let no_columns = texts()[0].split_once("[[column]]").unwrap();
    let (_, parties) = no_columns.1.split_once("[[party]]").unwrap();
    let refused = Plan::from_toml(&format!("{}[[party]]{parties}", no_columns.0));
    assert_eq!(refused, Err(PlanError::SchemaMissing));
    for kind in [
        "train-glm",
        "train-gbdt",
        "align",
        "train-vertical-gbdt",
        "predict-vertical-gbdt",
    ] {
        let text = texts()[0].replace("train-hybrid-gbdt", kind);
        let refused = Plan::from_toml(&text).unwrap_err().to_string();
        assert!(
            refused.contains("has no meaning in a plan of kind"),
            "{refused}"
        );
    }
    for (text, name) in [
        (crate::trees_text(), "data = \"stays\""),
        (crate::aligned_text(), "data = \"admissions\""),
        (crate::verticals::text(), "data = \"claims\""),
    ] {
        let text = text.replacen(name, &format!("{name}\nalignment = \"00\""), 1);
        match Plan::from_toml(&text) {
            Err(PlanError::Key { key, .. }) => assert_eq!(key, "party.alignment"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn only_a_label_holder_that_refuses_them_tells_of_repeated_patients() {
    let report = |plan: &Plan| PartyReport {
        plan: plan.hash(),
        clock_ahead: 0,
        found: Ok(Found {
            data: DataReport::Read {
                version: DataVersion([1; 32]),
                obstacles: vec![Obstacle::PatientsRepeated],
                one_class: false,
            },
            verified: 5,
            disk: Room::Ample,
            memory: Room::Ample,
        }),
    };
    let plan = grown();
    assert!(plan.is_answered_by(&report(&plan)));
    let found = plan.obstacles(&party("insurer"), &report(&plan));
    let codes: Vec<Code> = found.iter().map(|failure| failure.code).collect();
    assert_eq!(codes, [Code::VerticalPatientsRepeated]);
    for plan in [open(), super::predicted(), crate::verticals::grown()] {
        assert!(!plan.is_answered_by(&report(&plan)));
    }
}
