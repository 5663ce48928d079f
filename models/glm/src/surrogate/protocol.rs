//! The roles of `glm-surrogate/1`.

use consilium_mailbox::{Mailbox, PartyId};
use consilium_secagg::{Contribute, Open, Opened, SumNumber};
use rand_core::CryptoRng;

use super::{
    Solved, Surrogate, Totals,
    limits::{is_estimate, is_moderate},
    messages::{Answer, Model},
    part::Part,
    totals,
};
use crate::{
    Candidate, Design, Failure, Fit, GlmError, Published, Question, Regression, Table,
    fit::Course,
    moments::{self, Moments},
    newton, training,
};

/// Approximates the fit over the contributors' rows: the aggregator's part.
///
/// Figure 1 of docs/protocols/glm-surrogate.md. Sums are numbered from `first` on. A run that is
/// repeated asks the same again.
///
/// # Errors
///
/// [`GlmError::Failed`] says why the data allow no fit; the contributors are told too.
/// [`GlmError::Incomplete`] if a sum is not over all of them.
pub async fn aggregate(
    mail: &Mailbox,
    contributors: &[PartyId],
    (regression, agreed): (&Regression, &Surrogate),
    first: SumNumber,
    sum: &mut impl Open,
) -> Result<Fit, GlmError> {
    let fitted = approximate(mail, contributors, (regression, agreed), first, sum).await;
    match &fitted {
        Ok(fit) => announce(mail, contributors, &Ok(fit.clone())).await?,
        Err(GlmError::Failed(failure)) => {
            announce(mail, contributors, &Err(failure.clone())).await?;
        }
        Err(_) => {}
    }
    fitted
}

/// Tells the contributors how the fit ended.
///
/// # Errors
///
/// If nothing can be sent any more.
pub async fn announce(
    mail: &Mailbox,
    contributors: &[PartyId],
    outcome: &Result<Fit, Failure>,
) -> Result<(), GlmError> {
    let model = match outcome {
        Ok(fit) => Model::Fitted(Box::new(fit.publish())),
        Err(failure) => Model::Failed(failure.clone()),
    };
    mail.broadcast(contributors, &model).await?; // m7: the fit
    Ok(())
}

async fn approximate(
    mail: &Mailbox,
    contributors: &[PartyId],
    (regression, agreed): (&Regression, &Surrogate),
    first: SumNumber,
    sum: &mut impl Open,
) -> Result<Fit, GlmError> {
    let lead = contributors.iter().find(|party| **party == agreed.lead);
    let lead = lead.ok_or_else(|| GlmError::Incomplete {
        party: agreed.lead.clone(),
    })?;
    mail.broadcast(contributors, &Model::Moments(first)).await?; // m1: the question
    let shape = training::shape(regression, first, &Question::Moments);
    let opened = sum.open(&mail.scope("sum-0"), &shape).await?;
    of_all(&opened, contributors)?;
    let sums = training::decode(moments::encoding(regression), &opened.sum)?;
    let moments = Moments::read(regression, &sums)?;
    let design = Design::new(regression, &moments)?;
    let rows = moments.rows;
    let begin = Model::Begin {
        design: design.clone(),
        rows,
    };
    mail.send(lead, &begin).await?; // m2: standardise so
    let order = (agreed.order, design.coefficients());
    let mut at = match mail.recv(lead).await? {
        Answer::Estimate(own) if own.len() == order.1 && is_estimate(&own) => own, // m3: its own model
        answer => return Err(no_answer(&answer, lead)),
    };
    let mut solved = None;
    let mut least = f64::INFINITY;
    for round in 1..=agreed.rounds {
        let candidate = Candidate {
            design: design.clone(),
            coefficients: at.clone(),
        };
        let number = SumNumber(first.0.saturating_add(round));
        let shape = totals::shape(regression, number, (&candidate, agreed.order));
        let model = Model::Candidate {
            sum: number,
            candidate,
        };
        mail.broadcast(contributors, &model).await?; // m4: the candidate
        let here = mail.scope(format_args!("sum-{round}"));
        let opened = sum.open(&here, &shape).await?;
        of_all(&opened, contributors)?;
        let totals = Totals::read(regression, order, &opened.sum)?;
        if totals.rows != rows {
            return Err(Failure::Implausible.into());
        }
        let loss = totals.loss + newton::penalty(regression, &at);
        if loss > least {
            return Err(Failure::Unrepresentative.into());
        }
        least = loss + totals::blur(regression, order) + 1e-12 * loss.abs();
        mail.send(lead, &Model::Totals(totals)).await?; // m5: its derivatives over all rows
        match mail.recv(lead).await? {
            Answer::Solved(answer) if answer.suits(order.1) => {
                at.clone_from(&answer.coefficients); // m6: the surrogate's maximum
                solved = Some(answer);
            }
            answer => return Err(no_answer(&answer, lead)),
        }
    }
    let course = Course {
        updates: agreed.rounds,
        sums: agreed.rounds + 1,
        contributors: contributors.to_vec(),
    };
    let Solved {
        coefficients,
        spread,
    } = solved.ok_or(Failure::Unrepresentative)?;
    let told = (&coefficients[..], &spread);
    Ok(Fit::with(regression, design, told, rows, course))
}

/// Approximates the fit over the contributors' rows: the part of all contributors but the lead.
///
/// `rounding` gives a sum's generator, as for [`contribute`](crate::contribute()).
///
/// # Errors
///
/// [`GlmError::Failed`] says why the data allow no fit.
pub async fn contribute<R: CryptoRng>(
    mail: &Mailbox,
    aggregator: &PartyId,
    rows: (&Regression, &Table),
    (agreed, first): (&Surrogate, SumNumber),
    rounding: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<Published, GlmError> {
    let part = Part {
        aggregator,
        rows,
        agreed,
        first,
    };
    let mut before = None;
    for round in 0..=agreed.rounds.saturating_add(1) {
        let heard = mail.recv(aggregator).await?;
        let taken = part.take(mail, (round, &heard), before.as_ref(), rounding, sum);
        if let Some(fit) = taken.await? {
            return Ok(*fit);
        }
        before = heard.candidate();
    }
    Err(part.too_many())
}

/// Approximates the fit over the contributors' rows: the lead's part.
///
/// It contributes as all do; between the sums it fits its own rows, and then those corrected by the
/// totals of all.
///
/// # Errors
///
/// As [`contribute`].
///
/// # Security
///
/// An aggregator that invents totals learns from each answer where the gradient over the lead's own
/// rows takes one value of its choice. In a run one estimate is answered, and as many totals as there
/// are rounds, about the model that was answered before; other runs may bring other totals.
pub async fn lead<R: CryptoRng>(
    mail: &Mailbox,
    aggregator: &PartyId,
    rows: (&Regression, &Table),
    (agreed, first): (&Surrogate, SumNumber),
    rounding: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<Published, GlmError> {
    let part = Part {
        aggregator,
        rows,
        agreed,
        first,
    };
    let mut asked: Option<Candidate> = None;
    let mut answered: Option<Candidate> = None;
    let mut rows_of_all = 0;
    for round in 0..=agreed.rounds.saturating_add(1) {
        let mut heard = mail.recv(aggregator).await?;
        let answer = match &heard {
            Model::Begin { design, rows } if round == 1 => {
                rows_of_all = *rows;
                Some((design, part.begin(mail, design, rows_of_all)?)) // m2
            }
            Model::Totals(totals) if round > 1 => {
                let about = asked.as_ref().ok_or_else(|| part.bad_model())?;
                let answer = part.correct(mail, (about, totals), rows_of_all)?; // m5
                Some((&about.design, answer))
            }
            _ => None,
        };
        if let Some((design, answer)) = answer {
            answered = answer.coefficients().map(|coefficients| Candidate {
                design: design.clone(),
                coefficients: coefficients.to_vec(),
            });
            mail.send(aggregator, &answer).await?; // m3, m6
            heard = mail.recv(aggregator).await?;
        }
        let next = heard.candidate();
        // What is looked at is what this party has answered, and nothing else.
        if next.is_some() && next != answered.take() {
            return Err(part.bad_model());
        }
        let taken = part.take(mail, (round, &heard), asked.as_ref(), rounding, sum);
        if let Some(fit) = taken.await? {
            return Ok(*fit);
        }
        asked = next;
    }
    Err(part.too_many())
}

/// Refuses a sum that somebody is not in: standardisation, rows and candidate are of all.
fn of_all(opened: &Opened, contributors: &[PartyId]) -> Result<(), GlmError> {
    let missing = contributors
        .iter()
        .find(|party| !opened.contributors.contains(party));
    match missing {
        Some(party) => Err(GlmError::Incomplete {
            party: party.clone(),
        }),
        None => Ok(()),
    }
}

/// Says what it means that the lead's answer is none to what it was asked.
fn no_answer(answer: &Answer, lead: &PartyId) -> GlmError {
    match answer {
        Answer::None => Failure::Unrepresentative.into(),
        Answer::Estimate(_) | Answer::Solved(_) => GlmError::BadEstimate { lead: lead.clone() },
    }
}

impl Solved {
    fn suits(&self, coefficients: usize) -> bool {
        self.coefficients.len() == coefficients
            && is_moderate(&self.coefficients)
            && self.spread.suits(coefficients)
    }
}
