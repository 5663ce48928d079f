//! Labels and field borders tell hashes apart; seeds repeat their generators.

use consilium_base::{Seed, Tagged, Tagging};
use proptest::prelude::*;

#[test]
fn a_label_alone_tells_two_hashes_apart() {
    let one = Tagged::new("test.1.one").field(b"x").digest();
    let other = Tagged::new("test.1.other").field(b"x").digest();
    assert_ne!(one, other);
}

#[test]
fn a_number_is_a_field_of_eight_bytes() {
    let number = Tagged::new("test.1.number").number(7).digest();
    let field = Tagged::new("test.1.number")
        .field(&7_u64.to_le_bytes())
        .digest();
    assert_eq!(number, field);
}

proptest! {
    #[test]
    fn moving_a_border_between_fields_changes_the_hash(bytes: Vec<u8>, border: prop::sample::Index) {
        let (left, right) = bytes.split_at(border.index(bytes.len() + 1));
        let one = Tagged::new("test.1.border").field(left).field(right).digest();
        let other = Tagged::new("test.1.border").field(&bytes).digest();
        prop_assert_ne!(one, other);
    }

    #[test]
    fn many_hashes_are_those_that_each_has_alone(fields: Vec<Vec<u8>>, long in 0..3000_usize) {
        let mut tagging = Tagging::new("test.1.many");
        for field in fields.iter().chain([&vec![7; long]]) {
            let alone = Tagged::new("test.1.many").field(field).digest();
            prop_assert_eq!(tagging.digest(field), alone);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers(bytes: [u8; 32], length in 0_usize..200) {
        let (mut one, mut other) = (vec![0; length], vec![0; length]);
        Seed::from_bytes(bytes).generator().fill_bytes(&mut one);
        Seed::from_bytes(bytes).generator().fill_bytes(&mut other);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn derived_seeds_differ_by_label_and_by_field(bytes: [u8; 32], field: [u8; 4]) {
        let seed = Seed::from_bytes(bytes);
        let derived = *seed.derive("test.1.derived", &[&field]).expose();
        prop_assert_ne!(derived, *seed.derive("test.1.another", &[&field]).expose());
        prop_assert_ne!(derived, *seed.derive("test.1.derived", &[&field, b""]).expose());
        prop_assert_ne!(derived, bytes);
    }
}

#[test]
fn what_studies_spend_adds_up_as_rho() {
    use consilium_base::noise::{epsilon, rho};
    for (given, delta) in [(0.001, 1e-6), (1.0, 1e-6), (10.0, 1e-3)] {
        assert!((epsilon(rho(given, delta), delta) - given).abs() < 1e-9 * given);
    }
    // By hand: ρ = 0.017469 for ε = 1, and twice of it 0.034938 + 2·√(0.034938·13.8155).
    let twice = epsilon(2.0 * rho(1.0, 1e-6), 1e-6);
    assert!((twice - 1.424_446_6).abs() < 1e-6, "{twice}");
}
