//! Everything that is measured of one table.

use serde::Serialize;

use crate::{Attribute, Classes, Column, Curve, Grade, Population, PrivacyError, Risks};
use crate::{Threshold, Uniques};

/// The version of a report's form.
pub const FORMAT: u32 = 1;

/// A table, what is known of its people, and what is asked.
#[derive(Debug, Clone)]
pub struct Table {
    /// Columns by which people are found again, together.
    pub quasi: Vec<Column>,
    /// Who a row is of, where people have several: classes are then as large as different people.
    pub person: Option<Column>,
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

/// What was measured, for the table's holder alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: u32,
    /// The quasi-identifiers.
    pub quasi: Vec<String>,
    /// The direct identifiers.
    pub direct: Vec<String>,
    /// The column that tells people apart, by which [`Self::curve`] and [`Self::risks`] count; none where they count
    /// rows.
    pub person: Option<String>,
    /// Rows that lack a quasi-identifier: to who knows it, they hide among fewer than is told.
    pub missing: u64,
    /// Rows that hide among others.
    pub curve: Curve,
    /// Three kinds of attackers.
    pub risks: Risks,
    /// People that are alone in the population too, estimated; none if nobody says how many there are, or if there
    /// is a table of them.
    pub population: Option<Uniques>,
    /// The same, counted in the table of the population, where there is one.
    pub counted: Option<Counted>,
    /// The sensitive columns.
    pub sensitive: Vec<Attribute>,
    /// After GB/T 42460.
    pub grade: Grade,
}

/// People of a population that are like no other, as its table has them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Counted {
    /// People in the population.
    pub population: u64,
    /// Those that are alone in their class.
    pub alone: u64,
    /// Their share.
    pub share: f64,
}

impl Counted {
    fn of(population: &Population) -> Counted {
        let (people, alone) = (population.rows(), population.alone());
        Counted {
            population: people,
            alone,
            share: alone as f64 / people.max(1) as f64,
        }
    }
}

/// How many rows lack a cell of some column.
fn missing(columns: &[Column]) -> u64 {
    let rows = columns.first().map_or(0, Column::rows);
    let lacks = |row: &usize| columns.iter().any(|it| it.is_missing(it.codes()[*row]));
    (0..rows).filter(lacks).count() as u64
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
        let people = table.person.as_ref();
        let people = people.map(|person| classes.of_people(person)).transpose()?;
        let people = people.as_ref().unwrap_or(&classes);
        let curve = people.curve();
        let risks = Risks::of(people, table.population.as_ref(), table.threshold);
        let counted = table.population.as_ref().map(Counted::of);
        let estimated = table.population_rows.filter(|_| counted.is_none());
        let population = estimated.map(|all| Uniques::of(people, all)).transpose()?;
        let sensitive = table.sensitive.iter();
        let highest = risks.journalist.unwrap_or(risks.prosecutor).highest;
        Ok(Report {
            format: FORMAT,
            quasi: table.quasi.iter().map(|it| it.name().to_owned()).collect(),
            direct: table.direct.clone(),
            person: table.person.as_ref().map(|it| it.name().to_owned()),
            missing: missing(&table.quasi),
            population,
            counted,
            sensitive: sensitive
                .map(|column| Attribute::of(&classes, column))
                .collect::<Result<_, _>>()?,
            grade: Grade::of(!table.direct.is_empty(), Some(highest), table.threshold),
            curve,
            risks,
        })
    }
}
