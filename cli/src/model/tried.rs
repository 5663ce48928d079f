//! A model on rows whose labels are known, and models that others teach alike.

use std::{ops::ControlFlow, path::Path};

use anyhow::Context as _;
use consilium_data::{
    Counts, Reading,
    design::{Design, Features, MissingFeatures},
};
use consilium_evaluation::Scored;
use consilium_gbdt::Column;
use consilium_glm::{ConstantColumns, Regression, Specification};
use consilium_plan::{Lang, Learner};
use consilium_schema::Schema;

use super::{Model, columns::Wanted};
use crate::data;

/// Rows with labels, as a model takes them.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Features row by row, with labels.
    design: Design,
    pub(crate) counts: Counts,
}

impl Rows {
    /// Counts them; those without a label, or with a gap that the model's plan doesn't allow, aren't among them.
    pub(crate) fn count(&self) -> usize {
        self.design.rows
    }

    /// Counts the file's rows that aren't among them.
    pub(crate) fn left_out(&self) -> usize {
        self.design.dropped
    }

    /// Gives a row's features and its label.
    fn row(&self, row: usize) -> (&[f64], f64) {
        (self.design.row(row), self.design.y[row])
    }
}

impl Model {
    /// Reads a file's rows with their labels, by a schema or as the plan declares its columns.
    ///
    /// # Errors
    ///
    /// If the schema isn't the plan's, or the file can't be read.
    pub(crate) fn rows(
        &self,
        file: &Path,
        schema: Option<&Path>,
        lang: Lang,
    ) -> anyhow::Result<Rows> {
        let schema: Schema = self.schema(schema, Wanted::FeaturesAndLabel, lang)?;
        let loaded = Reading::new(&schema).file(file);
        let loaded = loaded.map_err(|error| data::failed(&error, lang))?;
        let task = self.task();
        let names: Vec<&str> = task.features.iter().map(String::as_str).collect();
        let features = Features {
            names: &names,
            preparation: task.preparation.as_ref(),
        };
        let missing = if task.learner.drops_missing() {
            MissingFeatures::Drop
        } else {
            MissingFeatures::Keep
        };
        let design = Design::new(&loaded.table, features, Some(&task.label), missing)
            .with_context(|| file.display().to_string())?;
        Ok(Rows {
            design,
            counts: loaded.report.counts,
        })
    }

    /// Gives what the model loses on each row.
    pub(crate) fn losses(&self, rows: &Rows) -> Vec<f64> {
        self.losses_of(|row| self.fit.predict(row), &[rows])
    }

    /// Gives what a model loses on each row that is taught by some of these rows as the plan says; a column that is
    /// the same in all of them is left out.
    ///
    /// `taught` names rows by their places, counted through all of `rows`.
    ///
    /// # Errors
    ///
    /// If they teach none.
    pub(crate) fn losses_of_one_taught(
        &self,
        rows: &[&Rows],
        taught: &[usize],
    ) -> anyhow::Result<Vec<f64>> {
        let all: Vec<(&[f64], f64)> = each(rows).collect();
        let labels = taught.iter().map(|row| all[*row].1).collect();
        match &self.task().learner {
            Learner::Glm(glm) => {
                let x = taught.iter().flat_map(|row| all[*row].0).copied().collect();
                // A level that is rare in all rows may be in none of some.
                let regression = Regression::try_from(Specification {
                    constant_columns: ConstantColumns::Drop,
                    ..glm.regression.specification().clone()
                })?;
                let table = consilium_glm::Table::new(&regression, x, labels)?;
                let fit = consilium_glm::local::fit(&regression, &[&table])?;
                Ok(self.losses_of(|row| fit.predict(row), rows))
            }
            Learner::Gbdt(trees) => {
                let columns = self.columns().into_iter().enumerate().map(|(place, name)| {
                    let values = taught.iter().map(|row| all[*row].0[place]).collect();
                    Column { name, values }
                });
                let boosting = trees.agreement.boosting();
                let objective = trees.specification().objective;
                let table = consilium_gbdt::Table::new(objective, columns.collect(), labels)?;
                let goes_on = |_: &_| ControlFlow::Continue(());
                let fit = consilium_gbdt::local::fit(boosting, &table, goes_on)?;
                Ok(self.losses_of(|row| fit.model.mean(row), rows))
            }
        }
    }

    /// Says whether the model predicts one of two classes.
    pub(crate) fn is_of_classes(&self) -> bool {
        self.task().learner.subject().is_of_classes()
    }

    fn losses_of(&self, predict: impl Fn(&[f64]) -> f64, rows: &[&Rows]) -> Vec<f64> {
        let subject = self.task().learner.subject();
        let loss = |(row, label): (&[f64], f64)| {
            let score = predict(row);
            subject.loss(Scored { score, label })
        };
        each(rows).map(loss).collect()
    }
}

fn each<'a>(rows: &'a [&Rows]) -> impl Iterator<Item = (&'a [f64], f64)> {
    rows.iter()
        .flat_map(|rows| (0..rows.count()).map(|row| rows.row(row)))
}
