//! What is to be fitted, as all parties agreed.

use std::{collections::BTreeMap, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

use crate::Objective;

/// The most trees of a model.
pub const MOST_TREES: u32 = 10_000;
/// The most levels below the root of a tree that grows level by level.
pub const MOST_LEVELS: u32 = 12;
/// The deepest that a tree may grow.
pub const MOST_DEPTH: u32 = 32;
/// The most leaves of a tree.
pub const MOST_LEAVES: u32 = 4_096;
/// To how few bits, and to how many, gradients may be rounded.
const GRADIENT_BITS: RangeInclusive<u8> = 2..=8;

/// Gradient boosting as the study's plan words it.
///
/// Parameters are named as users of XGBoost and LightGBM know them. Only the objective is required.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Specification {
    /// What is minimised.
    pub objective: Objective,
    /// How many trees are grown at most: 1 to [`MOST_TREES`], by default 100.
    #[serde(default = "default::trees")]
    pub trees: u32,
    /// The factor on every leaf's value (eta): over 0, at most 1, by default 0.1.
    #[serde(default = "default::learning_rate")]
    pub learning_rate: f64,
    /// How a tree grows: by default depth-wise to a depth of 6.
    #[serde(default = "default::growth")]
    pub growth: Growing,
    /// How many bins a column has at most, that of missing values counted: 16 to 256, by default
    /// 256.
    #[serde(default = "default::bins")]
    pub bins: u16,
    /// λ, the L2 penalty on leaf values: finite, not below 0, by default 1.
    #[serde(default = "default::lambda")]
    pub lambda: f64,
    /// α, the L1 penalty on leaf values: finite, not below 0, by default 0.
    #[serde(default)]
    pub alpha: f64,
    /// γ, what the gain of a split must exceed: finite, not below 0, by default 0.
    ///
    /// In the units of XGBoost's `min_split_loss`, which leaves out the ½ of its paper's formula.
    #[serde(default)]
    pub gamma: f64,
    /// The least Σh on either side of a split: finite, not below 0, by default 1.
    #[serde(default = "default::min_child_weight")]
    pub min_child_weight: f64,
    /// How many rows a node needs to be split: at least 2, by default 2.
    ///
    /// Counts the rows drawn for the tree.
    #[serde(default = "default::min_node")]
    pub min_node: u64,
    /// Which rows a tree grows on: by default all.
    #[serde(default)]
    pub rows: RowSampling,
    /// The share of columns drawn for each tree: over 0, at most 1, by default 1.
    #[serde(default = "default::column_share")]
    pub column_share: f64,
    /// To how many bits a row's first derivative is rounded for a tree, its sign counted: 2 to 8; the
    /// second, which has no sign, to as many. By default to as many as sums have room for.
    ///
    /// Rounding is stochastic, so that sums are right in the mean: Shi, Ke, Chen, Zheng and Liu,
    /// *Quantized training of gradient boosting decision trees* (NeurIPS 2022), section 4.
    #[serde(default)]
    pub gradient_bits: Option<u8>,
    /// Whether the loss is known after each tree, and not after the last alone: by default it is.
    ///
    /// Without it a tree over several parties' rows takes a sum less: what gradients can add up to
    /// at most stands in the place of what they do. Only where the objective bounds them (logistic),
    /// on all rows, and where nothing is stopped early.
    #[serde(default = "default::learning_curve")]
    pub learning_curve: bool,
    /// The columns in which predictions may only rise, or only fall.
    #[serde(default)]
    pub monotone: BTreeMap<String, Direction>,
    /// When to stop before all trees are grown: by default never.
    #[serde(default)]
    pub early_stopping: Option<EarlyStopping>,
    /// Where the drawing of columns begins and, for a learner in one place, that of rows and
    /// rounding: by default 0.
    #[serde(default)]
    pub seed: u64,
}

/// How a tree grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Growing {
    /// Level by level: every node that gains by it is split.
    DepthWise {
        /// Most splits on the way to a leaf: 1 to [`MOST_LEVELS`].
        depth: u32,
    },
    /// Always the leaf that gains most.
    LeafWise {
        /// Most leaves: 2 to [`MOST_LEAVES`].
        leaves: u32,
        /// Most splits on the way to a leaf: 1 to [`MOST_DEPTH`].
        #[serde(default = "default::depth")]
        depth: u32,
    },
}

impl Growing {
    /// Gives the most splits on the way to a leaf.
    pub fn depth(self) -> u32 {
        match self {
            Growing::DepthWise { depth } | Growing::LeafWise { depth, .. } => depth,
        }
    }

    /// Gives the most leaves.
    pub fn most_leaves(self) -> u32 {
        match self {
            Growing::DepthWise { depth } => 1_u32.checked_shl(depth).unwrap_or(u32::MAX),
            Growing::LeafWise { leaves, .. } => leaves,
        }
    }
}

/// Which rows a tree grows on, drawn anew for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RowSampling {
    /// All.
    #[default]
    All,
    /// Each row with this chance: over 0, below 1.
    Share(f64),
    /// Those of large gradient, and some of the others with more weight: gradient-based one-side
    /// sampling, Ke et al., *LightGBM* (NeurIPS 2017), section 3. Of so few rows that none is among
    /// the largest all are drawn.
    Goss {
        /// The share that has the largest gradients: over 0.
        top: f64,
        /// The share drawn from the rest: over 0; the two make less than 1.
        other: f64,
    },
}

impl RowSampling {
    /// Gives how much more than itself a drawn row counts at most.
    pub(crate) fn most_weight(self) -> f64 {
        match self {
            RowSampling::All | RowSampling::Share(_) => 1.0,
            RowSampling::Goss { top, other } => (1.0 - top) / other,
        }
    }
}

/// How a prediction may change when a column's value rises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// It does not fall.
    Increasing,
    /// It does not rise.
    Decreasing,
}

/// When to stop before all trees are grown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { share = 0.1, patience = 5 }"
)]
pub struct EarlyStopping {
    /// The share of rows that is held out to measure the loss: over 0, at most 0.5.
    pub share: f64,
    /// After how many trees without a smaller loss the fit ends: 1 to [`MOST_TREES`].
    pub patience: u32,
}

mod default {
    use super::{Growing, MOST_DEPTH};

    pub(super) fn trees() -> u32 {
        100
    }
    pub(super) fn learning_rate() -> f64 {
        0.1
    }
    pub(super) fn growth() -> Growing {
        Growing::DepthWise { depth: 6 }
    }
    pub(super) fn bins() -> u16 {
        256
    }
    pub(super) fn lambda() -> f64 {
        1.0
    }
    pub(super) fn min_child_weight() -> f64 {
        1.0
    }
    pub(super) fn min_node() -> u64 {
        2
    }
    pub(super) fn column_share() -> f64 {
        1.0
    }
    pub(super) fn depth() -> u32 {
        MOST_DEPTH
    }
    pub(super) fn learning_curve() -> bool {
        true
    }
}

impl Specification {
    /// Specifies an objective and leaves all else at its default.
    pub fn new(objective: Objective) -> Specification {
        Specification {
            objective,
            trees: default::trees(),
            learning_rate: default::learning_rate(),
            growth: default::growth(),
            bins: default::bins(),
            lambda: default::lambda(),
            alpha: 0.0,
            gamma: 0.0,
            min_child_weight: default::min_child_weight(),
            min_node: default::min_node(),
            rows: RowSampling::All,
            column_share: default::column_share(),
            gradient_bits: None,
            learning_curve: default::learning_curve(),
            monotone: BTreeMap::new(),
            early_stopping: None,
            seed: 0,
        }
    }

    /// Says whether trees can grow without losses and sums of gradients being known before each.
    fn needs_no_losses(&self) -> bool {
        self.objective.steepest().iter().all(Option::is_some)
            && self.rows == RowSampling::All
            && self.early_stopping.is_none()
    }
}

/// A specification is none because the value of a key is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("'{key}' must be {allowed}")]
pub struct BadSpecification {
    /// The key.
    pub key: &'static str,
    /// What its value may be.
    pub allowed: &'static str,
}

/// A specification that was checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Specification", into = "Specification")]
pub struct Boosting(Specification);

impl Boosting {
    /// Gives what was specified.
    pub fn specification(&self) -> &Specification {
        &self.0
    }
}

impl From<Boosting> for Specification {
    fn from(boosting: Boosting) -> Specification {
        boosting.0
    }
}

impl TryFrom<Specification> for Boosting {
    type Error = BadSpecification;

    fn try_from(spec: Specification) -> Result<Boosting, BadSpecification> {
        const PENALTY: &str = "a finite number, not below 0";
        let penalty = |value: f64| value.is_finite() && value >= 0.0;
        let share = |value: f64| value > 0.0 && value <= 1.0;
        let (deepest, leaves) = match spec.growth {
            Growing::DepthWise { .. } => (MOST_LEVELS, 2),
            Growing::LeafWise { leaves, .. } => (MOST_DEPTH, leaves),
        };
        let sampled = match spec.rows {
            RowSampling::All => true,
            RowSampling::Share(share) => share > 0.0 && share < 1.0,
            RowSampling::Goss { top, other } => top > 0.0 && other > 0.0 && top + other < 1.0,
        };
        let (held_out, patience) = spec
            .early_stopping
            .map_or((0.1, 1), |early| (early.share, early.patience));
        let checks = [
            (
                spec.objective.is_defined(),
                "objective.tweedie.power",
                "over 1 and below 2",
            ),
            (
                (1..=MOST_TREES).contains(&spec.trees),
                "trees",
                "1 to 10000",
            ),
            (
                share(spec.learning_rate),
                "learning_rate",
                "over 0 and at most 1",
            ),
            (
                (1..=deepest).contains(&spec.growth.depth()),
                "growth.depth",
                "1 to 12 depth-wise, 1 to 32 leaf-wise",
            ),
            (
                (2..=MOST_LEAVES).contains(&leaves),
                "growth.leaves",
                "2 to 4096",
            ),
            ((16..=256).contains(&spec.bins), "bins", "16 to 256"),
            (penalty(spec.lambda), "lambda", PENALTY),
            (penalty(spec.alpha), "alpha", PENALTY),
            (penalty(spec.gamma), "gamma", PENALTY),
            (penalty(spec.min_child_weight), "min_child_weight", PENALTY),
            (spec.min_node >= 2, "min_node", "at least 2"),
            (sampled, "rows", "shares over 0 that make less than 1"),
            (
                share(spec.column_share),
                "column_share",
                "over 0 and at most 1",
            ),
            (
                spec.gradient_bits
                    .is_none_or(|bits| GRADIENT_BITS.contains(&bits)),
                "gradient_bits",
                "2 to 8",
            ),
            (
                spec.learning_curve || spec.needs_no_losses(),
                "learning_curve",
                "true unless the objective is logistic, rows are all and nothing is stopped early",
            ),
            (
                held_out > 0.0 && held_out <= 0.5,
                "early_stopping.share",
                "over 0 and at most 0.5",
            ),
            (
                (1..=MOST_TREES).contains(&patience),
                "early_stopping.patience",
                "1 to 10000",
            ),
        ];
        match checks.into_iter().find(|(holds, ..)| !holds) {
            Some((_, key, allowed)) => Err(BadSpecification { key, allowed }),
            None => Ok(Boosting(spec)),
        }
    }
}
