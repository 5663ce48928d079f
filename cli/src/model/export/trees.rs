//! Trees as a file for other programs.

use consilium_gbdt::{Node, Objective, Rule, Side, Tree, training::Published};
use consilium_onnx::{InverseLink, NotExportable, TreeModel, TreeNode};
use serde_json::{Value, json};

use super::Model;

/// Gives what of the document is the trees' own.
pub(super) fn json(fit: &Published) -> serde_json::Result<Value> {
    let objective = fit.model.objective();
    Ok(json!({
        "objective": objective.name(),
        "mean": formula(objective),
        "missing": "each split says to which side a missing value goes",
        "trees": serde_json::to_value(&fit.model)?,
        "losses": fit.losses,
        "rosters": fit.rosters,
    }))
}

/// Writes the trees as an ONNX file.
pub(super) fn onnx(
    model: &Model,
    fit: &Published,
    metadata: impl Fn([(&'static str, String); 2]) -> Vec<(&'static str, String)>,
) -> Result<Vec<u8>, NotExportable> {
    let trees: Vec<Vec<TreeNode>> = fit.model.trees().iter().map(nodes).collect();
    let objective = fit.model.objective();
    let written = TreeModel {
        name: "consilium",
        columns: &model.columns(),
        preparation: model.task().preparation.as_ref(),
        base: fit.model.base_score(),
        trees: &trees,
        inverse_link: match objective {
            Objective::Squared => InverseLink::Identity,
            Objective::Logistic => InverseLink::Sigmoid,
            Objective::Poisson | Objective::Gamma | Objective::Tweedie { .. } => InverseLink::Exp,
        },
        metadata: &metadata([
            ("objective", objective.name().to_owned()),
            ("missing", "each split says where".to_owned()),
        ]),
    };
    written.to_onnx()
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

fn formula(objective: Objective) -> &'static str {
    match objective {
        Objective::Squared => "base score + sum of leaves",
        Objective::Logistic => "1 / (1 + exp(-(base score + sum of leaves)))",
        Objective::Poisson | Objective::Gamma | Objective::Tweedie { .. } => {
            "exp(base score + sum of leaves)"
        }
    }
}
