//! How inputs are protected, and what a lost party means.

use consilium_secagg::{Assumed, Bits, Thresholds};
use serde::{Deserialize, Serialize};

use super::{Limits, Places};
use crate::{PlanError, PlanFault, RawPlan};

/// How inputs are protected: by secure aggregation, as docs/protocols/secagg.md says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// How many contributors may collude with the coordinator.
    pub colluding: u32,
    /// How many contributors the study may go on without.
    pub dropouts: u32,
    /// What a lost contributor means for the study.
    pub on_dropout: OnDropout,
    /// Width of one element of a sum.
    pub bits: Bits,
    /// Whether stewards are asked to allow that their own aggregate becomes derivable.
    pub ask_waiver: bool,
    /// Whether sums of twenty and more may be opened although they make an aggregate derivable.
    pub relax_from_twenty: bool,
    /// What follows from these numbers.
    pub thresholds: Thresholds,
}

impl Protection {
    /// Gives how many of the contributors of any sum don't collude with the coordinator.
    pub fn honest(&self) -> usize {
        let needed = match self.on_dropout {
            OnDropout::Continue => self.thresholds.signatures(),
            OnDropout::Pause | OnDropout::Fail => self.thresholds.contributors(),
        };
        needed - self.thresholds.colluding()
    }
}

/// What a lost contributor means for a study.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnDropout {
    /// The study waits for it as long as its patience says.
    #[default]
    Pause,
    /// The study fails.
    Fail,
    /// The study goes on with the others where no aggregate becomes derivable, else it waits.
    Continue,
}

impl OnDropout {
    /// Gives the rule as a plan writes it.
    pub fn name(self) -> &'static str {
        match self {
            OnDropout::Pause => "pause",
            OnDropout::Fail => "fail",
            OnDropout::Continue => "continue",
        }
    }
}

pub(super) fn check(
    raw: &RawPlan,
    contributors: usize,
    limits: &Limits,
    at: &Places,
) -> Result<Protection, PlanError> {
    let given = &raw.protection;
    let dropouts = given
        .dropouts
        .as_ref()
        .map_or(0, |number| *number.get_ref());
    let on_dropout = given
        .on_dropout
        .as_ref()
        .map_or(OnDropout::Pause, |rule| *rule.get_ref());
    let assumed = Assumed {
        contributors,
        colluding: given
            .colluding
            .as_ref()
            .map(|number| *number.get_ref() as usize),
        dropouts: dropouts as usize,
    };
    let thresholds = Thresholds::safe(assumed).map_err(|fault| {
        let numbers = [
            (&given.dropouts, "dropouts"),
            (&given.colluding, "colluding"),
        ];
        match numbers.into_iter().find(|(number, _)| number.is_some()) {
            Some((number, key)) => at.fault(number.as_ref(), format!("protection.{key}"), fault),
            None => at.fault(Some(&raw.party), "party", fault),
        }
    })?;
    let goes_on = on_dropout == OnDropout::Continue;
    if goes_on != (dropouts > 0) {
        let fault = PlanFault::Dropouts {
            rule: on_dropout.name(),
            dropouts,
        };
        return match &given.on_dropout {
            Some(rule) => Err(at.fault(Some(rule), "protection.on_dropout", fault)),
            None => Err(at.fault(given.dropouts.as_ref(), "protection.dropouts", fault)),
        };
    }
    let allowances = [
        (&given.ask_waiver, "protection.ask_waiver"),
        (&given.relax_from_twenty, "protection.relax_from_twenty"),
    ];
    for (allowance, key) in allowances {
        if allowance.as_ref().is_some_and(|yes| *yes.get_ref()) && !goes_on {
            return Err(at.fault(allowance.as_ref(), key, PlanFault::OnlyContinue));
        }
    }
    let minimum = limits.minimum_verified as usize;
    let remaining = contributors - dropouts as usize;
    if goes_on && remaining < minimum {
        let dropouts = dropouts as usize;
        let fault = PlanFault::DropoutsBelowMinimum {
            contributors,
            dropouts,
            remaining,
            minimum,
        };
        return Err(at.fault(given.dropouts.as_ref(), "protection.dropouts", fault));
    }
    let relax_from_twenty = given
        .relax_from_twenty
        .as_ref()
        .is_some_and(|yes| *yes.get_ref());
    if relax_from_twenty && contributors < consilium_secagg::opening::RELAXED_FROM {
        let fault = PlanFault::RelaxedTooFew { contributors };
        return Err(at.fault(
            given.relax_from_twenty.as_ref(),
            "protection.relax_from_twenty",
            fault,
        ));
    }
    let width = at.number(
        given.bits.as_ref(),
        "protection.bits",
        Bits::WIDEST.get(),
        1..=64,
    )?;
    Ok(Protection {
        colluding: u32::try_from(thresholds.colluding()).expect("fewer than the contributors"),
        dropouts,
        on_dropout,
        bits: Bits::new(width).expect("1 to 64 was checked"),
        ask_waiver: given.ask_waiver.as_ref().is_some_and(|yes| *yes.get_ref()),
        relax_from_twenty,
        thresholds,
    })
}
