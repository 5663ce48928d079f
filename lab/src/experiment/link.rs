//! Simulated links between the parties.

use std::{collections::BTreeMap, time::Duration};

use consilium_mailbox::{PartyId, sim::Link};
use consilium_plan::Plan;
use serde::Serialize;

use super::{
    data::party,
    places::Places,
    raw::{RawLink, RawLinks},
};
use crate::{LabError, LabFault};

/// A party's link to all others, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LinkTerms {
    /// Time from sender to receiver in milliseconds: 0 to 60,000.
    pub latency_ms: f64,
    /// Bandwidth in megabits a second: over 0, at most 1,000,000; none for no limit.
    pub megabits: Option<f64>,
    /// Share of transmissions that are lost: 0 to 0.5.
    pub loss: f64,
}

impl LinkTerms {
    /// Gives the link as a simulated world takes it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bandwidths are over 0 and at most 10^12 bits a second"
    )]
    pub fn link(&self) -> Link {
        Link {
            latency: Duration::from_secs_f64(self.latency_ms / 1e3),
            bandwidth: self
                .megabits
                .map(|megabits| (megabits * 125e3).max(1.0) as u64),
            loss: self.loss,
        }
    }
}

/// The links of an experiment; without `[link]` nothing takes time on its way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Links {
    usual: LinkTerms,
    party: BTreeMap<PartyId, LinkTerms>,
}

impl Links {
    /// Gives the link of whoever has none of its own.
    pub fn usual(&self) -> LinkTerms {
        self.usual
    }

    /// Gives the links of parties that have their own.
    pub fn of_parties(&self) -> impl Iterator<Item = (&PartyId, &LinkTerms)> {
        self.party.iter()
    }
}

pub(super) fn check(
    raw: Option<&RawLinks>,
    plan: &Plan,
    places: &Places,
) -> Result<Links, LabError> {
    let none = RawLinks::default();
    let raw = raw.unwrap_or(&none);
    let given = RawLink {
        latency_ms: raw.latency_ms,
        megabits: raw.megabits,
        loss: raw.loss,
    };
    let none = LinkTerms {
        latency_ms: 0.0,
        megabits: None,
        loss: 0.0,
    };
    let usual = terms(given, none, "link", places)?;
    let mut own = BTreeMap::new();
    for (name, given) in &raw.party {
        let path = format!("link.party.{name}");
        let party = if name == plan.coordinator().as_str() {
            plan.coordinator().clone()
        } else {
            party(name, &path, plan, places)?
        };
        own.insert(party, terms(*given, usual, &path, places)?);
    }
    Ok(Links { usual, party: own })
}

/// Checks a link; what is not given is as `usual`.
fn terms(
    given: RawLink,
    usual: LinkTerms,
    path: &str,
    places: &Places,
) -> Result<LinkTerms, LabError> {
    let terms = LinkTerms {
        latency_ms: given.latency_ms.unwrap_or(usual.latency_ms),
        megabits: given.megabits.or(usual.megabits),
        loss: given.loss.unwrap_or(usual.loss),
    };
    let is_bandwidth = |megabits| megabits > 0.0 && megabits <= 1e6;
    let checks = [
        (
            "latency_ms",
            (0.0..=60_000.0).contains(&terms.latency_ms),
            "0 to 60000",
        ),
        (
            "megabits",
            terms.megabits.is_none_or(is_bandwidth),
            "over 0 and at most 1000000",
        ),
        ("loss", (0.0..=0.5).contains(&terms.loss), "0 to 0.5"),
    ];
    match checks.into_iter().find(|(_, holds, _)| !holds) {
        None => Ok(terms),
        Some((key, _, allowed)) => {
            let key = format!("{path}.{key}");
            Err(places.at(&key.clone(), LabFault::Number { key, allowed }))
        }
    }
}
