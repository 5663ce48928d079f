//! How wide a tree usually grows on protected rows, and what its nodes ask for.

use consilium_gbdt::{
    Growing,
    vertical::{Protections, Shares, Work},
};
use consilium_lwe::Set;

/// The smaller side of a split has this share of a node's rows: a place drawn uniformly parts it so.
const SMALLER: f64 = 0.25;
/// How many times the least gap lies between neighbouring candidates of a column that are left.
const USUAL_GAP: f64 = 4.0;
/// So many rows that whatever a node costs beside them does not count.
const MANY_ROWS: u64 = 1 << 24;

/// Nodes of which as many lie together as sides below the root were the smaller ones.
#[derive(Clone, Copy, Debug)]
struct Nodes {
    /// Rows of each.
    rows: f64,
    /// How many there are, on average.
    count: f64,
}

/// Gives how many candidates of a column are left in a node of so many rows.
pub(super) fn left(boundaries: f64, rows: f64, protections: &Protections) -> f64 {
    let gap = USUAL_GAP * protections.min_gap as f64;
    if gap == 0.0 {
        return boundaries;
    }
    let between = (rows - 2.0 * protections.min_side as f64).max(0.0);
    boundaries.min(between / gap)
}

/// Adds up what the nodes of one tree cost each party, if holders have so many candidates in a node
/// of so many rows.
///
/// Splits are taken to part nodes at uniform places. So a node has children that are both examined
/// with the chance that both have as many rows as the protections ask for, and the smaller one, whose
/// rows are encrypted, has a quarter of its rows.
pub(super) fn shares(
    (work, growth): (&Work, Growing),
    (set, stride): (Set, u32),
    candidates: impl Fn(f64) -> Vec<u32>,
) -> Shares {
    let of_node = |rows: f64, candidates: Vec<u32>| {
        let node = Work {
            rows: super::whole(rows),
            candidates,
            depth: 1,
            nodes: 1,
            least_rows: 1,
            ..*work
        };
        node.shares(set, stride)
    };
    let all = work.rows as f64;
    let mut total = of_node(all, candidates(all));
    let least = work.least_rows as f64;
    let mut splits = f64::from(growth.most_leaves()) - 1.0;
    let mut level = vec![Nodes {
        rows: all,
        count: 1.0,
    }];
    for _ in 1..work.depth {
        // The last splits make leaves that nobody examines.
        let mut below = vec![
            Nodes {
                rows: 0.0,
                count: 0.0
            };
            level.len() + 1
        ];
        for (place, node) in level.iter().enumerate() {
            let chance = (1.0 - 2.0 * least / node.rows).max(0.0);
            let parted = (node.count * chance).min(splits - 1.0).max(0.0);
            splits -= parted;
            if parted == 0.0 {
                continue;
            }
            let smaller = SMALLER * node.rows;
            for (place, rows) in [(place, node.rows - smaller), (place + 1, smaller)] {
                below[place].rows = rows;
                below[place].count += parted;
            }
            let own = candidates(node.rows);
            let built = of_node(smaller, own.clone());
            // What is returned of the sibling follows by subtraction: its rows are not encrypted.
            let [many, twice] =
                [1, 2].map(|times| of_node((times * MANY_ROWS) as f64, own.clone()));
            add(&mut total, &built, parted);
            add(&mut total, &many, 2.0 * parted);
            add(&mut total, &twice, -parted);
        }
        level = below;
        level.retain(|node| node.count > 0.0);
    }
    total
}

fn add(total: &mut Shares, more: &Shares, times: f64) {
    let holders = total.feature_holders.iter_mut().zip(&more.feature_holders);
    let of_label_holder = (&mut total.label_holder, &more.label_holder);
    for (sum, more) in holders.chain([of_label_holder]) {
        sum.bytes += times * more.bytes;
        sum.cpu += times * more.cpu;
    }
}
