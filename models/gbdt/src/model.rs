//! A fitted model.

use serde::{Deserialize, Serialize};

use crate::{
    BinRule, Cuts, MOST_COLUMNS, Objective, Side,
    specification::MOST_TREES,
    tree::{BadTree, Tree},
};

/// The number of the format in which models are written.
pub const FORMAT: u32 = 1;

/// The most nodes of all trees of a model together.
const MOST_NODES_IN_ALL: usize = 1 << 24;

/// A condition on a column's value: values up to the threshold go left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The column's place in the model.
    pub column: u32,
    /// The greatest value that goes left.
    pub threshold: f64,
    /// Where missing values go.
    pub missing: Side,
}

impl Rule {
    /// Says whether a row with this value in the column goes left; NaN is missing.
    #[inline]
    pub fn goes_left(&self, value: f64) -> bool {
        if value.is_nan() {
            self.missing == Side::Left
        } else {
            value <= self.threshold
        }
    }
}

/// Trees over the values of named columns.
///
/// What is read is checked: whatever a file holds, it is a model whose predictions end, or an
/// error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Model {
    objective: Objective,
    columns: Vec<String>,
    base_score: f64,
    trees: Vec<Tree<Rule>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    objective: Objective,
    columns: Vec<String>,
    base_score: f64,
    trees: Vec<Tree<Rule>>,
}

/// Why a model is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadModel {
    /// It is written in a format that is not known here.
    #[error("the model is written in format {format}, known is {FORMAT}")]
    Format {
        /// The format's number.
        format: u32,
    },
    /// It has no columns, or too many, or two of one name.
    #[error("the model must have 1 to {MOST_COLUMNS} columns, each with a name of its own")]
    Columns,
    /// It has too many trees or nodes.
    #[error("the model has more trees or nodes than are allowed")]
    Size,
    /// The base score, a threshold or a power is no number that it may be.
    #[error("the model has a number that is not finite, or a Tweedie power not between 1 and 2")]
    Number,
    /// A tree asks for a column that is not there.
    #[error("tree {tree} asks for column {column}, which the model does not have")]
    NoColumn {
        /// The tree, counted from 0.
        tree: usize,
        /// The column's place.
        column: u32,
    },
    /// A tree asks for a bin that its column does not have.
    #[error("a tree asks for bin {bin} of column {column}, which the cut points don't have")]
    NoBin {
        /// The column's place.
        column: u32,
        /// The bin.
        bin: u8,
    },
    /// A tree is none.
    #[error(transparent)]
    Tree(#[from] BadTree),
}

impl Model {
    /// Checks the parts of a model.
    ///
    /// # Errors
    ///
    /// [`BadModel`] says which of them does not suit the others.
    pub fn new(
        objective: Objective,
        columns: Vec<String>,
        base_score: f64,
        trees: Vec<Tree<Rule>>,
    ) -> Result<Model, BadModel> {
        let mut names: Vec<&String> = columns.iter().collect();
        names.sort_unstable();
        let is_double = names.windows(2).any(|pair| pair[0] == pair[1]);
        if columns.is_empty() || columns.len() > MOST_COLUMNS || is_double {
            return Err(BadModel::Columns);
        }
        let nodes = trees.iter().map(|tree| tree.nodes().len());
        if trees.len() > MOST_TREES as usize || nodes.sum::<usize>() > MOST_NODES_IN_ALL {
            return Err(BadModel::Size);
        }
        if !base_score.is_finite() || !objective.is_defined() {
            return Err(BadModel::Number);
        }
        for (tree, grown) in trees.iter().enumerate() {
            for (_, branch) in grown.branches() {
                let Rule {
                    column, threshold, ..
                } = branch.choice;
                if column as usize >= columns.len() {
                    return Err(BadModel::NoColumn { tree, column });
                }
                if !threshold.is_finite() {
                    return Err(BadModel::Number);
                }
            }
        }
        Ok(Model {
            objective,
            columns,
            base_score,
            trees,
        })
    }

    /// Makes a model of trees that were grown on bins.
    ///
    /// # Errors
    ///
    /// If a tree asks for a column or bin that `cuts` don't have.
    pub fn grown(
        objective: Objective,
        columns: Vec<String>,
        base_score: f64,
        cuts: &Cuts,
        trees: &[Tree<BinRule>],
    ) -> Result<Model, BadModel> {
        let named = |rule: &BinRule| {
            let BinRule {
                column,
                bin,
                missing,
            } = *rule;
            let threshold = cuts.threshold(column as usize, bin);
            Ok(Rule {
                column,
                threshold: threshold.ok_or(BadModel::NoBin { column, bin })?,
                missing,
            })
        };
        let trees = trees.iter().map(|tree| tree.try_map(named));
        let trees = trees.collect::<Result<Vec<_>, BadModel>>()?;
        Model::new(objective, columns, base_score, trees)
    }

    /// Gives what was minimised.
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// Gives the names of the columns, in the order in which values are given.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Gives the margin to which the trees add.
    pub fn base_score(&self) -> f64 {
        self.base_score
    }

    /// Gives the trees.
    pub fn trees(&self) -> &[Tree<Rule>] {
        &self.trees
    }

    /// Gives the margin of one row: the logit, the logarithm or the prediction itself.
    ///
    /// `values` are in the order of the columns, NaN where missing; those beyond its end are
    /// missing too.
    pub fn margin(&self, values: &[f64]) -> f64 {
        let goes_left = |rule: &Rule| {
            let value = values.get(rule.column as usize);
            rule.goes_left(value.copied().unwrap_or(f64::NAN))
        };
        let trees = self.trees.iter().map(|tree| tree.value(goes_left));
        trees.fold(self.base_score, |margin, value| margin + value)
    }

    /// Gives the mean of one row's label.
    pub fn mean(&self, values: &[f64]) -> f64 {
        self.objective.mean(self.margin(values))
    }
}

impl TryFrom<Written> for Model {
    type Error = BadModel;

    fn try_from(written: Written) -> Result<Model, BadModel> {
        if written.format != FORMAT {
            let format = written.format;
            return Err(BadModel::Format { format });
        }
        Model::new(
            written.objective,
            written.columns,
            written.base_score,
            written.trees,
        )
    }
}

impl From<Model> for Written {
    fn from(model: Model) -> Written {
        Written {
            format: FORMAT,
            objective: model.objective,
            columns: model.columns,
            base_score: model.base_score,
            trees: model.trees,
        }
    }
}
