//! What holds of all rows.

use consilium_base::Seed;
use consilium_gbdt::{
    BinRule, Binned, Cuts, EarlyStopping, Fork, Histogram, Layout, NodeId, Objective, Quanta,
    Quantum, RowSampling, Rows, Segment, Side, SumBits, Sums, Table, Totals, local,
};
use proptest::prelude::*;

use crate::world::{Draws, OBJECTIVES, boosting, column, on, specification, table, values};

fn segment(rows: usize) -> Segment {
    Segment {
        seed: Seed::from_bytes([3; 32]),
        rows,
    }
}

/// Adds up rounded gradients by column and bin, as plainly as can be.
fn plain_histogram(
    rows: &[u32],
    sums: impl Fn(u32) -> Sums,
    binned: &Binned,
    layout: &Layout,
) -> Vec<Sums> {
    let mut cells = vec![Sums::default(); layout.cells()];
    for (column, bins) in layout.columns() {
        for &row in rows {
            let bin = usize::from(binned.bin(row as usize, column).unwrap());
            cells[bins.start + bin] += sums(row);
        }
    }
    cells
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn histograms_are_plain_sums_and_a_parent_is_the_sum_of_its_children(
        objective in prop::sample::select(&OBJECTIVES[..]),
        seed: u64,
        rows in 1_usize..300,
        columns in prop::sample::subsequence(vec![0_usize, 1, 2, 3], 1..=4),
        bin in 1_u8..8,
        missing in prop::sample::select(vec![Side::Left, Side::Right]),
    ) {
        let table = table(objective, rows, seed);
        let boosting = boosting(specification(objective));
        let cuts = Cuts::of(table.values(), 16).unwrap();
        let mut state = Rows::new(&boosting, &table, &cuts, vec![segment(rows)]).unwrap();
        state.begin(0.3);
        let drawn = state.draw(0);
        let quanta = Quanta::choose(drawn.totals(), SumBits::WIDEST).unwrap();
        let mut partition = state.round(&drawn, quanta);
        let layout = Layout::new(&cuts, &columns);
        let mut parent = partition.histogram(NodeId::ROOT, state.binned(), &layout);
        let fork = Fork {
            node: NodeId::ROOT,
            choice: BinRule { column: 0, bin, missing },
            left: NodeId(1),
            right: NodeId(2),
        };
        let counts = partition.fork(state.binned(), &fork).unwrap();
        prop_assert_eq!(counts.0 + counts.1, rows as u64);
        let children = [NodeId(1), NodeId(2)]
            .map(|node| partition.histogram(node, state.binned(), &layout));
        for node in [NodeId::ROOT, NodeId(1), NodeId(2)] {
            let built = partition.histogram(node, state.binned(), &layout);
            let plain = plain_histogram(
                partition.node(node),
                |row| partition.sums(row),
                state.binned(),
                &layout,
            );
            prop_assert_eq!(built.sums().collect::<Vec<_>>(), plain);
        }
        let added: Vec<Sums> = children[0].sums().zip(children[1].sums()).map(|(a, b)| a + b).collect();
        prop_assert_eq!(parent.sums().collect::<Vec<_>>(), added);
        parent.subtract(&children[0]);
        prop_assert_eq!(&parent, &children[1]);
        prop_assert_eq!(Histogram::from_sums(parent.sums()), Some(parent));
    }

    #[test]
    fn narrow_columns_that_share_a_byte_are_told_apart(
        seed: u64,
        distinct in prop::collection::vec(1_u8..18, 1..24),
        missing in prop::collection::vec(any::<bool>(), 24),
        asked in prop::collection::vec(any::<bool>(), 24),
    ) {
        let mut draws = Draws::new(seed);
        let columns: Vec<Vec<f64>> = distinct.iter().zip(missing).map(|(distinct, missing)| {
            let mut value = || {
                let is_missing = missing && draws.next() < 0.2;
                if is_missing { f64::NAN } else { (draws.next() * f64::from(*distinct)).floor() }
            };
            (0..90).map(|_| value()).collect()
        }).collect();
        let values = || columns.iter().map(Vec::as_slice);
        let cuts = Cuts::of(values(), 32).unwrap();
        let binned = Binned::new(&cuts, values());
        for (place, (values, cuts)) in values().zip(cuts.iter()).enumerate() {
            for (row, value) in values.iter().enumerate() {
                let above = cuts.iter().filter(|cut| *cut < value).count() + 1;
                let bin = if value.is_nan() { 0 } else { above };
                prop_assert_eq!(binned.bin(row, place).map(usize::from), Some(bin));
            }
        }
        let asked: Vec<usize> = (0..columns.len()).filter(|column| asked[*column]).collect();
        let layout = Layout::new(&cuts, &asked);
        let labels = (0..90).map(|_| draws.next()).collect();
        let named = (0..).zip(&columns).map(|(place, values)| column(&format!("{place}"), values.clone()));
        let table = Table::new(Objective::Squared, named.collect(), labels).unwrap();
        let boosting = boosting(specification(Objective::Squared));
        let rows = Rows::new(&boosting, &table, &cuts, vec![segment(90)]).unwrap();
        let drawn = rows.draw(0);
        let quanta = Quanta::choose(drawn.totals(), SumBits::WIDEST).unwrap();
        let mut partition = rows.round(&drawn, quanta);
        let choice = BinRule { column: 0, bin: 1, missing: Side::Right };
        let fork = Fork { node: NodeId::ROOT, choice, left: NodeId(1), right: NodeId(2) };
        partition.fork(&binned, &fork).unwrap();
        for node in [NodeId::ROOT, NodeId(1), NodeId(2)] {
            let built = partition.histogram(node, &binned, &layout);
            let plain = plain_histogram(partition.node(node), |row| partition.sums(row), &binned, &layout);
            prop_assert_eq!(built.sums().collect::<Vec<_>>(), plain);
        }
    }

    #[test]
    fn the_quantum_is_the_finest_in_which_no_sum_overflows(
        exponent in -800.0..250.0_f64,
        (bits, rows) in (9_u8..=29).prop_flat_map(|bits| (Just(bits), 0_u64..1 << (bits - 1))),
    ) {
        let total = exponent.exp2();
        let quantum = Quantum::choose(total, rows, SumBits::new(bits).unwrap()).unwrap();
        let cap = f64::from(1_u32 << bits) - rows as f64;
        prop_assert!(total / quantum.unit() < cap);
        prop_assert!(total / (quantum.unit() / 2.0) >= cap);
        let exponent = i32::from(quantum);
        prop_assert_eq!(Quantum::try_from(exponent), Ok(quantum));
    }

    #[test]
    fn rounded_gradients_never_overflow_and_are_near_the_reals(
        objective in prop::sample::select(&OBJECTIVES[..]),
        seed: u64,
        rows in 1_usize..200,
        bits in 9_u8..=29,
    ) {
        let table = table(objective, rows, seed);
        let boosting = boosting(specification(objective));
        let cuts = Cuts::of(table.values(), 16).unwrap();
        let state = Rows::new(&boosting, &table, &cuts, vec![segment(rows)]).unwrap();
        let drawn = state.draw(7);
        let quanta = Quanta::choose(drawn.totals(), SumBits::new(bits).unwrap()).unwrap();
        let partition = state.round(&drawn, quanta);
        let mut absolute = Sums::default();
        for (row, label) in (0..).zip(table.labels()) {
            let slope = objective.slope(*label, 0.0);
            let sums = partition.sums(row);
            prop_assert!((quanta.g.real(sums.g) - slope.g).abs() < quanta.g.unit());
            prop_assert!((quanta.h.real(sums.h) - slope.h).abs() < quanta.h.unit());
            prop_assert!(sums.h >= 0);
            absolute += Sums { g: sums.g.abs(), h: sums.h };
        }
        prop_assert!(absolute.g < 1 << bits && absolute.h < 1 << bits);
        prop_assert!(partition.root().plausible());
    }

    #[test]
    fn every_value_is_in_the_bin_between_its_cut_points(values in values(60), bins in 16_u16..40) {
        let cuts = Cuts::of([&values[..]], bins).unwrap();
        let binned = Binned::new(&cuts, [&values[..]]);
        prop_assert!(cuts.bins(0) <= usize::from(bins));
        for (row, value) in values.iter().enumerate() {
            let bin = binned.bin(row, 0).unwrap();
            if value.is_nan() {
                prop_assert_eq!(bin, 0);
                continue;
            }
            let upper = cuts.threshold(0, bin);
            let lower = cuts.threshold(0, bin - 1);
            prop_assert!(upper.is_none_or(|upper| *value <= upper));
            prop_assert!(lower.is_none_or(|lower| *value > lower));
        }
    }

    #[test]
    fn few_distinct_values_have_a_bin_each(values in values(15)) {
        let cuts = Cuts::of([&values[..]], 17).unwrap();
        let mut distinct: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
        distinct.sort_by(f64::total_cmp);
        distinct.dedup_by(|a, b| *a == *b);
        prop_assert_eq!(cuts.bins(0), distinct.len().max(1) + 1);
    }

    #[test]
    fn quantile_bins_hold_about_equal_counts(seed: u64, rows in 500_usize..2_000) {
        let mut draws = Draws::new(seed);
        let values: Vec<f64> = (0..rows).map(|_| draws.next()).collect();
        let cuts = Cuts::of([&values[..]], 32).unwrap();
        let binned = Binned::new(&cuts, [&values[..]]);
        let mut counts = vec![0_usize; cuts.bins(0)];
        for row in 0..rows {
            counts[usize::from(binned.bin(row, 0).unwrap())] += 1;
        }
        prop_assert_eq!(counts.len(), 32);
        let even = rows / 31;
        prop_assert!(counts[1..].iter().all(|count| (even..=even + 2).contains(count)), "{counts:?}");
    }
}

#[test]
fn g_and_h_are_the_derivatives_of_the_loss() {
    const STEP: f64 = 1e-4;
    for objective in OBJECTIVES {
        let labels: &[f64] = match objective {
            Objective::Logistic => &[0.0, 1.0],
            Objective::Gamma => &[0.5, 3.0],
            _ => &[0.0, 1.0, 4.0],
        };
        // The second derivative of Poisson's loss is damped.
        let damped = match objective {
            Objective::Poisson => 0.7_f64.exp(),
            _ => 1.0,
        };
        for label in labels {
            for margin in [-3.0, -0.5, 0.0, 0.7, 2.5] {
                let at = |margin: f64| objective.slope(*label, margin);
                let (below, here, above) = (at(margin - STEP), at(margin), at(margin + STEP));
                let first = (above.loss - below.loss) / (2.0 * STEP);
                let second = (above.g - below.g) / (2.0 * STEP);
                assert!(
                    (here.g - first).abs() < 1e-6 * (1.0 + first.abs()),
                    "{objective:?}"
                );
                assert!(
                    (here.h - damped * second).abs() < 1e-6 * (1.0 + here.h),
                    "{objective:?}"
                );
            }
        }
    }
}

#[test]
fn extreme_margins_have_finite_slopes() {
    for objective in OBJECTIVES {
        for margin in [-1e300, -800.0, 800.0, 1e300] {
            let slope = objective.slope(1.0, margin);
            let logistic_or_log = objective != Objective::Squared;
            assert!(slope.g.is_finite() && slope.h >= 0.0 && slope.h.is_finite());
            assert!(slope.loss.is_finite() || !logistic_or_log);
        }
    }
}

#[test]
fn the_base_score_is_the_link_of_the_mean() {
    for objective in OBJECTIVES {
        let base = objective.base_score(0.3);
        assert!((objective.mean(base) - 0.3).abs() < 1e-5, "{objective:?}");
        // Sums in fixed point differ in their last digits.
        assert_eq!(objective.base_score(0.3 + 1e-13), base);
        assert!(objective.base_score(0.0).is_finite());
    }
}

/// The columns of both tables, one below the other.
fn concatenated(objective: Objective, tables: [&Table; 2]) -> Table {
    let columns = tables[0].columns().iter().zip(tables[1].columns());
    let columns = columns.map(|(a, b)| column(&a.name, [&a.values[..], &b.values].concat()));
    let labels = [tables[0].labels(), tables[1].labels()].concat();
    Table::new(objective, columns.collect(), labels).unwrap()
}

#[test]
fn rows_of_two_parties_are_rounded_and_drawn_as_by_each_alone() {
    let objective = Objective::Logistic;
    let tables = [table(objective, 150, 1), table(objective, 90, 2)];
    let pooled = concatenated(objective, [&tables[0], &tables[1]]);
    let cuts = Cuts::of(pooled.values(), 32).unwrap();
    let seeds = [[1; 32], [2; 32]];
    let segment = |party: usize| Segment {
        seed: Seed::from_bytes(seeds[party]),
        rows: tables[party].rows(),
    };
    for rows in [
        RowSampling::All,
        RowSampling::Share(0.5),
        RowSampling::Goss {
            top: 0.2,
            other: 0.3,
        },
    ] {
        let boosting = boosting(consilium_gbdt::Specification {
            rows,
            early_stopping: Some(EarlyStopping {
                share: 0.2,
                patience: 3,
            }),
            ..specification(objective)
        });
        let all = vec![segment(0), segment(1)];
        let mut together = Rows::new(&boosting, &pooled, &cuts, all).unwrap();
        together.begin(0.1);
        let mut apart: Vec<Rows> = (0..2)
            .map(|party| Rows::new(&boosting, &tables[party], &cuts, vec![segment(party)]).unwrap())
            .collect();
        let mut totals = Totals::default();
        for rows in &mut apart {
            rows.begin(0.1);
            let drawn = rows.draw(4).totals();
            totals.g += drawn.g;
            totals.h += drawn.h;
            totals.rows += drawn.rows;
        }
        let quanta = Quanta::choose(totals, SumBits::WIDEST).unwrap();
        let drawn = together.draw(4);
        assert_eq!(drawn.totals().rows, totals.rows);
        assert_eq!(
            Quanta::choose(drawn.totals(), SumBits::WIDEST),
            Some(quanta)
        );
        let pooled_partition = together.round(&drawn, quanta);
        let mut begin = 0;
        for rows in &apart {
            let partition = rows.round(&rows.draw(4), quanta);
            let number = u32::try_from(rows.binned().rows()).unwrap();
            for row in 0..number {
                assert_eq!(partition.sums(row), pooled_partition.sums(begin + row));
            }
            begin += number;
        }
    }
}

#[test]
fn goss_keeps_the_total_of_the_gradients_on_average() {
    let objective = Objective::Squared;
    let table = table(objective, 2_000, 5);
    let cuts = Cuts::of(table.values(), 32).unwrap();
    let boosting = boosting(consilium_gbdt::Specification {
        rows: RowSampling::Goss {
            top: 0.1,
            other: 0.2,
        },
        ..specification(objective)
    });
    let rows = Rows::new(&boosting, &table, &cuts, vec![segment(2_000)]).unwrap();
    let plain: f64 = table
        .labels()
        .iter()
        .map(|label| objective.slope(*label, 0.0).g.abs())
        .sum();
    let mean = (0..50).map(|tree| rows.draw(tree).totals().g).sum::<f64>() / 50.0;
    let number = (0..50)
        .map(|tree| rows.draw(tree).totals().rows)
        .sum::<u64>()
        / 50;
    assert!((mean / plain - 1.0).abs() < 0.01, "{mean} {plain}");
    assert!((580..=620).contains(&number), "{number}");
}

#[test]
fn a_tree_adds_the_same_by_its_leaves_and_by_its_rules() {
    let objective = Objective::Logistic;
    let table = table(objective, 300, 8);
    let fit = local::fit(&boosting(specification(objective)), &table, on).unwrap();
    let columns: Vec<&[f64]> = table.values().collect();
    let margins = fit.model.margins(&columns);
    for row in 0..table.rows() {
        let values: Vec<f64> = columns.iter().map(|values| values[row]).collect();
        assert_eq!(fit.model.margin(&values).to_bits(), margins[row].to_bits());
    }
    let loss = |(label, margin): (&f64, &f64)| objective.slope(*label, *margin).loss;
    let mean = table.labels().iter().zip(&margins).map(loss).sum::<f64>() / 300.0;
    assert!((mean - fit.losses.last().unwrap().trained).abs() < 1e-12);
}
