//! What studies leave at an institution: `scarcity.json`, `value.json`.

use std::collections::BTreeMap;

use consilium_mailbox::PartyId;
use serde::Deserialize;
use serde_json::Value;

use super::{parse, subscore};
use crate::{Dimension, Evidence, EvidenceHash, EvidenceKind, Found, ReportError, VersionHash};

#[derive(Debug, Deserialize)]
struct Report {
    study: EvidenceHash,
    party: PartyId,
    /// Which of its rows.
    version: VersionHash,
    /// Whether another task stands for the real one.
    #[serde(default)]
    proxy: bool,
    /// Measures by the ids of sub-scores, `_` for `-`, and other things.
    #[serde(flatten)]
    measures: BTreeMap<String, Value>,
}

/// A measure, of which only the score matters here.
#[derive(Debug, Deserialize)]
struct Measure {
    score: f64,
    /// None where the score is exact.
    score_interval: Option<Interval>,
}

#[derive(Debug, Deserialize)]
struct Interval {
    low: f64,
    high: f64,
}

pub(super) fn read(
    json: &str,
    of: Dimension,
    institution: &PartyId,
    version: Option<VersionHash>,
) -> Result<Found, ReportError> {
    let mut report: Report = parse(json, of)?;
    if report.party != *institution {
        let party = report.party;
        return Err(ReportError::Elsewhere { of, party });
    }
    if version.is_some_and(|version| version != report.version) {
        return Err(ReportError::Outdated { of });
    }
    let mut subscores = Vec::new();
    for [id, ..] in of.subscores() {
        let measure = report.measures.remove(&id.replace('-', "_"));
        let measure = measure.filter(|measure| !measure.is_null());
        let Some(measure) = measure else { continue };
        let wrong = |error: serde_json::Error| ReportError::Json {
            of,
            message: format!("{id}: {error}"),
        };
        let measure: Measure = serde_json::from_value(measure).map_err(wrong)?;
        let (low, high) = measure
            .score_interval
            .map_or((measure.score, measure.score), |it| (it.low, it.high));
        subscores.push(subscore(of, id, [measure.score, low, high], 1.0)?);
    }
    if subscores.is_empty() {
        return Err(ReportError::Nothing { of });
    }
    Ok(Found {
        subscores,
        proxy: report.proxy,
        evidence: Evidence {
            kind: EvidenceKind::Study,
            hash: report.study,
            tool: format!("study of {}", of.id()),
            at: None,
            countersigned: Vec::new(),
        },
    })
}
