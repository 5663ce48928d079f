//! What is allowed is told with the same numbers in both languages.

use consilium_gbdt::{
    Boosting, EarlyStopping, Growing, Objective, RowSampling, Specification as Trees,
};

use super::*;

pub(super) fn numbers(text: &str) -> Vec<&str> {
    let mut numbers: Vec<&str> = text
        .split(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .filter(|number| number.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn what_trees_may_be_is_said_in_chinese() {
    let wrong: [fn(&mut Trees); 17] = [
        |trees| trees.objective = Objective::Tweedie { power: 2.0 },
        |trees| trees.trees = 0,
        |trees| trees.learning_rate = 0.0,
        |trees| trees.growth = Growing::DepthWise { depth: 13 },
        |trees| {
            trees.growth = Growing::LeafWise {
                leaves: 1,
                depth: 3,
            }
        },
        |trees| trees.bins = 300,
        |trees| trees.gradient_bits = Some(1),
        |trees| trees.learning_curve = false,
        |trees| trees.lambda = -1.0,
        |trees| trees.alpha = -1.0,
        |trees| trees.gamma = -1.0,
        |trees| trees.min_child_weight = -1.0,
        |trees| trees.min_node = 1,
        |trees| trees.rows = RowSampling::Share(1.0),
        |trees| trees.column_share = 0.0,
        |trees| {
            trees.early_stopping = Some(EarlyStopping {
                share: 0.6,
                patience: 1,
            });
        },
        |trees| {
            trees.early_stopping = Some(EarlyStopping {
                share: 0.1,
                patience: 0,
            });
        },
    ];
    for change in wrong {
        let mut spec = Trees::new(Objective::Squared);
        change(&mut spec);
        let error = Boosting::try_from(spec).unwrap_err();
        let said = trees(&error);
        assert_eq!(numbers(&said), numbers(&error.to_string()), "{said}");
        assert!(said.contains("应为"), "{said}");
    }
}

#[test]
fn the_limits_of_shared_trees_are_those_of_the_english_text() {
    for error in [
        BadAgreement::Columns { columns: 0 },
        BadAgreement::Rows,
        BadAgreement::Cells { cells: 3 },
        BadAgreement::Histograms { cells: 3 },
        BadAgreement::Nodes { nodes: 3 },
    ] {
        let said = shared(&error).unwrap();
        assert_eq!(numbers(&said), numbers(&error.to_string()), "{said}");
    }
}

#[test]
fn labels_and_colluders_that_can_not_be_are_said_in_chinese() {
    let of_label = |rule| PlanFault::LabelRule {
        column: "ward".to_owned(),
        kind: "category",
        rule,
    };
    for wrong in [
        of_label(None),
        of_label(Some("positive_above")),
        PlanFault::NoLevel {
            column: "ward".to_owned(),
            level: "icu".to_owned(),
            levels: vec!["general".to_owned()],
        },
        PlanFault::Label(LabelError::TwoRules),
        PlanFault::Label(LabelError::NotFinite),
        PlanFault::Thresholds(ThresholdError::TooManyColluding {
            contributors: 3,
            colluding: 2,
        }),
    ] {
        let (said, english) = (fault(&wrong), wrong.to_string());
        assert_eq!(numbers(&said), numbers(&english), "{said}");
        assert!(!said.contains("the") && said.contains(|c: char| c > '\u{4e00}'));
        for name in ["ward", "icu", "general", "positive_above"] {
            assert_eq!(said.contains(name), english.contains(name), "{said}");
        }
    }
}
