//! The candidates of a feature holder's tree, in the slots that they were dealt into.

use rand_core::CryptoRng;

use super::messages::Weight;
use crate::{BinRule, Binned, Cuts, Layout, MISSING, Side, count::narrow};

/// A candidate in its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dealt {
    /// The rule.
    pub(crate) rule: BinRule,
    /// Whether the sums are those of the rows that go right.
    pub(crate) is_right: bool,
}

impl Dealt {
    /// Sets the byte of each row in the candidate's set, by the row's bin.
    pub(crate) fn mark(self, bins: &[u8], members: &mut [u8]) {
        let (shift, end) = self.rule.window();
        for (member, bin) in members.iter_mut().zip(bins) {
            *member = u8::from((bin.wrapping_sub(shift) < end) != self.is_right);
        }
    }

    /// Gives the rule by which a node is split, `weight` being that of the candidate's set.
    ///
    /// Where no row of the node misses the value, missing values go to the side of more Σh, as in
    /// `split::best_split`: values may be missing later where none are now.
    pub(crate) fn settled(self, weight: Weight, none_missing: bool) -> BinRule {
        if !none_missing {
            return self.rule;
        }
        let of_left = if self.is_right {
            Weight::Lighter
        } else {
            Weight::Heavier
        };
        let missing = if weight == of_left {
            Side::Left
        } else {
            Side::Right
        };
        BinRule {
            missing,
            ..self.rule
        }
    }

    /// Orders candidates as the learner in one place takes them.
    pub(crate) fn rank(self) -> (u32, u8, bool) {
        let BinRule {
            column,
            bin,
            missing,
        } = self.rule;
        (column, bin, missing == Side::Left)
    }
}

/// Lists the candidates of some columns: each boundary with missing values on the right and, where
/// the column misses any, on the left.
pub(crate) fn candidates(cuts: &Cuts, columns: &[usize], misses_any: &[bool]) -> Vec<BinRule> {
    let mut rules = Vec::new();
    for &column in columns {
        let misses = misses_any.get(column).copied().unwrap_or(false);
        let boundaries = cuts.bins(column).saturating_sub(2);
        // Bins are at most 256, so boundaries are at most 254.
        for (bin, _) in (1..=u8::MAX).zip(0..boundaries) {
            for missing in [Side::Right, Side::Left]
                .into_iter()
                .take(1 + usize::from(misses))
            {
                rules.push(BinRule {
                    column: narrow(column),
                    bin,
                    missing,
                });
            }
        }
    }
    rules
}

/// Deals candidates into slots at random, each with a random side.
pub(crate) fn deal(rules: Vec<BinRule>, rng: &mut impl CryptoRng) -> Vec<Dealt> {
    let sided = |rule| Dealt {
        rule,
        is_right: rng.next_u32() & 1 == 1,
    };
    let mut dealt: Vec<Dealt> = rules.into_iter().map(sided).collect();
    shuffle(&mut dealt, rng);
    dealt
}

/// Puts elements into a uniformly random order.
pub(crate) fn shuffle<T>(elements: &mut [T], rng: &mut impl CryptoRng) {
    for place in (1..elements.len()).rev() {
        let other = below(narrow(place).saturating_add(1), rng);
        elements.swap(place, other as usize);
    }
}

/// Draws a number below `end`, which is not 0.
fn below(end: u32, rng: &mut impl CryptoRng) -> u32 {
    let fair = u32::MAX - u32::MAX % end;
    loop {
        let drawn = rng.next_u32();
        if drawn < fair {
            return drawn % end;
        }
    }
}

/// How many of a node's drawn rows are in each bin.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    rows: u64,
    cells: Vec<u32>,
}

impl Counts {
    /// Counts them all.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Counts rows.
    pub(crate) fn of(binned: &Binned, layout: &Layout, rows: &[u32]) -> Counts {
        let mut cells = vec![0; layout.cells()];
        for (column, bins) in layout.columns() {
            let Some(column) = binned.column(column) else {
                continue;
            };
            let cells = &mut cells[bins];
            for row in rows {
                cells[usize::from(column.bin(*row))] += 1;
            }
        }
        let rows = rows.len() as u64;
        Counts { rows, cells }
    }

    /// Gives what is left when a part of the rows is taken away.
    pub(crate) fn without(&self, part: &Counts) -> Counts {
        let cells = self.cells.iter().zip(&part.cells);
        Counts {
            rows: self.rows - part.rows,
            cells: cells.map(|(whole, part)| whole - part).collect(),
        }
    }

    /// Gives the bins of a column.
    pub(crate) fn column(&self, layout: &Layout, column: u32) -> Option<ColumnCounts<'_>> {
        let (_, bins) = layout
            .columns()
            .find(|(placed, _)| *placed == column as usize)?;
        let cells = self.cells.get(bins)?;
        let rows = self.rows;
        Some(ColumnCounts { rows, cells })
    }

    /// Gives the bins of each column.
    pub(crate) fn columns<'a>(
        &'a self,
        layout: &'a Layout,
    ) -> impl Iterator<Item = (usize, ColumnCounts<'a>)> {
        let rows = self.rows;
        layout.columns().map(move |(column, bins)| {
            let cells = &self.cells[bins];
            (column, ColumnCounts { rows, cells })
        })
    }

    /// Gives the bins of each column at its place; none of those that were not drawn.
    pub(crate) fn by_column<'a>(&'a self, layout: &'a Layout) -> Vec<Option<ColumnCounts<'a>>> {
        let mut by_column = Vec::new();
        for (column, counts) in self.columns(layout) {
            by_column.resize(by_column.len().max(column + 1), None);
            by_column[column] = Some(counts);
        }
        by_column
    }
}

/// The same of one column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnCounts<'a> {
    rows: u64,
    cells: &'a [u32],
}

#[cfg(test)]
impl<'a> ColumnCounts<'a> {
    pub(crate) fn of(cells: &'a [u32]) -> ColumnCounts<'a> {
        let rows = cells.iter().copied().map(u64::from).sum();
        ColumnCounts { rows, cells }
    }
}

impl ColumnCounts<'_> {
    /// Says whether no row misses the value.
    pub(crate) fn none_missing(self) -> bool {
        self.missing() == 0
    }

    /// Counts the rows that miss the value.
    pub(crate) fn missing(self) -> u64 {
        let missing = self.cells.get(usize::from(MISSING));
        missing.copied().unwrap_or(0).into()
    }

    /// Counts them all.
    pub(crate) fn rows(self) -> u64 {
        self.rows
    }

    /// Counts the rows that go left by a rule.
    pub(crate) fn left(self, rule: BinRule) -> u64 {
        let values = self.cells.iter().skip(1).take(usize::from(rule.bin));
        let missing = self.cells.first().filter(|_| rule.missing == Side::Left);
        values.chain(missing).copied().map(u64::from).sum()
    }

    /// Counts the rows on the smaller side of a rule.
    pub(crate) fn smaller_side(self, rule: BinRule) -> u64 {
        let left = self.left(rule);
        left.min(self.rows - left)
    }

    /// Gives the first of the rules that part these rows as this one does.
    pub(crate) fn first_alike(self, rule: BinRule) -> BinRule {
        let mut first = rule;
        while first.bin > 1 && self.cells.get(usize::from(first.bin)) == Some(&0) {
            first.bin -= 1;
        }
        if self.none_missing() {
            first.missing = Side::Right;
        }
        first
    }
}
