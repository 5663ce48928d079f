//! What the label holder does in one tree: which rows go where, and which split is best.

use std::{
    collections::BTreeMap,
    ops::{Range, RangeInclusive},
};

use bytes::Bytes;

use super::{
    bits,
    error::Breach,
    messages::{Choice, Parted, Pick},
    noise,
    offer::{Judge, Offer},
    side::Condition,
};
use crate::{
    BinRule, Binned, Fork, Growing, Growth, NodeId, OutOfStep, Partition, Search, Split, Sums,
    Tree, count::narrow,
};

/// The label holder's part of a tree on its way.
pub(crate) struct Grower<'a> {
    binned: &'a Binned,
    growth: Growth<Condition<BinRule>>,
    growing: Growing,
    search: Search,
    /// The rows drawn.
    drawn: Partition,
    /// All rows, where not all were drawn.
    all: Option<Partition>,
    /// The side of each row in the split of its node.
    goes_left: Vec<bool>,
    joint: Option<Joint>,
    leaves: u32,
}

/// What the feature holders know of the tree.
struct Joint {
    min_node: u64,
    is_noisy: bool,
    sharing: Sharing,
    /// The nodes that they examine, in the order in which they number them.
    nodes: Vec<NodeId>,
    /// How many splits each has in the model so far.
    splits: Vec<u32>,
    /// Of each node whose best split is a feature holder's, the candidates among which that takes
    /// the first in its order.
    picks: BTreeMap<NodeId, Vec<(Pick, Sums)>>,
}

/// Which nodes are examined where rows are those of several parties.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sharing {
    /// The rows of each.
    pub(crate) ranges: Vec<Range<u32>>,
    /// How many of them must have drawn rows in a node, and how many each.
    pub(crate) least: (u64, u64),
}

/// A node whose rows are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) build: NodeId,
    /// The nodes that are examined with it: itself if it is the root, else both children of its parent.
    pub(crate) nodes: Vec<NodeId>,
    /// The nodes whose sums are returned then, in that order: it, and its sibling.
    pub(crate) returned: Vec<NodeId>,
}

/// A split of a feature holder that is to be made now.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) node: NodeId,
    /// The party's place among the feature holders.
    pub(crate) holder: usize,
}

/// What a grower begins with.
pub(crate) struct Planted<'a> {
    pub(crate) binned: &'a Binned,
    pub(crate) growth: Growth<Condition<BinRule>>,
    pub(crate) growing: Growing,
    pub(crate) search: Search,
    pub(crate) drawn: Partition,
}

impl<'a> Grower<'a> {
    /// Begins with the root, over own columns only.
    pub(crate) fn plant(planted: Planted<'a>) -> Grower<'a> {
        let Planted {
            binned,
            growth,
            growing,
            search,
            drawn,
        } = planted;
        let rows = drawn.table_rows();
        let all = (drawn.rows() < rows).then(|| {
            let all: Vec<u32> = (0..narrow(rows)).collect();
            Partition::new(rows, &all)
        });
        Grower {
            binned,
            growth,
            growing,
            search,
            drawn,
            all,
            goes_left: vec![false; rows],
            joint: None,
            leaves: 1,
        }
    }

    /// Lets feature holders take part; `splits` are those that each has in the model so far.
    pub(crate) fn join(&mut self, min_node: u64, is_noisy: bool, splits: Vec<u32>) {
        self.joint = Some(Joint {
            min_node,
            is_noisy,
            sharing: Sharing::default(),
            nodes: Vec::new(),
            splits,
            picks: BTreeMap::new(),
        });
    }

    /// Lets feature holders examine only what rows of several parties share, but for the root.
    pub(crate) fn share(&mut self, sharing: Sharing) {
        if let Some(joint) = &mut self.joint {
            joint.sharing = sharing;
        }
    }

    /// Says whether enough parties have drawn rows in a node.
    pub(crate) fn is_shared(&self, node: NodeId) -> bool {
        let Some(Joint { sharing, .. }) = &self.joint else {
            return true;
        };
        let (parties, least) = sharing.least;
        // Rows rise.
        let rows = self.drawn.node(node);
        let before = |end: u32| rows.partition_point(|row| *row < end) as u64;
        let ranges = sharing.ranges.iter();
        let with = ranges.filter(|range| before(range.end) - before(range.start) >= least);
        with.count() as u64 >= parties
    }

    /// Gives a bit for each row, whether it was drawn; nothing where all were.
    pub(crate) fn drawn_bits(&self) -> Bytes {
        if self.all.is_none() {
            return Bytes::new();
        }
        let mut is_drawn = vec![false; self.drawn.table_rows()];
        for row in self.drawn.node(NodeId::ROOT) {
            is_drawn[*row as usize] = true;
        }
        bits::pack(is_drawn)
    }

    /// Adds up the own columns of the root.
    pub(crate) fn add_up_root(&mut self) {
        if self.growth.is_awaited(NodeId::ROOT) {
            let layout = self.search.layout().clone();
            let root = self.drawn.histogram(NodeId::ROOT, self.binned, &layout);
            self.search.plant(root);
        }
    }

    /// Gives the root as a job, if the feature holders are to examine it.
    pub(crate) fn root_job(&mut self) -> Vec<Job> {
        let rows = self.drawn.rows() as u64;
        let is_awaited = self.growth.is_awaited(NodeId::ROOT);
        let Some(joint) = self
            .joint
            .as_mut()
            .filter(|it| is_awaited && rows >= it.min_node)
        else {
            return Vec::new();
        };
        joint.nodes.push(NodeId::ROOT);
        vec![Job {
            build: NodeId::ROOT,
            nodes: vec![NodeId::ROOT],
            returned: vec![NodeId::ROOT],
        }]
    }

    /// Gives the rounded gradients of a node's drawn rows, as far as they are among these.
    pub(crate) fn gradients(&self, node: NodeId, among: &Range<u32>) -> [Vec<i32>; 2] {
        let rows = self.drawn.node(node).iter();
        let rows = rows.filter(|row| among.contains(row));
        // Every sum of a tree is below 2^29, so the limits stand for nothing.
        let narrow = |sum: i64| i32::try_from(sum).unwrap_or(i32::MAX);
        rows.map(|row| self.drawn.sums(*row))
            .map(|sums| (narrow(sums.g), narrow(sums.h)))
            .unzip()
            .into()
    }

    /// Counts a node's rows, drawn or not, that are among these.
    pub(crate) fn count(&self, node: NodeId, among: &Range<u32>) -> usize {
        let rows = self.all.as_ref().unwrap_or(&self.drawn).node(node);
        rows.iter().filter(|row| among.contains(row)).count()
    }

    /// Gives all rows.
    pub(crate) fn rows(&self) -> Range<u32> {
        0..narrow(self.goes_left.len())
    }

    /// Gives where sums over some of a node's rows can lie.
    pub(crate) fn allowed(&self, node: NodeId) -> [RangeInclusive<i64>; 2] {
        if self.joint.as_ref().is_some_and(|joint| joint.is_noisy) {
            let most = 2 * noise::MOST - 1;
            return [-most..=most, -most..=most];
        }
        let (mut low, mut high) = (0, Sums::default());
        for row in self.drawn.node(node) {
            let sums = self.drawn.sums(*row);
            low += sums.g.min(0);
            high.g += sums.g.max(0);
            high.h += sums.h;
        }
        [low..=high.g, 0..=high.h]
    }

    /// Gives what a node's candidates are judged by.
    pub(crate) fn judge(&self, node: NodeId) -> Result<Judge<'_>, OutOfStep> {
        let place = self.growth.place(node).ok_or(OutOfStep { node })?;
        let criterion = self.growth.criterion();
        Ok(Judge { criterion, place })
    }

    /// Settles the best split of every awaited node: of those worth the same an own one, then that
    /// of the first feature holder.
    ///
    /// `offered` are the nodes that feature holders examined, with what each offers.
    pub(crate) fn examine(&mut self, offered: Vec<(NodeId, Vec<Offer>)>) -> Result<(), OutOfStep> {
        if self.is_full() {
            return Ok(());
        }
        let mut offered: BTreeMap<NodeId, Vec<Offer>> = offered.into_iter().collect();
        for node in self.growth.awaits() {
            let own = self.search.best(&self.growth, node)?;
            let mut best = own.map(|split| Split {
                choice: Condition::Own(split.choice),
                gain: split.gain,
                left: split.left,
                direction: split.direction,
            });
            for (holder, offer) in (0..).zip(offered.remove(&node).unwrap_or_default()) {
                let Some((_, left)) = offer.picks.first() else {
                    continue;
                };
                if best.as_ref().is_none_or(|best| offer.gain > best.gain) {
                    best = Some(Split {
                        choice: Condition::Theirs { holder, split: 0 },
                        gain: offer.gain,
                        left: *left,
                        direction: None,
                    });
                    if let Some(joint) = &mut self.joint {
                        joint.picks.insert(node, offer.picks);
                    }
                }
            }
            self.growth.examine(node, best)?;
        }
        Ok(())
    }

    /// Gives the feature holders' splits that are to be made now.
    pub(crate) fn due(&self) -> Result<Vec<Due>, OutOfStep> {
        if self.is_full() {
            return Ok(Vec::new());
        }
        let theirs = |(node, split): (NodeId, Split<_>)| match split.choice {
            Condition::Own(_) => None,
            Condition::Theirs { holder, .. } => {
                let holder = holder as usize;
                Some(Due { node, holder })
            }
        };
        Ok(self.growth.due()?.into_iter().filter_map(theirs).collect())
    }

    /// Gives the number under which feature holders know a node.
    pub(crate) fn number(&self, node: NodeId) -> Option<u32> {
        let nodes = &self.joint.as_ref()?.nodes;
        let place = nodes.iter().position(|known| *known == node)?;
        Some(narrow(place))
    }

    /// Gives what a feature holder is asked to split by.
    pub(crate) fn choice(&self, due: &Due) -> Result<Choice, OutOfStep> {
        let node = due.node;
        let picks = self.joint.as_ref().and_then(|joint| joint.picks.get(&node));
        let number = self.number(node);
        let (picks, number) = picks.zip(number).ok_or(OutOfStep { node })?;
        Ok(Choice {
            node: number,
            picks: picks.iter().map(|(pick, _)| *pick).collect(),
        })
    }

    /// Takes the sides of a node's rows by a feature holder's split.
    pub(crate) fn take_sides(
        &mut self,
        due: &Due,
        sides: &Bytes,
    ) -> Result<Result<(), Breach>, OutOfStep> {
        let node = due.node;
        let place = *self.growth.place(node).ok_or(OutOfStep { node })?;
        let rows = self.all.as_ref().unwrap_or(&self.drawn).node(node);
        let Some(sides) = bits::unpack(sides, rows.len()) else {
            return Ok(Err(Breach::Bits));
        };
        for (row, side) in rows.iter().zip(sides) {
            self.goes_left[*row as usize] = side;
        }
        let mut left = Sums::default();
        for row in self.drawn.node(node) {
            if self.goes_left[*row as usize] {
                left += self.drawn.sums(*row);
            }
        }
        let Some(joint) = &mut self.joint else {
            return Err(OutOfStep { node });
        };
        let right = place.sums - left;
        let picks = joint.picks.remove(&node).unwrap_or_default();
        if !joint.is_noisy
            && !picks
                .iter()
                .any(|(_, sums)| *sums == left || *sums == right)
        {
            return Ok(Err(Breach::OtherSides));
        }
        let of_holder = joint.splits.get_mut(due.holder).ok_or(OutOfStep { node })?;
        let split = *of_holder;
        *of_holder += 1;
        let holder = narrow(due.holder);
        self.growth
            .amend(node, Condition::Theirs { holder, split }, left)?;
        Ok(Ok(()))
    }

    /// Makes all splits that are due, adds up own columns of what they part, and gives what feature
    /// holders are to examine next; none if the tree is grown.
    pub(crate) fn part(&mut self) -> Result<Option<Vec<Forked>>, OutOfStep> {
        if self.is_full() {
            return Ok(None);
        }
        let forks = self.growth.fork()?;
        if forks.is_empty() {
            return Ok(None);
        }
        let mut forked = Vec::new();
        for fork in forks {
            forked.extend(self.apply(&fork)?);
        }
        Ok(Some(forked))
    }

    fn apply(&mut self, fork: &Fork<Condition<BinRule>>) -> Result<Option<Forked>, OutOfStep> {
        let Fork {
            node,
            choice,
            left,
            right,
        } = *fork;
        let holder = match choice {
            Condition::Theirs { holder, .. } => Some(holder as usize),
            Condition::Own(rule) => {
                let column = self.binned.column(rule.column as usize);
                let column = column.ok_or(OutOfStep { node })?;
                for row in self.all.as_ref().unwrap_or(&self.drawn).node(node) {
                    self.goes_left[*row as usize] = rule.goes_left(column.bin(*row));
                }
                None
            }
        };
        let goes_left = |row: u32| self.goes_left[row as usize];
        let rows = self.all.as_ref().unwrap_or(&self.drawn).node(node);
        let sides = self
            .number(node)
            .map(|_| bits::pack(rows.iter().map(|row| goes_left(*row))));
        let counts = self.drawn.part(node, (left, right), goes_left);
        let counts = counts.ok_or(OutOfStep { node })?;
        if let Some(all) = &mut self.all {
            all.part(node, (left, right), goes_left)
                .ok_or(OutOfStep { node })?;
        }
        self.growth.count(node, counts.0, counts.1)?;
        self.leaves += 1;
        let (build, rest) = if counts.0 <= counts.1 {
            (left, right)
        } else {
            (right, left)
        };
        let mut returned = vec![build, rest];
        returned.retain(|node| self.growth.is_awaited(*node));
        if self.is_full() || returned.is_empty() {
            return Ok(None);
        }
        let layout = self.search.layout().clone();
        let histogram = self.drawn.histogram(build, self.binned, &layout);
        let part = self.search.part(node, (build, histogram), rest);
        part.ok_or(OutOfStep { node })?;
        let number = self.number(node);
        let is_shared = self.is_shared(left) && self.is_shared(right);
        let (Some(joint), Some(number), Some(sides)) = (&mut self.joint, number, sides) else {
            return Ok(None);
        };
        if counts.0.min(counts.1) < joint.min_node || !is_shared {
            return Ok(None);
        }
        joint.nodes.extend([left, right]);
        Ok(Some(Forked {
            node,
            number,
            holder,
            sides,
            builds_left: build == left,
            job: Job {
                build,
                nodes: vec![left, right],
                returned,
            },
        }))
    }

    /// Says whether a leaf-wise tree has all its leaves.
    fn is_full(&self) -> bool {
        match self.growing {
            Growing::DepthWise { .. } => false,
            Growing::LeafWise { leaves, .. } => self.leaves >= leaves,
        }
    }

    /// Ends the tree; gives it with all rows in its leaves.
    pub(crate) fn finish(self) -> (Tree<Condition<BinRule>>, Partition) {
        (self.growth.finish(), self.all.unwrap_or(self.drawn))
    }
}

/// A node that was split, and whose children feature holders examine.
#[derive(Clone, Debug)]
pub(crate) struct Forked {
    pub(crate) node: NodeId,
    pub(crate) number: u32,
    /// Whose split it is; none if it is an own one.
    pub(crate) holder: Option<usize>,
    /// A bit for each of its rows: does it go left?
    pub(crate) sides: Bytes,
    /// Whether the rows of the left child are encrypted.
    pub(crate) builds_left: bool,
    pub(crate) job: Job,
}

impl Forked {
    /// What a feature holder is told of it.
    pub(crate) fn told(&self, holder: usize) -> Parted {
        Parted {
            node: self.number,
            sides: (self.holder != Some(holder)).then(|| self.sides.clone()),
        }
    }
}
