use consilium_data::design::{Design, MatrixError, MissingFeatures};
use consilium_data::{Loaded, Table};
use consilium_schema::{Label, LabelRule, Schema};

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
