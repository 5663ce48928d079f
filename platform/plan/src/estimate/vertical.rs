//! What trees over columns of several institutions will cost, as docs/protocols/gbdt-vertical.md has
//! it.

use consilium_gbdt::vertical::{Agreement, Shares, Work};
use consilium_mailbox::PartyId;

use super::{Estimate, ROUNDS_OF_A_SETUP};
use crate::{Member, Plan, Vertical, VerticalWork};

/// Messages there and back before a tree's first sums.
const ROUNDS_OF_A_TREE: u64 = 2;
/// Messages there and back on each level.
const ROUNDS_OF_A_LEVEL: u64 = 2;
/// What a value takes in memory: as it is read, selected, as a table, and its bin.
const MEMORY_OF_A_VALUE: u64 = 8 + 8 + 8 + 1;
/// What a row takes beside: its places, gradient, margin and label.
const MEMORY_OF_A_ROW: u64 = 64;
/// What a run takes beside its rows and sums.
const MEMORY: u64 = 64 << 20;
/// Splits of a model of a hundred trees of depth 6, where a plan does not say how large it is.
const USUAL_SPLITS: u64 = 100 * 63;
/// A bit of each split and row goes from who has the split to the label holder.
const SPLITS_IN_A_BYTE: u64 = 8;
/// What looking at a split for a row takes, in nanoseconds.
const TIME_OF_A_SIDE: f64 = 2.0;

/// What a study will probably cost one party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyCost {
    /// Which.
    pub party: PartyId,
    /// Bytes that it sends.
    pub sent: u64,
    /// Seconds of one core.
    pub core_seconds: u64,
    /// Bytes of memory.
    pub memory: u64,
}

impl Plan {
    /// Gives the cost for as many common rows as the plan allows: nobody tells how many there are.
    pub(super) fn of_vertical(&self, task: &Vertical) -> Estimate {
        let costs = task.costs(self.limits.most_rows.0);
        let most = |of: fn(&PartyCost) -> u64| costs.iter().map(of).max().unwrap_or(0);
        Estimate {
            sums: 0,
            rounds: ROUNDS_OF_A_SETUP + task.rounds(),
            sent_by_each: most(|cost| cost.sent),
            through_coordinator: costs.iter().map(|cost| cost.sent).sum(),
            core_seconds: most(|cost| cost.core_seconds),
            memory: most(|cost| cost.memory),
        }
    }
}

impl Vertical {
    /// Gives what each party will probably spend on so many common rows, in order of their names;
    /// nothing if there can be no such study. Trees are full, and no value is missing.
    ///
    /// Ciphertexts are counted, and the sides of rows; of computing, what they take.
    pub fn costs(&self, rows: u64) -> Vec<PartyCost> {
        let asked = self.costs_of_predictions(rows);
        let VerticalWork::Grow(grow) = &self.work else {
            return asked;
        };
        let Ok(agreement) = self.agreement(grow, rows) else {
            return Vec::new();
        };
        let (work, shares) = one_tree(&agreement, rows);
        let trees = grow.joint_trees() as f64;
        let sides = rows / SPLITS_IN_A_BYTE * u64::from(work.depth);
        let mut of_holders = shares.feature_holders.iter();
        let sums = work.memory(grow.set, agreement.stride()).unwrap_or(0) as u64;
        let mut costs = Vec::new();
        for cost in asked {
            let (share, told, sums) = if cost.party == self.label_holder {
                // It tells every other one of each row's side.
                let told = sides * shares.feature_holders.len() as u64;
                (Some(&shares.label_holder), told, 0)
            } else {
                (of_holders.next(), sides, sums)
            };
            let (bytes, cpu) = share.map_or((0.0, 0.0), |share| (share.bytes, share.cpu));
            costs.push(PartyCost {
                sent: whole(trees * (bytes + told as f64)) + cost.sent,
                core_seconds: whole(trees * cpu) + cost.core_seconds,
                memory: cost.memory + sums,
                party: cost.party,
            });
        }
        costs
    }

    /// Gives what scoring rows costs each party, those kept for testing where trees are grown.
    fn costs_of_predictions(&self, rows: u64) -> Vec<PartyCost> {
        let (asked, splits) = match &self.work {
            VerticalWork::Predict { .. } => (rows, USUAL_SPLITS),
            VerticalWork::Grow(grow) => {
                let leaves = u64::from(grow.specification().growth.most_leaves());
                let splits = u64::from(grow.specification().trees) * (leaves - 1);
                (whole(grow.test_share() * rows as f64), splits)
            }
        };
        let inputs: usize = self.feature_holders().map(|it| it.inputs.len()).sum();
        let cost = |member: &Member| {
            let own = member.inputs.len();
            // Splits are taken to be spread over the columns.
            let share = if member.party == self.label_holder {
                0.0
            } else {
                splits as f64 * own as f64 / inputs.max(1) as f64
            };
            let sides = asked as f64 * share;
            PartyCost {
                party: member.party.clone(),
                sent: whole(sides / SPLITS_IN_A_BYTE as f64),
                core_seconds: whole(sides * TIME_OF_A_SIDE * 1e-9) + 1,
                memory: rows * (own as u64 * MEMORY_OF_A_VALUE + MEMORY_OF_A_ROW) + MEMORY,
            }
        };
        self.members.iter().map(cost).collect()
    }

    /// Counts messages there and back.
    fn rounds(&self) -> u64 {
        match &self.work {
            VerticalWork::Predict { .. } => 1,
            VerticalWork::Grow(grow) => {
                let growth = &grow.specification().growth;
                let turns = u64::from(growth.depth()).min(u64::from(growth.most_leaves()));
                grow.joint_trees() * (ROUNDS_OF_A_TREE + turns * ROUNDS_OF_A_LEVEL)
            }
        }
    }
}

/// Gives what a tree on the columns of all asks for, and each party's share of its cost.
fn one_tree(agreement: &Agreement, rows: u64) -> (Work, Shares) {
    let terms = agreement.terms();
    let boundaries = u32::from(terms.boosting.specification().bins).saturating_sub(2);
    let holders = terms.feature_holders.iter();
    let candidates = holders.map(|holder| holder.columns.saturating_mul(boundaries));
    let work = Work::of(terms, rows, candidates.collect());
    let shares = work.shares(terms.set, agreement.stride());
    (work, shares)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "costs are not negative, and beyond all counting at the most"
)]
fn whole(number: f64) -> u64 {
    number.ceil() as u64
}
