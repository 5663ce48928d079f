//! Which rows are where, as a feature holder knows it.

use std::cell::Cell;

use super::bits;
use crate::{NodeId, Partition, count::narrow};

/// Which rows are in which node, and which of them were drawn.
pub(crate) struct Places {
    partition: Partition,
    is_drawn: Option<Vec<bool>>,
}

impl Places {
    /// Begins with all rows in the root; `drawn` has a bit for each row, or nothing where all were
    /// drawn.
    pub(crate) fn new(rows: usize, drawn: &[u8]) -> Option<Places> {
        let is_drawn = if drawn.is_empty() {
            None
        } else {
            Some(bits::unpack(drawn, rows)?.collect())
        };
        let all: Vec<u32> = (0..narrow(rows)).collect();
        Some(Places {
            partition: Partition::new(rows, &all),
            is_drawn,
        })
    }

    /// Gives a node's rows, rising.
    pub(crate) fn all(&self, node: usize) -> &[u32] {
        self.partition.rows_at(node)
    }

    /// Gives those of a node that were drawn, rising.
    pub(crate) fn drawn(&self, node: usize) -> Vec<u32> {
        let rows = self.all(node).iter().copied();
        rows.filter(|row| self.is_drawn(*row)).collect()
    }

    /// Counts them.
    pub(crate) fn count_drawn(&self, node: usize) -> u64 {
        let rows = self.all(node).iter();
        rows.filter(|row| self.is_drawn(**row)).count() as u64
    }

    fn is_drawn(&self, row: u32) -> bool {
        let is_drawn = self.is_drawn.as_ref();
        is_drawn.is_none_or(|is_drawn| is_drawn[row as usize])
    }

    /// Parts a node's rows, each by its side; the left child is node `left`, the right one the next.
    pub(crate) fn part(&mut self, node: usize, left: usize, sides: &[bool]) -> Option<()> {
        let left = u32::try_from(left).ok()?;
        let node = NodeId(u32::try_from(node).ok()?);
        // Rows are asked for in the order in which they lie.
        let sides = Cell::new(sides.iter());
        let goes_left = |_| {
            let mut rest = sides.take();
            let goes_left = rest.next().copied().unwrap_or(false);
            sides.set(rest);
            goes_left
        };
        let children = (NodeId(left), NodeId(left + 1));
        self.partition.part(node, children, goes_left).map(|_| ())
    }
}
