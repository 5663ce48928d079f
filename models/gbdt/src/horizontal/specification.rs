//! What is fitted together, as all parties agreed.

use std::collections::HashSet;

use consilium_evaluation::Range;
use serde::{Deserialize, Serialize};

use super::amounts::cap;
use crate::{BinRule, Boosting, Cuts, MOST_ROWS, Node, Objective, Tree, quantiles::Grid};

/// The most columns that are fitted together.
pub const MOST_SHARED_COLUMNS: usize = 1_000;
/// The most parties whose rows are added up.
pub const MOST_CONTRIBUTORS: usize = 10_000;
/// The most bins of all columns together.
const MOST_CELLS: usize = 1 << 16;
/// The largest labels, far from what a row may add to a sum.
const LARGEST_LABEL: f64 = (1_u64 << 48) as f64;
/// The most cells of the histograms of a tree in hand, a word each, which the aggregator holds.
const MOST_CELLS_HELD: u64 = 1 << 25;
/// The most nodes of all trees together, which the contributors are told in one message.
const MOST_NODES_IN_ALL: u64 = 1 << 20;

/// What a column's values are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Values {
    /// Numbers in the declared range.
    Number(Range),
    /// Whole numbers in the declared range, such as years of age or the place of a level.
    Whole(Range),
    /// 0 or 1, such as one level of a category.
    Binary,
}

impl Values {
    /// Says whether `value` is one of them.
    pub fn allows(self, value: f64) -> bool {
        match self {
            Values::Number(range) => range.holds(value),
            Values::Whole(range) => range.holds(value) && value.fract() == 0.0,
            Values::Binary => [0.0, 1.0].contains(&value),
        }
    }

    /// Gives the cells in which values are counted; none where the cut points are known before.
    pub(crate) fn grid(self) -> Option<Grid> {
        match self {
            Values::Number(range) => Some(Grid::new(range.low(), range.high(), false)),
            Values::Whole(range) => Some(Grid::new(range.low(), range.high(), true)),
            Values::Binary => None,
        }
    }
}

/// A column that all parties have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name, unique among the columns.
    pub name: String,
    /// What its values are; any may be missing.
    pub values: Values,
}

/// A fit over several parties' rows as the study's plan words it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    /// The ensemble that is grown.
    pub boosting: Boosting,
    /// The columns.
    pub columns: Vec<Feature>,
    /// Where labels lie: 0 to 1 for logistic, not below 0 for Poisson, gamma and Tweedie, at most
    /// 2^48 in size.
    pub labels: Range,
    /// The most rows that one party may bring.
    pub most_rows: u64,
    /// The most parties whose rows are added up.
    pub most_contributors: usize,
}

/// Why an agreement is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadAgreement {
    /// There are no columns, or too many.
    #[error("{columns} columns are given, 1 to {MOST_SHARED_COLUMNS} are allowed")]
    Columns {
        /// How many.
        columns: usize,
    },
    /// Two columns have one name.
    #[error("two columns are named '{column}'")]
    Twice {
        /// The name.
        column: String,
    },
    /// A monotone column is not among the columns.
    #[error("there is no column '{column}', which is to be monotone")]
    NoColumn {
        /// The name.
        column: String,
    },
    /// The labels' range does not suit the objective, or goes beyond 2^48.
    #[error("the range of the labels does not suit the objective {objective}")]
    Labels {
        /// The objective's name.
        objective: &'static str,
    },
    /// No rows or no parties are allowed, or more than sums can hold.
    #[error(
        "rows and parties must be positive, at most {MOST_CONTRIBUTORS} parties and {MOST_ROWS} \
         rows in all"
    )]
    Rows,
    /// All columns together may have more bins than a sum of a few nodes can hold.
    #[error("{cells} bins of all columns are too many, at most {MOST_CELLS} are allowed")]
    Cells {
        /// How many there may be.
        cells: usize,
    },
    /// The nodes that grow at one time may have more cells than a computer holds.
    #[error(
        "{cells} bins of all leaves of a tree are too many, at most {MOST_CELLS_HELD} are allowed"
    )]
    Histograms {
        /// How many there may be.
        cells: u64,
    },
    /// All trees together may have more nodes than parties can be told.
    #[error("{nodes} nodes of all trees are too many, at most {MOST_NODES_IN_ALL} are allowed")]
    Nodes {
        /// How many there may be.
        nodes: u64,
    },
}

/// A fit over several parties' rows that was checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Shared", into = "Shared")]
pub struct Agreement(Shared);

impl Agreement {
    /// Gives what was agreed on.
    pub fn shared(&self) -> &Shared {
        &self.0
    }

    /// Gives the ensemble that is grown.
    pub fn boosting(&self) -> &Boosting {
        &self.0.boosting
    }

    /// Gives the cells in which each column's values are counted.
    pub(crate) fn grids(&self) -> Vec<Option<Grid>> {
        let columns = self.0.columns.iter();
        columns.map(|feature| feature.values.grid()).collect()
    }

    /// Gives what one row may add to a total of reals.
    pub(crate) fn cap(&self) -> f64 {
        cap(self.most_rows_in_all())
    }

    /// Says whether counts can lead to these cut points.
    pub(crate) fn has_cuts(&self, cuts: &Cuts) -> bool {
        are_cuts_of(&self.0.columns, self.value_bins(), cuts)
    }

    /// Gives the margin at which a fit to labels of this mean begins; none if no labels have it.
    pub(crate) fn base_score(&self, mean: f64) -> Option<f64> {
        let (low, high) = (self.0.labels.low(), self.0.labels.high());
        // Sums of parties are rounded to 2^-48.
        let slack = 1e-6 * (1.0 + low.abs().max(high.abs()));
        let is_theirs = low - slack <= mean && mean <= high + slack;
        let objective = self.boosting().specification().objective;
        is_theirs.then(|| objective.base_score(mean.clamp(low, high)))
    }

    /// Says whether some mean of labels leads to this base score.
    pub(crate) fn has_base_score(&self, base_score: f64) -> bool {
        let labels = self.0.labels;
        let objective = self.boosting().specification().objective;
        let (low, high) = (labels.low(), labels.high());
        objective.base_score(low) <= base_score && base_score <= objective.base_score(high)
    }

    /// Says whether leaves lead no farther than they may: by the objective's longest step, or, where
    /// margins are means, twice the labels' range, times the learning rate.
    pub(crate) fn has_leaves(&self, tree: &Tree<BinRule>) -> bool {
        let spec = self.boosting().specification();
        let longest = spec.objective.longest_step();
        let longest = longest.unwrap_or(4.0 * self.0.labels.half_width());
        let longest = spec.learning_rate * longest;
        tree.nodes().iter().all(|node| match node {
            Node::Leaf(leaf) => leaf.value.abs() <= longest,
            Node::Branch(_) => true,
        })
    }

    /// Gives the most bins of a column's values, that of missing ones not counted.
    pub(crate) fn value_bins(&self) -> usize {
        usize::from(self.0.boosting.specification().bins) - 1
    }

    /// Gives the most rows of all parties.
    pub(crate) fn most_rows_in_all(&self) -> u64 {
        self.0.most_rows * self.0.most_contributors as u64
    }

    /// Gives the most cells of a histogram of all columns.
    pub(crate) fn most_cells(&self) -> usize {
        most_cells(&self.0)
    }
}

impl TryFrom<Shared> for Agreement {
    type Error = BadAgreement;

    fn try_from(shared: Shared) -> Result<Agreement, BadAgreement> {
        let columns = shared.columns.len();
        if columns == 0 || columns > MOST_SHARED_COLUMNS {
            return Err(BadAgreement::Columns { columns });
        }
        let mut names = HashSet::new();
        let mut twice = shared.columns.iter();
        if let Some(feature) = twice.find(|feature| !names.insert(&feature.name)) {
            let column = feature.name.clone();
            return Err(BadAgreement::Twice { column });
        }
        let spec = shared.boosting.specification();
        if let Some(column) = spec.monotone.keys().find(|name| !names.contains(name)) {
            let column = column.clone();
            return Err(BadAgreement::NoColumn { column });
        }
        let labels_suit = match spec.objective {
            Objective::Squared => true,
            Objective::Logistic => shared.labels == Range::ZERO_TO_ONE,
            Objective::Poisson | Objective::Gamma | Objective::Tweedie { .. } => {
                shared.labels.low() >= 0.0
            }
        };
        let ends = [shared.labels.low(), shared.labels.high()];
        if !labels_suit || ends.iter().any(|end| end.abs() > LARGEST_LABEL) {
            let objective = spec.objective.name();
            return Err(BadAgreement::Labels { objective });
        }
        let (rows, parties) = (shared.most_rows, shared.most_contributors as u64);
        let fits = rows
            .checked_mul(parties)
            .is_some_and(|rows| (1..=MOST_ROWS as u64).contains(&rows));
        if !fits || shared.most_contributors > MOST_CONTRIBUTORS {
            return Err(BadAgreement::Rows);
        }
        let cells = most_cells(&shared);
        if cells > MOST_CELLS {
            return Err(BadAgreement::Cells { cells });
        }
        let leaves = u64::from(spec.growth.most_leaves());
        let held = leaves * cells as u64;
        if held > MOST_CELLS_HELD {
            return Err(BadAgreement::Histograms { cells: held });
        }
        let nodes = u64::from(spec.trees) * 2 * leaves;
        if nodes > MOST_NODES_IN_ALL {
            return Err(BadAgreement::Nodes { nodes });
        }
        Ok(Agreement(shared))
    }
}

/// Says whether counts can lead to these cut points, at most so many bins of values a column.
pub(crate) fn are_cuts_of(columns: &[Feature], value_bins: usize, cuts: &Cuts) -> bool {
    let are_of = |(feature, cuts): (&Feature, &[f64])| match feature.values.grid() {
        Some(grid) => cuts.len() < value_bins && cuts.iter().all(|cut| grid.has_cut(*cut)),
        None => cuts == [0.5],
    };
    cuts.columns() == columns.len() && columns.iter().zip(cuts.iter()).all(are_of)
}

fn most_cells(shared: &Shared) -> usize {
    let bins = usize::from(shared.boosting.specification().bins);
    let cells = shared.columns.iter().map(|feature| match feature.values {
        // Of missing values, and of either value.
        Values::Binary => 3,
        Values::Number(_) | Values::Whole(_) => bins,
    });
    cells.sum()
}

impl From<Agreement> for Shared {
    fn from(agreement: Agreement) -> Shared {
        agreement.0
    }
}
