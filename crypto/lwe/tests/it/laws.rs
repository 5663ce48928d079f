//! Algebra: what comes out is what would have come out in the open.

use consilium_lwe::{FloodShare, LweError, Native, PrimePair, Residues, Ring, Wanted};
use proptest::prelude::*;

use crate::world::{Table, World};

/// Any r, up to 6,000 rows in up to 20 blocks, candidates of up to three ciphertexts.
fn case<R: Ring>() -> impl Strategy<Value = (u32, u8, usize, usize)> {
    let shared = prop_oneof![1..40u32, Just(128), Just(R::PARAMETERS.degree as u32)];
    (shared, any::<u8>(), 1..20usize, 1..1000usize).prop_map(|(shared, seed, blocks, odd)| {
        let block = R::PARAMETERS.degree / shared as usize;
        let rows = ((blocks - 1) * block + 1 + odd % block).min(6000);
        (
            shared,
            seed,
            rows,
            1 + odd % (2 * shared as usize + 1).min(40),
        )
    })
}

fn sums_are_exact<R: Ring>((shared, seed, rows, candidates): (u32, u8, usize, usize)) {
    let mut world = World::<R>::new(shared, seed);
    let table = Table::random(rows, candidates, &mut world.rng);
    let raw = world.raw(&table);
    let returned = world.returned(&raw, table.subsets.len());
    assert_eq!(world.opened(&returned), table.plain());
}

fn subtraction_leaves_the_other_rows<R: Ring>() {
    let mut world = World::<R>::new(4, 3);
    let rows = 3000;
    let subset = |of: usize| (0..rows).map(|row| row % 7 < of).collect::<Vec<bool>>();
    let numbers = [
        (0..rows as i32).collect(),
        (0..rows as i32).map(|n| -3 * n).collect(),
    ];
    let parent = Table {
        subsets: vec![subset(6), subset(3)],
        numbers: numbers.clone(),
    };
    let child = Table {
        subsets: vec![subset(2), subset(3)],
        numbers,
    };
    let mut left = world.raw(&parent);
    let right = world.raw(&child);
    left[0].subtract(&right[0]).unwrap();
    let returned = world.returned(&left, 2);
    let expected: Vec<[i64; 2]> = parent
        .plain()
        .iter()
        .zip(child.plain())
        .map(|(parent, child)| [0, 1].map(|k: usize| parent[k] - child[k]))
        .collect();
    assert_eq!(expected[1], [0, 0]);
    assert_eq!(world.opened(&returned), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn sums_of_set_a_are_exact(case in case::<Native>()) {
        sums_are_exact::<Native>(case);
    }

    #[test]
    fn sums_of_set_b_are_exact(case in case::<PrimePair>()) {
        sums_are_exact::<PrimePair>(case);
    }
}

#[test]
fn a_child_is_taken_from_its_parent() {
    subtraction_leaves_the_other_rows::<Native>();
    subtraction_leaves_the_other_rows::<PrimePair>();
}

#[test]
fn ciphertexts_of_several_holders_add_up_before_they_are_opened() {
    let mut world = World::<Native>::new(4, 6);
    let tables = [500, 2000, 1].map(|rows| Table::random(rows, 4, &mut world.rng));
    let wanted = [0, 2, 3].map(Wanted::exact);
    let mut words = vec![0u64; Residues::count(3)];
    let mut expected = [[0; 2]; 3];
    for table in &tables {
        let raw = world.raw(table).remove(0);
        let share = FloodShare::among(3);
        let residues = world
            .refresher
            .refresh_residues(&raw, &wanted, share, &mut world.rng)
            .unwrap();
        for (word, other) in words.iter_mut().zip(residues.words()) {
            *word = word.wrapping_add(*other);
        }
        let plain = table.plain();
        for (expected, wanted) in expected.iter_mut().zip(&wanted) {
            let sums = plain[usize::from(wanted.slot)];
            *expected = [0, 1].map(|k: usize| expected[k] + sums[k]);
        }
    }
    let short = Residues::new(world.packing, vec![0, 2], words.clone());
    assert_eq!(short, Err(LweError::Slots));
    let sum = Residues::new(world.packing, vec![0, 2, 3], words).unwrap();
    let bound = 1 << 28;
    let allowed = [-bound..=bound, -bound..=bound];
    let opened = world
        .keys
        .open_residues(world.packing, &sum, &allowed)
        .unwrap();
    assert_eq!(opened.iter().map(|o| o.sums).collect::<Vec<_>>(), expected);
}

#[test]
fn smaller_sums_stand_higher_above_the_noise_and_come_out_alike() {
    fn check<R: Ring>(below: u32) {
        let mut world = World::<R>::new(8, 11);
        let table = Table::random(1000, 8, &mut world.rng);
        let packing = world.packing.with_sums_below::<R>(below).unwrap();
        assert!(packing.scale_log2::<R>() > world.packing.scale_log2::<R>());
        world.packing = packing;
        let raw = world.raw(&table);
        let returned = world.returned(&raw, 8);
        assert_eq!(world.opened(&returned), table.plain());
    }
    check::<Native>(21);
    check::<Native>(23);
    check::<PrimePair>(21);
    check::<PrimePair>(30);
}
