//! From typed columns to the engine's.

use std::sync::Arc;

use consilium_data::{Date, Table, Values};
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, RecordBatchOptions,
    StringArray,
};
use datafusion::arrow::datatypes::{DataType, Field, SchemaRef};
use datafusion::error::Result;

/// Makes a batch of a table whose columns are those of `schema`, in its order; one without columns
/// still counts its rows.
pub(crate) fn batch(schema: &SchemaRef, rows: &Table) -> Result<RecordBatch> {
    let columns = schema.fields().iter().zip(rows.columns());
    let columns: Vec<ArrayRef> = columns
        .map(|(field, column)| array(field, &column.values))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.rows()));
    let batch = RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?;
    Ok(batch)
}

fn array(field: &Field, values: &Values) -> ArrayRef {
    match values {
        Values::Numbers(numbers) if *field.data_type() == DataType::Int64 => {
            let numbers = numbers.iter().map(|number| number.map(whole));
            Arc::new(numbers.collect::<Int64Array>())
        }
        Values::Numbers(numbers) => Arc::new(numbers.iter().collect::<Float64Array>()),
        Values::Texts(texts) => Arc::new(texts.iter().collect::<StringArray>()),
        Values::Flags(flags) => Arc::new(flags.iter().collect::<BooleanArray>()),
        Values::Dates(dates) => {
            let days = dates.iter().map(|date| date.map(Date::days));
            Arc::new(days.collect::<Date32Array>())
        }
        Values::Categories(categories) => {
            let levels = categories.levels();
            let level = |at: Option<usize>| levels.get(at?);
            Arc::new(categories.iter().map(level).collect::<StringArray>())
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a column of integers holds whole numbers of at most 2^53 in size"
)]
fn whole(number: f64) -> i64 {
    number as i64
}
