//! Statistics over the rows of all contributors.

mod check;
mod periods;
mod rules;

use consilium_schema::{Column, Label, LabelRule, Schema};
use consilium_statistics::{Agreement, Mode, Specification};

pub(crate) use check::check;
pub(super) use check::protection;
pub use periods::{Calendar, Month, Periods};

use crate::{Obstacle, Protection, differing::differences};

/// Statistics of columns that all contributors have, over all their rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// The columns used: those that statistics are of in their order, then the label's and the one that
    /// tells periods, each once.
    pub columns: Vec<Column>,
    /// The names of the columns that statistics are of.
    pub features: Vec<String>,
    /// What columns are held against; it has a column of its own in the specification, the last one.
    pub label: Option<Label>,
    /// Over which times the columns' stability is measured.
    pub periods: Option<Periods>,
    /// What is asked: the features in their order, then the label.
    pub specification: Specification,
    /// How inputs are protected.
    pub protection: Protection,
}

impl Statistics {
    /// The fewest rows of a cell that a plan may ask for, where it asks for least: what keepers of health data have
    /// long asked of tables (El Emam, *Guide to the De-Identification of Personal Health Information*, CRC 2013,
    /// on precedents of cell sizes). Of 2, whoever is one of the two learns of the other.
    pub const LEAST_MINIMUM_CELL: u64 = 5;
    /// The same where it asks for most: participants compare cohorts by sketches of one size.
    pub const MOST_MINIMUM_CELL: u64 = 100;

    /// Gives the specification with the sums that it takes.
    ///
    /// # Panics
    ///
    /// If the specification was changed, and makes no sense any more: a plan's does.
    pub fn agreement(&self) -> Agreement {
        Agreement::new(self.specification.clone()).expect("the plan was checked with it")
    }

    /// Compares a data set's schema with the columns of the plan.
    pub fn obstacles(&self, schema: &Schema) -> Vec<Obstacle> {
        differences(&self.columns, schema)
    }

    /// Gives the ε and δ of one row where contributors add noise to counts.
    pub fn noise(&self) -> Option<(f64, f64)> {
        match self.specification.mode {
            Mode::Exact => None,
            Mode::Threshold { epsilon, delta, .. } => Some((epsilon, delta)),
        }
    }
}

/// Names the column that holds a label.
fn name_of(label: &Label) -> String {
    let column = &label.column;
    match &label.rule {
        LabelRule::Value => column.clone(),
        LabelRule::Above(above) => format!("{column} > {above}"),
        LabelRule::Equals(level) => format!("{column} = {level}"),
    }
}
