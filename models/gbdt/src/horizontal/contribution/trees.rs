//! Own rows under trees that stand and one in hand.

use std::collections::BTreeMap;

use super::OutOfPlace;
use crate::{
    BinRule, Cuts, Drawn, Fork, Layout, Node, NodeId, Partition, Quanta, Rows, Tree,
    count::narrow,
    horizontal::{
        Agreement, News,
        amounts::spread,
        element::Element,
        question::{layout, most_at_once},
    },
};

/// Own rows under the trees that were told.
pub(super) struct OwnTrees {
    cuts: Cuts,
    rows: Rows,
    base_score: f64,
    trees: Vec<Tree<BinRule>>,
    layout: Layout,
    hand: Hand,
}

/// How far the next tree is.
enum Hand {
    Empty,
    Drawn(Drawn),
    Growing(Grown),
}

/// A tree in hand.
struct Grown {
    partition: Partition,
    /// Nodes that are not parted, and the splits that lead to each.
    leaves: BTreeMap<NodeId, u32>,
}

/// Gives elements of a number of rows and of reals.
pub(super) fn amounts(rows: u64, reals: &[f64]) -> Vec<u64> {
    let reals = reals.iter().flat_map(|real| spread(*real));
    std::iter::once(rows).chain(reals).collect()
}

impl OwnTrees {
    pub(super) fn begin(
        agreement: &Agreement,
        cuts: Cuts,
        mut rows: Rows,
        base_score: f64,
    ) -> Result<OwnTrees, OutOfPlace> {
        if !agreement.has_base_score(base_score) {
            return Err(OutOfPlace);
        }
        rows.begin(base_score);
        let layout = layout(agreement, &cuts, 0);
        Ok(OwnTrees {
            cuts,
            rows,
            base_score,
            trees: Vec::new(),
            layout,
            hand: Hand::Empty,
        })
    }

    pub(super) fn hear(&mut self, agreement: &Agreement, news: News) -> Result<(), OutOfPlace> {
        let spec = agreement.boosting().specification();
        match news {
            News::Grown(tree) => {
                let has_room = self.trees.len() < spec.trees as usize;
                if !(has_room && is_of(agreement, &self.layout, &tree)) {
                    return Err(OutOfPlace);
                }
                self.rows.add(&tree);
                self.trees.push(tree);
                self.hand = Hand::Empty;
                self.layout = layout(agreement, &self.cuts, self.trees.len());
                Ok(())
            }
            News::Rounded(quanta) => self.round(quanta),
            News::Parted(node, rule) => self.part(agreement, node, rule),
            News::Cut(_) | News::Begun(_) => Err(OutOfPlace),
        }
    }

    /// Lets go of a tree in hand.
    pub(super) fn let_go(&mut self) {
        self.hand = Hand::Empty;
    }

    /// Gives the cells of a histogram.
    pub(super) fn cells(&self) -> usize {
        self.layout.cells()
    }

    /// Gives what was told: cut points, base score and trees.
    pub(super) fn told(&self) -> (&Cuts, f64, &[Tree<BinRule>]) {
        (&self.cuts, self.base_score, &self.trees)
    }

    pub(super) fn totals(&mut self) -> Vec<u64> {
        let drawn = self.rows.draw(narrow(self.trees.len()));
        let (totals, losses) = (drawn.totals(), drawn.losses());
        let reals = [
            totals.g,
            totals.h,
            losses.trained,
            losses.trained_weights,
            losses.held_out,
            losses.held_out_weights,
        ];
        self.hand = Hand::Drawn(drawn);
        amounts(totals.rows, &reals)
    }

    fn round(&mut self, quanta: Quanta) -> Result<(), OutOfPlace> {
        let drawn = match std::mem::replace(&mut self.hand, Hand::Empty) {
            Hand::Drawn(drawn) => drawn,
            Hand::Empty => self.rows.draw_alone(narrow(self.trees.len())),
            Hand::Growing(_) => return Err(OutOfPlace),
        };
        let partition = self.rows.round(&drawn, quanta);
        let leaves = BTreeMap::from([(NodeId::ROOT, 0)]);
        self.hand = Hand::Growing(Grown { partition, leaves });
        Ok(())
    }

    fn part(
        &mut self,
        agreement: &Agreement,
        node: NodeId,
        choice: BinRule,
    ) -> Result<(), OutOfPlace> {
        let Hand::Growing(grown) = &mut self.hand else {
            return Err(OutOfPlace);
        };
        let growing = agreement.boosting().specification().growth;
        let has_room = grown.leaves.len() < growing.most_leaves() as usize;
        let depth = grown.leaves.get(&node).copied().ok_or(OutOfPlace)?;
        if !has_room || depth >= growing.depth() || !is_rule_of(&self.layout, choice) {
            return Err(OutOfPlace);
        }
        let fork = grown.fork(node, choice, depth).ok_or(OutOfPlace)?;
        let parted = grown.partition.fork(self.rows.binned(), &fork);
        parted.map(drop).ok_or(OutOfPlace)
    }

    pub(super) fn has_leaves(&self, build: &[NodeId], count: &[NodeId]) -> bool {
        let Hand::Growing(grown) = &self.hand else {
            return false;
        };
        let are_leaves = |nodes: &[NodeId]| {
            nodes.windows(2).all(|pair| pair[0] < pair[1])
                && nodes.iter().all(|node| grown.leaves.contains_key(node))
        };
        let sizes = (1..=most_at_once(self.layout.cells())).contains(&build.len());
        sizes && count.len() <= build.len() && are_leaves(build) && are_leaves(count)
    }

    pub(super) fn nodes(
        &mut self,
        element: Element,
        build: &[NodeId],
        count: &[NodeId],
    ) -> Result<Vec<u64>, OutOfPlace> {
        let Hand::Growing(Grown { partition, .. }) = &mut self.hand else {
            return Err(OutOfPlace);
        };
        let mut elements = Vec::with_capacity(build.len() * self.layout.cells() + count.len());
        for node in build {
            let histogram = partition.histogram(*node, self.rows.binned(), &self.layout);
            elements.extend(histogram.sums().map(|sums| element.pack(sums)));
        }
        elements.extend(count.iter().map(|node| partition.node(*node).len() as u64));
        Ok(elements)
    }
}

impl Grown {
    /// Parts a leaf: its children are the next two nodes.
    fn fork(&mut self, node: NodeId, choice: BinRule, depth: u32) -> Option<Fork<BinRule>> {
        self.leaves.remove(&node)?;
        // All leaves but the first came in pairs, each for one that was parted.
        let next = u32::try_from(2 * self.leaves.len() + 1).ok()?;
        let (left, right) = (NodeId(next), NodeId(next + 1));
        self.leaves.insert(left, depth + 1);
        self.leaves.insert(right, depth + 1);
        Some(Fork {
            node,
            choice,
            left,
            right,
        })
    }
}

/// Says whether a tree can have grown in a layout.
fn is_of(agreement: &Agreement, layout: &Layout, tree: &Tree<BinRule>) -> bool {
    let growing = agreement.boosting().specification().growth;
    let is_node = |node: &Node<BinRule>| match node {
        Node::Branch(branch) => {
            is_rule_of(layout, branch.choice) && branch.gain >= 0.0 && branch.cover >= 0.0
        }
        Node::Leaf(leaf) => leaf.cover >= 0.0,
    };
    tree.leaves() <= growing.most_leaves() as usize
        && tree.depth() <= growing.depth()
        && agreement.has_leaves(tree)
        && tree.nodes().iter().all(is_node)
}

/// Says whether rows can be parted so: some bin of values is the last that goes left.
fn is_rule_of(layout: &Layout, rule: BinRule) -> bool {
    let mut columns = layout.columns();
    let column = columns.find(|(column, _)| *column == rule.column as usize);
    column.is_some_and(|(_, bins)| (1..bins.len() - 1).contains(&usize::from(rule.bin)))
}
