//! How fast trees grow, and when the last one would be grown.

use std::time::Duration;

use consilium_plan::{Doing, UnixTime};

/// The pace of trees that were seen to grow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pace {
    /// The tree that was seen first, and when.
    first: (u32, UnixTime),
    /// The tree in hand.
    tree: u32,
    end: Option<UnixTime>,
}

impl Pace {
    /// Goes on to what a study is at now; none where it grows no trees.
    pub(super) fn after(before: Option<Pace>, doing: Option<Doing>, now: UnixTime) -> Option<Pace> {
        let Some(Doing::Growing { tree, trees, .. }) = doing else {
            return None;
        };
        let Some(before) = before else {
            return Some(Pace {
                first: (tree, now),
                tree,
                end: None,
            });
        };
        if tree <= before.tree {
            return Some(before);
        }
        let (first, since) = before.first;
        let grown = u64::from(tree - first);
        let left = u64::from(trees.saturating_sub(tree)) + 1;
        let spent = now.since(since).max(0).unsigned_abs();
        let rest = Duration::from_secs(spent.saturating_mul(left).div_ceil(grown));
        let end = Some(now.after(rest));
        Some(Pace {
            tree,
            end,
            ..before
        })
    }

    /// Gives when the last tree would be grown, if none is left out; not before one was seen to grow.
    pub(super) fn end(&self) -> Option<UnixTime> {
        self.end
    }
}
