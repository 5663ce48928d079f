//! Fitted trees, with values missing.

use std::ops::ControlFlow;

use consilium_gbdt::{
    Boosting, Column, Model, Node, Objective, Rule, Side, Specification, Table, Tree, local,
};
use consilium_onnx::{InverseLink, TreeModel, TreeNode};

use crate::trees;

pub(crate) const OBJECTIVES: [Objective; 3] =
    [Objective::Logistic, Objective::Squared, Objective::Poisson];

/// Rows, a model of them, and its file.
pub(crate) struct Boosted {
    pub(crate) rows: Vec<[f64; 2]>,
    pub(crate) file: Vec<u8>,
    means: Vec<f64>,
}

impl Boosted {
    pub(crate) fn fit(objective: Objective) -> Self {
        let rows = rows();
        let column = |place: usize, name: &str| Column {
            name: name.to_owned(),
            values: rows.iter().map(|row| row[place]).collect(),
        };
        let labels = rows.iter().map(label).collect();
        let columns = vec![column(0, "age"), column(1, "cost")];
        let table = Table::new(objective, columns, labels).unwrap();
        let mut specification = Specification::new(objective);
        specification.trees = 20;
        let boosting = Boosting::try_from(specification).unwrap();
        let fit = local::fit(&boosting, &table, |_| ControlFlow::Continue(())).unwrap();
        Self {
            file: export(&fit.model),
            means: fit.model.means(&table.values().collect::<Vec<_>>()),
            rows,
        }
    }

    pub(crate) fn compare(&self, means: &[f64]) {
        assert_eq!(means.len(), self.means.len());
        for ((row, ours), mean) in self.rows.iter().zip(&self.means).zip(means) {
            assert!((mean - ours).abs() < 1e-5, "{row:?}: {mean} {ours}");
        }
    }
}

/// Values of single precision, some of them missing, that go through many decimals.
fn rows() -> Vec<[f64; 2]> {
    let row = |number: u16| {
        let age = f64::from(f32::from(number % 97) / 10.0);
        let cost = f64::from(f32::from(number.wrapping_mul(1_009) % 1_000) * 0.37 - 100.0);
        match number % 11 {
            0 => [f64::NAN, cost],
            1 => [age, f64::NAN],
            2 => [f64::NAN, f64::NAN],
            _ => [age, cost],
        }
    };
    (0..500).map(row).collect()
}

fn label(row: &[f64; 2]) -> f64 {
    let is_high = row[0].is_nan() || row[0] > 5.0 || row[1] > 200.0;
    is_high.into()
}

fn export(model: &Model) -> Vec<u8> {
    let trees: Vec<_> = model.trees().iter().map(nodes).collect();
    let tree_model = TreeModel {
        name: "test",
        columns: model.columns(),
        preparation: None,
        base: model.base_score(),
        trees: &trees,
        inverse_link: match model.objective() {
            Objective::Logistic => InverseLink::Sigmoid,
            Objective::Squared => InverseLink::Identity,
            _ => InverseLink::Exp,
        },
        metadata: &[],
    };
    tree_model.to_onnx().unwrap()
}

fn nodes(tree: &Tree<Rule>) -> Vec<TreeNode> {
    let node = |node: &Node<Rule>| match node {
        Node::Leaf(leaf) => TreeNode::Leaf { value: leaf.value },
        Node::Branch(branch) => TreeNode::Split {
            column: branch.choice.column as usize,
            threshold: branch.choice.threshold,
            missing_left: branch.choice.missing == Side::Left,
            left: branch.left.0 as usize,
            right: branch.right.0 as usize,
        },
    };
    tree.nodes().iter().map(node).collect()
}

#[test]
fn another_runtime_gives_the_means_of_a_fitted_model() {
    for objective in OBJECTIVES {
        let boosted = Boosted::fit(objective);
        boosted.compare(&trees::score(&boosted.file, &boosted.rows));
    }
}
