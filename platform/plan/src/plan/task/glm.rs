//! A generalised linear model.

mod value;

use consilium_evaluation::Range;
use consilium_glm::{
    Column, ConstantColumns, Family, Kind, Partition, Regression, Specification,
    averaging::Schedule,
    noise::Noise,
    surrogate::{MOST_ROUNDS, Order, Surrogate},
};
use serde::{Deserialize, Serialize};
use toml::Spanned;

pub use self::value::Valuing;
use super::columns::{self, Term, Values};
use crate::{
    Limits, OnDropout, Phase, PlanError, PlanFault, Protection, RawPlan,
    plan::Places,
    raw::{RawAveraging, RawComparison, RawMethod, RawNoise, RawParty, RawRole},
};

/// A generalised linear model, fitted over secure sums by Newton's steps or an approximation of them.
///
/// Features are standardised by the means and deviations over all contributors; the penalty is on
/// their coefficients.
#[derive(Debug, Clone, PartialEq)]
pub struct Glm {
    /// What becomes of missing values.
    pub missing: Missing,
    /// What is fitted beside it to compare.
    pub comparison: Comparison,
    /// The regression.
    pub regression: Regression,
    /// How its likelihood is approximated; none: it is fitted by Newton's steps.
    pub surrogate: Option<Surrogate>,
    /// How institutions' rows are valued by it; none: they are not.
    pub value: Option<Valuing>,
}

/// What becomes of missing values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Missing {
    /// Rows with a missing value are left out.
    #[default]
    #[serde(rename = "drop")]
    Drop,
    /// The mean over all contributors is put in its place.
    #[serde(rename = "mean")]
    Mean,
    /// The same, and a 0/1 column says where.
    #[serde(rename = "mean+indicator")]
    MeanAndIndicator,
}

impl Missing {
    /// Gives the rule as a plan writes it.
    pub fn name(self) -> &'static str {
        match self {
            Missing::Drop => "drop",
            Missing::Mean => "mean",
            Missing::MeanAndIndicator => "mean+indicator",
        }
    }
}

/// Other ways to train the same model, for comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Comparison {
    /// Federated averaging.
    pub fedavg: Option<Schedule>,
    /// FedProx.
    pub fedprox: Option<Schedule>,
}

impl Glm {
    /// Gives how a phase averages models, if it does.
    pub fn schedule(&self, phase: Phase) -> Option<Schedule> {
        match phase {
            Phase::Fedavg => self.comparison.fedavg,
            Phase::Fedprox => self.comparison.fedprox,
            _ => None,
        }
    }

    /// Names the ways of training that are compared with.
    pub fn arms(&self) -> Vec<&'static str> {
        let arms = [
            ("FedAvg", &self.comparison.fedavg),
            ("FedProx", &self.comparison.fedprox),
        ];
        arms.into_iter()
            .filter(|(_, schedule)| schedule.is_some())
            .map(|(name, _)| name)
            .collect()
    }

    /// Gives the most coefficients that the model can have, the intercept among them.
    pub fn most_coefficients(&self) -> usize {
        let columns = self.regression.specification().columns.len();
        let marks = if self.missing == Missing::MeanAndIndicator {
            columns
        } else {
            0
        };
        1 + columns + marks
    }
}

/// Checks what a plan says of the model, over these terms and labels, and the cells that are counted.
pub(super) fn check(
    raw: &RawPlan,
    (terms, labels, partitions): (Vec<Term>, Range, Vec<Partition>),
    (limits, protection, contributors): (&Limits, &Protection, usize),
    at: &Places,
) -> Result<Glm, PlanError> {
    let family = raw.model.family.as_ref();
    let family = family.map_or(Family::Logistic, |family| *family.get_ref());
    let missing = raw.model.missing.unwrap_or_default();
    let column = |term: Term| Column {
        name: term.name,
        kind: match term.values {
            Values::Number(range) | Values::Integer(range) => Kind::Number(range),
            Values::Binary => Kind::Binary,
            Values::Two(range) => Kind::Two(range),
        },
        mark_missing: missing == Missing::MeanAndIndicator,
    };
    let constant_columns = raw.model.constant_columns;
    let specification = Specification {
        family,
        columns: terms.into_iter().map(column).collect(),
        labels,
        penalty: raw
            .model
            .penalty
            .as_ref()
            .map_or(0.0, |penalty| *penalty.get_ref()),
        minimum_count: limits.minimum_cell.0,
        partitions,
        constant_columns: constant_columns.map_or(ConstantColumns::Refuse, ConstantColumns::from),
        most_rows: limits.most_rows.0,
        most_contributors: contributors,
        bits: protection.bits,
        steps: raw.model.steps.as_ref().map(|steps| *steps.get_ref()),
        noise: raw.model.noise.as_ref().map(|noise| {
            let RawNoise {
                epsilon,
                delta,
                clip,
            } = *noise.get_ref();
            let honest = protection.honest();
            Noise {
                epsilon,
                delta,
                clip,
                honest,
            }
        }),
    };
    let regression = Regression::try_from(specification);
    Ok(Glm {
        missing,
        comparison: comparison(&raw.comparison, family, at)?,
        surrogate: surrogate(raw, at)?,
        value: value::check(raw, (limits, protection), at)?,
        regression: regression.map_err(|error| columns::blame(error, raw, at))?,
    })
}

/// Checks by which method a plan fits.
fn surrogate(raw: &RawPlan, at: &Places) -> Result<Option<Surrogate>, PlanError> {
    let given = &raw.model;
    let method = given.method.as_ref();
    if method.is_none_or(|method| *method.get_ref() == RawMethod::Newton) {
        if let Some(lead) = &given.lead {
            return Err(at.fault(Some(lead), "model.lead", PlanFault::OnlySurrogate));
        }
        for (number, key) in [
            (&given.rounds, "model.rounds"),
            (&given.order, "model.order"),
        ] {
            if let Some(number) = number {
                return Err(at.fault(Some(number), key, PlanFault::OnlySurrogate));
            }
        }
        return Ok(None);
    }
    if let Some(steps) = &given.steps {
        return Err(at.fault(Some(steps), "model.steps", PlanFault::OnlyNewton));
    }
    if let Some(noise) = &given.noise {
        return Err(at.fault(Some(noise), "model.noise", PlanFault::OnlyNewton));
    }
    let Some(lead) = &given.lead else {
        return Err(at.fault(method, "model.method", PlanFault::NoLead));
    };
    let mut parties = raw.party.get_ref().iter();
    let contributes = |party: &RawParty| {
        party.name.get_ref() == lead.get_ref()
            && party.role.unwrap_or_default() == RawRole::Contributor
    };
    if !parties.any(contributes) {
        let party = lead.get_ref().clone();
        return Err(at.fault(
            Some(lead),
            "model.lead",
            PlanFault::NotContributor { party },
        ));
    }
    let on_dropout = raw.protection.on_dropout.as_ref();
    if on_dropout.is_some_and(|rule| *rule.get_ref() == OnDropout::Continue) {
        return Err(at.fault(on_dropout, "protection.on_dropout", PlanFault::AllNeeded));
    }
    let most = MOST_ROUNDS.into();
    let order = at.number(given.order.as_ref(), "model.order", 2, 1..=2)?;
    Ok(Some(Surrogate {
        lead: lead.get_ref().clone(),
        rounds: at.number(given.rounds.as_ref(), "model.rounds", 1, 1..=most)?,
        order: if order == 1 {
            Order::First
        } else {
            Order::Second
        },
    }))
}

fn comparison(raw: &RawComparison, family: Family, at: &Places) -> Result<Comparison, PlanError> {
    let schedule = |given: Option<&Spanned<RawAveraging>>, arm| {
        given
            .map(|given| averaging(given, arm, family, at))
            .transpose()
    };
    Ok(Comparison {
        fedavg: schedule(raw.fedavg.as_ref(), Arm::Fedavg)?,
        fedprox: schedule(raw.fedprox.as_ref(), Arm::Fedprox)?,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Arm {
    Fedavg,
    Fedprox,
}

fn averaging(
    raw: &Spanned<RawAveraging>,
    arm: Arm,
    family: Family,
    at: &Places,
) -> Result<Schedule, PlanError> {
    let key = match arm {
        Arm::Fedavg => "comparison.fedavg",
        Arm::Fedprox => "comparison.fedprox",
    };
    if family != Family::Logistic {
        return Err(at.fault(Some(raw), key, PlanFault::OnlyLogistic));
    }
    let given = raw.get_ref();
    let default_pull = if arm == Arm::Fedprox { 0.1 } else { 0.0 };
    let counts = [
        given.rounds.unwrap_or(50),
        given.epochs.unwrap_or(5),
        given.batch.unwrap_or(32),
    ];
    let learning_rate = given.learning_rate.unwrap_or(0.1);
    let proximal = given.proximal.unwrap_or(default_pull);
    let pulls = match arm {
        Arm::Fedavg => given.proximal.is_none(),
        Arm::Fedprox => proximal > 0.0 && proximal.is_finite(),
    };
    let sane = counts.iter().all(|count| (1..=10_000).contains(count));
    if !(sane && pulls && learning_rate > 0.0 && learning_rate.is_finite()) {
        return Err(at.fault(Some(raw), key, PlanFault::Averaging));
    }
    let [rounds, epochs, batch] = counts;
    Ok(Schedule {
        rounds,
        epochs,
        batch: batch as usize,
        learning_rate,
        proximal,
    })
}
