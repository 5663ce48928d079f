//! `privacy.json`.

use consilium_base::UnixTime;
use serde::Deserialize;

use super::{own_report, parse, subscore};
use crate::{Dimension, Found, ReportError};

#[derive(Debug, Deserialize)]
struct Report {
    tool: String,
    time: UnixTime,
    scores: Vec<Measure>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Measure {
    id: String,
    score: f64,
    low: f64,
    high: f64,
}

pub(super) fn read(json: &str) -> Result<Found, ReportError> {
    let of = Dimension::Privacy;
    let report: Report = parse(json, of)?;
    let measure = |it: &Measure| subscore(of, &it.id, [it.score, it.low, it.high], 1.0);
    let subscores = report.scores.iter().map(measure);
    let subscores: Vec<_> = subscores.collect::<Result<_, _>>()?;
    if subscores.is_empty() {
        return Err(ReportError::Nothing { of });
    }
    Ok(Found {
        subscores,
        proxy: false,
        evidence: own_report(json, report.tool, report.time),
    })
}
