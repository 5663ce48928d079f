//! Horizontal training: the same columns, different patients.

pub(crate) mod amounts;
mod contribution;
mod counted;
mod disclosure;
pub(crate) mod element;
mod error;
mod keep;
pub(crate) mod question;
mod rows;
pub(crate) mod specification;
#[cfg(test)]
mod wire;

use consilium_base::Seed;
use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_secagg::{Contribute, Input, Open, SumError, SumNumber};
use serde::{Deserialize, Serialize};

use contribution::Contribution;

use crate::{
    Table,
    training::{Ended, Fit, Published, Told, Training},
};

pub use crate::quantiles::Cells;
pub use disclosure::disclosures;
pub use error::{HorizontalError, NoModel};
pub use keep::Keep;
pub use question::{Cost, News, Question, most_sums};
pub use rows::BadRows;
pub use specification::{
    Agreement, BadAgreement, Feature, MOST_CONTRIBUTORS, MOST_SHARED_COLUMNS, Shared, Values,
};

/// What the aggregator tells the contributors in one turn.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Turn {
    /// Take part in a sum.
    Asked {
        sum: SumNumber,
        news: Vec<News>,
        question: Question,
    },
    /// The fit is done.
    Fitted { news: Vec<News>, ended: Ended },
    /// There is no model.
    Failed(NoModel),
    /// The fit goes on over fewer parties, and this is none of them.
    LeftOut,
}

impl Message for Turn {
    const STEP: &'static str = "gbdt-histogram.1.turn";
    const LIMIT: usize = 64 << 20;
}

/// The label under which a contributor's CPU time is accounted.
const LOCAL: &str = "gbdt-histogram.1.local";
/// The same for the aggregator's.
const GROW: &str = "gbdt-histogram.1.grow";

/// Grows trees over the contributors' rows: the aggregator's part.
///
/// Figure 1 of docs/protocols/gbdt-histogram.md. `training` is [`Training::begin`], or what was
/// kept by `kept` in an earlier run.
///
/// # Errors
///
/// [`HorizontalError::Failed`] says why the data allow no model; the contributors are told too.
pub async fn aggregate(
    mail: &Mailbox,
    contributors: &[PartyId],
    agreement: &Agreement,
    mut training: Training,
    sum: &mut impl Open,
    kept: &mut impl Keep,
) -> Result<Fit, HorizontalError> {
    let mut roster = contributors.to_vec();
    let mut told = Told::default();
    let mut turn = 0_u32;
    loop {
        let here = mail.scope(format_args!("turn-{turn}"));
        match training {
            Training::Done(fit) => {
                let outcome = Ok(*fit);
                announce(&here, &roster, &outcome, &mut told).await?;
                return Ok(outcome?);
            }
            Training::Failed(failure) => {
                announce(&here, &roster, &Err(failure.clone()), &mut told).await?;
                return Err(failure.into());
            }
            underway => {
                let asked = roster.clone();
                let on = (agreement, &mut told);
                training = aggregate_turn(&here, &mut roster, on, underway, sum).await?;
                kept.keep(&training).await.map_err(SumError::from)?;
                turn += 1;
                let next = mail.scope(format_args!("turn-{turn}"));
                for party in asked.iter().filter(|party| !roster.contains(party)) {
                    tracing::warn!(%party, turn, "left out of the fit");
                    // Whoever is gone can't be told, and need not be.
                    next.send(party, &Turn::LeftOut).await.ok();
                }
            }
        }
    }
}

/// Opens one sum and goes on by it: one turn of the aggregator.
///
/// `roster` shrinks to those whose vectors were in the sum; `told` is what they know in this run.
async fn aggregate_turn(
    mail: &Mailbox,
    roster: &mut Vec<PartyId>,
    (agreement, told): (&Agreement, &mut Told),
    training: Training,
    sum: &mut impl Open,
) -> Result<Training, HorizontalError> {
    let Some((question, shape)) = training.question(agreement) else {
        return Ok(training);
    };
    let turn = Turn::Asked {
        sum: shape.number,
        news: training.news(told),
        question,
    };
    mail.broadcast(roster, &turn).await?; // m1: what happened, and the question
    let opened = sum.open(&mail.scope("sum"), &shape).await?; // m2: its sums
    roster.retain(|party| opened.contributors.contains(party));
    Ok(mail.compute(GROW, || training.advance(agreement, &opened)))
}

/// Tells the contributors how the fit ended: the last turn of the aggregator.
async fn announce(
    mail: &Mailbox,
    roster: &[PartyId],
    outcome: &Result<Fit, NoModel>,
    told: &mut Told,
) -> Result<(), HorizontalError> {
    let turn = match outcome {
        Ok(fit) => {
            let ensemble = fit.ensemble();
            Turn::Fitted {
                news: told.learn(Some(ensemble.cuts()), Some(ensemble), Vec::new()),
                ended: fit.ended(),
            }
        }
        Err(failure) => Turn::Failed(failure.clone()),
    };
    mail.broadcast(roster, &turn).await?; // m3: the end
    Ok(())
}

/// Grows trees over the contributors' rows: a contributor's part.
///
/// Sums are numbered from `first` on, as in [`Training::begin`]. `seed` is this party's secret for
/// the study: what is held out, drawn and rounded follows from it, so that a repeated sum has the
/// same integers.
///
/// # Errors
///
/// [`HorizontalError::Failed`] says why the data allow no model.
pub async fn contribute(
    mail: &Mailbox,
    aggregator: &PartyId,
    (agreement, table, seed): (&Agreement, &Table, &Seed),
    first: SumNumber,
    sum: &mut impl Contribute,
) -> Result<Published, HorizontalError> {
    let begun = Contribution::begin(agreement, table, seed);
    let mut own = begun.ok_or(HorizontalError::BadRows)?;
    let mut turn = 0_u64;
    loop {
        let here = mail.scope(format_args!("turn-{turn}"));
        if let Some(fit) = contribute_turn(&here, aggregator, &mut own, first, sum).await? {
            return Ok(fit);
        }
        turn += 1;
    }
}

/// Takes part in one sum, or learns how the fit ended: one turn of a contributor.
///
/// # Security
///
/// What is asked is held against the agreement and what was told before, and refused before a row
/// is looked at. What follows from rows never decides: each row's part of a sum is bounded by itself,
/// and parts add up modulo a power of two. Whoever refused because of own numbers, alone and in the
/// sight of all, would tell on which side of a bound they lie.
async fn contribute_turn(
    mail: &Mailbox,
    aggregator: &PartyId,
    own: &mut Contribution<'_>,
    first: SumNumber,
    sum: &mut impl Contribute,
) -> Result<Option<Published>, HorizontalError> {
    let bad_model = || HorizontalError::BadModel {
        aggregator: aggregator.clone(),
    };
    match mail.recv::<Turn>(aggregator).await? {
        Turn::Asked {
            sum: number,
            news,
            question,
        } => {
            if own.is_exhausted() {
                return Err(HorizontalError::TooManySums {
                    aggregator: aggregator.clone(),
                });
            }
            // Over all runs of a study each number is answered one question.
            let numbers = first.0..first.0.saturating_add(most_sums(own.agreement()));
            if !numbers.contains(&number.0) {
                return Err(bad_model());
            }
            let heard = mail.compute(LOCAL, || own.hear(news));
            let shape = heard.and_then(|()| own.shape((first, number), &question));
            let shape = shape.map_err(|_| bad_model())?;
            sum.admit(&shape).await?;
            let answer = mail.compute(LOCAL, || own.answer(&question));
            let answer = answer.map_err(|_| bad_model())?;
            let input = Input::Own(&answer);
            sum.contribute(&mail.scope("sum"), &shape, input).await?;
            Ok(None)
        }
        Turn::Fitted { news, ended } => {
            let heard = mail.compute(LOCAL, || own.hear(news));
            heard.map_err(|_| bad_model())?;
            own.published(mail.me(), ended)
                .ok_or_else(bad_model)
                .map(Some)
        }
        Turn::Failed(failure) => Err(failure.into()),
        Turn::LeftOut => Err(HorizontalError::LeftOut {
            aggregator: aggregator.clone(),
        }),
    }
}
