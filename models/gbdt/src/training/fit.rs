//! What a fit comes to.

use std::collections::HashSet;

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::Ensemble;
use crate::{
    BadModel, BinRule, Cuts, Losses, Model, Tree,
    horizontal::{Agreement, most_sums},
};

/// Whose rows trees grew on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The first of the trees, counted from 0.
    pub from: u32,
    /// The parties. The first roster's rows are in the cut points and the base score, too.
    pub contributors: Vec<PartyId>,
}

/// The end of a fit, beside the trees that everybody knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ended {
    /// How many trees were best.
    pub(crate) kept: u32,
    /// The mean losses after no tree, one tree, and so on; without a learning curve, the last alone.
    pub(crate) losses: Vec<Losses>,
    /// Whose rows the trees grew on.
    pub(crate) rosters: Vec<Roster>,
    /// Rows trained on.
    pub(crate) rows: u64,
    /// Sums opened.
    pub(crate) sums: u32,
}

/// A fit over several parties' rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    ensemble: Ensemble,
    sums: u32,
}

/// What everybody learns of a fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// The model, as it was when the loss of the rows held out was smallest.
    pub model: Model,
    /// The mean losses after no tree, one tree, and so on, up to the last that was grown; without a
    /// learning curve, after the last alone.
    pub losses: Vec<Losses>,
    /// Whose rows the trees grew on.
    pub rosters: Vec<Roster>,
    /// Rows trained on, of all parties, when the fit began.
    pub rows: u64,
    /// Sums opened.
    pub sums: u32,
}

impl Fit {
    pub(super) fn new(ensemble: Ensemble, sums: u32) -> Fit {
        Fit { ensemble, sums }
    }

    /// Gives all trees that were grown, those after the best ones too.
    pub fn ensemble(&self) -> &Ensemble {
        &self.ensemble
    }

    /// Gives whose rows the last tree grew on.
    pub fn contributors(&self) -> &[PartyId] {
        let last = self.ensemble.rosters().last();
        last.map_or(&[], |roster| &roster.contributors)
    }

    /// Gives what everybody learns.
    ///
    /// # Errors
    ///
    /// None, if the fit is one of this agreement.
    pub fn publish(&self, agreement: &Agreement) -> Result<Published, BadModel> {
        let ensemble = &self.ensemble;
        let told = (ensemble.cuts(), ensemble.base_score(), ensemble.trees());
        self.ended().publish(agreement, told)
    }

    pub(crate) fn ended(&self) -> Ended {
        Ended {
            kept: self.ensemble.best(),
            losses: self.ensemble.losses().to_vec(),
            rosters: self.ensemble.rosters().to_vec(),
            rows: self.ensemble.rows(),
            sums: self.sums,
        }
    }
}

impl Ended {
    /// Says whether a fit that was told so many trees, and had a party in it to the end, can end so.
    pub(crate) fn suits(&self, agreement: &Agreement, me: &PartyId, trees: usize) -> bool {
        let finite = |losses: &Losses| {
            losses.trained.is_finite() && losses.held_out.is_none_or(f64::is_finite)
        };
        let has_curve = agreement.boosting().specification().learning_curve;
        let measured = if has_curve { trees + 1 } else { 1 };
        self.kept as usize <= trees
            && self.losses.len() == measured
            && self.losses.iter().all(finite)
            && self.rows <= agreement.most_rows_in_all()
            && self.sums <= most_sums(agreement)
            && self.rosters_suit(agreement, me, trees)
    }

    fn rosters_suit(&self, agreement: &Agreement, me: &PartyId, trees: usize) -> bool {
        let [first, later @ ..] = &self.rosters[..] else {
            return false;
        };
        let most = agreement.shared().most_contributors;
        let are_parties = |roster: &Roster| {
            let parties: HashSet<&PartyId> = roster.contributors.iter().collect();
            parties.len() == roster.contributors.len() && (1..=most).contains(&parties.len())
        };
        let last = later.last().unwrap_or(first);
        first.from == 0
            && later.is_sorted_by(|one, next| one.from < next.from)
            && last.from as usize <= trees
            && self.rosters.iter().all(are_parties)
            && last.contributors.contains(me)
    }

    /// Makes what everybody learns of the trees that were told.
    pub(crate) fn publish(
        self,
        agreement: &Agreement,
        (cuts, base_score, trees): (&Cuts, f64, &[Tree<BinRule>]),
    ) -> Result<Published, BadModel> {
        let shared = agreement.shared();
        let names = shared.columns.iter().map(|column| column.name.clone());
        let objective = shared.boosting.specification().objective;
        let kept = trees.get(..self.kept as usize).unwrap_or(trees);
        let model = Model::grown(objective, names.collect(), base_score, cuts, kept)?;
        Ok(Published {
            model,
            losses: self.losses,
            rosters: self.rosters,
            rows: self.rows,
            sums: self.sums,
        })
    }
}
