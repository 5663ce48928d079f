//! The rows that a plan asks for, out of a data set.

use consilium_base::Seed;
use consilium_data::design::{Design, Features, MissingFeatures};
use consilium_evaluation::Weight;
use consilium_gbdt::horizontal::BadRows;
use consilium_glm::BadTable;
use consilium_plan::{Learner, Limits, Name, Obstacle, TestRows, Train};
use rand_core::Rng as _;

use crate::data::{Contents, Purpose};

/// Rows of one purpose, with their places in the file.
#[derive(Debug)]
pub(crate) struct Sample<T> {
    pub(crate) table: T,
    /// The row of data in the file, counted from 1, of each row of the table.
    pub(crate) numbers: Vec<usize>,
}

/// The rows of a study.
#[derive(Debug)]
pub(crate) struct Rows<T> {
    /// The model is fitted to these.
    pub(crate) fitted: Sample<T>,
    /// The model is measured on these; none where the plan keeps none for testing.
    pub(crate) tested: Option<Sample<T>>,
}

/// The rows of a study, as what learns from them takes them.
#[derive(Debug)]
pub(crate) enum Taken {
    Glm(Rows<consilium_glm::Table>),
    Gbdt(Rows<consilium_gbdt::Table>),
}

impl Taken {
    /// Has rows count that much where the model is fitted to them.
    pub(crate) fn weighted(self, weight: Weight) -> Taken {
        match self {
            Taken::Glm(rows) => Taken::Glm(rows.fitted_as(|table| table.weighted(weight))),
            Taken::Gbdt(rows) => Taken::Gbdt(rows.fitted_as(|table| table.weighted(weight))),
        }
    }
}

/// Why rows don't suit a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// A column has values that the plan does not allow.
    Column(String),
    /// The label has.
    Labels,
    /// There are more rows than the plan allows.
    TooMany { most: u64 },
    /// They are no table at all.
    NoTable,
}

impl From<BadTable> for Misfit {
    fn from(bad: BadTable) -> Misfit {
        match bad {
            BadTable::Values { column, .. } => Misfit::Column(column),
            BadTable::Labels { .. } => Misfit::Labels,
            BadTable::TooManyRows { most, .. } => Misfit::TooMany { most },
            _ => Misfit::NoTable,
        }
    }
}

impl From<BadRows> for Misfit {
    fn from(bad: BadRows) -> Misfit {
        match bad {
            BadRows::Values { column, .. } => Misfit::Column(column),
            BadRows::Labels { .. } | BadRows::Table(consilium_gbdt::BadTable::Labels { .. }) => {
                Misfit::Labels
            }
            BadRows::TooMany { most, .. } => Misfit::TooMany { most },
            _ => Misfit::NoTable,
        }
    }
}

/// Why a data set gives no rows for a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// The planned split is not registered.
    NoSplit,
    /// The split does not say what a usable row serves for.
    Unplaced { split: Name, row: usize },
    /// A column is not what the plan says.
    Column(String),
}

/// The usable rows of a data set, and what each serves for.
#[derive(Debug)]
pub(crate) struct Selection {
    design: Design,
    fitted: Vec<usize>,
    tested: Option<Vec<usize>>,
}

impl Selection {
    /// Takes the rows that have what the plan asks for.
    ///
    /// Rows for testing are drawn from `secret`, this institution's for the study: the same in
    /// every run.
    pub(crate) fn new(
        task: &Train,
        contents: &Contents,
        secret: &Seed,
    ) -> Result<Selection, Unusable> {
        let features: Vec<&str> = task.features.iter().map(String::as_str).collect();
        let missing = if task.learner.drops_missing() {
            MissingFeatures::Drop
        } else {
            MissingFeatures::Keep
        };
        let features = Features {
            names: &features,
            preparation: task.preparation.as_ref(),
        };
        let design = Design::new(&contents.table, features, Some(&task.label), missing);
        let design = design.map_err(|error| Unusable::Column(error.to_string()))?;
        let planned = task.learner.column_names();
        let mut pairs = planned.into_iter().zip(&design.names);
        if let Some((column, _)) = pairs.find(|(column, name)| column != name) {
            return Err(Unusable::Column(column.to_owned()));
        }
        let is_test = purposes(task, contents, &design, secret)?;
        let rows = |wanted: bool| {
            (0..design.rows)
                .filter(|&row| is_test[row] == wanted)
                .collect()
        };
        Ok(Selection {
            fitted: rows(false),
            tested: (task.test != TestRows::None).then(|| rows(true)),
            design,
        })
    }

    /// Gives the places in the table of the rows that a model is fitted to.
    pub(crate) fn fitted_places(&self) -> Vec<usize> {
        let place = |&row: &usize| self.design.row_numbers[row] - 1;
        self.fitted.iter().map(place).collect()
    }

    /// Says what in the number of rows keeps them from being used.
    pub(crate) fn obstacles(&self, limits: &Limits) -> Vec<Obstacle> {
        let mut obstacles = Vec::new();
        if (self.fitted.len() as u64) < limits.minimum_rows.0 {
            obstacles.push(Obstacle::RowsTooFew);
        }
        if self.design.rows as u64 > limits.most_rows.0 {
            obstacles.push(Obstacle::RowsTooMany);
        }
        obstacles
    }

    /// Says whether all labels that a classification is fitted to are the same.
    pub(crate) fn is_of_one_class(&self, learner: &Learner) -> bool {
        let mut labels = self.fitted.iter().map(|&row| self.design.y[row]);
        let first = labels.next();
        learner.subject().is_of_classes() && labels.all(|label| Some(label) == first)
    }

    /// Gives the rows, held against what learns from them.
    pub(crate) fn rows(&self, learner: &Learner) -> Result<Taken, Misfit> {
        Ok(match learner {
            Learner::Glm(glm) => Taken::Glm(self.tables(|rows| {
                let features = rows.iter().flat_map(|&row| self.design.row(row)).copied();
                consilium_glm::Table::new(&glm.regression, features.collect(), self.labels(rows))
            })?),
            Learner::Gbdt(trees) => Taken::Gbdt(self.tables(|rows| {
                let column =
                    |place: usize| rows.iter().map(move |&row| self.design.row(row)[place]);
                let columns = (0..self.design.names.len()).map(|place| column(place).collect());
                trees.agreement.table(columns.collect(), self.labels(rows))
            })?),
        })
    }

    fn tables<T, E>(&self, make: impl Fn(&[usize]) -> Result<T, E>) -> Result<Rows<T>, E> {
        let sample = |rows: &[usize]| -> Result<Sample<T>, E> {
            let numbers = rows.iter().map(|&row| self.design.row_numbers[row]);
            Ok(Sample {
                table: make(rows)?,
                numbers: numbers.collect(),
            })
        };
        Ok(Rows {
            fitted: sample(&self.fitted)?,
            tested: self.tested.as_deref().map(sample).transpose()?,
        })
    }

    fn labels(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().map(|&row| self.design.y[row]).collect()
    }
}

impl<T> Rows<T> {
    /// Changes the table that the model is fitted to.
    fn fitted_as(self, change: impl FnOnce(T) -> T) -> Rows<T> {
        let Sample { table, numbers } = self.fitted;
        let table = change(table);
        Rows {
            fitted: Sample { table, numbers },
            ..self
        }
    }

    /// Gives the rows that the model is measured on.
    pub(crate) fn measured(&self) -> &Sample<T> {
        self.tested.as_ref().unwrap_or(&self.fitted)
    }
}

/// Says of each usable row whether it serves for testing.
fn purposes(
    task: &Train,
    contents: &Contents,
    design: &Design,
    secret: &Seed,
) -> Result<Vec<bool>, Unusable> {
    match &task.test {
        TestRows::None => Ok(vec![false; design.rows]),
        TestRows::Share { share, seed } => {
            let secret = secret.derive("participant.1.test-rows", &[&seed.to_le_bytes()]);
            Ok(draw(design.rows, *share, &secret))
        }
        TestRows::Split(name) => {
            let split = contents.splits.get(name).ok_or(Unusable::NoSplit)?;
            let purpose = |&row: &usize| {
                let purpose = split.of(row).map(|purpose| purpose == Purpose::Testing);
                purpose.ok_or_else(|| Unusable::Unplaced {
                    split: name.clone(),
                    row,
                })
            };
            design.row_numbers.iter().map(purpose).collect()
        }
    }
}

/// Draws a share of the rows.
///
/// Written out, so that no other version of a library draws other rows in the midst of a study.
fn draw(rows: usize, share: f64, secret: &Seed) -> Vec<bool> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a number of rows, between 0 and that number"
    )]
    let wanted = (share * rows as f64).round() as usize;
    let mut generator = secret.generator();
    let mut lots: Vec<(u64, usize)> = (0..rows).map(|row| (generator.next_u64(), row)).collect();
    lots.sort_unstable();
    let mut is_drawn = vec![false; rows];
    for (_, row) in lots.into_iter().take(wanted) {
        is_drawn[row] = true;
    }
    is_drawn
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_share_is_drawn_exactly_and_again_alike(
            rows in 0..500usize,
            share in 0.01..0.9,
            seed in any::<[u8; 32]>(),
        ) {
            let secret = Seed::from_bytes(seed);
            let drawn = draw(rows, share, &secret);
            let count = drawn.iter().filter(|is_drawn| **is_drawn).count() as f64;
            prop_assert!((count - share * rows as f64).abs() <= 0.5);
            prop_assert_eq!(drawn, draw(rows, share, &secret));
        }
    }

    #[test]
    fn another_secret_draws_other_rows() {
        let of = |byte| draw(100, 0.3, &Seed::from_bytes([byte; 32]));
        assert_ne!(of(1), of(2));
    }
}
