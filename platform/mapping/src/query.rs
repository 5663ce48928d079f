use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ChildStdout;

use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::StreamReader;
use arrow_schema::{DataType, SchemaRef};
use consilium_data::{Intake, Loaded};
use consilium_schema::Schema;

use crate::fill::fill;
use crate::frames::Frames;
use crate::running::{Running, make_aside};
use crate::{
    ENGINE, FORMAT, Fault, Mapping, OutputColumn, OutputType, Program, QueryError, Request, Task,
    compare,
};

/// A mapping's query, and what runs it.
#[derive(Debug, Clone)]
pub struct Query<'a> {
    mapping: &'a Mapping,
    files: Vec<PathBuf>,
    program: &'a Program,
    aside: Option<&'a Path>,
    /// How long all may take of which it is one.
    within: Option<u64>,
}

impl<'a> Query<'a> {
    /// The query of the mapping over these files, which are [`Mapping::files`] as absolute paths, or
    /// where these lead: whoever has held them against rules has the very same ones read.
    pub fn new(mapping: &'a Mapping, files: Vec<PathBuf>, program: &'a Program) -> Self {
        Self {
            mapping,
            files,
            program,
            aside: None,
            within: None,
        }
    }

    /// Lets it put aside in this folder what doesn't fit in its memory, rather than in the system's
    /// folder for such files.
    #[must_use]
    pub fn aside(mut self, folder: &'a Path) -> Self {
        self.aside = Some(folder);
        self
    }

    /// Gives it so many seconds at most, whatever its mapping allows: what is left of a time for several queries.
    #[must_use]
    pub fn within(mut self, seconds: u64) -> Self {
        self.within = Some(seconds);
        self
    }

    /// Plans the query against the headers of its files, and gives the columns that would come out.
    ///
    /// Blocks, for as long as the mapping's limits allow at most; no row is computed.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub fn plan(&self) -> Result<Vec<OutputColumn>, QueryError> {
        self.run(Task::Plan, |stream| columns(&stream.schema()))
    }

    /// Runs the query and holds what it gives against `schema`: all its rows, or the first `most`;
    /// keeps the first `most_issues` faults.
    ///
    /// Blocks, for as long as the mapping's limits allow at most. The thread that calls must not end
    /// before: the system ends the process with it.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub fn rows(
        &self,
        schema: &Schema,
        most: Option<u64>,
        most_issues: usize,
    ) -> Result<Loaded, QueryError> {
        let table = self.run(Task::Run { most }, |stream| {
            let given = columns(&stream.schema())?;
            let differ = compare(self.mapping, &given, schema);
            if !differ.is_empty() {
                return Err(QueryError::Columns(differ));
            }
            let names = given.into_iter().map(|column| column.name).collect();
            let mut intake = Intake::new(schema, names, most_issues).map_err(QueryError::Rows)?;
            let memory_mb = self.mapping.limits().memory_mb;
            let mut taken = 0_u64;
            for batch in stream {
                let batch = batch.map_err(|_| QueryError::Stream)?;
                taken += size(&batch);
                // What comes in is held here, whoever sends it.
                if taken > memory_mb << 20 {
                    return Err(Fault::Memory { memory_mb }.into());
                }
                fill(&mut intake, &batch)?;
            }
            Ok(intake)
        })?;
        if table.rows() == 0 {
            return Err(QueryError::NoRows);
        }
        table.finish().map_err(QueryError::Rows)
    }

    /// Starts the program, has `read` take what it sends, and sees it to its end. What the program
    /// says is wrong goes before what `read` finds wrong, which follows from it.
    fn run<T>(
        &self,
        task: Task,
        read: impl FnOnce(&mut StreamReader<Frames<BufReader<ChildStdout>>>) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        let mut limits = self.mapping.limits();
        let is_shorter = self.within.is_some_and(|within| within < limits.seconds);
        if let Some(within) = self.within.filter(|_| is_shorter) {
            if within == 0 {
                return Err(QueryError::Over);
            }
            limits.seconds = within;
        }
        let aside = make_aside(self.aside)?;
        let request = Request {
            format: FORMAT,
            engine: ENGINE.to_owned(),
            mapping: self.mapping.text().to_owned(),
            files: self.files.clone(),
            spill: aside.path().to_owned(),
            task,
        };
        let (mut running, output) = Running::start(self.program, &request, limits)?;
        let mut taken = Err(QueryError::Stream);
        let frames = Frames::new(
            BufReader::new(output),
            self.mapping.limits().memory_mb << 20,
        );
        if let Ok(mut stream) = StreamReader::try_new(frames, None) {
            taken = read(&mut stream);
            if taken.is_ok() {
                // A stream that has not come to its end may lack rows.
                taken = match stream.next() {
                    None => taken,
                    Some(_) => Err(QueryError::Stream),
                };
            }
        }
        match &taken {
            // Its output is closed and it would say so: what was found first counts.
            Err(QueryError::Columns(_) | QueryError::Rows(_) | QueryError::Fault(_)) => {
                running.end();
            }
            Ok(_) | Err(_) => running.finish().map_err(|error| match error {
                QueryError::Fault(Fault::Time { .. }) if is_shorter => QueryError::Over,
                error => error,
            })?,
        }
        taken
    }
}

/// Gives the bytes of a batch's cells; its columns share one piece of memory.
fn size(batch: &RecordBatch) -> u64 {
    let cells = batch.columns().iter().map(Array::to_data);
    let sizes = cells.map(|data| data.get_slice_memory_size().unwrap_or_default());
    sizes.sum::<usize>() as u64
}

fn columns(schema: &SchemaRef) -> Result<Vec<OutputColumn>, QueryError> {
    let column = |field: &std::sync::Arc<arrow_schema::Field>| {
        let kind = match field.data_type() {
            DataType::Float64 => OutputType::Number,
            DataType::Int64 => OutputType::Integer,
            DataType::Utf8 => OutputType::Text,
            DataType::Boolean => OutputType::Boolean,
            DataType::Date32 => OutputType::Date,
            _ => return Err(QueryError::Stream),
        };
        Ok(OutputColumn {
            name: field.name().clone(),
            kind,
        })
    };
    schema.fields().iter().map(column).collect()
}
