//! Which correlations may be told, and the inflation factors that follow from them.

use std::collections::BTreeMap;

use super::Partition;
use crate::{
    Agreement, Correlation, Findings,
    known::Known,
    moments::{Pair, inflation},
    specification::{Kind, Mode},
};

/// Where a count is held back that a coefficient would betray, so many steps of it are told.
const STEPS: f64 = 1_000.0;

pub(super) fn tell(
    agreement: &Agreement,
    known: &Known,
    partitions: &[Partition],
    findings: &mut Findings,
) {
    let columns = &agreement.specification().columns;
    let places = agreement.correlated();
    let mut pairs = known.pairs.iter();
    for (at, &one) in places.iter().enumerate() {
        for &other in &places[at + 1..] {
            let Some(pair) = pairs.next() else { return };
            let is_told = is_telling(agreement, partitions, (one, other))
                && is_safe(agreement, known, (one, other), pair);
            if !is_told {
                continue;
            }
            let Some(mut r) = pair.correlation() else {
                continue;
            };
            if partitions[one].has_held_back() || partitions[other].has_held_back() {
                r = (r * STEPS).round() / STEPS;
            }
            findings.correlations.push(Correlation {
                one: columns[one].name.clone(),
                other: columns[other].name.clone(),
                r,
            });
        }
    }
    let names = places.iter().map(|place| columns[*place].name.as_str());
    let names: Vec<&str> = names.collect();
    findings.vif = findings.inflation(&names);
}

impl Findings {
    /// Gives the variance inflation factors of some columns among each other, by the correlations that
    /// are told: as [`vif`](Findings::vif) has them of all.
    ///
    /// A column that lacks correlations with others is left out, one by one, the one with most gaps first;
    /// a column that follows from others has none, and is left out of the others' factors.
    pub fn inflation(&self, among: &[&str]) -> BTreeMap<String, Option<f64>> {
        let columns = among.iter().enumerate().map(|(place, name)| (*name, place));
        let places: BTreeMap<&str, usize> = columns.collect();
        let pairs = self.correlations.iter().filter_map(|pair| {
            let (&one, &other) = (places.get(&*pair.one)?, places.get(&*pair.other)?);
            Some(((one.min(other), one.max(other)), pair.r))
        });
        let told: BTreeMap<(usize, usize), f64> = pairs.collect();
        let mut factors = BTreeMap::new();
        let mut kept = whole(among.len(), &told);
        while kept.len() > 1 {
            match inflation(&matrix(&kept, &told), kept.len()) {
                Ok(found) => {
                    let names = kept.iter().map(|at| among[*at].to_owned());
                    factors.extend(names.zip(found.into_iter().map(Some)));
                    break;
                }
                // Those that are left have factors without it.
                Err(at) => {
                    factors.insert(among[kept.remove(at)].to_owned(), None);
                }
            }
        }
        factors
    }
}

/// Gives the correlations of these columns, row by row.
fn matrix(kept: &[usize], told: &BTreeMap<(usize, usize), f64>) -> Vec<f64> {
    let cells = kept
        .iter()
        .flat_map(|row| kept.iter().map(|column| (*row, *column)));
    let r = |(row, column): (usize, usize)| {
        let r = told.get(&(row.min(column), row.max(column)));
        // Whatever is not told lies on the diagonal.
        r.copied().unwrap_or(1.0)
    };
    cells.map(r).collect()
}

/// Gives places all of whose pairs are told: one by one, the one with most gaps is left out.
fn whole(columns: usize, told: &BTreeMap<(usize, usize), f64>) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..columns).collect();
    loop {
        let gaps = |one: usize| {
            let others = kept.iter().filter(|other| **other != one);
            let is_told = |other: &&usize| told.contains_key(&(one.min(**other), one.max(**other)));
            others.filter(|other| !is_told(other)).count()
        };
        let worst = (0..kept.len()).max_by_key(|at| gaps(kept[*at]));
        match worst.filter(|at| gaps(kept[*at]) > 0) {
            Some(at) => kept.remove(at),
            None => return kept,
        };
    }
}

/// Says whether a coefficient is more than a table of few values, as many as nobody declared, and
/// none of these values is small.
///
/// Of two columns of few values Σab is an equation of joint counts, which nobody counted.
fn is_telling(
    agreement: &Agreement,
    partitions: &[Partition],
    (one, other): (usize, usize),
) -> bool {
    if agreement.specification().mode != Mode::Exact {
        return true;
    }
    let places = [one, other];
    let is_binary = places.map(|place| is_binary(agreement, place));
    if is_binary == [true, true] {
        return true;
    }
    let few = places.map(|place| partitions[place].has_few_values());
    let has_small = places
        .iter()
        .any(|place| partitions[*place].has_small_value());
    let is_table = (0..2).all(|at| is_binary[at] || few[at]);
    !is_table && !has_small
}

/// Says whether a coefficient betrays no small cell.
///
/// Of two columns of two values it is as good as their table: each of its cells must have the minimum of
/// rows or none, those where one value is missing too. Of one such column, each value must have the
/// minimum.
fn is_safe(
    agreement: &Agreement,
    known: &Known,
    (one, other): (usize, usize),
    pair: &Pair,
) -> bool {
    let minimum = agreement.specification().minimum_cell;
    if pair.rows < minimum || agreement.specification().mode != Mode::Exact {
        return pair.rows >= minimum;
    }
    let rows = pair.rows as f64;
    let [a, b, _, _, ab] = pair.sums;
    let (mean_a, mean_b) = (known.columns[one].mean, known.columns[other].mean);
    // Sums about the means, as counts of the upper value.
    let (ones, others) = (a + rows * mean_a, b + rows * mean_b);
    let is_enough = |rows: f64| {
        let rows = rows.round();
        rows <= 0.0 || rows >= minimum as f64
    };
    let has_both = |upper: f64| upper.round() >= minimum as f64 && is_some(rows - upper, minimum);
    match (is_binary(agreement, one), is_binary(agreement, other)) {
        (false, false) => true,
        (true, false) => has_both(ones),
        (false, true) => has_both(others),
        (true, true) => {
            let both = ab + mean_b * a + mean_a * b + rows * mean_a * mean_b;
            let cells = [
                both,
                ones - both,
                others - both,
                rows - ones - others + both,
            ];
            let alone = |place: usize, upper: f64| {
                let column = &known.columns[place];
                let all = column.mean * column.inside as f64;
                [all - upper, column.inside as f64 - all - (rows - upper)]
            };
            let inside = |place: usize| known.columns[place].inside as f64;
            let neither = known.rows as f64 - inside(one) - inside(other) + rows;
            cells
                .into_iter()
                .chain(alone(one, ones))
                .chain(alone(other, others))
                .chain([neither])
                .all(is_enough)
        }
    }
}

fn is_some(rows: f64, minimum: u64) -> bool {
    rows.round() >= minimum as f64
}

fn is_binary(agreement: &Agreement, place: usize) -> bool {
    match agreement.specification().columns[place].kind {
        Kind::Boolean => true,
        Kind::Integer { low, high } => high - low == 1,
        _ => false,
    }
}
