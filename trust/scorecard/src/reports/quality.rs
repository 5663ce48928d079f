//! `quality.json`.

use consilium_base::UnixTime;
use serde::Deserialize;

use super::{own_report, parse, subscore};
use crate::{Dimension, Found, ReportError, Score};

#[derive(Debug, Deserialize)]
struct Report {
    tool: String,
    time: UnixTime,
    headings: Vec<Heading>,
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
struct Heading {
    #[serde(rename = "heading")]
    id: String,
    weight: f64,
    score: Score,
}

#[derive(Debug, Deserialize)]
struct Rule {
    id: String,
    outcome: String,
}

pub(super) fn read(json: &str) -> Result<Found, ReportError> {
    let of = Dimension::Quality;
    let report: Report = parse(json, of)?;
    let not_run = report.rules.into_iter();
    let not_run: Vec<String> = not_run
        .filter(|rule| rule.outcome == "not-run")
        .map(|rule| rule.id)
        .collect();
    if !not_run.is_empty() {
        return Err(ReportError::NotRun { rules: not_run });
    }
    let heading = |it: &Heading| {
        let Score { score, low, high } = it.score;
        subscore(of, &it.id, [score, low, high], it.weight)
    };
    // Accessibility counts where a table can't be read, and else has no weight.
    let counted = report.headings.iter().filter(|it| it.weight != 0.0);
    let subscores = counted.map(heading);
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
