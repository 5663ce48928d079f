//! The label holder between two trees.

use consilium_base::Seed;

use super::{
    agreement::Agreement,
    error::VerticalError,
    grower::{Grower, Planted},
    model::LabelModel,
    noise,
    side::{Condition, LabelSide},
};
use crate::{
    BinRule, Cuts, Direction, Drawn, Failure, Growth, Layout, Losses, Partition, Quanta, Rows,
    Search, Segment, Stopping, SumBits, Table, Tree, draw_columns, local,
};

/// The party that has the labels.
pub struct LabelHolder {
    agreement: Agreement,
    names: Vec<String>,
    cuts: Cuts,
    directions: Vec<Option<Direction>>,
    rows: Rows,
    side: LabelSide,
}

/// What the label holder does next.
pub(crate) enum Next {
    /// It grows a tree on rows drawn for it.
    Tree(Drawn, Stopping),
    /// It ends with the best of the trees.
    Finished(Stopping),
}

impl LabelHolder {
    /// Begins a fit.
    ///
    /// `table` has the party's own columns, if it has any, and the labels; `secret` is its own for
    /// the study: what is drawn and rounded follows from it.
    ///
    /// # Errors
    ///
    /// If the table is not the one agreed on or gives no model.
    pub fn new(
        agreement: &Agreement,
        table: &Table,
        secret: Seed,
    ) -> Result<LabelHolder, VerticalError> {
        let terms = agreement.terms();
        if table.rows() != terms.rows as usize {
            return Err(VerticalError::NotAgreed("the rows"));
        }
        if table.columns().len() != terms.label_holder_columns as usize {
            return Err(VerticalError::NotAgreed("the columns"));
        }
        let boosting = &terms.boosting;
        let spec = boosting.specification();
        // Sums have room for rows of weight 1 only.
        if spec.gradient_bits.is_some() && table.weights().is_some() {
            return Err(VerticalError::NotAgreed("the weights"));
        }
        let names: Vec<String> = table.columns().iter().map(|it| it.name.clone()).collect();
        let directions = local::directions(boosting, &names)?;
        let cuts = if names.is_empty() {
            Cuts::none()
        } else {
            let cuts = Cuts::of(table.values(), spec.bins);
            cuts.map_err(|_| VerticalError::NotAgreed("the columns"))?
        };
        let segment = Segment {
            seed: secret,
            rows: table.rows(),
        };
        let mut rows = Rows::new(boosting, table, &cuts, vec![segment])?;
        let is_split = rows.trained() > 0 && (rows.held_out() > 0) == spec.early_stopping.is_some();
        if !is_split {
            return Err(Failure::NothingHeldOut.into());
        }
        let totals = rows.label_totals();
        let base_score = spec.objective.base_score(totals.labels / totals.weights);
        rows.begin(base_score);
        let side = LabelSide {
            base_score,
            trees: Vec::new(),
            stopping: Stopping::new(boosting),
            margins: rows.margins().to_vec(),
        };
        Ok(LabelHolder {
            agreement: agreement.clone(),
            names,
            cuts,
            directions,
            rows,
            side,
        })
    }

    /// Goes on from what was kept of the same fit.
    ///
    /// # Errors
    ///
    /// [`VerticalError::OtherFit`] if it was another's.
    pub fn resume(self, side: LabelSide) -> Result<LabelHolder, VerticalError> {
        let mut holder = self;
        let conditions = side.trees.iter().flat_map(Tree::branches);
        let known = conditions
            .map(|(_, branch)| branch.choice)
            .all(|choice| match choice {
                Condition::Own(rule) => holder
                    .cuts
                    .threshold(rule.column as usize, rule.bin)
                    .is_some(),
                Condition::Theirs { holder: place, .. } => {
                    (place as usize) < holder.agreement.terms().feature_holders.len()
                }
            });
        let same_start = side.base_score.to_bits() == holder.side.base_score.to_bits();
        if !known || !same_start || !holder.rows.resume(&side.margins) {
            return Err(VerticalError::OtherFit);
        }
        holder.side = side;
        Ok(holder)
    }

    /// Gives what is to be kept between two trees.
    pub fn side(&self) -> &LabelSide {
        &self.side
    }

    /// Gives what was agreed on.
    pub fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    /// Gives the losses after no tree, one tree, and so on.
    pub fn losses(&self) -> &[Losses] {
        self.side.stopping.losses()
    }

    /// Gives each row's margin.
    pub fn margins(&self) -> &[f64] {
        self.rows.margins()
    }

    /// Gives the party's part of the model that the first so many trees are.
    pub(crate) fn model(&self, trees: u32) -> LabelModel {
        let names = self.names.clone();
        LabelModel::grown(
            &self.agreement,
            names,
            &self.cuts,
            &self.side,
            trees as usize,
        )
    }

    pub(crate) fn next(&self) -> Result<Next, VerticalError> {
        let tree = self.side.trees();
        let drawn = self.rows.draw(tree);
        let losses = drawn.losses().means().ok_or(Failure::Diverged { tree })?;
        let mut stopping = self.side.stopping.clone();
        if stopping.goes_on(losses) {
            return Ok(Next::Tree(drawn, stopping));
        }
        Ok(Next::Finished(stopping))
    }

    /// Begins the next tree; gives the largest |g| and h of its rows too, in quanta.
    pub(crate) fn plant(&self, drawn: &Drawn) -> Result<(Grower<'_>, [u32; 2]), VerticalError> {
        let terms = self.agreement.terms();
        let boosting = &terms.boosting;
        let tree = self.side.trees();
        let (quanta, drawn, largest) = self.round(drawn)?;
        let is_joint = tree >= self.agreement.first_joint_tree();
        let own = self.names.len();
        let among = if is_joint {
            self.agreement.columns()
        } else {
            own
        };
        let mut columns = draw_columns(boosting, among, tree);
        columns.retain(|column| *column < own);
        let layout = Layout::new(&self.cuts, &columns);
        let rows = drawn.rows() as u64;
        let planted = Planted {
            binned: self.rows.binned(),
            growth: Growth::begin(boosting, quanta, drawn.root(), rows),
            growing: boosting.specification().growth,
            search: Search::new(layout, self.directions.clone()),
            drawn,
        };
        let mut grower = Grower::plant(planted);
        if is_joint {
            let holders = terms.feature_holders.len();
            let splits = self.side.splits(holders, self.side.trees.len());
            grower.join(
                terms.protections.min_node,
                self.agreement.is_noisy(),
                splits,
            );
        }
        Ok((grower, largest))
    }

    /// Rounds gradients; where sums get noise, so coarsely that it has room beside them.
    fn round(&self, drawn: &Drawn) -> Result<(Quanta, Partition, [u32; 2]), VerticalError> {
        let tree = self.side.trees();
        let boosting = &self.agreement.terms().boosting;
        if !self.agreement.is_noisy() {
            let quanta = Quanta::of(boosting, drawn.totals(), SumBits::WIDEST);
            let quanta = quanta.ok_or(Failure::Diverged { tree })?;
            return Ok((quanta, self.rows.round(drawn, quanta), [0; 2]));
        }
        let multiple = self.agreement.terms().protections.sum_noise;
        for bits in (0..=noise::SUM_BITS).rev().filter_map(SumBits::new) {
            let Some(quanta) = Quanta::of(boosting, drawn.totals(), bits) else {
                break;
            };
            let rounded = self.rows.round(drawn, quanta);
            // Where all are 0, as in no fit that learns, there is noise nevertheless.
            let largest = rounded.largest().map(|it| it.max(1));
            let mut deviations = largest.iter().map(|it| multiple * f64::from(*it));
            if deviations.all(noise::fits) {
                return Ok((quanta, rounded, largest));
            }
        }
        Err(VerticalError::NoRoom { tree })
    }

    /// Takes a grown tree.
    pub(crate) fn take(
        &mut self,
        (tree, partition): (Tree<Condition<BinRule>>, Partition),
        stopping: Stopping,
    ) {
        self.rows.add_in_leaves(&tree, &partition);
        self.side.trees.push(tree);
        self.side.stopping = stopping;
        self.side.margins.clear();
        self.side.margins.extend_from_slice(self.rows.margins());
    }
}

impl std::fmt::Debug for LabelHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LabelHolder")
            .field("trees", &self.side.trees.len())
            .finish_non_exhaustive()
    }
}
