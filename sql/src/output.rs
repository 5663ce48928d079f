//! The few types of columns that leave, and the pipe through which they do.

use std::collections::HashSet;
use std::io::{self, BufWriter, Stdout};
use std::sync::Arc;

use consilium_mapping::{Fault, Mapping};
use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::error::DataFusionError;

use crate::faults;

/// Where batches go.
pub(crate) struct Output<'a> {
    mapping: &'a Mapping,
    schema: SchemaRef,
    pipe: StreamWriter<BufWriter<Stdout>>,
}

impl<'a> Output<'a> {
    /// Tells the columns of a query that gives `given`.
    pub(crate) fn begin(given: &Schema, mapping: &'a Mapping) -> Result<Self, Fault> {
        let mut fields = Vec::with_capacity(given.fields().len());
        let mut names = HashSet::new();
        for field in given.fields() {
            let column = field.name();
            let place = mapping.place_of_name(column);
            if !names.insert(column) {
                return Err(Fault::Refused {
                    place,
                    message: format!("two columns are called {column:?}: rename one with AS"),
                    in_chinese: format!("有两列都叫 {column:?}：请用 AS 为其中一列改名"),
                });
            }
            let Some(kind) = leaving(field.data_type()) else {
                return Err(Fault::Type {
                    place,
                    column: column.clone(),
                    found: field.data_type().to_string(),
                });
            };
            fields.push(Field::new(column, kind, true));
        }
        let schema = Arc::new(Schema::new(fields));
        let pipe = StreamWriter::try_new(BufWriter::new(io::stdout()), &schema);
        Ok(Self {
            pipe: pipe.map_err(|error| sending(&error))?,
            mapping,
            schema,
        })
    }

    /// Sends the rows of a batch.
    pub(crate) fn send(&mut self, batch: &RecordBatch) -> Result<(), Fault> {
        let strict = CastOptions {
            safe: false,
            ..CastOptions::default()
        };
        let columns = batch.columns().iter().zip(self.schema.fields());
        let columns: Result<Vec<ArrayRef>, ArrowError> = columns
            .map(|(column, field)| cast_with_options(column, field.data_type(), &strict))
            .collect();
        let batch = columns.and_then(|it| RecordBatch::try_new(Arc::clone(&self.schema), it));
        let batch =
            batch.map_err(|error| faults::running(&DataFusionError::from(error), self.mapping))?;
        self.pipe.write(&batch).map_err(|error| sending(&error))
    }

    /// Tells that these were all.
    pub(crate) fn end(mut self) -> Result<(), Fault> {
        self.pipe.finish().map_err(|error| sending(&error))
    }
}

/// Whoever asked is gone, or the system fails: no other thing goes wrong here.
fn sending(_: &ArrowError) -> Fault {
    Fault::Internal {
        what: "the pipe is closed".to_owned(),
    }
}

fn leaving(kind: &DataType) -> Option<DataType> {
    use DataType as Type;
    Some(match kind {
        Type::Boolean => Type::Boolean,
        _ if kind.is_integer() => Type::Int64,
        _ if kind.is_floating() || kind.is_decimal() => Type::Float64,
        // A timestamp is a text that is read as a date.
        Type::Utf8 | Type::LargeUtf8 | Type::Utf8View | Type::Null | Type::Timestamp(..) => {
            Type::Utf8
        }
        Type::Date32 | Type::Date64 => Type::Date32,
        Type::Dictionary(_, values) => return leaving(values),
        _ => return None,
    })
}
