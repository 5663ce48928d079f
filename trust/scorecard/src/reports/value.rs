//! `value.json`.

use std::collections::BTreeMap;

use consilium_mailbox::PartyId;
use serde::Deserialize;

use super::{Whose, parse, subscore};
use crate::{Dimension, Found, ReportError, VersionHash};

#[derive(Debug, Deserialize)]
struct Report {
    #[serde(flatten)]
    whose: Whose,
    /// How sure it is that the rows help: a probability already, which has no interval of its own.
    score: f64,
    /// By coalitions: the share in the own Shapley value and the mean of the others'.
    share: Option<f64>,
    coalesced: Option<Coalesced>,
}

/// What coalitions tell.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Coalesced {
    Withheld,
    Told { parties: BTreeMap<PartyId, Worth> },
}

#[derive(Debug, Deserialize)]
struct Worth {
    shapley: Shapley,
}

#[derive(Debug, Deserialize)]
struct Shapley {
    value: f64,
    interval: (f64, f64),
}

pub(super) fn read(
    json: &str,
    institution: &PartyId,
    version: Option<VersionHash>,
) -> Result<Found, ReportError> {
    let of = Dimension::Value;
    let report: Report = parse(json, of)?;
    report.whose.check(institution, version, of)?;
    let mut subscores = vec![subscore(of, "leave-one-out", [report.score; 3], 1.0)?];
    if let Some(share) = report.share {
        let bounds = match &report.coalesced {
            Some(Coalesced::Told { parties }) => bounds(parties, institution),
            Some(Coalesced::Withheld) | None => None,
        };
        let (low, high) = bounds.unwrap_or((share, share));
        subscores.push(subscore(of, "shapley", [share, low, high], 1.0)?);
    }
    Ok(Found {
        subscores,
        proxy: false,
        evidence: report.whose.evidence(of),
    })
}

/// The shares at both ends of the interval of the own Shapley value, the others' held.
fn bounds(parties: &BTreeMap<PartyId, Worth>, own: &PartyId) -> Option<(f64, f64)> {
    let others = parties.iter().filter(|(party, _)| *party != own);
    let others: Vec<f64> = others
        .map(|(_, worth)| worth.shapley.value.max(0.0))
        .collect();
    let mean = others.iter().sum::<f64>() / others.len().max(1) as f64;
    let share = |own: f64| match own.max(0.0) {
        own if own + mean > 0.0 => 100.0 * own / (own + mean),
        _ => 0.0,
    };
    let (low, high) = parties.get(own)?.shapley.interval;
    Some((share(low), share(high)))
}
