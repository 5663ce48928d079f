use std::collections::HashSet;

use crate::plain::MOST_DESCRIPTION;
use crate::raw::{RawColumn, RawDescription, RawKind, RawLevel, RawMarker};
use crate::{
    Bounds, Codes, Column, ColumnFault, Description, Kind, Level, Levels, MOST_NAME, Outside,
    OutsideLevel, is_plain,
};

/// Checks one declaration; `table_missing` are the markers of the whole file.
pub(super) fn column(raw: RawColumn, table_missing: &[String]) -> Result<Column, ColumnFault> {
    let name = raw.name.get_ref().clone();
    if !is_plain(&name, MOST_NAME) {
        return Err(ColumnFault::Name);
    }
    let RawDescription { en, zh } = &raw.description;
    let is_hidden = |text: &String| !is_plain(text, MOST_DESCRIPTION);
    if [en, zh].into_iter().flatten().any(is_hidden) {
        return Err(ColumnFault::Description);
    }
    refuse_misplaced_keys(&raw)?;
    let kind = kind(&raw)?;
    let missing = markers(&raw.missing, &kind)?;
    refuse_missing_levels(&kind, missing.iter().chain(table_missing))?;
    Ok(Column {
        name,
        kind,
        unit: raw.unit.as_deref().map(str::parse).transpose()?,
        codes: raw.codes.map(Codes::try_from).transpose()?,
        missing,
        description: Description {
            en: raw.description.en,
            zh: raw.description.zh,
        },
    })
}

fn refuse_misplaced_keys(raw: &RawColumn) -> Result<(), ColumnFault> {
    use RawKind::{Category, Code, Date, Integer, Number};
    let keys: [(&'static str, bool, &[RawKind]); 9] = [
        ("min", raw.min.is_some(), &[Number, Integer]),
        ("max", raw.max.is_some(), &[Number, Integer]),
        ("unit", raw.unit.is_some(), &[Number, Integer]),
        (
            "outside",
            raw.outside.is_some(),
            &[Number, Integer, Category],
        ),
        ("levels", raw.levels.is_some(), &[Category]),
        ("reference", raw.reference.is_some(), &[Category]),
        ("width", raw.width.is_some(), &[Code]),
        ("codes", raw.codes.is_some(), &[Code, Category]),
        ("order", raw.order.is_some(), &[Date]),
    ];
    for (key, given, kinds) in keys {
        if given && !kinds.contains(&raw.kind) {
            return Err(ColumnFault::MisplacedKey {
                key,
                kind: raw.kind.name(),
            });
        }
    }
    Ok(())
}

fn kind(raw: &RawColumn) -> Result<Kind, ColumnFault> {
    Ok(match raw.kind {
        RawKind::Number => Kind::Number(bounds(raw)?),
        RawKind::Integer => Kind::Integer(bounds(raw)?),
        RawKind::Category => Kind::Category(levels(raw)?),
        RawKind::Text => Kind::Text,
        RawKind::Code if raw.width == Some(0) => return Err(ColumnFault::NoWidth),
        RawKind::Code => Kind::Code { width: raw.width },
        RawKind::Boolean => Kind::Boolean,
        RawKind::Date => Kind::Date(raw.order.unwrap_or_default()),
    })
}

fn bounds(raw: &RawColumn) -> Result<Bounds, ColumnFault> {
    if [raw.min, raw.max]
        .into_iter()
        .flatten()
        .any(|bound| !bound.is_finite())
    {
        return Err(ColumnFault::BoundNotFinite);
    }
    if let (Some(min), Some(max)) = (raw.min, raw.max)
        && min > max
    {
        return Err(ColumnFault::EmptyRange { min, max });
    }
    if let (None, None, Some(rule)) = (raw.min, raw.max, raw.outside) {
        return Err(ColumnFault::OutsideWithoutRange { rule: rule.name() });
    }
    Ok(Bounds {
        min: raw.min,
        max: raw.max,
        outside: raw.outside.unwrap_or_default(),
    })
}

fn levels(raw: &RawColumn) -> Result<Levels, ColumnFault> {
    let outside = match raw.outside.unwrap_or_default() {
        Outside::Refuse => OutsideLevel::Refuse,
        Outside::Missing => OutsideLevel::Missing,
        Outside::Winsorise => return Err(ColumnFault::WinsorisedCategory),
    };
    let Some(declared) = &raw.levels else {
        return match (&raw.reference, raw.outside) {
            (Some(level), _) => Err(ColumnFault::UnknownReference {
                level: level.to_string(),
            }),
            (None, Some(rule)) => Err(ColumnFault::OutsideWithoutRange { rule: rule.name() }),
            (None, None) => Ok(Levels::Open),
        };
    };
    let mut seen = HashSet::new();
    if let Some(twice) = declared
        .iter()
        .find(|level| !seen.insert(level.to_string().trim().to_owned()))
    {
        return Err(ColumnFault::LevelTwice {
            level: twice.to_string(),
        });
    }
    let levels: Vec<Level> = declared.iter().map(level).collect();
    let hidden = |level: &&Level| matches!(level, Level::Text(text) if !is_plain(text, MOST_NAME));
    if let Some(level) = levels.iter().find(hidden) {
        return Err(ColumnFault::Level {
            level: level.name(),
        });
    }
    let numbers = levels
        .iter()
        .filter(|level| matches!(level, Level::Number(_)))
        .count();
    if numbers != 0 && numbers != levels.len() {
        return Err(ColumnFault::MixedLevels);
    }
    if levels.is_empty() {
        return Err(ColumnFault::NoLevels);
    }
    let reference = match &raw.reference {
        None => 0,
        Some(wanted) => declared
            .iter()
            .position(|level| level == wanted)
            .ok_or_else(|| ColumnFault::UnknownReference {
                level: wanted.to_string(),
            })?,
    };
    Ok(Levels::Closed {
        levels,
        reference,
        outside,
    })
}

fn level(raw: &RawLevel) -> Level {
    match raw {
        RawLevel::Integer(level) => Level::Number(*level),
        RawLevel::Text(level) => Level::Text(level.trim().to_owned()),
    }
}

fn markers(raw: &[RawMarker], kind: &Kind) -> Result<Vec<String>, ColumnFault> {
    let written = matches!(kind, Kind::Text | Kind::Code { .. });
    let mut markers = Vec::with_capacity(raw.len());
    for marker in raw {
        let text = marker.to_string().trim().to_owned();
        if written && !matches!(marker, RawMarker::Text(_)) {
            return Err(ColumnFault::NumberMarker { marker: text });
        }
        if !markers.contains(&text) {
            markers.push(text);
        }
    }
    Ok(markers)
}

fn refuse_missing_levels<'a>(
    kind: &Kind,
    mut markers: impl Iterator<Item = &'a String>,
) -> Result<(), ColumnFault> {
    let Kind::Category(Levels::Closed { levels, .. }) = kind else {
        return Ok(());
    };
    match markers.find(|marker| levels.iter().any(|level| level.name() == **marker)) {
        Some(marker) => Err(ColumnFault::LevelIsMissing {
            marker: marker.clone(),
        }),
        None => Ok(()),
    }
}
