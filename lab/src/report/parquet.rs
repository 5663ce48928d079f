//! Every cell as a row of Parquet.

use std::sync::Arc;

use parquet::{
    data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::writer::{SerializedFileWriter, SerializedRowGroupWriter},
    schema::parser::parse_message_type,
};

use super::{
    Report,
    line::{COLUMNS, Column},
};

impl Report {
    /// Writes the table of [`Report::csv`] as Parquet, uncompressed, in one row group: texts are
    /// strings, counts unsigned integers, numbers doubles, and what a cell has not is null.
    ///
    /// # Errors
    ///
    /// The writer's, which memory gives it no reason for.
    pub fn parquet(&self) -> Result<Vec<u8>, ParquetError> {
        let columns = COLUMNS.iter().map(|(name, column)| match column {
            Column::Text(_) => format!("optional binary {name} (UTF8);"),
            Column::Count(_) => format!("optional int64 {name} (UINT_64);"),
            Column::Number(_) => format!("optional double {name};"),
        });
        let message = format!("message cells {{ {} }}", columns.collect::<String>());
        let schema = Arc::new(parse_message_type(&message)?);
        let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::default())?;
        let mut rows = file.next_row_group()?;
        for (_, column) in COLUMNS {
            match column {
                Column::Text(of) => {
                    let text = |line| of(line).map(|text| ByteArray::from(text.into_bytes()));
                    write::<ByteArrayType>(&mut rows, self.cells.iter().map(text))?;
                }
                Column::Count(of) => {
                    let count = |line| of(line).map(u64::cast_signed);
                    write::<Int64Type>(&mut rows, self.cells.iter().map(count))?;
                }
                Column::Number(of) => write::<DoubleType>(&mut rows, self.cells.iter().map(of))?,
            }
        }
        rows.close()?;
        file.into_inner()
    }
}

/// Writes the next column.
fn write<T: DataType>(
    rows: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    fields: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let fields: Vec<Option<T::T>> = fields.collect();
    let is_there: Vec<i16> = fields
        .iter()
        .map(|field| i16::from(field.is_some()))
        .collect();
    let values: Vec<T::T> = fields.into_iter().flatten().collect();
    let Some(mut column) = rows.next_column()? else {
        return Err(ParquetError::General(
            "the schema has fewer columns".to_owned(),
        ));
    };
    column
        .typed::<T>()
        .write_batch(&values, Some(&is_there), None)?;
    column.close()
}
