//! Tests of what the crate offers.

mod cells;
mod laws;
mod refusals;
mod vectors;

use consilium_preparation::{Bound, Cells, Preparation};
use consilium_schema::Schema;

/// The cells of one row by column.
#[derive(Clone, Debug)]
enum Cell {
    Number(Option<f64>),
    Text(Option<&'static str>),
}

/// A schema with a column of each type.
fn schema() -> Schema {
    Schema::from_toml(include_str!("columns.toml")).expect("a schema")
}

fn preparation(text: &str) -> Preparation {
    Preparation::from_toml(text, &schema()).expect("a preparation")
}

/// Holds a preparation against rows that are given by column.
fn over<'a>(preparation: &'a Preparation, table: &'a [(&'static str, Vec<Cell>)]) -> Bound<'a> {
    let bound = preparation.over(|name| {
        let (_, cells) = table.iter().find(|(column, _)| *column == name)?;
        Some(match cells.first()? {
            Cell::Number(_) => Cells::Numbers(Box::new(|row| match cells[row] {
                Cell::Number(cell) => cell,
                Cell::Text(_) => None,
            })),
            Cell::Text(_) => Cells::Texts(Box::new(|row| match cells[row] {
                Cell::Text(cell) => cell,
                Cell::Number(_) => None,
            })),
        })
    });
    bound.expect("columns of the right types")
}

/// Gives a row of all terms.
fn row(preparation: &Preparation, bound: &Bound<'_>, row: usize) -> Vec<f64> {
    let mut out = vec![0.0; preparation.terms().len()];
    bound.row(row, &mut out);
    out
}

fn names(preparation: &Preparation) -> Vec<&str> {
    let terms = preparation.terms().iter();
    terms.map(|term| term.name.as_str()).collect()
}
