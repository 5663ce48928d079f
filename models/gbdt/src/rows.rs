//! One party's rows at work in a fit.

use std::fmt;

use crate::{
    BinRule, Binned, Boosting, Cuts, Failure, Objective, RowSampling, Segment, Slope, Table,
    Totals, Tree, cell::BOUND, count::narrow, partition::Partition, quantum::Quanta, tree::Node,
};

/// Binned rows with their labels and what the trees so far add up to.
///
/// The rows are one party's, or those of several one after the other: then each has a [`Segment`],
/// and all is as if each party had drawn and rounded its own.
pub struct Rows {
    objective: Objective,
    sampling: RowSampling,
    segments: Vec<Segment>,
    binned: Binned,
    labels: Vec<f64>,
    weights: Option<Vec<f64>>,
    margins: Vec<f64>,
    is_held_out: Vec<bool>,
    held_out: usize,
    cap: f64,
}

/// Σ weight · label and Σ weight over the rows trained on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LabelTotals {
    /// Σ weight · label.
    pub labels: f64,
    /// Σ weight.
    pub weights: f64,
}

/// Σ weight · loss and Σ weight, over the rows trained on and over those held out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LossTotals {
    /// Σ weight · loss of rows trained on.
    pub trained: f64,
    /// Σ weight of rows trained on.
    pub trained_weights: f64,
    /// Σ weight · loss of rows held out.
    pub held_out: f64,
    /// Σ weight of rows held out.
    pub held_out_weights: f64,
}

/// The rows drawn for a tree, with gradients that are still reals.
///
/// Its `Debug` shows their number alone.
pub struct Drawn {
    tree: u32,
    rows: Vec<u32>,
    slopes: Vec<(f64, f64)>,
    totals: Totals,
    losses: Option<LossTotals>,
}

impl Rows {
    /// Bins a table's rows; `segments` make up its rows in their order.
    ///
    /// # Errors
    ///
    /// If cuts or segments don't suit the table, or no row is left to train on or to measure by.
    pub fn new(
        boosting: &Boosting,
        table: &Table,
        cuts: &Cuts,
        segments: Vec<Segment>,
    ) -> Result<Rows, Failure> {
        let (columns, cut_columns) = (table.columns().len(), cuts.columns());
        if columns != cut_columns {
            return Err(Failure::Columns {
                cuts: cut_columns,
                columns,
            });
        }
        let rows = table.rows();
        let in_segments = segments.iter().map(|segment| segment.rows);
        let in_segments = in_segments.fold(0, usize::saturating_add);
        if in_segments != rows {
            return Err(Failure::Segments {
                segments: in_segments,
                rows,
            });
        }
        let spec = boosting.specification();
        let mut is_held_out = vec![false; rows];
        let mut held_out = 0;
        if let Some(early) = spec.early_stopping {
            let mut begin = 0;
            for segment in &segments {
                for place in segment.held_out(early.share) {
                    is_held_out[begin + place as usize] = true;
                    held_out += 1;
                }
                begin += segment.rows;
            }
        }
        Ok(Rows {
            objective: spec.objective,
            sampling: spec.rows,
            segments,
            binned: Binned::new(cuts, table.values()),
            labels: table.labels().to_vec(),
            weights: table.weights().map(<[f64]>::to_vec),
            margins: vec![0.0; rows],
            is_held_out,
            held_out,
            cap: f64::INFINITY,
        })
    }

    /// Bounds what a row may add to any total.
    pub(crate) fn capped(self, cap: f64) -> Rows {
        Rows { cap, ..self }
    }

    /// Counts the rows trained on.
    pub fn trained(&self) -> usize {
        self.labels.len() - self.held_out
    }

    /// Counts the rows held out.
    pub fn held_out(&self) -> usize {
        self.held_out
    }

    /// Gives the bins.
    pub fn binned(&self) -> &Binned {
        &self.binned
    }

    /// Gives each row's margin.
    pub fn margins(&self) -> &[f64] {
        &self.margins
    }

    /// Adds up the labels of the rows trained on.
    pub fn label_totals(&self) -> LabelTotals {
        let mut totals = LabelTotals::default();
        for (row, label) in self.labels.iter().enumerate() {
            if !self.is_held_out[row] {
                let weight = self.weight(row);
                totals.labels += self.bounded(weight * label);
                totals.weights += weight;
            }
        }
        totals
    }

    /// Begins anew: every margin is the base score.
    pub fn begin(&mut self, base_score: f64) {
        self.margins.fill(base_score);
    }

    /// Goes on at margins that were kept; gives false if they are none of these rows'.
    pub(crate) fn resume(&mut self, margins: &[f64]) -> bool {
        let suits = margins.len() == self.margins.len();
        if suits {
            self.margins.copy_from_slice(margins);
        }
        suits
    }

    /// Adds a tree to the margins.
    pub fn add(&mut self, tree: &Tree<BinRule>) {
        self.binned.add(tree, &mut self.margins);
    }

    /// The same as [`add`](Rows::add), faster: the rows that it grew on are in its leaves already.
    pub fn add_grown(&mut self, tree: &Tree<BinRule>, partition: &Partition) {
        if partition.rows() < self.labels.len() {
            // Rows that were not drawn must find their leaves.
            return self.add(tree);
        }
        self.add_in_leaves(tree, partition);
    }

    /// Adds a tree to the margins of rows that lie in its leaves.
    pub(crate) fn add_in_leaves<C>(&mut self, tree: &Tree<C>, partition: &Partition) {
        for (place, node) in tree.nodes().iter().enumerate() {
            if let Node::Leaf(leaf) = node {
                for &row in partition.rows_at(place) {
                    self.margins[row as usize] += leaf.value;
                }
            }
        }
    }

    /// Adds up the losses at the margins of now.
    pub fn losses(&self) -> LossTotals {
        let mut losses = LossTotals::default();
        for row in 0..self.labels.len() {
            self.slope(row, &mut losses);
        }
        losses
    }

    /// Draws the rows of a tree and computes their gradients, with the losses at the margins of now.
    pub fn draw(&self, tree: u32) -> Drawn {
        let mut losses = LossTotals::default();
        let drawn = self.draw_by(tree, |row| {
            let Slope { g, h, .. } = self.slope(row, &mut losses);
            (g, h)
        });
        Drawn {
            losses: Some(losses),
            ..drawn
        }
    }

    /// The same without the losses, for less.
    pub(crate) fn draw_alone(&self, tree: u32) -> Drawn {
        self.draw_by(tree, |row| {
            let (label, margin) = (self.labels[row], self.margins[row]);
            self.objective.derivatives(label, margin)
        })
    }

    #[inline]
    fn draw_by(&self, tree: u32, mut derivatives: impl FnMut(usize) -> (f64, f64)) -> Drawn {
        let mut rows = Vec::with_capacity(self.trained());
        let mut slopes = Vec::with_capacity(self.trained());
        for row in 0..self.labels.len() {
            let weight = self.weight(row);
            let (g, h) = derivatives(row);
            if !self.is_held_out[row] {
                rows.push(narrow(row));
                slopes.push((weight * g, weight * h));
            }
        }
        if self.sampling != RowSampling::All {
            (rows, slopes) = self.sample(tree, &rows, &slopes);
        }
        let mut totals = Totals {
            rows: rows.len() as u64,
            ..Totals::default()
        };
        for (g, h) in &slopes {
            totals.g += self.bounded(g.abs());
            totals.h += self.bounded(*h);
        }
        Drawn {
            tree,
            rows,
            slopes,
            totals,
            losses: None,
        }
    }

    /// Rounds the gradients of the rows drawn, each segment by its own dither.
    pub fn round(&self, drawn: &Drawn, quanta: Quanta) -> Partition {
        let mut partition = Partition::new(self.labels.len(), &drawn.rows);
        let (finer_g, finer_h) = (1.0 / quanta.g.unit(), 1.0 / quanta.h.unit());
        let mut at = 0;
        let mut begin = 0;
        for segment in &self.segments {
            let end = begin + segment.rows;
            let rounding = segment.rounding(drawn.tree);
            while let Some(&row) = drawn.rows.get(at).filter(|row| (**row as usize) < end) {
                let place = (row as usize - begin) as u64;
                let (g, h) = drawn.slopes[at];
                let (up_g, up_h) = rounding.two_fractions(place);
                partition.set(row, floor(g * finer_g + up_g), floor(h * finer_h + up_h));
                at += 1;
            }
            begin = end;
        }
        partition
    }

    fn sample(
        &self,
        tree: u32,
        rows: &[u32],
        slopes: &[(f64, f64)],
    ) -> (Vec<u32>, Vec<(f64, f64)>) {
        let (mut drawn_rows, mut drawn_slopes) = (Vec::new(), Vec::new());
        let (mut at, mut begin) = (0, 0_usize);
        for segment in &self.segments {
            let end = begin + segment.rows;
            let from = at;
            at += rows[from..].partition_point(|row| (*row as usize) < end);
            let own = rows[from..at].iter().zip(&slopes[from..at]);
            let sizes: Vec<(u32, f64)> = own
                .map(|(row, (g, _))| (row - narrow(begin), g.abs()))
                .collect();
            let mut place = from;
            for (row, more) in segment.draw(tree, self.sampling, &sizes) {
                let row = row + narrow(begin);
                while rows[place] != row {
                    place += 1;
                }
                let (g, h) = slopes[place];
                drawn_rows.push(row);
                drawn_slopes.push((more * g, more * h));
            }
            begin = end;
        }
        (drawn_rows, drawn_slopes)
    }

    #[inline]
    fn slope(&self, row: usize, losses: &mut LossTotals) -> Slope {
        let weight = self.weight(row);
        let slope = self.objective.slope(self.labels[row], self.margins[row]);
        let loss = self.bounded(weight * slope.loss);
        if self.is_held_out[row] {
            losses.held_out += loss;
            losses.held_out_weights += weight;
        } else {
            losses.trained += loss;
            losses.trained_weights += weight;
        }
        slope
    }

    #[inline]
    fn bounded(&self, real: f64) -> f64 {
        real.clamp(-self.cap, self.cap)
    }

    #[inline]
    fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }
}

/// Gives the greatest integer that is not above `value`, held between -2^29 and 2^29.
///
/// No quanta that suit the rows lead beyond. Others must not show on which side of a bound a row
/// or a party lies but by the sum that they are in.
#[expect(
    clippy::cast_possible_truncation,
    reason = "far from the ends of 64 bits"
)]
fn floor(value: f64) -> i64 {
    // Casting cuts towards zero, which is downwards for a number above it.
    const SHIFT: i64 = 1 << 30;
    const MOST: f64 = (BOUND - 1) as f64;
    (value.clamp(-MOST, MOST) + SHIFT as f64) as i64 - SHIFT
}

impl Drawn {
    /// Gives the tree's number.
    pub(crate) fn tree(&self) -> u32 {
        self.tree
    }

    /// Gives what the quanta follow from.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Gives the losses before the tree; zeros where they were left out.
    pub fn losses(&self) -> LossTotals {
        self.losses.unwrap_or_default()
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("rows", &self.labels.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drawn")
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}
