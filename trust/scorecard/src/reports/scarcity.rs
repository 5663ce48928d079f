//! `scarcity.json`.

use consilium_mailbox::PartyId;
use serde::Deserialize;

use super::{of_study, parse, subscore};
use crate::{Dimension, Found, ReportError, VersionHash, Whose};

#[derive(Debug, Deserialize)]
struct Report {
    #[serde(flatten)]
    whose: Whose,
    surprisal: Option<Measure>,
    exclusive: Option<Measure>,
}

/// A measure, of which only the score matters here.
#[derive(Debug, Deserialize)]
struct Measure {
    score: f64,
    score_interval: Interval,
}

#[derive(Debug, Deserialize)]
struct Interval {
    low: f64,
    high: f64,
}

pub(super) fn read(
    json: &str,
    institution: &PartyId,
    version: Option<VersionHash>,
) -> Result<Found, ReportError> {
    let of = Dimension::Scarcity;
    let report: Report = parse(json, of)?;
    report.whose.check(institution, version, of)?;
    let measures = [
        ("surprisal", report.surprisal),
        ("exclusive", report.exclusive),
    ];
    let mut subscores = Vec::new();
    for (id, measure) in measures {
        let Some(Measure {
            score,
            score_interval: Interval { low, high },
        }) = measure
        else {
            continue;
        };
        subscores.push(subscore(of, id, [score, low, high], 1.0)?);
    }
    if subscores.is_empty() {
        return Err(ReportError::Nothing { of });
    }
    Ok(Found {
        subscores,
        proxy: false,
        evidence: of_study(report.whose.study, of),
    })
}
