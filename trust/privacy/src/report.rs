//! Everything that is measured of one table.

use serde::Serialize;

use crate::{Attribute, Bands, Classes, Column, Curve, Grade, Population, PrivacyError, Risks};
use crate::{Threshold, Uniques};

/// The version of a report's form.
pub const FORMAT: u32 = 1;

/// A table, what is known of its people, and what is asked.
#[derive(Debug, Clone)]
pub struct Table {
    /// Columns by which people are found again, together.
    pub quasi: Vec<Column>,
    /// Columns that nobody should learn of a person.
    pub sensitive: Vec<Column>,
    /// Columns by which people are found alone: names and numbers.
    pub direct: Vec<String>,
    /// The population whose people these are, where there is a table of it.
    pub population: Option<Population>,
    /// How many people it has, where only that is known.
    pub population_rows: Option<u64>,
    /// The risk above which a row is at risk.
    pub threshold: Threshold,
}

/// What was measured; for the table's holder, and for others only its [`Report::bands`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: u32,
    /// The quasi-identifiers.
    pub quasi: Vec<String>,
    /// The direct identifiers.
    pub direct: Vec<String>,
    /// Rows that hide among others.
    pub curve: Curve,
    /// Three kinds of attackers.
    pub risks: Risks,
    /// People that are alone in the population too; none if nobody says how many there are.
    pub population: Option<Uniques>,
    /// The sensitive columns.
    pub sensitive: Vec<Attribute>,
    /// After GB/T 42460.
    pub grade: Grade,
    /// What others see.
    pub bands: Bands,
}

impl Report {
    /// Measures a table.
    ///
    /// # Errors
    ///
    /// If there are no rows or no quasi-identifiers, columns differ in length, or the population can't
    /// be that of this table.
    pub fn of(table: &Table) -> Result<Report, PrivacyError> {
        let classes = Classes::of(&table.quasi)?;
        let curve = classes.curve();
        let risks = Risks::of(&classes, table.population.as_ref(), table.threshold);
        let people = table.population.as_ref().map(Population::rows);
        let population = people
            .or(table.population_rows)
            .map(|people| Uniques::of(&classes, people))
            .transpose()?;
        let sensitive = table.sensitive.iter();
        let highest = risks.journalist.unwrap_or(risks.prosecutor).highest;
        Ok(Report {
            format: FORMAT,
            quasi: table.quasi.iter().map(|it| it.name().to_owned()).collect(),
            direct: table.direct.clone(),
            population,
            sensitive: sensitive
                .map(|column| Attribute::of(&classes, column))
                .collect::<Result<_, _>>()?,
            grade: Grade::of(!table.direct.is_empty(), Some(highest), table.threshold),
            bands: Bands::of(&curve, &risks),
            curve,
            risks,
        })
    }
}
