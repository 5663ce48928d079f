use std::collections::HashSet;
use std::path::Path;

use consilium_schema::{
    DEFAULT_MISSING, FileFormat, Header, MOST_NAME, RawFile, RawKind, is_plain,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use toml::Spanned;

use crate::SourceFault;
use crate::raw::{RawFormat, RawSource};

/// A file that the query reads as a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The table's name in the query.
    pub name: String,
    /// Where the file lies, from the mapping's folder.
    pub path: String,
    /// What kind of file it is.
    pub format: Format,
    /// The declared types of columns; the others of a text file or a workbook are codes: texts
    /// without the blanks around them.
    pub types: Vec<TypedColumn>,
}

/// A column of a source whose type is declared.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedColumn {
    /// Its name in the file.
    pub name: String,
    /// Its type, which is no category.
    pub kind: RawKind,
    /// Where the mapping declares it, in bytes.
    pub(crate) begins: usize,
}

/// What kind of file a source is.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    /// Text, plain or gzip.
    Csv(FileFormat),
    /// Apache Parquet, which knows the types of its columns.
    Parquet,
    /// An Excel workbook, read as the text that its cells show.
    Xlsx {
        /// The sheet; the first, where none is named.
        sheet: Option<String>,
        /// What its first row and its missing cells are.
        file: FileFormat,
    },
    /// A table, map, library of names or weights of code systems, which says itself what it is.
    Codes {
        /// How a map, and nothing else, chooses among several codes.
        rule: Option<Recoding>,
        /// Whether codes that a map needs together come as so many rows; otherwise there is none of
        /// them, so that a join never multiplies rows.
        together: bool,
    },
}

/// How one of several codes is chosen, where a map leads to more than one. It has no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Recoding {
    /// None is chosen.
    OnlyUnambiguous,
    /// The first in the order of the map.
    First,
    /// All of them, each in a row of its own.
    All,
    /// The longest code under which all stand.
    MostSpecificCommonAncestor,
}

/// A fault, and where it is if not at the source's name.
type Faulty = (Option<usize>, SourceFault);

impl Source {
    pub(crate) fn check(raw: RawSource) -> Result<Self, Faulty> {
        let name = raw.name.get_ref().clone();
        if !is_plain(&name, MOST_NAME) {
            return Err((None, SourceFault::Name));
        }
        let path = raw.path.get_ref().clone();
        if path.is_empty() || path.contains('\0') {
            return Err((Some(raw.path.span().start), SourceFault::Path));
        }
        let kind = match raw.format.unwrap_or_default() {
            RawFormat::Auto => by_name(&path),
            declared => declared,
        };
        misplaced(&raw, kind)?;
        let mut types = Vec::with_capacity(raw.types.len());
        for (column, kind) in raw.types {
            let begins = column.span().start;
            if matches!(kind, RawKind::Category) {
                return Err((Some(begins), SourceFault::Category));
            }
            types.push(TypedColumn {
                name: column.into_inner(),
                kind,
                begins,
            });
        }
        let format = match kind {
            RawFormat::Parquet => Format::Parquet,
            RawFormat::Xlsx => Format::Xlsx {
                sheet: raw.sheet.map(Spanned::into_inner),
                file: file_format(raw.file)?,
            },
            RawFormat::Codes => Format::Codes {
                rule: raw.rule.map(Spanned::into_inner),
                together: raw.together.is_some_and(Spanned::into_inner),
            },
            RawFormat::Auto | RawFormat::Csv => Format::Csv(file_format(raw.file)?),
        };
        Ok(Self {
            name,
            path,
            format,
            types,
        })
    }

    /// All that shapes its rows, but for the file's content and where it lies.
    pub(crate) fn meaning(&self) -> Value {
        let types = self.types.iter().map(|it| json!([it.name, kind(it.kind)]));
        let mut types: Vec<Value> = types.collect();
        types.sort_by_key(ToString::to_string);
        json!({ "name": self.name, "format": self.format.meaning(), "types": types })
    }
}

impl Format {
    fn meaning(&self) -> Value {
        match self {
            Self::Csv(file) => json!({ "csv": of_file(file) }),
            Self::Parquet => json!("parquet"),
            Self::Xlsx { sheet, file } => json!({ "xlsx": of_file(file), "sheet": sheet }),
            Self::Codes { rule, together } => json!({ "codes": rule, "together": together }),
        }
    }
}

fn of_file(file: &FileFormat) -> Value {
    let names = match &file.header {
        Header::Present => json!(true),
        Header::Absent => json!(false),
        Header::Named(names) => json!(names),
    };
    json!({
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "header": names,
        "duplicate_headers": file.duplicate_headers,
        "missing": file.missing,
    })
}

fn kind(kind: RawKind) -> &'static str {
    match kind {
        RawKind::Number => "number",
        RawKind::Integer => "integer",
        RawKind::Category => "category",
        RawKind::Code => "code",
        RawKind::Text => "text",
        RawKind::Boolean => "boolean",
        RawKind::Date => "date",
    }
}

/// Refuses keys that say nothing about a file of that kind.
fn misplaced(raw: &RawSource, kind: RawFormat) -> Result<(), Faulty> {
    let is_text = matches!(kind, RawFormat::Csv | RawFormat::Auto);
    let is_sheet = kind == RawFormat::Xlsx;
    let is_codes = kind == RawFormat::Codes;
    let sheet = raw.sheet.as_ref().map(|it| it.span().start);
    let file = raw.file.as_ref().map(|it| it.span().start);
    let types = raw.types.keys().map(|it| it.span().start).min();
    let rule = raw.rule.as_ref().map(|it| it.span().start);
    let together = raw.together.as_ref().map(|it| it.span().start);
    let keys = [
        ("sheet", sheet, is_sheet),
        ("file", file, is_text || is_sheet),
        ("types", types, is_text || is_sheet),
        ("rule", rule, is_codes),
        ("together", together, is_codes),
    ];
    for (key, begins, fits) in keys {
        if begins.is_some() && !fits {
            return Err((begins, SourceFault::Misplaced { key }));
        }
    }
    Ok(())
}

fn by_name(path: &str) -> RawFormat {
    let extension = Path::new(path).extension().unwrap_or_default();
    match extension.to_ascii_lowercase().to_str() {
        Some("parquet" | "pq") => RawFormat::Parquet,
        Some("xlsx" | "xlsm") => RawFormat::Xlsx,
        _ => RawFormat::Csv,
    }
}

fn file_format(raw: Option<Spanned<RawFile>>) -> Result<FileFormat, Faulty> {
    let Some(raw) = raw else {
        return Ok(FileFormat::default());
    };
    let place = raw.span().start;
    let raw = raw.into_inner();
    let header = match (raw.header.unwrap_or(true), raw.names) {
        (true, None) => Header::Present,
        (true, Some(_)) => return Err((Some(place), SourceFault::NamesBesideHeader)),
        (false, None) => return Err((Some(place), SourceFault::NoNames)),
        (false, Some(names)) => {
            let mut seen = HashSet::new();
            if let Some(twice) = names.get_ref().iter().find(|name| !seen.insert(*name)) {
                let column = twice.clone();
                return Err((Some(names.span().start), SourceFault::NamedTwice { column }));
            }
            Header::Named(names.into_inner())
        }
    };
    let trimmed = |markers: Vec<String>| markers.iter().map(|it| it.trim().to_owned()).collect();
    Ok(FileFormat {
        encoding: raw.encoding,
        delimiter: raw.delimiter,
        header,
        duplicate_headers: raw.duplicate_headers,
        missing: raw
            .missing
            .map_or_else(|| DEFAULT_MISSING.map(str::to_owned).to_vec(), trimmed),
    })
}
