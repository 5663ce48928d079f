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

/// What honest contributors occupy at least, and what a bucket with one or more of them says.
#[test]
fn odds_of_occupied_buckets_are_those_of_the_page() {
    for honest in 1..=40 {
        let each = 1.0 - (-0.5 / f64::from(honest)).exp();
        let empty = (1.0 - each).powi(honest);
        assert!(1.0 - empty > 0.39 && 1.0 / (1.0 - empty) < 2.6);
        assert!(1.0 / each < 2.0 * f64::from(honest) + 1.0, "{honest}");
        let one = f64::from(honest) * each / (1.0 - each) * empty;
        let several = 1.0 / (1.0 - empty - one);
        let said = match honest {
            1 => continue,
            2 => 21.0,
            3 => 16.0,
            4 => 14.5,
            _ => 13.5,
        };
        assert!((11.0..said).contains(&several), "{honest}: {several}");
    }
    let at_one = 1.0 / (1.0 - 2.0 * (-1.0_f64).exp());
    assert!((3.5..4.0).contains(&at_one), "{at_one}");
    for said in [
        "so 39 % are\noccupied without the person at any rate",
        "by 2.6 : 1 at most",
        "less than 2H + 1 : 1 at any rate",
        "up to 20 : 1 with H = 2, 14 : 1 with H = 4, 11 : 1 with many; 4 : 1 at a load of one",
    ] {
        assert!(PAGE.contains(said), "{said}");
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
