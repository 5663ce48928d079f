//! The protocol's page says what the code does.

use consilium_evaluation::Role;
use consilium_scarcity::{Step, disclosures};

use crate::world::{counting, specification};

const PAGE: &str = include_str!("../../../../docs/protocols/scarcity.md");

#[test]
fn every_disclosure_stands_on_the_page_and_in_both_languages_in_the_code() {
    let (without, with) = (
        disclosures(&specification()),
        disclosures(&counting(512, 1)),
    );
    assert_eq!(with.len(), without.len() + 3);
    for line in with {
        let to = match line.to {
            Role::Aggregator => "aggregator",
            Role::Contributor => "contributor",
        };
        assert!(
            PAGE.contains(&format!("| {to} | {} |", line.learns)),
            "{}",
            line.learns
        );
        assert!(line.zh.chars().any(|c| ('一'..='龥').contains(&c)));
    }
}

#[test]
fn steps_are_those_of_the_page() {
    let cases = [
        (f64::NEG_INFINITY, Step::Common),
        (0.1, Step::Usual),
        (0.3, Step::Uncommon),
        (1.0, Step::Rare),
        (2.999, Step::Rare),
        (3.0, Step::Singular),
    ];
    for (excess, step) in cases {
        assert_eq!(Step::of(excess), step, "{excess}");
        assert!(PAGE.contains(&format!("`{step}`")), "{step}");
    }
}
