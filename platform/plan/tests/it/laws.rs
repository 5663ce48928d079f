//! Same meaning, same hash; another meaning, another hash.

use std::collections::HashSet;

use consilium_plan::{Plan, RawPlan};
use proptest::prelude::*;

use crate::{
    aligns::{aligned, counted},
    full, full_text, heart,
};

#[test]
fn the_canonical_text_is_a_plan_with_the_same_hash() {
    for plan in [heart(), full(), aligned(), counted()] {
        let text = plan.to_string();
        let again = Plan::from_toml(&text).unwrap();
        assert_eq!(again, plan);
        assert_eq!(again.to_string(), text);
        assert_eq!(again.hash(), plan.hash());
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    }
}

#[test]
fn layout_order_comments_and_written_defaults_mean_nothing() {
    let west = "[[party]]\nname = \"west\"\ndata = \"hips\"\n\n";
    let moved = full_text()
        .replace(west, "")
        .replacen("[[party]]", &format!("{west}[[party]]"), 1);
    let same = [
        moved,
        full_text().replace(
            "runs = 100\nmost_rows = 20_000",
            "# few\nmost_rows=20000\nruns   = 0x64",
        ),
        full_text()
            .replace("format = 1\n", "")
            .replace("bits = 64\n", ""),
        full_text().replace("2027-01-31T00:00:00+08:00", "2027-01-30T16:00:00Z"),
        full_text().replace("outage = \"2h\"", "outage = \"120m\""),
        full_text().replace("penalty = 0.5", "penalty = 5e-1"),
        format!(
            "{}\n[[column]]\nname = \"unused\"\ntype = \"text\"\n",
            full_text()
        ),
    ];
    for text in same {
        assert_eq!(
            Plan::from_toml(&text).unwrap().hash(),
            full().hash(),
            "{text}"
        );
    }
}

/// What lets the full plan go on without a contributor.
const GOES_ON: &str = "dropouts = 1\non_dropout = \"continue\"\nask_waiver = true\n";

/// One change for each field that means something.
const CHANGES: &[(&str, &str)] = &[
    ("Length of stay", "Length of life"),
    ("of rehabilitation", "of surgeons"),
    (
        "coordinator = \"association\"",
        "coordinator = \"ministry\"",
    ),
    ("[\"age\", \"sex\", \"anaesthesia\"]", "[\"age\", \"sex\"]"),
    (
        "[\"age\", \"sex\", \"anaesthesia\"]",
        "[\"sex\", \"age\", \"anaesthesia\"]",
    ),
    (
        "{ column = \"days\" }",
        "{ column = \"days\", positive_above = 10 }",
    ),
    (
        "{ column = \"days\" }",
        "{ column = \"days\", positive_above = 11 }",
    ),
    ("share = 0.25", "share = 0.3"),
    ("seed = 7", "seed = 8"),
    ("{ share = 0.25, seed = 7 }", "{ split = \"later\" }"),
    ("test = { share = 0.25, seed = 7 }", ""),
    ("family = \"gamma\"", "family = \"gaussian\""),
    ("penalty = 0.5", "penalty = 0.25"),
    ("mean+indicator", "mean"),
    ("mean+indicator", "drop"),
    (
        "constant_columns = \"drop\"",
        "constant_columns = \"refuse\"",
    ),
    ("colluding = 1", "colluding = 0"),
    (GOES_ON, "on_dropout = \"pause\"\n"),
    (GOES_ON, "on_dropout = \"fail\"\n"),
    ("bits = 64", "bits = 60"),
    ("ask_waiver = true", "ask_waiver = false"),
    (
        "expires = 2027-01-31T00:00:00+08:00",
        "expires = 2027-01-31T00:00:00Z",
    ),
    ("expires = 2027-01-31T00:00:00+08:00\n", ""),
    ("runs = 100", "runs = 101"),
    ("most_rows = 20_000", "most_rows = 20_001"),
    ("minimum_rows = 50", "minimum_rows = 51"),
    ("minimum_cohort = 500", "minimum_cohort = 501"),
    ("minimum_cell = 20", "minimum_cell = 21"),
    ("minimum_verified = 3", "minimum_verified = 2"),
    ("answer = \"30s\"", "answer = \"31s\""),
    ("outage = \"2h\"", "outage = \"3h\""),
    ("study = \"7d\"", "study = \"8d\""),
    ("name = \"east\"", "name = \"far-east\""),
    ("data = \"hips-2026\"", "data = \"hips-2025\""),
    ("d1e5c0de", "d1e5c0df"),
    ("receives = false", "receives = true"),
    (
        "[[party]]\nname = \"university\"\nrole = \"receiver\"\n",
        "",
    ),
    ("max = 110", "max = 109"),
    ("unit = \"a\"", "unit = \"mo\""),
    ("手术时年龄", "年龄"),
    ("[\"general\", \"spinal\"]", "[\"spinal\", \"general\"]"),
    ("max = 365", "max = 366"),
];

#[test]
fn every_change_of_meaning_gives_another_hash() {
    let mut hashes = HashSet::from([full().hash()]);
    for (from, to) in CHANGES {
        assert!(full_text().contains(from), "{from}");
        let plan = Plan::from_toml(&full_text().replacen(from, to, 1))
            .unwrap_or_else(|e| panic!("{from}: {e}"));
        assert!(hashes.insert(plan.hash()), "{from} -> {to}");
        assert_eq!(Plan::from_toml(&plan.to_string()).unwrap(), plan);
    }
}

#[test]
fn arms_and_relaxing_are_in_the_hash() {
    let heart = |arms: &str| {
        crate::try_heart(|text| text.replace("fedavg = { rounds = 50 }", arms))
            .unwrap()
            .hash()
    };
    let arms = [
        "",
        "fedavg = {}",
        "fedprox = {}",
        "fedavg = {}\nfedprox = {}",
        "fedavg = { rounds = 51 }",
        "fedavg = { epochs = 6 }",
        "fedavg = { batch = 33 }",
        "fedavg = { learning_rate = 0.2 }",
        "fedprox = { proximal = 0.2 }",
    ];
    let hashes: HashSet<_> = arms.iter().map(|arm| heart(arm)).collect();
    assert_eq!(hashes.len(), arms.len());
    assert!(
        hashes.contains(&crate::heart().hash()),
        "fedavg = {{}} has fifty rounds"
    );
    let own =
        "label = { column = \"num\", positive_above = 0 }\nevaluation.own_metrics = \"rounded\"";
    let rounded = crate::try_heart(|text| {
        text.replace("label = { column = \"num\", positive_above = 0 }", own)
    });
    assert_ne!(rounded.unwrap().hash(), crate::heart().hash());
    let many = |relax: bool| {
        let parties: Vec<String> = (0..20)
            .map(|n| format!("[[party]]\nname = \"p{n}\"\ndata = \"d\"\n"))
            .collect();
        let parties = parties.concat();
        let (head, _) = full_text().split_once("[[party]]").unwrap();
        let (_, columns) = full_text().split_once("[[column]]").unwrap();
        let head = head.replace("ask_waiver = true", &format!("relax_from_twenty = {relax}"));
        Plan::from_toml(&format!("{head}{parties}[[column]]{columns}")).unwrap()
    };
    assert_ne!(many(true).hash(), many(false).hash());
    assert_eq!(
        Plan::from_toml(&many(true).to_string()).unwrap(),
        many(true)
    );
}

proptest! {
    #[test]
    fn parsing_any_text_never_panics(text in any::<String>()) {
        let _ = Plan::from_toml(&text);
    }

    #[test]
    fn a_damaged_plan_never_panics_and_differs_or_means_the_same(
        cut in 0usize..2_000,
        with in prop_oneof![any::<char>(), Just('9'), Just('-'), Just('"')],
    ) {
        let damaged: String = full_text()
            .chars()
            .enumerate()
            .map(|(at, c)| if at == cut { with } else { c })
            .collect();
        if let Ok(plan) = Plan::from_toml(&damaged) {
            prop_assert_eq!(plan.hash() == full().hash(), plan == full());
            prop_assert_eq!(Plan::from_toml(&plan.to_string()).unwrap(), plan);
        }
    }

    #[test]
    fn any_plain_title_survives_the_canonical_text(title in "[^\\p{C}\\p{Z}]{1,40}") {
        let written = toml_text(&title);
        let text = full_text().replace("\"Length of stay after hip replacement\"", &written);
        if RawPlan::parse(&text).is_ok() && let Ok(plan) = Plan::from_toml(&text) {
            let again = Plan::from_toml(&plan.to_string()).unwrap();
            prop_assert_eq!(again.title(), title);
        }
    }
}

fn toml_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
