//! Numbers and yes/no: what is missing, where it ends, where its middle and its width are.

use consilium_statistics::{Interval, Numbers, Place};

use crate::{
    Entry, FitFault, Number, Origin, Value, WayOut,
    intent::Treatment,
    raw::{RawImpute, Scale},
    source::Source,
};

/// What is wrong, and where the intent asks for it if that is one key.
pub(crate) type Fault = (Option<usize>, FitFault);

const MEDIAN: f64 = 0.5;
const QUARTILES: [f64; 2] = [0.25, 0.75];

/// Fits a number or an integer.
pub(crate) fn number(treatment: &Treatment, source: &Source<'_>) -> Result<Vec<Entry>, Fault> {
    misplaced(&["one_hot"], treatment, source)?;
    let mut entries = missing(treatment, source, |way, at| fill(way, at, source))?;
    let clip = match &treatment.winsorise {
        Some((at, shares)) => {
            let clip = clip(*shares, source).map_err(|fault| (Some(*at), fault))?;
            let origin = Origin::Quantiles {
                rows: source.rows(),
                shares: *shares,
            };
            entries.push(Entry {
                key: "clip",
                value: Value::Numbers(clip.into()),
                origin,
            });
            Some(clip)
        }
        None => None,
    };
    if let Some(log) = &treatment.log {
        let at = Some(log.span().start);
        let declared = source.column.bounds().and_then(|bounds| bounds.min);
        let Some(low) = clip.map(|[low, _]| low).or(declared) else {
            let column = source.name();
            return Err((at, FitFault::NoRange { column }));
        };
        if low < 0.0 {
            let column = source.name();
            return Err((at, FitFault::LogBelowZero { column, low }));
        }
        entries.push(Entry {
            key: "log",
            value: Value::Flag(true),
            origin: Origin::Intent,
        });
    }
    if let Some(scale) = &treatment.scale {
        let scaled = self::scale(*scale.get_ref(), treatment.log.is_some(), clip, source);
        let scaled = scaled.map_err(|fault| (Some(scale.span().start), fault))?;
        entries.extend(scaled);
    }
    Ok(entries)
}

/// Fits a yes/no, which is 1 or 0.
pub(crate) fn flag(treatment: &Treatment, source: &Source<'_>) -> Result<Vec<Entry>, Fault> {
    misplaced(&["one_hot", "winsorise", "log", "scale"], treatment, source)?;
    missing(treatment, source, |way, at| fill_flag(way, at, source))
}

/// Says that the first of these keys that is given has no meaning here.
pub(crate) fn misplaced(
    keys: &[&'static str],
    treatment: &Treatment,
    source: &Source<'_>,
) -> Result<(), Fault> {
    let given = |key| Some((key, treatment.start(key)?));
    let Some((key, at)) = keys.iter().copied().find_map(given) else {
        return Ok(());
    };
    let (column, kind) = (source.name(), source.column.kind().name());
    Err((Some(at), FitFault::Misplaced { key, column, kind }))
}

/// Fits what a missing value becomes, and whether it is marked.
pub(crate) fn missing(
    treatment: &Treatment,
    source: &Source<'_>,
    fill: impl Fn(&RawImpute, usize) -> Result<(Value, Origin), Fault>,
) -> Result<Vec<Entry>, Fault> {
    let mut entries = Vec::new();
    if let Some(impute) = &treatment.impute {
        let (value, origin) = fill(impute.get_ref(), impute.span().start)?;
        entries.push(Entry {
            key: "missing",
            value,
            origin,
        });
    }
    if treatment.mark_missing.is_some() {
        let is_any = source.found.missing != Some(0);
        let origin = if is_any {
            Origin::Intent
        } else {
            Origin::NothingMissing
        };
        entries.push(Entry {
            key: "mark_missing",
            value: Value::Flag(is_any),
            origin,
        });
    }
    Ok(entries)
}

fn fill(way: &RawImpute, at: usize, source: &Source<'_>) -> Result<(Value, Origin), Fault> {
    let column = source.name();
    let blame = |fault: FitFault| (Some(at), fault);
    let held_back = |number: Number| blame(source.held_back(number, WayOut::GiveValue));
    let numbers = source.found.numbers.as_ref();
    let (value, origin) = match way {
        RawImpute::Number(value) => {
            let bounds = source.column.bounds();
            if !value.is_finite() || bounds.is_some_and(|bounds| !bounds.contains(*value)) {
                let value = value.to_string();
                return Err(blame(FitFault::Value { value, column }));
            }
            (*value, Origin::Intent)
        }
        RawImpute::Word(word) if word == "mean" => {
            let numbers = numbers.ok_or_else(|| held_back(Number::Mean))?;
            let rows = source.rows();
            let error = numbers.is_approximate.then_some(numbers.mean_error);
            (numbers.mean, Origin::Mean { rows, error })
        }
        RawImpute::Word(word) if word == "median" => {
            let numbers = numbers.ok_or_else(|| held_back(Number::Quantile))?;
            let within = quantile(numbers, MEDIAN, source).map_err(blame)?;
            let rows = source.rows();
            (middle(&within), Origin::Median { rows, within })
        }
        RawImpute::Word(word) if word == "most-frequent" => {
            let (key, kind) = ("impute = \"most-frequent\"", source.column.kind().name());
            return Err(blame(FitFault::Misplaced { key, column, kind }));
        }
        RawImpute::Word(word) => {
            let value = format!("{word:?}");
            return Err(blame(FitFault::Value { value, column }));
        }
        RawImpute::Flag(flag) => {
            let value = flag.to_string();
            return Err(blame(FitFault::Value { value, column }));
        }
    };
    Ok((Value::Number(value), origin))
}

fn fill_flag(way: &RawImpute, at: usize, source: &Source<'_>) -> Result<(Value, Origin), Fault> {
    let column = source.name();
    let blame = |fault: FitFault| (Some(at), fault);
    let told = |yes: bool| {
        let mut cells = source.found.cells.iter();
        cells.find(|cell| cell.of == Place::Boolean(yes))?.rows
    };
    let held_back = |number: Number| blame(source.held_back(number, WayOut::GiveValue));
    let both = told(false).zip(told(true)).filter(|both| *both != (0, 0));
    let (value, origin) = match way {
        RawImpute::Flag(value) => (f64::from(*value), Origin::Intent),
        RawImpute::Number(value) if (0.0..=1.0).contains(value) => (*value, Origin::Intent),
        RawImpute::Word(word) if word == "mean" => {
            // A share would tell apart the rows that it is given to, which may be few.
            let many = both.filter(|_| source.found.missing.is_some());
            let (no, yes) = many.ok_or_else(|| held_back(Number::Mean))?;
            let share = yes as f64 / no.saturating_add(yes) as f64;
            (
                share,
                Origin::ShareOfYes {
                    rows: source.rows(),
                },
            )
        }
        RawImpute::Word(word) if word == "most-frequent" => {
            // One that is held back might be more frequent, unless there are not so many rows left.
            let most = match (told(false), told(true)) {
                (Some(no), Some(yes)) => Some((yes > no, no.max(yes))),
                (no, yes) => {
                    let only = no.map(|no| (false, no)).or(yes.map(|yes| (true, yes)));
                    only.filter(|(_, rows)| *rows > source.untold())
                }
            };
            let most = most.filter(|(_, rows)| *rows > 0);
            let (value, having) = most.ok_or_else(|| held_back(Number::MostFrequent))?;
            let rows = source.rows();
            (f64::from(value), Origin::MostFrequent { having, rows })
        }
        RawImpute::Word(word) if word == "median" => {
            let (key, kind) = ("impute = \"median\"", source.column.kind().name());
            return Err(blame(FitFault::Misplaced { key, column, kind }));
        }
        RawImpute::Number(value) => {
            let value = value.to_string();
            return Err(blame(FitFault::Value { value, column }));
        }
        RawImpute::Word(word) => {
            let value = format!("{word:?}");
            return Err(blame(FitFault::Value { value, column }));
        }
    };
    Ok((Value::Number(value), origin))
}

/// Gives the outer ends of the intervals of two quantiles, so that no more rows lie beyond than the
/// shares say.
fn clip([low, high]: [f64; 2], source: &Source<'_>) -> Result<[f64; 2], FitFault> {
    let Some(numbers) = &source.found.numbers else {
        return Err(source.held_back(Number::Quantile, WayOut::OtherShares));
    };
    let ends = [
        quantile(numbers, low, source)?.from,
        quantile(numbers, high, source)?.to,
    ];
    if ends[0] < ends[1] {
        return Ok(ends);
    }
    Err(FitFault::Flat {
        number: Number::Clip,
        column: source.name(),
        way_out: WayOut::OtherShares,
    })
}

/// Gives what is subtracted and what is divided by.
///
/// Quantiles and ends go through a logarithm as values do, one that is the same on every machine; mean
/// and variance don't.
fn scale(
    scale: Scale,
    is_log: bool,
    clip: Option<[f64; 2]>,
    source: &Source<'_>,
) -> Result<Vec<Entry>, FitFault> {
    let rows = source.rows();
    let held_back = |number: Number| source.held_back(number, WayOut::LeaveUnscaled);
    let through = |value: f64| {
        let value = clip.map_or(value, |[low, high]| value.clamp(low, high));
        if is_log { libm::log1p(value) } else { value }
    };
    let numbers = source.found.numbers.as_ref();
    let (centre, spread, number) = match scale {
        Scale::None => return Ok(Vec::new()),
        Scale::Standard if is_log => return Err(FitFault::StandardOfLog),
        Scale::Standard => {
            let numbers = numbers.ok_or_else(|| held_back(Number::Mean))?;
            let of = |error: f64| numbers.is_approximate.then_some(error);
            let error = of(numbers.mean_error);
            let centre = (numbers.mean, Origin::Mean { rows, error });
            let error = of(numbers.deviation_error);
            let deviation = (numbers.variance.sqrt(), Origin::Deviation { rows, error });
            (centre, deviation, Number::Variance)
        }
        Scale::Robust => {
            let numbers = numbers.ok_or_else(|| held_back(Number::Quantile))?;
            let within = quantile(numbers, MEDIAN, source)?;
            let centre = (through(middle(&within)), Origin::Median { rows, within });
            let low = quantile(numbers, QUARTILES[0], source)?;
            let high = quantile(numbers, QUARTILES[1], source)?;
            let spread = through(middle(&high)) - through(middle(&low));
            let within = [low, high];
            (
                centre,
                (spread, Origin::Quartiles { rows, within }),
                Number::Quartiles,
            )
        }
        Scale::Range => {
            let declared = source.column.bounds();
            let declared = declared.and_then(|bounds| Some([bounds.min?, bounds.max?]));
            let Some([low, high]) = clip.or(declared) else {
                let column = source.name();
                return Err(FitFault::NoRange { column });
            };
            let is_clipped = clip.is_some();
            let centre = (through(low), Origin::LowEnd { is_clipped });
            let width = through(high) - through(low);
            (centre, (width, Origin::Width { is_clipped }), Number::Range)
        }
    };
    if !(spread.0 > 0.0 && spread.0.is_finite()) {
        let (column, way_out) = (source.name(), WayOut::LeaveUnscaled);
        return Err(FitFault::Flat {
            number,
            column,
            way_out,
        });
    }
    let entry = |key: &'static str, (value, origin): (f64, Origin)| Entry {
        key,
        value: Value::Number(value),
        origin,
    };
    Ok(vec![entry("centre", centre), entry("spread", spread)])
}

/// Gives the interval that a quantile lies in.
fn quantile(numbers: &Numbers, share: f64, source: &Source<'_>) -> Result<Interval, FitFault> {
    let mut quantiles = numbers.quantiles.iter();
    let found = quantiles.find(|it| it.share.total_cmp(&share).is_eq());
    found
        .map(|it| it.within)
        .ok_or_else(|| FitFault::NoQuantile {
            share,
            column: source.name(),
        })
}

/// Gives the middle of an interval: of all its points none is less far from its farther end.
fn middle(within: &Interval) -> f64 {
    f64::midpoint(within.from, within.to)
}
