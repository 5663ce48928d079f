//! Laws: sums can't overflow, rounding is unbiased, books refuse what they must.

use std::collections::BTreeSet;

use consilium_base::{Generator, Seed};
use consilium_mailbox::PartyId;
use consilium_secagg::{
    Assumed, Bits, Encoding, EncodingError, ThresholdError, Thresholds,
    derivable::{derivable, differences},
    packed_len,
};
use proptest::prelude::*;

fn generator(seed: u8) -> Generator {
    Seed::from_bytes([seed; 32]).generator()
}

fn bits(bits: u8) -> Bits {
    Bits::new(bits).unwrap()
}

fn bound() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(1.0),
        1e-3..1e3,
        (-300_i32..300).prop_map(|exponent| 10_f64.powi(exponent)),
    ]
}

fn set(names: &str) -> BTreeSet<PartyId> {
    names
        .chars()
        .map(|name| name.to_string().parse().unwrap())
        .collect()
}

proptest! {
    #[test]
    fn the_largest_values_of_all_contributors_sum_without_overflow(
        bound in bound(),
        contributors in 1_usize..2000,
        width in 2_u8..=64,
        seed: u8,
    ) {
        let Ok(encoding) = Encoding::new(&[bound, bound], contributors, bits(width)) else {
            return Ok(());
        };
        let rng = &mut generator(seed);
        let encoded = encoding.encode(&[bound, -bound], rng).unwrap();
        let total = |element: u64| element.wrapping_mul(contributors as u64) & bits(width).mask();
        let sum = encoding.decode(&[total(encoded[0]), total(encoded[1])]).unwrap();
        let quantum = encoding.quanta().next().unwrap();
        let exact = bound * contributors as f64;
        let tolerance = quantum * contributors as f64 + exact * 1e-12;
        prop_assert!((sum[0] - exact).abs() <= tolerance, "{} {exact} {quantum}", sum[0]);
        prop_assert!((sum[1] + exact).abs() <= tolerance, "{} {exact} {quantum}", sum[1]);
    }

    #[test]
    fn the_scale_is_the_finest_that_holds_the_sum(
        bound in 1e-6..1e6,
        contributors in 1_u32..1000,
        width in 16_u8..=64,
    ) {
        let encoding = Encoding::new(&[bound], contributors as usize, bits(width)).unwrap();
        let finer = bound / (encoding.quanta().next().unwrap() / 2.0);
        // Up to the precision of f64, twice as fine a scale overflows.
        let units = f64::from(contributors) * finer.ceil() * (1.0 + 1e-12);
        prop_assert!(units >= 2_f64.powi(i32::from(width) - 1));
    }

    #[test]
    fn an_encoded_value_is_a_neighbour_of_its_real(value in -5.0_f64..5.0, width in 8_u8..=64, seed: u8) {
        let encoding = Encoding::new(&[5.0], 3, bits(width)).unwrap();
        let encoded = encoding.encode(&[value], &mut generator(seed)).unwrap();
        let decoded = encoding.decode(&encoded).unwrap();
        prop_assert!((decoded[0] - value).abs() < encoding.quanta().next().unwrap());
    }

    #[test]
    fn multiples_of_the_quantum_are_never_changed(units in -100_i32..100, seed: u8) {
        let encoding = Encoding::new(&[100.0], 5, bits(20)).unwrap();
        let value = f64::from(units) * encoding.quanta().next().unwrap();
        let encoded = encoding.encode(&[value], &mut generator(seed)).unwrap();
        prop_assert_eq!(encoding.decode(&encoded).unwrap(), vec![value]);
    }

    #[test]
    fn values_beyond_the_bound_are_refused_at_their_position(beyond in 1.0001_f64..1e300, seed: u8) {
        let encoding = Encoding::new(&[1.0; 3], 5, bits(20)).unwrap();
        let rng = &mut generator(seed);
        let refused = encoding.encode(&[0.0, -beyond, 0.0], rng);
        prop_assert_eq!(refused, Err(EncodingError::BeyondBound { position: 1 }));
        let refused = encoding.encode(&[0.0, 0.0, f64::NAN], rng);
        prop_assert_eq!(refused, Err(EncodingError::NotFinite { position: 2 }));
    }

    #[test]
    fn decoding_arbitrary_elements_never_panics(elements: Vec<u64>, width in 2_u8..=64) {
        let encoding = Encoding::new(&vec![1.0; elements.len()], 1, bits(width)).unwrap();
        let _ = encoding.decode(&elements);
    }

    #[test]
    fn packed_lengths_don_t_overflow(len in 0_usize..1 << 57, width in 1_u8..=64) {
        prop_assert_eq!(packed_len(len, bits(width)) as u128, (len as u128 * u128::from(width)).div_ceil(8));
    }

    #[test]
    fn thresholds_leave_both_secrets_of_a_party_out_of_reach(
        contributors in 3_usize..=100,
        colluding in 1_usize..50,
        dropouts in 0_usize..50,
    ) {
        let assumed = Assumed { contributors, colluding: Some(colluding), dropouts };
        match Thresholds::safe(assumed) {
            Ok(thresholds) => {
                prop_assert!(2 * thresholds.shares() > contributors + colluding);
                prop_assert!(contributors - dropouts >= thresholds.shares());
                prop_assert!(contributors - dropouts >= thresholds.signatures());
            }
            Err(ThresholdError::TooManyDropouts { needed, remaining, .. }) => {
                prop_assert!(remaining < needed);
            }
            Err(ThresholdError::TooManyColluding { .. }) => {
                prop_assert!(colluding > contributors - 2);
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}

/// 20,000 roundings of a value 0.3 quanta above an integer: their mean lies within five standard
/// errors of it but for a chance below 1e-6; the seed is fixed.
#[test]
fn rounding_is_unbiased() {
    let draws = 20_000;
    let encoding = Encoding::new(&vec![8.0; draws], 1, bits(8)).unwrap();
    let quantum = encoding.quanta().next().unwrap();
    for value in [1.3, -1.3, 0.01, -7.99] {
        let values = vec![value * quantum; draws];
        let encoded = encoding.encode(&values, &mut generator(1)).unwrap();
        let mean = encoding.decode(&encoded).unwrap().iter().sum::<f64>() / draws as f64 / quantum;
        let fraction: f64 = value - f64::floor(value);
        let error = (fraction * (1.0 - fraction) / draws as f64).sqrt();
        assert!((mean - value).abs() < 5.0 * error, "{mean} for {value}");
    }
}

#[test]
fn bounds_that_no_scale_holds_are_refused() {
    let refused = |bound: f64, n: usize, width: u8| Encoding::new(&[1.0, bound], n, bits(width));
    assert!(matches!(
        refused(f64::NAN, 3, 32),
        Err(EncodingError::BadBound { position: 1 })
    ));
    assert!(matches!(
        refused(-1.0, 3, 32),
        Err(EncodingError::BadBound { position: 1 })
    ));
    assert!(matches!(
        refused(1e300, 3, 32),
        Err(EncodingError::TooNarrow { position: 1, .. })
    ));
    assert!(matches!(
        refused(1.0, 8, 4),
        Err(EncodingError::TooNarrow { position: 0, .. })
    ));
    assert!(matches!(
        refused(1.0, 0, 4),
        Err(EncodingError::BadContributors { .. })
    ));
}

#[test]
fn two_sets_that_differ_by_one_single_it_out() {
    assert_eq!(derivable([&set("abcd"), &set("abc")]), set("d"));
    assert_eq!(derivable([&set("abcde"), &set("abc")]), set(""));
    assert_eq!(derivable([&set("abcde")]), set(""));
}

#[test]
fn combinations_of_many_sets_single_out_too() {
    // No two differ by one, but abc + ade - bd - ce gives 2a.
    let sets = [set("abc"), set("ade"), set("bd"), set("ce")];
    assert_eq!(derivable(&sets), set("a"));
    assert_eq!(derivable(&sets[..3]), set(""));
}

#[test]
fn differences_name_both_sides() {
    let sets = [set("abcd"), set("abef"), set("abcd")];
    let found = differences(&sets);
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].plus, &found[0].minus), (&set("cd"), &set("ef")));
}
