//! What trees over columns of several institutions will cost, as docs/protocols/gbdt-vertical.md has
//! it.

use consilium_gbdt::{
    horizontal::{Feature, Values},
    vertical::{Cost, Work},
};
use consilium_mailbox::PartyId;

use super::{
    Estimate, ROUNDS_OF_A_SETUP,
    hybrid::{OfHospitals, SUMS_OF_A_SETUP},
};
use crate::{Grow, Member, Plan, Vertical, VerticalWork};

/// Messages there and back before a tree's first sums.
const ROUNDS_OF_A_TREE: u64 = 2;
/// Messages there and back on each level.
const ROUNDS_OF_A_LEVEL: u64 = 2;
/// The same with hospitals: two sums of three, a decision, and sides.
const ROUNDS_OF_A_LEVEL_OF_HOSPITALS: u64 = 8;
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
/// A bit of each split and row goes from who has the split to the label holder.
const SPLITS_IN_A_BYTE: u64 = 8;
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

/// What a tree on the columns of all costs: bytes that a party sends, and seconds that it computes.
#[derive(Default)]
struct OneTree {
    label_holder: (f64, f64),
    /// Each hospital's.
    hospital: (f64, f64),
    /// Each feature holder's.
    holders: Vec<(f64, f64)>,
    /// Sums over hospitals.
    opened: u64,
    /// Bytes that sums take in memory at whoever adds them up.
    sums: u64,
}

impl Plan {
    /// Gives the cost for as many common rows as the plan allows: nobody tells how many there are.
    pub(super) fn of_vertical(&self, task: &Vertical) -> Estimate {
        let costs = task.costs(self.limits.most_rows.0);
        let most = |of: fn(&Expense) -> u64| costs.iter().map(of).max().unwrap_or(0);
        Estimate {
            sums: task.sums(self.limits.most_rows.0),
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
    /// Ciphertexts are counted, and the sides of rows; of computing, what they take. Hospitals have
    /// equal shares of the rows; the memory of each is what all of them would take.
    pub fn costs(&self, rows: u64) -> Vec<Expense> {
        let asked = self.costs_of_predictions(rows);
        let VerticalWork::Grow(grow) = &self.work else {
            return asked;
        };
        let Some(tree) = self.one_tree(grow, rows) else {
            return Vec::new();
        };
        let trees = grow.joint_trees() as f64;
        let mut of_holders = tree.holders.iter();
        let mut costs = Vec::new();
        for cost in asked {
            let (share, sums) = if cost.party == self.label_holder {
                (tree.label_holder, 0)
            } else if self.is_hospital(&cost.party) {
                (tree.hospital, tree.sums)
            } else {
                (of_holders.next().copied().unwrap_or_default(), tree.sums)
            };
            costs.push(Expense {
                sent: whole(trees * share.0) + cost.sent,
                core_seconds: whole(trees * share.1) + cost.core_seconds,
                memory: cost.memory + sums,
                party: cost.party,
            });
        }
        costs
    }

    /// Gives what a tree on the columns of all asks of each party; none if there can be no such fit.
    fn one_tree(&self, grow: &Grow, rows: u64) -> Option<OneTree> {
        let agreement = self.agreement(grow, rows).ok()?;
        let terms = agreement.terms();
        let boundaries = u32::from(terms.boosting.specification().bins).saturating_sub(2);
        let candidates = terms.feature_holders.iter();
        let candidates = candidates.map(|holder| holder.columns.saturating_mul(boundaries));
        let mut work = Work::of(terms, rows, candidates.collect());
        let sums = work.memory(grow.set, agreement.stride()).unwrap_or(0) as u64;
        let sides = rows / SPLITS_IN_A_BYTE * u64::from(work.depth);
        let hospitals = self.hospitals().count() as u64;
        let of_hospitals = (hospitals > 0).then(|| {
            work.candidates.remove(0);
            let candidates = self.candidates_of_hospitals(boundaries);
            OfHospitals::of((&agreement, &work), hospitals, candidates)
        });
        let shares = work.shares(grow.set, agreement.stride());
        // The label holder tells every other one of each row's side.
        let told = sides * (work.candidates.len() as u64 + u64::from(of_hospitals.is_some()));
        let mut tree = OneTree {
            sums,
            label_holder: (
                shares.label_holder.bytes + told as f64,
                shares.label_holder.cpu,
            ),
            ..OneTree::default()
        };
        let holders = shares.feature_holders.iter();
        let with_sides = |share: &Cost| (share.bytes + sides as f64, share.cpu);
        tree.holders = holders.map(with_sides).collect();
        if let Some(of) = of_hospitals {
            tree.opened = of.sums;
            tree.hospital = (of.hospital.0 + (sides / hospitals) as f64, of.hospital.1);
            tree.label_holder.0 += of.label_holder.0;
            tree.label_holder.1 += of.label_holder.1;
        }
        Some(tree)
    }

    /// Counts the candidates of the columns that hospitals share, whose values they declare.
    fn candidates_of_hospitals(&self, boundaries: u32) -> u32 {
        let inputs = self.group().map_or(&[][..], |group| &group.inputs);
        let of_column = |input: &Feature| match input.values {
            Values::Binary => 1,
            Values::Whole(range) => whole(range.high() - range.low()).min(boundaries.into()),
            Values::Number(_) => boundaries.into(),
        };
        let candidates: u64 = inputs.iter().map(of_column).sum();
        u32::try_from(candidates).unwrap_or(u32::MAX)
    }

    /// Counts the sums over hospitals.
    fn sums(&self, rows: u64) -> u64 {
        let VerticalWork::Grow(grow) = &self.work else {
            return 0;
        };
        let opened = self.one_tree(grow, rows).map_or(0, |tree| tree.opened);
        match self.group() {
            None => 0,
            Some(_) => SUMS_OF_A_SETUP + grow.joint_trees() * opened,
        }
    }

    /// Gives what scoring rows costs each party, those kept for testing where trees are grown.
    fn costs_of_predictions(&self, rows: u64) -> Vec<Expense> {
        let (asked, splits) = match &self.work {
            VerticalWork::Predict { .. } => (rows, USUAL_SPLITS),
            VerticalWork::Grow(grow) => {
                let leaves = u64::from(grow.specification().growth.most_leaves());
                let splits = u64::from(grow.specification().trees) * (leaves - 1);
                (whole(grow.test_share() * rows as f64), splits)
            }
        };
        let shared = self.group().map_or(0, |group| group.inputs.len());
        let inputs: usize = self.feature_holders().map(|it| it.inputs.len()).sum();
        let inputs = shared + inputs;
        let hospitals = self.hospitals().count().max(1) as f64;
        let cost = |member: &Member| {
            let own = member.inputs.len();
            let asked = if self.is_hospital(&member.party) {
                asked as f64 / hospitals
            } else {
                asked as f64
            };
            // Splits are taken to be spread over the columns.
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
                let growth = &grow.specification().growth;
                let turns = u64::from(growth.depth()).min(u64::from(growth.most_leaves()));
                let (before, of_a_level) = match self.group() {
                    None => (0, ROUNDS_OF_A_LEVEL),
                    Some(_) => (
                        ROUNDS_OF_CUTTING + SUMS_OF_A_SETUP * ROUNDS_OF_A_NEXT_SUM,
                        ROUNDS_OF_A_LEVEL_OF_HOSPITALS,
                    ),
                };
                before + grow.joint_trees() * (ROUNDS_OF_A_TREE + turns * of_a_level)
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
