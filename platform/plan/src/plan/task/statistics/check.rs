//! Which statistics a plan may ask for.

use std::collections::BTreeMap;

use consilium_schema::{
    Bounds, Column, DesignError, Kind, Label, LabelRule, Level, Levels, RawLabel, Schema,
};
use consilium_statistics::{
    Agreement, BadSpecification, Column as Asked, Kind as Holds, LONGEST_CODE, MOST_CODES, Mode,
    Specification,
};
use toml::Spanned;

use super::{Calendar, Month, Periods, Statistics, name_of};
use crate::{
    Limits, Party, PlanError, PlanFault, Protection, RawPlan, Task,
    plan::{
        Places, protection,
        task::{columns, declared},
        terms,
    },
    raw::{RawMode, RawPeriod},
};

/// The quantiles that are found where a plan says nothing.
const USUAL_QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// In how narrow an interval, as a share of the declared range.
const USUAL_ERROR: f64 = 0.001;
/// About how many values of a code may be frequent, and their longest, in bytes.
const USUAL_CODES: (u32, u32) = (500, 16);

pub(crate) fn check(
    raw: &RawPlan,
    schemas: &BTreeMap<&str, Schema>,
    parties: &[Party],
    at: &Places,
) -> Result<(Task, Limits), PlanError> {
    if !parties.iter().all(|it| it.contributes() && it.receives()) {
        return Err(at.fault(Some(&raw.party), "party", PlanFault::NotStatistics));
    }
    let contributors = parties.len();
    let limits = terms::limits(&raw.limits, contributors, at)?;
    at.number(
        raw.limits.minimum_cell.as_ref(),
        "limits.minimum_cell",
        limits.minimum_cell.0,
        Statistics::LEAST_MINIMUM_CELL..=Statistics::MOST_MINIMUM_CELL,
    )?;
    let protection = protection(raw, contributors, &limits, at)?;
    let schema = declared((raw.schema.as_ref(), &raw.column), schemas, at)?;
    let label = match &raw.label {
        Some(written) => Some(label(written, &schema, at)?),
        None => None,
    };
    let periods = match &raw.statistics.period {
        Some(written) => Some(periods(written, &schema, at)?),
        None => None,
    };
    let besides = label.iter().map(|label| &label.column);
    let besides: Vec<&String> = besides.chain(periods.iter().map(|it| &it.column)).collect();
    let features = features(raw, (&schema, &besides), at)?;
    let mut asked = features
        .iter()
        .map(|column| of_column(column, raw, at))
        .collect::<Result<Vec<Asked>, PlanError>>()?;
    asked.extend(label.as_ref().map(of_label));
    let specification = Specification {
        label: label.is_some().then(|| asked.len() - 1),
        columns: asked,
        periods: periods.as_ref().map_or_else(Vec::new, Periods::names),
        quantiles: match &raw.statistics.quantiles {
            Some(given) => given.get_ref().clone(),
            None => USUAL_QUANTILES.to_vec(),
        },
        quantile_error: match &raw.statistics.quantile_error {
            Some(given) => *given.get_ref(),
            None => USUAL_ERROR,
        },
        correlations: raw.statistics.correlations.unwrap_or(true),
        minimum_cell: limits.minimum_cell.0,
        mode: mode(raw, &protection),
        most_rows: limits.most_rows.0,
        most_contributors: contributors,
    };
    Agreement::new(specification.clone()).map_err(|fault| blame(fault, raw, at))?;
    let names: Vec<String> = features.iter().map(|it| it.name().to_owned()).collect();
    let used = names.iter().chain(besides.iter().copied());
    let mut columns: Vec<Column> = Vec::new();
    for column in used.filter_map(|name| schema.column(name)) {
        if !columns.contains(column) {
            columns.push(column.clone());
        }
    }
    let task = Statistics {
        columns,
        features: names,
        label,
        periods,
        specification,
        protection,
    };
    Ok((Task::Statistics(Box::new(task)), limits))
}

/// Sums are of all contributors, in the widest elements: under a second mask, which fills them.
pub(in crate::plan::task) fn protection(
    raw: &RawPlan,
    contributors: usize,
    limits: &Limits,
    at: &Places,
) -> Result<Protection, PlanError> {
    let width = u64::from(consilium_secagg::Bits::WIDEST.get());
    at.number(
        raw.protection.bits.as_ref(),
        "protection.bits",
        consilium_secagg::Bits::WIDEST.get(),
        width..=width,
    )?;
    let protection = protection::check(raw, contributors, limits, at)?;
    if protection.dropouts > 0 {
        let given = raw.protection.dropouts.as_ref();
        return Err(at.fault(given, "protection.dropouts", PlanFault::StatisticsOfAll));
    }
    Ok(protection)
}

fn mode(raw: &RawPlan, protection: &Protection) -> Mode {
    match raw.statistics.mode.as_ref().map(Spanned::get_ref) {
        None | Some(RawMode::Exact) => Mode::Exact,
        Some(RawMode::Threshold { epsilon, delta }) => Mode::Threshold {
            epsilon: *epsilon,
            delta: *delta,
            honest: protection.honest(),
        },
    }
}

/// Gives the columns that statistics are of: those that are named, or all that allow any.
fn features<'a>(
    raw: &RawPlan,
    (schema, besides): (&'a Schema, &[&String]),
    at: &Places,
) -> Result<Vec<&'a Column>, PlanError> {
    let Some(written) = &raw.features else {
        let allows = |column: &&Column| {
            let is_apart = besides.iter().any(|name| *name == column.name());
            !is_apart && !matches!(column.kind(), Kind::Text | Kind::Date(_))
        };
        return Ok(schema.columns().iter().filter(allows).collect());
    };
    let mut features: Vec<&Column> = Vec::new();
    for name in written.get_ref() {
        let column = name.get_ref().clone();
        let fault = match schema.column(&column) {
            _ if raw
                .label
                .as_ref()
                .is_some_and(|it| it.get_ref().column == column) =>
            {
                PlanFault::LabelAmongFeatures { column }
            }
            None => DesignError::NoSuchColumn { column }.into(),
            Some(found) if features.contains(&found) => DesignError::Twice { column }.into(),
            Some(found) => {
                features.push(found);
                continue;
            }
        };
        return Err(at.fault(Some(name), "features", fault));
    }
    Ok(features)
}

fn of_column(column: &Column, raw: &RawPlan, at: &Places) -> Result<Asked, PlanError> {
    let name = column.name().to_owned();
    let blame = |fault: PlanFault| {
        let named = raw.features.as_ref().map(Spanned::get_ref);
        let mut named = named.into_iter().flatten();
        match named.find(|it| it.get_ref() == column.name()) {
            Some(named) => at.fault(Some(named), "features", fault),
            None => at.fault(raw.features.as_ref(), "features", fault),
        }
    };
    let kind = match column.kind() {
        Kind::Number(bounds) => match ends(bounds) {
            Some((low, high)) => Holds::Number { low, high },
            None => return Err(blame(PlanFault::NoRange { column: name })),
        },
        Kind::Integer(bounds) => match ends(bounds) {
            Some((low, high)) => whole(low, high),
            None => return Err(blame(PlanFault::NoRange { column: name })),
        },
        Kind::Boolean => Holds::Boolean,
        Kind::Category(Levels::Closed { levels, .. }) => Holds::Category {
            levels: levels.iter().map(Level::name).collect(),
        },
        Kind::Category(Levels::Open) | Kind::Code { .. } => codes(raw, at)?,
        kind @ (Kind::Text | Kind::Date(_)) => {
            let kind = kind.name();
            return Err(blame(
                DesignError::NotAFeature { column: name, kind }.into(),
            ));
        }
    };
    Ok(Asked { name, kind })
}

/// Gives what columns are held against: yes or no.
fn label(written: &Spanned<RawLabel>, schema: &Schema, at: &Places) -> Result<Label, PlanError> {
    let (label, _) = columns::label((written, "label"), schema, at)?;
    let kind = schema.column(&label.column).map(Column::kind);
    match (&label.rule, kind) {
        (LabelRule::Value, Some(kind)) if *kind != Kind::Boolean => {
            let fault = PlanFault::LabelRule {
                column: label.column,
                kind: kind.name(),
                rule: None,
            };
            Err(at.fault(Some(written), "label", fault))
        }
        _ => Ok(label),
    }
}

fn of_label(label: &Label) -> Asked {
    Asked {
        name: name_of(label),
        kind: Holds::Boolean,
    }
}

fn ends(bounds: &Bounds) -> Option<(f64, f64)> {
    bounds.min.zip(bounds.max)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a schema's whole numbers are at most 2^53 in size; what is not below 2^52 is refused"
)]
fn whole(low: f64, high: f64) -> Holds {
    Holds::Integer {
        low: low.ceil() as i64,
        high: high.floor() as i64,
    }
}

fn codes(raw: &RawPlan, at: &Places) -> Result<Holds, PlanError> {
    let (most, longest) = USUAL_CODES;
    let given = &raw.statistics;
    let most = at.number(
        given.codes.as_ref(),
        "statistics.codes",
        most,
        1..=MOST_CODES.into(),
    )?;
    let (key, range) = ("statistics.longest_code", 1..=LONGEST_CODE.into());
    let longest = at.number(given.longest_code.as_ref(), key, longest, range)?;
    Ok(Holds::Code {
        longest: u8::try_from(longest).unwrap_or(LONGEST_CODE),
        most,
    })
}

fn periods(
    written: &Spanned<RawPeriod>,
    schema: &Schema,
    at: &Places,
) -> Result<Periods, PlanError> {
    let refuse = |fault: PlanFault| at.fault(Some(written), "statistics.period", fault);
    let RawPeriod {
        column,
        length,
        from,
        until,
    } = written.get_ref();
    let declared = schema.column(column).ok_or_else(|| {
        let column = column.clone();
        refuse(DesignError::NoSuchColumn { column }.into())
    })?;
    let months = Month::parse(from).zip(Month::parse(until));
    let (true, Some((from, until))) = (matches!(declared.kind(), Kind::Date(_)), months) else {
        return Err(refuse(PlanFault::Period));
    };
    if until < from {
        return Err(refuse(PlanFault::Period));
    }
    Ok(Periods {
        column: column.clone(),
        length: length.unwrap_or(Calendar::Quarter),
        from,
        until,
    })
}

/// Points at the key that makes a specification impossible.
fn blame(fault: BadSpecification, raw: &RawPlan, at: &Places) -> PlanError {
    let given = &raw.statistics;
    match fault {
        BadSpecification::Periods => at.fault(given.period.as_ref(), "statistics.period", fault),
        BadSpecification::Quantiles => {
            at.fault(given.quantiles.as_ref(), "statistics.quantiles", fault)
        }
        BadSpecification::QuantileError => at.fault(
            given.quantile_error.as_ref(),
            "statistics.quantile_error",
            fault,
        ),
        BadSpecification::Noise | BadSpecification::NoisyCode { .. } => {
            at.fault(given.mode.as_ref(), "statistics.mode", fault)
        }
        BadSpecification::Size => {
            at.fault(raw.limits.most_rows.as_ref(), "limits.most_rows", fault)
        }
        BadSpecification::MinimumCell => at.fault(
            raw.limits.minimum_cell.as_ref(),
            "limits.minimum_cell",
            fault,
        ),
        BadSpecification::Label => at.fault(raw.label.as_ref(), "label", fault),
        _ => at.fault(raw.features.as_ref(), "features", fault),
    }
}
