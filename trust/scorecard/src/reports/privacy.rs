//! `privacy.json`.

use consilium_base::UnixTime;
use serde::Deserialize;

use super::{own_report, parse, subscores};
use crate::{Dimension, Found, Measure, ReportError};

#[derive(Debug, Deserialize)]
struct Report {
    tool: String,
    time: UnixTime,
    scores: Vec<Measure>,
}

pub(super) fn read(json: &str) -> Result<Found, ReportError> {
    let of = Dimension::Privacy;
    let report: Report = parse(json, of)?;
    Ok(Found {
        subscores: subscores(of, &report.scores)?,
        proxy: false,
        evidence: own_report(json, report.tool, report.time),
    })
}
