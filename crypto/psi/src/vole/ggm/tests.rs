//! Vectors and laws of the trees.

use consilium_base::hex;
use proptest::prelude::*;
use tokio::time::Instant;

use super::*;

fn trees() -> Trees {
    Trees::new(&[5; 32], 9)
}

fn root(number: u128) -> Block {
    Block::new(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

fn whole(leaves: usize) -> (Vec<Block>, Vec<[Block; 2]>) {
    let mut grown = vec![Block::ZERO; leaves];
    let mut sums = vec![[Block::ZERO; 2]; depth(leaves)];
    trees().grow(root(leaves as u128), &mut grown, &mut sums);
    (grown, sums)
}

fn with_hole(leaves: usize, hole: usize, sums: &[[Block; 2]]) -> Vec<Block> {
    let sides = path(hole, sums.len());
    let known: Vec<Block> = sums
        .iter()
        .zip(sides)
        .map(|(sums, side)| sums[side ^ 1])
        .collect();
    let mut grown = vec![Block::ONE; leaves];
    trees().regrow(hole, &known, &mut grown);
    grown
}

#[test]
fn trees_are_those_of_another_implementation() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../vectors/vole-trees.json")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 5);
    for case in cases {
        let bytes = |name: &str| hex::decode(case[name].as_str().unwrap());
        let blocks = |name: &str| -> Vec<Block> {
            let hexes = case[name].as_array().unwrap().iter();
            hexes
                .map(|it| Block::from_bytes(hex::decode(it.as_str().unwrap()).unwrap()))
                .collect()
        };
        let expected = blocks("leaves");
        let session: Digest = bytes("session").unwrap();
        let mut leaves = vec![Block::ZERO; expected.len()];
        let mut sums = vec![[Block::ZERO; 2]; depth(leaves.len())];
        let root = hex::decode(case["root"].as_str().unwrap()).unwrap();
        let trees = Trees::new(&session, case["purpose"].as_u64().unwrap());
        trees.grow(Block::from_bytes(root), &mut leaves, &mut sums);
        assert!(leaves == expected);
        assert!(sums.as_flattened() == blocks("sums"));
    }
}

#[test]
fn all_leaves_but_the_hole_grow_again() {
    for leaves in [1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 127, 128, 129, 257] {
        let (grown, sums) = whole(leaves);
        for hole in 0..leaves {
            let mut again = with_hole(leaves, hole, &sums);
            assert!(again[hole] == Block::ZERO);
            again[hole] = grown[hole];
            assert!(again == grown, "{leaves} leaves, hole {hole}");
        }
    }
}

#[test]
fn leaves_differ_and_belong_to_their_session_and_purpose() {
    let (mut grown, _) = whole(4096);
    let first = grown[0].bits();
    for other in [Trees::new(&[6; 32], 9), Trees::new(&[5; 32], 8)] {
        let mut leaves = vec![Block::ZERO; 4096];
        let mut sums = vec![[Block::ZERO; 2]; 12];
        other.grow(root(4096), &mut leaves, &mut sums);
        assert_ne!(leaves[0].bits(), first);
    }
    grown.sort_unstable_by_key(|leaf| leaf.bits());
    grown.dedup();
    assert_eq!(grown.len(), 4096);
}

#[test]
#[ignore = "slow: a measurement"]
fn the_trees_are_measured() {
    let (count, leaves) = (400, 6816);
    let mut grown = vec![Block::ZERO; leaves];
    let mut sums = vec![[Block::ZERO; 2]; depth(leaves)];
    let began = Instant::now();
    for tree in 0..count {
        trees().grow(root(tree), &mut grown, &mut sums);
    }
    let grow = began.elapsed().as_secs_f64();
    let known: Vec<Block> = sums.iter().map(|sums| sums[1]).collect();
    let began = Instant::now();
    for _ in 0..count {
        trees().regrow(0, &known, &mut grown);
    }
    let regrow = began.elapsed().as_secs_f64();
    let each = 1e9 / (count as f64 * leaves as f64);
    println!(
        "{{\"bench\": \"psi-vole-trees\", \"params\": {{\"trees\": {count}, \"leaves\": {leaves}}}, \
         \"grow_ms\": {}, \"regrow_ms\": {}, \"grow_ns\": {}, \"regrow_ns\": {}}}",
        grow * 1e3,
        regrow * 1e3,
        grow * each,
        regrow * each,
    );
}

proptest! {
    #[test]
    fn the_sums_of_the_last_level_are_those_of_the_leaves(leaves in 2_usize..600) {
        let (grown, sums) = whole(leaves);
        for side in [0, 1] {
            let leaves = grown.iter().skip(side).step_by(2);
            let sum = leaves.fold(Block::ZERO, |sum, &leaf| sum ^ leaf);
            prop_assert!(sums.last().unwrap()[side] == sum);
        }
    }

    #[test]
    fn a_path_leads_to_its_leaf(leaf in 0_usize..5000) {
        let reached = path(leaf, 13).fold(0, |node, side| 2 * node + side);
        prop_assert_eq!(reached, leaf);
    }

    /// What a liar sends is worked on as any other block; nothing but its size matters.
    #[test]
    fn any_sums_are_grown_from(sums: [u128; 8], hole in 0_usize..200) {
        let known = sums.map(Block::new);
        let mut leaves = vec![Block::ZERO; 200];
        trees().regrow(hole, &known, &mut leaves);
        prop_assert!(leaves[hole] == Block::ZERO);
    }
}
