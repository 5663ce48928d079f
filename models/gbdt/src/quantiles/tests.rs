//! Laws of the common cut points.

use proptest::prelude::*;

use super::{Cells, Descent, Grid, QUANTILE_ROUNDS, Wanted, count};

/// Cuts one column whose values lie at several parties; gives the rounds that it took, too.
fn cut(grid: Grid, parties: &[Vec<f64>], bins: usize, min_node: u64) -> (Vec<f64>, u32) {
    let grids = [Some(grid)];
    let rows = parties.iter().map(|values| values.len() as u64).sum();
    let wanted = Wanted { bins, min_node };
    let mut descent = Descent::begin(&grids, rows);
    let mut rounds = 0;
    let mut asked: Vec<Cells> = Vec::new();
    while let Some(cells) = descent.asks(&grids, wanted) {
        assert!(cells.suit(&grids, bins) && cells.are_of_round(rounds, &grids));
        assert!(rounds == 0 || cells.are_parts_of(&asked));
        let mut counts = vec![0; cells.counts()];
        for values in parties {
            let own = count(&grids, &[values], &cells);
            counts
                .iter_mut()
                .zip(own)
                .for_each(|(sum, rows)| *sum += rows);
        }
        descent = descent.refine(&cells, &counts).unwrap();
        asked.push(cells);
        rounds += 1;
    }
    let cuts = descent.cuts(&grids, bins).remove(0);
    assert!(cuts.iter().all(|cut| grid.has_cut(*cut)), "{cuts:?}");
    (cuts, rounds)
}

/// Gives the rows in each bin.
fn sizes(cuts: &[f64], parties: &[Vec<f64>]) -> Vec<usize> {
    let mut sizes = vec![0; cuts.len() + 1];
    for value in parties.iter().flatten().filter(|value| !value.is_nan()) {
        sizes[cuts.partition_point(|cut| cut < value)] += 1;
    }
    sizes
}

fn numbers(low: f64, high: f64) -> Grid {
    Grid::new(low, high, false)
}

/// Values and the parties that hold them.
fn held(values: impl Strategy<Value = f64>) -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop::collection::vec(prop::collection::vec(values, 0..200), 1..4)
}

proptest! {
    #[test]
    fn few_values_have_a_bin_each(
        distinct in prop::collection::btree_set(0..1_000_000_i32, 1..31),
        seed: u64,
    ) {
        // Every value three times, at two parties, and some missing.
        let distinct: Vec<f64> = distinct.into_iter().map(f64::from).collect();
        let mut parties = vec![distinct.clone(), distinct.clone()];
        parties[0].extend(&distinct);
        parties[usize::from(seed % 2 == 1)].push(f64::NAN);
        let (cuts, rounds) = cut(numbers(-5.0, 1e6), &parties, 31, 2);
        prop_assert!(rounds <= QUANTILE_ROUNDS);
        prop_assert_eq!(sizes(&cuts, &parties), vec![3; distinct.len()]);
    }

    #[test]
    fn whole_numbers_are_cut_halfway(values in held((0..=120).prop_map(f64::from))) {
        let (cuts, rounds) = cut(Grid::new(0.0, 120.0, true), &values, 255, 2);
        prop_assert!(cuts.iter().all(|cut| (cut - 0.5).fract() == 0.0));
        prop_assert_eq!(rounds, 1);
        let mut distinct: Vec<u64> = values.iter().flatten().map(|x| x.to_bits()).collect();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(cuts.len() + 1, distinct.len().max(1));
    }

    #[test]
    fn no_bin_of_many_values_is_far_from_its_share(
        values in held((0.0..1.0_f64).prop_map(|x| x.powi(3) * 1e4)),
        bins in 15..64_usize,
    ) {
        let rows = values.iter().flatten().count();
        prop_assume!(rows > 4 * bins);
        let (cuts, _) = cut(numbers(0.0, 1e4), &values, bins, 2);
        let largest = sizes(&cuts, &values).into_iter().max().unwrap_or(0);
        let share = rows as f64 / bins as f64;
        prop_assert!(largest as f64 <= 1.25 * share + 2.0, "{} of {}", largest, share);
        prop_assert_eq!(cuts.len() + 1, bins);
    }

    #[test]
    fn cuts_rise_and_lie_in_the_range(
        values in held(-3.0..1e-3_f64),
        bins in 15..256_usize,
        min_node in 2..100_u64,
    ) {
        let (cuts, _) = cut(numbers(-3.0, 1e-3), &values, bins, min_node);
        prop_assert!(cuts.len() < bins);
        prop_assert!(cuts.is_sorted_by(|a, b| a < b));
        prop_assert!(cuts.iter().all(|cut| (-3.0..1e-3).contains(cut)));
    }

    #[test]
    fn whole_numbers_of_wide_ranges_are_cut_too(
        values in held((0..=1_u64 << 40).prop_map(|x| x as f64)),
    ) {
        let (cuts, _) = cut(Grid::new(-0.5, 2_f64.powi(40), true), &values, 31, 2);
        prop_assert!(cuts.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_range_of_fewer_numbers_than_cells_is_cut_between_them(
        values in held((0..4_000_u64).prop_map(|x| f64::from_bits(1_f64.to_bits() + x))),
        bins in 15..256_usize,
    ) {
        let (cuts, _) = cut(numbers(1.0, 1.0 + 1e-12), &values, bins, 2);
        prop_assert!(cuts.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn it_does_not_matter_who_holds_a_row(values in held(0.0..50.0_f64)) {
        let pooled = vec![values.concat()];
        let grid = numbers(0.0, 50.0);
        prop_assert_eq!(cut(grid, &values, 31, 2), cut(grid, &pooled, 31, 2));
    }
}

#[test]
fn a_frequent_value_does_not_cost_the_others_their_bins() {
    let mut values = vec![0.0; 9_000];
    values.extend((0..1_000).map(|x| f64::from(x) + 0.25));
    let (cuts, _) = cut(numbers(0.0, 1e6), &[values.clone()], 31, 2);
    let sizes = sizes(&cuts, &[values]);
    assert_eq!(sizes.len(), 31);
    assert_eq!(sizes[0], 9_000);
    assert!(
        sizes[1..].iter().all(|rows| (30..=37).contains(rows)),
        "{sizes:?}"
    );
}

#[test]
fn a_cell_of_too_few_rows_is_not_broken_down() {
    let values = vec![1.0, 2.0, 3.0, 1000.0];
    let (cuts, rounds) = cut(numbers(0.0, 1e6), std::slice::from_ref(&values), 31, 5);
    assert_eq!((cuts.len(), rounds), (0, 1));
    let (cuts, _) = cut(numbers(0.0, 1e6), &[values], 31, 3);
    assert_eq!(cuts.len(), 3);
}

#[test]
fn cut_points_beside_the_grid_are_none() {
    let unit = numbers(0.0, 1.0);
    for cut in [
        0.5,
        0.5_f64.next_down(),
        2_f64.powi(-23),
        1.0 - 2_f64.powi(-23),
    ] {
        assert!(unit.has_cut(cut), "{cut}");
    }
    for cut in [0.3, 0.5_f64.next_up(), 0.0, 2_f64.powi(-24), -0.5, 1.0, 1.5] {
        assert!(!unit.has_cut(cut), "{cut}");
    }
    let years = Grid::new(0.0, 120.0, true);
    for (cut, is_one) in [
        (40.5, true),
        (119.5, true),
        (40.25, false),
        (120.5, false),
        (-0.5, false),
    ] {
        assert_eq!(years.has_cut(cut), is_one, "{cut}");
    }
    // Of whole numbers that lie in one of the finest cells, none is told apart.
    let wide = Grid::new(0.0, 2_f64.powi(30), true);
    assert!(wide.has_cut(127.5) && !wide.has_cut(126.5));
}

#[test]
fn a_column_of_zeros_and_ones_is_not_counted() {
    let descent = Descent::begin(&[None], 10);
    let wanted = Wanted {
        bins: 31,
        min_node: 2,
    };
    assert_eq!(descent.asks(&[None], wanted), None);
    assert_eq!(descent.cuts(&[None], 31), [[0.5]]);
}

#[test]
fn counts_that_no_rows_have_are_refused() {
    let grids = [Some(numbers(0.0, 1.0))];
    let wanted = Wanted {
        bins: 31,
        min_node: 2,
    };
    let descent = Descent::begin(&grids, 10);
    let cells = descent.asks(&grids, wanted).unwrap();
    let mut counts = vec![0; cells.counts()];
    counts[3] = 11;
    assert!(descent.clone().refine(&cells, &counts).is_none());
    assert!(descent.clone().refine(&cells, &counts[1..]).is_none());
    counts[3] = u64::MAX;
    counts[4] = 2;
    assert!(descent.clone().refine(&cells, &counts).is_none());
    // The parts of a cell have the rows of the cell.
    (counts[3], counts[4]) = (9, 0);
    let finer = descent.refine(&cells, &counts).unwrap();
    let cells = finer.asks(&grids, wanted).unwrap();
    let mut counts = vec![0; cells.counts()];
    counts[0] = 8;
    assert!(finer.refine(&cells, &counts).is_none());
}

#[test]
fn cells_that_no_round_has_are_refused() {
    let grids = [Some(numbers(0.0, 1.0)), None];
    let cells = |numbers: &[u32]| {
        let cells = numbers.iter().map(|number| (*number).try_into().unwrap());
        Cells(vec![cells.collect(), Vec::new()])
    };
    assert!(cells(&[1]).suit(&grids, 15));
    assert!(cells(&[256, 257]).suit(&grids, 15));
    // Overlapping, unordered, the finest, too many, of a column that is not counted.
    assert!(!cells(&[1, 256]).suit(&grids, 15));
    assert!(!cells(&[257, 256]).suit(&grids, 15));
    assert!(!cells(&[1 << 23]).suit(&grids, 15));
    assert!(!cells(&(256..300).collect::<Vec<_>>()).suit(&grids, 15));
    assert!(!Cells(cells(&[1]).0.into_iter().rev().collect()).suit(&grids, 15));
    assert!(!Cells(vec![Vec::new()]).suit(&grids, 15));
}
