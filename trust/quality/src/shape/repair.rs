//! Whether a factor would bring values back to where a reference has them.

use super::{Profile, Shape, fit::fit, number};
use crate::pass::{Pass, Writing};
use crate::scope::Scope;
use crate::shape::fit::Fit;
use crate::{House, Repair, Repaired, Rule, RuleError, tally};

/// Which values are multiplied, in the order in which they are tried.
const WHICH: [Repaired; 2] = [Repaired::All, Repaired::Outlying];

/// A value as it would be.
struct Made {
    /// In SQL.
    value: String,
    /// Whether it is another one.
    is_other: String,
}

/// A query that counts, for each factor and way, in which cells values would lie, and how many would be others.
pub(crate) fn pass(
    rule: &Rule,
    shape: &Shape,
    scope: &Scope<'_>,
    house: &House,
) -> Result<Pass, RuleError> {
    let value = shape.value(scope);
    let mut writing = Writing::default();
    let (mut sums, mut columns) = (Vec::new(), Vec::new());
    let mut sum = |condition: &str, name: String| {
        sums.push(format!(
            "sum(CASE WHEN {condition} THEN 1 ELSE 0 END) AS \"{name}\""
        ));
        columns.push((name, "integer"));
    };
    for (at, (factor, which)) in ways(shape).enumerate() {
        let made = made(&shape.against, factor, which);
        sum(&made.is_other, format!("m{at}"));
        for (cell, condition) in shape.against.cells(&made.value).into_iter().enumerate() {
            sum(&condition, format!("n{at}c{cell}"));
        }
    }
    let applies = rule.applies.as_ref().map(|it| scope.condition(it));
    let applies = applies.unwrap_or_else(|| "true".to_owned());
    let sql = format!(
        "SELECT {} FROM (SELECT {value} AS \"v\" FROM {} AS t\nWHERE ({applies})) AS s WHERE \"v\" IS NOT NULL",
        sums.join(", "),
        scope.from(),
    );
    writing.push_of(&rule.id, rule.place, &sql);
    writing.finish(house, &columns)
}

/// The way by which values would lie as in the reference, of several the one by which they lie nearest.
pub(crate) fn read(shape: &Shape, now: Fit, rows: &consilium_data::Table) -> Option<Repair> {
    let expected = shape.against.shares();
    let repair = |(at, (factor, which)): (usize, (f64, Repaired))| {
        let cells = 0..expected.len();
        let counts = cells.map(|cell| tally::total(rows, &format!("n{at}c{cell}")) as f64);
        let fit = fit(&counts.collect::<Vec<_>>(), &expected)?;
        (fit.index < now.stable).then(|| Repair {
            factor,
            which,
            rows: tally::total(rows, &format!("m{at}")),
            index: fit.index,
        })
    };
    let all = ways(shape).enumerate().filter_map(repair);
    all.min_by(|a, b| a.index.total_cmp(&b.index))
}

fn ways(shape: &Shape) -> impl Iterator<Item = (f64, Repaired)> {
    let factors = shape.factors.iter();
    factors.flat_map(|factor| WHICH.map(|which| (*factor, which)))
}

/// Values that lie beyond the outer cuts, and multiplied between them, are those of rows of another unit among
/// rows of the right one.
fn made(against: &Profile, factor: f64, which: Repaired) -> Made {
    let by = format!("\"v\" * {}", number(factor));
    let ends = match (which, against) {
        (Repaired::Outlying, Profile::Numbers { cuts, .. }) => cuts.first().zip(cuts.last()),
        _ => None,
    };
    let Some((first, last)) = ends else {
        return Made {
            value: by,
            is_other: "true".to_owned(),
        };
    };
    let within = |value: &str| {
        let (first, last) = (number(*first), number(*last));
        format!("{value} >= {first} AND {value} < {last}")
    };
    let is_other = format!("NOT ({}) AND {}", within("\"v\""), within(&by));
    Made {
        value: format!("CASE WHEN {is_other} THEN {by} ELSE \"v\" END"),
        is_other,
    }
}
