//! `value.json`: what a study has left, a declared proxy's report, or another's word on a study.

use consilium_base::UnixTime;
use consilium_mailbox::PartyId;
use serde::Deserialize;

use super::{of_study, own_report, parse, subscores};
use crate::{Countersignature, Dimension, Found, Measure, ReportError, VersionHash, Whose};

/// Which of the three it is.
#[derive(Debug, Deserialize)]
struct Kind {
    #[serde(default)]
    proxy: bool,
    statement: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct OfStudy {
    #[serde(flatten)]
    whose: Whose,
    scores: Vec<Measure>,
    #[serde(default)]
    countersigned: Vec<Countersignature>,
}

#[derive(Debug, Deserialize)]
struct OfProxy {
    tool: String,
    time: UnixTime,
    scores: Vec<Measure>,
}

pub(super) fn read(
    json: &str,
    institution: &PartyId,
    version: Option<VersionHash>,
) -> Result<Found, ReportError> {
    let of = Dimension::Value;
    let kind = serde_json::from_str(json);
    if let Ok(Kind {
        statement: Some(_), ..
    }) = kind
    {
        return told(json, institution);
    }
    if let Ok(Kind { proxy: true, .. }) = kind {
        let report: OfProxy = parse(json, of)?;
        return Ok(Found {
            subscores: subscores(of, &report.scores)?,
            proxy: true,
            evidence: own_report(json, report.tool, report.time),
        });
    }
    let report: OfStudy = parse(json, of)?;
    report.whose.check(institution, version, of)?;
    let mut evidence = of_study(report.whose.study, of);
    evidence.countersigned = report.countersigned;
    Ok(Found {
        subscores: subscores(of, &report.scores)?,
        proxy: false,
        evidence,
    })
}

/// Reads what somebody else has found of this institution, and told it under a signature.
fn told(json: &str, institution: &PartyId) -> Result<Found, ReportError> {
    let of = Dimension::Value;
    let by = Countersignature::from_json(json).map_err(|error| ReportError::Json {
        of,
        message: error.to_string(),
    })?;
    let subject = &by.statement.subject;
    if subject.about != *institution {
        let party = subject.about.clone();
        return Err(ReportError::Elsewhere { of, party });
    }
    let scores = by.statement.scores.iter();
    let scores: Vec<Measure> = scores
        .map(|(id, score)| Measure::exact(id, *score))
        .collect();
    let mut evidence = of_study(subject.study, of);
    let subscores = subscores(of, &scores)?;
    evidence.countersigned = vec![by];
    Ok(Found {
        subscores,
        proxy: false,
        evidence,
    })
}
