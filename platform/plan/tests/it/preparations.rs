//! Plans that say what becomes of columns before a model takes them.

use consilium_plan::{Learner, Plan, PlanError, RawPlan, Task, Train};
use consilium_preparation::{PreparationError, RawPreparation};
use consilium_schema::Schema;

use crate::{aligned_text, full_text, heart, statistics, trees_text};

/// Schema, preparation and plan of the guide.
fn guide() -> [&'static str; 3] {
    let guide = include_str!("../../../../docs/guide/preparation.md");
    let blocks = guide.split("```toml\n").skip(1);
    let blocks: Vec<&str> = blocks
        .map(|block| block.split("```").next().unwrap())
        .collect();
    blocks[..3].try_into().unwrap()
}

/// The guide's plan with its own text and that of its preparation changed.
fn changed(
    plan: impl Fn(&str) -> String,
    prepared: impl Fn(&str) -> String,
) -> Result<Plan, PlanError> {
    let [schema, preparation, text] = guide();
    let schema = Schema::from_toml(schema).unwrap();
    let mut raw = RawPlan::parse(&plan(text))?;
    if raw.preparation_file().is_some() {
        let preparation = RawPreparation::parse(&prepared(preparation));
        raw = raw.with_preparation(preparation.unwrap());
    }
    Plan::check(&raw, &[("schema.toml", schema)].into())
}

/// The guide's plan.
pub(crate) fn prepared() -> Plan {
    changed(str::to_owned, str::to_owned).unwrap()
}

fn train(plan: &Plan) -> &Train {
    match plan.task() {
        Task::Train(task) => task,
        _ => panic!("it trains a model"),
    }
}

#[test]
fn the_guides_plan_takes_what_is_prepared() {
    let plan = prepared();
    let task = train(&plan);
    let names: Vec<&str> = task
        .columns
        .iter()
        .map(consilium_schema::Column::name)
        .collect();
    assert_eq!(
        names,
        ["age", "female", "cost", "bmi", "diagnosis", "readmitted"]
    );
    assert_eq!(
        task.features,
        [
            "age",
            "female",
            "log_cost",
            "bmi_woe",
            "diagnosis",
            "age×female"
        ]
    );
    assert_eq!(
        task.learner.column_names(),
        [
            "age",
            "age?missing",
            "female",
            "log_cost",
            "bmi_woe",
            "diagnosis=I20",
            "diagnosis=I21",
            "diagnosis=other",
            "age×female",
        ]
    );
    let Learner::Glm(glm) = &task.learner else {
        panic!("it is a regression");
    };
    let of_age = serde_json::to_value(&glm.regression.specification().columns[0]).unwrap();
    let range = [(18.0 - 61.2) / 12.9, (95.0 - 61.2) / 12.9];
    assert_eq!(of_age["kind"]["Number"], serde_json::json!(range));
}

#[test]
fn the_canonical_text_holds_what_is_prepared_and_is_the_plan_again() {
    let plan = prepared();
    let text = plan.to_string();
    assert!(text.contains("\n[[prepared]]\nname = \"age\"\ncolumn = \"age\"\nmissing = 62.0\n"));
    let again: Plan = text.parse().unwrap();
    assert_eq!(again, plan);
    assert_eq!(again.hash(), plan.hash());
    let of_plan = train(&plan).preparation.as_ref().unwrap();
    assert!(text.contains(&of_plan.to_string()));
}

#[test]
fn a_number_changes_what_is_signed_and_layout_does_not() {
    let other = changed(str::to_owned, |text| text.replace("62.0", "63.0")).unwrap();
    assert_ne!(other.hash(), prepared().hash());
    let same = changed(str::to_owned, |text| {
        text.replace(
            "missing = 62.0\nmark_missing = true",
            "mark_missing = true # why\nmissing = 62",
        )
    });
    assert_eq!(same.unwrap().hash(), prepared().hash());
}

#[test]
fn features_pick_what_is_prepared_with_what_it_needs() {
    let named =
        "kind = \"train-glm\"\nfeatures = [\"diagnosis\", \"age\", \"female\", \"age×female\"]";
    let plan = changed(
        |text| text.replace("kind = \"train-glm\"", named),
        str::to_owned,
    );
    let plan = plan.unwrap();
    let task = train(&plan);
    assert_eq!(
        task.learner.column_names(),
        [
            "diagnosis=I20",
            "diagnosis=I21",
            "diagnosis=other",
            "age",
            "age?missing",
            "female",
            "age×female"
        ]
    );
    let columns: Vec<&str> = task
        .columns
        .iter()
        .map(consilium_schema::Column::name)
        .collect();
    assert_eq!(columns, ["age", "female", "diagnosis", "readmitted"]);
    let again: Plan = plan.to_string().parse().unwrap();
    assert_eq!(again, plan);
}

#[test]
fn trees_take_what_is_prepared_too() {
    let own = "\n[[prepared]]\ncolumn = \"age\"\nmissing = 60\n[[prepared]]\ncolumn = \"ward\"\n";
    let text = trees_text();
    let begin = text.find("features").unwrap();
    let end = begin + text[begin..].find("]\n").unwrap() + 2;
    let text = format!("{}{}{own}", &text[..begin], &text[end..]);
    let text = text.replace("monotone", "# monotone");
    let plan = Plan::from_toml(&text).unwrap();
    let named = train(&plan).learner.column_names();
    assert_eq!(named[0], "age");
    assert!(named[1].starts_with("ward="), "{named:?}");
}

#[test]
fn what_is_wrong_in_the_file_is_blamed_there() {
    let error = changed(str::to_owned, |text| text.replace("\"bmi\"", "\"height\""));
    assert_eq!(
        error.unwrap_err().to_string(),
        "in prepared.toml: line 23, column 10: feature \"bmi_woe\": no column is called \"height\""
    );
    let inline = |text: &str| {
        let own = "\n[[prepared]]\ncolumn = \"age\"\nclip = [3, 2]\n";
        text.replace("prepare = \"prepared.toml\"\n", "") + own
    };
    let error = changed(inline, str::to_owned).unwrap_err();
    assert!(
        matches!(
            &error,
            PlanError::Preparation { file: None, error: PreparationError::Feature { place, .. } }
                if place.line == 14 && place.column == 8
        ),
        "{error}"
    );
}

#[test]
fn what_a_plan_says_of_it_is_refused_where_it_stands() {
    let refused = |from: &str, to: &str| {
        let plan = |text: &str| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        };
        changed(plan, str::to_owned).unwrap_err().to_string()
    };
    let cases = [
        (
            "label = {",
            "features = [\"bmi\"]\nlabel = {",
            "line 6, column 13: features: no feature \"bmi\" is prepared: features names those of [[prepared]]",
        ),
        (
            "label = {",
            "features = [\"age\", \"age\"]\nlabel = {",
            "line 6, column 20: features: column \"age\" is asked for twice",
        ),
        (
            "label = {",
            "features = []\nlabel = {",
            "line 6, column 12: features: at least one feature is needed",
        ),
        (
            "column = \"readmitted\"",
            "column = \"female\"",
            "line 6, column 9: label: column \"female\" is the label, so it can't be a feature",
        ),
        (
            "party = [",
            "prepared = [{ column = \"age\" }]\nparty = [",
            "a plan has either prepare = \"FILE\" with that file, or [[prepared]] tables of its own",
        ),
    ];
    for (from, to, said) in cases {
        assert_eq!(refused(from, to), said);
    }
    let [schema, _, text] = guide();
    let schema = Schema::from_toml(schema).unwrap();
    let raw = RawPlan::parse(text).unwrap();
    let error = Plan::check(&raw, &[("schema.toml", schema)].into()).unwrap_err();
    assert_eq!(error, PlanError::PreparationMissing);
}

#[test]
fn plans_of_other_kinds_say_why_they_prepare_nothing() {
    let others = [aligned_text().to_owned(), statistics::stays().to_string()];
    for text in others {
        let kind = Plan::from_toml(&text).unwrap().task().kind();
        let error = Plan::from_toml(&format!("prepare = \"prepared.toml\"\n{text}")).unwrap_err();
        let said = format!(
            "line 1, column 11: prepare: kind = {kind:?} takes columns as they are declared"
        );
        assert!(error.to_string().starts_with(&said), "{error}");
        let error =
            Plan::from_toml(&format!("{text}\n[[prepared]]\ncolumn = \"age\"\n")).unwrap_err();
        assert!(error.to_string().contains("prepared: kind = "), "{error}");
    }
}

#[test]
fn a_plan_without_keeps_its_text() {
    for text in [heart().to_string(), full_text().to_owned()] {
        let plan = Plan::from_toml(&text).unwrap();
        assert!(train(&plan).preparation.is_none());
        assert!(!plan.to_string().contains("prepare"));
    }
}
