//! Rows as Parquet.

use std::io::Write;
use std::sync::Arc;

use anyhow::Context as _;
use consilium_data::{NamedColumn, Table, Values};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type,
};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

/// Rows of a group: what is held twice while it is written.
const GROUP: usize = 1 << 20;

/// Writes a table, uncompressed: numbers are doubles, integers 64 bits, texts, codes and levels
/// strings, days dates; a missing cell is null.
pub(super) fn write(table: &Table, to: impl Write + Send) -> anyhow::Result<()> {
    let fields = table.columns().iter().map(field);
    let fields = fields.collect::<anyhow::Result<Vec<_>>>()?;
    let schema = Type::group_type_builder("features")
        .with_fields(fields)
        .build()?;
    let mut file = SerializedFileWriter::new(to, Arc::new(schema), Arc::default())?;
    let mut begin = 0;
    while begin < table.rows() {
        let rows = begin..table.rows().min(begin + GROUP);
        begin = rows.end;
        let mut group = file.next_row_group()?;
        for column in table.columns() {
            let rows = rows.clone();
            match &column.values {
                Values::Numbers(it) if column.kind == "integer" => {
                    append::<Int64Type>(&mut group, rows.map(|row| it.get(row).map(whole)))
                }
                Values::Numbers(it) => {
                    append::<DoubleType>(&mut group, rows.map(|row| it.get(row)))
                }
                Values::Flags(it) => append::<BoolType>(&mut group, rows.map(|row| it.get(row))),
                Values::Dates(it) => {
                    let day = |row| it.get(row).map(consilium_data::Date::days);
                    append::<Int32Type>(&mut group, rows.map(day))
                }
                Values::Texts(it) => {
                    append::<ByteArrayType>(&mut group, rows.map(|row| it.get(row).map(bytes)))
                }
                Values::Categories(it) => {
                    let level = |row| Some(bytes(it.levels().get(it.get(row)?)?));
                    append::<ByteArrayType>(&mut group, rows.map(level))
                }
            }?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(())
}

fn field(column: &NamedColumn) -> anyhow::Result<TypePtr> {
    let (physical, logical) = match &column.values {
        Values::Numbers(_) if column.kind == "integer" => (Physical::INT64, None),
        Values::Numbers(_) => (Physical::DOUBLE, None),
        Values::Flags(_) => (Physical::BOOLEAN, None),
        Values::Dates(_) => (Physical::INT32, Some(LogicalType::Date)),
        Values::Texts(_) | Values::Categories(_) => {
            (Physical::BYTE_ARRAY, Some(LogicalType::String))
        }
    };
    let field = Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()?;
    Ok(Arc::new(field))
}

fn append<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> anyhow::Result<()> {
    let mut values = Vec::new();
    let mut is_there = Vec::new();
    for cell in cells {
        is_there.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    let mut column = group.next_column()?.context("a column too many")?;
    let typed = column.typed::<T>();
    typed.write_batch(&values, Some(&is_there), None)?;
    Ok(column.close()?)
}

fn bytes(text: &(impl AsRef<str> + ?Sized)) -> ByteArray {
    ByteArray::from(text.as_ref().as_bytes().to_vec())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a column of integers holds whole numbers of at most 2^53 in size"
)]
fn whole(number: f64) -> i64 {
    number as i64
}
