//! Categories and codes: which levels get a column.

use consilium_schema::{Kind, Level, Levels};
use consilium_statistics::Place;

use crate::{
    Entry, FitFault, Number, Origin, Value, WayOut,
    intent::Treatment,
    numbers::{Fault, misplaced, missing},
    raw::{RawImpute, RawOneHot, Unseen},
    source::Source,
};

/// Fits the columns of a category or code.
pub(crate) fn fit(treatment: &Treatment, source: &Source<'_>) -> Result<Vec<Entry>, Fault> {
    misplaced(&["winsorise", "log", "scale"], treatment, source)?;
    let Some(one_hot) = &treatment.one_hot else {
        let (column, kind) = (source.name(), source.column.kind().name());
        return Err((None, FitFault::NeitherWay { column, kind }));
    };
    let at = Some(one_hot.span().start);
    let one_hot = one_hot.get_ref();
    let minimum = one_hot.minimum.unwrap_or(1);
    let all = told(source);
    let frequent: Vec<&Told> = all
        .iter()
        .filter(|it| it.rows.is_some_and(|rows| rows >= minimum.max(1)))
        .collect();
    if frequent.is_empty() {
        let column = source.name();
        return Err((at, FitFault::NoLevel { column, minimum }));
    }
    let mut entries = missing(treatment, source, |way, at| {
        fill(way, &frequent, source).map_err(|fault| (Some(at), fault))
    })?;
    let is_all = frequent.len() == all.len() && is_closed(source);
    let levels = frequent.iter().map(|it| it.level.clone()).collect();
    entries.push(Entry {
        key: "levels",
        value: Value::Levels(levels),
        origin: Origin::Levels {
            minimum,
            rarer: all.len() - frequent.len(),
            is_incomplete: source.found.incomplete,
            rows: source.rows(),
        },
    });
    let unseen = one_hot.unseen.unwrap_or(Unseen::Other);
    if !is_all {
        let word = match unseen {
            Unseen::Other => "other",
            Unseen::Zero => "zero",
            Unseen::Missing => "missing",
        };
        entries.push(Entry {
            key: "unseen",
            value: Value::Word(word),
            origin: Origin::Intent,
        });
    }
    // With one level and no other column nothing would be left beside the reference.
    if frequent.len() > 1 || (!is_all && unseen == Unseen::Other) {
        let (level, origin) =
            reference(one_hot, minimum, &frequent, source).map_err(|fault| (at, fault))?;
        entries.push(Entry {
            key: "reference",
            value: Value::Level(level),
            origin,
        });
    }
    Ok(entries)
}

/// A level of the statistics.
pub(crate) struct Told {
    /// Its place among the cells.
    pub(crate) cell: usize,
    pub(crate) level: Level,
    pub(crate) rows: Option<u64>,
}

/// Gives the levels that statistics name, with their rows.
pub(crate) fn told(source: &Source<'_>) -> Vec<Told> {
    let cells = source.found.cells.iter().enumerate();
    let told = cells.filter_map(|(cell, it)| match &it.of {
        Place::Level(name) => Some(Told {
            cell,
            level: level(source, name),
            rows: it.rows,
        }),
        Place::Interval(_) | Place::Boolean(_) => None,
    });
    told.collect()
}

/// Says whether a column can have no level but the declared ones.
pub(crate) fn is_closed(source: &Source<'_>) -> bool {
    matches!(source.column.kind(), Kind::Category(Levels::Closed { .. }))
}

/// Gives a level as the schema writes it.
fn level(source: &Source<'_>, name: &str) -> Level {
    let declared = match source.column.kind() {
        Kind::Category(Levels::Closed { levels, .. }) => {
            levels.iter().find(|level| level.name() == name).cloned()
        }
        _ => None,
    };
    declared.unwrap_or_else(|| Level::Text(name.to_owned()))
}

/// Gives the level that most rows have, the first one of several.
fn most_frequent<'a>(frequent: &[&'a Told]) -> Option<&'a Told> {
    let rows = |it: &&&'a Told| it.rows;
    frequent.iter().rev().max_by_key(rows).copied()
}

/// Counts the rows that may all have one level which the statistics don't name: one that is held back,
/// or one for which there was no room.
fn unnamed(source: &Source<'_>) -> u64 {
    let others = source.found.others.filter(|_| source.found.incomplete);
    source.untold().saturating_add(others.unwrap_or(0))
}

fn fill(
    way: &RawImpute,
    frequent: &[&Told],
    source: &Source<'_>,
) -> Result<(Value, Origin), FitFault> {
    let (column, kind) = (source.name(), source.column.kind().name());
    let misplaced = |key: &'static str| FitFault::Misplaced {
        key,
        column: source.name(),
        kind,
    };
    let wanted = match way {
        RawImpute::Word(word) if word == "mean" => return Err(misplaced("impute = \"mean\"")),
        RawImpute::Word(word) if word == "median" => return Err(misplaced("impute = \"median\"")),
        RawImpute::Word(word) if word == "most-frequent" => {
            let found = most_frequent(frequent).filter(|it| it.rows > Some(unnamed(source)));
            let Some((level, having)) = found.and_then(|it| Some((&it.level, it.rows?))) else {
                return Err(source.held_back(Number::MostFrequent, WayOut::GiveValue));
            };
            let rows = source.rows();
            return Ok((
                Value::Fill(level.clone()),
                Origin::MostFrequent { having, rows },
            ));
        }
        RawImpute::Word(word) => word.clone(),
        RawImpute::Number(number) => number.to_string(),
        RawImpute::Flag(flag) => flag.to_string(),
    };
    match frequent.iter().find(|it| it.level.name() == wanted) {
        Some(it) => Ok((Value::Fill(it.level.clone()), Origin::Intent)),
        None => Err(FitFault::Value {
            value: format!("{wanted:?}"),
            column,
        }),
    }
}

/// Gives the level without a column: the one that is asked for, the schema's, or the most frequent one.
fn reference(
    one_hot: &RawOneHot,
    minimum: u64,
    frequent: &[&Told],
    source: &Source<'_>,
) -> Result<(Level, Origin), FitFault> {
    let find = |name: &str| frequent.iter().find(|it| it.level.name() == name);
    if let Some(wanted) = &one_hot.reference {
        return match find(wanted) {
            Some(it) => Ok((it.level.clone(), Origin::Intent)),
            None => Err(FitFault::NoReference {
                level: wanted.clone(),
                column: source.name(),
                minimum,
            }),
        };
    }
    if let Kind::Category(Levels::Closed {
        levels, reference, ..
    }) = source.column.kind()
        && let Some(it) = levels.get(*reference).and_then(|level| find(&level.name()))
    {
        return Ok((it.level.clone(), Origin::DeclaredReference));
    }
    let found = most_frequent(frequent).and_then(|it| Some((&it.level, it.rows?)));
    match found {
        Some((level, having)) => {
            let rows = source.rows();
            let origin = if having > unnamed(source) {
                Origin::MostFrequent { having, rows }
            } else {
                Origin::MostFrequentTold { having, rows }
            };
            Ok((level.clone(), origin))
        }
        None => Err(FitFault::NoLevel {
            column: source.name(),
            minimum,
        }),
    }
}
