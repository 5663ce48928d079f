//! Which rows of a tree are in which node.

use std::{fmt, ops::Range};

use crate::{BinRule, Binned, Fork, Histogram, Layout, NodeId, Sums, cell::Cell};

/// The rows that a tree grows on, with their rounded gradients, node by node.
///
/// All nodes share one list of rows, as in LightGBM: a node's rows lie together, in rising order.
/// Its `Debug` shows counts alone.
pub struct Partition {
    order: Vec<u32>,
    nodes: Vec<Range<usize>>,
    /// By row; rows that were not drawn have nothing.
    cells: Vec<Cell>,
    root: Sums,
    right: Vec<u32>,
    gathered: Vec<Cell>,
}

impl Partition {
    pub(crate) fn new(rows: usize, drawn: &[u32]) -> Partition {
        let root = 0..drawn.len();
        Partition {
            order: drawn.to_vec(),
            nodes: vec![root],
            cells: vec![Cell::ZERO; rows],
            root: Sums::default(),
            right: vec![0; drawn.len()],
            gathered: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn set(&mut self, row: u32, g: i64, h: i64) {
        let sums = Sums { g, h };
        self.cells[row as usize] = Cell::pack(sums);
        self.root += sums;
    }

    /// Counts the rows of the tree.
    pub fn rows(&self) -> usize {
        self.order.len()
    }

    /// Counts the rows of the table.
    pub(crate) fn table_rows(&self) -> usize {
        self.cells.len()
    }

    /// Gives the largest |g| and the largest h of a row.
    pub(crate) fn largest(&self) -> [u32; 2] {
        let sums = self.cells.iter().map(|cell| cell.unpack());
        sums.fold([0; 2], |[g, h], sums| {
            // Every sum is below 2^29 in size.
            let narrow = |sum: i64| u32::try_from(sum.unsigned_abs()).unwrap_or(u32::MAX);
            [g.max(narrow(sums.g)), h.max(narrow(sums.h))]
        })
    }

    /// Gives Σg and Σh over all rows of the tree.
    pub fn root(&self) -> Sums {
        self.root
    }

    /// Gives the rows of a node, rising until it is parted, then its children's one after the other;
    /// none if there is no such node.
    pub fn node(&self, node: NodeId) -> &[u32] {
        self.rows_at(node.0 as usize)
    }

    pub(crate) fn rows_at(&self, node: usize) -> &[u32] {
        self.nodes
            .get(node)
            .map_or(&[], |range| &self.order[range.clone()])
    }

    /// Gives the rounded gradient of a row of the table; zeros if it was not drawn.
    pub fn sums(&self, row: u32) -> Sums {
        let cell = self.cells.get(row as usize);
        cell.copied().unwrap_or(Cell::ZERO).unpack()
    }

    /// Adds up a node's histogram.
    pub fn histogram(&mut self, node: NodeId, binned: &Binned, layout: &Layout) -> Histogram {
        let rows = self.nodes.get(node.0 as usize).cloned().unwrap_or(0..0);
        let rows = &self.order[rows];
        self.gathered.clear();
        let cells = rows.iter().map(|row| self.cells[*row as usize]);
        self.gathered.extend(cells);
        Histogram::build(binned, layout, rows, &self.gathered)
    }

    /// Parts a node's rows by their bins and counts both children's.
    ///
    /// Gives none if the fork is none of this tree.
    pub fn fork(&mut self, binned: &Binned, fork: &Fork<BinRule>) -> Option<(u64, u64)> {
        let rule = fork.choice;
        let column = binned.column(rule.column as usize)?;
        self.part(fork.node, (fork.left, fork.right), |row| {
            rule.goes_left(column.bin(row))
        })
    }

    /// Parts a node's rows and counts both children's.
    ///
    /// Gives none if the children are not the next nodes of this tree.
    pub fn part(
        &mut self,
        node: NodeId,
        (left, right): (NodeId, NodeId),
        goes_left: impl Fn(u32) -> bool,
    ) -> Option<(u64, u64)> {
        let next = self.nodes.len();
        if left.0 as usize != next || right.0 as usize != next + 1 {
            return None;
        }
        let range = self.nodes.get(node.0 as usize)?.clone();
        let rows = &mut self.order[range.clone()];
        let (mut lefts, mut rights) = (0, 0);
        for place in 0..rows.len() {
            let row = rows[place];
            let is_left = goes_left(row);
            // Written to both sides and counted on one: no branch to mispredict.
            rows[lefts] = row;
            self.right[rights] = row;
            lefts += usize::from(is_left);
            rights += usize::from(!is_left);
        }
        rows[lefts..].copy_from_slice(&self.right[..rights]);
        let middle = range.start + lefts;
        self.nodes.push(range.start..middle);
        self.nodes.push(middle..range.end);
        Some((lefts as u64, rights as u64))
    }
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partition")
            .field("rows", &self.order.len())
            .field("nodes", &self.nodes.len())
            .finish_non_exhaustive()
    }
}
