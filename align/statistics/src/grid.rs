//! A declared range, cut into equal cells that quantiles are looked for in.

use crate::{findings::Interval, specification::Kind};

/// Into how many parts a round divides what it looks at.
pub(crate) const ROUND: usize = 1 << ROUND_BITS;
const ROUND_BITS: u32 = 5;

/// Equal cells of a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    scale: Scale,
    rounds: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    /// As many cells as rounds tell apart.
    Numbers { low: f64, high: f64 },
    /// So many whole numbers a cell; the last cells may be empty.
    Integers { low: i64, high: i64, step: i64 },
}

impl Grid {
    /// Cuts a range so finely that a cell is at most that share of it, and of whole numbers at least one;
    /// nothing for what has no range.
    pub(crate) fn of(kind: &Kind, error: f64) -> Option<Grid> {
        match *kind {
            Kind::Number { low, high } => {
                let scale = Scale::Numbers { low, high };
                let cells = (1.0 / error).ceil();
                Some(Grid::reaching(scale, cells))
            }
            Kind::Integer { low, high } => {
                #[expect(clippy::cast_possible_truncation, reason = "below 2^53")]
                let step = (((high - low) as f64 * error).floor() as i64).max(1);
                let scale = Scale::Integers { low, high, step };
                let cells = (high - low) / step + 1;
                Some(Grid::reaching(scale, cells as f64))
            }
            _ => None,
        }
    }

    fn reaching(scale: Scale, cells: f64) -> Grid {
        let mut grid = Grid { scale, rounds: 1 };
        while (grid.cells() as f64) < cells && grid.rounds < 8 {
            grid.rounds += 1;
        }
        grid
    }

    /// Gives in how many rounds a cell is found.
    pub(crate) fn rounds(&self) -> u32 {
        self.rounds
    }

    /// Gives the number of cells that rounds can tell apart.
    pub(crate) fn cells(&self) -> u64 {
        1 << (ROUND_BITS * self.rounds)
    }

    /// Gives the number of cells from the first one to the last one in the range.
    pub(crate) fn used(&self) -> u64 {
        match self.scale {
            Scale::Numbers { .. } => self.cells(),
            Scale::Integers { low, high, step } => ((high - low) / step + 1).unsigned_abs(),
        }
    }

    /// Says whether each cell is one whole number.
    pub(crate) fn has_single_values(&self) -> bool {
        matches!(self.scale, Scale::Integers { step: 1, .. })
    }

    /// Gives the cells in each part that a round, counted from 0, divides into.
    pub(crate) fn part(&self, round: u32) -> u64 {
        1 << (ROUND_BITS * (self.rounds - 1 - round))
    }

    /// Gives the cell of a value; nothing outside the range.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to lie in the range"
    )]
    pub(crate) fn cell(&self, value: f64) -> Option<u64> {
        match self.scale {
            Scale::Numbers { low, high } => {
                let cell = (value - low) / (high - low) * self.cells() as f64;
                (low..=high)
                    .contains(&value)
                    .then(|| (cell as u64).min(self.cells() - 1))
            }
            Scale::Integers { low, high, step } => {
                let is_whole = value.fract() == 0.0;
                let is_inside = (low as f64..=high as f64).contains(&value);
                (is_whole && is_inside).then(|| ((value as i64 - low) / step).unsigned_abs())
            }
        }
    }

    /// Gives where a value lies in its range: 0 at the lower end, 1 at the upper one.
    pub(crate) fn unit(&self, value: f64) -> f64 {
        let (low, high) = self.range();
        (value - low) / (high - low)
    }

    /// Gives the value that lies there.
    pub(crate) fn value(&self, unit: f64) -> f64 {
        let (low, high) = self.range();
        low + unit * (high - low)
    }

    /// Gives the width of the range.
    pub(crate) fn width(&self) -> f64 {
        let (low, high) = self.range();
        high - low
    }

    fn range(&self) -> (f64, f64) {
        match self.scale {
            Scale::Numbers { low, high } => (low, high),
            Scale::Integers { low, high, .. } => (low as f64, high as f64),
        }
    }

    /// Gives the values of cells from one up to before another; of whole numbers the first and the
    /// last one among them.
    pub(crate) fn interval(&self, from: u64, to: u64) -> Interval {
        match self.scale {
            Scale::Numbers { low, high } => {
                let at = |cell: u64| {
                    if cell >= self.cells() {
                        high
                    } else {
                        low + (high - low) * (cell as f64 / self.cells() as f64)
                    }
                };
                Interval {
                    from: at(from),
                    to: at(to),
                }
            }
            Scale::Integers { low, high, step } => {
                let at = |cell: u64| low.saturating_add(step.saturating_mul(cell.cast_signed()));
                Interval {
                    from: at(from).min(high) as f64,
                    to: (at(to) - 1).min(high) as f64,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_at_most_the_share_that_was_asked_for() {
        for error in [0.5, 0.1, 0.03, 1e-3, 1e-6] {
            for kind in [
                Kind::Number {
                    low: -3.0,
                    high: 7.5,
                },
                Kind::Integer {
                    low: -5,
                    high: 5_000,
                },
            ] {
                let grid = Grid::of(&kind, error).unwrap();
                for value in [-3.0, 0.0, 2.0, 7.0] {
                    let cell = grid.cell(value).unwrap();
                    let found = grid.interval(cell, cell + 1);
                    assert!((found.from..=found.to).contains(&value));
                    assert!(found.to - found.from <= error * grid.width() * (1.0 + 1e-12));
                    assert!(cell < grid.used() && grid.used() <= grid.cells());
                }
            }
        }
    }

    #[test]
    fn ends_are_inside_and_what_is_no_number_of_the_range_is_not() {
        let grid = Grid::of(&Kind::Integer { low: 0, high: 9 }, 0.001).unwrap();
        assert_eq!((grid.cell(0.0), grid.cell(9.0)), (Some(0), Some(9)));
        assert_eq!((grid.used(), grid.rounds()), (10, 1));
        for value in [-1.0, 10.0, 2.5, f64::INFINITY, f64::NAN] {
            assert_eq!(grid.cell(value), None);
        }
        let grid = Grid::of(
            &Kind::Number {
                low: 0.0,
                high: 1.0,
            },
            0.5,
        )
        .unwrap();
        assert_eq!(grid.cell(1.0), Some(31));
        assert!((grid.interval(31, 32).to - 1.0).abs() < 1e-15);
    }
}
