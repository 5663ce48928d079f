//! Plans of several hospitals that share a schema.

mod costs;
mod refused;

use std::collections::BTreeMap;

use consilium_gbdt::horizontal::{Feature, Values};
use consilium_plan::{
    Audience, Common, Grow, Lang, Phase, Plan, PlanError, PlanHash, RawPlan, Task, TestRows,
    Unlike, Vertical, VerticalWork,
};
use consilium_schema::{Column, Schema};
use proptest::prelude::*;

use crate::party;

/// The guide's plans: one that grows trees, and one that predicts.
fn texts() -> [&'static str; 2] {
    let guide = include_str!("../../../../docs/guide/hybrid.md");
    let blocks = guide.split("```toml\n").skip(1);
    let blocks: Vec<&str> = blocks
        .map(|block| block.split("```").next().unwrap())
        .collect();
    blocks.try_into().unwrap()
}

/// The guide's plan that grows trees with three hospitals.
pub(crate) fn grown() -> Plan {
    Plan::from_toml(texts()[0]).unwrap()
}

/// The guide's plan that predicts for three hospitals.
pub(crate) fn predicted() -> Plan {
    Plan::from_toml(texts()[1]).unwrap()
}

/// The guide's plan that grows trees, without a further feature holder, of a label holder that has
/// labels alone, with a joint first tree, patients at several hospitals and sums that may be of one.
pub(crate) fn open() -> Plan {
    let (text, _) = texts()[0]
        .split_once("[[party]]\nname = \"commercial\"")
        .unwrap();
    let text = text
        .replace("first_tree = \"own\"", "first_tree = \"joint\"")
        .replace("features = [\"claims\"]\n", "")
        .replace(
            "min_hospitals = 3",
            "min_hospitals = 2\nrepeated_patients = true",
        )
        .replace("test = { share = 0.25, seed = 7 }\n", "");
    Plan::from_toml(&text).unwrap()
}

fn hybrid(plan: &Plan) -> &Vertical {
    match plan.task() {
        Task::Vertical(task) => task,
        _ => panic!("its columns are of several institutions"),
    }
}

fn growth(plan: &Plan) -> &Grow {
    match &hybrid(plan).work {
        VerticalWork::Grow(grow) => grow,
        _ => panic!("it grows trees"),
    }
}

/// So many further hospitals.
fn hospitals(count: usize) -> String {
    let hospital = |n| {
        let hash = format!("{n}").repeat(64);
        format!("[[party]]\nname = \"h{n}\"\ndata = \"d\"\nalignment = \"{hash}\"\n")
    };
    (0..count).map(hospital).collect()
}

/// One of the guide's plans with one text replaced by another.
fn changed(plan: usize, from: &str, to: &str) -> Result<Plan, PlanError> {
    let text = texts()[plan];
    assert!(text.contains(from), "{from}");
    Plan::from_toml(&text.replacen(from, to, 1))
}

#[test]
fn what_hospitals_share_and_others_bring_is_read() {
    let plan = grown();
    let task = hybrid(&plan);
    assert_eq!(task.kind(), "train-hybrid-gbdt");
    assert_eq!(hybrid(&predicted()).kind(), "predict-hybrid-gbdt");
    let group = task.group().unwrap();
    let hospitals: Vec<_> = task.hospitals().cloned().collect();
    assert_eq!(hospitals, ["east", "north", "west"].map(party));
    let names: Vec<&str> = group.inputs.iter().map(|it| &it.name[..]).collect();
    assert_eq!(names, ["age", "ward=surgical", "ward=intensive"]);
    let [Feature { values, .. }, binary, _] = &group.inputs[..] else {
        panic!("there are three");
    };
    assert!(matches!(values, Values::Whole(range) if (range.low(), range.high()) == (0.0, 110.0)));
    assert_eq!(binary.values, Values::Binary);
    for hospital in &hospitals {
        let member = task.member(hospital).unwrap();
        assert_eq!(
            (&member.columns, &member.features),
            (&group.columns, &group.features)
        );
        assert_eq!(member.inputs, names);
    }
    let own = task.member(&task.label_holder).unwrap();
    let columns: Vec<&str> = own.columns.iter().map(Column::name).collect();
    assert_eq!(columns, ["claims", "admitted"]);
    let further: Vec<_> = task.feature_holders().map(|it| &it.party).collect();
    assert_eq!(further, [&party("commercial")]);
    let Some(terms) = &group.terms else {
        panic!("it grows trees");
    };
    assert_eq!(terms.name, party("hospitals"));
    assert_eq!((terms.colluding, terms.min_hospitals), (1, 3));
    assert!(!terms.repeated_patients);
    assert_eq!(hybrid(&predicted()).group().unwrap().terms, None);
    assert_eq!(
        plan.task().column_names(),
        ["age", "ward", "cost", "claims", "admitted"]
    );
}

#[test]
fn the_terms_of_the_fit_are_the_plans() {
    let plan = grown();
    let (task, grow) = (hybrid(&plan), growth(&plan));
    let agreement = task.hybrid_agreement(grow, plan.coordinator(), 3_000);
    let agreement = agreement.unwrap();
    let terms = agreement.terms();
    assert_eq!((terms.rows, terms.label_holder_columns), (3_000, 1));
    assert_eq!(terms.hospitals, ["east", "north", "west"].map(party));
    assert_eq!((terms.colluding, terms.min_hospitals), (Some(1), Some(3)));
    assert_eq!(terms.group, party("hospitals"));
    assert_eq!(terms.coordinator, party("coordinator"));
    assert_eq!(terms.feature_holders.len(), 1);
    assert_eq!(terms.protections.min_side, 60);
    assert_eq!(agreement.whole(), &task.agreement(grow, 3_000).unwrap());
    assert!(task.hybrid_agreement(grow, plan.coordinator(), 2).is_err());
    let plan = crate::verticals::grown();
    let Task::Vertical(task) = plan.task() else {
        panic!("its columns are of several");
    };
    let VerticalWork::Grow(grow) = &task.work else {
        panic!("it grows trees");
    };
    assert!(
        task.hybrid_agreement(grow, plan.coordinator(), 3_000)
            .is_err()
    );
    assert!(plan.hybrid_sums().is_none() && predicted().hybrid_sums().is_none());
}

#[test]
fn who_was_aligned_with_whom_follows_from_the_parties() {
    let plan = grown();
    let task = hybrid(&plan);
    let alignment = |place: usize| {
        let Common::Hospitals(group) = &task.common else {
            panic!("there are hospitals");
        };
        group.hospitals[place].alignment
    };
    let north = party("north");
    assert_eq!(task.alignments_of(&north), [(Some(&north), alignment(1))]);
    let all: Vec<(_, PlanHash)> = (task.hospitals().enumerate())
        .map(|(place, hospital)| (Some(hospital), alignment(place)))
        .collect();
    for who in ["insurer", "commercial"] {
        assert_eq!(task.alignments_of(&party(who)), all);
    }
    let aligned: Vec<_> = task.aligned(Some(&north)).collect();
    assert_eq!(aligned, [&party("commercial"), &party("insurer"), &north]);
}

#[test]
fn both_kinds_of_sums_need_every_hospital_and_are_studies_of_their_own() {
    let plan = grown();
    let sums = plan.hybrid_sums().unwrap();
    let hospitals: Vec<_> = hybrid(&plan).hospitals().cloned().collect();
    for terms in [&sums.counts, &sums.ciphertexts] {
        assert_eq!(terms.roster, hospitals);
        assert_eq!(terms.thresholds.signatures(), 3);
        assert_eq!(terms.thresholds.colluding(), 1);
        assert!(terms.waivers.is_empty() && !terms.relaxed_from_twenty && terms.carry_over);
    }
    assert_eq!(sums.counts.aggregator, party("coordinator"));
    assert_eq!(sums.ciphertexts.aggregator, party("insurer"));
    assert_ne!(sums.counts.study, sums.ciphertexts.study);
    let other = changed(0, "trees = 40", "trees = 41").unwrap();
    assert_ne!(other.hybrid_sums().unwrap().counts.study, sums.counts.study);
}

#[test]
fn its_phases_and_roles_are_those_of_its_work() {
    assert_eq!(grown().phases(), [Phase::Fit, Phase::Evaluation]);
    assert_eq!(open().phases(), [Phase::Fit]);
    assert_eq!(predicted().phases(), [Phase::Predict]);
    for (plan, part, parties) in [
        (grown(), "aggregator", 5),
        (predicted(), "witness", 5),
        (open(), "aggregator", 4),
    ] {
        assert_eq!(plan.run_roles()[&party("coordinator")], part);
        assert_eq!(
            (plan.quorum(), plan.verified_needed()),
            (usize::try_from(parties).unwrap(), parties)
        );
        assert_eq!(plan.protection(), None);
    }
}

#[test]
fn the_canonical_text_is_the_plan_again() {
    for plan in [grown(), open(), predicted()] {
        let again = Plan::from_toml(&plan.to_string()).unwrap();
        assert_eq!(again, plan);
        assert_eq!(again.to_string(), plan.to_string());
        assert_eq!(again.hash(), plan.hash());
    }
}

/// Each change means something else.
const CHANGES: &[(usize, &str, &str)] = &[
    (0, "alignment = \"0e", "alignment = \"1e"),
    (
        0,
        "features = [\"age\", \"ward\"]",
        "features = [\"ward\", \"age\"]",
    ),
    (0, "features = [\"age\", \"ward\"]", "features = [\"age\"]"),
    (0, "max = 110", "max = 111"),
    (0, "seed = 7", "seed = 8"),
    (0, "trees = 40", "trees = 41"),
    (0, "first_tree = \"own\"", "first_tree = \"joint\""),
    (0, "first_tree = \"own\"", "own_trees = 2"),
    (0, "bins = 32", "bins = 32\ngradient_bits = 4"),
    (0, "min_side = 60", "min_side = 61"),
    (0, "min_side = 60", "min_gap = 11"),
    (0, "min_side = 60", "stride = 4"),
    (0, "colluding = 1", "group = \"clinics\""),
    (0, "min_hospitals = 3", "min_hospitals = 2"),
    (0, "min_hospitals = 3", "repeated_patients = true"),
    (0, "most_rows = 200_000", "most_rows = 200_001"),
    (1, "model = \"0", "model = \"1"),
    (1, "alignment = \"3b", "alignment = \"4b"),
    (1, "name = \"west\"", "name = \"south\""),
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
fn a_plan_that_says_little_gets_the_guides_defaults() {
    let (before, rest) = texts()[0].split_once("trees = 40").unwrap();
    let (_, after) = rest.split_once("[[column]]").unwrap();
    let plan = Plan::from_toml(&format!("{before}\n[[column]]{after}")).unwrap();
    assert_eq!(hybrid(&plan).group(), hybrid(&grown()).group());
    assert_eq!(
        (plan.limits().most_rows.0, plan.limits().minimum_rows.0),
        (1_000_000, 200)
    );
    assert_eq!(predicted().limits().minimum_rows.0, 1);
    let guide = include_str!("../../../../docs/guide/hybrid.md");
    for default in ["group = \"hospitals\"", "repeated_patients = false"] {
        assert!(plan.to_string().contains(&format!("\n{default}\n")));
        let (key, value) = default.split_once(" = ").unwrap();
        assert!(
            guide.contains(&format!("| `{key}` | `{value}` |")),
            "{default}"
        );
    }
    // Of more hospitals a third may collude.
    let text = texts()[0].replace("colluding = 1\nmin_hospitals = 3\n", "");
    let plan = Plan::from_toml(&(text + &hospitals(5))).unwrap();
    let terms = hybrid(&plan).group().unwrap().terms.as_ref().unwrap();
    assert_eq!((terms.colluding, terms.min_hospitals), (2, 4));
}

#[test]
fn the_guides_rows_are_scored_by_the_guides_trees_and_by_none_of_other_hospitals() {
    let (grown, [_, predicting]) = (grown(), texts());
    let unlike = |text: &str| {
        let plan = Plan::from_toml(text).unwrap();
        hybrid(&plan).unlike(hybrid(&grown))
    };
    assert_eq!(unlike(predicting), None);
    for (from, to) in [
        ("max = 110", "max = 120"),
        ("\"west\"", "\"south\""),
        ("\"surgical\", \"intensive\"", "\"intensive\", \"surgical\""),
        ("[\"age\", \"ward\"]", "[\"age\"]"),
        ("name = \"insurer\"", "name = \"payer\""),
    ] {
        let other = predicting.replace(from, to);
        assert_ne!(other, predicting, "{from}");
        assert!(unlike(&other).is_some(), "{to}");
    }
    // The same parties, of whom all know the same people.
    let vertical = crate::verticals::grown();
    let Task::Vertical(vertical) = vertical.task() else {
        panic!("its columns are of several");
    };
    assert_eq!(hybrid(&predicted()).unlike(vertical), Some(Unlike::Parties));
}

#[test]
fn plans_of_alignments_and_schemas_may_be_files_beside_it() {
    let text = texts()[0];
    let (head, rest) = text.split_once("[[column]]").unwrap();
    let (_, parties) = rest.split_once("[[party]]").unwrap();
    let hash = parties.split('"').nth(5).unwrap();
    let text = format!("schema = \"hospital.toml\"\n{head}\n[[party]]{parties}").replacen(
        hash,
        "align-east.toml",
        1,
    );
    let raw = RawPlan::parse(&text).unwrap();
    assert_eq!(raw.study_files(), ["align-east.toml"]);
    assert_eq!(raw.schema_files(), ["hospital.toml"]);
    assert_eq!(raw.schema_file_of(&party("west")), Some("hospital.toml"));
    assert_eq!(raw.schema_file_of(&party("insurer")), None);
    let schema = "[[column]]\nname = \"age\"\ntype = \"integer\"\nunit = \"a\"\nmin = 0\nmax = 110\n\
                  [[column]]\nname = \"ward\"\ntype = \"category\"\n\
                  levels = [\"general\", \"surgical\", \"intensive\"]\n\
                  [[column]]\nname = \"unused\"\ntype = \"text\"\n";
    let schemas = BTreeMap::from([("hospital.toml", Schema::from_toml(schema).unwrap())]);
    let unnamed = Plan::check(&raw, &schemas).unwrap_err().to_string();
    assert!(
        unnamed.contains("party.alignment: the hash of"),
        "{unnamed}"
    );
    let studies = [("align-east.toml".to_owned(), hash.parse().unwrap())].into();
    let plan = Plan::check(&raw.with_studies(&studies), &schemas).unwrap();
    assert_eq!(plan, grown());
}

#[test]
fn test_rows_are_of_the_share_and_others_at_each_hospital() {
    let plan = grown();
    let task = hybrid(&plan);
    let held_out = |hospital: &str| -> Vec<u64> {
        let hospital = party(hospital);
        let is_held_out = |place: &u64| task.held_out(Some(&hospital), *place);
        (0..40_000).filter(is_held_out).collect()
    };
    let (east, west) = (held_out("east"), held_out("west"));
    // 0.25 of 40,000 with six standard deviations of 87.
    assert!((9_480..=10_520).contains(&east.len()), "{}", east.len());
    assert_eq!(east[..8], HELD_OUT);
    let both = east.iter().filter(|place| west.contains(place)).count();
    assert!((2_200..=2_800).contains(&both), "{both}");
    assert_eq!(growth(&open()).test, TestRows::None);
    let least = [0, 40_000].map(|common| task.least_fitted(common));
    assert_eq!(least, [3, 29_480]);
    assert_eq!(hybrid(&open()).least_fitted(200), 200);
}

/// The first places of the hospital in the east that are kept for testing.
const HELD_OUT: [u64; 8] = [0, 8, 15, 23, 30, 34, 35, 36];

#[test]
fn each_role_is_told_what_it_learns() {
    let says = |plan: &Plan, to: Audience, part: &str| {
        let lines = plan.disclosures();
        let mut lines = lines.iter().filter(|line| line.to == to);
        lines.any(|line| line.what(Lang::En).contains(part))
    };
    let plan = grown();
    for (to, part) in [
        (
            Audience::LabelHolder,
            "for all hospitals together, for each node",
        ),
        (Audience::LabelHolder, "measured attack on 16 trees"),
        (
            Audience::LabelHolder,
            "the side of each hospital's rows asked for",
        ),
        (
            Audience::LabelHolder,
            "of each feature holder: how many candidate",
        ),
        (
            Audience::Hospitals,
            "how many rows all hospitals have together",
        ),
        (
            Audience::Hospitals,
            "how many of its own rows are predicted",
        ),
        (Audience::Hospitals, "the hospitals' part of the model"),
        (Audience::FeatureHolders, "the node of each patient"),
        (
            Audience::Coordinator,
            "for all hospitals together: how many rows",
        ),
        (
            Audience::Coordinator,
            "whether a patient has rows at several",
        ),
        (Audience::Nobody, "nobody but the label holder can check"),
    ] {
        assert!(says(&plan, to, part), "{part}");
    }
    assert!(!says(
        &plan,
        Audience::LabelHolder,
        "of a single hospital's rows: the plan asks"
    ));
    let plan = open();
    assert!(says(
        &plan,
        Audience::LabelHolder,
        "of a single hospital's rows: the plan asks"
    ));
    assert!(says(
        &plan,
        Audience::Nobody,
        "counts once if it is at two hospitals"
    ));
    assert!(says(
        &plan,
        Audience::Hospitals,
        "the nodes of the first tree"
    ));
    assert!(!says(&plan, Audience::FeatureHolders, ""));
    assert!(!says(
        &plan,
        Audience::Coordinator,
        "whether a patient has rows"
    ));
    let plan = predicted();
    assert!(says(
        &plan,
        Audience::LabelHolder,
        "the side of each hospital's rows asked for"
    ));
    assert!(!says(&plan, Audience::LabelHolder, "gradients"));
    let lines = plan.disclosures();
    let hospitals = lines.iter().find(|line| line.to == Audience::Hospitals);
    assert_eq!(
        hospitals.unwrap().reader(Lang::En),
        "every hospital (east, north, west) learns"
    );
}

proptest! {
    #[test]
    fn any_checked_group_reads_back_as_it_was(
        (side, more) in (1_u64..4_000, 0_u64..2_000),
        most in 10_000_u64..500_000,
        (count, share) in (3_usize..8, 0.1..0.9_f64),
        fewest in 1_u32..3,
        (repeated, alone) in (any::<bool>(), any::<bool>()),
    ) {
        let node = 2 * side + more;
        let (head, rest) = texts()[0].split_once("[[party]]\nname = \"east\"").unwrap();
        let (_, others) = rest.split_once("[[party]]\nname = \"insurer\"").unwrap();
        let (holder, _) = others.split_once("[[party]]\nname = \"commercial\"").unwrap();
        let others = if alone { holder } else { others };
        let text = head
            .replace("min_side = 60", &format!("min_side = {side}\nmin_node = {node}"))
            .replace("min_hospitals = 3", &format!("min_hospitals = {fewest}\nrepeated_patients = {repeated}"))
            .replace("share = 0.25", &format!("share = {share:?}"))
            .replace("most_rows = 200_000", &format!("most_rows = {most}"));
        let text = text + &hospitals(count) + &format!("[[party]]\nname = \"insurer\"{others}");
        let plan = Plan::from_toml(&text).unwrap();
        let terms = hybrid(&plan).group().unwrap().terms.as_ref().unwrap();
        prop_assert_eq!((terms.min_hospitals, terms.repeated_patients), (fewest, repeated));
        prop_assert_eq!(growth(&plan).protections.min_side, side);
        prop_assert_eq!(hybrid(&plan).hospitals().count(), count);
        prop_assert_eq!(Plan::from_toml(&plan.to_string()).unwrap(), plan);
    }
}
