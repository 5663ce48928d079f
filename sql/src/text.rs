//! Tables of text: CSV files and workbooks, read as a schema's files are.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use consilium_data::{ReadError, Reading, Table};
use consilium_mapping::{Fault, Format, Mapping, Source};
use consilium_schema::{
    Delimiter, Encoding, FileFormat, Header, RawColumn, RawFile, RawKind, RawSchema, Schema,
};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use toml::Spanned;

use crate::session::{Said, both, said, unread};
use crate::{rows, workbook};

/// Rows that go from a reader to the engine at once.
const BATCH: usize = 8192;
/// How many such wait at most.
const WAITING: usize = 2;
/// The most columns that an error lists.
const LISTED: usize = 20;

/// A file of text as a table.
#[derive(Debug, Clone)]
pub(crate) struct TextTable(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    source: Source,
    path: PathBuf,
    format: FileFormat,
    columns: Vec<(String, RawKind)>,
    schema: SchemaRef,
}

/// Some columns of a table.
#[derive(Debug)]
struct Part {
    table: Arc<Opened>,
    columns: Vec<usize>,
    schema: SchemaRef,
}

impl TextTable {
    /// Reads the names of the file's columns, and no row.
    pub(crate) fn open(
        mapping: &Mapping,
        source: &Source,
        path: PathBuf,
    ) -> std::result::Result<Self, Fault> {
        let format = match &source.format {
            Format::Csv(file) => file.clone(),
            Format::Xlsx { file, .. } => FileFormat {
                encoding: Encoding::Utf8,
                delimiter: Delimiter::Comma,
                ..file.clone()
            },
            Format::Parquet | Format::Codes { .. } => FileFormat::default(),
        };
        let mut opened = Opened {
            source: source.clone(),
            path,
            format,
            columns: Vec::new(),
            schema: SchemaRef::new(datafusion::arrow::datatypes::Schema::empty()),
        };
        let names = opened.names().map_err(|error| unread(source, error))?;
        if let Some(absent) = source.types.iter().find(|it| !names.contains(&it.name)) {
            return Err(Fault::NoColumn {
                place: mapping.place_of_type(absent),
                name: source.name.clone(),
                column: absent.name.clone(),
                there: names.into_iter().take(LISTED).collect(),
            });
        }
        let kind = |name: &String| {
            let typed = source.types.iter().find(|typed| typed.name == *name);
            typed.map_or(RawKind::Code, |typed| typed.kind)
        };
        opened.columns = names
            .into_iter()
            .map(|name| (kind(&name), name))
            .map(|(kind, name)| (name, kind))
            .collect();
        opened.schema = opened.part(&(0..opened.columns.len()).collect::<Vec<_>>());
        Ok(Self(Arc::new(opened)))
    }
}

impl Opened {
    fn names(&self) -> std::result::Result<Vec<String>, Said> {
        let names = match &self.source.format {
            Format::Xlsx { sheet, .. } => {
                workbook::read(&self.path, (sheet.as_deref(), self.width()), |rows| {
                    consilium_data::names(rows, &self.format)
                })?
            }
            _ => consilium_data::open(&self.path)
                .and_then(|file| consilium_data::names(file, &self.format)),
        };
        names.map_err(|error| said(&error))
    }

    /// How many columns are declared of a file without header.
    fn width(&self) -> Option<usize> {
        match &self.format.header {
            Header::Named(names) => Some(names.len()),
            Header::Present | Header::Absent => None,
        }
    }

    fn part(&self, columns: &[usize]) -> SchemaRef {
        let field = |&at: &usize| {
            let (name, kind) = &self.columns[at];
            let kind = match kind {
                RawKind::Number => DataType::Float64,
                RawKind::Integer => DataType::Int64,
                RawKind::Boolean => DataType::Boolean,
                RawKind::Date => DataType::Date32,
                RawKind::Category | RawKind::Code | RawKind::Text => DataType::Utf8,
            };
            Field::new(name, kind, true)
        };
        let fields: Vec<Field> = columns.iter().map(field).collect();
        Arc::new(datafusion::arrow::datatypes::Schema::new(fields))
    }

    /// Reads the file in full and shows those columns, batch by batch.
    fn read(
        &self,
        columns: &[usize],
        show: impl FnMut(Table) -> ControlFlow<()>,
    ) -> std::result::Result<(), Fault> {
        let unread = |said: Said| unread(&self.source, said);
        let schema = self.declared(columns).map_err(unread)?;
        let read = match &self.source.format {
            Format::Xlsx { sheet, .. } => {
                let sheet = (sheet.as_deref(), self.width());
                let read = workbook::read(&self.path, sheet, |rows| {
                    let reading = Reading::new(&schema).keep_issues(1);
                    reading.stream_batches(rows, BATCH, show)
                });
                read.map_err(unread)?
            }
            _ => consilium_data::open(&self.path).and_then(|file| {
                let reading = Reading::new(&schema).keep_issues(1);
                reading.stream_batches(file, BATCH, show)
            }),
        };
        read.map_err(|error: ReadError| unread(said(&error)))
    }

    /// The schema by which those columns are read.
    fn declared(&self, columns: &[usize]) -> std::result::Result<Schema, Said> {
        let names = match &self.format.header {
            Header::Named(names) => Some(Spanned::new(0..0, names.clone())),
            Header::Present | Header::Absent => None,
        };
        let file = RawFile {
            encoding: self.format.encoding,
            delimiter: self.format.delimiter,
            header: Some(names.is_none()),
            names,
            duplicate_headers: self.format.duplicate_headers,
            missing: Some(self.format.missing.clone()),
        };
        let column = |&at: &usize| {
            let (name, kind) = &self.columns[at];
            RawColumn::new(name, *kind)
        };
        let raw = RawSchema::new(file, columns.iter().map(column).collect());
        Schema::try_from(raw).map_err(|error| {
            let error = error.to_string();
            both(&error, &error)
        })
    }
}

#[async_trait::async_trait]
impl TableProvider for TextTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.0.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all = || (0..self.0.columns.len()).collect();
        let columns: Vec<usize> = projection.map_or_else(all, Clone::clone);
        let schema = self.0.part(&columns);
        let part = Part {
            table: Arc::clone(&self.0),
            columns,
            schema: Arc::clone(&schema),
        };
        let partitions: Vec<Arc<dyn PartitionStream>> = vec![Arc::new(part)];
        let plan = StreamingTableExec::try_new(schema, partitions, None, [], false, limit)?;
        Ok(Arc::new(plan))
    }
}

impl PartitionStream for Part {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let schema = Arc::clone(&self.schema);
        let mut stream = RecordBatchReceiverStreamBuilder::new(Arc::clone(&schema), WAITING);
        let (send, table, columns) = (stream.tx(), Arc::clone(&self.table), self.columns.clone());
        stream.spawn_blocking(move || {
            // Where no column is wanted rows are counted still.
            let read = if columns.is_empty() {
                vec![0]
            } else {
                columns.clone()
            };
            let outcome = table.read(&read, |rows| {
                let batch: Result<RecordBatch> = rows::batch(&schema, &rows);
                // Whoever reads may have seen enough.
                match send.blocking_send(batch) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            });
            outcome.map_err(|fault| DataFusionError::External(Box::new(fault)))
        });
        stream.build()
    }
}
