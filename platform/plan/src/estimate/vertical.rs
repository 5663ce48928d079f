//! What trees over columns of several institutions will cost, as docs/protocols/gbdt-vertical.md and
//! docs/protocols/gbdt-hybrid.md have it.

mod tree;

use consilium_gbdt::Growing;
use consilium_mailbox::PartyId;

use super::{Estimate, ROUNDS_OF_A_SETUP, hybrid::SUMS_OF_A_SETUP};
use crate::{Grow, Member, Plan, Task, Vertical, VerticalWork};
use tree::{OneTree, SPLITS_IN_A_BYTE};

/// Messages there and back before a tree's first sums.
const ROUNDS_OF_A_TREE: u64 = 2;
/// Messages there and back each time that nodes are examined.
const ROUNDS_OF_A_TURN: u64 = 2;
/// The same with hospitals: two sums of three, a decision, and sides.
const ROUNDS_OF_A_TURN_OF_HOSPITALS: u64 = 8;
/// Messages there and back before the trees of hospitals, beside its sums: rows, seed and cut points.
const ROUNDS_OF_CUTTING: u64 = 3;
/// Messages there and back of a sum that the one before it prepared.
const ROUNDS_OF_A_NEXT_SUM: u64 = 3;
/// What a value takes in memory: as it is read, selected, as a table, and its bin.
const MEMORY_OF_A_VALUE: u64 = 8 + 8 + 8 + 1;
/// What a row takes beside: its places, gradient, margin and label.
const MEMORY_OF_A_ROW: u64 = 64;
/// What a run takes beside its rows and sums.
const MEMORY: u64 = 64 << 20;
/// Splits of a model of a hundred trees of depth 6, where a plan does not say how large it is.
const USUAL_SPLITS: u64 = 100 * 63;
/// What looking at a split for a row takes, in nanoseconds.
const TIME_OF_A_SIDE: f64 = 2.0;

/// What a study will probably cost one party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expense {
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
        let costs = self.costs(self.limits.most_rows.0);
        let most = |of: fn(&Expense) -> u64| costs.iter().map(of).max().unwrap_or(0);
        Estimate {
            sums: self.sums(task),
            rounds: ROUNDS_OF_A_SETUP + task.rounds(),
            sent_by_each: most(|cost| cost.sent),
            through_coordinator: costs.iter().map(|cost| cost.sent).sum(),
            core_seconds: most(|cost| cost.core_seconds),
            memory: most(|cost| cost.memory),
        }
    }

    /// Gives what each party will spend on so many common rows, if the plan is one of columns of several
    /// institutions, in order of their names; nothing if there can be no such study, or of other plans.
    ///
    /// Trees are as wide as their growth allows, no value is missing, nothing is kept back, and whole
    /// numbers take all values of their range: most data cost less. Ciphertexts are counted, what is
    /// added up under masks, and the sides of rows. Hospitals have equal shares of the rows; the memory
    /// of each is what all of them would take.
    pub fn costs(&self, rows: u64) -> Vec<Expense> {
        let Task::Vertical(task) = self.task() else {
            return Vec::new();
        };
        let mut costs = task.costs_of_scoring(rows);
        let VerticalWork::Grow(grow) = &task.work else {
            return costs;
        };
        let Some(tree) = OneTree::of(self, (task, grow), grow.fitted(rows)) else {
            return Vec::new();
        };
        let trees = grow.joint_trees() as f64;
        let mut of_holders = tree.feature_holders.iter();
        for cost in &mut costs {
            let share = if cost.party == task.label_holder {
                Some(&tree.label_holder)
            } else if task.is_hospital(&cost.party) {
                Some(&tree.hospital)
            } else {
                of_holders.next()
            };
            if let Some(share) = share {
                cost.sent += whole(trees * share.cost.bytes);
                cost.core_seconds += whole(trees * share.cost.cpu);
                cost.memory += share.memory;
            }
        }
        costs
    }

    /// Counts the sums over hospitals.
    fn sums(&self, task: &Vertical) -> u64 {
        let (VerticalWork::Grow(grow), Some(_)) = (&task.work, task.group()) else {
            return 0;
        };
        let rows = grow.fitted(self.limits.most_rows.0);
        let tree = OneTree::of(self, (task, grow), rows);
        SUMS_OF_A_SETUP + grow.joint_trees() * tree.map_or(0, |tree| tree.sums)
    }
}

impl Grow {
    /// Gives how many of so many common rows are fitted.
    fn fitted(&self, rows: u64) -> u64 {
        rows - self.scored(rows)
    }

    /// Gives how many of so many common rows are kept for testing.
    fn scored(&self, rows: u64) -> u64 {
        whole(self.test_share() * rows as f64)
    }
}

impl Vertical {
    /// Gives what scoring rows costs each party, those kept for testing where trees are grown.
    fn costs_of_scoring(&self, rows: u64) -> Vec<Expense> {
        let (asked, splits) = match &self.work {
            VerticalWork::Predict { .. } => (rows, USUAL_SPLITS),
            VerticalWork::Grow(grow) => {
                let leaves = u64::from(grow.specification().growth.most_leaves());
                let splits = u64::from(grow.specification().trees) * (leaves - 1);
                (grow.scored(rows), splits)
            }
        };
        let shared = self.group().map_or(0, |group| group.inputs.len());
        let others = self
            .members
            .iter()
            .filter(|it| !self.is_hospital(&it.party));
        let inputs = shared + others.map(|it| it.inputs.len()).sum::<usize>();
        let hospitals = self.hospitals().count().max(1) as f64;
        let cost = |member: &Member| {
            let own = member.inputs.len();
            let asked = if self.is_hospital(&member.party) {
                asked as f64 / hospitals
            } else {
                asked as f64
            };
            // Splits are taken to be spread over the columns; the label holder tells nobody of its own.
            let share = if member.party == self.label_holder {
                0.0
            } else {
                splits as f64 * own as f64 / inputs.max(1) as f64
            };
            let sides = asked * share;
            Expense {
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
                let turns = match grow.specification().growth {
                    Growing::DepthWise { depth } => depth,
                    // The root, then the children of each split but the last.
                    Growing::LeafWise { leaves, depth } => {
                        let possible = 1_u32.checked_shl(depth).unwrap_or(u32::MAX);
                        leaves.min(possible).saturating_sub(1)
                    }
                };
                let (before, of_a_turn) = match self.group() {
                    None => (0, ROUNDS_OF_A_TURN),
                    Some(_) => (
                        ROUNDS_OF_CUTTING + SUMS_OF_A_SETUP * ROUNDS_OF_A_NEXT_SUM,
                        ROUNDS_OF_A_TURN_OF_HOSPITALS,
                    ),
                };
                before + grow.joint_trees() * (ROUNDS_OF_A_TREE + u64::from(turns) * of_a_turn)
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "costs are not negative, and beyond all counting at the most"
)]
fn whole(number: f64) -> u64 {
    number.ceil() as u64
}
