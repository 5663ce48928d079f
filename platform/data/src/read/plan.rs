use std::mem;

use consilium_schema::{Header, Kind, Levels, Outside, Rows, Schema};
use csv::StringRecord;

use crate::cells::Cells;
use crate::{ColumnRef, Fields, NamedColumn, Note, ReadError, RowFault, records};

/// Which cell of a row goes to which column.
pub(super) struct Plan {
    /// Cells of a row of this file.
    pub(super) fields: Fields,
    /// Whether the first record is data.
    pub(super) header_is_a_row: bool,
    names: Vec<String>,
    columns: Vec<Placed>,
    notes: Vec<Note>,
}

struct Placed {
    position: usize,
    name: String,
    cells: Cells,
}

impl Plan {
    pub(super) fn new(schema: &Schema, first: &StringRecord) -> Result<Self, ReadError> {
        let mut notes = Vec::new();
        let names = names(schema, first, &mut notes)?;
        let mut plan = Self::of(schema, names)?;
        notes.append(&mut plan.notes);
        plan.notes = notes;
        Ok(plan)
    }

    /// The plan of a table whose columns have these names.
    pub(super) fn of(schema: &Schema, names: Vec<String>) -> Result<Self, ReadError> {
        let mut notes = Vec::new();
        let columns = place(schema, &names)?;
        let columns_passed: Vec<String> = names
            .iter()
            .filter(|name| schema.column(name).is_none())
            .cloned()
            .collect();
        if !columns_passed.is_empty() {
            notes.push(Note::ColumnsNotDeclared {
                columns: columns_passed,
            });
        }
        Ok(Self {
            fields: Fields(names.len()),
            header_is_a_row: schema.file().header != Header::Present,
            names,
            columns,
            notes,
        })
    }

    /// Adds a row of the right width; tells `fault` what is wrong with it.
    pub(super) fn push(&mut self, record: &StringRecord, fault: &mut dyn FnMut(RowFault)) {
        for column in &mut self.columns {
            let cell = record.get(column.position).unwrap_or_default();
            column.push(cell, fault);
        }
    }

    /// Adds a row of cells that may be missing.
    pub(super) fn push_cells(&mut self, row: &[Option<&str>], fault: &mut dyn FnMut(RowFault)) {
        for column in &mut self.columns {
            match row.get(column.position).copied().flatten() {
                Some(cell) => column.push(cell, fault),
                None => column.cells.push_missing(),
            }
        }
    }

    /// The columns so far; those that follow begin without rows.
    pub(super) fn take(&mut self, schema: &Schema) -> Result<Vec<NamedColumn>, ReadError> {
        let full = mem::replace(&mut self.columns, place(schema, &self.names)?);
        Ok(columns(full, schema, &mut Vec::new()))
    }

    /// The columns in the order of the schema.
    pub(super) fn finish(self, schema: &Schema, notes: &mut Vec<Note>) -> Vec<NamedColumn> {
        notes.extend(self.notes);
        columns(self.columns, schema, notes)
    }
}

impl Placed {
    fn push(&mut self, cell: &str, fault: &mut dyn FnMut(RowFault)) {
        if let Err(wrong) = self.cells.push(cell) {
            let column = ColumnRef {
                number: self.position + 1,
                name: self.name.clone(),
            };
            fault(RowFault::Cell {
                column,
                fault: wrong,
            });
        }
    }
}

fn columns(placed: Vec<Placed>, schema: &Schema, notes: &mut Vec<Note>) -> Vec<NamedColumn> {
    let declared = schema.columns().iter();
    let finished = placed.into_iter().zip(declared).map(|(placed, column)| {
        let (values, adjusted) = placed.cells.finish();
        if adjusted > 0 {
            let rule = match column.kind() {
                Kind::Category(Levels::Closed { .. }) => Outside::Missing,
                _ => column.bounds().unwrap_or_default().outside,
            };
            notes.push(Note::Adjusted {
                column: placed.name.clone(),
                rows: Rows(adjusted),
                rule,
            });
        }
        NamedColumn {
            name: placed.name,
            kind: column.kind().name(),
            unit: column.unit().map(ToString::to_string),
            values,
        }
    });
    finished.collect()
}

/// Gives the names of a file's columns, from its first record or from the schema.
pub(super) fn names(
    schema: &Schema,
    first: &StringRecord,
    notes: &mut Vec<Note>,
) -> Result<Vec<String>, ReadError> {
    let file = schema.file();
    let declared = || {
        let columns = schema.columns().iter();
        columns.map(|column| column.name().to_owned()).collect()
    };
    let names: Vec<String> = match &file.header {
        Header::Present => {
            let (names, made_up) = records::header(first, file.duplicate_headers)?;
            if !made_up.is_empty() {
                let columns = made_up.iter().map(|number| names[number - 1].clone());
                let columns = columns.collect();
                notes.push(Note::ColumnsNamed { columns });
            }
            names
        }
        Header::Absent => declared(),
        Header::Named(names) => names.clone(),
    };
    let (found, expected) = (Fields(first.len()), Fields(names.len()));
    if found == expected {
        Ok(names)
    } else {
        Err(ReadError::ColumnCount { found, expected })
    }
}

fn place(schema: &Schema, names: &[String]) -> Result<Vec<Placed>, ReadError> {
    let mut columns = Vec::with_capacity(schema.columns().len());
    let mut absent = Vec::new();
    for column in schema.columns() {
        let name = column.name().to_owned();
        match names.iter().position(|other| *other == name) {
            None => absent.push(name),
            Some(position) => {
                let cells = Cells::new(column, &schema.file().missing);
                columns.push(Placed {
                    position,
                    name,
                    cells,
                });
            }
        }
    }
    if absent.is_empty() {
        Ok(columns)
    } else {
        Err(ReadError::MissingColumns { columns: absent })
    }
}
