//! What trees over columns of several institutions will cost, as docs/protocols/gbdt-vertical.md and
//! docs/protocols/gbdt-hybrid.md have it.

mod shape;
mod tree;
mod weigh;

use super::{Costs, Spent, hybrid::SUMS_OF_A_SETUP, sums, trees, whole};
use crate::{Grow, Plan, Vertical, VerticalWork};
use consilium_gbdt::Growing;
use tree::{OneTree, SPLITS_IN_A_BYTE};

/// Messages there and back before the work: sealing, and that all are there.
const ROUNDS_OF_A_SETUP: u64 = 4;
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
/// What a run takes beside its rows and sums, and beside what its daemon has without it.
const MEMORY: u64 = 28 << 20;
/// Splits of a model of a hundred trees of depth 6, where a plan does not say how large it is.
const USUAL_SPLITS: u64 = 100 * 63;
/// Bytes of a message with ciphertexts.
const BYTES_OF_A_FRAME: u64 = 64 << 10;
/// What looking at a split for a row takes, in nanoseconds.
const TIME_OF_A_SIDE: f64 = 2.0;

impl Plan {
    /// Adds what a study over so many common rows costs, those kept for testing among them; says whether
    /// there can be one.
    pub(super) fn charge_vertical(&self, task: &Vertical, rows: u64, costs: &mut Costs) -> bool {
        match &task.work {
            VerticalWork::Weigh(weigh) => {
                weigh::charge(task, weigh, rows, costs);
                true
            }
            VerticalWork::Predict { .. } => {
                costs.rounds += ROUNDS_OF_A_SETUP + 1;
                costs.trips += ROUNDS_OF_A_SETUP + 1;
                true
            }
            VerticalWork::Grow(grow) => {
                self.charge_trees_of_several(task, grow.fitted(rows), costs)
            }
        }
    }

    /// Adds what trees on the columns of all cost, over so many rows that are fitted; says whether there
    /// can be any.
    pub(super) fn charge_trees_of_several(
        &self,
        task: &Vertical,
        rows: u64,
        costs: &mut Costs,
    ) -> bool {
        let VerticalWork::Grow(grow) = &task.work else {
            return false;
        };
        let Some(tree) = OneTree::of(self, (task, grow), rows) else {
            return false;
        };
        let rounds = ROUNDS_OF_A_SETUP + task.rounds(grow);
        costs.rounds += rounds;
        costs.trips += rounds;
        let joint = grow.joint_trees();
        let trees = joint as f64;
        let mut of_holders = tree.feature_holders.iter();
        for cost in costs.others() {
            let is_label_holder = cost.party == task.label_holder;
            let (share, others) = if is_label_holder {
                (Some(&tree.label_holder), task.members.len() as u64 - 1)
            } else if task.is_hospital(&cost.party) {
                (Some(&tree.hospital), 1)
            } else {
                (of_holders.next(), 1)
            };
            if let Some(share) = share {
                cost.send_through(trees * share.cost.bytes, others);
                cost.spend(Spent::Ciphertexts, trees * share.cost.cpu);
                cost.frames += whole(trees * share.cost.bytes) / BYTES_OF_A_FRAME + rounds;
                cost.memory += share.memory;
            }
            if is_label_holder {
                let own = task.member(&cost.party).map_or(0, |own| own.features.len());
                let of_a_row = trees::of_a_row(grow.specification(), own);
                cost.spend(Spent::Learning, rows as f64 * of_a_row);
            }
        }
        if task.group().is_some() {
            costs.sums += SUMS_OF_A_SETUP + joint * tree.sums;
            let counted = SUMS_OF_A_SETUP + joint * grow.turns();
            let hospitals = task.hospitals().count() as u64;
            sums::add_aggregator(counted, hospitals, costs.coordinator());
            let frames = costs.sums * sums::frames(hospitals - 1);
            let adding = costs.others().iter_mut();
            for cost in adding.filter(|cost| task.is_hospital(&cost.party)) {
                cost.frames += frames;
            }
        }
        true
    }
}

impl Grow {
    /// Counts how often nodes of a tree are examined.
    fn turns(&self) -> u64 {
        match self.specification().growth {
            Growing::DepthWise { depth } => depth.into(),
            // The root, then the children of each split but the last.
            Growing::LeafWise { leaves, depth } => {
                let possible = 1_u32.checked_shl(depth).unwrap_or(u32::MAX);
                leaves.min(possible).saturating_sub(1).into()
            }
        }
    }

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
    /// Adds what scoring rows costs each party, those kept for testing where trees are grown.
    pub(super) fn charge_scoring(&self, rows: u64, costs: &mut Costs) {
        let (asked, splits) = match &self.work {
            VerticalWork::Predict { .. } => (rows, USUAL_SPLITS),
            VerticalWork::Weigh(_) => (0, 0),
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
        for cost in costs.others() {
            let Some(member) = self.member(&cost.party) else {
                continue;
            };
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
            cost.send_through(sides / SPLITS_IN_A_BYTE as f64, 1);
            cost.spend(Spent::Learning, sides * TIME_OF_A_SIDE * 1e-9);
            cost.memory += rows * (own as u64 * MEMORY_OF_A_VALUE + MEMORY_OF_A_ROW) + MEMORY;
        }
    }

    /// Counts messages there and back.
    fn rounds(&self, grow: &Grow) -> u64 {
        let (before, of_a_turn) = match self.group() {
            None => (0, ROUNDS_OF_A_TURN),
            Some(_) => (
                ROUNDS_OF_CUTTING + SUMS_OF_A_SETUP * ROUNDS_OF_A_NEXT_SUM,
                ROUNDS_OF_A_TURN_OF_HOSPITALS,
            ),
        };
        before + grow.joint_trees() * (ROUNDS_OF_A_TREE + grow.turns() * of_a_turn)
    }
}
