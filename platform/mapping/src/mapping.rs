use std::collections::HashSet;
use std::path::{Path, PathBuf};

use consilium_schema::{DEFAULT_MISSING, Delimiter, Encoding, Header, Schema};
use serde_json::json;

use crate::raw::RawMapping;
use crate::{Limits, MappingError, Source, SourceFault, TextPlace, TypedColumn, Wanted};

/// Files, how each is read, and one query over them.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    text: String,
    wanted: Wanted,
    sql: String,
    /// Where the first character of the query stands in the text.
    sql_begins: TextPlace,
    limits: Limits,
    sources: Vec<Source>,
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
        let wanted = Wanted::check(&raw, text)?;
        if raw.source.is_empty() {
            return Err(MappingError::NoSource);
        }
        let mut names = HashSet::new();
        let mut sources = Vec::with_capacity(raw.source.len());
        for source in raw.source {
            let begins = source.name.span().start;
            let name = source.name.get_ref().clone();
            // Tables are told apart by more than the case of their letters.
            let checked = if names.insert(name.to_lowercase()) {
                Source::check(source)
            } else {
                Err((None, SourceFault::Twice))
            };
            sources.push(checked.map_err(|(start, fault)| MappingError::Source {
                place: at(start.unwrap_or(begins)),
                source_name: name,
                fault,
            })?);
        }
        Ok(Self {
            limits: Limits::check(&raw.limits, text)?,
            sql_begins: at(begins(text, raw.sql.span().start)),
            wanted,
            sql: raw.sql.into_inner(),
            sources,
            text: text.to_owned(),
        })
    }

    /// The text that it was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What must come out.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// The files that the query reads, in declared order, for a mapping in that folder.
    pub fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let sources = self.sources.iter();
        sources.map(|source| folder.join(&source.path)).collect()
    }

    /// All that shapes the rows besides the schema and the files' content, in one text: the query, how
    /// files are read, and by which rules rows come of it. Where files lie and what the query may use is not in it.
    pub fn meaning(&self) -> String {
        let sources: Vec<_> = self.sources.iter().map(Source::meaning).collect();
        json!({ "rows": crate::request::ROWS, "sql": self.sql, "sources": sources }).to_string()
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
        match fits.into_iter().find(|(_, fits)| !fits) {
            Some((key, _)) => Err(MappingError::SchemaFile {
                place: TextPlace::of(&self.text, self.wanted.begins()),
                key,
            }),
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

    /// Where the mapping declares the type of a column.
    pub fn place_of_type(&self, column: &TypedColumn) -> TextPlace {
        TextPlace::of(&self.text, column.begins)
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
