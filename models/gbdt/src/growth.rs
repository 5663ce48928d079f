//! One tree, growing, wherever its histograms come from.

use serde::{Deserialize, Serialize};

use crate::{
    Boosting, Bounds, Criterion, Direction, Growing, Quanta, Split, Sums,
    count::narrow,
    tree::{Branch, Leaf, Node, NodeId, Tree},
};

/// What is known of a node before its histogram is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Σg and Σh over its rows.
    pub sums: Sums,
    /// How many rows it has.
    pub rows: u64,
    /// How many splits lead to it.
    pub depth: u32,
    /// The values its leaves may have.
    pub bounds: Bounds,
}

/// A split that is to be applied to the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork<C> {
    /// The node that is split.
    pub node: NodeId,
    /// What parts its rows.
    pub choice: C,
    /// The child of the rows that go left.
    pub left: NodeId,
    /// The child of the others.
    pub right: NodeId,
}

/// A histogram that is to be added up, and what else follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The node whose rows are added up: the root, or the child of fewer rows.
    pub build: NodeId,
    /// The rest of its parent, where that is to be examined too.
    pub remainder: Option<Remainder>,
}

/// A histogram that follows by subtraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// The node.
    pub node: NodeId,
    /// Its parent: this one's histogram less the sibling's is the node's.
    pub parent: NodeId,
}

/// A step came at the wrong time, or for a node that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("node {} of the growing tree is not ready for that step", .node.0)]
pub struct OutOfStep {
    /// The node.
    pub node: NodeId,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State<C> {
    /// Its rows are not counted yet.
    Uncounted,
    /// It waits for its best split.
    Awaiting,
    /// It may be split.
    Ready(Split<C>),
    /// It was.
    Forked {
        split: Split<C>,
        left: NodeId,
        right: NodeId,
    },
    /// It will not be.
    Leaf,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Sprout<C> {
    place: Place,
    state: State<C>,
}

/// A tree that grows by splits found elsewhere.
///
/// `C` names a split: a column and bin where the columns are at hand, a party and a number where
/// they are another's. The order is always the same: [`wanted`](Growth::wanted) says which
/// histograms are needed, [`examine`](Growth::examine) takes each awaited node's best split,
/// [`fork`](Growth::fork) gives the splits to apply now, [`count`](Growth::count) takes the
/// children's rows; when `fork` gives none, the tree is grown. The value may be stored between any
/// two steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Growth<C> {
    criterion: Criterion,
    growing: Growing,
    min_node: u64,
    learning_rate: f64,
    nodes: Vec<Sprout<C>>,
}

impl<C: Clone> Growth<C> {
    /// Begins with the root.
    pub fn begin(boosting: &Boosting, quanta: Quanta, root: Sums, rows: u64) -> Growth<C> {
        let spec = boosting.specification();
        let place = Place {
            sums: root,
            rows,
            depth: 0,
            bounds: Bounds::NONE,
        };
        let mut growth = Growth {
            criterion: Criterion::new(boosting, quanta),
            growing: spec.growth,
            min_node: spec.min_node,
            learning_rate: spec.learning_rate,
            nodes: Vec::new(),
        };
        let state = growth.state_of(&place);
        growth.nodes.push(Sprout { place, state });
        growth
    }

    /// Gives what splits are judged by.
    pub fn criterion(&self) -> &Criterion {
        &self.criterion
    }

    /// Gives what is known of a node, if there is such a node.
    pub fn place(&self, node: NodeId) -> Option<&Place> {
        self.nodes.get(node.0 as usize).map(|sprout| &sprout.place)
    }

    /// Gives the nodes whose best split is awaited, in rising order.
    pub fn awaits(&self) -> Vec<NodeId> {
        let awaiting = |(_, sprout): &(NodeId, &Sprout<C>)| matches!(sprout.state, State::Awaiting);
        self.each().filter(awaiting).map(|(node, _)| node).collect()
    }

    /// Gives the histograms from which those of all awaited nodes follow.
    pub fn wanted(&self) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        if let Some(root) = self.nodes.first()
            && matches!(root.state, State::Awaiting)
        {
            wanted.push(Wanted {
                build: NodeId::ROOT,
                remainder: None,
            });
        }
        for (parent, sprout) in self.each() {
            let State::Forked { left, right, .. } = sprout.state else {
                continue;
            };
            let (small, large) = if self.rows(left) <= self.rows(right) {
                (left, right)
            } else {
                (right, left)
            };
            let of_large = Remainder {
                node: large,
                parent,
            };
            let remainder = self.is_awaited(large).then_some(of_large);
            if remainder.is_some() || self.is_awaited(small) {
                wanted.push(Wanted {
                    build: small,
                    remainder,
                });
            }
        }
        wanted
    }

    /// Takes the best split of an awaited node; none if there is none worth it.
    ///
    /// # Errors
    ///
    /// If the node is not awaited.
    pub fn examine(&mut self, node: NodeId, split: Option<Split<C>>) -> Result<(), OutOfStep> {
        let sprout = self.nodes.get_mut(node.0 as usize);
        let awaited = sprout.filter(|sprout| matches!(sprout.state, State::Awaiting));
        let sprout = awaited.ok_or(OutOfStep { node })?;
        sprout.state = split.map_or(State::Leaf, State::Ready);
        Ok(())
    }

    /// Gives the nodes that [`fork`](Growth::fork) would split now, with their splits.
    ///
    /// # Errors
    ///
    /// If a node is still awaited or uncounted.
    pub fn due(&self) -> Result<Vec<(NodeId, Split<C>)>, OutOfStep> {
        let unsettled =
            |sprout: &Sprout<C>| matches!(sprout.state, State::Awaiting | State::Uncounted);
        if let Some((node, _)) = self.each().find(|(_, sprout)| unsettled(sprout)) {
            return Err(OutOfStep { node });
        }
        let ready = self
            .each()
            .filter_map(|(node, sprout)| match &sprout.state {
                State::Ready(split) => Some((node, split.clone())),
                _ => None,
            });
        Ok(match self.growing {
            Growing::DepthWise { .. } => ready.collect(),
            Growing::LeafWise { leaves, .. } => {
                // Among equal gains the first leaf, while `max_by` would take the last.
                let best = ready.reduce(|a, b| if b.1.gain > a.1.gain { b } else { a });
                let room = self.nodes.len().div_ceil(2) < leaves as usize;
                best.filter(|_| room).into_iter().collect()
            }
        })
    }

    /// Changes how a node is to be split, where all is known of a split but which of the rows it
    /// parts: the choice, and the sums of those that go left.
    ///
    /// # Errors
    ///
    /// If the node has no split yet, or was split.
    pub fn amend(&mut self, node: NodeId, choice: C, left: Sums) -> Result<(), OutOfStep> {
        let sprout = self.nodes.get_mut(node.0 as usize);
        match sprout.map(|sprout| &mut sprout.state) {
            Some(State::Ready(split)) => {
                (split.choice, split.left) = (choice, left);
                Ok(())
            }
            _ => Err(OutOfStep { node }),
        }
    }

    /// Splits what is to be split now: a level, or the leaf that gains most.
    ///
    /// Gives none when the tree is grown. The children's rows must be counted before they are
    /// awaited.
    ///
    /// # Errors
    ///
    /// If a node is still awaited or uncounted.
    pub fn fork(&mut self) -> Result<Vec<Fork<C>>, OutOfStep> {
        let now = self.due()?;
        Ok(now
            .into_iter()
            .map(|(node, split)| self.apply(node, split))
            .collect())
    }

    /// Takes the number of rows of both children of a node that was split.
    ///
    /// # Errors
    ///
    /// If the node was not split or its children were counted before.
    pub fn count(
        &mut self,
        node: NodeId,
        left_rows: u64,
        right_rows: u64,
    ) -> Result<(), OutOfStep> {
        let error = OutOfStep { node };
        let sprout = self.nodes.get(node.0 as usize).ok_or(error)?;
        let State::Forked { left, right, .. } = sprout.state else {
            return Err(error);
        };
        for (child, rows) in [(left, left_rows), (right, right_rows)] {
            let sprout = self.nodes.get(child.0 as usize).ok_or(error)?;
            if !matches!(sprout.state, State::Uncounted) {
                return Err(error);
            }
            let place = Place {
                rows,
                ..sprout.place
            };
            let state = self.state_of(&place);
            self.nodes[child.0 as usize] = Sprout { place, state };
        }
        Ok(())
    }

    /// Says whether a node's best split is awaited.
    pub fn is_awaited(&self, node: NodeId) -> bool {
        let sprout = self.nodes.get(node.0 as usize);
        sprout.is_some_and(|sprout| matches!(sprout.state, State::Awaiting))
    }

    /// Says whether children of a node could be split in their turn.
    pub fn may_go_below(&self, node: NodeId) -> bool {
        let place = self.place(node);
        place.is_some_and(|place| place.depth + 1 < self.growing.depth())
    }

    /// Ends growing: whatever is not split is a leaf.
    pub fn finish(self) -> Tree<C> {
        let (criterion, rate) = (self.criterion, self.learning_rate);
        let node = |sprout: Sprout<C>| {
            let cover = criterion.cover(sprout.place.sums);
            match sprout.state {
                State::Forked { split, left, right } => Node::Branch(Branch {
                    choice: split.choice,
                    left,
                    right,
                    gain: split.gain,
                    cover,
                }),
                _ => Node::Leaf(Leaf {
                    value: rate * criterion.value(sprout.place.sums, sprout.place.bounds),
                    cover,
                }),
            }
        };
        Tree::grown(self.nodes.into_iter().map(node).collect())
    }

    fn each(&self) -> impl Iterator<Item = (NodeId, &Sprout<C>)> {
        (0..).map(NodeId).zip(&self.nodes)
    }

    fn rows(&self, node: NodeId) -> u64 {
        self.place(node).map_or(0, |place| place.rows)
    }

    fn state_of(&self, place: &Place) -> State<C> {
        let may_split = place.depth < self.growing.depth() && place.rows >= self.min_node;
        if may_split {
            State::Awaiting
        } else {
            State::Leaf
        }
    }

    fn apply(&mut self, node: NodeId, split: Split<C>) -> Fork<C> {
        let place = self.nodes[node.0 as usize].place;
        let right_sums = place.sums - split.left;
        let (left_bounds, right_bounds) = self.bounds(&place, &split, right_sums);
        let child = |sums, bounds| Sprout {
            place: Place {
                sums,
                rows: 0,
                depth: place.depth + 1,
                bounds,
            },
            state: State::Uncounted,
        };
        let left = NodeId(narrow(self.nodes.len()));
        let right = NodeId(left.0 + 1);
        let choice = split.choice.clone();
        let children = [
            child(split.left, left_bounds),
            child(right_sums, right_bounds),
        ];
        self.nodes.extend(children);
        self.nodes[node.0 as usize].state = State::Forked { split, left, right };
        Fork {
            node,
            choice,
            left,
            right,
        }
    }

    /// Keeps all leaves of one side on the right side of all of the other.
    fn bounds(&self, place: &Place, split: &Split<C>, right: Sums) -> (Bounds, Bounds) {
        let (mut on_left, mut on_right) = (place.bounds, place.bounds);
        let left = self.criterion.value(split.left, place.bounds);
        let right = self.criterion.value(right, place.bounds);
        let middle = Some(f64::midpoint(left, right));
        match split.direction {
            None => {}
            Some(Direction::Increasing) => (on_left.high, on_right.low) = (middle, middle),
            Some(Direction::Decreasing) => (on_left.low, on_right.high) = (middle, middle),
        }
        (on_left, on_right)
    }
}
