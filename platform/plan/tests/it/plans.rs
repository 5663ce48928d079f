//! What is accepted, with which defaults, and what is refused where.

use std::time::Duration;

use consilium_mailbox::PartyId;
use consilium_plan::{OnDropout, Plan, PlanError, PlanFault, Task, TestRows};

use crate::{full, full_text, heart, party, try_heart};

/// The refusal of the full plan with one text replaced by another.
fn refusal(from: &str, to: &str) -> String {
    assert!(full_text().contains(from), "{from}");
    Plan::from_toml(&full_text().replacen(from, to, 1))
        .unwrap_err()
        .to_string()
}

#[test]
fn the_four_hospitals_get_the_defaults() {
    let plan = heart();
    let Task::Train(task) = plan.task() else {
        panic!("it is a fit");
    };
    assert_eq!(task.learner.column_names().len(), 13);
    assert_eq!(task.columns.len(), 11);
    assert!(matches!(&task.test, TestRows::Split(name) if name.as_str() == "flamby"));
    assert_eq!(task.protection.colluding, 1);
    assert_eq!(task.protection.thresholds.signatures(), 3);
    assert_eq!(plan.on_dropout(), OnDropout::Pause);
    assert_eq!(plan.quorum(), 4);
    assert_eq!(plan.patience().outage, Duration::from_hours(1));
    assert_eq!(plan.coordinator(), &party("coordinator"));
    assert_eq!(plan.receivers().count(), 4);
}

#[test]
fn the_full_plan_says_what_it_says() {
    let plan = full();
    assert_eq!(plan.quorum(), 3);
    assert_eq!(plan.contributors().count(), 4);
    let receivers: Vec<&str> = plan.receivers().map(PartyId::as_str).collect();
    assert_eq!(receivers, ["east", "north", "university", "west"]);
    assert_eq!(
        plan.limits().expires.unwrap().to_string(),
        "2027-01-30T16:00:00Z"
    );
}

#[test]
fn the_next_attempt_differs_in_its_number_and_hash_alone() {
    let first = full();
    assert!(!first.to_string().contains("attempt"));
    let second = first.next_attempt().unwrap();
    assert_eq!((first.attempt(), second.attempt()), (1, 2));
    assert_ne!(first.hash(), second.hash());
    let text = second.to_string();
    assert_eq!(text.replace("attempt = 2\n", ""), first.to_string());
    assert_eq!(text.parse::<Plan>().unwrap(), second);
    let last = Plan::from_toml(&text.replace("attempt = 2", "attempt = 1000")).unwrap();
    assert_eq!(last.next_attempt(), None);
    let beyond = Plan::from_toml(&text.replace("attempt = 2", "attempt = 0")).unwrap_err();
    assert!(beyond.to_string().contains("attempt"), "{beyond}");
}

#[test]
fn sums_are_masked_under_the_plans_terms() {
    let plan = full();
    let Task::Train(task) = plan.task() else {
        panic!("it is a fit");
    };
    let terms = plan.sum_terms(&task.protection, [party("east")].into());
    assert_eq!(terms.study.0, *full().hash().as_bytes());
    assert_eq!(terms.roster, ["east", "north", "south", "west"].map(party));
    assert_eq!(terms.thresholds.signatures(), 3);
    assert_eq!(terms.patience, Duration::from_secs(30));
    assert!(terms.waivers.contains(&party("east")));
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let error = refusal("runs = 100", "run = 100");
    assert!(
        error.starts_with("line 28, column 1: unknown field `run`"),
        "{error}"
    );
}

#[test]
fn a_missing_required_key_is_named() {
    let error = refusal("title = \"Length of stay after hip replacement\"\n", "");
    assert!(error.contains("missing field `title`"), "{error}");
}

#[test]
fn dropouts_beyond_the_threshold_are_refused_with_the_numbers() {
    assert_eq!(
        refusal("dropouts = 1", "dropouts = 2"),
        "line 21, column 12: protection.dropouts: of 4 contributors with 1 colluding 3 must stay, \
         2 dropouts leave 2"
    );
    assert_eq!(
        refusal("colluding = 1\n", "colluding = 3\n"),
        "line 21, column 12: protection.dropouts: 3 colluders among 4 contributors leave nothing \
         to protect"
    );
}

#[test]
fn two_contributors_are_too_few() {
    let error = try_heart(|text| {
        let (head, _) = text
            .split_once("[[party]]\nname = \"switzerland\"")
            .unwrap();
        head.to_owned()
    });
    let error = error.unwrap_err().to_string();
    assert!(error.contains("2 contributors are too few"), "{error}");
}

#[test]
fn dropout_rules_and_numbers_must_agree() {
    let fault = |to| refusal("dropouts = 1\non_dropout = \"continue\"", to);
    let error = fault("on_dropout = \"continue\"");
    assert!(
        error.ends_with("on_dropout = \"continue\" contradicts dropouts = 0"),
        "{error}"
    );
    let error = fault("dropouts = 1\non_dropout = \"fail\"");
    assert!(
        error.ends_with("on_dropout = \"fail\" contradicts dropouts = 1"),
        "{error}"
    );
    let error = refusal("on_dropout = \"continue\"\n", "");
    assert!(
        error.contains("protection.dropouts: on_dropout = \"pause\" contradicts"),
        "{error}"
    );
    let error = fault("");
    assert!(
        error.contains("protection.ask_waiver: this has a meaning with"),
        "{error}"
    );
    let error = refusal("minimum_verified = 3", "minimum_verified = 4");
    assert!(
        error.contains("leave 3, minimum_verified asks for 4"),
        "{error}"
    );
}

#[test]
fn lengths_of_time_have_units_and_come_in_order() {
    let error = refusal("answer = \"30s\"", "answer = \"30\"");
    assert!(
        error.contains("patience.answer") && error.contains("unit"),
        "{error}"
    );
    assert_eq!(
        refusal("outage = \"2h\"", "outage = \"30s\""),
        "line 37, column 10: patience.outage: 30s is not longer than the 30s of patience.answer"
    );
    let error = refusal("study = \"7d\"", "study = \"90m\"");
    assert!(
        error.ends_with("90m is not longer than the 2h of patience.outage"),
        "{error}"
    );
}

#[test]
fn a_time_without_offset_is_refused() {
    let error = refusal("2027-01-31T00:00:00+08:00", "2027-01-31T00:00:00");
    assert!(
        error.starts_with("line 27, column 11: limits.expires: a date and time"),
        "{error}"
    );
}

#[test]
fn numbers_out_of_range_are_refused() {
    let error = refusal("bits = 64", "bits = 65");
    assert!(
        error.ends_with("protection.bits: 1 to 64 is allowed, not 65"),
        "{error}"
    );
    let error = refusal("bits = 64", "bits = 12");
    assert!(
        error.contains("protection.bits") && error.contains("too few"),
        "{error}"
    );
    let error = refusal("minimum_rows = 50", "minimum_rows = 50_000");
    assert!(error.contains("at most 20000 can come together"), "{error}");
    let error = refusal("minimum_verified = 3", "minimum_verified = 5");
    assert!(error.contains("0 to 4 is allowed"), "{error}");
    let error = refusal("penalty = 0.5", "penalty = -0.5");
    assert!(error.contains("model.penalty"), "{error}");
    let error = refusal("share = 0.25", "share = 1.0");
    assert!(error.contains("test: test needs"), "{error}");
    let error = refusal("bits = 64", "bits = 64\nrelax_from_twenty = true");
    assert!(
        error.contains("4 contributors are too few to relax"),
        "{error}"
    );
}

#[test]
fn parties_have_one_place_and_one_part() {
    let error = refusal("name = \"north\"", "name = \"east\"");
    assert!(
        error.ends_with("east has more than one place in the plan"),
        "{error}"
    );
    let error = refusal("name = \"north\"", "name = \"association\"");
    assert!(
        error.contains("association has more than one place"),
        "{error}"
    );
    let error = refusal("data = \"hips-2026\"\n", "");
    assert!(
        error.contains("north contributes and needs data"),
        "{error}"
    );
    let error = refusal(
        "role = \"receiver\"",
        "role = \"receiver\"\ndata = \"hips\"",
    );
    assert!(
        error.contains("university only receives and has no data"),
        "{error}"
    );
    let error = refusal(
        "role = \"receiver\"",
        "role = \"receiver\"\nreceives = false",
    );
    assert!(
        error.contains("neither contributes nor receives"),
        "{error}"
    );
    let error = refusal("d1e5c0de", "d1e5");
    assert!(error.contains("party.version"), "{error}");
}

#[test]
fn nobody_to_receive_is_refused() {
    let nobody = full_text()
        .replace("data = \"hips\"\n", "data = \"hips\"\nreceives = false\n")
        .replace(
            "data = \"hips-2026\"\n",
            "data = \"hips-2026\"\nreceives = false\n",
        )
        .replace("receives = false\nreceives = false\n", "receives = false\n")
        .replace(
            "[[party]]\nname = \"university\"\nrole = \"receiver\"\n",
            "",
        );
    let error = Plan::from_toml(&nobody).unwrap_err().to_string();
    assert!(error.ends_with("nobody receives the result"), "{error}");
}

#[test]
fn features_and_labels_must_suit_the_schema() {
    let error = try_heart(|text| text.replace("\"age\"", "\"agee\"")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 9, column 5: features: no column is called \"agee\""
    );
    let error = try_heart(|text| text.replace("\"oldpeak\"", "\"num\"")).unwrap_err();
    assert!(
        error.to_string().contains("\"num\" is the label"),
        "{error}"
    );
    let error = refusal("max = 110\n", "");
    assert!(
        error.contains("column \"age\" needs min and max"),
        "{error}"
    );
    let error = refusal("column = \"days\"", "column = \"anaesthesia\"");
    assert!(
        error.contains("without positive_above or equals has no meaning"),
        "{error}"
    );
    let error = refusal(
        "column = \"days\"",
        "column = \"anaesthesia\", equals = \"none\"",
    );
    assert!(error.contains("no level \"none\", it has "), "{error}");
    let error = refusal("family = \"gamma\"", "family = \"logistic\"");
    assert!(error.contains("model.family"), "{error}");
}

#[test]
fn a_faulty_column_of_the_plan_itself_is_named_with_its_line() {
    let error = refusal("max = 110", "max = 1");
    assert!(
        error.starts_with("line 63, column 8: column \"age\": the range is empty"),
        "{error}"
    );
}

#[test]
fn a_plan_has_one_source_of_columns() {
    assert_eq!(
        try_heart(|text| text.replace("schema = \"schema.toml\"", "")).unwrap_err(),
        PlanError::SchemaMissing
    );
    let text = include_str!("../../../../examples/heart-disease/plan.toml");
    assert_eq!(Plan::from_toml(text).unwrap_err(), PlanError::SchemaMissing);
}

#[test]
fn texts_that_hide_something_from_the_reader_are_refused() {
    for hidden in ["a\\u202Eb", "a\\u001B[2Jb", "a\\nb", " a", ""] {
        let error = refusal("benchmarking of rehabilitation", hidden);
        assert!(error.contains("purpose: 1 to 1000 characters"), "{error}");
    }
}

#[test]
fn another_format_is_named() {
    let error = refusal("format = 1", "format = 2");
    assert!(
        error.ends_with("format 2 is not known, this program reads format 1"),
        "{error}"
    );
}

#[test]
fn averaging_is_for_logistic_regression_and_sane_numbers() {
    let arms = |arm: &str| try_heart(|text| text.replace("fedavg = { rounds = 50 }", arm));
    arms("fedprox = { proximal = 0.5 }").unwrap();
    for wrong in [
        "fedavg = { proximal = 0.5 }",
        "fedavg = { rounds = 0 }",
        "fedprox = { proximal = 0.0 }",
        "fedavg = { learning_rate = -1.0 }",
    ] {
        let error = arms(wrong).unwrap_err();
        assert!(
            matches!(
                error,
                PlanError::Key {
                    fault: PlanFault::Averaging,
                    ..
                }
            ),
            "{error}"
        );
    }
    let error = refusal("own_metrics = \"home\"", "own_metrics = \"rounded\"");
    assert!(
        error.contains("evaluation.own_metrics: this is for"),
        "{error}"
    );
    let error = refusal("[limits]", "[comparison]\nfedavg = {}\n[limits]");
    assert!(
        error.contains("comparison.fedavg: this is for family = \"logistic\" only"),
        "{error}"
    );
}

#[test]
fn a_plan_hides_nothing_from_whoever_reads_its_page() {
    let turned = full_text().replacen("en = \"", "en = \"\\u202E", 1);
    let refused = Plan::from_toml(&turned).unwrap_err().to_string();
    assert!(refused.contains("not seen"), "{refused}");
}
