use std::fmt::{self, Display, Formatter};

use crate::{Bounds, Column, FileFormat, Header, Kind, Level, Levels, Schema};

impl Display for Schema {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file())?;
        self.columns()
            .iter()
            .try_for_each(|column| write!(f, "\n{column}"))
    }
}

/// The canonical text of the table `[file]`.
impl Display for FileFormat {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "[file]")?;
        writeln!(f, "encoding = {}", quoted(self.encoding.name()))?;
        writeln!(f, "delimiter = {}", quoted(self.delimiter.name()))?;
        writeln!(f, "header = {}", self.header == Header::Present)?;
        if let Header::Named(names) = &self.header {
            writeln!(f, "names = {}", list(names.iter().map(|name| quoted(name))))?;
        }
        writeln!(
            f,
            "duplicate_headers = {}",
            quoted(self.duplicate_headers.name())
        )?;
        writeln!(
            f,
            "missing = {}",
            list(self.missing.iter().map(|marker| quoted(marker)))
        )
    }
}

/// The canonical text of one column: its `[[column]]` table.
impl Display for Column {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "[[column]]")?;
        writeln!(f, "name = {}", quoted(self.name()))?;
        writeln!(f, "type = {}", quoted(self.kind().name()))?;
        if let Some(unit) = self.unit() {
            writeln!(f, "unit = {}", quoted(unit.as_str()))?;
        }
        write_kind(f, self.kind())?;
        if let Some(codes) = self.codes() {
            let version = codes
                .version()
                .map(|it| format!(", version = {}", quoted(it)));
            let (system, version) = (quoted(codes.system()), version.unwrap_or_default());
            writeln!(f, "codes = {{ system = {system}{version} }}")?;
        }
        if !self.missing().is_empty() {
            writeln!(
                f,
                "missing = {}",
                list(self.missing().iter().map(|marker| quoted(marker)))
            )?;
        }
        let description = self.description();
        let languages = [("en", &description.en), ("zh", &description.zh)];
        let said: Vec<String> = languages
            .into_iter()
            .filter_map(|(key, text)| Some(format!("{key} = {}", quoted(text.as_deref()?))))
            .collect();
        if !said.is_empty() {
            writeln!(f, "description = {{ {} }}", said.join(", "))?;
        }
        Ok(())
    }
}

fn write_kind(f: &mut Formatter<'_>, kind: &Kind) -> fmt::Result {
    match kind {
        Kind::Number(bounds) | Kind::Integer(bounds) => write_bounds(f, bounds),
        Kind::Category(Levels::Closed {
            levels,
            reference,
            outside,
        }) => {
            writeln!(f, "levels = {}", list(levels.iter().map(literal)))?;
            writeln!(f, "reference = {}", literal(&levels[*reference]))?;
            writeln!(f, "outside = {}", quoted(outside.name()))
        }
        Kind::Code { width: Some(width) } => writeln!(f, "width = {width}"),
        Kind::Date(order) => writeln!(f, "order = {}", quoted(order.name())),
        Kind::Category(Levels::Open) | Kind::Code { width: None } | Kind::Text | Kind::Boolean => {
            Ok(())
        }
    }
}

fn write_bounds(f: &mut Formatter<'_>, bounds: &Bounds) -> fmt::Result {
    for (key, bound) in [("min", bounds.min), ("max", bounds.max)] {
        if let Some(bound) = bound {
            // Debug always writes a point or an exponent: a TOML float that reads back the same.
            writeln!(f, "{key} = {bound:?}")?;
        }
    }
    if bounds.min.is_some() || bounds.max.is_some() {
        writeln!(f, "outside = {}", quoted(bounds.outside.name()))?;
    }
    Ok(())
}

fn literal(level: &Level) -> String {
    match level {
        Level::Number(level) => level.to_string(),
        Level::Text(level) => quoted(level),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// Writes a text as a TOML basic string.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => {
                quoted.extend(format!("\\u{:04X}", u32::from(control)).chars());
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
