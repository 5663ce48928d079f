//! The histograms of a tree that still have use.

use serde::{Deserialize, Serialize};

use crate::{
    BinRule, Direction, Growth, Histogram, Layout, NodeId, OutOfStep, Remainder, Split, best_split,
};

/// Finds the best splits of a growing tree's nodes from histograms of whole columns.
///
/// Keeps the histograms of nodes whose children may need them, and subtracts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Search {
    layout: Layout,
    directions: Vec<Option<Direction>>,
    kept: Vec<Option<Histogram>>,
}

impl Search {
    /// Begins with a tree's columns; `directions` are those of all columns, by their place.
    pub(crate) fn new(layout: Layout, directions: Vec<Option<Direction>>) -> Search {
        Search {
            layout,
            directions,
            kept: Vec::new(),
        }
    }

    /// Gives the tree's columns.
    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Examines all awaited nodes; `built` are the histograms of [`Growth::wanted`], in its order.
    ///
    /// # Errors
    ///
    /// If histograms are missing, or of another layout.
    pub(crate) fn examine(
        &mut self,
        growth: &mut Growth<BinRule>,
        built: impl IntoIterator<Item = Histogram>,
    ) -> Result<(), OutOfStep> {
        let mut built = built.into_iter();
        for wanted in growth.wanted() {
            let small = built
                .next()
                .filter(|built| built.len() == self.layout.cells());
            let small = small.ok_or(OutOfStep { node: wanted.build })?;
            match wanted.remainder {
                None => self.keep(wanted.build.0, small),
                Some(Remainder { node, parent }) => {
                    let known = self.part(parent, (wanted.build, small), node);
                    known.ok_or(OutOfStep { node: parent })?;
                }
            }
        }
        self.examine_awaited(growth)
    }

    /// Takes the root's histogram.
    pub(crate) fn plant(&mut self, root: Histogram) {
        self.keep(NodeId::ROOT.0, root);
    }

    /// Takes a child's histogram, and its sibling's, which is the rest of their parent's.
    ///
    /// Gives the sibling's; none if the parent's is not known.
    pub(crate) fn part(
        &mut self,
        parent: NodeId,
        (child, built): (NodeId, Histogram),
        sibling: NodeId,
    ) -> Option<&Histogram> {
        let mut rest = self.take(parent.0)?;
        rest.subtract(&built);
        self.keep(child.0, built);
        self.keep(sibling.0, rest);
        self.kept.get(sibling.0 as usize)?.as_ref()
    }

    /// Examines all awaited nodes, whose histograms were taken.
    ///
    /// # Errors
    ///
    /// If a histogram is missing.
    pub(crate) fn examine_awaited(
        &mut self,
        growth: &mut Growth<BinRule>,
    ) -> Result<(), OutOfStep> {
        for node in growth.awaits() {
            let split = self.best(growth, node)?;
            if split.is_none() || !growth.may_go_below(node) {
                self.take(node.0);
            }
            growth.examine(node, split)?;
        }
        Ok(())
    }

    /// Gives a node's best split by these columns.
    ///
    /// # Errors
    ///
    /// If its histogram is missing.
    pub(crate) fn best<C: Clone>(
        &self,
        growth: &Growth<C>,
        node: NodeId,
    ) -> Result<Option<Split<BinRule>>, OutOfStep> {
        let missing = OutOfStep { node };
        let place = growth.place(node).ok_or(missing)?;
        let histogram = self.kept.get(node.0 as usize).and_then(Option::as_ref);
        Ok(best_split(
            growth.criterion(),
            place,
            &self.layout,
            histogram.ok_or(missing)?,
            &self.directions,
        ))
    }

    fn keep(&mut self, node: u32, histogram: Histogram) {
        let node = node as usize;
        if self.kept.len() <= node {
            self.kept.resize(node + 1, None);
        }
        self.kept[node] = Some(histogram);
    }

    fn take(&mut self, node: u32) -> Option<Histogram> {
        self.kept.get_mut(node as usize)?.take()
    }
}
