//! What a tree on the columns of all asks of each party.

use consilium_gbdt::{
    hybrid,
    vertical::{Agreement, Cost, Work},
};
use consilium_lwe::Set;
use consilium_schema::{Bounds, Column, Kind, Levels};

use super::{shape, whole};
use crate::{Common, Grow, Plan, Vertical, estimate::hybrid::masked};

/// A bit of each split and row goes from who has the split to the label holder.
pub(super) const SPLITS_IN_A_BYTE: u64 = 8;

/// A tree on columns without missing values, as wide as trees usually grow.
#[derive(Debug)]
pub(super) struct OneTree {
    pub(super) label_holder: Share,
    /// Each hospital's, if all have as many rows.
    pub(super) hospital: Share,
    /// Those of the parties that bring columns of all rows, in their order.
    pub(super) feature_holders: Vec<Share>,
    /// Sums over hospitals that are opened.
    pub(super) sums: u64,
}

/// What one party has of it: bytes that it sends, seconds that it computes, bytes that sums take in its
/// memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    pub(super) cost: Cost,
    pub(super) memory: u64,
}

impl Share {
    const NONE: Share = Share {
        cost: Cost {
            bytes: 0.0,
            cpu: 0.0,
        },
        memory: 0,
    };
}

impl OneTree {
    /// Reckons with so many rows that are fitted; gives none if there can be no such fit.
    pub(super) fn of(plan: &Plan, (task, grow): (&Vertical, &Grow), rows: u64) -> Option<OneTree> {
        let agreement;
        let of_group;
        match &task.common {
            Common::All(_) => {
                agreement = task.agreement(grow, rows).ok()?;
                of_group = None;
            }
            Common::Hospitals(_) => {
                let agreed = task.hybrid_agreement(grow, &plan.coordinator, rows).ok()?;
                agreement = agreed.whole().clone();
                of_group = Some(agreed);
            }
        }
        let mut tree = OneTree::with_others(&agreement, (task, grow), rows);
        if let Some(agreed) = of_group {
            tree.add_hospitals(&agreed, (task, grow), rows);
        }
        Some(tree)
    }

    /// Reckons what the label holder and the parties with columns of all rows have of it.
    fn with_others(agreement: &Agreement, (task, grow): (&Vertical, &Grow), rows: u64) -> OneTree {
        let boundaries: Vec<Vec<u32>> = task
            .feature_holders()
            .map(|it| boundaries(grow, it.columns.iter().take(it.features.len())))
            .collect();
        let in_a_node = |rows: f64| -> Vec<u32> {
            let left = |own: &Vec<u32>| {
                let own = own.iter();
                let left: f64 = own
                    .map(|it| shape::left(f64::from(*it), rows, &grow.protections))
                    .sum();
                drawn(grow, left)
            };
            boundaries.iter().map(left).collect()
        };
        let mut tree = OneTree {
            label_holder: Share::NONE,
            hospital: Share::NONE,
            feature_holders: Vec::new(),
            sums: 0,
        };
        let all = boundaries
            .iter()
            .map(|own| drawn(grow, own.iter().map(|it| f64::from(*it)).sum()));
        let work = work(agreement, all.collect());
        if work.candidates.is_empty() {
            return tree;
        }
        let (stride, sides) = (agreement.stride(), sides(grow, rows));
        let growth = grow.specification().growth;
        let shares = shape::shares((&work, growth), (grow.set, stride), in_a_node);
        tree.label_holder.cost = shares.label_holder;
        tree.label_holder.cost.bytes += sides * work.candidates.len() as f64;
        let each = shares.feature_holders.into_iter().zip(&work.candidates);
        let each = each.map(|(mut cost, &candidates)| {
            cost.bytes += sides;
            let own = Work {
                candidates: vec![candidates],
                ..work.clone()
            };
            let memory = memory(&own, grow.set, stride);
            Share { cost, memory }
        });
        tree.feature_holders = each.collect();
        tree
    }

    /// Adds what hospitals have of it, and the label holder for them.
    fn add_hospitals(
        &mut self,
        agreed: &hybrid::Agreement,
        (task, grow): (&Vertical, &Grow),
        rows: u64,
    ) {
        let hospitals = task.hospitals().count() as u64;
        let candidates = drawn(grow, agreed.usual_candidates().into());
        let all = work(agreed.whole(), vec![candidates]);
        let stride = agreed.stride(candidates);
        let widest = agreed.shares(candidates);
        let usual = usual_part(&all, (task, grow), stride);
        let shares = masked(&scaled(&widest, &usual), hospitals);
        let sides = sides(grow, rows);
        let to_all = &mut self.label_holder.cost;
        to_all.bytes += shares.label_holder.bytes + sides;
        to_all.cpu += shares.label_holder.cpu;
        let mut cost = shares.hospital;
        cost.bytes += sides / hospitals as f64;
        // How many of the rows one of them has nobody knows before.
        let memory = memory(&all, Set::A, stride);
        self.hospital = Share { cost, memory };
        self.sums = shares.sums;
    }
}

/// Gives the parts of what the widest tree asks of the label holder and of a group of hospitals that a
/// tree usually asks: those of one feature holder with their columns.
fn usual_part(all: &Work, (task, grow): (&Vertical, &Grow), stride: u32) -> [Cost; 2] {
    let own = task.group().map_or_else(Vec::new, |group| {
        boundaries(grow, group.columns.iter().take(group.features.len()))
    });
    let most = |rows: f64| -> f64 {
        let left = own
            .iter()
            .map(|it| shape::left(f64::from(*it), rows, &grow.protections));
        left.sum()
    };
    // As many as there usually are, where no rows are too few.
    let candidates = f64::from(all.candidates.iter().sum::<u32>());
    let every = own.iter().map(|it| f64::from(*it)).sum::<f64>().max(1.0);
    let in_a_node = |rows: f64| {
        let left = whole(candidates * most(rows) / every);
        vec![u32::try_from(left).unwrap_or(u32::MAX)]
    };
    let growth = grow.specification().growth;
    let usual = shape::shares((all, growth), (Set::A, stride), in_a_node);
    let widest = all.shares(Set::A, stride);
    let part = |usual: &Cost, widest: &Cost| Cost {
        bytes: usual.bytes / widest.bytes.max(1.0),
        cpu: usual.cpu / widest.cpu.max(f64::MIN_POSITIVE),
    };
    let of_group = match (&usual.feature_holders[..], &widest.feature_holders[..]) {
        ([usual], [widest]) => part(usual, widest),
        _ => Cost {
            bytes: 1.0,
            cpu: 1.0,
        },
    };
    [part(&usual.label_holder, &widest.label_holder), of_group]
}

fn scaled(widest: &hybrid::Shares, [label_holder, hospital]: &[Cost; 2]) -> hybrid::Shares {
    let times = |cost: &Cost, part: &Cost| Cost {
        bytes: cost.bytes * part.bytes,
        cpu: cost.cpu * part.cpu,
    };
    hybrid::Shares {
        label_holder: times(&widest.label_holder, label_holder),
        hospital: times(&widest.hospital, hospital),
        sums: widest.sums,
    }
}

/// Gives what a tree asks of parties with so many candidates, with as many rows drawn as may be expected.
fn work(agreement: &Agreement, candidates: Vec<u32>) -> Work {
    Work::of(agreement.terms(), agreement.drawn_rows(), candidates)
}

fn memory(work: &Work, set: Set, stride: u32) -> u64 {
    work.memory(set, stride).unwrap_or(0) as u64
}

/// Counts the bytes of all rows' sides, on the way to the deepest leaves.
fn sides(grow: &Grow, rows: u64) -> f64 {
    let depth = u64::from(grow.specification().growth.depth());
    (rows.div_ceil(SPLITS_IN_A_BYTE) * depth) as f64
}

/// Gives the candidates of each of some features in a tree, if whole numbers take all values of their
/// range.
fn boundaries<'a>(grow: &Grow, features: impl Iterator<Item = &'a Column>) -> Vec<u32> {
    // The bins of missing and of the largest values end at no boundary.
    let boundaries = u32::from(grow.specification().bins).saturating_sub(2);
    features
        .map(|column| of_column(column, boundaries))
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a range is not below 0; one that is too large stands for all boundaries"
)]
fn of_column(column: &Column, boundaries: u32) -> u32 {
    match column.kind() {
        Kind::Boolean => 1,
        Kind::Category(Levels::Closed { levels, .. }) => {
            u32::try_from(levels.len()).map_or(u32::MAX, |levels| levels.saturating_sub(1))
        }
        Kind::Integer(Bounds {
            min: Some(min),
            max: Some(max),
            ..
        }) => boundaries.min((max - min) as u32),
        _ => boundaries,
    }
}

/// Gives how many of some candidates are of columns that are drawn for a tree.
fn drawn(grow: &Grow, candidates: f64) -> u32 {
    u32::try_from(whole(candidates * grow.specification().column_share)).unwrap_or(u32::MAX)
}
