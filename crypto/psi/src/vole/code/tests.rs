//! Vectors and laws of the code.

use consilium_base::hex;
use proptest::prelude::*;
use tokio::time::Instant;

use super::*;
use crate::vole::field;

const SESSION: Digest = [1; 32];

fn compressed(outputs: usize, mut elements: Vec<Block>) -> Vec<Block> {
    Code::new(&SESSION, outputs).compress(&mut elements);
    assert_eq!(elements.len(), outputs);
    elements
}

/// Elements that are zero but for one.
fn unit(outputs: usize, place: usize, value: Block) -> Vec<Block> {
    let mut elements = vec![Block::ZERO; 2 * outputs];
    elements[place] = value;
    elements
}

#[test]
fn words_are_those_of_another_implementation() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../vectors/vole-code.json")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 3);
    for case in cases {
        let text = |name: &str| case[name].as_str().unwrap();
        let session: Digest = hex::decode(text("session")).unwrap();
        let outputs = usize::try_from(case["outputs"].as_u64().unwrap()).unwrap();
        let step = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835_u128;
        let element = |number: u128| Block::new(number.wrapping_mul(step));
        let mut elements: Vec<Block> = (1..=2 * outputs as u128).map(element).collect();
        Code::new(&session, outputs).compress(&mut elements);
        assert_eq!(hex::encode(&elements[0].to_bytes()), text("first"));
        assert_eq!(hex::encode(&elements[outputs - 1].to_bytes()), text("last"));
        let hash = Tagged::new("test.1.code").field(&field::write(&elements));
        assert_eq!(hex::encode(&hash.digest()), text("hash"));
    }
}

/// The generator's left half is the identity.
#[test]
fn an_element_of_the_first_half_is_its_own_output_and_no_other() {
    for place in [0, 1, FEWEST - 1] {
        let word = compressed(FEWEST, unit(FEWEST, place, Block::ONE));
        assert!(word == unit(FEWEST, place, Block::ONE)[..FEWEST]);
    }
}

/// A column of the right half. The last few are sums of few factors.
#[test]
fn an_element_of_the_second_half_is_in_every_output_by_a_factor_of_its_own() {
    for place in [FEWEST, FEWEST + 1, FEWEST + 2000, 2 * FEWEST - 500] {
        let mut word = compressed(FEWEST, unit(FEWEST, place, Block::ONE));
        word.sort_unstable_by_key(|element| element.bits());
        word.dedup();
        assert_eq!(word.len(), FEWEST, "{place}");
    }
}

/// No bit of an element is treated by itself: the factors mix them.
#[test]
fn the_bits_of_an_element_are_mixed() {
    let words = [Block::new(1), Block::new(2)]
        .map(|value| compressed(FEWEST, unit(FEWEST, FEWEST + 7, value)));
    let weight: u32 = words
        .iter()
        .flatten()
        .map(|it| it.bits().count_ones())
        .sum();
    let mean = f64::from(weight) / (2.0 * FEWEST as f64);
    assert!((63.0..65.0).contains(&mean), "{mean}");
}

#[test]
#[ignore = "slow: a measurement"]
fn the_code_is_measured() {
    let outputs = 1_363_200;
    let code = Code::new(&SESSION, outputs);
    let mut elements: Vec<Block> = (0..2 * outputs as u128).map(Block::new).collect();
    let (first, second) = elements.split_at_mut(outputs);
    let mut milliseconds = [0.0; 3];
    let began = Instant::now();
    code.convolute(second, 2);
    milliseconds[0] = began.elapsed().as_secs_f64() * 2e3;
    let began = Instant::now();
    code.scale(second);
    milliseconds[1] = began.elapsed().as_secs_f64() * 1e3;
    let began = Instant::now();
    code.expand(first, second);
    milliseconds[2] = began.elapsed().as_secs_f64() * 1e3;
    let [convolute, scale, expand] = milliseconds;
    println!(
        "{{\"bench\": \"psi-vole-code\", \"params\": {{\"outputs\": {outputs}}}, \
         \"convolute_ms\": {convolute}, \"scale_ms\": {scale}, \"expand_ms\": {expand}, \
         \"output_ns\": {}}}",
        (convolute + scale + expand) * 1e6 / outputs as f64,
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn the_code_is_linear(outputs in FEWEST..FEWEST + 200, seed: u128, factor: u128) {
        let factor = Block::new(factor);
        let element = |number: usize| Block::new(seed.wrapping_mul(2 * number as u128 + 1));
        let one: Vec<Block> = (0..2 * outputs).map(element).collect();
        let other: Vec<Block> = one.iter().rev().map(|&it| it * it).collect();
        let sum = one.iter().zip(&other).map(|(&one, &other)| one ^ (factor * other)).collect();
        let sum = compressed(outputs, sum);
        let (one, other) = (compressed(outputs, one), compressed(outputs, other));
        for ((&sum, &one), &other) in sum.iter().zip(&one).zip(&other) {
            prop_assert!(sum == one ^ (factor * other));
        }
    }

    #[test]
    fn places_are_in_range(number: u32, places in 1_usize..1 << 22) {
        prop_assert!(place(number, places) < places);
    }
}
