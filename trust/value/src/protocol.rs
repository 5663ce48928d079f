//! Values over all parties: one sum, and what each makes of it at home.

use std::collections::BTreeMap;

use consilium_glm::{
    Sums, Table, has_few,
    solve::{Cholesky, Symmetric},
};
use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_secagg::{Contribute, Open, SumNumber, answer};
use rand_core::{CryptoRng, Rng};
use serde::{Deserialize, Serialize};

use crate::{
    Coalitions, Failure, Judged, Method, Own, Totals, Valuation, Value, ValueError, Worths,
    coalitions::add,
    influence::{self, penalise},
    sums,
};

/// m2: what all are told, or why rows are not valued.
#[derive(Debug, Serialize, Deserialize)]
struct Told(Result<Totals, Failure>);

impl Message for Told {
    const STEP: &'static str = "value.1.totals";
}

/// m3: an institution's own sums at the fit; nothing if they would tell of single rows.
#[derive(Debug, Serialize, Deserialize)]
struct Shown(Option<Part>);

impl Message for Shown {
    const STEP: &'static str = "value.1.own";
    const LIMIT: usize = 8 << 20;
}

#[derive(Debug, Serialize, Deserialize)]
struct Part {
    rows: u64,
    gradient: Vec<f64>,
    information: Symmetric,
}

/// m4: what each is worth.
#[derive(Debug, Serialize, Deserialize)]
struct Found(Result<Coalesced, Failure>);

impl Message for Found {
    const STEP: &'static str = "value.1.values";
}

/// What coalitions of institutions tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coalesced {
    /// Nothing: somebody has so few rows of a kind that its sums would tell of single ones.
    Withheld,
    /// What each institution is worth.
    Told {
        /// By institution, to three significant digits.
        parties: BTreeMap<PartyId, Worth>,
        /// By how much the deviance falls by the rows of all.
        all: f64,
        /// Coalitions that were looked at.
        coalitions: u64,
    },
}

/// What an institution's rows are worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worth {
    /// Its Shapley value.
    pub shapley: Value,
    /// By how much the deviance would rise without it.
    pub leave_one_out: Value,
}

/// What a contributor learns.
#[derive(Clone, Debug, PartialEq)]
pub struct Valued {
    /// What all were told.
    pub totals: Totals,
    /// What it made of that for its own rows.
    pub own: Own,
    /// What coalitions tell, if the plan asks for it.
    pub coalesced: Option<Coalesced>,
}

const LOCAL: &str = "value.1.local";
const SOLVE: &str = "value.1.solve";

/// The longest Newton step, in relation to the largest coefficient, that is left at an optimum.
///
/// Fits end at steps of 1e-7; rounding of sums may move them.
const LONGEST_STEP: f64 = 1e-3;

/// Values rows: the aggregator's part.
///
/// Figure 1 of docs/protocols/value.md. The sum is number `number` of the study; `rng` draws orders of
/// joining where there are many institutions.
///
/// # Errors
///
/// [`ValueError::Failed`] says why there are no values; the contributors are told too.
pub async fn aggregate(
    mail: &Mailbox,
    valuation: &Valuation<'_>,
    number: SumNumber,
    sum: &mut impl Open,
    rng: &mut impl Rng,
) -> Result<(Totals, Option<Coalesced>), ValueError> {
    valuation.check()?;
    let shape = valuation.shape(number);
    let opened = sum.open(&mail.scope("sum"), &shape).await?; // m1: sums at the fit
    let absent = |party: &&PartyId| !opened.contributors.contains(party);
    if let Some(party) = valuation.contributors.iter().find(absent) {
        let party = party.clone();
        return Err(ValueError::Incomplete { party });
    }
    let found = mail.compute(SOLVE, || total(valuation, &opened.sum));
    let told = Told(found.as_ref().map(|it| it.2.clone()).map_err(|it| *it));
    mail.broadcast(valuation.contributors, &told).await?; // m2: totals
    let (fitted, judged, totals) = found?;
    if valuation.method == Method::Influence {
        return Ok((totals, None));
    }
    let mut parts = Vec::with_capacity(valuation.contributors.len());
    for party in valuation.contributors {
        let Shown(part) = mail.recv(party).await?; // m3: own sums
        let bad_part = || ValueError::BadPart {
            party: party.clone(),
        };
        let part = part.map(|part| part.read(&fitted).ok_or_else(bad_part));
        parts.push(part.transpose()?);
    }
    let parts: Option<Vec<Sums>> = parts.into_iter().collect();
    let found = mail.compute(SOLVE, || match parts {
        None => Ok(Coalesced::Withheld),
        Some(parts) => coalesce(valuation, (&fitted, &judged), &parts, rng),
    });
    let told = Found(found);
    mail.broadcast(valuation.contributors, &told).await?; // m4: values
    Ok((totals, Some(told.0?)))
}

/// Values own rows: a contributor's part.
///
/// `fitted` are the rows in the fit, `judging` those it judges by, if it is a judge. `rounding` gives
/// the sum's generator, seeded by a secret of this party's for the study and the sum.
///
/// # Errors
///
/// As [`aggregate`].
///
/// # Security
///
/// Where the method is [`Method::Shapley`], own gradient and information at the fit leave home, for the
/// aggregator: that is nearly the own fit. They don't if a level or a cell has few own rows.
pub async fn contribute<R: CryptoRng>(
    mail: &Mailbox,
    aggregator: &PartyId,
    valuation: &Valuation<'_>,
    (fitted, judging): (&Table, &Table),
    number: SumNumber,
    rounding: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<Valued, ValueError> {
    valuation.check()?;
    let regression = valuation.regression;
    let judging = (valuation.judges.contains(mail.me())).then_some(judging);
    let shape = valuation.shape(number);
    let encoding = sums::encoding(regression, &valuation.model.design)?;
    let own_sums = mail.compute(LOCAL, || Sums::of(regression, fitted, valuation.model));
    let add_up = |_: &mut R| sums::local(regression, (&own_sums, judging), valuation.model);
    let coded = (&shape, &encoding);
    answer(&mail.scope("sum"), coded, LOCAL, rounding, add_up, sum).await?; // m1
    let bad_answer = || ValueError::BadAnswer {
        aggregator: aggregator.clone(),
    };
    let Told(told) = mail.recv(aggregator).await?; // m2
    let totals = told?;
    if !totals.suits(valuation.model.coefficients.len()) || totals.rows <= fitted.rows() as u64 {
        return Err(bad_answer());
    }
    let own = mail.compute(LOCAL, || {
        influence::own(regression, (fitted, &own_sums), valuation.model, &totals)
    });
    if valuation.method == Method::Influence {
        return Ok(Valued {
            totals,
            own: own?,
            coalesced: None,
        });
    }
    let part = mail.compute(LOCAL, || {
        (!has_few(regression, fitted)).then_some(Part {
            rows: own_sums.rows,
            gradient: own_sums.gradient,
            information: own_sums.fisher,
        })
    });
    mail.send(aggregator, &Shown(part)).await?; // m3
    let Found(found) = mail.recv(aggregator).await?; // m4
    let found = found?;
    if !found.suits(valuation.contributors) {
        return Err(bad_answer());
    }
    // Nobody waits for whoever has no value of its own.
    Ok(Valued {
        totals,
        own: own?,
        coalesced: Some(found),
    })
}

/// Reads the sum, holds it against the fit, and makes what all are told.
fn total(valuation: &Valuation<'_>, opened: &[u64]) -> Result<(Sums, Judged, Totals), Failure> {
    let model = valuation.model;
    let (fitted, judged) = sums::read(valuation.regression, model, opened)?;
    let mut information = fitted.fisher.clone();
    penalise(&mut information, valuation.penalty());
    let factor = Cholesky::new(&information).map_err(|_| Failure::Implausible)?;
    let mut gradient = fitted.gradient.clone();
    for (slope, t) in gradient.iter_mut().zip(&model.coefficients).skip(1) {
        *slope += valuation.penalty() * t;
    }
    let largest = |numbers: &[f64]| numbers.iter().fold(0.0, |most: f64, it| most.max(it.abs()));
    let longest = LONGEST_STEP * largest(&model.coefficients).max(1.0);
    if valuation.has_converged && largest(&factor.solve(&gradient)) > longest {
        return Err(Failure::Implausible);
    }
    let totals = Totals {
        rows: fitted.rows,
        judged_rows: judged.sums.rows,
        deviance: 2.0 * judged.sums.loss,
        null_deviance: judged.null_deviance,
        dispersion: judged.dispersion,
        direction: factor.solve(&judged.sums.gradient),
    };
    if !totals.suits(model.coefficients.len()) {
        return Err(Failure::Implausible);
    }
    Ok((fitted, judged, totals))
}

/// Holds own sums against the opened one, and values the institutions.
fn coalesce(
    valuation: &Valuation<'_>,
    (fitted, judged): (&Sums, &Judged),
    parts: &[Sums],
    rng: &mut impl Rng,
) -> Result<Coalesced, Failure> {
    let encoding = sums::encoding(valuation.regression, &valuation.model.design);
    let quanta: Vec<f64> = encoding
        .map_err(|_| Failure::Implausible)?
        .quanta()
        .collect();
    if !adds_up(
        fitted,
        parts,
        &sums::of_fitted(&quanta, fitted.gradient.len()),
    ) {
        return Err(Failure::DoesNotAddUp);
    }
    let at = &valuation.model.coefficients;
    let coalitions = Coalitions::new(parts.iter().collect(), at, valuation.penalty(), judged);
    let Worths {
        shapley,
        leave_one_out,
        all,
        coalitions,
    } = coalitions.worths(rng);
    let worths = shapley.into_iter().zip(leave_one_out);
    let parties = valuation.contributors.iter().cloned().zip(worths);
    Ok(Coalesced::Told {
        parties: parties
            .map(|(party, (shapley, leave_one_out))| {
                let worth = Worth {
                    shapley: shapley.rounded(),
                    leave_one_out: leave_one_out.rounded(),
                };
                (party, worth)
            })
            .collect(),
        all,
        coalitions,
    })
}

/// Says whether the parts are those of the sum, but for each part's rounding to whole quanta.
fn adds_up(fitted: &Sums, parts: &[Sums], quanta: &[f64]) -> bool {
    let order = fitted.gradient.len();
    let mut sum = vec![0.0; order];
    let mut information = vec![0.0; fitted.fisher.upper().len()];
    let mut rows = 0_u64;
    for part in parts {
        add(&mut sum, &part.gradient);
        add(&mut information, part.fisher.upper());
        rows = rows.saturating_add(part.rows);
    }
    let opened = fitted.gradient.iter().chain(fitted.fisher.upper());
    let shown = sum.iter().chain(&information);
    let of_rounding = parts.len() as f64;
    // Floating-point addition in another order moves the sum too.
    let blur = 1e-9 * fitted.rows as f64;
    rows == fitted.rows
        && (opened.zip(shown).zip(quanta)).all(|((opened, shown), quantum)| {
            (opened - shown).abs() <= of_rounding * quantum + blur
        })
}

impl Part {
    /// Takes what can be the sums of some of these rows.
    fn read(self, all: &Sums) -> Option<Sums> {
        let order = all.gradient.len();
        let numbers = self.gradient.iter().chain(self.information.upper());
        let is_sane = self.gradient.len() == order
            && self.information.order() == order
            && numbers.into_iter().all(|number| number.is_finite())
            && (0..order).all(|place| self.information.at(place, place) >= 0.0)
            && (1..all.rows).contains(&self.rows);
        is_sane.then_some(Sums {
            rows: self.rows,
            beyond: 0,
            loss: 0.0,
            pearson: 0.0,
            gradient: self.gradient,
            fisher: self.information,
        })
    }
}

impl Coalesced {
    /// Says whether these can be the values of these institutions.
    fn suits(&self, contributors: &[PartyId]) -> bool {
        let Coalesced::Told { parties, all, .. } = self else {
            return true;
        };
        let are_possible = parties
            .values()
            .all(|worth| worth.shapley.is_possible() && worth.leave_one_out.is_possible());
        all.is_finite()
            && are_possible
            && parties.len() == contributors.len()
            && contributors.iter().all(|party| parties.contains_key(party))
    }
}
