//! Plans that grow trees.

use consilium_gbdt::{Growing, Objective};
use consilium_plan::{Audience, Gbdt, Lang, Learner, Phase, Plan, PlanError, RawPlan, Task};
use consilium_schema::Schema;

use crate::{trees, trees_text};

fn gbdt(plan: &Plan) -> &Gbdt {
    match plan.task() {
        Task::Train(task) => match &task.learner {
            Learner::Gbdt(trees) => trees,
            Learner::Glm(_) => panic!("it grows trees"),
        },
        _ => panic!("it trains a model"),
    }
}

/// The guide's plan with one text replaced by another.
fn changed(from: &str, to: &str) -> Result<Plan, PlanError> {
    assert!(trees_text().contains(from), "{from}");
    Plan::from_toml(&trees_text().replacen(from, to, 1))
}

#[test]
fn the_canonical_text_is_the_plan_again() {
    for (from, to) in [
        ("bins = 64", "bins = 64"),
        ("objective = \"logistic\"", "objective = \"poisson\""),
        (
            "objective = \"logistic\"",
            "objective = { tweedie = { power = 1.3 } }",
        ),
        (
            "growth = { depth-wise = { depth = 4 } }",
            "growth = { leaf-wise = { leaves = 9, depth = 5 } }",
        ),
        ("bins = 64", "rows = { share = 0.5 }"),
        ("bins = 64", "rows = { goss = { top = 0.2, other = 0.1 } }"),
        ("bins = 64", "column_share = 0.5\nseed = 9"),
        ("bins = 64", "gradient_bits = 4"),
        (
            "stays = \"increasing\"",
            "\"ward=surgical\" = \"decreasing\"",
        ),
    ] {
        let plan = changed(from, to).unwrap();
        let again: Plan = plan.to_string().parse().unwrap();
        assert_eq!(again, plan, "{to}");
        assert_eq!(again.hash(), plan.hash());
        assert_eq!(again.to_string(), plan.to_string());
    }
}

#[test]
fn a_plan_that_says_little_gets_the_defaults() {
    let text = trees_text();
    let (before, rest) = text.split_once("trees = 60").unwrap();
    let (_, after) = rest.split_once("[limits]").unwrap();
    let plan = Plan::from_toml(&format!("{before}\n[limits]{after}")).unwrap();
    let spec = gbdt(&plan).specification();
    assert_eq!(spec.objective, Objective::Logistic);
    assert_eq!(spec.growth, Growing::DepthWise { depth: 6 });
    assert_eq!((spec.trees, spec.bins, spec.seed), (100, 256, 0));
    assert_eq!(spec.min_node, plan.limits().minimum_cell.0);
    let guide = include_str!("../../../../docs/guide/trees.md");
    for line in [
        "trees",
        "learning_rate",
        "growth",
        "bins",
        "lambda",
        "rows",
        "seed",
    ] {
        let canonical = plan.to_string();
        let written = canonical
            .lines()
            .find_map(|written| written.strip_prefix(&format!("{line} = ")))
            .unwrap();
        assert!(
            guide.contains(&format!("| `{line}` | `{written}` |")),
            "{line} = {written}"
        );
    }
}

#[test]
fn gradients_of_a_few_bits_are_said_and_cost_less() {
    let few = changed("bins = 64", "bins = 64\ngradient_bits = 2").unwrap();
    assert_eq!(gbdt(&few).specification().gradient_bits, Some(2));
    assert!(few.to_string().contains("\ngradient_bits = 2\n"));
    assert!(!trees().to_string().contains("gradient_bits"));
    assert!(
        few.summary(None, Lang::En)
            .contains("rounded at random to 2 bits")
    );
    assert!(few.summary(None, Lang::Zh).contains("随机舍入为 2 位"));
    assert!(few.estimate().sent_by_each < trees().estimate().sent_by_each);
}

#[test]
fn without_a_learning_curve_less_is_told_and_sums_are_fewer() {
    let stopped = "early_stopping = { share = 0.1, patience = 10 }";
    let never = changed(stopped, "").unwrap();
    let without = changed(stopped, "learning_curve = false").unwrap();
    assert!(without.to_string().contains("\nlearning_curve = false\n"));
    assert!(!trees().to_string().contains("learning_curve"));
    let said = without.summary(None, Lang::En);
    assert!(said.contains("there is no learning curve"), "{said}");
    let told = "for each tree: how many rows are drawn for it";
    assert!(!said.contains(told) && trees().summary(None, Lang::En).contains(told));
    assert!(!said.contains("losses after each tree"), "{said}");
    assert_eq!(
        without.estimate().sums + u64::from(gbdt(&without).specification().trees),
        never.estimate().sums
    );
}

#[test]
fn a_node_needs_as_many_rows_as_a_cell() {
    let plan = changed("[limits]", "[limits]\nminimum_cell = 50").unwrap();
    assert_eq!(gbdt(&plan).specification().min_node, 50);
    assert_eq!(gbdt(&trees()).specification().min_node, 20);
}

#[test]
fn what_keeps_trees_from_growing_is_named_with_its_key() {
    for (from, to, said) in [
        (
            "bins = 64",
            "bins = 300",
            "trees.bins: 'bins' must be 16 to 256",
        ),
        (
            "bins = 64",
            "gradient_bits = 1",
            "trees.gradient_bits: 'gradient_bits' must be 2 to 8",
        ),
        (
            "bins = 64",
            "gradient_bits = 9",
            "trees.gradient_bits: 'gradient_bits' must be 2 to 8",
        ),
        (
            "bins = 64",
            "learning_curve = false",
            "trees.learning_curve: 'learning_curve' must be true unless the objective is logistic, rows are all",
        ),
        ("bins = 64", "bin = 64", "unknown field `bin`"),
        ("[trees]", "[tree]", "unknown field `tree`"),
        (
            "stays = \"inc",
            "cough = \"inc",
            "trees.monotone: there is no column 'cough'",
        ),
        (
            "50_000",
            "200_000_000",
            "limits.most_rows: rows and parties must be positive",
        ),
        (
            "[trees]",
            "[model]\npenalty = 1.0\n[trees]",
            "no meaning in a plan of kind",
        ),
        (
            "kind = \"train-gbdt\"",
            "kind = \"train-glm\"",
            "no meaning in a plan of kind",
        ),
    ] {
        let refused = changed(from, to).unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
    }
}

#[test]
fn trees_are_limited_by_all_their_nodes() {
    // 16 leaves at a depth of 4, of 2^19 in all.
    assert!(changed("trees = 60", "trees = 10_000").is_ok());
    let deep = trees_text().replace("depth = 4", "depth = 12");
    let at_most = deep.replace("trees = 60", "trees = 128");
    assert!(Plan::from_toml(&at_most).is_ok());
    let many = Plan::from_toml(&deep.replace("trees = 60", "trees = 129"));
    let many = many.unwrap_err().to_string();
    assert!(
        many.contains("trees.trees: 1056768 nodes of all trees are too many"),
        "{many}"
    );
}

#[test]
fn a_wrong_key_of_the_trees_is_shown_where_it_stands() {
    for (from, to, key) in [
        ("bins = 64", "bins = 300", "bins"),
        ("depth = 4", "depth = 40", "growth"),
        ("share = 0.1,", "share = 0.9,", "early_stopping"),
        ("stays = \"inc", "cough = \"inc", "monotone"),
    ] {
        let text = trees_text().replacen(from, to, 1);
        let line = text
            .lines()
            .position(|line| line.starts_with(&format!("{key} = ")));
        let Err(PlanError::Key { place, .. }) = Plan::from_toml(&text) else {
            panic!("{to} is accepted");
        };
        assert_eq!(Some(place.line - 1), line, "{to}");
    }
}

#[test]
fn the_four_hospitals_grow_trees_too() {
    let text = include_str!("../../../../examples/heart-disease/trees.toml");
    let schema = include_str!("../../../../examples/heart-disease/schema.toml");
    let schema = Schema::from_toml(schema).unwrap();
    let plan = Plan::check(
        &RawPlan::parse(text).unwrap(),
        &[("schema.toml", schema)].into(),
    )
    .unwrap();
    assert_eq!(plan.phases(), [Phase::Fit, Phase::Evaluation]);
    assert_eq!(gbdt(&plan).specification().objective, Objective::Logistic);
}

#[test]
fn its_phases_and_disclosures_are_those_of_trees() {
    let plan = trees();
    assert_eq!(plan.phases(), [Phase::Fit, Phase::Evaluation]);
    assert_eq!(plan.task().kind(), "train-gbdt");
    let lines = plan.disclosures();
    let says = |to: Audience, part: &str| {
        let mut lines = lines.iter().filter(|line| line.to == to);
        lines.any(|line| line.what(Lang::En).contains(part))
    };
    assert!(says(Audience::Coordinator, "for each node of each tree"));
    assert!(says(Audience::Contributors, "the model as it grows"));
    assert!(says(Audience::Receivers, "the model with its trees"));
    assert!(!says(Audience::Receivers, "coefficients"));
    assert!(says(Audience::Coordinator, "of those with label 1"));
}

#[test]
fn more_trees_bins_and_levels_cost_more() {
    let least = trees().estimate();
    for (from, to) in [
        ("trees = 60", "trees = 120"),
        ("bins = 64", "bins = 128"),
        ("depth = 4", "depth = 6"),
    ] {
        let more = changed(from, to).unwrap().estimate();
        assert!(more.sent_by_each > least.sent_by_each, "{to}");
        assert!(more.sums >= least.sums, "{to}");
    }
    // Four rounds of cells, one of labels, five for each tree, the last losses, two of measures.
    assert_eq!(least.sums, 4 + 1 + 60 * 5 + 1 + 2);
}
