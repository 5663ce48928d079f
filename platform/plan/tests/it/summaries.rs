//! The page that a steward reads, as it is.

use consilium_plan::{Lang, Plan};

use crate::{
    aligns::{aligned, counted},
    dictionaries::codes,
    full, heart, hybrids,
    matchings::{star, unbalanced},
    party, preparations,
    scarcities::{rare, rare_rows},
    statistics, trees,
    verticals::{grown, noisy, predicted, weighed},
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
        assert_is(
            &format!("trees.{name}.txt"),
            &trees().summary(Some(&[]), lang),
        );
        let unverified = [party("insurer")];
        assert_is(
            &format!("vertical.{name}.txt"),
            &grown().summary(Some(&unverified), lang),
        );
        assert_is(&format!("noisy.{name}.txt"), &noisy().summary(None, lang));
        assert_is(
            &format!("predicted.{name}.txt"),
            &predicted().summary(Some(&[]), lang),
        );
        assert_is(
            &format!("weighed.{name}.txt"),
            &weighed().summary(Some(&[]), lang),
        );
        assert_is(
            &format!("hybrid.{name}.txt"),
            &hybrids::grown().summary(Some(&[]), lang),
        );
        assert_is(
            &format!("hybrid-open.{name}.txt"),
            &hybrids::open().summary(None, lang),
        );
        assert_is(
            &format!("hybrid-predicted.{name}.txt"),
            &hybrids::predicted().summary(None, lang),
        );
        assert_is(
            &format!("statistics.{name}.txt"),
            &statistics::stays().summary(Some(&[]), lang),
        );
        assert_is(
            &format!("prepared.{name}.txt"),
            &preparations::prepared().summary(Some(&[]), lang),
        );
        assert_is(&format!("codes.{name}.txt"), &codes().summary(None, lang));
        assert_is(
            &format!("rare.{name}.txt"),
            &rare().summary(Some(&[]), lang),
        );
        assert_is(&format!("star.{name}.txt"), &star().summary(None, lang));
        assert_is(
            &format!("unbalanced.{name}.txt"),
            &unbalanced().summary(None, lang),
        );
    }
}

#[test]
fn the_canonical_text_is_what_was_proofread() {
    assert_is("heart.toml", &heart().to_string());
    assert_is("trees.toml", &trees().to_string());
    assert_is("vertical.toml", &grown().to_string());
    assert_is("predicted.toml", &predicted().to_string());
    assert_is("hybrid.toml", &hybrids::grown().to_string());
    assert_is("hybrid-predicted.toml", &hybrids::predicted().to_string());
    assert_is("statistics.toml", &statistics::stays().to_string());
    assert_is("codes.toml", &codes().to_string());
    assert_is("rare.toml", &rare().to_string());
}

#[test]
fn no_place_is_left_open_in_either_language() {
    for lang in Lang::ALL {
        for plan in [
            heart(),
            full(),
            aligned(),
            counted(),
            star(),
            unbalanced(),
            trees(),
            grown(),
            noisy(),
            predicted(),
            hybrids::grown(),
            hybrids::open(),
            hybrids::predicted(),
            codes(),
            rare(),
            rare_rows(),
            statistics::stays(),
            statistics::noised(),
            statistics::heart(),
        ] {
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
fn a_later_attempt_says_what_stays_known_of_earlier_ones() {
    let first: Plan = include_str!("expected/heart.toml").parse().unwrap();
    let second = first.next_attempt().unwrap();
    for (lang, kept) in [
        (Lang::En, "contributors keep the model and the measures"),
        (Lang::Zh, "各贡献方仍保有其模型与评估指标"),
    ] {
        assert!(second.summary(None, lang).contains(kept));
        assert!(!first.summary(None, lang).contains(kept));
    }
}
