//! What plans ask of scorecards.

use std::collections::BTreeMap;

use consilium_plan::{Audience, Lang, Plan, PlanError};
use consilium_scorecard::{Dimension, Purpose};

use crate::{aligned_text, heart, trees_text, try_heart};

const TRUST: &str =
    "\n[trust]\npurpose = \"training\"\nmin_score = 60\n\n[trust.least]\nquality = 50.5\n";

fn asking(trust: &str) -> Result<Plan, PlanError> {
    let trust = trust.to_owned();
    try_heart(move |text| text + &trust)
}

fn refusal(trust: &str) -> String {
    asking(trust).unwrap_err().to_string()
}

#[test]
fn what_is_asked_is_signed_and_read_again() {
    let plan = asking(TRUST).unwrap();
    let floors = plan.floors().unwrap();
    assert_eq!(
        floors.purpose,
        Purpose::built_in("training").unwrap().named()
    );
    assert_eq!(floors.composite, Some(60.0));
    assert_eq!(floors.least, BTreeMap::from([(Dimension::Quality, 50.5)]));
    let text = plan.to_string();
    // The program's own purposes may say other things in later versions.
    let hash = floors.purpose.hash();
    assert!(
        text.contains(&format!(
            "purpose = \"training@{hash}\"\nmin_score = 60.0\n"
        )),
        "{text}"
    );
    assert_eq!(text.parse::<Plan>().unwrap(), plan);
    assert_ne!(plan.hash(), heart().hash());
    assert!(heart().floors().is_none());
}

#[test]
fn plans_of_any_kind_may_ask() {
    for text in [aligned_text(), trees_text()] {
        let plan: Plan = (text.to_owned() + TRUST).parse().unwrap();
        assert!(plan.floors().is_some());
        assert_eq!(plan.to_string().parse::<Plan>().unwrap(), plan);
        let page = plan.summary(None, Lang::En);
        assert!(
            page.contains("with at least: composite 60, quality 50.5."),
            "{page}"
        );
    }
}

#[test]
fn who_learns_what_of_scores_is_disclosed() {
    let plan = asking(TRUST).unwrap();
    let lines = plan.disclosures();
    let asked = lines
        .iter()
        .find(|line| line.what(Lang::En).contains("not the scores"));
    assert_eq!(asked.unwrap().to, Audience::Coordinator);
    assert!(plan.summary(None, Lang::Zh).contains("综合 60、质量 50.5"));
}

#[test]
fn what_asks_for_nothing_is_refused_where_it_stands() {
    for (trust, said) in [
        (
            "\n[trust]\npurpose = \"training\"\n",
            "trust: min_score is needed, or a score in [trust.least]",
        ),
        (
            "\n[trust]\npurpose = \"fun\"\nmin_score = 60\n",
            "trust.purpose: a purpose is named training or release",
        ),
        (
            "\n[trust]\npurpose = \"training\"\nmin_score = 0\n",
            "trust.min_score: a least score is above 0",
        ),
        (
            "\n[trust]\npurpose = \"training\"\nmin_score = nan\n",
            "trust.min_score: a least score is above 0",
        ),
        (
            "\n[trust]\npurpose = \"training\"\nleast = { value = 101 }\n",
            "trust.least.value: a least score is above 0",
        ),
        (
            "\n[trust]\npurpose = \"training\"\nleast = { beauty = 50 }\n",
            "unknown variant `beauty`",
        ),
        ("\n[trust]\nmin_score = 60\n", "missing field `purpose`"),
    ] {
        let error = refusal(trust);
        assert!(
            error.starts_with("line ") && error.contains(said),
            "{error}"
        );
    }
}
