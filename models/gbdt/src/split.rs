//! The best split of a node whose histogram is known.

use serde::{Deserialize, Serialize};

use crate::{
    Criterion, Direction, Histogram, Layout, Place, Sums, cell::Cell, count::narrow, cuts::MISSING,
    gain::Judge,
};

/// A side of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The side of the values up to the threshold.
    Left,
    /// The other.
    Right,
}

/// A condition on a column's bin: values in bins up to `bin` go left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BinRule {
    /// The column's place.
    pub column: u32,
    /// The last bin of values that goes left: 1 or more, and not the column's last.
    pub bin: u8,
    /// Where missing values go.
    pub missing: Side,
}

impl BinRule {
    /// Says whether a row with this bin in the column goes left.
    #[inline]
    pub fn goes_left(self, bin: u8) -> bool {
        // The bin of missing values is 0: less 1 it is the greatest number.
        let (shift, end) = self.window();
        bin.wrapping_sub(shift) < end
    }

    /// Gives `(shift, end)`, such that bins that are less than `end` when `shift` is taken away go
    /// left.
    pub(crate) fn window(self) -> (u8, u8) {
        match self.missing {
            Side::Left => (MISSING, self.bin.saturating_add(1)),
            Side::Right => (MISSING + 1, self.bin),
        }
    }
}

/// A split that was found for a node.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split<C> {
    /// What parts the rows.
    pub choice: C,
    /// What it is worth: see [`Criterion::gain`].
    pub gain: f64,
    /// The sums of the rows that go left.
    pub left: Sums,
    /// How values must change from left to right, where the column is monotone.
    pub direction: Option<Direction>,
}

/// Finds the best split of a node, if any is worth more than γ.
///
/// `directions` are those of the columns, by their place; columns beyond it are free. Among equal
/// gains the first wins: lowest column, then lowest bin, then missing values to the right. Where a
/// node misses no value of the column, missing values are sent to the side of more Σh.
pub fn best_split(
    criterion: &Criterion,
    place: &Place,
    layout: &Layout,
    histogram: &Histogram,
    directions: &[Option<Direction>],
) -> Option<Split<BinRule>> {
    let judge = Judge::new(criterion, place.sums, place.bounds);
    let mut scan = Scan::new();
    let mut best: Option<Split<BinRule>> = None;
    for (column, bins) in layout.columns() {
        let direction = directions.get(column).copied().flatten();
        let beaten = best.as_ref().map_or(judge.threshold(), |best| best.gain);
        let cells = histogram.cells(bins);
        if let Some(found) = scan.column(&judge, cells, direction, beaten) {
            best = Some(Split {
                choice: BinRule {
                    column: narrow(column),
                    bin: found.bin,
                    missing: found.missing,
                },
                gain: found.gain,
                left: found.left,
                direction,
            });
        }
    }
    best.map(|split| send_missing_to_the_many(split, place, layout, histogram))
}

struct Found {
    bin: u8,
    missing: Side,
    gain: f64,
    left: Sums,
}

/// What a column's bins and those before them add up to, and what it is worth to split behind them:
/// with missing values on the right, and on the left.
struct Scan {
    g: [f64; 256],
    h: [f64; 256],
    gains: [[f64; 256]; 2],
}

impl Scan {
    fn new() -> Box<Scan> {
        Box::new(Scan {
            g: [0.0; 256],
            h: [0.0; 256],
            gains: [[f64::NEG_INFINITY; 256]; 2],
        })
    }

    /// Finds a column's first best split that gains more than another.
    fn column(
        &mut self,
        judge: &Judge<'_>,
        cells: &[Cell],
        direction: Option<Direction>,
        beaten: f64,
    ) -> Option<Found> {
        let (missing, values) = cells.split_first()?;
        let some_missing = *missing != Cell::ZERO;
        // Behind the last bin there is nothing to part; a layout has at most 255 bins of values.
        let ends = values.len().min(255).saturating_sub(1);
        self.fill(judge, Cell::ZERO, &values[..ends]);
        judge.gains(
            &self.g[..ends],
            &self.h[..ends],
            direction,
            &mut self.gains[0],
        );
        if some_missing {
            self.fill(judge, *missing, &values[..ends]);
            judge.gains(
                &self.g[..ends],
                &self.h[..ends],
                direction,
                &mut self.gains[1],
            );
        }
        let mut best = beaten;
        let mut found = None;
        for (place, bin) in (0..ends).zip(1..=u8::MAX) {
            if self.gains[0][place] > best {
                best = self.gains[0][place];
                found = Some((bin, Side::Right));
            }
            if some_missing && self.gains[1][place] > best {
                best = self.gains[1][place];
                found = Some((bin, Side::Left));
            }
        }
        found.map(|(bin, side)| {
            let with_them = if side == Side::Left {
                *missing
            } else {
                Cell::ZERO
            };
            let upto = values.iter().take(usize::from(bin));
            let left = upto.fold(with_them, |sum, cell| sum.plus(*cell));
            Found {
                bin,
                missing: side,
                gain: best,
                left: left.unpack(),
            }
        })
    }

    fn fill(&mut self, judge: &Judge<'_>, first: Cell, values: &[Cell]) {
        let mut sum = first;
        let places = self.g.iter_mut().zip(&mut self.h);
        for ((g, h), cell) in places.zip(values) {
            sum = sum.plus(*cell);
            (*g, *h) = judge.real(sum.unpack());
        }
    }
}

/// Values may be missing later where none are now.
fn send_missing_to_the_many(
    mut split: Split<BinRule>,
    place: &Place,
    layout: &Layout,
    histogram: &Histogram,
) -> Split<BinRule> {
    let column = split.choice.column as usize;
    let bins = layout.columns().find(|(placed, _)| *placed == column);
    let cells = bins.map_or(&[][..], |(_, bins)| histogram.cells(bins));
    let none_missing = cells.first().is_none_or(|cell| *cell == Cell::ZERO);
    if none_missing && split.left.h > (place.sums - split.left).h {
        split.choice.missing = Side::Left;
    }
    split
}
