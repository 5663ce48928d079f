//! The page that a steward reads, as it is.

use consilium_plan::Lang;

use crate::{
    aligns::{aligned, counted},
    full, heart, party,
};

/// Compares a text with a committed one; `BLESS=1` writes it anew.
fn assert_is(name: &str, text: &str) {
    let path = format!("{}/tests/it/expected/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(there, text, "run BLESS=1 cargo test -p consilium-plan");
}

#[test]
fn the_summary_is_what_was_proofread() {
    for (lang, name) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        assert_is(
            &format!("heart.{name}.txt"),
            &heart().summary(Some(&[]), lang),
        );
        let unverified = [party("east"), party("west")];
        assert_is(
            &format!("full.{name}.txt"),
            &full().summary(Some(&unverified), lang),
        );
        assert_is(
            &format!("aligned.{name}.txt"),
            &aligned().summary(Some(&[party("insurer")]), lang),
        );
        assert_is(
            &format!("counted.{name}.txt"),
            &counted().summary(None, lang),
        );
    }
}

#[test]
fn the_canonical_text_is_what_was_proofread() {
    assert_is("heart.toml", &heart().to_string());
}

#[test]
fn no_place_is_left_open_in_either_language() {
    for lang in Lang::ALL {
        for plan in [heart(), full(), aligned(), counted()] {
            let page = plan.summary(Some(&[party("east")]), lang);
            assert!(!page.contains(['{', '}']), "{page}");
        }
    }
}

#[test]
fn whoever_is_not_verified_is_named() {
    let lines = full().trust(
        &[party("east"), party("west"), party("university")],
        Lang::En,
    );
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].contains("of east, west with") && !lines[0].contains("university"),
        "{lines:?}"
    );
    assert_eq!(
        lines[1],
        "2 contributors are verified here, this plan needs 3."
    );
    assert!(full().trust(&[], Lang::En)[0].contains("all contributors"));
}

#[test]
fn disclosures_name_who_learns_and_depend_on_the_plan() {
    let lines = |plan: &consilium_plan::Plan| -> Vec<String> {
        plan.disclosures()
            .iter()
            .map(|line| line.line(Lang::En))
            .collect()
    };
    let (heart, full) = (lines(&heart()), lines(&full()));
    let has = |lines: &[String], part: &str| lines.iter().any(|line| line.contains(part));
    assert!(has(
        &heart,
        "coordinator, the coordinator, learns: the model, with exact"
    ));
    assert!(has(&heart, "FedAvg") && !has(&full, "FedAvg"));
    assert!(has(&heart, "computed at home") && has(&full, "computed at home"));
    assert!(has(&heart, "5,120 intervals") && !has(&full, "5,120 intervals"));
    assert!(has(&full, "explained deviance") && !has(&heart, "explained deviance"));
    let rounded =
        "label = { column = \"num\", positive_above = 0 }\nevaluation.own_metrics = \"rounded\"";
    let rounded = crate::try_heart(|text| {
        text.replace("label = { column = \"num\", positive_above = 0 }", rounded)
    });
    let rounded = lines(&rounded.unwrap());
    assert!(has(&rounded, "rounded to 0.01") && !has(&rounded, "computed at home"));
    assert!(has(
        &full,
        "every receiver of the result (east, north, university, west) learns"
    ));
}
