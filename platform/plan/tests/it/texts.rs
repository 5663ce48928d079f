//! The table of texts: both languages, the same places, every line in use.

use std::collections::{BTreeSet, HashSet};

use consilium_plan::{Lang, texts};

/// The sources that use the table.
const SOURCES: &str = concat!(
    include_str!("../../src/approval.rs"),
    include_str!("../../src/disclosures.rs"),
    include_str!("../../src/disclosures/align.rs"),
    include_str!("../../src/disclosures/dictionary.rs"),
    include_str!("../../src/disclosures/scarcity.rs"),
    include_str!("../../src/disclosures/statistics.rs"),
    include_str!("../../src/disclosures/vertical.rs"),
    include_str!("../../src/preflight.rs"),
    include_str!("../../src/study.rs"),
    include_str!("../../src/study/doing.rs"),
    include_str!("../../src/summary.rs"),
    include_str!("../../src/summary/preparation.rs"),
    include_str!("../../src/summary/align.rs"),
    include_str!("../../src/summary/dictionary.rs"),
    include_str!("../../src/summary/hybrid.rs"),
    include_str!("../../src/summary/scarcity.rs"),
    include_str!("../../src/summary/statistics.rs"),
    include_str!("../../src/summary/trees.rs"),
    include_str!("../../src/summary/vertical.rs"),
);

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[test]
fn every_text_is_in_both_languages_with_the_same_places() {
    let mut keys = HashSet::new();
    for text in texts::all() {
        assert!(keys.insert(text.key), "{} is there twice", text.key);
        let (en, zh) = (text.open(Lang::En), text.open(Lang::Zh));
        assert!(
            !en.is_empty() && !en.chars().any(is_chinese),
            "{}: {en}",
            text.key
        );
        let mut words = zh.split(['{', '}']).step_by(2);
        let only_places = words.all(|part| !part.contains(char::is_alphabetic));
        assert!(
            zh.chars().any(is_chinese) || only_places,
            "{}: {zh}",
            text.key
        );
        let places = |lang| text.places(lang).collect::<BTreeSet<_>>();
        assert_eq!(places(Lang::En), places(Lang::Zh), "{}", text.key);
    }
    assert!(keys.len() > 150, "{}", keys.len());
}

#[test]
fn every_text_is_used() {
    for text in texts::all().filter(|text| !text.key.starts_with("failure.")) {
        let (_, name) = text.key.split_once('.').unwrap();
        let used = SOURCES
            .match_indices(&format!("texts::{name}"))
            .any(|(at, found)| {
                !SOURCES[at + found.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
            });
        assert!(used, "{} is used nowhere", text.key);
    }
}
