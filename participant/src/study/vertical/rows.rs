//! The own rows of a study, in the order that all have.

use std::collections::HashMap;

use consilium_data::design::Design;
use consilium_gbdt::{BadTable, Column, Objective, Table, hybrid::Member};
use consilium_mailbox::PartyId;

/// Own rows in the common order: where hospitals have each its own people, the first hospital's, then
/// the next one's, and so on.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// How many of them are whose, where hospitals have each its own people.
    pub(super) hospitals: Vec<Member>,
    /// The model's columns.
    pub(super) columns: Vec<Column>,
    /// Of each row, where trees are grown and this institution has the labels.
    pub(super) labels: Vec<f64>,
    /// The row of data in the file, counted from 1, of each row.
    pub(super) numbers: Vec<usize>,
}

/// Rows of a table, by their places there.
#[derive(Default)]
pub(super) struct Picked {
    pub(super) rows: Vec<usize>,
    hospitals: Vec<Member>,
}

impl Picked {
    /// Ends the rows of a hospital, if they are one's.
    pub(super) fn end_of(&mut self, hospital: Option<&PartyId>) {
        let before: usize = self.hospitals.iter().map(|it| it.rows as usize).sum();
        let rows = u32::try_from(self.rows.len() - before).unwrap_or(u32::MAX);
        let hospital = hospital.cloned();
        let ended = hospital.map(|party| Member { party, rows });
        self.hospitals.extend(ended);
    }
}

impl Rows {
    pub(super) fn of(design: &Design, Picked { rows, hospitals }: Picked) -> Rows {
        let column = |(place, name): (usize, &String)| Column {
            name: name.clone(),
            values: rows.iter().map(|&row| design.row(row)[place]).collect(),
        };
        let labels = rows.iter().filter_map(|&row| design.y.get(row));
        Rows {
            hospitals,
            columns: design.names.iter().enumerate().map(column).collect(),
            labels: labels.copied().collect(),
            numbers: rows.iter().map(|&row| design.row_numbers[row]).collect(),
        }
    }

    /// Counts them.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.numbers.len()).unwrap_or(u32::MAX)
    }

    /// Gives columns and labels as what learns from them takes them.
    pub(super) fn into_table(self, objective: Objective) -> Result<Table, BadTable> {
        if self.columns.is_empty() {
            return Table::of_labels(objective, self.labels);
        }
        Table::new(objective, self.columns, self.labels)
    }

    /// Gives each patient's columns and label once, and for each hospital which of them its rows are.
    pub(super) fn into_patients(
        mut self,
        objective: Objective,
    ) -> Result<(Table, Vec<Vec<u32>>), BadTable> {
        let mut known: HashMap<usize, u32> = HashMap::new();
        let is_first: Vec<bool> = (self.numbers.iter())
            .map(|number| {
                let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
                *known.entry(*number).or_insert(next) == next
            })
            .collect();
        let mut patients = self.numbers.iter().map(|number| known[number]);
        let hospitals = self.hospitals.iter();
        let patients = hospitals.map(|it| patients.by_ref().take(it.rows as usize).collect());
        let patients = patients.collect();
        let firsts = |values: &mut Vec<f64>| {
            let mut is_first = is_first.iter();
            values.retain(|_| is_first.next().copied().unwrap_or(false));
        };
        let columns = self.columns.iter_mut().map(|column| &mut column.values);
        columns.chain([&mut self.labels]).for_each(firsts);
        Ok((self.into_table(objective)?, patients))
    }
}
