//! The protocol's page says what the code does.

use consilium_evaluation::Role;
use consilium_statistics::{
    Mode, Specification, disclosures,
    vertical::{DISCLOSURES, Holder},
};

use crate::world::specification;

const PAGE: &str = include_str!("../../../../docs/protocols/statistics.md");

#[track_caller]
fn assert_said(page: &str, (to, learns, zh): (&str, &str, &str)) {
    assert!(page.contains(&format!("| {to} | {learns} |")), "{learns}");
    assert!(zh.chars().any(|c| ('一'..='龥').contains(&c)));
}

#[test]
fn every_disclosure_stands_on_its_page_and_in_both_languages_in_the_code() {
    let noised = Specification {
        mode: Mode::Threshold {
            epsilon: 1.0,
            delta: 1e-6,
            honest: 2,
        },
        ..specification()
    };
    let (exact, noised) = (disclosures(&specification()), disclosures(&noised));
    assert_ne!(exact, noised);
    for line in exact.iter().chain(&noised) {
        let to = match line.to {
            Role::Aggregator => "aggregator",
            Role::Contributor => "contributor",
        };
        assert_said(PAGE, (to, line.learns, line.zh));
    }
}

#[test]
fn every_disclosure_of_evidence_stands_on_its_page() {
    const PAGE: &str = include_str!("../../../../docs/protocols/statistics-evidence.md");
    for line in DISCLOSURES {
        let to = match line.to {
            Holder::Labels => "label holder",
            Holder::Features => "feature holder",
        };
        assert_said(PAGE, (to, line.learns, line.zh));
    }
}

#[test]
fn what_is_not_asked_is_not_disclosed() {
    let mut spec = specification();
    let whole = disclosures(&spec).len();
    spec.columns.truncate(5);
    spec.columns.drain(..2);
    spec.label = None;
    spec.periods.clear();
    spec.correlations = false;
    assert_eq!(disclosures(&spec).len(), whole - 5);
}
