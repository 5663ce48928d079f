//! Quantiles by rounds of histograms: each round divides the interval that holds a rank.

use crate::grid::{Grid, ROUND};

/// The interval of a column's cells in which a rank was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Target {
    /// Which of the rows in order, counted from 1.
    rank: u64,
    /// Rows before the interval.
    below: u64,
    /// Its first cell.
    pub(crate) from: u64,
    /// The cell behind its last one.
    pub(crate) to: u64,
    /// Whether it is divided further.
    is_open: bool,
}

impl Target {
    /// Looks for a rank in the whole range.
    pub(crate) fn new(rank: u64, grid: &Grid) -> Target {
        Target {
            rank,
            below: 0,
            from: 0,
            to: grid.cells(),
            is_open: true,
        }
    }

    /// Gives the part that a cell lies in, among those that this round counts; nothing elsewhere.
    pub(crate) fn part(&self, cell: u64, (grid, round): (&Grid, u32)) -> Option<usize> {
        if !self.is_open || cell < self.from || cell >= self.to {
            return None;
        }
        usize::try_from((cell - self.from) / grid.part(round))
            .ok()
            .filter(|part| *part < ROUND)
    }

    /// Goes on by the counts of a round.
    ///
    /// A part that has fewer rows than the minimum is not told: neighbours are taken in until it has,
    /// and it is divided no further.
    pub(crate) fn learn(&mut self, counts: &[u64], (grid, round): (&Grid, u32), minimum: u64) {
        if !self.is_open {
            return;
        }
        let size = grid.part(round);
        let mut below = self.below;
        let mut found = counts.len() - 1;
        for (part, rows) in counts.iter().enumerate() {
            if below + rows >= self.rank {
                found = part;
                break;
            }
            below += rows;
        }
        // With noise the last part may lack rows.
        let mut rows = counts[found];
        let (mut first, mut last) = (found, found);
        while rows < minimum && (first > 0 || last + 1 < counts.len()) {
            let before = first.checked_sub(1).map(|part| counts[part]);
            let after = counts.get(last + 1).copied();
            if before >= after {
                first -= 1;
                rows += counts[first];
                below = below.saturating_sub(counts[first]);
            } else {
                last += 1;
                rows += counts[last];
            }
        }
        let origin = self.from;
        self.below = below;
        self.from = origin + first as u64 * size;
        self.to = origin + (last as u64 + 1) * size;
        self.is_open = first == last && rows >= minimum && size > 1;
    }
}

/// What is told of how many rows lie below two places: at most so many before the first, at least so
/// many before the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bound {
    /// At most `.0` rows before cell `.1`.
    most: Option<(u64, u64)>,
    /// At least `.0` rows before cell `.1`.
    least: Option<(u64, u64)>,
    /// Whether it can't be moved: the end of a cell whose rows are counted.
    is_fixed: bool,
}

impl Bound {
    /// Tells the interval that holds a rank.
    pub(crate) fn interval(found: &Target) -> Bound {
        Bound {
            most: Some((found.rank - 1, found.from)),
            least: Some((found.rank, found.to)),
            is_fixed: false,
        }
    }

    /// Tells a cell at or below whose end so many rows lie.
    pub(crate) fn smallest(found: &Target) -> Bound {
        Bound {
            most: None,
            ..Bound::interval(found)
        }
    }

    /// Tells a cell at or above whose start all further rows lie.
    pub(crate) fn largest(found: &Target) -> Bound {
        Bound {
            least: None,
            ..Bound::interval(found)
        }
    }

    /// Tells that so many rows lie before a cell.
    pub(crate) fn edge(rows: u64, cell: u64) -> Bound {
        Bound {
            most: Some((rows, cell)),
            least: Some((rows, cell)),
            is_fixed: true,
        }
    }

    /// Gives its first cell, if it has one.
    pub(crate) fn from(&self) -> Option<u64> {
        self.most.map(|(_, cell)| cell)
    }

    /// Gives the cell behind its last one, if it has one.
    pub(crate) fn to(&self) -> Option<u64> {
        self.least.map(|(_, cell)| cell)
    }

    /// Says whether, by this and a later one, fewer rows than the minimum lie between them.
    fn shows_few(&self, later: &Bound, minimum: u64) -> bool {
        let (Some((least, to)), Some((most, from))) = (self.least, later.most) else {
            return false;
        };
        to < from && most < least.saturating_add(minimum)
    }

    /// Takes cells in, as far as it can be moved.
    fn reach(&mut self, from: u64, to: u64) {
        if self.is_fixed {
            return;
        }
        if let Some((_, cell)) = &mut self.most {
            *cell = from.min(*cell);
        }
        if let Some((_, cell)) = &mut self.least {
            *cell = to.max(*cell);
        }
    }
}

/// Widens bounds until no two of them show that fewer rows than the minimum lie in between: those
/// that do get to be the same.
pub(crate) fn widen(bounds: &mut [Bound], minimum: u64) {
    let mut is_changed = true;
    while is_changed {
        is_changed = false;
        for one in 0..bounds.len() {
            for other in 0..bounds.len() {
                let (first, later) = (bounds[one], bounds[other]);
                if (first.is_fixed && later.is_fixed) || !first.shows_few(&later, minimum) {
                    continue;
                }
                let ends = [first.from(), first.to(), later.from(), later.to()];
                let cells = || ends.iter().flatten().copied();
                let (Some(from), Some(to)) = (cells().min(), cells().max()) else {
                    continue;
                };
                bounds[one].reach(from, to);
                bounds[other].reach(from, to);
                is_changed = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::specification::Kind;

    proptest! {
        #[test]
        fn the_interval_holds_the_rank_and_the_minimum_of_rows(
            mut values in prop::collection::vec(0_u32..5_000, 30..300),
            share in 0_usize..30,
        ) {
            let kind = Kind::Integer { low: 0, high: 4_999 };
            let grid = Grid::of(&kind, 1e-6).unwrap();
            let place = share * values.len() / 30;
            let mut target = Target::new(place as u64 + 1, &grid);
            for round in 0..grid.rounds() {
                let mut counts = vec![0; ROUND];
                for value in &values {
                    let part = target.part(u64::from(*value), (&grid, round));
                    if let Some(part) = part {
                        counts[part] += 1;
                    }
                }
                target.learn(&counts, (&grid, round), 7);
            }
            values.sort_unstable();
            let wanted = u64::from(values[place]);
            prop_assert!((target.from..target.to).contains(&wanted));
            let inside = |value: &&u32| (target.from..target.to).contains(&u64::from(**value));
            prop_assert!(values.iter().filter(inside).count() >= 7);
            let before = values.iter().filter(|value| u64::from(**value) < target.from);
            prop_assert_eq!(before.count() as u64, target.below);
        }
    }

    fn of(rank: u64, from: u64, to: u64) -> Target {
        Target {
            rank,
            below: 0,
            from,
            to,
            is_open: false,
        }
    }

    /// 100 rows at 100, one at 400, 99 at 700.
    #[test]
    fn a_row_alone_between_two_ranks_is_not_shown() {
        let found = [of(100, 100, 101), of(101, 96, 416), of(102, 700, 701)];
        let mut bounds = found.map(|found| Bound::interval(&found));
        widen(&mut bounds, 10);
        let ends = bounds.map(|bound| (bound.from(), bound.to()));
        assert_eq!(
            ends,
            [
                (Some(100), Some(701)),
                (Some(96), Some(416)),
                (Some(100), Some(701))
            ]
        );
    }

    #[test]
    fn bounds_reach_edges_that_they_are_too_near_to() {
        let mut bounds = [
            Bound::smallest(&of(10, 3, 5)),
            Bound::edge(12, 8),
            Bound::edge(40, 20),
            Bound::interval(&of(45, 23, 25)),
            Bound::interval(&of(80, 40, 41)),
            Bound::largest(&of(91, 50, 51)),
            Bound::edge(90, 48),
        ];
        widen(&mut bounds, 10);
        assert_eq!((bounds[0].from(), bounds[0].to()), (None, Some(8)));
        assert_eq!((bounds[3].from(), bounds[3].to()), (Some(20), Some(25)));
        assert_eq!((bounds[4].from(), bounds[4].to()), (Some(40), Some(41)));
        assert_eq!((bounds[5].from(), bounds[5].to()), (Some(48), None));
    }

    proptest! {
        #[test]
        fn nothing_that_is_told_shows_few_rows_in_between(
            values in prop::collection::vec(0_u64..200, 30..200),
            ranks in prop::collection::vec(0_usize..1_000, 2..6),
            edges in prop::collection::btree_set(1_u64..200, 0..6),
        ) {
            let before = |cell: u64| values.iter().filter(|value| **value < cell).count() as u64;
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let mut bounds: Vec<Bound> = ranks
                .iter()
                .map(|share| share * values.len() / 1_000)
                .map(|place| of(place as u64 + 1, sorted[place], sorted[place] + 1))
                .map(|found| Bound::interval(&found))
                .collect();
            bounds.extend(edges.iter().map(|edge| Bound::edge(before(*edge), *edge)));
            let told = bounds.clone();
            widen(&mut bounds, 7);
            for (bound, told) in bounds.iter().zip(&told) {
                prop_assert!(bound.from() <= told.from() && bound.to() >= told.to());
                for later in &bounds {
                    let is_moved = !bound.is_fixed || !later.is_fixed;
                    prop_assert!(!is_moved || !bound.shows_few(later, 7));
                }
            }
        }
    }
}
