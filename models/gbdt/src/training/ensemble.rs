//! The trees that stand.

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::Roster;
use crate::{
    BinRule, Boosting, Cuts, Layout, LossTotals, Losses, Quanta, Stopping, SumBits, Totals, Tree,
    count::narrow,
    horizontal::{
        Agreement, News, NoModel,
        amounts::{LIMBS, gather},
        question::{self, LABELS, Standing, TOTALS},
    },
};

/// The trees that stand, and how good they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ensemble {
    cuts: Cuts,
    base_score: f64,
    trees: Vec<Tree<BinRule>>,
    stopping: Stopping,
    rosters: Vec<Roster>,
    rows: u64,
    /// How many rows there are and what they weigh, unless it is to be asked: others take part than before.
    present: Option<(u64, f64)>,
    standing: Standing,
}

impl Ensemble {
    /// Begins with cut points and the labels' sum.
    pub(super) fn begin(
        agreement: &Agreement,
        cuts: Cuts,
        contributors: &[PartyId],
        sum: &[u64],
    ) -> Result<Ensemble, NoModel> {
        let (rows, [labels, weights]) = read::<2, LABELS>(agreement, sum)?;
        if rows == 0 {
            return Err(NoModel::NoRows);
        }
        if weights <= 0.0 {
            return Err(NoModel::Implausible);
        }
        let boosting = agreement.boosting();
        let base_score = agreement.base_score(labels / weights);
        let base_score = base_score.ok_or(NoModel::Implausible)?;
        let cut = News::Cut(cuts.clone());
        let standing = Standing::NOTHING
            .after(&cut)
            .after(&News::Begun(base_score));
        Ok(Ensemble {
            cuts,
            base_score,
            trees: Vec::new(),
            stopping: Stopping::new(boosting),
            rosters: vec![Roster {
                from: 0,
                contributors: contributors.to_vec(),
            }],
            rows,
            present: Some((rows, weights)),
            standing,
        })
    }

    /// Gives the cut points of all columns.
    pub fn cuts(&self) -> &Cuts {
        &self.cuts
    }

    /// Gives the margin at which the fit begins.
    pub fn base_score(&self) -> f64 {
        self.base_score
    }

    /// Gives the trees.
    pub fn trees(&self) -> &[Tree<BinRule>] {
        &self.trees
    }

    /// Gives the mean losses after no tree, one tree, and so on.
    pub fn losses(&self) -> &[Losses] {
        self.stopping.losses()
    }

    /// Gives the number of rows that were trained on when the fit began.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Gives whose rows the trees grew on.
    pub fn rosters(&self) -> &[Roster] {
        &self.rosters
    }

    /// Gives how many trees were best.
    pub(super) fn best(&self) -> u32 {
        self.stopping.best()
    }

    pub(super) fn standing(&self) -> Standing {
        self.standing
    }

    pub(super) fn layout(&self, agreement: &Agreement) -> Layout {
        question::layout(agreement, &self.cuts, self.trees.len())
    }

    pub(super) fn add(&mut self, tree: Tree<BinRule>) {
        self.standing = self.standing.after(&News::Grown(tree.clone()));
        self.trees.push(tree);
    }

    /// Notes that trees from now on grow on other parties' rows.
    pub(super) fn go_on_over(&mut self, contributors: &[PartyId]) {
        let from = self.next();
        self.present = None;
        // The first roster is that of the cut points, too.
        if self.rosters.len() > 1 {
            self.rosters.pop_if(|last| last.from == from);
        }
        self.rosters.push(Roster {
            from,
            contributors: contributors.to_vec(),
        });
    }

    /// Lets go of losses that will be measured again.
    pub(super) fn forget_measures(&mut self) {
        self.stopping.again();
    }

    /// Gives the next tree's quanta and rows where they follow from what is known: without a learning
    /// curve, before the last tree.
    pub(super) fn unmeasured(&self, agreement: &Agreement) -> Option<(Quanta, u64)> {
        let spec = agreement.boosting().specification();
        let present = self
            .present
            .filter(|_| !spec.learning_curve && self.next() < spec.trees)?;
        let totals = Totals::at_most(spec.objective, present)?;
        let quanta = Quanta::of(agreement.boosting(), totals, SumBits::WIDEST)?;
        Some((quanta, present.0))
    }

    /// Takes the losses in; gives the next tree's quanta and rows, or none if the trees suffice.
    pub(super) fn measure(
        &mut self,
        agreement: &Agreement,
        sum: &[u64],
    ) -> Result<Option<(Quanta, u64)>, NoModel> {
        let (rows, reals) = read::<6, TOTALS>(agreement, sum)?;
        let [g, h, trained, trained_weights, held_out, held_out_weights] = reals;
        let losses = LossTotals {
            trained,
            trained_weights,
            held_out,
            held_out_weights,
        };
        let tree = self.next();
        let losses = losses.means().ok_or(NoModel::Diverged { tree })?;
        if losses.held_out.is_some() != holds_out(agreement.boosting()) {
            return Err(NoModel::NothingHeldOut);
        }
        let spec = agreement.boosting().specification();
        if !spec.learning_curve && tree < spec.trees {
            // Asked for because others take part than before; of gradients contributors hear nothing.
            self.present = Some((rows, trained_weights));
            let next = self.unmeasured(agreement);
            return next.map(Some).ok_or(NoModel::Diverged { tree });
        }
        if !self.stopping.goes_on(losses) {
            return Ok(None);
        }
        // Below it no row was held back: gradients are what the quanta are for.
        if g.max(h) >= agreement.cap() {
            return Err(NoModel::Diverged { tree });
        }
        let totals = Totals { g, h, rows };
        let quanta = Quanta::of(agreement.boosting(), totals, SumBits::WIDEST);
        Ok(Some((quanta.ok_or(NoModel::Diverged { tree })?, rows)))
    }

    /// Gives the number of the tree after those that stand.
    pub(super) fn next(&self) -> u32 {
        narrow(self.trees.len())
    }
}

fn holds_out(boosting: &Boosting) -> bool {
    boosting.specification().early_stopping.is_some()
}

/// Reads a number of rows and reals.
fn read<const REALS: usize, const LEN: usize>(
    agreement: &Agreement,
    sum: &[u64],
) -> Result<(u64, [f64; REALS]), NoModel> {
    let sum: &[u64; LEN] = sum.try_into().map_err(|_| NoModel::Implausible)?;
    let (rows, limbs) = (sum[0], &sum[1..]);
    if rows > agreement.most_rows_in_all() {
        return Err(NoModel::Implausible);
    }
    let mut reals = [0.0; REALS];
    for (real, limbs) in reals.iter_mut().zip(limbs.as_chunks::<LIMBS>().0) {
        *real = gather(*limbs);
    }
    Ok((rows, reals))
}
