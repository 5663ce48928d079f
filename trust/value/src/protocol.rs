//! Values over all parties: one sum, and what each makes of it at home.

use std::collections::BTreeMap;

use consilium_glm::{
    Sums, Table, has_few,
    solve::{Cholesky, Symmetric},
};
use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_secagg::{Contribute, Open, Opened, SumNumber, Told, answer};
use rand_core::{CryptoRng, Rng};
use serde::{Deserialize, Serialize};

use crate::{
    Coalitions, Failure, Judged, Method, Own, Totals, Valuation, Value, ValueError, Worths,
    coalitions::add,
    fewest_judges,
    influence::{self, penalise},
    sums,
    worth::rounded,
};

/// m1: whether an institution that is to judge has enough rows for it.
#[derive(Debug, Serialize, Deserialize)]
struct Judges(bool);

impl Message for Judges {
    const STEP: &'static str = "value.1.judges";
}

/// m3: go on, or why rows are not valued.
#[derive(Debug, Serialize, Deserialize)]
struct Reached(Result<(), Failure>);

impl Message for Reached {
    const STEP: &'static str = "value.1.reached";
}

/// m5: what all are told, or why rows are not valued.
#[derive(Debug, Serialize, Deserialize)]
struct Added(Result<Totals, Failure>);

impl Message for Added {
    const STEP: &'static str = "value.1.totals";
}

/// m6: an institution's own sums at the fit; nothing if they would tell of single rows.
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

/// m7: what each is worth.
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
        /// By how much the deviance falls by the rows of all, to three significant digits.
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
    /// What it made of that for its own rows; nothing if these determine nothing.
    pub own: Option<Own>,
    /// What coalitions tell, if the plan asks for it.
    pub coalesced: Option<Coalesced>,
}

const LOCAL: &str = "value.1.local";
const SOLVE: &str = "value.1.solve";

/// The longest Newton step, in relation to the largest coefficient, that is left at an optimum.
///
/// Fits end at steps of 1e-7; rounding of sums may move them.
const LONGEST_STEP: f64 = 1e-3;

/// The most by which a number is off in three significant digits, in relation to it.
const ROUNDING: f64 = 0.005;

/// Values rows: the aggregator's part.
///
/// Figure 1 of docs/protocols/value.md. The two sums are `first` and the next one; `rng` draws orders of
/// joining where there are many institutions.
///
/// # Errors
///
/// [`ValueError::Failed`] says why there are no values; the contributors are told too.
pub async fn aggregate(
    mail: &Mailbox,
    valuation: &Valuation<'_>,
    first: SumNumber,
    sum: &mut impl Open,
    rng: &mut impl Rng,
) -> Result<(Totals, Option<Coalesced>), ValueError> {
    valuation.check()?;
    let [counts, rows] = valuation.shapes(first);
    let judging = who_judges(mail, valuation, None).await?; // m1: who judges
    are_enough(valuation, &judging)?;
    let opened = sum.open(&mail.scope("counts"), &counts).await?; // m2: who has rows beyond reach, counted
    is_complete(valuation, &opened)?;
    let reached = sums::read_counts(valuation.regression, &opened.sum);
    mail.broadcast(valuation.contributors, &Reached(reached))
        .await?; // m3: go on or not
    reached?;
    let opened = sum.open(&mail.scope("sum"), &rows).await?; // m4: sums at the fit
    is_complete(valuation, &opened)?;
    let found = mail.compute(SOLVE, || total(valuation, &opened.sum));
    let added = Added(found.as_ref().map(|it| it.2.clone()).map_err(|it| *it));
    mail.broadcast(valuation.contributors, &added).await?; // m5: totals
    let (fitted, judged, totals) = found?;
    if valuation.method == Method::Influence {
        return Ok((totals, None));
    }
    let mut parts = Vec::with_capacity(valuation.contributors.len());
    for party in valuation.contributors {
        let Shown(part) = mail.recv(party).await?; // m6: own sums
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
    mail.broadcast(valuation.contributors, &told).await?; // m7: values
    Ok((totals, Some(told.0?)))
}

/// Hears of each institution that is to judge whether it does; `own` is what this one says, if it is to.
async fn who_judges(
    mail: &Mailbox,
    valuation: &Valuation<'_>,
    own: Option<bool>,
) -> Result<Vec<PartyId>, ValueError> {
    let mut judging = Vec::with_capacity(valuation.judges.len());
    for party in valuation.judges {
        let judges = match own {
            Some(own) if party == mail.me() => own,
            _ => mail.recv::<Judges>(party).await?.0,
        };
        if judges {
            judging.push(party.clone());
        }
    }
    Ok(judging)
}

/// Sees that so many judge that a total of theirs less those that may collude is of two others.
fn are_enough(valuation: &Valuation<'_>, judging: &[PartyId]) -> Result<(), Failure> {
    if judging.len() < fewest_judges(valuation.colluding) {
        return Err(Failure::TooFewJudged);
    }
    Ok(())
}

/// Sees that every contributor's rows are in a sum.
fn is_complete(valuation: &Valuation<'_>, opened: &Opened) -> Result<(), ValueError> {
    let absent = |party: &&PartyId| !opened.contributors.contains(party);
    match valuation.contributors.iter().find(absent) {
        Some(party) => Err(ValueError::Incomplete {
            party: party.clone(),
        }),
        None => Ok(()),
    }
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
    first: SumNumber,
    rounding: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<Valued, ValueError> {
    valuation.check()?;
    let (regression, model) = (valuation.regression, valuation.model);
    let is_named = valuation.judges.contains(mail.me());
    let judging = (is_named && sums::are_enough(regression, judging)).then_some(judging);
    let bad_answer = || ValueError::BadAnswer {
        aggregator: aggregator.clone(),
    };
    let says = is_named.then_some(judging.is_some());
    if let Some(judges) = says {
        let others = valuation.contributors.iter().filter(|it| *it != mail.me());
        let others: Vec<PartyId> = others.chain([aggregator]).cloned().collect();
        mail.broadcast(&others, &Judges(judges)).await?; // m1
    }
    are_enough(valuation, &who_judges(mail, valuation, says).await?)?;
    let [counts, rows] = valuation.shapes(first);
    let (own, judged) = mail.compute(LOCAL, || {
        let sums = |table: &Table| Sums::of(regression, table, model);
        let judged = judging.map(|table| (sums(table), sums::labels(table, model)));
        (sums(fitted), judged)
    });
    let coded = (&counts, &sums::encoding_of_counts(regression)?);
    let count = |_: &mut R| {
        let judged = judged.as_ref().map(|(sums, _)| sums);
        Told::whole(sums::counts(&own, judged))
    };
    answer(&mail.scope("counts"), coded, LOCAL, rounding, count, sum).await?; // m2
    let Reached(reached) = mail.recv(aggregator).await?; // m3
    reached?;
    let coded = (&rows, &sums::encoding(regression, &model.design)?);
    let add_up = |_: &mut R| {
        let is_beyond = own.beyond > 0 || judged.as_ref().is_some_and(|(sums, _)| sums.beyond > 0);
        let judged = judged.as_ref().map(|(sums, labels)| (sums, *labels));
        let told = Told::whole(sums::local(&own, judged));
        if is_beyond {
            // There are none such to add; an honest aggregator doesn't ask for them.
            Told { at: 0..0, ..told }
        } else {
            told
        }
    };
    answer(&mail.scope("sum"), coded, LOCAL, rounding, add_up, sum).await?; // m4
    let Added(told) = mail.recv(aggregator).await?; // m5
    let totals = told?;
    if !totals.suits(valuation.model.coefficients.len()) || totals.rows <= fitted.rows() as u64 {
        return Err(bad_answer());
    }
    let worth = mail.compute(LOCAL, || {
        influence::own(regression, (fitted, &own), model, &totals)
    });
    // Others wait for whoever has no value of its own, too.
    let worth = worth.ok();
    if valuation.method == Method::Influence {
        return Ok(Valued {
            totals,
            own: worth,
            coalesced: None,
        });
    }
    let part = mail.compute(LOCAL, || {
        (!has_few(regression, fitted, &model.design)).then_some(Part {
            rows: own.rows,
            gradient: own.gradient,
            information: own.fisher,
        })
    });
    mail.send(aggregator, &Shown(part)).await?; // m6
    let Found(found) = mail.recv(aggregator).await?; // m7
    let found = found?;
    if !found.suits(valuation, &totals) {
        return Err(bad_answer());
    }
    Ok(Valued {
        totals,
        own: worth,
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
    let coalitions = if valuation.has_converged {
        coalitions.at_optimum()
    } else {
        coalitions
    };
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
        all: rounded(all),
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
    /// Says whether these can be the values of these institutions: they share what the model of all explains.
    ///
    /// A fit that was cut short has a step to its optimum, by which the coalition of all is worth another amount.
    fn suits(&self, valuation: &Valuation<'_>, totals: &Totals) -> bool {
        let Coalesced::Told { parties, all, .. } = self else {
            return true;
        };
        let are_possible = parties
            .values()
            .all(|worth| worth.shapley.is_possible() && worth.leave_one_out.is_possible());
        let values = || parties.values().map(|worth| worth.shapley.value);
        let sum: f64 = values().sum();
        let rounding = ROUNDING * (all.abs() + values().map(f64::abs).sum::<f64>());
        let explained = rounded(totals.explained());
        all.is_finite()
            && are_possible
            && (sum - all).abs() <= rounding
            && (all.total_cmp(&explained).is_eq() || !valuation.has_converged)
            && parties.len() == valuation.contributors.len()
            && (valuation.contributors.iter()).all(|party| parties.contains_key(party))
    }
}
