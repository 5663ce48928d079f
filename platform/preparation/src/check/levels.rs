//! Categories and codes.

use std::collections::HashSet;

use consilium_schema::{Column, Kind, Level, Levels, MOST_NAME, RawLevel, is_plain};

use super::numbers::{counted, finite, is_set, weighed};
use super::{Checked, at, at_or_whole};
use crate::{
    FeatureFault, LevelWeights, MissingLevel, MissingRule, OneHot, Preparation, RawMissing,
    RawPrepared, TermValues, Unseen,
};

pub(super) fn one_hot(raw: &RawPrepared, column: &Column) -> Checked<OneHot> {
    let levels = levels(raw, column)?;
    let reference = match (&raw.reference, declared(column)) {
        (Some(written), _) => {
            let place = place(&levels, written.get_ref(), "reference");
            Some(place.map_err(|fault| at(written, fault))?)
        }
        (None, Some((_, reference))) if raw.levels.is_none() => Some(reference),
        (None, _) => None,
    };
    let unseen = match (&raw.unseen, has_others(&levels, column)) {
        (Some(written), false) => {
            return Err(at(written, FeatureFault::NothingUnseen { key: "unseen" }));
        }
        (None, false) => None,
        (written, true) => Some(written.as_ref().map_or(Unseen::Other, |it| *it.get_ref())),
    };
    Ok(OneHot {
        column: column.name().to_owned(),
        missing: missing(raw, &levels, unseen)?,
        levels,
        reference,
        unseen,
        mark_missing: is_set(raw.mark_missing.as_ref()),
    })
}

pub(super) fn weights(raw: &RawPrepared, column: &Column) -> Checked<(LevelWeights, TermValues)> {
    let levels = levels(raw, column)?;
    let Some(written) = &raw.weights else {
        let fault = FeatureFault::Needs {
            key: "levels",
            other: "weights",
        };
        return Err(fault.into());
    };
    let unseen_weight = finite(raw.unseen_weight.as_ref(), "unseen_weight")?;
    match (&raw.unseen_weight, has_others(&levels, column)) {
        (Some(given), false) => {
            let key = "unseen_weight";
            return Err(at(given, FeatureFault::NothingUnseen { key }));
        }
        (None, true) => return Err(at(written, FeatureFault::NoUnseenWeight)),
        _ => {}
    }
    let weights = LevelWeights {
        column: column.name().to_owned(),
        weights: counted(written, levels.len(), "one for each level")?,
        levels,
        unseen_weight,
        missing_weight: finite(raw.missing_weight.as_ref(), "missing_weight")?,
        mark_missing: is_set(raw.mark_missing.as_ref()),
    };
    let all = weights.weights.iter().chain(&weights.unseen_weight);
    let values = weighed(all.chain(&weights.missing_weight), written)?;
    Ok((weights, values))
}

/// The levels that the column declares, and the place of their reference.
fn declared(column: &Column) -> Option<(&[Level], usize)> {
    match column.kind() {
        Kind::Category(Levels::Closed {
            levels, reference, ..
        }) => Some((levels, *reference)),
        _ => None,
    }
}

/// Says whether the column can have levels that are not named.
fn has_others(named: &[Level], column: &Column) -> bool {
    declared(column).is_none_or(|(levels, _)| levels.iter().any(|it| !named.contains(it)))
}

fn levels(raw: &RawPrepared, column: &Column) -> Checked<Vec<Level>> {
    let declared = declared(column).map(|(levels, _)| levels);
    let Some(written) = &raw.levels else {
        return declared.map(<[Level]>::to_vec).ok_or_else(|| {
            let column = column.name().to_owned();
            at_or_whole(raw.column.as_ref(), FeatureFault::NoLevels { column })
        });
    };
    let named = written.get_ref();
    if named.is_empty() || named.len() > Preparation::MOST_LEVELS {
        return Err(at(written, FeatureFault::Count { key: "levels" }));
    }
    let mut seen = HashSet::new();
    let mut levels = Vec::with_capacity(named.len());
    for raw in named {
        let level = level(raw, column, declared).map_err(|fault| at(written, fault))?;
        let name = level.name();
        if !seen.insert(name.clone()) {
            return Err(at(written, FeatureFault::LevelTwice { level: name }));
        }
        levels.push(level);
    }
    Ok(levels)
}

fn level(
    raw: &RawLevel,
    column: &Column,
    declared: Option<&[Level]>,
) -> Result<Level, FeatureFault> {
    let level = match raw {
        RawLevel::Integer(level) => Level::Number(*level),
        RawLevel::Text(level) => Level::Text(level.clone()),
    };
    match (declared, &level) {
        (Some(declared), _) if !declared.contains(&level) => Err(FeatureFault::UndeclaredLevel {
            column: column.name().to_owned(),
            level,
        }),
        (None, Level::Number(level)) => Err(FeatureFault::NumberLevel { level: *level }),
        (None, Level::Text(text)) if !is_plain(text, MOST_NAME) => Err(FeatureFault::Level {
            level: text.clone(),
        }),
        _ => Ok(level),
    }
}

/// The place of a level among those that are named.
fn place(levels: &[Level], wanted: &RawLevel, key: &'static str) -> Result<usize, FeatureFault> {
    let is_wanted = |level: &Level| match (level, wanted) {
        (Level::Number(level), RawLevel::Integer(wanted)) => level == wanted,
        (Level::Text(level), RawLevel::Text(wanted)) => level == wanted,
        _ => false,
    };
    let level = || wanted.to_string();
    levels
        .iter()
        .position(is_wanted)
        .ok_or_else(|| FeatureFault::NotAmongLevels {
            key,
            level: level(),
        })
}

fn missing(raw: &RawPrepared, levels: &[Level], unseen: Option<Unseen>) -> Checked<MissingLevel> {
    let Some(written) = &raw.missing else {
        return Ok(MissingLevel::Kept);
    };
    let found = match written.get_ref() {
        RawMissing::Rule(MissingRule::Zero) => Ok(MissingLevel::Zero),
        RawMissing::Rule(MissingRule::Other) if unseen == Some(Unseen::Other) => {
            Ok(MissingLevel::Other)
        }
        RawMissing::Rule(MissingRule::Other) => Err(FeatureFault::NoOther),
        RawMissing::Level(fill) => place(levels, &fill.level, "missing").map(MissingLevel::Level),
        RawMissing::Number(_) => Err(FeatureFault::Fill {
            wanted: "\"zero\", \"other\" or { level = … }, as the column's values are no numbers",
        }),
    };
    found.map_err(|fault| at(written, fault))
}
