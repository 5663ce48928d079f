//! Who takes part, with which data set.

use std::{collections::HashSet, fmt};

use consilium_base::{Digest, hex::BadHex, written_as_hex};
use consilium_evaluation::Weight;
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::Places;
use crate::{
    OnDropout, PlanError, PlanFault, RawPlan, TrustFault,
    raw::{RawKind, RawMethod, RawParty, RawRole},
};

/// A party of the study besides the coordinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its name.
    pub name: PartyId,
    /// What it does.
    pub part: Part,
}

/// What a party does in a study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// It brings rows.
    Contributor {
        /// The data set with them.
        data: DataSet,
        /// Whether it gets the result.
        receives: bool,
        /// How much its rows count in a fit.
        weight: Weight,
    },
    /// It brings nothing and gets the result.
    Receiver,
}

impl Party {
    /// Says whether it brings rows.
    pub fn contributes(&self) -> bool {
        matches!(self.part, Part::Contributor { .. })
    }

    /// Says whether it gets the result.
    pub fn receives(&self) -> bool {
        match self.part {
            Part::Contributor { receives, .. } => receives,
            Part::Receiver => true,
        }
    }
}

/// A data set that a participant has registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSet {
    /// Its name at the participant.
    pub name: Name,
    /// The one version that may be used; none leaves the choice to the steward's approval.
    pub version: Option<DataVersion>,
}

/// A name of a data set or split: 1 to 64 characters out of `a–z`, `0–9`, `-`, `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// Gives the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = PlanFault;

    fn try_from(name: String) -> Result<Name, PlanFault> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_.".contains(&c);
        let fits = (1..=64).contains(&name.len()) && name.bytes().all(plain);
        if fits {
            Ok(Name(name))
        } else {
            Err(PlanFault::Name)
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The version of a data set: a hash of content, splits and schema, keyed by its owner's secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DataVersion(pub Digest);

written_as_hex!(DataVersion);

/// The most parties that a plan names.
const MOST_PARTIES: u64 = 1_000;

pub(super) fn check(
    raw: &RawPlan,
    coordinator: &PartyId,
    at: &Places,
) -> Result<Vec<Party>, PlanError> {
    let mut seen = HashSet::from([coordinator]);
    let mut parties = Vec::new();
    let given = raw.party.get_ref().len() as u64;
    if given > MOST_PARTIES {
        let fault = PlanFault::Number {
            given,
            least: 3,
            most: MOST_PARTIES,
        };
        return Err(at.fault(Some(&raw.party), "party", fault));
    }
    for party in raw.party.get_ref() {
        let name = party.name.get_ref();
        if !seen.insert(name) {
            let fault = PlanFault::TwoPlaces {
                party: name.clone(),
            };
            return Err(at.fault(Some(&party.name), "party.name", fault));
        }
        parties.push(Party {
            name: name.clone(),
            part: part(party, weight(raw, party, at)?, at)?,
        });
    }
    if !parties.iter().any(Party::receives) {
        return Err(at.fault(Some(&raw.party), "party.receives", PlanFault::NoReceiver));
    }
    parties.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(parties)
}

/// Checks how much a party's rows count.
fn weight(raw: &RawPlan, party: &RawParty, at: &Places) -> Result<Weight, PlanError> {
    let Some(given) = &party.weight else {
        return Ok(Weight::FULL);
    };
    let method = raw.model.method.as_ref().map(|method| *method.get_ref());
    let on_dropout = raw.protection.on_dropout.as_ref();
    let on_dropout = on_dropout.map(|rule| *rule.get_ref());
    let fault = if !matches!(raw.kind, RawKind::TrainGlm | RawKind::TrainGbdt) {
        let kind = raw.kind.name();
        PlanFault::OtherKind { kind }
    } else if party.role == Some(RawRole::Receiver) {
        let party = party.name.get_ref().clone();
        PlanFault::NotContributor { party }
    } else if method == Some(RawMethod::Surrogate) || raw.model.noise.is_some() {
        TrustFault::Unweighted.into()
    } else if on_dropout == Some(OnDropout::Continue) {
        TrustFault::WeightsOfAll.into()
    } else {
        match Weight::try_from(*given.get_ref()) {
            Ok(weight) => return Ok(weight),
            Err(bad) => TrustFault::Weight(bad).into(),
        }
    };
    Err(at.fault(Some(given), "party.weight", fault))
}

fn part(raw: &RawParty, weight: Weight, at: &Places) -> Result<Part, PlanError> {
    let party = raw.name.get_ref().clone();
    let receives = raw.receives.as_ref().is_none_or(|yes| *yes.get_ref());
    match (raw.role.unwrap_or_default(), &raw.data, &raw.version) {
        (RawRole::Contributor, Some(name), version) => {
            let checked = Name::try_from(name.get_ref().clone());
            let name = checked.map_err(|fault| at.fault(Some(name), "party.data", fault))?;
            let version = match version {
                None => None,
                Some(given) => Some(given.get_ref().parse().map_err(|BadHex| {
                    at.fault(Some(given), "party.version", PlanFault::Version)
                })?),
            };
            Ok(Part::Contributor {
                data: DataSet { name, version },
                receives,
                weight,
            })
        }
        (RawRole::Contributor, None, _) => {
            let fault = PlanFault::DataSet {
                party,
                contributes: true,
            };
            Err(at.fault(Some(&raw.name), "party.data", fault))
        }
        (RawRole::Receiver, None, None) if receives => Ok(Part::Receiver),
        (RawRole::Receiver, None, None) => Err(at.fault(
            raw.receives.as_ref(),
            "party.receives",
            PlanFault::NoPart { party },
        )),
        (RawRole::Receiver, ..) => {
            let fault = PlanFault::DataSet {
                party,
                contributes: false,
            };
            Err(at.fault(Some(&raw.name), "party.data", fault))
        }
    }
}
