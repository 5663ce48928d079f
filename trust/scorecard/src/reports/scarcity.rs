//! `scarcity.json`.

use consilium_mailbox::PartyId;
use serde::Deserialize;

use super::{of_study, own, parse, subscore};
use crate::{Dimension, EvidenceHash, Found, ReportError};

#[derive(Debug, Deserialize)]
struct Report {
    study: EvidenceHash,
    party: PartyId,
    surprisal: Surprisal,
    #[serde(default)]
    exclusive: Option<Exclusive>,
}

/// In bits.
#[derive(Debug, Deserialize)]
struct Surprisal {
    excess: f64,
    interval: Interval,
}

/// As shares of the own entities.
#[derive(Debug, Deserialize)]
struct Exclusive {
    share: f64,
    interval: Interval,
}

#[derive(Debug, Deserialize)]
struct Interval {
    low: f64,
    high: f64,
}

pub(super) fn read(json: &str, institution: &PartyId) -> Result<Found, ReportError> {
    let of = Dimension::Scarcity;
    let report: Report = parse(json, of)?;
    own(&report.party, institution, of)?;
    let Surprisal { excess, interval } = report.surprisal;
    let bits = [excess, interval.low, interval.high].map(surprise);
    let mut subscores = vec![subscore(of, "surprisal", bits, 1.0)?];
    if let Some(Exclusive { share, interval }) = report.exclusive {
        let shares = [share, interval.low, interval.high].map(|share| 100.0 * share);
        subscores.push(subscore(of, "exclusive", shares, 1.0)?);
    }
    Ok(Found {
        subscores,
        proxy: false,
        evidence: of_study(report.study, "scarcity.1".to_owned()),
    })
}

/// The score of an excess of surprisal in bits: each bit halves what is left to 100.
fn surprise(excess: f64) -> f64 {
    100.0 * (1.0 - (-excess.max(0.0)).exp2())
}
