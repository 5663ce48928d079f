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
}
