//! What an institution's people read of a study's end.

use super::*;
use crate::listing::tests::width;

fn plan() -> Plan {
    let text = include_str!("../../../../platform/plan/tests/it/expected/heart.toml");
    text.parse().unwrap()
}

/// A study at an institution which heard of this end.
fn own(end: &str) -> v1::OwnStudy {
    let state: Option<Study> = serde_json::from_str(end).ok();
    v1::OwnStudy {
        plan: plan().to_string(),
        state: state.map_or("approved", |end| end.name()).to_owned(),
        end: end.to_owned(),
        ..v1::OwnStudy::default()
    }
}

const FAILED: &str = r#"{"state":"failed","at":1795003200,
    "failure":{"code":"RUNS-EXHAUSTED","party":"va","details":{"runs":"20"}}}"#;
const CANCELLED: &str =
    r#"{"state":"cancelled","at":1795003200,"by":"li","reason":"the label\u001b[2J is wrong"}"#;

#[test]
fn a_failure_is_listed_with_what_happened_and_given_whole_to_programs() {
    let known = Known::from(own(FAILED));
    let (en, zh) = (known.in_short(Lang::En), known.in_short(Lang::Zh));
    assert!(en.starts_with("failed: va took part in 20 runs"), "{en}");
    for said in [en, zh] {
        assert!(said.contains("RUNS-EXHAUSTED"), "{said}");
    }
    let line = known.line(Lang::En);
    assert_eq!(line["detail"]["failure"]["party"], "va");
    assert_eq!(line["failure"]["code"], "RUNS-EXHAUSTED");
    assert_eq!(line["changed"], 1_795_003_200);
    let remedy = line["failure"]["remedy"].as_str().unwrap();
    assert!(remedy.contains("--runs") && remedy.contains("limits.runs"));
}

#[test]
fn a_list_with_a_failure_is_no_wider_than_one_reads() {
    for lang in [Lang::En, Lang::Zh] {
        let mut shown = Vec::new();
        let known = [Known::from(own(FAILED))];
        listing::print(&known, false, &mut shown, lang).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        let widest = shown.lines().map(width).max();
        assert!(widest <= Some(132), "{shown}");
        assert!(shown.contains("RUNS-EXHAUSTED"), "{shown}");
    }
}

#[test]
fn a_page_says_why_a_study_failed_and_what_to_do() {
    for (lang, next) in [(Lang::En, "next: "), (Lang::Zh, "处理：")] {
        let mut shown = Vec::new();
        super::super::page::at_participant(&own(FAILED), &[], &mut shown, lang).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        for told in ["RUNS-EXHAUSTED", next, "--runs"] {
            assert!(shown.contains(told), "{shown}");
        }
    }
}

#[test]
fn a_cancelled_study_is_listed_with_its_reason_as_letters_that_are_seen() {
    let known = Known::from(own(CANCELLED));
    let said = known.in_short(Lang::En);
    assert!(said.starts_with("cancelled: the label"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
    assert!(known.standing(&plan(), Lang::En).contains("by li at 2026"));
    assert_eq!(known.line(Lang::En)["failure"], Value::Null);
}

#[test]
fn a_run_that_goes_on_is_shown_with_its_beginning() {
    let known = Known::from(v1::OwnStudy {
        running_since: 1_795_003_200,
        ..own("")
    });
    assert_eq!(known.line(Lang::En)["state"], "running");
    let said = known.standing(&plan(), Lang::En);
    assert_eq!(said, "running since 2026-11-18T12:00:00Z");
    let said = known.standing(&plan(), Lang::Zh);
    assert_eq!(said, "自 2026-11-18T12:00:00Z 起运行中");
    let known = Known::from(v1::OwnStudy {
        state: "queued".to_owned(),
        running_since: 1_795_003_200,
        ..own("")
    });
    let said = known.standing(&plan(), Lang::En);
    let waits = "waiting for its turn at the holder since 2026-11-18T12:00:00Z";
    assert_eq!(said, waits);
    let known = Known::from(own(""));
    assert_eq!(known.standing(&plan(), Lang::En), "approved");
}
