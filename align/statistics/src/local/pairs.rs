//! Products of pairs of columns, a stretch of rows at a time.

use super::{Local, Seat};
use crate::{Values, agreement::PAIR, known::Known, noise::Element};

/// Rows at a time: those of a few hundred columns stay in the second-level cache.
const STRETCH: usize = 512;
/// Products that are added up side by side.
const LANES: usize = 8;

/// A stretch of one column about its mean: 0 where there is no value.
struct Stretch {
    values: Vec<f64>,
    /// 1 where there is a value.
    has: Vec<f64>,
    is_full: bool,
    /// Values, their sum, their squares.
    whole: [f64; 3],
}

/// Adds up own rows for all pairs.
pub(super) fn body(local: &Local<'_>, known: &Known) -> Vec<Element> {
    let columns = local.agreement.correlated();
    let units: Vec<Vec<f64>> = columns
        .iter()
        .map(|place| centred(local, *place, known))
        .collect();
    let pairs = columns.len() * columns.len().saturating_sub(1) / 2;
    let mut sums = vec![[0.0; PAIR]; pairs];
    for from in (0..local.table.rows()).step_by(STRETCH) {
        let to = local.table.rows().min(from + STRETCH);
        let stretches: Vec<Stretch> = units
            .iter()
            .map(|values| Stretch::of(&values[from..to]))
            .collect();
        let mut sums = sums.iter_mut();
        for (place, one) in stretches.iter().enumerate() {
            for (other, sums) in stretches[place + 1..].iter().zip(&mut sums) {
                for (total, part) in sums.iter_mut().zip(one.with(other)) {
                    *total += part;
                }
            }
        }
    }
    let mut body = Vec::with_capacity(pairs * PAIR);
    for [rows, rest @ ..] in sums {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a sum of ones"
        )]
        body.push(Element::Count(rows as u64));
        body.extend(rest.map(Element::Real));
    }
    body
}

/// Gives a column about its mean, NaN where there is no value.
fn centred(local: &Local<'_>, place: usize, known: &Known) -> Vec<f64> {
    let mean = known.columns[place].mean;
    let seats = local.seats(place);
    let value = |row: usize, seat: &Seat| match (seat, &local.table.columns()[place]) {
        (Seat::In(level), Values::Booleans(_)) => *level as f64 - mean,
        (Seat::In(_), Values::Numbers(values)) => local.agreement.grids()[place]
            .as_ref()
            .map_or(f64::NAN, |grid| grid.unit(values[row]) - mean),
        _ => f64::NAN,
    };
    let rows = seats.iter().enumerate();
    rows.map(|(row, seat)| value(row, seat)).collect()
}

impl Stretch {
    fn of(values: &[f64]) -> Stretch {
        let has: Vec<f64> = values
            .iter()
            .map(|value| if value.is_nan() { 0.0 } else { 1.0 })
            .collect();
        let values: Vec<f64> = values
            .iter()
            .map(|value| if value.is_nan() { 0.0 } else { *value })
            .collect();
        let is_full = !has.contains(&0.0);
        let whole = [dot(&has, &has), dot(&values, &has), dot(&values, &values)];
        Stretch {
            values,
            has,
            is_full,
            whole,
        }
    }

    /// Gives rows, Σa, Σb, Σa², Σb², Σab where both have values.
    fn with(&self, other: &Stretch) -> [f64; PAIR] {
        let rows = match (self.is_full, other.is_full) {
            (true, _) => other.whole[0],
            (_, true) => self.whole[0],
            _ => dot(&self.has, &other.has),
        };
        let [a, aa] = self.where_in(other);
        let [b, bb] = other.where_in(self);
        [rows, a, b, aa, bb, dot(&self.values, &other.values)]
    }

    /// Gives own sums over the rows where another column has values.
    fn where_in(&self, other: &Stretch) -> [f64; 2] {
        if other.is_full {
            return [self.whole[1], self.whole[2]];
        }
        [
            dot(&self.values, &other.has),
            dot3(&self.values, &self.values, &other.has),
        ]
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (ones, rest_of_one) = one.as_chunks::<LANES>();
    let (others, rest_of_other) = other.as_chunks::<LANES>();
    for (one, other) in ones.iter().zip(others) {
        for lane in 0..LANES {
            lanes[lane] += one[lane] * other[lane];
        }
    }
    let rest: f64 = rest_of_one
        .iter()
        .zip(rest_of_other)
        .map(|(a, b)| a * b)
        .sum();
    lanes.iter().sum::<f64>() + rest
}

fn dot3(one: &[f64], other: &[f64], third: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (ones, rest_of_one) = one.as_chunks::<LANES>();
    let (others, rest_of_other) = other.as_chunks::<LANES>();
    let (thirds, rest_of_third) = third.as_chunks::<LANES>();
    for ((one, other), third) in ones.iter().zip(others).zip(thirds) {
        for lane in 0..LANES {
            lanes[lane] += one[lane] * other[lane] * third[lane];
        }
    }
    let rest = rest_of_one.iter().zip(rest_of_other).zip(rest_of_third);
    lanes.iter().sum::<f64>() + rest.map(|((a, b), c)| a * b * c).sum::<f64>()
}
