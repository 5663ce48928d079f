//! What has changed from one card to another.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{Card, Dimension, Measured, Score};

/// What has changed from an earlier card to a later one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// In what the cards differ besides their scores.
    pub differs: BTreeSet<Difference>,
    /// The composites.
    pub composite: Change,
    /// The dimensions that either has.
    pub dimensions: Vec<DimensionChange>,
}

/// What two cards are not alike in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// They are of different data sets, or of different institutions.
    DataSet,
    /// They are of other rows.
    Version,
    /// They are for another purpose, or for one that said other things: composites can't be held against each other.
    Purpose,
    /// The composites are means of other dimensions.
    Dimensions,
}

/// A score before and after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// Before; none where it was not measured.
    pub before: Option<Score>,
    /// After; none where it was not measured.
    pub after: Option<Score>,
    /// By how many points it has changed; none unless both are there.
    pub by: Option<f64>,
    /// Whether the intervals of both don't meet.
    pub clear: bool,
}

/// What has changed in one dimension.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DimensionChange {
    /// Which.
    pub dimension: Dimension,
    /// Its scores.
    #[serde(flatten)]
    pub change: Change,
    /// Its parts that have changed, came or went, where it was measured both times: what moved it most comes first.
    pub because: Vec<SubscoreChange>,
}

/// What has changed in a part of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SubscoreChange {
    /// Which.
    pub id: String,
    /// Its scores.
    #[serde(flatten)]
    pub change: Change,
    /// By how many points it moved the dimension.
    pub moved: f64,
}

impl Comparison {
    /// Holds a later card against an earlier one.
    pub fn of(before: &Card, after: &Card) -> Comparison {
        let keys = |card: &Card| card.dimensions.keys().copied().collect::<BTreeSet<_>>();
        let dimensions = &keys(before) | &keys(after);
        let change = |dimension: Dimension| {
            let both = [before, after].map(|card| card.dimensions.get(&dimension));
            DimensionChange {
                dimension,
                change: Change::of(both.map(|it| it.map(|it| it.score))),
                because: because(both),
            }
        };
        let set = |card: &Card| (card.institution.clone(), card.data_set.clone());
        let differs = [
            (Difference::DataSet, set(before) != set(after)),
            (Difference::Version, before.version != after.version),
            (Difference::Purpose, before.purpose != after.purpose),
            (Difference::Dimensions, before.missing() != after.missing()),
        ];
        let differs = differs.into_iter().filter(|(_, differs)| *differs);
        Comparison {
            differs: differs.map(|(what, _)| what).collect(),
            composite: Change::of([before.composite, after.composite]),
            dimensions: dimensions.into_iter().map(change).collect(),
        }
    }
}

impl Change {
    fn of([before, after]: [Option<Score>; 2]) -> Change {
        let both = before.zip(after);
        Change {
            before,
            after,
            by: both.map(|(before, after)| points(after.score - before.score)),
            clear: both.is_some_and(|(a, b)| a.high < b.low || b.high < a.low),
        }
    }
}

/// The parts that have changed.
///
/// What each gives to the mean is its weight times how far it lies from the middle of both means; that after less
/// that before is how far it moved the mean. Of parts that keep their weight that is the weight times their change, of
/// one that comes or goes how far it draws the mean; all together they are the mean's change, but for rounding.
fn because(both: [Option<&Measured>; 2]) -> Vec<SubscoreChange> {
    let [Some(before), Some(after)] = both else {
        return Vec::new();
    };
    let middle = f64::midpoint(before.score.score, after.score.score);
    let both = [before, after];
    let ids = both.iter().flat_map(|it| &it.subscores);
    let ids: BTreeSet<&str> = ids.map(|part| part.id.as_str()).collect();
    let given = |measured: &Measured, id: &str| {
        let weights: f64 = measured.subscores.iter().map(|it| it.weight).sum();
        let part = measured.subscores.iter().find(|it| it.id == id);
        part.map_or(0.0, |it| it.weight / weights * (it.score.score - middle))
    };
    let change = |id: &str| {
        let scores = both.map(|it| {
            let part = it.subscores.iter().find(|part| part.id == id);
            part.map(|part| part.score)
        });
        SubscoreChange {
            id: id.to_owned(),
            change: Change::of(scores),
            moved: points(given(after, id) - given(before, id)),
        }
    };
    let mut changes: Vec<SubscoreChange> = ids.into_iter().map(change).collect();
    changes.retain(|it| it.change.before != it.change.after);
    changes.sort_by(|a, b| b.moved.abs().total_cmp(&a.moved.abs()));
    changes
}

/// Points in hundredths.
fn points(points: f64) -> f64 {
    (points * 100.0).round() / 100.0
}
