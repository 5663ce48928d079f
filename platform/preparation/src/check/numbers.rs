//! Numbers, integers and booleans.

use consilium_schema::{Bounds, Column, Kind};
use toml::Spanned;

use super::{Checked, at, at_or_whole};
use crate::{CutWeights, FeatureFault, Preparation, RawMissing, RawPrepared, Scale, TermValues};

pub(super) fn scale(raw: &RawPrepared, column: &Column) -> Checked<(Scale, TermValues)> {
    let bounds = bounds(column);
    let clip = clip(raw)?;
    let missing = fill(raw, &bounds)?;
    let mut scale = Scale {
        column: column.name().to_owned(),
        missing,
        mark_missing: is_set(raw.mark_missing.as_ref()),
        clip,
        log: is_set(raw.log.as_ref()),
        centre: finite(raw.centre.as_ref(), "centre")?.unwrap_or(0.0),
        spread: finite(raw.spread.as_ref(), "spread")?.unwrap_or(1.0),
        low: 0.0,
        high: 0.0,
    };
    if scale.spread <= 0.0 {
        return Err(at_or_whole(raw.spread.as_ref(), FeatureFault::Spread));
    }
    let end = |declared: Option<f64>, clipped: Option<f64>| match (declared, clip) {
        (Some(end), Some([low, high])) => Some(end.clamp(low, high)),
        (Some(end), None) => Some(end),
        (None, _) => clipped,
    };
    let low = end(bounds.min, clip.map(|[low, _]| low));
    let high = end(bounds.max, clip.map(|[_, high]| high));
    let Some((low, high)) = low.zip(high) else {
        let column = column.name().to_owned();
        return Err(at_or_whole(
            raw.column.as_ref(),
            FeatureFault::NoRange { column },
        ));
    };
    if scale.log && low < 0.0 {
        return Err(at_or_whole(raw.log.as_ref(), FeatureFault::LogBelowZero));
    }
    (scale.low, scale.high) = (scale.steps(low), scale.steps(high));
    let values =
        two(&scale, column.kind(), &bounds).unwrap_or_else(|| values(&scale, column.kind()));
    hold(values).map_err(|fault| {
        let key = [&raw.spread, &raw.centre].into_iter().flatten().next();
        match (&raw.clip, key) {
            (Some(clip), _) => at(clip, fault),
            (None, key) => at_or_whole(key, fault),
        }
    })?;
    Ok((scale, values))
}

pub(super) fn cut_weights(raw: &RawPrepared, column: &Column) -> Checked<(CutWeights, TermValues)> {
    let (Some(written), Some(weights)) = (&raw.cuts, &raw.weights) else {
        let needs = |key, other| FeatureFault::Needs { key, other };
        return Err(match &raw.cuts {
            Some(cuts) => at(cuts, needs("cuts", "weights")),
            None => at_or_whole(raw.weights.as_ref(), needs("weights", "cuts")),
        });
    };
    let cuts = all_finite(written, "cuts")?;
    if !cuts.is_sorted_by(|one, next| one < next) {
        return Err(at(written, FeatureFault::Cuts));
    }
    let cut_weights = CutWeights {
        column: column.name().to_owned(),
        weights: counted(
            weights,
            cuts.len() + 1,
            "one below each cut, and one above the last",
        )?,
        cuts,
        missing_weight: finite(raw.missing_weight.as_ref(), "missing_weight")?,
        mark_missing: is_set(raw.mark_missing.as_ref()),
    };
    let all = cut_weights
        .weights
        .iter()
        .chain(&cut_weights.missing_weight);
    let values = weighed(all, weights)?;
    Ok((cut_weights, values))
}

/// The range of weights.
pub(super) fn weighed<'a>(
    all: impl Iterator<Item = &'a f64> + Clone,
    written: &Spanned<Vec<f64>>,
) -> Checked<TermValues> {
    let values = TermValues::Number {
        low: all.clone().copied().fold(f64::INFINITY, f64::min),
        high: all.clone().copied().fold(f64::NEG_INFINITY, f64::max),
    };
    hold(values).map_err(|fault| at(written, fault))?;
    Ok(TermValues::of_two(all.copied().collect()).unwrap_or(values))
}

/// Takes as many weights as are needed.
pub(super) fn counted(
    written: &Spanned<Vec<f64>>,
    wanted: usize,
    rule: &'static str,
) -> Checked<Vec<f64>> {
    let weights = all_finite(written, "weights")?;
    let found = weights.len();
    if found != wanted {
        let fault = FeatureFault::Weights {
            found,
            wanted,
            rule,
        };
        return Err(at(written, fault));
    }
    Ok(weights)
}

pub(super) fn is_set(key: Option<&Spanned<bool>>) -> bool {
    key.is_some_and(|key| *key.get_ref())
}

/// Takes a number; zero has one sign.
pub(super) fn finite(key: Option<&Spanned<f64>>, name: &'static str) -> Checked<Option<f64>> {
    match key {
        Some(key) if !key.get_ref().is_finite() => {
            Err(at(key, FeatureFault::NotFinite { key: name }))
        }
        key => Ok(key.map(|key| *key.get_ref() + 0.0)),
    }
}

/// Refuses a range that sums can't have, or in which nothing varies.
pub(super) fn hold(values: TermValues) -> Result<(), FeatureFault> {
    let (low, high) = values.range();
    if !low.is_finite() || !high.is_finite() || !(high - low).is_finite() {
        return Err(FeatureFault::TooLarge);
    }
    if low >= high {
        return Err(FeatureFault::Constant);
    }
    Ok(())
}

fn all_finite(written: &Spanned<Vec<f64>>, key: &'static str) -> Checked<Vec<f64>> {
    let values = written.get_ref();
    if values.is_empty() || values.len() > Preparation::MOST_LEVELS {
        return Err(at(written, FeatureFault::Count { key }));
    }
    if values.iter().any(|value| !value.is_finite()) {
        return Err(at(written, FeatureFault::NotFinite { key }));
    }
    Ok(values.iter().map(|value| value + 0.0).collect())
}

fn bounds(column: &Column) -> Bounds {
    let of_booleans = || Bounds {
        min: Some(0.0),
        max: Some(1.0),
        ..Bounds::default()
    };
    column.bounds().unwrap_or_else(of_booleans)
}

fn clip(raw: &RawPrepared) -> Checked<Option<[f64; 2]>> {
    let Some(written) = &raw.clip else {
        return Ok(None);
    };
    let [low, high] = written.get_ref().map(|end| end + 0.0);
    if !low.is_finite() || !high.is_finite() {
        return Err(at(written, FeatureFault::NotFinite { key: "clip" }));
    }
    if low >= high {
        return Err(at(written, FeatureFault::Clip));
    }
    Ok(Some([low, high]))
}

fn fill(raw: &RawPrepared, bounds: &Bounds) -> Checked<Option<f64>> {
    let Some(written) = &raw.missing else {
        return Ok(None);
    };
    let RawMissing::Number(missing) = *written.get_ref() else {
        let wanted = "a number, as the column's values are";
        return Err(at(written, FeatureFault::Fill { wanted }));
    };
    if !missing.is_finite() {
        return Err(at(written, FeatureFault::NotFinite { key: "missing" }));
    }
    if !bounds.contains(missing) {
        return Err(at(written, FeatureFault::FillOutside { missing }));
    }
    Ok(Some(missing + 0.0))
}

/// What comes out of a boolean, or of whole numbers, of which two are left.
fn two(scale: &Scale, kind: &Kind, bounds: &Bounds) -> Option<TermValues> {
    let of = |values: &[f64]| {
        let all = values.iter().copied().chain(scale.missing);
        TermValues::of_two(all.map(|value| scale.of(Some(value))).collect())
    };
    match kind {
        Kind::Boolean => of(&[0.0, 1.0]),
        Kind::Integer(_) => {
            // The last whole numbers that come to the ends of the clip.
            let [low, high] = scale.clip.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
            let low = bounds
                .min
                .map_or(low.floor(), |min| min.ceil().max(low.floor()));
            let high = bounds
                .max
                .map_or(high.ceil(), |max| max.floor().min(high.ceil()));
            (high - low <= 1.0).then(|| of(&[low, high])).flatten()
        }
        _ => None,
    }
}

/// What comes out: whole numbers stay whole unless a step makes fractions of them.
fn values(scale: &Scale, kind: &Kind) -> TermValues {
    let (low, high) = (scale.low, scale.high);
    let numbers = [scale.missing.unwrap_or(0.0), scale.centre];
    let ends = scale.clip.unwrap_or_default();
    let is_whole = |value: f64| value.fract() == 0.0;
    let keeps = !scale.log && !scale.is_spread();
    if !keeps || !numbers.into_iter().chain(ends).all(is_whole) {
        return TermValues::Number { low, high };
    }
    match kind {
        Kind::Boolean if (low, high) == (0.0, 1.0) => TermValues::Binary,
        Kind::Boolean | Kind::Integer(_) => TermValues::Whole { low, high },
        _ => TermValues::Number { low, high },
    }
}
