//! Sums of trees with a link.

use consilium_preparation::Preparation;

use crate::{
    NotExportable,
    file::{features, file, mean, node, tensor},
    link::{InverseLink, one},
    preparation::Source,
    proto::{Attribute, AttributeType, DOUBLE, FLOAT, Graph, Node},
};

mod ensemble;

use ensemble::Ensemble;

/// The operators for classical models: of the first version, which every runtime has.
const MACHINE_LEARNING: (&str, i64) = ("ai.onnx.ml", 1);

/// A sum of trees.
#[derive(Clone, Copy, Debug)]
pub struct TreeModel<'a> {
    /// The graph's name.
    pub name: &'a str,
    /// The model's columns, as its splits count them.
    pub columns: &'a [String],
    /// What makes them of raw columns; without one, a row holds them as they are.
    pub preparation: Option<&'a Preparation>,
    /// The predictor before any tree.
    pub base: f64,
    /// The trees, each as its nodes: the first is the root, and a node comes before its children.
    pub trees: &'a [Vec<TreeNode>],
    /// How the predictor becomes a mean.
    pub inverse_link: InverseLink,
    /// What else the file says, key by key.
    pub metadata: &'a [(&'a str, String)],
}

/// One node of a tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TreeNode {
    /// An end.
    Leaf {
        /// What the tree adds to the predictor.
        value: f64,
    },
    /// A question to one column.
    Split {
        /// The column's position in the row.
        column: usize,
        /// The largest value that goes left.
        threshold: f64,
        /// Whether a missing value goes left.
        missing_left: bool,
        /// The position of the left child among the tree's nodes.
        left: usize,
        /// The position of the right child.
        right: usize,
    },
}

impl TreeModel<'_> {
    /// Writes the model as an ONNX file: input `features` (rows × columns, or with a preparation its
    /// [`inputs`](crate::inputs); double, NaN where missing), output `mean` (rows × 1, double).
    ///
    /// ONNX's trees compare and add in single precision: the file rounds values to it first. A value
    /// that single precision holds goes through the trees as in double precision; another can go
    /// the other way where it and a threshold differ by less than one part in 2²³.
    ///
    /// # Errors
    ///
    /// If the nodes don't make trees or a number is not finite.
    pub fn to_onnx(&self) -> Result<Vec<u8>, NotExportable> {
        if !self.base.is_finite() {
            return Err(NotExportable::NotFinite);
        }
        let source = Source::of(self.columns, self.preparation)?;
        let inputs = source.inputs.clone();
        let graph = self.graph(source)?;
        Ok(file(graph, &[MACHINE_LEARNING], &inputs, self.metadata))
    }

    fn graph(&self, source: Source) -> Result<Graph, NotExportable> {
        let mut ensemble = Ensemble::default();
        for tree in self.trees {
            ensemble.push(tree, self.columns.len())?;
        }
        if self.trees.is_empty() {
            // Runtimes refuse an ensemble without trees.
            ensemble.push(&[TreeNode::Leaf { value: 0.0 }], self.columns.len())?;
        }
        let trees = Node {
            domain: MACHINE_LEARNING.0.into(),
            attribute: ensemble.attributes(),
            ..node("TreeEnsembleRegressor", &["single"], "single_sum")
        };
        let mut nodes = source.nodes;
        nodes.extend([
            cast(source.name, "single", FLOAT),
            trees,
            cast("single_sum", "sum", DOUBLE),
            node("Add", &["sum", "base"], "predictor"),
        ]);
        nodes.extend(self.inverse_link.nodes());
        let mut constants = source.constants;
        constants.extend([tensor("base", &[1, 1], vec![self.base]), one()]);
        Ok(Graph {
            name: self.name.into(),
            node: nodes,
            initializer: constants,
            input: vec![features(&source.inputs)?],
            output: vec![mean()],
        })
    }
}

fn cast(input: &str, output: &str, to: i32) -> Node {
    let to = Attribute {
        name: "to".into(),
        i: to.into(),
        r#type: AttributeType::Int.into(),
        ..Attribute::default()
    };
    Node {
        attribute: vec![to],
        ..node("Cast", &[input], output)
    }
}
