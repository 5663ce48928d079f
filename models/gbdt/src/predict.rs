//! Predictions of many rows at once.

use crate::{
    Model, Rule, Side,
    tree::{Node, Tree},
};

/// How many rows walk through a tree side by side: their steps don't wait for each other.
const WALKERS: usize = 8;
/// How many rows are laid out at once: their values stay in the cache while all trees are walked.
const BLOCK: usize = 128;

/// A tree's nodes, one cache line for two or three of them; a leaf leads to itself.
struct Steps {
    nodes: Vec<Step>,
    depth: u32,
}

#[derive(Clone, Copy)]
struct Step {
    /// The threshold of a branch, the value of a leaf.
    number: f64,
    column: u32,
    left: u32,
    right: u32,
    missing_left: bool,
}

impl Steps {
    fn new(tree: &Tree<Rule>) -> Steps {
        let step = |(place, node): (u32, &Node<Rule>)| match node {
            Node::Branch(branch) => Step {
                number: branch.choice.threshold,
                column: branch.choice.column,
                left: branch.left.0,
                right: branch.right.0,
                missing_left: branch.choice.missing == Side::Left,
            },
            Node::Leaf(leaf) => Step {
                number: leaf.value,
                column: 0,
                left: place,
                right: place,
                missing_left: false,
            },
        };
        Steps {
            nodes: (0..).zip(tree.nodes()).map(step).collect(),
            depth: tree.depth(),
        }
    }

    /// Adds the tree to the margins of rows laid out one after the other.
    fn add(&self, rows: &[f64], width: usize, margins: &mut [f64]) {
        for (rows, margins) in rows
            .chunks(width * WALKERS)
            .zip(margins.chunks_mut(WALKERS))
        {
            let mut at = [0_u32; WALKERS];
            for _ in 0..self.depth {
                for (at, row) in at.iter_mut().zip(rows.chunks_exact(width)) {
                    let step = &self.nodes[*at as usize];
                    let value = row[step.column as usize];
                    let is_left = value <= step.number || (value.is_nan() && step.missing_left);
                    *at = if is_left { step.left } else { step.right };
                }
            }
            for (margin, at) in margins.iter_mut().zip(at) {
                *margin += self.nodes[at as usize].number;
            }
        }
    }
}

impl Model {
    /// Gives the margins of rows whose values are given column by column, in the model's order,
    /// NaN where missing: the same as [`margin`](Model::margin) of each row.
    ///
    /// Gives as many as the shortest column has; columns that are not given are missing.
    pub fn margins(&self, columns: &[&[f64]]) -> Vec<f64> {
        let rows = columns.iter().map(|values| values.len()).min().unwrap_or(0);
        let width = self.columns().len();
        let trees: Vec<Steps> = self.trees().iter().map(Steps::new).collect();
        let mut margins = vec![self.base_score(); rows];
        let mut laid_out = vec![f64::NAN; width * BLOCK];
        for (block, margins) in margins.chunks_mut(BLOCK).enumerate() {
            let begin = block * BLOCK;
            for (column, values) in columns.iter().take(width).enumerate() {
                let places = laid_out.iter_mut().skip(column).step_by(width);
                for (place, value) in places.zip(&values[begin..begin + margins.len()]) {
                    *place = *value;
                }
            }
            for tree in &trees {
                tree.add(&laid_out[..width * margins.len()], width, margins);
            }
        }
        margins
    }

    /// Gives the means of rows whose values are given column by column.
    pub fn means(&self, columns: &[&[f64]]) -> Vec<f64> {
        let mut means = self.margins(columns);
        for mean in &mut means {
            *mean = self.objective().mean(*mean);
        }
        means
    }
}
