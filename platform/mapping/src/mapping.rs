use std::collections::HashSet;
use std::path::Path;

use consilium_schema::{
    DEFAULT_MISSING, Delimiter, Encoding, FileFormat, Header, MOST_NAME, RawFile, RawKind, Schema,
    is_plain,
};
use toml::Spanned;

use crate::raw::{RawFormat, RawLimits, RawMapping, RawSource};
use crate::{MappingError, SourceFault, TextPlace};

/// Files, how each is read, and one query over them.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    text: String,
    schema: String,
    /// Where the text names the schema.
    schema_named: TextPlace,
    sql: String,
    /// Where the first character of the query stands in the text.
    sql_begins: TextPlace,
    limits: Limits,
    sources: Vec<Source>,
}

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
    /// Where the mapping declares it.
    pub place: TextPlace,
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
}

/// What a query may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory of the process that runs it, in MiB.
    pub memory_mb: u64,
    /// Time until its last row, in seconds.
    pub seconds: u64,
    /// Rows that it gives.
    pub rows: u64,
}

impl Default for Limits {
    /// 1 GiB, ten minutes, ten million rows.
    fn default() -> Self {
        Self {
            memory_mb: 1024,
            seconds: 600,
            rows: 10_000_000,
        }
    }
}

impl Mapping {
    /// The most bytes that a mapping's text may have.
    pub const LONGEST: usize = 1 << 20;

    /// Parses and checks TOML. The query itself is checked when it is planned.
    ///
    /// # Errors
    ///
    /// A [`MappingError`] that names line and column of the text.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        if text.len() > Self::LONGEST {
            return Err(MappingError::TooLong);
        }
        let raw: RawMapping = toml::from_str(text).map_err(|error| MappingError::Toml {
            place: TextPlace::of(text, error.span().map_or(0, |span| span.start)),
            message: error.message().replace('\n', ", "),
        })?;
        let at = |start| TextPlace::of(text, start);
        if raw.sql.get_ref().trim().is_empty() {
            let place = at(raw.sql.span().start);
            return Err(MappingError::NoQuery { place });
        }
        if raw.schema.get_ref().trim().is_empty() {
            let place = at(raw.schema.span().start);
            return Err(MappingError::NoSchema { place });
        }
        if raw.source.is_empty() {
            return Err(MappingError::NoSource);
        }
        let mut names = HashSet::new();
        let mut sources = Vec::with_capacity(raw.source.len());
        for source in raw.source {
            let place = at(source.name.span().start);
            let name = source.name.get_ref().clone();
            // Tables are told apart by more than the case of their letters.
            let checked = if names.insert(name.to_lowercase()) {
                Source::check(source, at)
            } else {
                Err((None, SourceFault::Twice))
            };
            sources.push(checked.map_err(|(start, fault)| MappingError::Source {
                place: start.map_or(place, at),
                source_name: name,
                fault,
            })?);
        }
        Ok(Self {
            limits: Limits::check(&raw.limits, text)?,
            sql_begins: at(begins(text, raw.sql.span().start)),
            schema_named: at(raw.schema.span().start),
            schema: raw.schema.into_inner(),
            sql: raw.sql.into_inner(),
            sources,
            text: text.to_owned(),
        })
    }

    /// The text that it was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the schema of what comes out lies, from the mapping's folder.
    pub fn schema(&self) -> &Path {
        Path::new(&self.schema)
    }

    /// Holds that the schema reads the file that comes out: UTF-8 with commas and a header, empty where
    /// a value is missing.
    ///
    /// # Errors
    ///
    /// [`MappingError::SchemaFile`] names the key of its `[file]` that says otherwise.
    pub fn accepts(&self, schema: &Schema) -> Result<(), MappingError> {
        let file = schema.file();
        let empty = file.missing.iter().any(String::is_empty);
        let usual = |marker: &String| DEFAULT_MISSING.contains(&marker.as_str());
        let fits = [
            (
                "encoding",
                matches!(file.encoding, Encoding::Auto | Encoding::Utf8),
            ),
            (
                "delimiter",
                matches!(file.delimiter, Delimiter::Auto | Delimiter::Comma),
            ),
            ("header", file.header == Header::Present),
            ("missing", empty && file.missing.iter().all(usual)),
        ];
        let place = self.schema_named;
        match fits.into_iter().find(|(_, fits)| !fits) {
            Some((key, _)) => Err(MappingError::SchemaFile { place, key }),
            None => Ok(()),
        }
    }

    /// The query.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// What the query may use.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The files, at least one, in declared order.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Turns a place in the query, counted from 1, into one of the mapping's text.
    ///
    /// # Discussion
    ///
    /// A query with escapes of TOML in it moves its columns; queries stand between triple quotes,
    /// where nothing has to be escaped.
    pub fn place_in_query(&self, line: usize, column: usize) -> TextPlace {
        let begins = self.sql_begins;
        TextPlace {
            line: begins.line + line.saturating_sub(1),
            column: if line <= 1 {
                begins.column + column.saturating_sub(1)
            } else {
                column
            },
        }
    }

    /// Where the query names something last, as a word of its own; else where the query begins.
    pub fn place_of_name(&self, name: &str) -> TextPlace {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let found = self.sql.rmatch_indices(name).find(|(at, _)| {
            let before = self.sql[..*at].chars().next_back();
            let after = self.sql[at + name.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        });
        let place = TextPlace::of(&self.sql, found.map_or(0, |(at, _)| at));
        self.place_in_query(place.line, place.column)
    }
}

/// Where a string's first character stands, from where its quotes begin.
fn begins(text: &str, quotes: usize) -> usize {
    let quoted = text.get(quotes..).unwrap_or_default();
    let opened = if quoted.starts_with("\"\"\"") || quoted.starts_with("'''") {
        3
    } else {
        1
    };
    let after = quoted.get(opened..).unwrap_or_default();
    let line_break = if opened == 3 {
        ["\r\n", "\n"].into_iter().find(|it| after.starts_with(it))
    } else {
        None
    };
    quotes + opened + line_break.map_or(0, str::len)
}

impl Source {
    fn check(
        raw: RawSource,
        at: impl Fn(usize) -> TextPlace,
    ) -> Result<Self, (Option<usize>, SourceFault)> {
        let name = raw.name.into_inner();
        if !is_plain(&name, MOST_NAME) {
            return Err((None, SourceFault::Name));
        }
        let path_begins = raw.path.span().start;
        let path = raw.path.into_inner();
        if path.is_empty() || path.contains('\0') {
            return Err((Some(path_begins), SourceFault::Path));
        }
        let kind = match raw.format.unwrap_or_default() {
            RawFormat::Auto => by_name(&path),
            declared => declared,
        };
        if let Some(sheet) = &raw.sheet
            && !matches!(kind, RawFormat::Xlsx)
        {
            return Err((
                Some(sheet.span().start),
                SourceFault::Misplaced { key: "sheet" },
            ));
        }
        let mut types = Vec::with_capacity(raw.types.len());
        for (column, kind) in raw.types {
            if matches!(kind, RawKind::Category) {
                return Err((Some(column.span().start), SourceFault::Category));
            }
            let place = at(column.span().start);
            types.push(TypedColumn {
                name: column.into_inner(),
                kind,
                place,
            });
        }
        let format = match kind {
            RawFormat::Parquet => {
                if let Some(file) = &raw.file {
                    return Err((
                        Some(file.span().start),
                        SourceFault::Misplaced { key: "file" },
                    ));
                }
                if !types.is_empty() {
                    return Err((None, SourceFault::Misplaced { key: "types" }));
                }
                Format::Parquet
            }
            RawFormat::Xlsx => Format::Xlsx {
                sheet: raw.sheet.map(Spanned::into_inner),
                file: file_format(raw.file)?,
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
}

fn by_name(path: &str) -> RawFormat {
    let extension = Path::new(path).extension().unwrap_or_default();
    match extension.to_ascii_lowercase().to_str() {
        Some("parquet" | "pq") => RawFormat::Parquet,
        Some("xlsx" | "xlsm") => RawFormat::Xlsx,
        _ => RawFormat::Csv,
    }
}

fn file_format(raw: Option<Spanned<RawFile>>) -> Result<FileFormat, (Option<usize>, SourceFault)> {
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

impl Limits {
    fn check(raw: &RawLimits, text: &str) -> Result<Self, MappingError> {
        let within = |key: &'static str, given: &Option<Spanned<u64>>, default, least, most| {
            let Some(given) = given else {
                return Ok(default);
            };
            let value = *given.get_ref();
            if (least..=most).contains(&value) {
                return Ok(value);
            }
            Err(MappingError::Limit {
                place: TextPlace::of(text, given.span().start),
                key,
                least,
                most,
            })
        };
        let Self {
            memory_mb,
            seconds,
            rows,
        } = Self::default();
        Ok(Self {
            memory_mb: within("memory_mb", &raw.memory_mb, memory_mb, 256, 1 << 20)?,
            seconds: within("seconds", &raw.seconds, seconds, 1, 24 * 3600)?,
            rows: within("rows", &raw.rows, rows, 1, 1 << 32)?,
        })
    }
}
