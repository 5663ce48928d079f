//! What is found is what the rows, put together in one place, would give.

use std::collections::BTreeMap;

use consilium_statistics::{
    Agreement, Findings, Kind, Place, Specification, Table, Values, pooled,
};

use crate::world::{Raw, column, plain, raws, seed, specification, table, tables};

const EXACT: f64 = 1e-9;

fn all(raws: &[Raw], column: usize) -> Vec<f64> {
    raws.iter().flat_map(|raw| raw[column].clone()).collect()
}

fn present(values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares = values.iter().map(|value| (value - mean).powi(2));
    squares.sum::<f64>() / (values.len() - 1) as f64
}

fn close(found: f64, expected: f64) {
    let off = (found - expected).abs();
    assert!(off <= EXACT * expected.abs().max(1.0), "{found} {expected}");
}

fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let both = one
        .iter()
        .zip(other)
        .filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let (a, b): (Vec<f64>, Vec<f64>) = both.map(|(a, b)| (*a, *b)).unzip();
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let products = a.iter().zip(&b).map(|(a, b)| (a - mean_a) * (b - mean_b));
    products.sum::<f64>() / ((a.len() - 1) as f64 * (variance(&a) * variance(&b)).sqrt())
}

fn check_numbers(found: &Findings, spec: &Specification, raws: &[Raw]) {
    for place in [0, 1, 6] {
        let values = all(raws, place);
        let mut inside = present(&values);
        let column = &found.columns[place];
        assert_eq!(column.missing, Some((values.len() - inside.len()) as u64));
        assert_eq!(column.outside, Some(0));
        let numbers = column.numbers.as_ref().unwrap();
        assert!(!numbers.is_approximate);
        close(numbers.mean, mean(&inside));
        close(numbers.variance, variance(&inside));
        inside.sort_by(f64::total_cmp);
        for quantile in &numbers.quantiles {
            let rank = (quantile.share * inside.len() as f64).ceil() as usize;
            let within = quantile.within;
            let true_one = inside[rank - 1];
            assert!(
                (within.from..=within.to).contains(&true_one),
                "{quantile:?} {true_one}"
            );
        }
        assert_eq!(numbers.quantiles.len(), spec.quantiles.len());
        let at_or_below = inside
            .iter()
            .filter(|x| **x <= numbers.at_or_below.unwrap())
            .count();
        let at_or_above = inside
            .iter()
            .filter(|x| **x >= numbers.at_or_above.unwrap())
            .count();
        assert!(at_or_below >= 10 && at_or_above >= 10);
        let mut told = 0;
        for cell in &column.cells {
            let Place::Interval(interval) = cell.of else {
                panic!("cells of numbers are intervals");
            };
            let is_integer = matches!(spec.columns[place].kind, Kind::Integer { .. });
            let inside = inside.iter().filter(|x| {
                **x >= interval.from && (**x < interval.to || is_integer && **x <= interval.to)
            });
            assert_eq!(cell.rows, Some(inside.count() as u64));
            told += cell.rows.unwrap();
        }
        assert_eq!(told as usize, inside.len());
        assert!(column.cells.len() > 10);
    }
}

fn check_levels(found: &Findings, raws: &[Raw]) {
    let rows_of =
        |values: &[f64], level: f64| values.iter().filter(|value| **value == level).count() as u64;
    for place in [2, 3, 4] {
        let values = all(raws, place);
        let cells = found.columns[place].cells.iter().enumerate();
        for (level, cell) in cells {
            assert_eq!(cell.rows, Some(rows_of(&values, level as f64)), "{cell:?}");
        }
    }
    let mut codes = BTreeMap::<String, u64>::new();
    for value in present(&all(raws, 5)) {
        *codes.entry(format!("I{value:03}")).or_default() += 1;
    }
    let others: u64 = codes.values().filter(|rows| **rows < 10).sum();
    codes.retain(|_, rows| *rows >= 10);
    let diagnoses = &found.columns[5];
    assert!(!diagnoses.incomplete && codes.len() > 20);
    let told: BTreeMap<String, u64> = diagnoses
        .cells
        .iter()
        .map(|cell| match &cell.of {
            Place::Level(name) => (name.clone(), cell.rows.unwrap()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((told, diagnoses.others), (codes, Some(others)));
}

fn check_correlations(found: &Findings, spec: &Specification, raws: &[Raw]) {
    let places: BTreeMap<&str, usize> = spec
        .columns
        .iter()
        .enumerate()
        .map(|(place, column)| (column.name.as_str(), place))
        .collect();
    let mut pairs = 0;
    for pair in &found.correlations {
        let of = |name: &str| all(raws, places[name]);
        close(pair.r, correlation(&of(&pair.one), &of(&pair.other)));
        pairs += 1;
    }
    assert_eq!(pairs, 10, "five columns");
    let of = |name: &String| all(raws, places[name.as_str()]);
    let columns: Vec<Vec<f64>> = found.vif.keys().map(of).collect();
    assert_eq!(columns.len(), 5);
    for (place, vif) in found.vif.values().enumerate() {
        close(vif.unwrap(), inflation(&columns, place));
    }
}

/// 1/(1 − R²) of a column's regression on the others: R² is r·β, where R·β = r, solved by elimination.
fn inflation(columns: &[Vec<f64>], place: usize) -> f64 {
    let others: Vec<usize> = (0..columns.len()).filter(|other| *other != place).collect();
    let r = |one: usize, other: usize| correlation(&columns[one], &columns[other]);
    let line = |row: &usize| -> Vec<f64> {
        let ends = others.iter().chain([&place]);
        ends.map(|column| if row == column { 1.0 } else { r(*row, *column) })
            .collect()
    };
    let mut lines: Vec<Vec<f64>> = others.iter().map(line).collect();
    for pivot in 0..lines.len() {
        let chosen = lines[pivot].clone();
        let rest = lines
            .iter_mut()
            .enumerate()
            .filter(|(row, _)| *row != pivot);
        for (_, line) in rest {
            let factor = line[pivot] / chosen[pivot];
            line.iter_mut()
                .zip(&chosen)
                .for_each(|(cell, of)| *cell -= factor * of);
        }
    }
    let explained = lines
        .iter()
        .zip(&others)
        .enumerate()
        .map(|(at, (line, other))| line[others.len()] / line[at] * r(place, *other));
    1.0 / (1.0 - explained.sum::<f64>())
}

fn check_evidence(found: &Findings, raws: &[Raw]) {
    let died = all(raws, 2);
    let classes = |wanted: f64| died.iter().filter(|died| **died == wanted).count() as u64;
    for place in [0, 1, 3, 4, 6] {
        let column = &found.columns[place];
        let evidence = column.evidence.as_ref().unwrap();
        let all = |of: fn(&consilium_statistics::EvidenceBin) -> u64| {
            evidence.bins.iter().map(of).sum::<u64>()
        };
        let (positives, negatives) = (all(|bin| bin.positives), all(|bin| bin.negatives));
        assert_eq!((positives, negatives), (classes(1.0), classes(0.0)));
        let mut value = 0.0;
        for bin in &evidence.bins {
            assert!(bin.positives >= 10 && bin.negatives >= 10);
            let p = bin.positives as f64 / positives as f64;
            let q = bin.negatives as f64 / negatives as f64;
            close(bin.weight, (p / q).ln());
            value += (p - q) * (p / q).ln();
        }
        close(evidence.information_value, value);
        assert!(
            evidence.bins.iter().any(|bin| bin.rest),
            "missing values are weighed"
        );
    }
    let values = |place: usize| {
        found.columns[place]
            .evidence
            .as_ref()
            .unwrap()
            .information_value
    };
    assert!(
        values(0) > 5.0 * values(3),
        "age tells of death, smoking was drawn at random"
    );
    assert!(found.columns[2].evidence.is_none(), "the label itself");
}

#[tokio::test(start_paused = true)]
async fn five_parties_find_what_their_rows_give_in_one_place() {
    for world in [10, 20, 30] {
        let spec = specification();
        let agreement = Agreement::new(spec.clone()).unwrap();
        let raws = raws(5, world);
        let tables = tables(&agreement, &raws);
        let ran = plain(&agreement, &tables).await;
        let found = ran.findings();
        assert_eq!(found.rows, Some(all(&raws, 0).len() as u64));
        assert_eq!(ran.aggregated.as_ref().unwrap(), &found.contributors);
        check_numbers(found, &spec, &raws);
        check_levels(found, &raws);
        check_correlations(found, &spec, &raws);
        check_evidence(found, &raws);
        let alone = pooled(&agreement, &tables, &seed(0)).unwrap();
        let contributors = found.contributors.clone();
        assert_eq!(
            &Findings {
                contributors,
                ..alone
            },
            found
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_institution_sees_how_it_differs_from_the_rest() {
    let agreement = Agreement::new(specification()).unwrap();
    let mut raws = raws(4, 5);
    for age in &mut raws[1][0] {
        *age = (*age + 25.0).min(110.0);
    }
    let ran = plain(&agreement, &tables(&agreement, &raws)).await;
    for (own, place) in ran.outcomes.iter().zip(0..) {
        let own = &own.as_ref().unwrap().own;
        let here = present(&raws[place][0]);
        let others: Vec<&Raw> = (0..4)
            .filter(|at| *at != place)
            .map(|at| &raws[at])
            .collect();
        let others = present(
            &others
                .iter()
                .flat_map(|raw| raw[0].clone())
                .collect::<Vec<_>>(),
        );
        let expected = (mean(&here) - mean(&others))
            / f64::midpoint(variance(&here), variance(&others)).sqrt();
        close(own.columns[0].mean_difference.unwrap(), expected);
        let index = own.columns[0].stability_index.unwrap();
        let is_other = place == 1;
        assert_eq!(index > 0.4, is_other, "{place} {index}");
        let codes = own.columns[5].stability_index.unwrap();
        assert!(codes < 0.1, "drawn from one distribution: {codes}");
        assert!(own.columns[2].mean_difference.unwrap().abs() < 0.4);
        assert_eq!(own.columns[4].mean_difference, None);
        assert_eq!(own.rows, raws[place][0].len() as u64);
    }
}

#[tokio::test(start_paused = true)]
async fn a_column_that_moves_is_unstable_over_time() {
    let agreement = Agreement::new(specification()).unwrap();
    let mut raws = raws(3, 7);
    for raw in &mut raws {
        let periods = raw[7].clone();
        for (weight, period) in raw[6].iter_mut().zip(periods) {
            if period == 2.0 {
                *weight += 20.0;
            }
        }
    }
    let ran = plain(&agreement, &tables(&agreement, &raws)).await;
    let weight = &ran.findings().columns[6].stability;
    let turns: Vec<_> = weight.iter().map(|one| (one.from, one.to)).collect();
    assert_eq!(turns, [(0, 1), (1, 2)]);
    assert!(weight[0].index < 0.1 && weight[1].index > 0.5, "{weight:?}");
    let periods = &ran.findings().periods;
    let names: Vec<&str> = periods.iter().map(|period| period.name.as_str()).collect();
    assert_eq!(names, ["2025-1", "2025-2", "2026-1"]);
    let all = all(&raws, 7);
    for (period, place) in periods.iter().zip(0_u32..) {
        let rows = all.iter().filter(|at| **at == f64::from(place)).count();
        assert_eq!(period.rows, Some(rows as u64));
    }
}

/// The error asked for is reached where rows are dense enough.
#[test]
fn quantiles_of_many_rows_are_as_narrow_as_was_asked_for() {
    let mut spec = specification();
    spec.columns = vec![
        column(
            "cost",
            Kind::Number {
                low: 0.0,
                high: 1.0,
            },
        ),
        column(
            "visits",
            Kind::Integer {
                low: 0,
                high: 100_000,
            },
        ),
    ];
    (spec.label, spec.periods) = (None, Vec::new());
    spec.most_rows = 100_000;
    let agreement = Agreement::new(spec).unwrap();
    let rows = 0..60_000_u32;
    let spread = |row: u32| f64::from(row.wrapping_mul(2_654_435_761) % 60_000) / 60_000.0;
    let values = vec![
        Values::Numbers(rows.clone().map(spread).collect()),
        Values::Numbers(rows.map(|row| (spread(row) * 1e5).round()).collect()),
    ];
    let table = Table::new(&agreement, values, Vec::new()).unwrap();
    let found = pooled(&agreement, &[table], &seed(0)).unwrap();
    for (column, range) in found.columns.iter().zip([1.0, 100_000.0]) {
        let numbers = column.numbers.as_ref().unwrap();
        for quantile in &numbers.quantiles {
            let within = quantile.within;
            let true_one = quantile.share * range;
            assert!(
                within.to - within.from <= 0.001 * range * (1.0 + EXACT),
                "{quantile:?}"
            );
            assert!(
                (true_one - within.from).abs() < 0.003 * range,
                "{quantile:?}"
            );
        }
    }
}

/// 100 rows at 100, one at 400, 99 at 700: no two quantiles show the one between them.
#[test]
fn quantiles_of_near_ranks_do_not_show_who_lies_between_them() {
    let mut spec = specification();
    let (low, high) = (0, 1_000);
    spec.columns = vec![column("cost", Kind::Integer { low, high })];
    (spec.label, spec.periods) = (None, Vec::new());
    spec.quantiles = vec![0.5, 0.505, 0.51];
    let agreement = Agreement::new(spec).unwrap();
    let values = [(100.0, 100), (400.0, 1), (700.0, 99)];
    let values = values.map(|(value, times)| vec![value; times]).concat();
    let table = Table::new(&agreement, vec![Values::Numbers(values)], Vec::new()).unwrap();
    let found = pooled(&agreement, &[table], &seed(0)).unwrap();
    let quantiles = &found.columns[0].numbers.as_ref().unwrap().quantiles;
    let ends = |place: usize| (quantiles[place].within.from, quantiles[place].within.to);
    assert_eq!((quantiles.len(), ends(0)), (3, ends(2)));
    assert!(ends(0).0 <= 100.0 && ends(0).1 >= 700.0);
}

#[test]
fn whole_numbers_of_a_short_range_are_told_exactly() {
    let mut spec = specification();
    spec.columns = vec![column("children", Kind::Integer { low: 0, high: 12 })];
    (spec.label, spec.periods) = (None, Vec::new());
    let agreement = Agreement::new(spec).unwrap();
    let values = (0..400).map(|row| f64::from(row % 4)).collect();
    let table = Table::new(&agreement, vec![Values::Numbers(values)], Vec::new()).unwrap();
    let found = pooled(&agreement, &[table], &seed(0)).unwrap();
    let numbers = found.columns[0].numbers.as_ref().unwrap();
    let ends: Vec<_> = numbers
        .quantiles
        .iter()
        .map(|quantile| (quantile.within.from, quantile.within.to))
        .collect();
    assert_eq!(
        ends,
        [(0.0, 0.0), (0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]
    );
    assert_eq!(
        (numbers.at_or_below, numbers.at_or_above),
        (Some(0.0), Some(3.0))
    );
}

#[test]
fn few_rows_are_told_of_nothing() {
    let agreement = Agreement::new(specification()).unwrap();
    let few = table(&agreement, &crate::world::raw(9, 0.0, 1));
    let found = pooled(&agreement, &[few], &seed(0)).unwrap();
    assert_eq!(found.rows, None);
    assert!(found.correlations.is_empty() && found.vif.is_empty());
    assert!(found.columns.iter().all(|column| {
        column.missing.is_none() && column.cells.is_empty() && column.numbers.is_none()
    }));
}

#[test]
fn a_few_missing_values_are_not_to_be_had_from_the_rest() {
    let mut spec = specification();
    spec.columns.truncate(1);
    (spec.label, spec.periods) = (None, Vec::new());
    let agreement = Agreement::new(spec).unwrap();
    let mut ages: Vec<f64> = (0..1_000).map(|row| f64::from(row % 90)).collect();
    for age in &mut ages[..3] {
        *age = f64::NAN;
    }
    let table = Table::new(&agreement, vec![Values::Numbers(ages)], Vec::new()).unwrap();
    let found = pooled(&agreement, &[table], &seed(0)).unwrap();
    let age = &found.columns[0];
    assert_eq!((age.missing, found.rows), (None, Some(1_000)));
    let held: Vec<_> = age
        .cells
        .iter()
        .filter(|cell| cell.rows.is_none())
        .collect();
    assert_eq!(held.len(), 1, "one cell goes along");
    assert!(age.numbers.as_ref().unwrap().is_approximate);
}

#[test]
fn codes_that_rule_a_terminal_are_outside() {
    let mut spec = specification();
    let (longest, most) = (16, 10);
    spec.columns = vec![column("diagnosis", Kind::Code { longest, most })];
    (spec.label, spec.periods) = (None, Vec::new());
    let agreement = Agreement::new(spec).unwrap();
    let codes = ["I10", "I10\u{1b}[2J"].map(|code| vec![Some(code.into()); 20]);
    let table = Table::new(&agreement, vec![Values::Codes(codes.concat())], Vec::new()).unwrap();
    let found = pooled(&agreement, &[table], &seed(0)).unwrap();
    let column = &found.columns[0];
    assert_eq!((column.cells.len(), column.outside), (1, Some(20)));
    assert!(!column.incomplete);
}
