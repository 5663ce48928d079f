//! The part of the canonical text that is the trees' own.

use std::fmt::{self, Formatter};

use consilium_gbdt::{Direction, Growing, Objective, RowSampling, Specification};

use super::{number, quoted};

pub(super) fn write(f: &mut Formatter<'_>, spec: &Specification) -> fmt::Result {
    let objective = match spec.objective {
        Objective::Tweedie { power } => format!("{{ tweedie = {{ power = {} }} }}", number(power)),
        plain => quoted(plain.name()),
    };
    let growth = match spec.growth {
        Growing::DepthWise { depth } => format!("depth-wise = {{ depth = {depth} }}"),
        Growing::LeafWise { leaves, depth } => {
            format!("leaf-wise = {{ leaves = {leaves}, depth = {depth} }}")
        }
    };
    let rows = match spec.rows {
        RowSampling::All => quoted("all"),
        RowSampling::Share(share) => format!("{{ share = {} }}", number(share)),
        RowSampling::Goss { top, other } => {
            let (top, other) = (number(top), number(other));
            format!("{{ goss = {{ top = {top}, other = {other} }} }}")
        }
    };
    writeln!(f, "\n[trees]")?;
    writeln!(f, "objective = {objective}")?;
    writeln!(f, "trees = {}", spec.trees)?;
    writeln!(f, "learning_rate = {}", number(spec.learning_rate))?;
    writeln!(f, "growth = {{ {growth} }}")?;
    writeln!(f, "bins = {}", spec.bins)?;
    writeln!(f, "lambda = {}", number(spec.lambda))?;
    writeln!(f, "alpha = {}", number(spec.alpha))?;
    writeln!(f, "gamma = {}", number(spec.gamma))?;
    writeln!(f, "min_child_weight = {}", number(spec.min_child_weight))?;
    writeln!(f, "min_node = {}", spec.min_node)?;
    writeln!(f, "rows = {rows}")?;
    writeln!(f, "column_share = {}", number(spec.column_share))?;
    if let Some(bits) = spec.gradient_bits {
        writeln!(f, "gradient_bits = {bits}")?;
    }
    if !spec.learning_curve {
        writeln!(f, "learning_curve = false")?;
    }
    if let Some(early) = &spec.early_stopping {
        let (share, patience) = (number(early.share), early.patience);
        writeln!(
            f,
            "early_stopping = {{ share = {share}, patience = {patience} }}"
        )?;
    }
    writeln!(f, "seed = {}", spec.seed)?;
    if !spec.monotone.is_empty() {
        writeln!(f, "\n[trees.monotone]")?;
        for (column, direction) in &spec.monotone {
            let direction = match direction {
                Direction::Increasing => "increasing",
                Direction::Decreasing => "decreasing",
            };
            writeln!(f, "{} = {}", quoted(column), quoted(direction))?;
        }
    }
    Ok(())
}
