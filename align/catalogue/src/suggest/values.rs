//! How well the cells of a column go with a feature.

use consilium_schema::Kind;

use super::patterns::Pattern;
use super::sketch::Sketch;
use super::words::parts;
use crate::{Feature, Identifies};

/// How well cells go with a feature, where nothing speaks for or against it.
pub(super) const NEUTRAL: f64 = 0.5;

/// How well cells go with a feature, and what of them speaks for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    /// From 0 (they can't be) over [`NEUTRAL`] to 1.
    pub(super) score: f64,
    /// What speaks for it.
    pub(super) sign: Option<Sign>,
}

/// What of the cells speaks for a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Type,
    Range,
    Levels,
    OneOrTwo,
    Pattern(Pattern),
}

fn fit(score: f64) -> Fit {
    Fit { score, sign: None }
}

fn speaks(score: f64, sign: Sign) -> Fit {
    let sign = Some(sign);
    Fit { score, sign }
}

/// Says how well the cells go with a feature.
pub(super) fn fits(sketch: &Sketch, feature: &Feature) -> Fit {
    if sketch.present == 0 {
        return fit(NEUTRAL);
    }
    let dates = sketch.share(sketch.dates);
    let numbers = sketch.share(sketch.numbers);
    if matches!(feature.kind(), Kind::Date(_)) {
        return if dates >= 0.9 {
            speaks(0.9, Sign::Type)
        } else {
            fit(0.5 * dates.min(0.2))
        };
    }
    if dates >= 0.9 {
        return fit(0.05);
    }
    match feature.kind() {
        Kind::Number(_) | Kind::Integer(_) => number(sketch, feature, numbers),
        Kind::Boolean => flag(sketch),
        Kind::Category(_) => category(sketch, feature, numbers),
        Kind::Code { width } => code(sketch, feature, *width),
        Kind::Text => text(sketch, numbers),
        Kind::Date(_) => fit(NEUTRAL),
    }
}

fn number(sketch: &Sketch, feature: &Feature, numbers: f64) -> Fit {
    if numbers < 0.9 {
        // Groups such as `[50-60)` or `>200` may stand for numbers.
        let grouped = sketch.share(sketch.letters) < 0.5 && sketch.different.len() <= 20;
        return fit(if grouped { 0.35 } else { 0.1 });
    }
    let bounds = feature.bounds().unwrap_or_default();
    let inside = |bound: Option<f64>| bound.is_none_or(|bound| bounds.contains(bound));
    if !inside(sketch.least) || !inside(sketch.most) {
        return fit(0.2);
    }
    let is_money = feature
        .unit()
        .is_some_and(|unit| unit.as_str().starts_with('{'));
    let whole = sketch.share(sketch.whole) > 0.99;
    if matches!(feature.kind(), Kind::Integer(_)) {
        let cents = sketch.share(sketch.cents) > 0.9;
        return if whole && !cents {
            speaks(0.8, Sign::Type)
        } else {
            fit(0.15)
        };
    }
    let declared = bounds.min.is_some() && bounds.max.is_some();
    match (is_money, whole) {
        (true, false) => speaks(0.8, Sign::Type),
        (true, true) => fit(0.6),
        (false, _) if declared => speaks(0.8, Sign::Range),
        (false, _) => fit(0.65),
    }
}

fn flag(sketch: &Sketch) -> Fit {
    let spelled: Vec<String> = sketch
        .different
        .iter()
        .map(|cell| cell.to_lowercase())
        .collect();
    let pairs: [&[&str]; 8] = [
        &["0", "1"],
        &["1", "2"],
        &["y", "n"],
        &["yes", "no"],
        &["true", "false"],
        &["t", "f"],
        &["是", "否"],
        &["0", "y"],
    ];
    let pair = pairs
        .iter()
        .find(|pair| spelled.iter().all(|cell| pair.contains(&cell.as_str())));
    match pair {
        // Which of the two means yes differs from one code list to another.
        Some(["1", "2"]) => speaks(0.85, Sign::OneOrTwo),
        Some(_) => speaks(0.85, Sign::Levels),
        None if spelled.len() <= 2 => fit(0.4),
        None => fit(0.1),
    }
}

fn category(sketch: &Sketch, feature: &Feature, numbers: f64) -> Fit {
    let few = sketch.different.len() <= 30;
    if feature.levels().is_empty() {
        let telling = few && (numbers < 0.5 || sketch.different.len() <= 10);
        return fit(if telling { 0.65 } else { 0.35 });
    }
    let plain =
        |text: &str| parts(text).words.concat() + &parts(text).han.iter().collect::<String>();
    let spellings: Vec<String> = feature
        .levels()
        .iter()
        .flatten()
        .map(|text| plain(text))
        .collect();
    let known = sketch
        .different
        .iter()
        .filter(|cell| spellings.contains(&plain(cell)));
    let share = known.count() as f64 / sketch.different.len().max(1) as f64;
    if share >= 0.99 {
        return speaks(0.95, Sign::Levels);
    }
    if share >= 0.5 {
        return speaks(0.7, Sign::Levels);
    }
    fit(if few { 0.3 } else { 0.1 })
}

fn code(sketch: &Sketch, feature: &Feature, width: Option<u32>) -> Fit {
    let wanted = feature
        .code_system()
        .map_or("", |system| system.name.as_str());
    for pattern in Pattern::ALL {
        let named = wanted.starts_with(pattern.name())
            || (wanted == "ICD"
                && matches!(pattern, Pattern::Icd9 | Pattern::Icd10 | Pattern::Snomed));
        if named && sketch.has(pattern) > 0.8 {
            let score = if pattern.is_telling() { 0.95 } else { 0.8 };
            return speaks(score, Sign::Pattern(pattern));
        }
    }
    let money = sketch.share(sketch.cents) > 0.9 && sketch.has(Pattern::Icd9) < 0.5;
    let prose = sketch.share(sketch.blanks) > 0.3;
    let lengths = width.is_some_and(|width| {
        sketch
            .different
            .iter()
            .any(|cell| cell.chars().count() != width as usize)
    });
    if money || prose || lengths {
        return fit(0.2);
    }
    let id = feature.identifies() != Identifies::No || feature.id().ends_with("id");
    let unique = sketch.has(Pattern::Uuid) > 0.9 || sketch.variety() > 0.9;
    let foreign = Pattern::ALL.into_iter().any(|pattern| {
        pattern.is_telling() && pattern != Pattern::Uuid && sketch.has(pattern) > 0.9
    });
    match (id, unique) {
        (true, _) if foreign => fit(0.3),
        (true, true) => fit(0.7),
        (false, true) if sketch.has(Pattern::Uuid) > 0.9 => fit(0.35),
        _ => fit(0.55),
    }
}

fn text(sketch: &Sketch, numbers: f64) -> Fit {
    if numbers > 0.9 {
        return fit(0.25);
    }
    let prose = sketch.share(sketch.letters) > 0.8;
    let codes = Pattern::ALL
        .into_iter()
        .any(|pattern| pattern.is_telling() && sketch.has(pattern) > 0.9);
    match (prose, codes) {
        (_, true) => fit(0.2),
        (true, false) => fit(0.65),
        (false, false) => fit(0.5),
    }
}
