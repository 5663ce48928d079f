//! Lines about who learns what stand exactly where the plan lets them come true.

use std::collections::HashSet;

use consilium_plan::{Audience, Event, Lang, Plan, StepNumber};

use crate::{
    full, full_text, heart,
    studies::{go, running},
    try_heart,
};

/// A plan of the heart study's hospitals, of any shape.
struct Shape {
    family: &'static str,
    hospitals: usize,
    /// What `[protection]` and the limits hold.
    protection: &'static str,
    test: &'static str,
    comparison: &'static str,
}

impl Shape {
    fn plan(&self) -> Plan {
        let labels = match self.family {
            "logistic" => "type = \"boolean\"",
            _ => "type = \"number\"\nmin = 1\nmax = 9",
        };
        let parties = ["a", "b", "c", "d"][..self.hospitals].iter();
        let parties = parties.map(|name| format!("[[party]]\nname = \"{name}\"\ndata = \"d\"\n"));
        let Shape {
            family,
            protection,
            test,
            comparison,
            ..
        } = self;
        let text = format!(
            "title = \"t\"\npurpose = \"p\"\nkind = \"train-glm\"\nfeatures = [\"sex\"]\n\
             label = {{ column = \"y\" }}\n{test}\n[model]\nfamily = \"{family}\"\n{comparison}\n\
             {protection}\n{}\n[[column]]\nname = \"sex\"\ntype = \"boolean\"\n\
             [[column]]\nname = \"y\"\n{labels}\n",
            parties.collect::<String>()
        );
        Plan::from_toml(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }
}

const PAUSE: &str = "";
const FAIL: &str = "[protection]\non_dropout = \"fail\"";
const CONTINUE: &str = "[protection]\ncolluding = 1\ndropouts = 1\non_dropout = \"continue\"";
const WAIVES: &str = "[protection]\ncolluding = 1\ndropouts = 1\non_dropout = \"continue\"\n\
                      ask_waiver = true";
const DOWN_TO_TWO: &str = "[protection]\ncolluding = 0\ndropouts = 1\non_dropout = \"continue\"\n\
                           [limits]\nminimum_verified = 2";

fn lines(plan: &Plan) -> Vec<String> {
    let lines = plan.disclosures();
    lines.iter().map(|line| line.line(Lang::En)).collect()
}

#[test]
fn a_line_stands_exactly_where_the_plan_makes_it_possible() {
    let tests = ["", "test = { share = 0.3 }", "test = { split = \"s\" }"];
    let arms = "[comparison]\nfedavg = {}\n";
    for family in ["gaussian", "logistic", "poisson", "gamma"] {
        let is_logistic = family == "logistic";
        for (hospitals, protection) in [
            (4, PAUSE),
            (4, FAIL),
            (4, CONTINUE),
            (4, WAIVES),
            (3, DOWN_TO_TWO),
        ] {
            for test in tests {
                let shape = Shape {
                    family,
                    hospitals,
                    protection,
                    test,
                    comparison: if is_logistic { arms } else { "" },
                };
                let plan = shape.plan();
                let said = lines(&plan);
                let has = |part: &str| said.iter().any(|line| line.contains(part));
                let at = format!("{family} {protection} {test}");
                let shrinks = plan.quorum() < hospitals;
                assert_eq!(has("institutions shrinks"), shrinks, "{at}");
                assert_eq!(has("if contributors drop out"), shrinks, "{at}");
                assert_eq!(has("only one other"), protection == DOWN_TO_TWO, "{at}");
                assert_eq!(has("own approval allows"), protection == WAIVES, "{at}");
                assert_eq!(has("except as said above"), protection == WAIVES, "{at}");
                for part in [
                    "counts by level",
                    "of one class only",
                    "5,120",
                    "each round",
                ] {
                    assert_eq!(has(part), is_logistic, "{part}: {at}");
                }
                assert_eq!(has("explained deviance"), !is_logistic, "{at}");
                assert!(!has("in logistic regression"), "{at}");
                let once: HashSet<&String> = said.iter().collect();
                assert_eq!(once.len(), said.len(), "{at}");

                let measuring = go(&running(&plan), [Event::Committed(StepNumber(1))], &plan);
                let measuring = measuring.describe(&plan, Lang::En);
                assert_eq!(measuring.contains("on the test rows"), !test.is_empty());
                assert_eq!(measuring.contains("was fitted to"), test.is_empty());
            }
        }
    }
}

#[test]
fn the_result_is_promised_to_its_receivers_and_to_nobody_else() {
    let plan = full();
    let promised = plan.disclosures();
    let mut promised = promised
        .iter()
        .filter(|line| line.what(Lang::En).contains("which sums were opened"));
    let (line, more) = (promised.next().unwrap(), promised.next());
    assert!(more.is_none() && line.to == Audience::Receivers);
    assert_eq!(
        line.reader(Lang::En),
        "every receiver of the result (east, north, university, west) learns"
    );
    assert!(full_text().contains("name = \"south\"\ndata = \"hips\"\nreceives = false"));
}

#[test]
fn the_coordinator_sees_the_exact_model_and_measures_stay_at_home_unless_the_plan_says_rounded() {
    let (heart, full) = (lines(&heart()), lines(&full()));
    let has = |lines: &[String], part: &str| lines.iter().any(|line| line.contains(part));
    assert!(has(
        &heart,
        "coordinator, the coordinator, learns: the model, with exact"
    ));
    assert!(has(&heart, "computed at home") && has(&full, "computed at home"));
    let rounded =
        "label = { column = \"num\", positive_above = 0 }\nevaluation.own_metrics = \"rounded\"";
    let rounded =
        try_heart(|text| text.replace("label = { column = \"num\", positive_above = 0 }", rounded));
    let rounded = lines(&rounded.unwrap());
    assert!(!has(&rounded, "computed at home"));
    let told: Vec<&String> = rounded
        .iter()
        .filter(|line| line.contains("rounded to 0.01"))
        .collect();
    let [coordinator, receivers] = told[..] else {
        panic!("the coordinator and the receivers learn them: {told:?}");
    };
    assert!(coordinator.starts_with("coordinator, the coordinator"));
    assert!(receivers.starts_with("every receiver of the result"));
}
