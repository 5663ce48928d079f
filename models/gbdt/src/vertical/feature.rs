//! A feature holder between two trees.

use consilium_base::Seed;
use consilium_mailbox::PartyId;
use rand_core::CryptoRng;

use super::{
    agreement::Agreement,
    deal::{self, Dealt},
    error::VerticalError,
    model::FeatureModel,
    side::{FeatureSide, OwnSplit},
};
use crate::{BinRule, Binned, Column, Cuts, Layout, MISSING, Rule};

/// A party that brings columns.
pub struct FeatureHolder {
    agreement: Agreement,
    first_column: usize,
    names: Vec<String>,
    bins: Bins,
    secret: Seed,
    side: FeatureSide,
}

/// Columns in bins.
pub(crate) struct Bins {
    pub(crate) cuts: Cuts,
    pub(crate) binned: Binned,
    /// Of each column, whether any row misses its value.
    pub(crate) misses_any: Vec<bool>,
}

impl FeatureHolder {
    /// Begins a fit.
    ///
    /// `me` says which of the parties agreed on brings these columns; `secret` is its own for the
    /// study: the noise on sums follows from it.
    ///
    /// # Errors
    ///
    /// If party or columns are not those agreed on.
    pub fn new(
        agreement: &Agreement,
        me: &PartyId,
        columns: &[Column],
        secret: Seed,
    ) -> Result<FeatureHolder, VerticalError> {
        let terms = agreement.terms();
        let place = agreement.place(me);
        let place = place.ok_or(VerticalError::NotAgreed("the parties"))?;
        let rows = terms.rows as usize;
        let finite = |column: &Column| column.values.iter().all(|it| !it.is_infinite());
        let whole = |column: &Column| column.values.len() == rows && finite(column);
        if columns.len() != terms.feature_holders[place].columns as usize {
            return Err(VerticalError::NotAgreed("the columns"));
        }
        if !columns.iter().all(whole) {
            return Err(VerticalError::NotAgreed("the rows"));
        }
        let values = || columns.iter().map(|column| &column.values[..]);
        let cuts = Cuts::of(values(), terms.boosting.specification().bins);
        let cuts = cuts.map_err(|_| VerticalError::NotAgreed("the columns"))?;
        let binned = Binned::new(&cuts, values());
        let misses = |values: &[f64]| values.iter().any(|value| value.is_nan());
        let misses_any = values().map(misses).collect();
        let names = columns.iter().map(|column| column.name.clone()).collect();
        let bins = Bins {
            cuts,
            binned,
            misses_any,
        };
        Ok(FeatureHolder::with(agreement, place, (names, bins), secret))
    }

    /// Begins a fit on columns whose bins are known.
    pub(crate) fn with(
        agreement: &Agreement,
        place: usize,
        (names, bins): (Vec<String>, Bins),
        secret: Seed,
    ) -> FeatureHolder {
        FeatureHolder {
            agreement: agreement.clone(),
            first_column: agreement.first_column(place),
            names,
            bins,
            secret,
            side: FeatureSide {
                next: agreement.first_joint_tree(),
                begun: 0,
                splits: Vec::new(),
            },
        }
    }

    /// Goes on from what was kept of the same fit.
    ///
    /// # Errors
    ///
    /// [`VerticalError::OtherFit`] if it was another's.
    pub fn resume(self, side: FeatureSide) -> Result<FeatureHolder, VerticalError> {
        let known = |split: &OwnSplit| (split.rule.column as usize) < self.names.len();
        if side.next < self.side.next || !side.splits.iter().all(known) {
            return Err(VerticalError::OtherFit);
        }
        Ok(FeatureHolder { side, ..self })
    }

    /// Gives what is to be kept between two trees.
    pub fn side(&self) -> &FeatureSide {
        &self.side
    }

    /// Gives what was agreed on.
    pub fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    pub(crate) fn model(&self) -> FeatureModel {
        FeatureModel::of(self.names.clone(), &self.side)
    }

    pub(crate) fn binned(&self) -> &Binned {
        &self.bins.binned
    }

    pub(crate) fn secret(&self) -> &Seed {
        &self.secret
    }

    /// Begins a tree, on what stood before it; the side is to be kept before sums are told.
    ///
    /// The tree that was begun last may be begun again, in another run; those before it stand: so trees
    /// are begun at most as often as there are trees and runs.
    pub(crate) fn begin(&mut self, tree: u32) -> Result<(), VerticalError> {
        let begun = self.side.begun;
        if tree + 1 < begun {
            let peer = self.agreement.terms().label_holder.clone();
            return Err(VerticalError::Gone { peer, tree, begun });
        }
        self.go_back(tree)?;
        self.side.begun = tree + 1;
        Ok(())
    }

    /// Goes back to what stood before a tree.
    pub(crate) fn go_back(&mut self, tree: u32) -> Result<(), VerticalError> {
        let kept = self.side.next;
        let reached = self.side.go_back(tree);
        reached
            .then_some(())
            .ok_or(VerticalError::Behind { tree, kept })
    }

    /// Gives the columns drawn for a tree, and their candidates in their slots.
    pub(crate) fn deal(&self, tree: u32, rng: &mut impl CryptoRng) -> (Layout, Vec<Dealt>) {
        let own = (self.first_column, self.names.len());
        let columns = self.agreement.draw_columns(own, tree);
        let Bins {
            cuts, misses_any, ..
        } = &self.bins;
        let rules = deal::candidates(cuts, &columns, misses_any);
        (Layout::new(cuts, &columns), deal::deal(rules, rng))
    }

    /// Takes the splits of a grown tree.
    pub(crate) fn take(&mut self, tree: u32, splits: Vec<BinRule>) {
        for rule in splits {
            let BinRule {
                column,
                bin,
                missing,
            } = rule;
            let threshold = self.bins.cuts.threshold(column as usize, bin);
            // A candidate is a boundary of these cuts, after the bin of missing values.
            debug_assert!(threshold.is_some() && bin > MISSING);
            let threshold = threshold.unwrap_or(f64::MAX);
            let rule = Rule {
                column,
                threshold,
                missing,
            };
            self.side.splits.push(OwnSplit { tree, rule });
        }
        self.side.next = tree + 1;
    }
}

impl std::fmt::Debug for FeatureHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeatureHolder")
            .field("next", &self.side.next)
            .finish_non_exhaustive()
    }
}
