//! Vectors and laws of the field.

use proptest::prelude::*;

use super::*;

fn block(case: &serde_json::Value, name: &str) -> Block {
    let hex = case[name].as_str().unwrap().as_bytes();
    Block::from_bytes(
        data_encoding::HEXLOWER
            .decode(hex)
            .unwrap()
            .try_into()
            .unwrap(),
    )
}

fn cases(name: &str) -> Vec<serde_json::Value> {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../vectors/vole-field.json")).unwrap();
    vectors[name].as_array().unwrap().clone()
}

#[test]
fn products_are_those_of_the_standard() {
    let products = cases("products");
    assert!(products.len() >= 16);
    for case in &products {
        let (a, b) = (block(case, "a"), block(case, "b"));
        assert_eq!(a * b, block(case, "product"));
    }
}

#[test]
fn sums_are_those_of_the_standard() {
    let sums = cases("sums");
    assert!(sums.len() >= 4);
    for case in &sums {
        let hex = case["terms"].as_str().unwrap().as_bytes();
        let bytes = data_encoding::HEXLOWER.decode(hex).unwrap();
        let (terms, point) = (read(&bytes).unwrap(), block(case, "point"));
        let sum = terms.fold(Block::ZERO, |sum, term| (sum ^ term) * point);
        assert_eq!(sum, block(case, "sum"));
    }
}

#[test]
fn bytes_that_are_no_blocks_are_not_read() {
    for len in [1, 15, 17, 31] {
        assert!(read(&vec![0; len]).is_none());
    }
    assert_eq!(read(&[]).unwrap().len(), 0);
}

#[test]
fn a_block_is_kept_or_zero() {
    assert_eq!(Block::ONE.kept_if(true), Block::ONE);
    assert_eq!(Block::ONE.kept_if(false), Block::ZERO);
}

fn element() -> impl Strategy<Value = Block> {
    any::<u128>().prop_map(Block::new)
}

fn lists() -> impl Strategy<Value = Vec<Block>> {
    proptest::collection::vec(element(), 0..200)
}

proptest! {
    #[test]
    fn products_commute_associate_and_distribute(a in element(), b in element(), c in element()) {
        prop_assert_eq!(a * b, b * a);
        prop_assert_eq!((a * b) * c, a * (b * c));
        prop_assert_eq!((a ^ b) * c, (a * c) ^ (b * c));
        prop_assert_eq!(a * Block::ONE, a);
        prop_assert_eq!(a * Block::ZERO, Block::ZERO);
    }

    /// The power 2^128 - 1 is one, for every element but zero: it has an inverse.
    #[test]
    fn every_element_but_zero_has_an_inverse(a in element()) {
        let (mut power, mut inverse) = (a, Block::ONE);
        for _ in 1..128 {
            power = power * power;
            inverse = inverse * power;
        }
        prop_assert_eq!(a * inverse, if a == Block::ZERO { a } else { Block::ONE });
    }

    #[test]
    fn lists_are_added_and_multiplied_one_by_one(a in element(), pairs in proptest::collection::vec((element(), element()), 0..40)) {
        let (sums, terms): (Vec<Block>, Vec<Block>) = pairs.into_iter().unzip();
        let (mut added, mut multiplied) = (sums.clone(), sums.clone());
        add(&mut added, &terms);
        add_multiples(&mut multiplied, a, &terms);
        for (index, (sum, term)) in sums.iter().zip(&terms).enumerate() {
            prop_assert_eq!(added[index], *sum ^ *term);
            prop_assert_eq!(multiplied[index], *sum ^ (a * *term));
        }
    }

    #[test]
    fn what_is_written_is_read(blocks in lists()) {
        let bytes = write(&blocks);
        prop_assert_eq!(bytes.len(), blocks.len() * BLOCK);
        prop_assert_eq!(read(&bytes).unwrap().collect::<Vec<_>>(), blocks);
    }
}
