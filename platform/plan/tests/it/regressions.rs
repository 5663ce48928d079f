//! How plans of a regression approximate its fit.

use consilium_glm::surrogate::Order;
use consilium_plan::{Glm, Lang, Learner, Plan, PlanError, Task};

use crate::{full_text, heart, try_heart};

/// The plan of the four hospitals with more keys of the model, and after it other text.
fn with(keys: &str, after: &str) -> Result<Plan, PlanError> {
    let (keys, after) = (keys.to_owned(), after.to_owned());
    try_heart(move |text| text.replacen("[model]\n", &format!("[model]\n{keys}\n"), 1) + &after)
}

fn glm(plan: &Plan) -> &Glm {
    match plan.task() {
        Task::Train(task) => match &task.learner {
            Learner::Glm(glm) => glm,
            Learner::Gbdt(_) => panic!("it is a regression"),
        },
        _ => panic!("it trains a model"),
    }
}

const NOISE: &str = "noise = { epsilon = 8.0, delta = 1e-5, clip = 3.0 }\nsteps = 4";
const SURROGATE: &str = "method = \"surrogate\"\nlead = \"hungarian\"";

#[test]
fn what_is_as_it_always_was_is_not_written() {
    let plan = with("method = \"newton\"", "").unwrap();
    assert_eq!(plan, heart());
    assert_eq!(plan.hash(), heart().hash());
    let text = plan.to_string();
    let (_, model) = text.split_once("[model]").unwrap();
    let (model, _) = model.split_once("\n\n").unwrap();
    for key in ["method", "steps", "noise", "lead", "rounds", "order"] {
        assert!(!model.contains(&format!("\n{key} = ")), "{key}");
    }
}

#[test]
fn the_canonical_text_is_the_plan_again() {
    let mut hashes = vec![heart().hash()];
    for keys in [
        "steps = 2",
        SURROGATE,
        &format!("{SURROGATE}\nrounds = 2"),
        &format!("{SURROGATE}\norder = 1"),
        "steps = 4",
        NOISE,
    ] {
        let plan = with(keys, "").unwrap();
        let again: Plan = plan.to_string().parse().unwrap();
        assert_eq!(again, plan, "{keys}");
        assert!(!hashes.contains(&plan.hash()), "{keys}");
        hashes.push(plan.hash());
    }
    let by = glm(&with(SURROGATE, "").unwrap())
        .surrogate
        .clone()
        .unwrap();
    assert_eq!(
        (by.lead.as_str(), by.rounds, by.order),
        ("hungarian", 1, Order::Second)
    );
}

#[test]
fn a_fit_of_few_steps_says_so_and_costs_less() {
    let (exact, short) = (heart(), with("steps = 2", "").unwrap());
    assert_eq!(glm(&short).regression.specification().steps, Some(2));
    assert_eq!(short.disclosures(), exact.disclosures());
    assert!(
        short
            .summary(None, Lang::En)
            .contains("ends after 2 of Newton's steps")
    );
    assert!(short.summary(None, Lang::Zh).contains("2 步牛顿迭代"));
    let (exact, short) = (exact.estimate(), short.estimate());
    // Where columns lie, two steps, measures and what is compared with.
    assert_eq!(exact.sums - short.sums, 4);
    assert!(short.sent_by_each < exact.sent_by_each);
}

#[test]
fn a_surrogate_says_what_the_lead_shows_and_costs_less() {
    let first = with(&format!("{SURROGATE}\norder = 1"), "").unwrap();
    let second = with(SURROGATE, "").unwrap();
    let lines = |plan: &Plan, lang| -> String {
        let lines = plan.disclosures();
        lines.iter().map(|line| line.line(lang) + "\n").collect()
    };
    for plan in [&first, &second] {
        assert!(lines(plan, Lang::En).contains("of the institution that leads, alone"));
        assert!(lines(plan, Lang::Zh).contains("主导机构单独的"));
        assert!(!lines(plan, Lang::En).contains("with exact standard errors"));
        assert!(
            plan.summary(None, Lang::En)
                .contains("by the rows of hungarian (the lead)")
        );
        assert!(plan.estimate().sent_by_each < heart().estimate().sent_by_each);
    }
    let opens_information = |plan| lines(plan, Lang::En).contains("Fisher information");
    assert!(opens_information(&second) && !opens_information(&first));
    assert!(first.estimate().sent_by_each < second.estimate().sent_by_each);
    assert_eq!(second.estimate().sums, heart().estimate().sums - 5);
}

#[test]
fn noise_says_what_it_promises_and_what_not_and_costs_less() {
    let plan = with(NOISE, "").unwrap();
    let noise = glm(&plan).regression.specification().noise.unwrap();
    // Four hospitals wait for each other, and one may collude.
    assert_eq!((noise.epsilon, noise.honest), (8.0, 3));
    let lines = |lang| -> String {
        let lines = plan.disclosures();
        lines.iter().map(|line| line.line(lang) + "\n").collect()
    };
    assert!(
        lines(Lang::En).contains("differential privacy with ε = 8 and δ = 0.00001 lets through")
    );
    assert!(lines(Lang::Zh).contains("ε = 8、δ = 0.00001 的差分隐私"));
    assert!(plan.summary(None, Lang::En).contains("rows longer than 3"));
    assert!(plan.summary(None, Lang::Zh).contains("仅在实验室运行"));
    let (exact, noised) = (heart().estimate(), plan.estimate());
    // Where columns lie is not asked; of six sums of steps four are left.
    assert_eq!(exact.sums - noised.sums, 3);
    assert!(noised.sent_by_each < exact.sent_by_each);
}

#[test]
fn what_makes_no_sense_is_refused_where_it_stands() {
    let continues = "\n[protection]\non_dropout = \"continue\"\ndropouts = 1\n";
    for (keys, after, refusal) in [
        (
            "steps = 0",
            "",
            "line 16, column 9: model.steps: a fit takes 1 to 98 steps, not 0",
        ),
        (
            "steps = 99",
            "",
            "line 16, column 9: model.steps: a fit takes 1 to 98 steps, not 99",
        ),
        (
            "lead = \"va\"",
            "",
            "line 16, column 8: model.lead: this has a meaning with method = \"surrogate\" only",
        ),
        (
            "rounds = 1",
            "",
            "line 16, column 10: model.rounds: this has a meaning with method",
        ),
        (
            "method = \"newton\"\norder = 1",
            "",
            "line 17, column 9: model.order: this has a meaning with method",
        ),
        (
            "method = \"surrogate\"",
            "",
            "line 16, column 10: model.method: a surrogate likelihood is that of one",
        ),
        (
            "method = \"surrogate\"\nlead = \"basel\"",
            "",
            "line 17, column 8: model.lead: basel is no contributor",
        ),
        (
            &format!("{SURROGATE}\nsteps = 2"),
            "",
            "line 18, column 9: model.steps: this has a meaning with method = \"newton\" only",
        ),
        (
            &format!("{SURROGATE}\nrounds = 3"),
            "",
            "line 18, column 10: model.rounds: 1 to 2 is allowed, not 3",
        ),
        (
            &format!("{SURROGATE}\norder = 0"),
            "",
            "line 18, column 9: model.order: 1 to 2 is allowed, not 0",
        ),
        (
            "noise = { epsilon = 8.0, delta = 1e-5, clip = 3.0 }",
            "",
            "line 16, column 9: model.noise: noise needs a number of steps",
        ),
        (
            "steps = 4\nnoise = { epsilon = 0.0, delta = 1e-5, clip = 3.0 }",
            "",
            "line 17, column 9: model.noise: noise needs epsilon of 0.001 and more",
        ),
        (
            "noise = { epsilon = 8.0, delta = 1e-5 }",
            "",
            "missing field `clip`",
        ),
        (
            &format!("{SURROGATE}\nnoise = {{ epsilon = 8.0, delta = 1e-5, clip = 3.0 }}"),
            "",
            "line 18, column 9: model.noise: this has a meaning with method = \"newton\" only",
        ),
        (
            NOISE,
            "\n[protection]\nbits = 33\n",
            "protection.bits: 33 bits are too few",
        ),
        (
            SURROGATE,
            continues,
            "protection.on_dropout: method = \"surrogate\" compares no two sets",
        ),
    ] {
        let error = with(keys, after).unwrap_err().to_string();
        assert!(error.contains(refusal), "{keys}: {error}");
    }
    let unknown = with("method = \"odal\"", "").unwrap_err().to_string();
    assert!(unknown.contains("unknown variant `odal`"), "{unknown}");
}

#[test]
fn only_a_contributor_can_lead() {
    let university = full_text().replacen(
        "[model]\n",
        "[model]\nmethod = \"surrogate\"\nlead = \"university\"\n",
        1,
    );
    let error = Plan::from_toml(&university).unwrap_err().to_string();
    assert!(error.contains("university is no contributor"), "{error}");
}

#[test]
fn institutions_are_asked_to_run_no_surrogate_and_no_noise() {
    let plan = with("steps = 2", "").unwrap();
    assert_eq!(Plan::of_institutions(&plan.to_string()), Ok(plan));
    let plan = with(SURROGATE, "").unwrap();
    let text = plan.to_string();
    let place = text.lines().position(|line| line.starts_with("method = "));
    let error = Plan::of_institutions(&text).unwrap_err().to_string();
    let line = format!("line {}, column 10: model.method: ", place.unwrap() + 1);
    assert!(error.starts_with(&line), "{error}");
    assert!(
        error.contains("is for experiments with mode = \"simulated\" only"),
        "{error}"
    );
    let error = Plan::of_institutions(&with(NOISE, "").unwrap().to_string());
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("model.noise: noise is for experiments with mode = \"simulated\" only"),
        "{error}"
    );
}
