//! A column's rows, cell by cell, as they may be told.

use std::ops::Range;

use super::measures::Values;
use crate::{
    Agreement, Place,
    known::{Known, Known1},
    specification::{Kind, Mode},
    suppress::{hold_back, merge},
};

/// A column's rows by what may be told of them.
pub(crate) struct Partition {
    /// Of each cell, the units that it is made of.
    pub(crate) units: Vec<Range<usize>>,
    /// Names of cells.
    pub(super) places: Vec<Place>,
    /// Rows by cell, then others, outside and missing; nothing where held back.
    pub(crate) told: Vec<Option<u64>>,
    /// Whether exact counts are held back: noisy ones betray nothing.
    betrays: bool,
    /// What measures of numbers may betray.
    values: Values,
}

impl Partition {
    pub(crate) fn of(agreement: &Agreement, known: &Known, place: usize) -> Partition {
        let minimum = agreement.specification().minimum_cell;
        let column = &known.columns[place];
        let mut others = 0;
        let values = Values::of(agreement, column, place);
        let (units, places, mut rows): (Vec<_>, Vec<_>, Vec<u64>) =
            match &agreement.specification().columns[place].kind {
                Kind::Number { .. } | Kind::Integer { .. } => numbers(agreement, column, place),
                Kind::Boolean => {
                    let places = [false, true].map(Place::Boolean);
                    (vec![0..1, 1..2], places.into(), column.levels.clone())
                }
                Kind::Category { levels } => {
                    let units = (0..levels.len()).map(|level| level..level + 1);
                    let places = levels.iter().cloned().map(Place::Level);
                    (units.collect(), places.collect(), column.levels.clone())
                }
                Kind::Code { .. } => {
                    let names = || column.names.iter().filter(|(_, rows)| **rows >= minimum);
                    let rows: Vec<u64> = names().map(|(_, rows)| *rows).collect();
                    others = column.inside.saturating_sub(rows.iter().sum());
                    let places = names().map(|(name, _)| Place::Level(name.clone()));
                    (vec![0..0; rows.len()], places.collect(), rows)
                }
            };
        rows.extend([others, column.outside, column.missing]);
        Partition {
            units,
            places,
            betrays: is_exact(agreement)
                && (values.has_small || rows.iter().any(|rows| (1..minimum).contains(rows))),
            told: tell(agreement, &rows),
            values,
        }
    }

    /// Says whether a count is held back that other findings might betray.
    pub(crate) fn has_held_back(&self) -> bool {
        self.betrays
    }

    /// Says whether a column of numbers takes few values, so that products of it are counts.
    pub(super) fn has_few_values(&self) -> bool {
        self.values.is_few
    }

    /// Says whether one of few values has a small count, though none may be left after merging.
    pub(super) fn has_small_value(&self) -> bool {
        self.values.has_small
    }

    pub(super) fn told_of(&self, behind: usize) -> Option<u64> {
        self.told[self.units.len() + behind]
    }

    /// Adds up units of several classes: one entry for each cell that is told, with its place, and one
    /// for those held back.
    pub(crate) fn add_up<const CLASSES: usize>(
        &self,
        classes: [&[u64]; CLASSES],
    ) -> (Vec<(usize, [u64; CLASSES])>, [u64; CLASSES]) {
        let of =
            |units: &Range<usize>| classes.map(|class| class[units.clone()].iter().sum::<u64>());
        let mut told = Vec::new();
        let mut held = [0; CLASSES];
        for (cell, units) in self.units.iter().enumerate() {
            let rows = of(units);
            if self.told[cell].is_some() {
                told.push((cell, rows));
            } else {
                for (held, rows) in held.iter_mut().zip(rows) {
                    *held += rows;
                }
            }
        }
        (told, held)
    }
}

/// Says whether counts are told as they are.
pub(super) fn is_exact(agreement: &Agreement) -> bool {
    agreement.specification().mode == Mode::Exact
}

/// Holds small counts of a partition back; exact ones with others from which they follow.
pub(super) fn tell(agreement: &Agreement, rows: &[u64]) -> Vec<Option<u64>> {
    let minimum = agreement.specification().minimum_cell;
    if is_exact(agreement) {
        return hold_back(rows, minimum);
    }
    let is_enough = |rows: &u64| *rows >= minimum;
    rows.iter()
        .map(|rows| Some(*rows).filter(is_enough))
        .collect()
}

/// Merges cells of numbers until each has the minimum of rows.
fn numbers(
    agreement: &Agreement,
    column: &Known1,
    place: usize,
) -> (Vec<Range<usize>>, Vec<Place>, Vec<u64>) {
    let Some((grid, totals)) = agreement.grids()[place].as_ref().zip(column.units.first()) else {
        return (Vec::new(), Vec::new(), Vec::new());
    };
    let edges = column.edges(agreement, grid);
    let totals = &totals[..=edges.len()];
    let mut ends = merge(totals, agreement.specification().minimum_cell);
    if ends.is_empty() {
        ends.push(totals.len());
    }
    let edge = |end: usize| edges.get(end).copied().unwrap_or(grid.used());
    let mut from = 0;
    let (mut units, mut places, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for end in ends {
        let low = if from == 0 { 0 } else { edge(from - 1) };
        places.push(Place::Interval(grid.interval(low, edge(end - 1))));
        rows.push(totals[from..end].iter().sum());
        units.push(from..end);
        from = end;
    }
    (units, places, rows)
}
