//! Trees as ONNX writes them: one list for each property of a node, over the nodes of all trees.

use crate::{
    NotExportable,
    proto::{Attribute, AttributeType},
};

use super::TreeNode;

/// The attributes of `TreeEnsembleRegressor` in the making.
#[derive(Debug, Default)]
pub(super) struct Ensemble {
    trees: i64,
    nodes: Nodes,
    leaves: Leaves,
}

/// All nodes; for a leaf the properties of a split are zero.
#[derive(Debug, Default)]
struct Nodes {
    tree: Vec<i64>,
    position: Vec<i64>,
    column: Vec<i64>,
    threshold: Vec<f32>,
    mode: Vec<String>,
    left: Vec<i64>,
    right: Vec<i64>,
    missing_left: Vec<i64>,
}

#[derive(Debug, Default)]
struct Leaves {
    tree: Vec<i64>,
    position: Vec<i64>,
    value: Vec<f32>,
}

impl Ensemble {
    /// Adds a tree over rows of `columns` values.
    pub(super) fn push(&mut self, tree: &[TreeNode], columns: usize) -> Result<(), NotExportable> {
        check(tree, columns)?;
        for (position, node) in tree.iter().enumerate() {
            let position = number(position)?;
            self.nodes.push(self.trees, position, node)?;
            if let TreeNode::Leaf { value } = *node {
                self.leaves.tree.push(self.trees);
                self.leaves.position.push(position);
                self.leaves.value.push(single(value)?);
            }
        }
        self.trees += 1;
        Ok(())
    }

    pub(super) fn attributes(self) -> Vec<Attribute> {
        let Ensemble { nodes, leaves, .. } = self;
        let target = vec![0; leaves.tree.len()];
        vec![
            ints("nodes_treeids", nodes.tree),
            ints("nodes_nodeids", nodes.position),
            ints("nodes_featureids", nodes.column),
            floats("nodes_values", nodes.threshold),
            Attribute {
                strings: nodes.mode,
                ..named("nodes_modes", AttributeType::Strings)
            },
            ints("nodes_truenodeids", nodes.left),
            ints("nodes_falsenodeids", nodes.right),
            ints("nodes_missing_value_tracks_true", nodes.missing_left),
            Attribute {
                i: 1,
                ..named("n_targets", AttributeType::Int)
            },
            ints("target_ids", target),
            ints("target_treeids", leaves.tree),
            ints("target_nodeids", leaves.position),
            floats("target_weights", leaves.value),
        ]
    }
}

impl Nodes {
    fn push(&mut self, tree: i64, position: i64, node: &TreeNode) -> Result<(), NotExportable> {
        self.tree.push(tree);
        self.position.push(position);
        let (mode, column, threshold, missing_left, left, right) = match *node {
            TreeNode::Leaf { .. } => ("LEAF", 0, 0.0, false, 0, 0),
            TreeNode::Split {
                column,
                threshold,
                missing_left,
                left,
                right,
            } => (
                "BRANCH_LEQ",
                column,
                at_most(threshold),
                missing_left,
                left,
                right,
            ),
        };
        self.mode.push(mode.into());
        self.column.push(number(column)?);
        self.threshold.push(threshold);
        self.missing_left.push(missing_left.into());
        self.left.push(number(left)?);
        self.right.push(number(right)?);
        Ok(())
    }
}

/// Refuses nodes that are not one tree, its root first.
fn check(tree: &[TreeNode], columns: usize) -> Result<(), NotExportable> {
    let mut has_parent = vec![false; tree.len()];
    *has_parent.first_mut().ok_or(NotExportable::Tree)? = true;
    for (position, node) in tree.iter().enumerate() {
        let TreeNode::Split {
            column,
            threshold,
            left,
            right,
            ..
        } = *node
        else {
            continue;
        };
        if column >= columns {
            return Err(NotExportable::Tree);
        }
        if !threshold.is_finite() {
            return Err(NotExportable::NotFinite);
        }
        for child in [left, right] {
            let claimed = has_parent.get_mut(child).ok_or(NotExportable::Tree)?;
            // A parent before each child leaves no room for circles.
            if *claimed || child <= position {
                return Err(NotExportable::Tree);
            }
            *claimed = true;
        }
    }
    if has_parent.contains(&false) {
        return Err(NotExportable::Tree);
    }
    Ok(())
}

/// Rounds a threshold down, so that a value of single precision stays on its side.
#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding is what is wanted, and corrected"
)]
fn at_most(threshold: f64) -> f32 {
    let nearest = threshold as f32;
    if f64::from(nearest) > threshold {
        nearest.next_down()
    } else {
        nearest
    }
}

#[expect(clippy::cast_possible_truncation, reason = "ONNX adds in single")]
fn single(value: f64) -> Result<f32, NotExportable> {
    let rounded = value as f32;
    if rounded.is_finite() {
        Ok(rounded)
    } else {
        Err(NotExportable::NotFinite)
    }
}

fn number(position: usize) -> Result<i64, NotExportable> {
    i64::try_from(position).map_err(|_| NotExportable::Lengths)
}

fn named(name: &str, r#type: AttributeType) -> Attribute {
    Attribute {
        name: name.into(),
        r#type: r#type.into(),
        ..Attribute::default()
    }
}

fn ints(name: &str, ints: Vec<i64>) -> Attribute {
    Attribute {
        ints,
        ..named(name, AttributeType::Ints)
    }
}

fn floats(name: &str, floats: Vec<f32>) -> Attribute {
    Attribute {
        floats,
        ..named(name, AttributeType::Floats)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_value_of_single_precision_stays_on_its_side(
            threshold in any::<f64>().prop_filter("finite", |threshold| threshold.is_finite()),
            value in any::<f32>(),
        ) {
            let rounded = at_most(threshold);
            for value in [value, rounded, rounded.next_up(), rounded.next_down()] {
                prop_assert_eq!(value <= rounded, f64::from(value) <= threshold);
            }
        }

        #[test]
        fn so_does_one_near_a_threshold_of_common_size(
            value in -1e6_f32..1e6,
            nudge in -1e-9..1e-9,
        ) {
            let threshold = f64::from(value) + nudge;
            prop_assert_eq!(value <= at_most(threshold), f64::from(value) <= threshold);
        }
    }
}
