//! From a table to the matrix that a model takes.

use std::collections::HashSet;
use std::fmt;

use consilium_preparation::{Bound, Cells, Preparation, Unfit};
use consilium_schema::{DesignError, Label, LabelRule};

use crate::{Table, Values};

/// What a model takes of a table.
#[derive(Debug, Clone, Copy)]
pub struct Features<'a> {
    /// The names of the features, in their order: of columns, or of what the preparation makes.
    pub names: &'a [&'a str],
    /// What becomes of the columns before; none: they are features as they are.
    pub preparation: Option<&'a Preparation>,
}

impl<'a> Features<'a> {
    /// Names the table's columns that they are made of.
    pub fn columns(&self) -> Vec<&'a str> {
        match self.preparation {
            Some(preparation) => preparation.columns(),
            None => self.names.to_vec(),
        }
    }
}

/// Columns as they are.
impl<'a, T: AsRef<[&'a str]> + ?Sized> From<&'a T> for Features<'a> {
    fn from(names: &'a T) -> Self {
        Self {
            names: names.as_ref(),
            preparation: None,
        }
    }
}

/// A design matrix with its label.
///
/// # Security
///
/// `Debug` shows names and sizes, never a number of a row.
#[derive(Clone, PartialEq)]
pub struct Design {
    /// The columns; dummies of a category are called `name=level`.
    pub names: Vec<String>,
    /// Row after row, `rows * columns` numbers; NaN where a value is missing and kept.
    pub x: Vec<f64>,
    /// Rows of `x`.
    pub rows: usize,
    /// Columns of `x`.
    pub columns: usize,
    /// The label of each row; empty if none was asked for.
    pub y: Vec<f64>,
    /// The row of data in the file, counted from 1, of each row of `x`.
    pub row_numbers: Vec<usize>,
    /// Rows of the table that are not in `x`.
    pub dropped: usize,
}

impl fmt::Debug for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Design")
            .field("names", &self.names)
            .field("rows", &self.rows)
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}

/// What happens to a row in which a feature is missing; without a label it is always dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingFeatures {
    /// The row is dropped and counted.
    Drop,
    /// The row stays, with NaN for later imputation (in all dummies of a category).
    Keep,
}

/// Why a label can't be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatrixError {
    /// A feature is not in the table or can't enter a model.
    #[error(transparent)]
    Feature(#[from] DesignError),
    /// A column that is prepared is not in the table, or of another type.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The label's column is one of the table's.
    #[error("the label's column {column:?} is not in the table")]
    NoLabelColumn {
        /// The column.
        column: String,
    },
    /// The label would predict itself.
    #[error("column {column:?} is the label and a feature as well")]
    LabelIsFeature {
        /// The column.
        column: String,
    },
    /// The rule needs another type.
    #[error("column {column:?} is of type {kind}, which the label's rule doesn't fit")]
    LabelRule {
        /// The column.
        column: String,
        /// Its type.
        kind: &'static str,
    },
    /// The rule names a level of the column.
    #[error("column {column:?} has no level {level:?} to be the label")]
    NoSuchLevel {
        /// The column.
        column: String,
        /// The level.
        level: String,
    },
}

impl Design {
    /// Makes the matrix of `features`, in their order, with the label if one is asked for.
    ///
    /// What is prepared becomes what the preparation makes of it. Of other columns numbers stay as
    /// they are, booleans become 1 and 0, a category becomes a 0/1 column for each level but its
    /// reference.
    ///
    /// # Errors
    ///
    /// Names the first column that doesn't fit; see [`MatrixError`].
    pub fn new<'a>(
        table: &Table,
        features: impl Into<Features<'a>>,
        label: Option<&Label>,
        missing: MissingFeatures,
    ) -> Result<Self, MatrixError> {
        let features = features.into();
        let mut maker = match features.preparation {
            None => Maker::AsTheyAre(sources(table, features.names)?),
            Some(preparation) => Maker::prepared(table, preparation, features.names)?,
        };
        let names = maker.names();
        let used = features.columns();
        if let Some(label) = label.filter(|label| used.contains(&label.column.as_str())) {
            return Err(MatrixError::LabelIsFeature {
                column: label.column.clone(),
            });
        }
        let labels = label.map(|label| labels(table, label)).transpose()?;
        let (rows, columns) = (table.rows(), names.len());
        let mut design = Self {
            names,
            x: Vec::with_capacity(rows * columns),
            rows: 0,
            columns,
            y: Vec::with_capacity(labels.as_ref().map_or(0, Vec::len)),
            row_numbers: Vec::with_capacity(rows),
            dropped: 0,
        };
        for row in 0..rows {
            let label = labels.as_ref().map(|labels| labels[row]);
            let begin = design.x.len();
            maker.write(row, &mut design.x);
            let gap = design.x[begin..].iter().any(|value| value.is_nan());
            if label == Some(None) || (gap && missing == MissingFeatures::Drop) {
                design.x.truncate(begin);
                design.dropped += 1;
                continue;
            }
            design.y.extend(label.flatten());
            design.row_numbers.push(row + 1);
            design.rows += 1;
        }
        Ok(design)
    }

    /// One row of the matrix, counted from 0.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.x[row * self.columns..(row + 1) * self.columns]
    }
}

/// What makes rows of the matrix.
enum Maker<'a> {
    AsTheyAre(Vec<Source<'a>>),
    Prepared {
        bound: Bound<'a>,
        preparation: &'a Preparation,
        /// The places of the wanted terms.
        wanted: Vec<usize>,
        /// A row of all terms.
        terms: Vec<f64>,
    },
}

impl<'a> Maker<'a> {
    fn prepared(
        table: &'a Table,
        preparation: &'a Preparation,
        names: &[&str],
    ) -> Result<Self, MatrixError> {
        let terms = preparation.terms();
        let mut wanted = Vec::with_capacity(terms.len());
        for (position, name) in names.iter().enumerate() {
            let column = (*name).to_owned();
            if names[..position].contains(name) {
                return Err(DesignError::Twice { column }.into());
            }
            let features = preparation.features();
            let place = features.iter().position(|feature| feature.name() == *name);
            let place = place.ok_or(DesignError::NoSuchColumn { column })?;
            wanted.extend((0..terms.len()).filter(|term| terms[*term].feature == place));
        }
        Ok(Self::Prepared {
            bound: preparation.over(|name| cells(&table.column(name)?.values))?,
            preparation,
            wanted,
            terms: vec![f64::NAN; terms.len()],
        })
    }

    fn names(&self) -> Vec<String> {
        match self {
            Self::AsTheyAre(sources) => sources.iter().map(Source::name).collect(),
            Self::Prepared {
                preparation,
                wanted,
                ..
            } => {
                let terms = preparation.terms();
                wanted
                    .iter()
                    .map(|term| terms[*term].name.clone())
                    .collect()
            }
        }
    }

    /// Adds a row, NaN where a value is missing.
    fn write(&mut self, row: usize, x: &mut Vec<f64>) {
        match self {
            Self::AsTheyAre(sources) => {
                let values = sources.iter().map(|source| source.value(row));
                x.extend(values.map(|value| value.unwrap_or(f64::NAN)));
            }
            Self::Prepared {
                bound,
                wanted,
                terms,
                ..
            } => {
                bound.row(row, terms);
                x.extend(wanted.iter().map(|term| terms[*term]));
            }
        }
    }
}

/// Gives a column's cells to a preparation; none of dates, which there are none of.
fn cells(values: &Values) -> Option<Cells<'_>> {
    Some(match values {
        Values::Numbers(values) => Cells::Numbers(Box::new(|row| values.get(row))),
        Values::Flags(values) => Cells::Numbers(Box::new(|row| values.get(row).map(f64::from))),
        Values::Categories(values) => Cells::Levels {
            levels: values.levels(),
            of: Box::new(|row| values.get(row)),
        },
        Values::Texts(values) => Cells::Texts(Box::new(|row| values.get(row))),
        Values::Dates(_) => return None,
    })
}

/// What one column of the matrix is made from, as it is.
struct Source<'a> {
    column: &'a str,
    values: &'a Values,
    /// For a dummy, its level.
    level: Option<(usize, &'a str)>,
}

impl Source<'_> {
    fn name(&self) -> String {
        match self.level {
            None => self.column.to_owned(),
            Some((_, level)) => format!("{}={level}", self.column),
        }
    }

    fn value(&self, row: usize) -> Option<f64> {
        match (self.values, self.level) {
            (Values::Numbers(values), _) => values.get(row),
            (Values::Flags(values), _) => values.get(row).map(f64::from),
            (Values::Categories(values), Some((level, _))) => {
                values.get(row).map(|code| f64::from(code == level))
            }
            _ => None,
        }
    }
}

fn sources<'a>(table: &'a Table, features: &[&str]) -> Result<Vec<Source<'a>>, DesignError> {
    let mut sources = Vec::new();
    let mut seen = HashSet::new();
    for feature in features {
        let Some(column) = table.column(feature) else {
            return Err(DesignError::NoSuchColumn {
                column: (*feature).to_owned(),
            });
        };
        if !seen.insert(feature) {
            return Err(DesignError::Twice {
                column: (*feature).to_owned(),
            });
        }
        let (name, values) = (column.name.as_str(), &column.values);
        match values {
            Values::Numbers(_) | Values::Flags(_) => {
                sources.push(Source {
                    column: name,
                    values,
                    level: None,
                });
            }
            Values::Categories(categories) => {
                let levels = categories.levels().iter().map(String::as_str).enumerate();
                let others = levels.filter(|(level, _)| *level != categories.reference());
                sources.extend(others.map(|level| Source {
                    column: name,
                    values,
                    level: Some(level),
                }));
            }
            Values::Texts(_) | Values::Dates(_) => {
                let column = (*feature).to_owned();
                return Err(DesignError::NotAFeature {
                    column,
                    kind: table_kind(table, feature),
                });
            }
        }
    }
    Ok(sources)
}

fn table_kind(table: &Table, column: &str) -> &'static str {
    table.column(column).map_or("unknown", |column| column.kind)
}

fn labels(table: &Table, label: &Label) -> Result<Vec<Option<f64>>, MatrixError> {
    let column = label.column.clone();
    let Some(source) = table.column(&column) else {
        return Err(MatrixError::NoLabelColumn { column });
    };
    match (&source.values, &label.rule) {
        (Values::Numbers(values), LabelRule::Value) => Ok(values.iter().collect()),
        (Values::Numbers(values), LabelRule::Above(threshold)) => {
            let above = |value: Option<f64>| value.map(|value| f64::from(value > *threshold));
            Ok(values.iter().map(above).collect())
        }
        (Values::Flags(values), LabelRule::Value) => {
            Ok(values.iter().map(|flag| flag.map(f64::from)).collect())
        }
        (Values::Categories(values), LabelRule::Equals(level)) => {
            let Some(wanted) = values.levels().iter().position(|other| other == level) else {
                return Err(MatrixError::NoSuchLevel {
                    column,
                    level: level.clone(),
                });
            };
            let equal = |code: Option<usize>| code.map(|code| f64::from(code == wanted));
            Ok(values.iter().map(equal).collect())
        }
        _ => Err(MatrixError::LabelRule {
            column,
            kind: source.kind,
        }),
    }
}
