//! Splits against a search through all of them.

use consilium_gbdt::{
    BinRule, Binned, Bounds, Criterion, Cuts, Direction, Histogram, Layout, Objective, Place,
    Quanta, Quantum, Side, Specification, Sums, best_split,
};
use proptest::prelude::*;

use crate::world::{boosting, values};

#[derive(Clone, Debug)]
struct Row {
    g: i64,
    h: i64,
}

fn quanta() -> Quanta {
    let unit = Quantum::try_from(0).unwrap();
    Quanta { g: unit, h: unit }
}

fn histogram(binned: &Binned, layout: &Layout, rows: &[Row]) -> Histogram {
    let mut sums = vec![Sums::default(); layout.cells()];
    for (column, bins) in layout.columns() {
        for (place, row) in rows.iter().enumerate() {
            let bin = usize::from(binned.bin(place, column).unwrap());
            sums[bins.start + bin] += Sums { g: row.g, h: row.h };
        }
    }
    Histogram::from_sums(sums).unwrap()
}

fn sums<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Sums {
    rows.into_iter().fold(Sums::default(), |sums, row| {
        sums + Sums { g: row.g, h: row.h }
    })
}

/// The objective of XGBoost's paper, minimised over the leaf's value by ever narrower search.
fn best_loss(sums: Sums, spec: &Specification) -> f64 {
    let (g, h) = (sums.g as f64, sums.h as f64);
    let loss = |w: f64| g * w + 0.5 * (h + spec.lambda) * w * w + spec.alpha * w.abs();
    let (mut low, mut high) = (-1e3, 1e3);
    for _ in 0..200 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if loss(a) < loss(b) { high = b } else { low = a }
    }
    loss(f64::midpoint(low, high))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_best_split_is_the_best_of_all(
        first in values(14),
        second in values(14),
        rows in prop::collection::vec((-50_i64..50, 1_i64..20).prop_map(|(g, h)| Row { g, h }), 14),
        lambda in prop::sample::select(vec![0.5, 1.0, 10.0]),
        alpha in prop::sample::select(vec![0.0, 5.0]),
        min_child_weight in prop::sample::select(vec![0.0, 30.0]),
    ) {
        let spec = Specification {
            lambda,
            alpha,
            min_child_weight,
            ..Specification::new(Objective::Squared)
        };
        let cuts = Cuts::of([&first[..], &second[..]], 16).unwrap();
        let binned = Binned::new(&cuts, [&first[..], &second[..]]);
        let layout = Layout::new(&cuts, &[0, 1]);
        let histogram = histogram(&binned, &layout, &rows);
        let criterion = Criterion::new(&boosting(spec.clone()), quanta());
        let whole = sums(&rows);
        let place = Place { sums: whole, rows: 14, depth: 0, bounds: Bounds::NONE };
        let found = best_split(&criterion, &place, &layout, &histogram, &[]);
        let mut best: Option<(f64, BinRule)> = None;
        for column in 0..2_u32 {
            for bin in 1..cuts.bins(column as usize) - 1 {
                for missing in [Side::Right, Side::Left] {
                    let bin = u8::try_from(bin).unwrap();
                    let rule = BinRule { column, bin, missing };
                    let goes_left = |place: usize| {
                        rule.goes_left(binned.bin(place, column as usize).unwrap())
                    };
                    let side = |left: bool| {
                        sums(rows.iter().enumerate().filter(|(place, _)| goes_left(*place) == left).map(|(_, row)| row))
                    };
                    let (left, right) = (side(true), side(false));
                    let least = left.h.min(right.h) as f64;
                    let gain = 2.0 * (best_loss(whole, &spec) - best_loss(left, &spec) - best_loss(right, &spec));
                    if least >= min_child_weight && gain > best.map_or(1e-7, |(gain, _)| gain + 1e-7) {
                        best = Some((gain, rule));
                    }
                }
            }
        }
        match (found, best) {
            (Some(found), Some((gain, _))) => {
                prop_assert!((found.gain - gain).abs() < 1e-5 * (1.0 + gain), "{found:?} {best:?}");
                let rule = found.choice;
                let values = [&first, &second][rule.column as usize];
                let left = (0..14).filter(|place| rule.goes_left(binned.bin(*place, rule.column as usize).unwrap()));
                prop_assert_eq!(found.left, sums(left.map(|place| &rows[place])));
                if values.iter().all(|value| !value.is_nan()) {
                    let right = whole - found.left;
                    let heavier = if found.left.h > right.h { Side::Left } else { Side::Right };
                    prop_assert_eq!(rule.missing, heavier);
                }
            }
            (found, best) => prop_assert!(found.is_none_or(|found| found.gain < 1e-6) && best.is_none()),
        }
    }

    #[test]
    fn a_split_found_among_many_has_the_gain_of_one_looked_at_alone(
        rows in prop::collection::vec((-50_i64..50, 1_i64..20).prop_map(|(g, h)| Row { g, h }), 14),
        lambda in prop::sample::select(vec![0.0, 0.3, 1.0]),
        alpha in prop::sample::select(vec![0.0, 5.0]),
        bounds in prop::sample::select(vec![
            Bounds::NONE,
            Bounds { low: Some(-1.0), high: Some(0.7) },
        ]),
        direction in prop::sample::select(vec![None, Some(Direction::Increasing)]),
    ) {
        let spec = Specification { lambda, alpha, ..Specification::new(Objective::Squared) };
        let values: Vec<f64> = (0..14).map(f64::from).collect();
        let cuts = Cuts::of([&values[..]], 16).unwrap();
        let binned = Binned::new(&cuts, [&values[..]]);
        let layout = Layout::new(&cuts, &[0]);
        let histogram = histogram(&binned, &layout, &rows);
        let criterion = Criterion::new(&boosting(spec), quanta());
        let whole = sums(&rows);
        let place = Place { sums: whole, rows: 14, depth: 0, bounds };
        let found = best_split(&criterion, &place, &layout, &histogram, &[direction]);
        let alone: Vec<f64> = (1..14)
            .filter_map(|rows_left| criterion.gain(whole, sums(&rows[..rows_left]), bounds, direction))
            .collect();
        let best = alone.into_iter().reduce(f64::max);
        prop_assert_eq!(found.map(|found| found.gain.to_bits()), best.map(f64::to_bits));
    }

    #[test]
    fn a_monotone_split_keeps_its_direction_and_bounds(
        whole in (-100_i64..100, 20_i64..100),
        left in (-100_i64..100, 1_i64..19),
        low in -3.0..0.0_f64,
        high in 0.0..3.0_f64,
    ) {
        let criterion = Criterion::new(&boosting(Specification::new(Objective::Squared)), quanta());
        let (whole, left) = (Sums { g: whole.0, h: whole.1 }, Sums { g: left.0, h: left.1 });
        let bounds = Bounds { low: Some(low), high: Some(high) };
        let value = |sums| criterion.value(sums, bounds);
        prop_assert!((low..=high).contains(&value(left)));
        if criterion.gain(whole, left, bounds, Some(Direction::Increasing)).is_some() {
            prop_assert!(value(left) <= value(whole - left));
        }
        if criterion.gain(whole, left, bounds, Some(Direction::Decreasing)).is_some() {
            prop_assert!(value(left) >= value(whole - left));
        }
        // Bounds can only cost.
        let bound = criterion.gain(whole, left, bounds, None);
        let score = |sums: Sums| (sums.g as f64).powi(2) / (sums.h as f64 + 1.0);
        let free = score(left) + score(whole - left);
        prop_assert!(bound.is_none_or(|gain| gain <= free + 1e-9));
    }
}

#[test]
fn among_equal_gains_the_first_wins() {
    let values = [0.0, 1.0];
    let cuts = Cuts::of([&values[..], &values[..]], 16).unwrap();
    let binned = Binned::new(&cuts, [&values[..], &values[..]]);
    let layout = Layout::new(&cuts, &[0, 1]);
    let rows = [Row { g: 5, h: 4 }, Row { g: -5, h: 4 }];
    let criterion = Criterion::new(&boosting(Specification::new(Objective::Squared)), quanta());
    let place = Place {
        sums: sums(&rows),
        rows: 2,
        depth: 0,
        bounds: Bounds::NONE,
    };
    let found = best_split(
        &criterion,
        &place,
        &layout,
        &histogram(&binned, &layout, &rows),
        &[],
    );
    let rule = found.unwrap().choice;
    assert_eq!(
        rule,
        BinRule {
            column: 0,
            bin: 1,
            missing: Side::Right
        }
    );
}

#[test]
fn a_gain_beyond_all_numbers_is_none() {
    // Gradients of coarse quanta on curvature of fine ones: 2^56 · 2^100 / 2^-900.
    let quanta = Quanta {
        g: Quantum::try_from(50).unwrap(),
        h: Quantum::try_from(-900).unwrap(),
    };
    let most = (1 << 28) - 1;
    let [left, right] = [most, -most].map(|g| Sums { g, h: 1 });
    let cuts = Cuts::new(vec![vec![0.5]]).unwrap();
    let layout = Layout::new(&cuts, &[0]);
    let place = Place {
        sums: left + right,
        rows: 100,
        depth: 0,
        bounds: Bounds::NONE,
    };
    for (lambda, alpha) in [(0.0, 0.0), (1e-300, 0.0), (0.0, 1.0), (1.0, 0.0)] {
        let spec = Specification {
            lambda,
            alpha,
            min_child_weight: 0.0,
            ..Specification::new(Objective::Logistic)
        };
        let criterion = Criterion::new(&boosting(spec), quanta);
        let histogram = Histogram::from_sums([Sums::default(), left, right]).unwrap();
        let split = best_split(&criterion, &place, &layout, &histogram, &[]);
        let is_finite = lambda > 0.5;
        assert_eq!(split.is_some(), is_finite, "{lambda} {alpha}");
        let gain = criterion.gain(place.sums, left, Bounds::NONE, None);
        assert_eq!(gain, split.map(|split| split.gain));
        assert!(criterion.value(left, Bounds::NONE).abs() <= 100.0);
    }
}
