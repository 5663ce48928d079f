//! Gradients of a few bits: few levels, right in the mean, nothing cut off.

use consilium_base::Seed;
use consilium_gbdt::{
    Boosting, Cuts, Objective, Partition, Quanta, RowSampling, Rows, Segment, SumBits, Table,
};
use proptest::prelude::*;

use crate::world::{OBJECTIVES, boosting, specification, table};

fn of_bits(objective: Objective, gradient_bits: Option<u8>, rows: RowSampling) -> Boosting {
    boosting(consilium_gbdt::Specification {
        gradient_bits,
        rows,
        ..specification(objective)
    })
}

/// A table's rows at some margin.
fn at(boosting: &Boosting, table: &Table, margin: f64) -> Rows {
    let cuts = Cuts::of(table.values(), 16).unwrap();
    let segment = Segment {
        seed: Seed::from_bytes([3; 32]),
        rows: table.rows(),
    };
    let mut rows = Rows::new(boosting, table, &cuts, vec![segment]).unwrap();
    rows.begin(margin);
    rows
}

/// The rounded rows of a tree, and its quanta.
fn rounded(boosting: &Boosting, rows: &Rows, tree: u32) -> (Partition, Quanta) {
    let drawn = rows.draw(tree);
    let quanta = Quanta::of(boosting, drawn.totals(), SumBits::WIDEST).unwrap();
    (rows.round(&drawn, quanta), quanta)
}

proptest! {
    #[test]
    fn a_logistic_gradient_has_as_many_levels_as_its_bits(
        bits in 2_u8..=8, margin in -60.0..60.0_f64, seed: u64,
    ) {
        let table = table(Objective::Logistic, 100, seed);
        let boosting = of_bits(Objective::Logistic, Some(bits), RowSampling::All);
        let (partition, quanta) = rounded(&boosting, &at(&boosting, &table, margin), 0);
        let most_g = (1 << (bits - 1)) - 1;
        let most_h = (1 << bits) - 1;
        for row in 0..100 {
            let sums = partition.sums(row);
            prop_assert!(sums.g.abs() <= most_g && (0..=most_h).contains(&sums.h), "{:?}", sums);
        }
        // No finer power of two would do for gradients of 1 and curvatures of 1/4.
        prop_assert!(2.0 / quanta.g.unit() > most_g as f64);
        prop_assert!(0.5 / quanta.h.unit() > most_h as f64);
    }

    #[test]
    fn whatever_the_objective_no_row_is_farther_off_than_a_quantum_and_no_quantum_is_finer(
        objective in prop::sample::select(&OBJECTIVES[..]),
        bits in 2_u8..=8, margin in -3.0..3.0_f64, seed: u64,
    ) {
        let table = table(objective, 150, seed);
        let boosting = of_bits(objective, Some(bits), RowSampling::All);
        let rows = at(&boosting, &table, margin);
        let (partition, quanta) = rounded(&boosting, &rows, 1);
        for (row, label) in (0..).zip(table.labels()) {
            let (sums, slope) = (partition.sums(row), objective.slope(*label, margin));
            prop_assert!((quanta.g.real(sums.g) - slope.g).abs() < quanta.g.unit());
            prop_assert!((quanta.h.real(sums.h) - slope.h).abs() < quanta.h.unit());
        }
        let finest = Quanta::choose(rows.draw(1).totals(), SumBits::WIDEST).unwrap();
        prop_assert!(quanta.g.unit() >= finest.g.unit() && quanta.h.unit() >= finest.h.unit());
    }
}

#[test]
fn rounded_gradients_are_right_in_the_mean() {
    const TREES: u32 = 4_000;
    let table = table(Objective::Logistic, 40, 5);
    let boosting = of_bits(Objective::Logistic, Some(2), RowSampling::All);
    let rows = at(&boosting, &table, 0.7);
    let mut means = vec![[0.0; 2]; 40];
    let mut told = Vec::new();
    for tree in 0..TREES {
        let (partition, quanta) = rounded(&boosting, &rows, tree);
        told.push([quanta.g, quanta.h].map(i32::from));
        for (row, mean) in (0..).zip(&mut means) {
            let sums = partition.sums(row);
            mean[0] += quanta.g.real(sums.g) / f64::from(TREES);
            mean[1] += quanta.h.real(sums.h) / f64::from(TREES);
        }
    }
    assert!(told.iter().all(|exponents| *exponents == [0, -3]));
    for (mean, label) in means.iter().zip(table.labels()) {
        let slope = Objective::Logistic.slope(*label, 0.7);
        // A rounding is off by half of a unit at most in the mean square; six deviations, and the
        // seed is fixed.
        for (mean, real, unit) in [(mean[0], slope.g, 1.0), (mean[1], slope.h, 0.125)] {
            let most = 6.0 * unit / 2.0 / f64::from(TREES).sqrt();
            assert!((mean - real).abs() < most, "{mean} {real}");
        }
    }
}

#[test]
fn rows_that_count_more_have_more_levels_and_are_not_cut_off() {
    let goss = RowSampling::Goss {
        top: 0.2,
        other: 0.1,
    };
    let table = table(Objective::Logistic, 400, 5);
    let boosting = of_bits(Objective::Logistic, Some(2), goss);
    let rows = at(&boosting, &table, 0.0);
    let (partition, quanta) = rounded(&boosting, &rows, 0);
    assert_eq!([quanta.g, quanta.h].map(i32::from), [0, -3]);
    let drawn = partition.node(consilium_gbdt::NodeId::ROOT);
    // Gradients of a half count eight times where they are not among the largest.
    let sizes = drawn.iter().map(|row| partition.sums(*row).g.abs());
    assert_eq!(sizes.max(), Some(4));
}

#[test]
fn without_bits_the_quanta_are_the_finest() {
    for objective in OBJECTIVES {
        let table = table(objective, 100, 2);
        let boosting = of_bits(objective, None, RowSampling::All);
        let totals = at(&boosting, &table, 0.1).draw(0).totals();
        let finest = Quanta::choose(totals, SumBits::WIDEST);
        assert_eq!(Quanta::of(&boosting, totals, SumBits::WIDEST), finest);
    }
}
