//! Plans that value institutions' rows.

use consilium_plan::{Audience, Glm, Lang, Learner, Phase, Plan, PlanError, Task};
use consilium_value::Method;

use crate::{heart, try_heart};

fn with(value: &str) -> Result<Plan, PlanError> {
    let value = format!("\n[value]\n{value}\n[[party]]");
    try_heart(move |text| text.replacen("\n[[party]]", &value, 1))
}

fn glm(plan: &Plan) -> &Glm {
    let Task::Train(task) = plan.task() else {
        panic!("it trains a model")
    };
    let Learner::Glm(glm) = &task.learner else {
        panic!("it is a regression")
    };
    glm
}

#[test]
fn a_plan_without_values_is_what_it_was_and_one_with_them_is_written_again() {
    assert!(glm(&heart()).value.is_none());
    assert!(!heart().to_string().contains("[value]"));
    assert!(!heart().phases().contains(&Phase::Value));
    let plan = with("").unwrap();
    let by = glm(&plan).value.as_ref().unwrap();
    assert_eq!((by.method, by.judges.len()), (Method::Influence, 4));
    assert_eq!(plan.phases().last(), Some(&Phase::Value));
    for text in [
        "",
        "method = \"shapley\"",
        "judged_by = [\"va\", \"cleveland\", \"hungarian\"]",
    ] {
        let plan = with(text).unwrap();
        let again: Plan = plan.to_string().parse().unwrap();
        assert_eq!(again, plan, "{text}");
        assert_ne!(plan.hash(), heart().hash());
        assert!(plan.estimate().sums > heart().estimate().sums);
    }
}

#[test]
fn a_steward_reads_who_judges_and_what_coalitions_show() {
    let plan = with("judged_by = [\"va\", \"cleveland\", \"hungarian\"]").unwrap();
    let page = plan.summary(None, Lang::En);
    assert!(
        page.contains("the test rows of cleveland, hungarian, va"),
        "{page}"
    );
    assert!(!page.contains("By coalitions too"));
    let plan = with("method = \"shapley\"").unwrap();
    assert!(plan.summary(None, Lang::En).contains("By coalitions too"));
    assert!(plan.summary(None, Lang::Zh).contains("按机构组合"));
    let says = |to: Audience, part: &str| {
        let lines = plan.disclosures();
        lines
            .iter()
            .any(|line| line.to == to && line.what(Lang::En).contains(part))
    };
    assert!(says(Audience::Coordinator, "of every coalition"));
    assert!(says(Audience::Contributors, "Shapley value"));
    assert!(says(Audience::Receivers, "by coalitions"));
    // What is shown for coalitions is promised to nobody, and nothing is told nobody.
    assert!(says(Audience::Nobody, "except for those at the model"));
    assert!(says(Audience::Nobody, "but for what its rows are worth"));
    assert!(!says(Audience::Contributors, "told nobody"));
    let page = plan.summary(None, Lang::En);
    assert!(page.contains("But for its own sums at the model"), "{page}");
    assert!(
        page.contains("if fewer than 3 of them have enough"),
        "{page}"
    );
}

#[test]
fn what_values_can_t_be_made_of_is_refused_where_it_stands() {
    for (value, key) in [
        ("judged_by = [\"va\", \"cleveland\"]", "value.judged_by"),
        ("judged_by = [\"va\", \"va\", \"va\"]", "value.judged_by"),
        (
            "judged_by = [\"va\", \"cleveland\", \"nobody\"]",
            "value.judged_by",
        ),
    ] {
        let error = with(value).unwrap_err().to_string();
        assert!(error.contains(key), "{value}: {error}");
    }
    let cells = |number: u32, method: &str| {
        let value = format!("\n[value]\nmethod = \"{method}\"\n[[party]]");
        let limits = format!("[limits]\nminimum_cell = {number}");
        try_heart(move |text| {
            let text = text.replacen("[limits]", &limits, 1);
            text.replacen("\n[[party]]", &value, 1)
        })
    };
    let error = cells(9, "shapley").unwrap_err().to_string();
    assert!(
        error.contains("limits.minimum_cell") && error.contains("10 rows"),
        "{error}"
    );
    cells(10, "shapley").unwrap();
    cells(0, "influence").unwrap();
    let colluding = |number: u32| {
        let value = format!(
            "\n[value]\njudged_by = [\"va\", \"cleveland\", \"hungarian\"]\n[protection]\ncolluding = {number}\n"
        );
        try_heart(move |text| text.replacen("\n[[party]]", &(value + "\n[[party]]"), 1))
    };
    colluding(1).unwrap();
    let error = colluding(2).unwrap_err().to_string();
    assert!(error.contains("among 5 contributors or more"), "{error}");
    let without_test = |text: String| {
        let lines = text.lines().filter(|line| !line.starts_with("test"));
        lines
            .collect::<Vec<_>>()
            .join("\n")
            .replacen("\n[[party]]", "\n[value]\n[[party]]", 1)
    };
    let error = try_heart(without_test).unwrap_err().to_string();
    assert!(error.contains("set test"), "{error}");
    let weighed =
        |text: String| text.replacen("\n[[party]]", "\n[value]\n[[party]]\nweight = 0.5", 1);
    let error = try_heart(weighed).unwrap_err().to_string();
    assert!(
        error.contains("party.weight") && error.contains("count alike"),
        "{error}"
    );
    let many = |method: &str| {
        let more = (0..61)
            .map(|place| format!("\n[[party]]\nname = \"clinic-{place}\"\ndata = \"heart\"\n"));
        let more: String = more.collect();
        let value = format!("\n[value]\nmethod = \"{method}\"\n{more}\n[[party]]");
        try_heart(move |text| text.replacen("\n[[party]]", &value, 1))
    };
    let error = many("shapley").unwrap_err().to_string();
    assert!(error.contains("64 contributors at most"), "{error}");
    many("influence").unwrap();
    let error = with("method = \"guess\"").unwrap_err().to_string();
    assert!(error.contains("shapley"), "{error}");
}
