//! Plans that measure columns over all rows.

use std::collections::BTreeMap;

use consilium_plan::{
    Audience, Code, DataReport, DataVersion, Failure, Found, Lang, Month, Obstacle, OnDropout,
    PartyReport, Phase, Plan, PlanError, PlanHash, RawPlan, Room, RowsBy, Statistics, Task,
};
use consilium_schema::Schema;
use consilium_statistics::{Kind, Mode};

use crate::party;

/// The guide's plan.
fn text() -> &'static str {
    let guide = include_str!("../../../../docs/guide/statistics.md");
    let block = guide.split("```toml\n").nth(1).unwrap();
    block.split("```").next().unwrap()
}

pub(crate) fn stays() -> Plan {
    Plan::from_toml(text()).unwrap()
}

pub(crate) fn noised() -> Plan {
    let noise = "mode = { threshold = { epsilon = 0.5, delta = 1e-6 } }";
    let text = text()
        .replace("mode = \"exact\"", noise)
        .replace(", \"diagnosis\"]", "]");
    Plan::from_toml(&text).unwrap()
}

/// The plan of the four hospitals.
pub(crate) fn heart() -> Plan {
    let text = include_str!("../../../../examples/heart-disease/statistics.toml");
    let schema = include_str!("../../../../examples/heart-disease/schema.toml");
    let schema = Schema::from_toml(schema).unwrap();
    Plan::check(
        &RawPlan::parse(text).unwrap(),
        &[("schema.toml", schema)].into(),
    )
    .unwrap()
}

fn changed(from: &str, to: &str) -> Result<Plan, PlanError> {
    assert!(text().contains(from), "{from}");
    Plan::from_toml(&text().replacen(from, to, 1))
}

fn task(plan: &Plan) -> &Statistics {
    match plan.task() {
        Task::Statistics(task) => task,
        _ => panic!("it measures columns"),
    }
}

#[test]
fn the_canonical_text_is_the_plan_again() {
    for (from, to) in [
        ("mode", "mode"),
        ("label = { column = \"readmitted\" }", ""),
        (
            "label = { column = \"readmitted\" }",
            "label = { column = \"ward\", equals = \"other\" }\n#",
        ),
        (
            "quantiles = [0.05, 0.25, 0.5, 0.75, 0.95]",
            "quantiles = []",
        ),
        ("correlations = true", "correlations = false"),
        ("length = \"quarter\"", "length = \"half-year\""),
        ("[limits]", "[protection]\non_dropout = \"fail\"\n[limits]"),
        (
            "features = [\"age\", \"cost\", \"ward\", \"diagnosis\"]",
            "",
        ),
    ] {
        let from_features = to.contains("ward");
        let text = text().replacen(from, to, 1);
        let text = if from_features {
            text.replacen("\"ward\", ", "", 1)
        } else {
            text
        };
        let plan = Plan::from_toml(&text).unwrap();
        let again: Plan = plan.to_string().parse().unwrap();
        assert_eq!(again, plan, "{to}");
        assert_eq!(again.hash(), plan.hash());
        assert_eq!(again.to_string(), plan.to_string());
    }
    for plan in [noised(), heart()] {
        assert_eq!(plan.to_string().parse::<Plan>().unwrap(), plan);
    }
}

#[test]
fn columns_are_asked_as_they_are_declared_and_the_label_last() {
    let plan = stays();
    let asked = &task(&plan).specification;
    let names: Vec<&str> = asked.columns.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["age", "cost", "ward", "diagnosis", "readmitted"]);
    assert_eq!(asked.columns[0].kind, Kind::Integer { low: 0, high: 120 });
    let code = Kind::Code {
        longest: 8,
        most: 200,
    };
    assert_eq!(asked.columns[3].kind, code);
    assert_eq!(asked.label, Some(4));
    assert_eq!(asked.periods, ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]);
    let periods = task(&plan).periods.as_ref().unwrap();
    assert_eq!(periods.place(Month::new(2025, 9).unwrap()), Some(2));
    assert_eq!((asked.minimum_cell, asked.mode), (20, Mode::Exact));
    assert_eq!(plan.task().column_names().len(), 6);
    assert_eq!(plan.phases(), [Phase::Statistics]);
    assert_eq!("statistics".parse(), Ok(Phase::Statistics));
    assert_eq!(plan.on_dropout(), OnDropout::Pause);
    let heart = heart();
    let label = task(&heart).specification.columns.last().unwrap();
    assert_eq!(
        (label.name.as_str(), &label.kind),
        ("num > 0", &Kind::Boolean)
    );
}

#[test]
fn a_plan_that_says_little_gets_the_defaults_and_all_columns_that_allow_any() {
    let text = text();
    let (before, rest) = text.split_once("# The columns that are measured").unwrap();
    let (_, after) = rest.split_once("[[party]]").unwrap();
    let plan = Plan::from_toml(&format!("{before}\n[[party]]{after}")).unwrap();
    let asked = &task(&plan).specification;
    let names: Vec<&str> = asked.columns.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["age", "cost", "ward", "diagnosis", "readmitted"]);
    assert_eq!(asked.quantiles, [0.05, 0.25, 0.5, 0.75, 0.95]);
    assert_eq!((asked.quantile_error, asked.minimum_cell), (0.001, 10));
    assert!(asked.correlations && asked.label.is_none() && asked.periods.is_empty());
}

const PERIOD: &str = "statistics.period: a period needs";

#[test]
fn what_makes_no_sense_is_refused_where_it_stands() {
    for (from, to, told) in [
        (
            "[0.05, 0.25, 0.5, 0.75, 0.95]",
            "[0.5, 0.25]",
            "statistics.quantiles: quantiles are at most",
        ),
        (
            "quantile_error = 0.001",
            "quantile_error = 0.9",
            "statistics.quantile_error: the error",
        ),
        (
            "minimum_cell = 20",
            "minimum_cell = 4",
            "limits.minimum_cell: 5 to 100 is allowed, not 4",
        ),
        (
            "minimum_cell = 20",
            "minimum_cell = 101",
            "limits.minimum_cell: 5 to 100 is allowed",
        ),
        ("\"cost\", ", "\"cost\", \"cost\", ", "features: "),
        ("\"cost\", ", "\"price\", ", "features: "),
        (
            "\"cost\", ",
            "\"readmitted\", ",
            "features: column \"readmitted\" is the label",
        ),
        ("\"cost\", ", "\"admitted\", ", "features: "),
        (
            "max = 1_000_000",
            "",
            "features: column \"cost\" needs min and max",
        ),
        (
            "{ column = \"readmitted\" }",
            "{ column = \"cost\" }",
            "label: column \"cost\" is of type number",
        ),
        (
            "column = \"admitted\"",
            "column = \"age\"",
            "statistics.period: a period needs a column of dates",
        ),
        ("\"2025-12\"", "\"2025-13\"", PERIOD),
        ("\"2025-12\"", "\"2024-12\"", PERIOD),
        (
            "\"2025-12\"",
            "\"2025-02\"",
            "statistics.period: periods need 2 to",
        ),
        ("codes = 200", "codes = 0", "statistics.codes: 1 to"),
        (
            "longest_code = 8",
            "longest_code = 65",
            "statistics.longest_code: 1 to 64",
        ),
        (
            "mode = \"exact\"",
            "mode = { threshold = { epsilon = 0.5, delta = 1e-6 } }",
            "statistics.mode: column diagnosis is a code",
        ),
        (
            "[limits]",
            "[protection]\nbits = 32\n[limits]",
            "protection.bits: 64 to 64 is allowed, not 32",
        ),
        (
            "[limits]",
            "[comparison.fedavg]\nrounds = 5\n[limits]",
            "comparison: this has no meaning",
        ),
        (
            "[limits]",
            "[evaluation]\n[limits]",
            "evaluation: this has no meaning",
        ),
        (
            "data = \"stays\"",
            "data = \"stays\"\nreceives = false",
            "party: three or more contributors",
        ),
        (
            "\n[[party]]\nname = \"west\"\ndata = \"stays\"\n",
            "",
            "party: ",
        ),
    ] {
        let error = changed(from, to).unwrap_err().to_string();
        assert!(error.contains(told), "{to}: {error}");
        assert!(
            !error.starts_with("line 1,") || told.starts_with("party"),
            "{error}"
        );
    }
}

#[test]
fn a_plan_of_another_kind_has_no_statistics() {
    let error = crate::full_text().replacen("[limits]", "[statistics]\n[limits]", 1);
    let error = Plan::from_toml(&error).unwrap_err().to_string();
    assert!(error.contains("statistics: this has no meaning"), "{error}");
}

#[test]
fn no_study_goes_on_without_one_of_the_contributors() {
    let five = text().replacen(
        "[[column]]",
        "[[party]]\nname = \"south\"\ndata = \"s\"\n[[party]]\nname = \"sea\"\ndata = \"s\"\n\
         [protection]\non_dropout = \"continue\"\ndropouts = 1\n[[column]]",
        1,
    );
    let error = Plan::from_toml(&five).unwrap_err().to_string();
    assert!(
        error.contains("protection.dropouts: statistics are of all"),
        "{error}"
    );
}

#[test]
fn disclosures_say_that_the_coordinator_reads_no_sum_and_what_is_held_back() {
    for lang in Lang::ALL {
        let told = |plan: &Plan, to: Audience| -> String {
            let lines = plan.disclosures();
            let lines = lines.iter().filter(|line| line.to == to);
            lines
                .map(|line| line.what(lang).to_owned() + "\n")
                .collect()
        };
        assert!(told(&stays(), Audience::Receivers).contains("20"));
        assert!(told(&stays(), Audience::Coordinator).contains("20"));
        let noised = noised();
        assert!(told(&noised, Audience::Nobody).contains("ε = 0.5"));
        assert!(noised.summary(None, lang).contains("ε = 0.5"));
    }
}

#[test]
fn a_cohort_that_is_too_close_to_an_earlier_one_fails_the_study_by_its_name() {
    let plan = stays();
    let report = |plan: &Plan| PartyReport {
        plan: plan.hash(),
        clock_ahead: 0,
        found: Ok(Found {
            data: DataReport::Read {
                version: DataVersion([1; 32]),
                obstacles: vec![Obstacle::CohortTooClose],
                one_class: false,
            },
            verified: 3,
            disk: Room::Ample,
            memory: Room::Ample,
        }),
    };
    assert!(plan.is_answered_by(&report(&plan)));
    assert!(!crate::full().is_answered_by(&report(&crate::full())));
    let failures = plan.obstacles(&party("north"), &report(&plan));
    let [Failure { code, .. }] = &failures[..] else {
        panic!("{failures:?}");
    };
    assert_eq!(*code, Code::CohortTooClose);
    assert!(failures[0].what(Lang::En).contains("fewer than needed: 20"));
    assert!(!failures[0].what(Lang::Zh).contains('{'));
    let all: BTreeMap<_, _> = plan
        .parties()
        .iter()
        .map(|it| (it.name.clone(), report(&plan)))
        .collect();
    assert!(!plan.verdict(&all).may_run());
}

#[test]
fn a_study_that_asks_otherwise_is_told_by_the_studies_that_asked_before() {
    let plan = stays();
    let studies = |count: u8| (0..count).map(|study| PlanHash::from_bytes([study; 32]));
    let report = |plan: &Plan, count: u8| PartyReport {
        plan: plan.hash(),
        clock_ahead: 0,
        found: Ok(Found {
            data: DataReport::Read {
                version: DataVersion([1; 32]),
                obstacles: vec![Obstacle::CohortAskedOtherwise(studies(count).collect())],
                one_class: false,
            },
            verified: 3,
            disk: Room::Ample,
            memory: Room::Ample,
        }),
    };
    assert!(plan.is_answered_by(&report(&plan, 8)));
    assert!(!plan.is_answered_by(&report(&plan, 9)));
    // A plan may ask for so little noise that counts are exact.
    assert!(noised().is_answered_by(&report(&noised(), 1)));
    assert!(!crate::full().is_answered_by(&report(&crate::full(), 1)));
    let failures = plan.obstacles(&party("north"), &report(&plan, 2));
    let what = failures[0].what(Lang::En);
    assert!(what.ends_with(": 000000000000, 010101010101"), "{what}");
    assert!(!failures[0].what(Lang::Zh).contains('{'));
}

#[test]
fn rules_of_columns_are_alike_if_what_is_told_of_them_is() {
    let rules = |plan: &Plan| task(plan).rules();
    let plan = stays();
    let columns = ["admitted", "age", "cost", "diagnosis", "readmitted", "ward"];
    assert!(rules(&plan).keys().eq(columns));
    let differing = |from: &str, to: &str| {
        let (before, after) = (rules(&plan), rules(&changed(from, to).unwrap()));
        let differs = |name: &&str| before.get(*name) != after.get(*name);
        columns.into_iter().filter(differs).collect::<Vec<_>>()
    };
    assert_eq!(differing("purpose = \"", "purpose = \"more "), [""; 0]);
    assert_eq!(differing("0.05, 0.25", "0.25"), ["age", "cost"]);
    assert_eq!(differing("max = 120", "max = 110"), ["age"]);
    assert_eq!(differing("\"quarter\"", "\"month\""), ["admitted"]);
    assert_eq!(differing("codes = 200", "codes = 300"), ["diagnosis"]);
    assert_eq!(differing("minimum_cell = 20", "minimum_cell = 21"), columns);
    // A 0/1 column is counted alike as a label and as a feature; a threshold is another rule.
    let as_feature = changed("\"ward\", ", "\"ward\", \"readmitted\", ").unwrap_err();
    assert!(as_feature.to_string().contains("features"));
    let label = "label = { column = \"readmitted\" }";
    let above = |age: u32| {
        let label_of_age = format!("label = {{ column = \"age\", positive_above = {age} }}");
        let text = text()
            .replace(label, &label_of_age)
            .replace("\"age\", \"cost\"", "\"readmitted\"");
        rules(&Plan::from_toml(&text).unwrap())
    };
    assert_eq!(above(72)["readmitted"], rules(&plan)["readmitted"]);
    assert_ne!(above(72)["age"], above(73)["age"]);
    assert_ne!(above(72)["age"], rules(&plan)["age"]);
}

#[test]
fn costs_follow_from_the_plan_and_rows_change_only_what_is_computed() {
    let plan = stays();
    let agreement = task(&plan).agreement();
    let elements: usize = agreement.costs().iter().map(|cost| cost.elements).sum();
    let [few, many] = [100, 1_000_000].map(|rows| plan.costs(&RowsBy::each(rows)));
    assert_eq!(few.sums, u64::from(agreement.sums()));
    let own = |costs: &consilium_plan::Costs| costs.of_party(&party("north")).unwrap().clone();
    assert!(own(&few).sent > 8 * elements as u64);
    assert_eq!(own(&few).sent, own(&many).sent);
    assert!(own(&few).cpu_s() < own(&many).cpu_s());
    assert_eq!(plan.estimate().sums, few.sums);
}
