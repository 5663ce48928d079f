use std::fmt::Write as _;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array as _, ArrayRef, RecordBatch, StringArray};
use arrow_schema::DataType;
use consilium_data::{Date, Intake};

use crate::QueryError;

/// The cells of a column in one batch, as texts.
enum Cells<'a> {
    Texts(&'a StringArray),
    /// Written one after the other, with their ends; `None` is a missing one.
    Written(String, Vec<Option<(usize, usize)>>),
}

/// Holds the rows of a batch against the schema.
pub(crate) fn fill(intake: &mut Intake<'_>, batch: &RecordBatch) -> Result<(), QueryError> {
    let columns = batch.columns().iter().map(Cells::of);
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let mut row = Vec::with_capacity(columns.len());
    for number in 0..batch.num_rows() {
        row.clear();
        row.extend(columns.iter().map(|column| column.cell(number)));
        intake.row(&row);
    }
    Ok(())
}

impl<'a> Cells<'a> {
    fn of(column: &'a ArrayRef) -> Result<Self, QueryError> {
        Ok(match column.data_type() {
            DataType::Utf8 => Self::Texts(column.as_string()),
            DataType::Float64 => Self::written(column.as_primitive::<Float64Type>().iter()),
            DataType::Int64 => Self::written(column.as_primitive::<Int64Type>().iter()),
            DataType::Boolean => Self::written(column.as_boolean().iter()),
            DataType::Date32 => {
                // A day that no calendar of ours has is a cell that is no date.
                let day =
                    |days| Date::at(days).map_or_else(|| "?".repeat(3), |day| day.to_string());
                let days = column.as_primitive::<Date32Type>().iter();
                Self::written(days.map(|days| days.map(day)))
            }
            _ => return Err(QueryError::Stream),
        })
    }

    fn written<T: std::fmt::Display>(values: impl Iterator<Item = Option<T>>) -> Self {
        let mut letters = String::new();
        let mut places = Vec::with_capacity(values.size_hint().0);
        for value in values {
            let begin = letters.len();
            places.push(value.map(|value| {
                write!(letters, "{value}").expect("a string takes any text");
                (begin, letters.len())
            }));
        }
        Self::Written(letters, places)
    }

    fn cell(&self, row: usize) -> Option<&str> {
        match self {
            Self::Texts(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Written(letters, places) => {
                let (begin, end) = (*places.get(row)?)?;
                Some(&letters[begin..end])
            }
        }
    }
}
