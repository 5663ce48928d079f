//! Sources and limits, which a rule file has as a mapping has them.

use consilium_mapping::{Format, Mapping, MappingError};
use consilium_schema::TextPlace;
use serde::Serialize;
use toml::Spanned;

use crate::{RuleError, RuleFault};

/// The sources of a rule file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct House {
    limits: (toml::Table, TextPlace),
    sources: Vec<Source>,
}

#[derive(Debug, Clone, PartialEq)]
struct Source {
    name: String,
    path: String,
    /// Whether it is read as text, which trims its cells.
    is_text: bool,
    /// Whether it is a table of codes.
    is_codes: bool,
    /// Its declaration, with its header.
    text: String,
    place: TextPlace,
}

#[derive(Serialize)]
struct Limits<'a> {
    limits: &'a toml::Table,
}

#[derive(Serialize)]
struct Sources<'a> {
    source: [&'a toml::Table; 1],
}

/// A mapping made for one query, and where its lines come from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Made {
    pub(crate) mapping: Mapping,
    /// How many lines stand before the first of the query.
    pub(crate) before: usize,
}

impl House {
    pub(crate) fn read(
        text: &str,
        limits: Option<Spanned<toml::Table>>,
        sources: Vec<Spanned<toml::Table>>,
    ) -> Result<Self, RuleError> {
        let at = |begins| TextPlace::of(text, begins);
        let limits = limits.map_or_else(
            || (toml::Table::new(), at(0)),
            |it| (it.get_ref().clone(), at(it.span().start)),
        );
        let string = |source: &toml::Table, key: &str| {
            let value = source.get(key).and_then(toml::Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let sources = sources.into_iter().map(|source| {
            let place = at(source.span().start);
            let source = source.into_inner();
            let declared = toml::to_string(&Sources { source: [&source] });
            Ok(Source {
                name: string(&source, "name"),
                path: string(&source, "path"),
                is_text: false,
                is_codes: false,
                text: declared.map_err(|error| RuleError::Toml {
                    place,
                    message: error.to_string(),
                })?,
                place,
            })
        });
        let mut house = Self {
            limits,
            sources: sources.collect::<Result<_, RuleError>>()?,
        };
        // What is wrong with any of them is said before a query needs it.
        let all = house.mapping("SELECT 1", |_| true)?.mapping;
        for (source, read) in house.sources.iter_mut().zip(all.sources()) {
            source.is_text = matches!(read.format, Format::Csv(_) | Format::Xlsx { .. });
            source.is_codes = matches!(read.format, Format::Codes { .. });
        }
        Ok(house)
    }

    /// That of a pack, which has no files.
    pub(crate) fn none() -> Self {
        Self {
            limits: (toml::Table::new(), TextPlace { line: 1, column: 1 }),
            sources: Vec::new(),
        }
    }

    /// The names of the sources.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|it| it.name.as_str())
    }

    /// Whether the cells of a source come trimmed, and missing where they are empty.
    pub(crate) fn is_text(&self, name: &str) -> bool {
        self.sources.iter().any(|it| it.name == name && it.is_text)
    }

    /// Where a source is declared.
    pub(crate) fn place(&self, name: &str) -> TextPlace {
        let found = self.sources.iter().find(|it| it.name == name);
        found.map_or(self.limits.1, |it| it.place)
    }

    /// The path of a source.
    pub(crate) fn path(&self, name: &str) -> Option<&str> {
        let mut sources = self.sources.iter();
        let found = sources.find(|it| it.name == name);
        found.map(|it| it.path.as_str())
    }

    /// The names and paths of tables of codes.
    pub(crate) fn code_tables(&self) -> impl Iterator<Item = (&str, &str)> {
        let sources = self.sources.iter().filter(|it| it.is_codes);
        sources.map(|it| (it.name.as_str(), it.path.as_str()))
    }

    /// A mapping of that query over the sources that it needs.
    pub(crate) fn mapping(
        &self,
        sql: &str,
        needs: impl Fn(&str) -> bool,
    ) -> Result<Made, RuleError> {
        let mut text = "schema = \"tallies.toml\"\nsql = \"\"\"\n".to_owned();
        let before = 2;
        escape(sql, &mut text);
        text.push_str("\"\"\"\n");
        // Where the lines from one on come from.
        let mut places = vec![(count(&text), self.limits.1)];
        if !self.limits.0.is_empty() {
            let limits = Limits {
                limits: &self.limits.0,
            };
            text.push_str(&toml::to_string(&limits).unwrap_or_default());
        }
        for source in self.sources.iter().filter(|it| needs(&it.name)) {
            places.push((count(&text), source.place));
            text.push_str(&source.text);
        }
        let mapping =
            Mapping::from_toml(&text).map_err(|error| Self::said(error, &places, before))?;
        Ok(Made { mapping, before })
    }

    /// What is wrong with a mapping that was made, at the place from where it comes.
    fn said(error: MappingError, places: &[(usize, TextPlace)], before: usize) -> RuleError {
        let whence = |place: TextPlace| {
            let begun = places.iter().rfind(|(line, _)| place.line > *line);
            begun.map_or(TextPlace { line: 1, column: 1 }, |(_, place)| *place)
        };
        match error {
            MappingError::Source {
                place,
                source_name,
                fault,
            } => RuleError::Wrong {
                place: whence(place),
                what: "source",
                id: source_name,
                fault: fault.into(),
            },
            MappingError::Toml { place, message } => RuleError::Toml {
                place: whence(place),
                message,
            },
            MappingError::Limit {
                place,
                key,
                least,
                most,
            } => RuleError::Toml {
                place: whence(place),
                message: format!("{key} is from {least} to {most}"),
            },
            other => RuleError::Wrong {
                place: whence(TextPlace {
                    line: before,
                    column: 1,
                }),
                what: "file",
                id: String::new(),
                fault: RuleFault::Mapping {
                    message: other.to_string(),
                },
            },
        }
    }
}

fn count(text: &str) -> usize {
    text.matches('\n').count()
}

/// Writes a text as it stands in a basic string of several lines.
fn escape(sql: &str, text: &mut String) {
    use std::fmt::Write as _;
    for line in sql.lines() {
        for letter in line.chars() {
            match letter {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '\t' => text.push('\t'),
                hidden if hidden.is_control() => {
                    write!(text, "\\u{:04X}", u32::from(hidden)).expect("a string takes any text");
                }
                letter => text.push(letter),
            }
        }
        text.push('\n');
    }
}
