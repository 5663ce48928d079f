use std::collections::HashSet;

use consilium_schema::{
    Codes, Column, MOST_NAME, RawColumn, RawFile, RawKind, RawLevel, RawSchema, Schema,
    SchemaError, is_plain,
};

use super::{Catalogue, names};
use crate::raw::{RawCodeSystem, RawFeature};
use crate::{CodeSystem, Feature, FeatureFault, Sensitivity};

/// The most characters of a source's text.
pub(super) const MOST_TEXT: usize = 500;

/// Checks one declaration against the sources and tables of its catalogue.
pub(super) fn feature(raw: RawFeature, around: &Catalogue) -> Result<Feature, FeatureFault> {
    let id = raw.id.get_ref().clone();
    let table = table_of(&id)?;
    if !around.tables.iter().any(|known| known.id == table) {
        let table = table.to_owned();
        return Err(FeatureFault::NoTable { table });
    }
    let column = column(&id, &raw)?;
    let kind = column.kind().name();
    if raw.code_system.is_some() && raw.kind != RawKind::Code {
        return Err(FeatureFault::MisplacedCodeSystem { kind });
    }
    if raw.zone.is_some() && raw.kind != RawKind::Date {
        return Err(FeatureFault::MisplacedZone { kind });
    }
    if raw.window.as_deref().is_some_and(|text| !is_duration(text)) {
        return Err(FeatureFault::Window);
    }
    if raw.zone.as_deref().is_some_and(|text| !is_zone(text)) {
        return Err(FeatureFault::Zone);
    }
    if !(1..=5).contains(&raw.sensitivity) {
        return Err(FeatureFault::Sensitivity);
    }
    let unknown = |id: &&String| !around.sources.iter().any(|source| source.id == **id);
    if let Some(source_id) = raw.sources.iter().find(unknown).cloned() {
        return Err(FeatureFault::NoSource { source_id });
    }
    let sources = sorted(raw.sources);
    let needed = raw.certainty.sources_needed();
    if sources.len() < needed {
        return Err(FeatureFault::Sources {
            certainty: raw.certainty.name(),
            needed,
            found: sources.len(),
        });
    }
    let levels = raw.levels.unwrap_or_default();
    let mut spellings = HashSet::new();
    for spelling in levels.iter().flatten() {
        if !is_plain(spelling, MOST_NAME) {
            return Err(FeatureFault::Name);
        }
        if !spellings.insert(spelling) {
            let spelling = spelling.clone();
            return Err(FeatureFault::Spelling { spelling });
        }
    }
    Ok(Feature {
        name: names(raw.name).ok_or(FeatureFault::Name)?,
        synonyms: synonyms(raw.synonyms).ok_or(FeatureFault::Name)?,
        code_system: raw.code_system.map(code_system).transpose()?,
        window: raw.window,
        zone: raw.zone,
        sensitivity: Sensitivity(raw.sensitivity),
        identifies: raw.identifies,
        certainty: raw.certainty,
        id,
        column,
        levels,
        sources,
    })
}

/// Checks synonyms and brings them into their order.
pub(super) fn synonyms(raw: Vec<String>) -> Option<Vec<String>> {
    let plain = raw.iter().all(|name| is_plain(name, MOST_NAME));
    plain.then(|| sorted(raw))
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts.dedup();
    texts
}

fn table_of(id: &str) -> Result<&str, FeatureFault> {
    let (table, field) = id.split_once('.').ok_or(FeatureFault::Id)?;
    let good = |part: &str| {
        let letters = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        part.starts_with(|first: char| first.is_ascii_lowercase()) && part.bytes().all(letters)
    };
    if !good(table) || !good(field) || id.len() > 100 {
        return Err(FeatureFault::Id);
    }
    Ok(table)
}

/// Checks type, unit, range, width and levels as a schema does.
fn column(id: &str, raw: &RawFeature) -> Result<Column, FeatureFault> {
    let mut column = RawColumn::new(id, raw.kind);
    column.unit.clone_from(&raw.unit);
    (column.min, column.max, column.width) = (raw.min, raw.max, raw.width);
    if let Some(levels) = &raw.levels {
        let level = |spellings: &Vec<String>| Some(RawLevel::Text(spellings.first()?.clone()));
        let levels: Option<Vec<_>> = levels.iter().map(level).collect();
        column.levels = Some(levels.ok_or(FeatureFault::Level)?);
    }
    let schema: Result<Schema, SchemaError> =
        RawSchema::new(RawFile::default(), vec![column]).try_into();
    match schema {
        Ok(schema) => Ok(schema.columns()[0].clone()),
        Err(SchemaError::Column { fault, .. }) => Err(fault.into()),
        Err(_) => Err(FeatureFault::Id),
    }
}

fn code_system(raw: RawCodeSystem) -> Result<CodeSystem, FeatureFault> {
    let RawCodeSystem {
        name,
        system,
        version,
    } = raw;
    if !is_plain(&name, MOST_NAME) {
        return Err(FeatureFault::Name);
    }
    let codes = match system {
        Some(system) => Some(Codes::new(&system, version.as_deref())?),
        None if version.is_some() => return Err(FeatureFault::VersionOfNone),
        None => None,
    };
    Ok(CodeSystem { name, codes })
}

/// Says whether a text is a duration of ISO 8601 in whole numbers: `P1Y`, `P2W`, `P1DT12H`.
fn is_duration(text: &str) -> bool {
    let Some(body) = text.strip_prefix('P') else {
        return false;
    };
    let (days, hours) = match body.split_once('T') {
        None => (body, None),
        Some((days, hours)) => (days, Some(hours)),
    };
    let holds = |part: &str, units: &str| {
        let mut units = units.chars();
        let mut digits = 0;
        for letter in part.chars() {
            if letter.is_ascii_digit() {
                digits += 1;
            } else if digits == 0 || digits > 9 || !units.any(|unit| unit == letter) {
                return false;
            } else {
                digits = 0;
            }
        }
        digits == 0
    };
    !(days.is_empty() && hours.is_none())
        && holds(days, "YMWD")
        && hours.is_none_or(|hours| !hours.is_empty() && holds(hours, "HMS"))
}

fn is_zone(text: &str) -> bool {
    let part = |part: &str| {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-');
        !part.is_empty() && part.bytes().all(letters)
    };
    text == "UTC" || (text.contains('/') && text.len() <= 50 && text.split('/').all(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_durations() {
        for text in ["P1Y", "P30D", "P2W", "PT24H", "P1DT12H", "P1Y6M"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["", "P", "1Y", "PT", "P1", "PY", "P1D6M", "P1H", "P1Y "] {
            assert!(!is_duration(text), "{text}");
        }
    }

    #[test]
    fn zones_have_a_region() {
        for text in [
            "UTC",
            "Asia/Shanghai",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+8",
        ] {
            assert!(is_zone(text), "{text}");
        }
        for text in ["", "CST", "+08:00", "Asia/", "北京"] {
            assert!(!is_zone(text), "{text}");
        }
    }
}
