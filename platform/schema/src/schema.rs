mod check;

use std::collections::HashSet;

use toml::Spanned;

use crate::raw::{RawFile, RawSchema};
use crate::{Column, ColumnFault, DEFAULT_MISSING, FileFormat, Header, SchemaError, TextPlace};

/// What is said about a table without its rows.
///
/// `to_string` gives the canonical text: every key of the schema in fixed order with defaults
/// written out, so equal schemas have equal texts; it parses back to the same schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    file: FileFormat,
    columns: Vec<Column>,
}

impl Schema {
    /// Parses and checks TOML.
    ///
    /// # Errors
    ///
    /// A [`SchemaError`] that names line and column of the text.
    pub fn from_toml(text: &str) -> Result<Self, SchemaError> {
        RawSchema::parse(text)?.try_into()
    }

    /// How the file is read.
    pub fn file(&self) -> &FileFormat {
        &self.file
    }

    /// The columns, at least one, in declared order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name() == name)
    }
}

impl TryFrom<RawSchema> for Schema {
    type Error = SchemaError;

    fn try_from(raw: RawSchema) -> Result<Self, SchemaError> {
        if raw.column.is_empty() {
            return Err(SchemaError::NoColumns);
        }
        let missing: Vec<String> = match &raw.file.missing {
            Some(markers) => markers
                .iter()
                .map(|marker| marker.trim().to_owned())
                .collect(),
            None => DEFAULT_MISSING.map(str::to_owned).to_vec(),
        };
        let mut columns = Vec::with_capacity(raw.column.len());
        let mut seen = HashSet::new();
        for column in raw.column {
            let place = TextPlace::of(&raw.text, column.name.span().start);
            let name = column.name.get_ref().clone();
            let checked = if seen.insert(name.clone()) {
                check::column(column, &missing)
            } else {
                Err(ColumnFault::Twice)
            };
            columns.push(checked.map_err(|fault| SchemaError::Column {
                place,
                column: name,
                fault,
            })?);
        }
        let header = header(&raw.file, &columns, &raw.text)?;
        let file = FileFormat {
            encoding: raw.file.encoding,
            delimiter: raw.file.delimiter,
            header,
            duplicate_headers: raw.file.duplicate_headers,
            missing,
        };
        Ok(Self { file, columns })
    }
}

fn header(file: &RawFile, columns: &[Column], text: &str) -> Result<Header, SchemaError> {
    let present = file.header.unwrap_or(true);
    let Some(names) = &file.names else {
        return Ok(if present {
            Header::Present
        } else {
            Header::Absent
        });
    };
    let place = TextPlace::of(text, Spanned::span(names).start);
    if present {
        return Err(SchemaError::NamesBesideHeader { place });
    }
    let names = names.get_ref();
    let mut seen = HashSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(SchemaError::NamedTwice {
            place,
            column: twice.clone(),
        });
    }
    if let Some(absent) = columns.iter().find(|column| !seen.contains(column.name())) {
        return Err(SchemaError::NotAmongNames {
            place,
            column: absent.name().to_owned(),
        });
    }
    Ok(Header::Named(names.clone()))
}
