//! The protocol's page says what the code does.

use consilium_contract::{DISCLOSURE, OF_FAILURE};

#[test]
fn the_disclosures_stand_on_its_page_and_in_both_languages_in_the_code() {
    const PAGE: &str = include_str!("../../../../docs/protocols/contract.md");
    assert!(PAGE.contains(&format!("| contributor | {} |", DISCLOSURE.learns)));
    assert!(PAGE.contains(&format!("; {} |", OF_FAILURE.learns)));
    for disclosure in [DISCLOSURE, OF_FAILURE] {
        assert!(disclosure.zh.chars().any(|c| ('一'..='龥').contains(&c)));
    }
}
