//! How many rows lie between two candidates of a column that may be told of.

use super::deal::{ColumnCounts, Dealt};
use crate::{BinRule, Side, count::narrow};

/// Gives the slots in the order of columns, boundaries and sides.
pub(crate) fn order(dealt: &[Dealt]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..narrow(dealt.len())).collect();
    order.sort_unstable_by_key(|slot| dealt[*slot as usize].rank());
    order
}

/// The fewest rows that may lie between two candidates of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap(pub(crate) u64);

impl Gap {
    /// Says whether rows are none, or enough to be told of.
    fn allows(self, rows: u64) -> bool {
        rows == 0 || rows >= self.0
    }

    /// Closes candidates until those that are left part each column's rows into groups that are empty
    /// or large enough, in a node and in its sibling: the rows below the first boundary, those between
    /// two that follow each other, those above the last, and those that miss the value.
    ///
    /// Whatever is worked out of the sums of one column's candidates is then said of such groups.
    /// Boundaries are kept from the lowest on. `counts` gives those of a column in both nodes.
    pub(crate) fn keep_apart<'a>(
        self,
        (dealt, order): (&[Dealt], &[u32]),
        is_open: &mut [bool],
        counts: impl Fn(u32) -> Vec<ColumnCounts<'a>>,
    ) {
        let rule = |slot: &u32| dealt[*slot as usize].rule;
        for slots in order.chunk_by(|a, b| rule(a).column == rule(b).column) {
            let Some(first) = slots.first() else {
                continue;
            };
            let nodes = counts(rule(first).column);
            let tells_missing = nodes.iter().all(|node| self.allows(node.missing()));
            // Rows that miss the value are a group of their own, or always with those above the last.
            let above = |node: &ColumnCounts<'_>| {
                let missing = if tells_missing { node.missing() } else { 0 };
                node.rows() - missing
            };
            let mut below = vec![0; nodes.len()];
            for slots in slots.chunk_by(|a, b| rule(a).bin == rule(b).bin) {
                for slot in slots {
                    let is_told = tells_missing || rule(slot).missing == Side::Right;
                    is_open[*slot as usize] &= is_told;
                }
                if !slots.iter().any(|slot| is_open[*slot as usize]) {
                    continue;
                }
                let boundary = slots.first().map(rule);
                let up_to = |node: &ColumnCounts<'_>| boundary.map_or(0, |it| values(*node, it));
                let up_to: Vec<u64> = nodes.iter().map(up_to).collect();
                let mut sizes = nodes.iter().zip(&up_to).zip(&below);
                let is_apart = sizes.all(|((node, up_to), below)| {
                    self.allows(up_to - below) && self.allows(above(node) - up_to)
                });
                if is_apart {
                    below = up_to;
                } else {
                    for slot in slots {
                        is_open[*slot as usize] = false;
                    }
                }
            }
        }
    }
}

/// Counts the rows whose values are up to a boundary.
fn values(node: ColumnCounts<'_>, boundary: BinRule) -> u64 {
    let missing = Side::Right;
    node.left(BinRule {
        missing,
        ..boundary
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every candidate of one column with so many boundaries.
    fn dealt(boundaries: u8) -> Vec<Dealt> {
        let both = [Side::Left, Side::Right];
        let rules = (1..=boundaries)
            .rev()
            .flat_map(|bin| both.map(|it| (bin, it)));
        let dealt = rules.map(|(bin, missing)| Dealt {
            rule: BinRule {
                column: 0,
                bin,
                missing,
            },
            is_right: bin % 2 == 0,
        });
        dealt.collect()
    }

    fn is_member(rule: BinRule, bin: u8) -> bool {
        rule.goes_left(bin)
    }

    proptest! {
        #[test]
        fn candidates_left_open_part_both_nodes_into_no_small_group(
            cells in prop::array::uniform2(prop::collection::vec(0_u32..14, 9)),
            closed in prop::collection::vec(prop::bool::weighted(0.2), 16),
            gap in 0_u64..30,
        ) {
            let dealt = dealt(7);
            let mut is_open: Vec<bool> = dealt.iter().zip(&closed).map(|(_, it)| !it).collect();
            let before = is_open.clone();
            let order = order(&dealt);
            let nodes = || cells.iter().map(|cells| ColumnCounts::of(cells)).collect();
            Gap(gap).keep_apart((&dealt, &order), &mut is_open, |_| nodes());
            for (open, before) in is_open.iter().zip(&before) {
                prop_assert!(!open || *before);
            }
            if gap <= 1 {
                prop_assert_eq!(&is_open, &before);
            }
            // Rows on the same side of all that are open are one group; two open candidates differ by
            // whole groups.
            let open: Vec<BinRule> = dealt.iter().zip(&is_open).filter(|it| *it.1)
                .map(|it| it.0.rule).collect();
            for cells in &cells {
                let mut groups = std::collections::BTreeMap::<Vec<bool>, u64>::new();
                for (bin, rows) in (0..).zip(cells) {
                    let sides = open.iter().map(|rule| is_member(*rule, bin)).collect();
                    *groups.entry(sides).or_default() += u64::from(*rows);
                }
                prop_assert!(groups.values().all(|rows| *rows == 0 || *rows >= gap) || open.is_empty());
            }
        }
    }

    #[test]
    fn what_is_far_enough_apart_stays_open() {
        let dealt = dealt(3);
        let order = order(&dealt);
        let open = |gap, cells: &[u32]| {
            let mut is_open = vec![true; 6];
            let cells = || vec![ColumnCounts::of(cells)];
            Gap(gap).keep_apart((&dealt, &order), &mut is_open, |_| cells());
            let ranks = order.iter().map(|slot| is_open[*slot as usize]);
            ranks.collect::<Vec<bool>>()
        };
        // Missing, then the values of four bins; each boundary with missing values right, then left.
        assert_eq!(open(10, &[10, 10, 10, 10, 10]), [true; 6]);
        assert_eq!(open(10, &[0, 10, 10, 10, 10]), [true; 6]);
        let few_missing = [true, false, true, false, true, false];
        assert_eq!(open(10, &[9, 10, 10, 10, 10]), few_missing);
        let close = [true, true, false, false, true, true];
        assert_eq!(open(10, &[10, 10, 9, 10, 10]), close);
        assert_eq!(open(10, &[10, 10, 0, 10, 10]), [true; 6]);
    }
}
