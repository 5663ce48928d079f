//! How a plan values institutions' rows by its model.

use consilium_mailbox::PartyId;
use consilium_value::{
    FEWEST_ROWS, MOST_DRAWN_PLAYERS, Method, fewest_contributors, fewest_judges,
};
use toml::Spanned;

use crate::{
    Limits, OnDropout, PlanError, PlanFault, Protection, RawPlan, TrustFault,
    plan::Places,
    raw::{RawMethod, RawParty, RawRole},
};

/// How institutions' rows are valued: `[value]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Valuing {
    /// At home alone, or by coalitions too.
    pub method: Method,
    /// The contributors whose test rows judge, in order.
    pub judges: Vec<PartyId>,
    /// How many contributors may pool what they know with the coordinator.
    pub colluding: usize,
}

impl Valuing {
    /// Says whether each contributor shows the coordinator its own sums.
    pub fn shows_own_sums(&self) -> bool {
        self.method == Method::Shapley
    }
}

/// Checks that rows are kept for judging, that the fit is exact and of all contributors, that nobody's own
/// sums would be told by a total, and that coalitions can be made of what each shows.
pub(super) fn check(
    raw: &RawPlan,
    (limits, protection): (&Limits, &Protection),
    at: &Places,
) -> Result<Option<Valuing>, PlanError> {
    let Some(given) = &raw.value else {
        return Ok(None);
    };
    let refuse = |fault| Err(at.fault(Some(given), "value", fault));
    let contributes = |party: &&RawParty| party.role.unwrap_or_default() == RawRole::Contributor;
    let parties = raw.party.get_ref().iter().filter(contributes);
    let contributors: Vec<&PartyId> = parties.map(|party| party.name.get_ref()).collect();
    let colluding = protection.colluding as usize;
    let least = fewest_contributors(colluding);
    if contributors.len() < least {
        return refuse(TrustFault::TooFewToValue { least });
    }
    let by = given.get_ref();
    let method = by.method.unwrap_or(Method::Influence);
    if method == Method::Shapley && contributors.len() > MOST_DRAWN_PLAYERS {
        return refuse(TrustFault::TooManyToValue {
            most: MOST_DRAWN_PLAYERS,
        });
    }
    if method == Method::Shapley && limits.minimum_cell.0 < FEWEST_ROWS {
        let given = raw.limits.minimum_cell.as_ref();
        let fault = TrustFault::TooFewToShow { least: FEWEST_ROWS };
        return Err(at.fault(given, "limits.minimum_cell", fault));
    }
    let is_newton =
        (raw.model.method.as_ref()).is_none_or(|method| *method.get_ref() == RawMethod::Newton);
    if raw.test.is_none() || !is_newton || raw.model.noise.is_some() {
        return refuse(TrustFault::NothingToValue);
    }
    let weighs = |party: &&RawParty| party.weight.is_some();
    if let Some(party) = raw.party.get_ref().iter().find(weighs) {
        return Err(at.fault(
            party.weight.as_ref(),
            "party.weight",
            TrustFault::WeighedValues,
        ));
    }
    let on_dropout = raw.protection.on_dropout.as_ref();
    if on_dropout.is_some_and(|rule| *rule.get_ref() == OnDropout::Continue) {
        return Err(at.fault(on_dropout, "protection.on_dropout", TrustFault::AllToValue));
    }
    let named = by.judged_by.as_ref();
    let mut judges: Vec<PartyId> = match named {
        None => contributors.into_iter().cloned().collect(),
        Some(named) => {
            let stranger = |name: &&Spanned<PartyId>| !contributors.contains(&name.get_ref());
            if let Some(name) = named.get_ref().iter().find(stranger) {
                let party = name.get_ref().clone();
                let fault = PlanFault::NotContributor { party };
                return Err(at.fault(Some(name), "value.judged_by", fault));
            }
            named
                .get_ref()
                .iter()
                .map(|name| name.get_ref().clone())
                .collect()
        }
    };
    judges.sort();
    judges.dedup();
    let least = fewest_judges(colluding);
    if judges.len() < least {
        return Err(at.fault(named, "value.judged_by", TrustFault::TooFewJudges { least }));
    }
    Ok(Some(Valuing {
        method,
        judges,
        colluding,
    }))
}
