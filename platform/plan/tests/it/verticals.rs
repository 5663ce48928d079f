//! Plans over columns of several institutions.

mod costs;
mod refused;
mod weighed;

use std::collections::BTreeMap;

use consilium_lwe::Set;
use consilium_plan::{
    Audience, Grow, Lang, Phase, Plan, PlanError, RawPlan, Task, TestRows, Unlike, Vertical,
    VerticalWork,
};
use consilium_schema::{Column, Schema};
use proptest::prelude::*;

use crate::party;

/// The guide's plans: one that grows trees, and one that predicts.
fn texts() -> [&'static str; 2] {
    let guide = include_str!("../../../../docs/guide/vertical.md");
    let blocks = guide.split("```toml\n").skip(1);
    let blocks: Vec<&str> = blocks
        .map(|block| block.split("```").next().unwrap())
        .collect();
    blocks.try_into().unwrap()
}

/// The guide's plan that grows trees, as it is written.
pub(crate) fn text() -> &'static str {
    texts()[0]
}

/// The guide's plan that grows trees.
pub(crate) fn grown() -> Plan {
    Plan::from_toml(texts()[0]).unwrap()
}

/// The guide's plan that predicts.
pub(crate) fn predicted() -> Plan {
    Plan::from_toml(texts()[1]).unwrap()
}

/// The guide's plan that grows trees, with noise, a joint first tree, and three parties, of whom
/// the label holder has labels alone.
pub(crate) fn noisy() -> Plan {
    let text = texts()[0]
        .replace(
            "first_tree = \"own\"",
            "first_tree = \"joint\"\nsum_noise = 1.0",
        )
        .replace("monotone = { age = \"increasing\" }\n", "")
        .replace("test = { share = 0.25, seed = 7 }\n", "")
        .replace("min_side = 50", "min_side = 20\nparameters = \"b\"")
        .replace("features = [\"age\", \"ward\"]\n", "");
    let third = "\n[[party]]\nname = \"register\"\ndata = \"visits\"\nfeatures = [\"visits\"]\n\
                 \n[[party.column]]\nname = \"visits\"\ntype = \"integer\"\n";
    Plan::from_toml(&(text + third)).unwrap()
}

/// A plan that holds columns against labels.
pub(crate) fn weighed() -> Plan {
    Plan::from_toml(&weighed_text()).unwrap()
}

/// The guide's parties and columns, with what is asked of them.
fn weighed_text() -> String {
    let (_, parties) = texts()[0].split_once("[[party]]").unwrap();
    let alignment = texts()[0]
        .lines()
        .find(|line| line.starts_with("alignment"))
        .unwrap();
    format!(
        "title = \"What claims tell of admissions\"\npurpose = \"research: choose columns\"\n\
         kind = \"statistics-vertical\"\n{alignment}\n[statistics]\nbins = 16\n\
         [limits]\nminimum_cell = 20\n[[party]]{parties}"
    )
}

fn vertical(plan: &Plan) -> &Vertical {
    match plan.task() {
        Task::Vertical(task) => task,
        _ => panic!("its columns are of several institutions"),
    }
}

fn growth(plan: &Plan) -> &Grow {
    match &vertical(plan).work {
        VerticalWork::Grow(grow) => grow,
        _ => panic!("it grows trees"),
    }
}

/// One of the guide's plans with one text replaced by another.
fn changed(plan: usize, from: &str, to: &str) -> Result<Plan, PlanError> {
    let text = texts()[plan];
    assert!(text.contains(from), "{from}");
    Plan::from_toml(&text.replacen(from, to, 1))
}

#[test]
fn what_each_party_brings_is_read() {
    let plan = grown();
    let task = vertical(&plan);
    assert_eq!(task.label_holder, party("hospital"));
    assert_eq!(task.kind(), "train-vertical-gbdt");
    let own = task.member(&party("hospital")).unwrap();
    assert_eq!(own.features, ["age", "ward"]);
    assert_eq!(own.inputs, ["age", "ward=surgical", "ward=intensive"]);
    let columns: Vec<&str> = own.columns.iter().map(Column::name).collect();
    assert_eq!(columns, ["age", "ward", "admitted"]);
    let others: Vec<_> = task.feature_holders().collect();
    assert_eq!(others.len(), 1);
    assert_eq!(others[0].inputs, ["claims", "cost"]);
    let grow = growth(&plan);
    assert_eq!(grow.label.column, "admitted");
    assert_eq!(grow.set, Set::A);
    assert!(grow.subject.is_of_classes());
    let agreement = task.agreement(grow, 1_000).unwrap();
    let terms = agreement.terms();
    assert_eq!((terms.rows, terms.label_holder_columns), (1_000, 3));
    assert_eq!(terms.feature_holders[0].columns, 2);
    assert!(task.agreement(grow, 0).is_err());
}

#[test]
fn its_phases_are_those_of_its_work() {
    assert_eq!(grown().phases(), [Phase::Fit, Phase::Evaluation]);
    assert_eq!(noisy().phases(), [Phase::Fit]);
    assert_eq!(predicted().phases(), [Phase::Predict]);
    assert_eq!(weighed().phases(), [Phase::Statistics]);
    assert_eq!("predict".parse(), Ok(Phase::Predict));
    for plan in [grown(), predicted()] {
        assert_eq!(plan.protection(), None);
        assert_eq!(plan.verified_needed(), 2);
        assert_eq!(plan.run_roles()[&party("coordinator")], "witness");
    }
}

#[test]
fn the_canonical_text_is_the_plan_again() {
    for plan in [grown(), noisy(), predicted(), weighed()] {
        let again = Plan::from_toml(&plan.to_string()).unwrap();
        assert_eq!(again, plan);
        assert_eq!(again.to_string(), plan.to_string());
        assert_eq!(again.hash(), plan.hash());
    }
}

/// Each change means something else.
const CHANGES: &[(usize, &str, &str)] = &[
    (0, "alignment = \"5", "alignment = \"6"),
    (0, "test = { share = 0.25, seed = 7 }\n", ""),
    (0, "seed = 7", "seed = 8"),
    (0, "trees = 40", "trees = 41"),
    (0, "first_tree = \"own\"", "first_tree = \"joint\""),
    (0, "first_tree = \"own\"", "own_trees = 2"),
    (0, "bins = 32", "bins = 32\ngradient_bits = 4"),
    (0, "min_side = 50", "min_side = 51"),
    (0, "min_node = 200", "min_gap = 11"),
    (0, "min_node = 200", "min_node = 201"),
    (0, "min_node = 200", "sum_noise = 0.25"),
    (0, "min_node = 200", "parameters = \"b\""),
    (0, "min_node = 200", "stride = 8"),
    (0, "min_node = 200", "bytes_a_second = 1e6"),
    (0, "most_rows = 200_000", "most_rows = 200_001"),
    (0, "most_rows = 200_000", "minimum_rows = 500"),
    (
        0,
        "features = [\"claims\", \"cost\"]",
        "features = [\"cost\", \"claims\"]",
    ),
    (
        0,
        "features = [\"claims\", \"cost\"]",
        "features = [\"cost\"]",
    ),
    (0, "unit = \"CNY\"", "unit = \"EUR\""),
    (1, "model = \"0", "model = \"1"),
    (1, "alignment = \"7", "alignment = \"8"),
    (
        1,
        "label_holder = true\n",
        "label_holder = true\nversion = \
      \"00000000000000000000000000000000000000000000000000000000000000aa\"\n",
    ),
];

#[test]
fn every_change_of_meaning_gives_another_hash() {
    for (plan, from, to) in CHANGES {
        let other = changed(*plan, from, to).unwrap_or_else(|error| panic!("{to}: {error}"));
        assert_ne!(other.hash(), [grown(), predicted()][*plan].hash(), "{to}");
        assert_eq!(Plan::from_toml(&other.to_string()).unwrap(), other, "{to}");
    }
}

#[test]
fn own_trees_says_the_same_as_first_tree_and_more() {
    for (one, other) in [
        ("first_tree = \"own\"", "own_trees = 1"),
        (
            "first_tree = \"own\"",
            "first_tree = \"own\"\nown_trees = 1",
        ),
        ("first_tree = \"joint\"", "own_trees = 0"),
        ("own_trees = 7", "first_tree = \"own\"\nown_trees = 7"),
    ] {
        let [one, other] = [one, other].map(|to| changed(0, "first_tree = \"own\"", to).unwrap());
        assert_eq!(one.hash(), other.hash());
        assert_eq!(one.to_string(), other.to_string());
    }
    let plan = changed(0, "first_tree = \"own\"", "own_trees = 7").unwrap();
    assert!(plan.to_string().contains("[vertical]\nown_trees = 7\n"));
    assert_eq!(growth(&plan).joint_trees(), 33);
    assert!(
        plan.summary(None, Lang::En)
            .contains("The first 7 trees grow on hospital's own columns")
    );
    assert!(
        plan.summary(None, Lang::Zh)
            .contains("前 7 棵树仅用 hospital 自己的列")
    );
    assert!(plan.estimate().sent_by_each < grown().estimate().sent_by_each);
    assert!(plan.estimate().rounds < grown().estimate().rounds);
}

#[test]
fn a_plan_that_says_little_gets_the_guides_defaults() {
    let text = texts()[0];
    let (before, rest) = text.split_once("trees = 40").unwrap();
    let (_, after) = rest.split_once("[[party]]").unwrap();
    let plan = Plan::from_toml(&format!("{before}\n[[party]]{after}")).unwrap();
    let (grow, limits) = (growth(&plan), plan.limits());
    assert_eq!(grow.protections, growth(&grown()).protections);
    assert_eq!(
        (limits.most_rows.0, limits.minimum_rows.0, limits.runs),
        (1_000_000, 200, 20)
    );
    assert_eq!(predicted().limits().minimum_rows.0, 1);
    let guide = include_str!("../../../../docs/guide/vertical.md");
    let canonical = plan.to_string();
    for line in [
        "first_tree",
        "min_side",
        "min_gap",
        "min_node",
        "sum_noise",
        "parameters",
        "bytes_a_second",
    ] {
        let written = canonical.lines();
        let mut written = written.filter_map(|it| it.strip_prefix(&format!("{line} = ")));
        // Trees have a `min_node` of their own before.
        let written = written.next_back().unwrap();
        assert!(
            guide.contains(&format!("| `{line}` | `{written}` |")),
            "{line} = {written}"
        );
    }
}

#[test]
fn the_guides_rows_are_scored_by_the_guides_trees_and_by_none_of_other_columns() {
    let (grown, [_, predicting]) = (grown(), texts());
    let unlike = |text: &str| {
        let plan = Plan::from_toml(text).unwrap();
        vertical(&plan).unlike(vertical(&grown))
    };
    assert_eq!(unlike(predicting), None);
    let spelt = predicting.replace("max = 110", "max = 110\nmissing = [\"unknown\"]");
    assert_ne!(spelt, predicting);
    assert_eq!(unlike(&spelt), None);
    let features = |name| Unlike::Features(party(name));
    let column = |name, column: &str| Unlike::Column(party(name), column.to_owned());
    let wards = "\"surgical\", \"intensive\"";
    for (from, to, expected) in [
        ("max = 110", "max = 120", column("hospital", "age")),
        ("unit = \"a\"", "unit = \"mo\"", column("hospital", "age")),
        ("\"cost\"", "\"costs\"", features("insurer")),
        (
            wards,
            "\"intensive\", \"surgical\"",
            column("hospital", "ward"),
        ),
        (
            "[\"claims\", \"cost\"]",
            "[\"cost\", \"claims\"]",
            features("insurer"),
        ),
        ("[\"age\", \"ward\"]", "[\"age\"]", features("hospital")),
        ("name = \"insurer\"", "name = \"payer\"", Unlike::Parties),
    ] {
        let other = predicting.replace(from, to);
        assert_ne!(other, predicting, "{from}");
        assert_eq!(unlike(&other), Some(expected), "{to}");
    }
}

#[test]
fn columns_may_stand_in_a_file_of_each_party() {
    let text = texts()[0];
    let (head, _) = text.split_once("[[party]]").unwrap();
    let text = format!(
        "{head}\n[[party]]\nname = \"hospital\"\ndata = \"admissions\"\nschema = \"h.toml\"\n\
         features = [\"age\"]\nlabel = {{ column = \"admitted\" }}\n\n[[party]]\nname = \"insurer\"\n\
         data = \"claims\"\nschema = \"i.toml\"\nfeatures = [\"cost\"]\n"
    );
    let raw = RawPlan::parse(&text).unwrap();
    assert_eq!(raw.schema_files(), ["h.toml", "i.toml"]);
    let hospital = "[[column]]\nname = \"age\"\ntype = \"integer\"\n\
                    [[column]]\nname = \"admitted\"\ntype = \"boolean\"";
    let insurer = "[[column]]\nname = \"cost\"\ntype = \"number\"";
    let mut schemas = BTreeMap::from([("h.toml", Schema::from_toml(hospital).unwrap())]);
    let lacks = Plan::check(&raw, &schemas).unwrap_err().to_string();
    assert!(lacks.contains("party.schema: insurer needs"), "{lacks}");
    schemas.insert("i.toml", Schema::from_toml(insurer).unwrap());
    let plan = Plan::check(&raw, &schemas).unwrap();
    assert_eq!(Plan::from_toml(&plan.to_string()).unwrap(), plan);
}

#[test]
fn test_rows_are_the_same_everywhere_and_of_the_share() {
    let plan = grown();
    let task = vertical(&plan);
    let held_out = |task: &Vertical| -> Vec<u64> {
        (0..40_000)
            .filter(|place| task.held_out(None, *place))
            .collect()
    };
    let places = held_out(task);
    // 0.25 of 40,000 with six standard deviations of 87.
    assert!((9_480..=10_520).contains(&places.len()), "{}", places.len());
    assert_eq!(places[..8], [10, 14, 15, 17, 19, 23, 24, 26]);
    let other = changed(0, "Admission within a year", "Another title").unwrap();
    assert_eq!(held_out(vertical(&other)), places);
    let other = changed(0, "seed = 7", "seed = 8").unwrap();
    assert_ne!(held_out(vertical(&other)), places);
    assert!(held_out(vertical(&noisy())).is_empty());
    assert!(held_out(vertical(&predicted())).is_empty());
}

#[test]
fn each_role_is_told_what_it_learns() {
    let says = |plan: &Plan, to: Audience, part: &str| {
        let lines = plan.disclosures();
        let mut lines = lines.iter().filter(|line| line.to == to);
        lines.any(|line| line.what(Lang::En).contains(part))
    };
    let plan = grown();
    assert!(says(&plan, Audience::LabelHolder, "the exact sums"));
    assert!(says(
        &plan,
        Audience::LabelHolder,
        "measured attack on 16 trees"
    ));
    assert!(says(
        &plan,
        Audience::FeatureHolders,
        "the node of each patient"
    ));
    assert!(says(
        &plan,
        Audience::FeatureHolders,
        "how many rows are predicted"
    ));
    assert!(!says(
        &plan,
        Audience::FeatureHolders,
        "the nodes of the first tree"
    ));
    assert!(says(&plan, Audience::Coordinator, "the numbers of rows"));
    assert!(!says(&plan, Audience::Contributors, ""));
    let plan = noisy();
    assert!(says(&plan, Audience::LabelHolder, "with the plan's noise"));
    assert!(says(
        &plan,
        Audience::FeatureHolders,
        "the nodes of the first tree"
    ));
    assert!(!says(
        &plan,
        Audience::FeatureHolders,
        "how many rows are predicted"
    ));
    let plan = predicted();
    assert!(says(
        &plan,
        Audience::LabelHolder,
        "at every split of every feature holder"
    ));
    assert!(!says(&plan, Audience::LabelHolder, "gradients"));
    let lines = plan.disclosures();
    let holder = lines.iter().find(|line| line.to == Audience::LabelHolder);
    assert_eq!(
        holder.unwrap().reader(Lang::En),
        "hospital, the label holder, learns"
    );
}

proptest! {
    #[test]
    fn any_checked_growth_reads_back_as_it_was(
        (side, gap, more) in (1_u64..4_000, 0_u64..10_000, 0_u64..2_000),
        most in 10_000_u64..1_000_000,
        noise in prop_oneof![Just(0.0), 0.0..1000.0_f64],
        stride in proptest::option::of(1_u32..8),
        price in 1.0..1e9_f64,
        (own, b, share) in (0_u32..=40, any::<bool>(), 0.1..0.9_f64),
    ) {
        let node = 2 * side + more;
        let stride_line = stride.map_or(String::new(), |stride| format!("stride = {stride}"));
        let terms = format!(
            "own_trees = {own}\nmin_side = {side}\nmin_gap = {gap}\nmin_node = {node}\nsum_noise = {noise:?}\n\
             parameters = {:?}\nbytes_a_second = {price:?}\n{stride_line}\n",
            if b { "b" } else { "a" },
        );
        let text = texts()[0]
            .replace("first_tree = \"own\"\nmin_side = 50\nmin_node = 200\n", &terms)
            .replace("share = 0.25", &format!("share = {share:?}"))
            .replace("200_000", &most.to_string());
        let plan = Plan::from_toml(&text).unwrap();
        prop_assert_eq!(&Plan::from_toml(&plan.to_string()).unwrap(), &plan);
        let grow = growth(&plan);
        prop_assert_eq!(grow.protections.own_trees, own);
        prop_assert_eq!(grow.protections.sum_noise.to_bits(), noise.to_bits());
        prop_assert_eq!((grow.protections.min_side, grow.protections.min_gap), (side, gap));
        prop_assert_eq!(grow.stride, stride);
        prop_assert_eq!(&grow.test, &TestRows::Share { share, seed: 7 });
        prop_assert!(plan.limits().minimum_rows.0 >= node);
    }

    #[test]
    fn a_damaged_plan_never_panics_and_differs_or_means_the_same(
        cut in 0usize..2_000,
        with in prop_oneof![any::<char>(), Just('9'), Just('-'), Just('"')],
        which in 0usize..2,
    ) {
        let damaged: String = texts()[which]
            .chars()
            .enumerate()
            .map(|(at, c)| if at == cut { with } else { c })
            .collect();
        if let Ok(plan) = Plan::from_toml(&damaged) {
            let whole = [grown(), predicted()][which].clone();
            prop_assert_eq!(plan.hash() == whole.hash(), plan == whole);
            prop_assert_eq!(Plan::from_toml(&plan.to_string()).unwrap(), plan);
        }
    }
}
