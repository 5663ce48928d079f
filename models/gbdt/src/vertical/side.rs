//! What the parties of a fit keep between two trees.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{BinRule, Losses, MOST_TREES, Rule, Stopping, Tree, count::narrow};

/// The number of the format in which this is kept.
const FORMAT: u32 = 1;

/// What parts a node's rows: a rule on an own column, or another party's split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Condition<R> {
    /// A rule on one of the label holder's columns.
    Own(R),
    /// A split that its party keeps.
    Theirs {
        /// The party's place among the feature holders.
        holder: u32,
        /// The split's place among that party's.
        split: u32,
    },
}

/// The label holder's side of a fit: the trees so far, and what they add up to.
///
/// It holds a number for each row: keep it as the labels are kept. Numbers must be stored exactly.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenLabelSide", into = "WrittenLabelSide")]
pub struct LabelSide {
    pub(crate) base_score: f64,
    pub(crate) trees: Vec<Tree<Condition<BinRule>>>,
    pub(crate) stopping: Stopping,
    pub(crate) margins: Vec<f64>,
}

impl LabelSide {
    /// Counts the trees.
    pub fn trees(&self) -> u32 {
        narrow(self.trees.len())
    }

    /// Gives the losses after no tree, one tree, and so on, before the last.
    pub fn losses(&self) -> &[Losses] {
        self.stopping.losses()
    }

    /// Counts the splits of each of so many feature holders in the trees before one.
    pub(crate) fn splits(&self, holders: usize, tree: usize) -> Vec<u32> {
        let mut splits = vec![0; holders];
        for (_, branch) in self.trees.iter().take(tree).flat_map(Tree::branches) {
            if let Condition::Theirs { holder, .. } = branch.choice
                && let Some(splits) = splits.get_mut(holder as usize)
            {
                *splits += 1;
            }
        }
        splits
    }
}

impl fmt::Debug for LabelSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LabelSide")
            .field("trees", &self.trees.len())
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLabelSide {
    format: u32,
    base_score: f64,
    trees: Vec<Tree<Condition<BinRule>>>,
    stopping: Stopping,
    margins: Vec<f64>,
}

impl From<LabelSide> for WrittenLabelSide {
    fn from(side: LabelSide) -> WrittenLabelSide {
        WrittenLabelSide {
            format: FORMAT,
            base_score: side.base_score,
            trees: side.trees,
            stopping: side.stopping,
            margins: side.margins,
        }
    }
}

/// What was read is no side of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no side of a fit in format {FORMAT}")]
pub struct BadSide;

impl TryFrom<WrittenLabelSide> for LabelSide {
    type Error = BadSide;

    fn try_from(written: WrittenLabelSide) -> Result<LabelSide, BadSide> {
        let finite = written.base_score.is_finite()
            && written.margins.iter().all(|margin| margin.is_finite());
        let holds = written.format == FORMAT
            && written.trees.len() <= MOST_TREES as usize
            && written.stopping.losses().len() == written.trees.len()
            && finite;
        if !holds {
            return Err(BadSide);
        }
        Ok(LabelSide {
            base_score: written.base_score,
            trees: written.trees,
            stopping: written.stopping,
            margins: written.margins,
        })
    }
}

/// A feature holder's side of a fit: its splits, in the order in which they were chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenFeatureSide", into = "WrittenFeatureSide")]
pub struct FeatureSide {
    /// The first tree that is not kept yet.
    pub(crate) next: u32,
    /// The tree after the last one of which sums may have been told; 0 if of none. Never falls.
    pub(crate) begun: u32,
    pub(crate) splits: Vec<OwnSplit>,
}

/// A split of a feature holder.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnSplit {
    /// The tree, counted from 0.
    pub tree: u32,
    /// What parts the rows, on the party's own columns.
    pub rule: Rule,
}

impl FeatureSide {
    /// Gives the splits.
    pub fn splits(&self) -> &[OwnSplit] {
        &self.splits
    }

    /// Goes back to what stood before a tree; gives false if more is missing than that.
    pub(crate) fn go_back(&mut self, tree: u32) -> bool {
        self.splits.retain(|split| split.tree < tree);
        let reached = tree <= self.next;
        self.next = self.next.min(tree);
        reached
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFeatureSide {
    format: u32,
    next: u32,
    begun: u32,
    splits: Vec<OwnSplit>,
}

impl From<FeatureSide> for WrittenFeatureSide {
    fn from(side: FeatureSide) -> WrittenFeatureSide {
        WrittenFeatureSide {
            format: FORMAT,
            next: side.next,
            begun: side.begun,
            splits: side.splits,
        }
    }
}

impl TryFrom<WrittenFeatureSide> for FeatureSide {
    type Error = BadSide;

    fn try_from(written: WrittenFeatureSide) -> Result<FeatureSide, BadSide> {
        let splits = &written.splits;
        let holds = written.format == FORMAT
            && written.begun <= MOST_TREES
            // The first tree may be another's own.
            && written.next <= written.begun.max(1)
            && splits.is_sorted_by_key(|split| split.tree)
            && splits.last().is_none_or(|split| split.tree < written.next)
            && splits.iter().all(|split| split.rule.threshold.is_finite());
        if !holds {
            return Err(BadSide);
        }
        Ok(FeatureSide {
            next: written.next,
            begun: written.begun,
            splits: written.splits,
        })
    }
}
