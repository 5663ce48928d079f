//! The protocol's page says what the code does.

use consilium_contract::DISCLOSURE;

#[test]
fn the_disclosure_stands_on_its_page_and_in_both_languages_in_the_code() {
    const PAGE: &str = include_str!("../../../../docs/protocols/contract.md");
    assert!(PAGE.contains(&format!("| contributor | {} |", DISCLOSURE.learns)));
    assert!(DISCLOSURE.zh.chars().any(|c| ('一'..='龥').contains(&c)));
}
