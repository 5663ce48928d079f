use std::fmt::Write as _;

use consilium_data::design::{Design, Features, MatrixError, MissingFeatures};
use consilium_data::{Loaded, Table};
use consilium_preparation::{Preparation, Unfit};
use consilium_schema::{DesignError, Label, LabelRule, Schema};

use crate::{read, schema};

const FILE: &str = "age,cp,smokes,ward,num\n\
                    60,2,yes,b,0\n\
                    ,1,no,a,1\n\
                    61,?,no,a,2\n\
                    62,3,yes,b,?\n\
                    63,3,no,a,3\n";

fn declared() -> Schema {
    schema(
        "[[column]]\nname = \"age\"\ntype = \"integer\"\n\
         [[column]]\nname = \"cp\"\ntype = \"category\"\nlevels = [1, 2, 3]\nreference = 2\n\
         [[column]]\nname = \"smokes\"\ntype = \"boolean\"\n\
         [[column]]\nname = \"ward\"\ntype = \"category\"\n\
         [[column]]\nname = \"num\"\ntype = \"integer\"\n",
    )
}

fn table() -> Table {
    let Loaded { table, .. } = read(&declared(), FILE).unwrap();
    table
}

fn label(column: &str, rule: LabelRule) -> Label {
    Label {
        column: column.into(),
        rule,
    }
}

#[test]
fn categories_are_coded_against_their_reference_and_gaps_dropped() {
    let disease = label("num", LabelRule::Above(0.0));
    let features = ["cp", "age", "smokes"];
    let design = Design::new(&table(), &features, Some(&disease), MissingFeatures::Drop).unwrap();
    assert_eq!(design.names, ["cp=1", "cp=3", "age", "smokes"]);
    assert_eq!(design.names, declared().design_names(&features).unwrap());
    assert_eq!(design.row(0), [0.0, 0.0, 60.0, 1.0]);
    assert_eq!(design.row(1), [0.0, 1.0, 63.0, 0.0]);
    assert_eq!(design.y, [0.0, 1.0]);
    assert_eq!(design.row_numbers, [1, 5]);
    assert_eq!((design.rows, design.columns, design.dropped), (2, 4, 3));
}

#[test]
fn gaps_stay_as_nan_on_request_but_not_in_the_label() {
    let disease = label("num", LabelRule::Above(0.0));
    let design = Design::new(
        &table(),
        &["age", "cp"],
        Some(&disease),
        MissingFeatures::Keep,
    )
    .unwrap();
    assert_eq!(design.row_numbers, [1, 2, 3, 5]);
    assert!(design.row(1)[0].is_nan());
    assert!(design.row(2)[1].is_nan() && design.row(2)[2].is_nan());
    assert_eq!(design.dropped, 1);
}

#[test]
fn a_label_may_be_a_value_a_level_or_absent() {
    let of = |label: Option<&Label>| {
        Design::new(&table(), &["smokes"], label, MissingFeatures::Drop)
            .unwrap()
            .y
    };
    assert_eq!(of(None), []);
    assert_eq!(
        of(Some(&label("num", LabelRule::Value))),
        [0.0, 1.0, 2.0, 3.0]
    );
    assert_eq!(
        of(Some(&label("ward", LabelRule::Equals("a".into())))),
        [0.0, 1.0, 1.0, 0.0, 1.0]
    );
}

#[test]
fn what_fits_no_matrix_is_named() {
    let fail = |features: &[&str], label: Option<Label>| {
        Design::new(&table(), features, label.as_ref(), MissingFeatures::Drop).unwrap_err()
    };
    assert!(matches!(fail(&["none"], None), MatrixError::Feature(_)));
    assert!(matches!(
        fail(&["num"], Some(label("num", LabelRule::Value))),
        MatrixError::LabelIsFeature { .. }
    ));
    assert!(matches!(
        fail(&["age"], Some(label("ward", LabelRule::Above(0.0)))),
        MatrixError::LabelRule { .. }
    ));
    assert!(matches!(
        fail(&["age"], Some(label("ward", LabelRule::Equals("z".into())))),
        MatrixError::NoSuchLevel { .. }
    ));
    assert!(matches!(
        fail(&["age"], Some(label("none", LabelRule::Value))),
        MatrixError::NoLabelColumn { .. }
    ));
}

/// What becomes of the columns, the open category among them.
const PREPARED: &str = "[[prepared]]\ncolumn = \"age\"\nmissing = 60\nclip = [60, 62]\ncentre = 60\nspread = 2\nmark_missing = true\n\
    [[prepared]]\ncolumn = \"ward\"\nlevels = [\"a\"]\n\
    [[prepared]]\ncolumn = \"smokes\"\n\
    [[prepared]]\nproduct = [\"age\", \"smokes\"]\n";

#[test]
fn prepared_columns_come_in_the_order_of_the_features() {
    let preparation = Preparation::from_toml(PREPARED, &declared()).unwrap();
    let features = Features {
        names: &["age×smokes", "ward", "age"],
        preparation: Some(&preparation),
    };
    assert_eq!(features.columns(), ["age", "ward", "smokes"]);
    let disease = label("num", LabelRule::Above(0.0));
    let design = Design::new(&table(), features, Some(&disease), MissingFeatures::Drop).unwrap();
    let names = ["age×smokes", "ward=a", "ward=other", "age", "age?missing"];
    assert_eq!(design.names, names);
    // The second row's age is filled in; the fourth has no label.
    assert_eq!(design.row_numbers, [1, 2, 3, 5]);
    assert_eq!(design.row(0), [0.0, 0.0, 1.0, 0.0, 0.0]);
    assert_eq!(design.row(1), [0.0, 1.0, 0.0, 0.0, 1.0]);
    assert_eq!(design.row(2), [0.0, 1.0, 0.0, 0.5, 0.0]);
    assert_eq!(design.row(3), [0.0, 1.0, 0.0, 1.0, 0.0]);
}

#[test]
fn a_column_that_is_prepared_is_no_label_and_is_there() {
    let preparation = Preparation::from_toml(PREPARED, &declared()).unwrap();
    let of = |names: &[&str], label: Option<&Label>| {
        let features = Features {
            names,
            preparation: Some(&preparation),
        };
        Design::new(&table(), features, label, MissingFeatures::Keep).unwrap_err()
    };
    let smokes = label("smokes", LabelRule::Value);
    let column = || "smokes".to_owned();
    assert_eq!(
        of(&["age"], Some(&smokes)),
        MatrixError::LabelIsFeature { column: column() }
    );
    let absent = DesignError::NoSuchColumn {
        column: "cp".into(),
    };
    assert_eq!(of(&["cp"], None), MatrixError::Feature(absent));
    let twice = DesignError::Twice { column: column() };
    assert_eq!(of(&["smokes", "smokes"], None), MatrixError::Feature(twice));

    let ages = schema("[[column]]\nname = \"age\"\ntype = \"code\"\n");
    let Loaded { table, .. } = read(&ages, "age\n60\n").unwrap();
    let features = Features {
        names: &["age"],
        preparation: Some(&preparation),
    };
    let unfit = Design::new(&table, features, None, MissingFeatures::Keep).unwrap_err();
    let column = "age".to_owned();
    assert_eq!(unfit, MatrixError::Unfit(Unfit::OtherType { column }));
}

#[test]
#[ignore = "slow: a million rows"]
fn a_million_rows_of_twenty_features_are_prepared_in_seconds() {
    let declared = schema(
        "[[column]]\nname = \"x\"\ntype = \"number\"\nmin = 0\nmax = 1000000\n\
         [[column]]\nname = \"code\"\ntype = \"code\"\n",
    );
    let mut text = String::from("x,code\n");
    for row in 0..1_000_000_u32 {
        let missing = row % 17 == 0;
        let x = if missing {
            String::new()
        } else {
            row.to_string()
        };
        writeln!(text, "{x},I{}", row % 40).unwrap();
    }
    let Loaded { table, .. } = read(&declared, &text).unwrap();
    let mut prepared = String::new();
    for feature in 0..16 {
        write!(
            prepared,
            "[[prepared]]\nname = \"x{feature}\"\ncolumn = \"x\"\nmissing = 1\nclip = [1, 900000]\n\
             log = {}\ncentre = {feature}.5\nspread = 3.5\n",
            feature % 4 == 0
        )
        .unwrap();
    }
    prepared += "[[prepared]]\ncolumn = \"code\"\nlevels = [\"I1\", \"I2\", \"I3\"]\n";
    let preparation = Preparation::from_toml(&prepared, &declared).unwrap();
    let features: Vec<&str> = preparation
        .features()
        .iter()
        .map(consilium_preparation::Feature::name)
        .collect();
    let features = Features {
        names: &features,
        preparation: Some(&preparation),
    };
    let design = Design::new(&table, features, None, MissingFeatures::Keep).unwrap();
    assert_eq!((design.rows, design.columns), (1_000_000, 20));
    let others: f64 = (0..design.rows).map(|row| design.row(row)[19]).sum();
    assert!((others - 925_000.0).abs() < 0.5);
}
