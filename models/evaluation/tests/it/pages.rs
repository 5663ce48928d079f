//! The protocol's page says what the code does.

use consilium_evaluation::{Disclosure, Role};

const PAGE: &str = include_str!("../../../../docs/protocols/evaluation.md");

#[test]
fn every_disclosure_stands_on_its_page_in_both_languages_in_the_code() {
    for lines in [Disclosure::OF_CLASSES, Disclosure::OF_NUMBERS] {
        for role in [Role::Aggregator, Role::Contributor] {
            assert!(lines.iter().any(|line| line.to == role));
        }
        for line in lines {
            let to = match line.to {
                Role::Aggregator => "aggregator",
                Role::Contributor => "contributor",
            };
            assert!(PAGE.contains(&format!("| {to} | {} |", line.learns)));
            assert!(line.zh.chars().any(|c| ('一'..='龥').contains(&c)));
        }
    }
}
