//! A grown tree.

use serde::{Deserialize, Serialize};

/// The most nodes of a tree.
pub(crate) const MOST_NODES: usize = 1 << 14;

/// A node's place in its tree; the root is 0, children come after their parents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The root.
    pub const ROOT: NodeId = NodeId(0);
}

/// A node of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Node<C> {
    /// It parts its rows.
    Branch(Branch<C>),
    /// It gives them a value.
    Leaf(Leaf),
}

/// A node that parts its rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch<C> {
    /// What parts them.
    pub choice: C,
    /// The child of the rows that go left.
    pub left: NodeId,
    /// The child of the others.
    pub right: NodeId,
    /// What the split was worth.
    pub gain: f64,
    /// Σh over its rows.
    pub cover: f64,
}

/// A node that gives its rows a value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// What is added to the margin, learning rate included.
    pub value: f64,
    /// Σh over its rows.
    pub cover: f64,
}

/// Why nodes make no tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadTree {
    /// There are no nodes, or too many.
    #[error("a tree of {nodes} nodes is none, at most {MOST_NODES} are allowed")]
    Size {
        /// How many.
        nodes: usize,
    },
    /// A node has not exactly one parent before it, or is its own sibling's.
    #[error("the branches of a tree don't join its nodes from the root outward")]
    Joints,
    /// A number is not finite.
    #[error("a tree has numbers that are not finite")]
    Numbers,
}

/// A binary tree, its nodes in the order in which they grew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    try_from = "Vec<Node<C>>",
    into = "Vec<Node<C>>",
    bound(
        serialize = "C: Serialize + Clone",
        deserialize = "C: Deserialize<'de>"
    )
)]
pub struct Tree<C> {
    nodes: Vec<Node<C>>,
}

impl<C> Tree<C> {
    /// Checks that nodes are joined to one tree, each child after its parent.
    ///
    /// # Errors
    ///
    /// [`BadTree`] says what they are instead.
    pub fn new(nodes: Vec<Node<C>>) -> Result<Tree<C>, BadTree> {
        if nodes.is_empty() || nodes.len() > MOST_NODES {
            let nodes = nodes.len();
            return Err(BadTree::Size { nodes });
        }
        let mut has_parent = vec![false; nodes.len()];
        for (place, node) in nodes.iter().enumerate() {
            let numbers = match node {
                Node::Branch(branch) => [branch.gain, branch.cover],
                Node::Leaf(leaf) => [leaf.value, leaf.cover],
            };
            if !numbers.iter().all(|number| number.is_finite()) {
                return Err(BadTree::Numbers);
            }
            let Node::Branch(branch) = node else {
                continue;
            };
            for child in [branch.left, branch.right] {
                let child = child.0 as usize;
                let is_new = child > place && !has_parent.get(child).copied().unwrap_or(true);
                if !is_new {
                    return Err(BadTree::Joints);
                }
                has_parent[child] = true;
            }
        }
        if has_parent.iter().skip(1).any(|has| !has) {
            return Err(BadTree::Joints);
        }
        Ok(Tree { nodes })
    }

    /// Takes nodes that have grown, and so are a tree.
    pub(crate) fn grown(nodes: Vec<Node<C>>) -> Tree<C> {
        Tree { nodes }
    }

    /// Gives the nodes, the root first.
    pub fn nodes(&self) -> &[Node<C>] {
        &self.nodes
    }

    /// Counts the leaves.
    pub fn leaves(&self) -> usize {
        self.nodes.len().div_ceil(2)
    }

    /// Gives the most splits on the way to a leaf.
    pub fn depth(&self) -> u32 {
        let mut depths = vec![0; self.nodes.len()];
        for (place, branch) in self.branches() {
            let below = depths[place.0 as usize] + 1;
            depths[branch.left.0 as usize] = below;
            depths[branch.right.0 as usize] = below;
        }
        depths.into_iter().max().unwrap_or(0)
    }

    /// Gives every node that parts its rows.
    pub fn branches(&self) -> impl Iterator<Item = (NodeId, &Branch<C>)> {
        let nodes = (0..).map(NodeId).zip(&self.nodes);
        nodes.filter_map(|(id, node)| match node {
            Node::Branch(branch) => Some((id, branch)),
            Node::Leaf(_) => None,
        })
    }

    /// Gives the value of the leaf that a row comes to.
    pub fn value(&self, goes_left: impl Fn(&C) -> bool) -> f64 {
        let mut at = NodeId::ROOT;
        loop {
            match &self.nodes[at.0 as usize] {
                Node::Leaf(leaf) => return leaf.value,
                Node::Branch(branch) if goes_left(&branch.choice) => at = branch.left,
                Node::Branch(branch) => at = branch.right,
            }
        }
    }

    /// Names the choices anew.
    ///
    /// # Errors
    ///
    /// Those of `name`.
    pub fn try_map<D, E>(&self, name: impl Fn(&C) -> Result<D, E>) -> Result<Tree<D>, E> {
        let node = |node: &Node<C>| {
            Ok(match node {
                Node::Leaf(leaf) => Node::Leaf(*leaf),
                Node::Branch(branch) => Node::Branch(Branch {
                    choice: name(&branch.choice)?,
                    left: branch.left,
                    right: branch.right,
                    gain: branch.gain,
                    cover: branch.cover,
                }),
            })
        };
        let nodes = self.nodes.iter().map(node).collect::<Result<_, E>>()?;
        Ok(Tree { nodes })
    }
}

impl<C> TryFrom<Vec<Node<C>>> for Tree<C> {
    type Error = BadTree;

    fn try_from(nodes: Vec<Node<C>>) -> Result<Tree<C>, BadTree> {
        Tree::new(nodes)
    }
}

impl<C> From<Tree<C>> for Vec<Node<C>> {
    fn from(tree: Tree<C>) -> Vec<Node<C>> {
        tree.nodes
    }
}
