//! Trees in tract.

use consilium_onnx::{InverseLink, NotExportable, TreeModel, TreeNode};
use tract_onnx::pb::{AttributeProto, ModelProto, attribute_proto::AttributeType};

use crate::tract;

const BASE: f64 = -1.25;
/// A threshold that single precision doesn't hold, and the number that it makes of it.
const BETWEEN: f64 = 0.1;
const ROUNDED: f32 = 0.1;

pub(crate) fn rows() -> Vec<[f64; 2]> {
    let near = [ROUNDED.next_down(), ROUNDED, ROUNDED.next_up()].map(f64::from);
    let [below, nearest, above] = near;
    let mut rows = Vec::new();
    for first in [f64::NAN, -3.0, below, nearest, above, 7.5] {
        for second in [f64::NAN, 1.0, 2.0, 2.5] {
            rows.push([first, second]);
        }
    }
    rows
}

fn leaf(value: f64) -> TreeNode {
    TreeNode::Leaf { value }
}

fn split(column: usize, threshold: f64, missing_left: bool, children: [usize; 2]) -> TreeNode {
    TreeNode::Split {
        column,
        threshold,
        missing_left,
        left: children[0],
        right: children[1],
    }
}

/// One tree of two levels, one of a single leaf, one whose nodes are not in the usual order.
pub(crate) fn trees() -> Vec<Vec<TreeNode>> {
    vec![
        vec![
            split(0, BETWEEN, true, [1, 2]),
            split(1, 2.0, false, [3, 4]),
            leaf(0.75),
            leaf(-0.3),
            leaf(0.2),
        ],
        vec![leaf(0.0625)],
        vec![
            split(1, 1.5, true, [4, 1]),
            split(0, -5.0, true, [2, 3]),
            leaf(1.5),
            leaf(-0.0625),
            leaf(0.1),
        ],
    ]
}

pub(crate) fn model<'a>(
    columns: &'a [String],
    trees: &'a [Vec<TreeNode>],
    inverse_link: InverseLink,
) -> TreeModel<'a> {
    TreeModel {
        name: "test",
        columns,
        preparation: None,
        base: BASE,
        trees,
        inverse_link,
        metadata: &[],
    }
}

pub(crate) fn columns() -> Vec<String> {
    ["age", "sex"].map(str::to_owned).to_vec()
}

fn walk(tree: &[TreeNode], row: [f64; 2]) -> f64 {
    let mut at = 0;
    loop {
        match tree[at] {
            TreeNode::Leaf { value } => return value,
            TreeNode::Split {
                column,
                threshold,
                missing_left,
                left,
                right,
            } => {
                let value = row[column];
                let goes_left = value <= threshold || (value.is_nan() && missing_left);
                at = if goes_left { left } else { right };
            }
        }
    }
}

pub(crate) fn by_hand(trees: &[Vec<TreeNode>], row: [f64; 2], link: InverseLink) -> f64 {
    let sum: f64 = trees.iter().map(|tree| walk(tree, row)).sum();
    let predictor = BASE + sum;
    match link {
        InverseLink::Identity => predictor,
        InverseLink::Sigmoid => 1.0 / (1.0 + (-predictor).exp()),
        InverseLink::Exp => predictor.exp(),
    }
}

/// Makes a classifier of the regressor, as tract knows the one operator and not the other: their
/// trees are written alike. Three classes, of which the first is the sum.
fn as_classifier(file: &[u8]) -> ModelProto {
    let mut proto = tract::read(file);
    let graph = proto.graph.as_mut().unwrap();
    let trees = graph
        .node
        .iter_mut()
        .find(|node| node.op_type == "TreeEnsembleRegressor")
        .unwrap();
    trees.op_type = "TreeEnsembleClassifier".into();
    trees.output.insert(0, "class".to_owned());
    trees
        .attribute
        .retain(|attribute| attribute.name != "n_targets");
    for attribute in &mut trees.attribute {
        attribute.name = attribute.name.replace("target_", "class_");
    }
    trees.attribute.push(AttributeProto {
        name: "classlabels_int64s".to_owned(),
        r#type: AttributeType::Ints.into(),
        ints: vec![0, 1, 2],
        ..AttributeProto::default()
    });
    graph.output[0].r#type = None;
    proto
}

/// Gives tract's scores of `rows`.
pub(crate) fn score(file: &[u8], rows: &[impl AsRef<[f64]>]) -> Vec<f64> {
    let classes = tract::run(&as_classifier(file), rows);
    assert!(classes.iter().all(|classes| classes.len() == 3));
    classes.iter().map(|classes| classes[0]).collect()
}

#[test]
fn another_runtime_gives_the_same_scores_missing_values_included() {
    let (columns, trees, rows) = (columns(), trees(), rows());
    for link in [
        InverseLink::Identity,
        InverseLink::Sigmoid,
        InverseLink::Exp,
    ] {
        let file = model(&columns, &trees, link).to_onnx().unwrap();
        for (row, mean) in rows.iter().zip(score(&file, &rows)) {
            let expected = by_hand(&trees, *row, link);
            assert!(
                (mean - expected).abs() < 1e-6,
                "{link:?} {row:?}: {mean} {expected}"
            );
        }
    }
}

#[test]
fn nodes_that_make_no_tree_are_refused() {
    let columns = columns();
    let circle = vec![split(0, 0.0, true, [0, 1]), leaf(1.0)];
    let shared = vec![split(0, 0.0, true, [1, 1]), leaf(1.0)];
    let absent = vec![split(0, 0.0, true, [1, 2]), leaf(1.0)];
    let orphan = vec![leaf(1.0), leaf(1.0)];
    let no_column = vec![split(2, 0.0, true, [1, 2]), leaf(1.0), leaf(2.0)];
    for tree in [vec![], circle, shared, absent, orphan, no_column] {
        assert_eq!(
            model(&columns, &[tree], InverseLink::Exp).to_onnx(),
            Err(NotExportable::Tree)
        );
    }
}

#[test]
fn numbers_beyond_single_precision_are_refused() {
    let columns = columns();
    let endless = vec![split(0, f64::NAN, true, [1, 2]), leaf(1.0), leaf(2.0)];
    for tree in [endless, vec![leaf(1e39)], vec![leaf(f64::NAN)]] {
        assert_eq!(
            model(&columns, &[tree], InverseLink::Exp).to_onnx(),
            Err(NotExportable::NotFinite)
        );
    }
}
