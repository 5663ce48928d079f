//! Horizontal training: the same features, different patients.

use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_secagg::{Contribute, Encoding, Open, SumNumber};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{
    Failure, Fit, GlmError, MOST_SUMS, Published, Question, Regression, Table, Training, moments,
    steps, training, withhold::withhold,
};

/// What the aggregator tells the contributors in one turn.
#[derive(Debug, Serialize, Deserialize)]
enum Model {
    /// Take part in a sum.
    Asked { sum: SumNumber, question: Question },
    /// The fit is done.
    Fitted(Box<Published>),
    /// There is no fit.
    Failed(Failure),
    /// The fit goes on over fewer parties, and this is none of them.
    LeftOut,
}

impl Message for Model {
    const STEP: &'static str = "glm-newton.1.model";
    const LIMIT: usize = 4 << 20;
}

/// The label under which the sums' CPU time is accounted.
const LOCAL: &str = "glm-newton.1.local";
/// The same for solving.
const SOLVE: &str = "glm-newton.1.solve";

/// What came of one turn at a contributor.
#[derive(Clone, Debug, PartialEq)]
pub enum Answered {
    /// It took part in a sum; another turn follows.
    Contributed(SumNumber),
    /// The fit is done.
    Fitted(Box<Published>),
}

/// Fits a regression over the contributors' rows: the aggregator's part.
///
/// Figure 1 of docs/protocols/glm-newton.md. `training` is [`Training::begin`], or what was
/// stored after an earlier turn.
///
/// # Errors
///
/// [`GlmError::Failed`] says why the data allow no fit; the contributors are told too.
pub async fn aggregate(
    mail: &Mailbox,
    contributors: &[PartyId],
    regression: &Regression,
    mut training: Training,
    sum: &mut impl Open,
) -> Result<Fit, GlmError> {
    let mut roster = contributors.to_vec();
    let mut turn = 0;
    loop {
        let here = mail.scope(format_args!("turn-{turn}"));
        match training {
            Training::Done(fit) => {
                announce(&here, &roster, &Ok((*fit).clone())).await?;
                return Ok(*fit);
            }
            Training::Failed(failure) => {
                announce(&here, &roster, &Err(failure.clone())).await?;
                return Err(failure.into());
            }
            underway => {
                let asked = roster.clone();
                training = aggregate_turn(&here, &mut roster, regression, underway, sum).await?;
                turn += 1;
                let next = mail.scope(format_args!("turn-{turn}"));
                for party in asked.iter().filter(|party| !roster.contains(party)) {
                    tracing::warn!(%party, turn, "left out of the fit");
                    // Whoever is gone can't be told, and need not be.
                    next.send(party, &Model::LeftOut).await.ok();
                }
            }
        }
    }
}

/// Opens one sum and goes on by it: one turn of the aggregator.
///
/// `roster` shrinks to those whose vectors were in the sum.
///
/// # Errors
///
/// If the sum is not opened.
pub async fn aggregate_turn(
    mail: &Mailbox,
    roster: &mut Vec<PartyId>,
    regression: &Regression,
    training: Training,
    sum: &mut impl Open,
) -> Result<Training, GlmError> {
    let Some((number, question)) = training.question() else {
        return Ok(training);
    };
    let shape = training::shape(regression, number, &question);
    mail.broadcast(
        roster,
        &Model::Asked {
            sum: number,
            question,
        },
    )
    .await?; // m1: the candidate
    let opened = sum.open(&mail.scope("sum"), &shape).await?; // m2: its sums
    roster.retain(|party| opened.contributors.contains(party));
    Ok(mail.compute(SOLVE, || training.advance(regression, &opened)))
}

/// Tells the contributors how the fit ended: the last turn of the aggregator.
///
/// # Errors
///
/// If nothing can be sent any more.
pub async fn announce(
    mail: &Mailbox,
    roster: &[PartyId],
    outcome: &Result<Fit, Failure>,
) -> Result<(), GlmError> {
    let model = match outcome {
        Ok(fit) => Model::Fitted(Box::new(fit.publish())),
        Err(failure) => Model::Failed(failure.clone()),
    };
    mail.broadcast(roster, &model).await?; // m3: the fit
    Ok(())
}

/// Fits a regression over the contributors' rows: a contributor's part.
///
/// `rounding` gives a sum's generator, seeded by a secret of this party's for the study and the
/// sum, so that a repeated sum is rounded to the same integers.
///
/// # Errors
///
/// [`GlmError::Failed`] says why the data allow no fit.
pub async fn contribute<R: CryptoRng>(
    mail: &Mailbox,
    aggregator: &PartyId,
    regression: &Regression,
    table: &Table,
    rounding: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<Published, GlmError> {
    for turn in 0..=MOST_SUMS {
        let here = mail.scope(format_args!("turn-{turn}"));
        match hear(&here, aggregator, regression).await? {
            Told::Fitted(fit) => return Ok(*fit),
            Told::Asked(..) if turn == MOST_SUMS => break,
            Told::Asked(number, question) => {
                let (rows, asked) = ((regression, table), (number, &question));
                answer(&here, aggregator, rows, asked, rounding, sum).await?;
            }
        }
    }
    Err(GlmError::TooManySums {
        aggregator: aggregator.clone(),
    })
}

/// Takes part in one sum, or learns how the fit ended: one turn of a contributor.
///
/// # Errors
///
/// As [`contribute`].
pub async fn contribute_turn<R: CryptoRng>(
    mail: &Mailbox,
    aggregator: &PartyId,
    regression: &Regression,
    table: &Table,
    rounding: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<Answered, GlmError> {
    match hear(mail, aggregator, regression).await? {
        Told::Fitted(fit) => Ok(Answered::Fitted(fit)),
        Told::Asked(number, question) => {
            let (rows, asked) = ((regression, table), (number, &question));
            answer(mail, aggregator, rows, asked, rounding, sum).await?;
            Ok(Answered::Contributed(number))
        }
    }
}

/// What a contributor is told at the beginning of a turn.
enum Told {
    Asked(SumNumber, Question),
    Fitted(Box<Published>),
}

async fn hear(
    mail: &Mailbox,
    aggregator: &PartyId,
    regression: &Regression,
) -> Result<Told, GlmError> {
    let aggregator = || aggregator.clone();
    match mail.recv::<Model>(&aggregator()).await? {
        Model::Asked { sum, question } => Ok(Told::Asked(sum, question)),
        Model::Fitted(fit) if fit.suits(regression) => Ok(Told::Fitted(fit)),
        Model::Failed(failure) if failure.suits(regression) => Err(failure.into()),
        Model::Fitted(_) | Model::Failed(_) => Err(GlmError::BadModel {
            aggregator: aggregator(),
        }),
        Model::LeftOut => Err(GlmError::LeftOut {
            aggregator: aggregator(),
        }),
    }
}

/// Adds up what a question asks for, and puts it into the sum.
async fn answer<R: CryptoRng>(
    mail: &Mailbox,
    aggregator: &PartyId,
    (regression, table): (&Regression, &Table),
    (number, question): (SumNumber, &Question),
    rounding: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<(), GlmError> {
    let bad_model = || GlmError::BadModel {
        aggregator: aggregator.clone(),
    };
    let (encoding, sums) = mail
        .compute(LOCAL, || local(regression, table, question))
        .ok_or_else(bad_model)?;
    let mut rounding = rounding(number);
    // The bounds hold for every candidate whose design was made from these rows.
    let input = encoding.encode(&sums, &mut rounding);
    let mut input = input.map_err(|_| bad_model())?;
    if matches!(question, Question::Sums(_)) && sums[steps::BEYOND] > 0.0 {
        withhold(&mut input[steps::LOSS..], encoding.bits(), &mut rounding);
    }
    let shape = training::shape(regression, number, question);
    sum.contribute(&mail.scope("sum"), &shape, &input).await?;
    Ok(())
}

/// Gives the local sums that a question asks for, unless no fit asks it.
fn local(
    regression: &Regression,
    table: &Table,
    question: &Question,
) -> Option<(Encoding, Vec<f64>)> {
    match question {
        Question::Moments => {
            let sums = moments::local_moments(regression, table);
            Some((moments::encoding(regression).ok()?, sums))
        }
        Question::Sums(candidate) if candidate.suits(regression) => {
            let encoding = steps::encoding(regression, candidate.coefficients.len()).ok()?;
            Some((encoding, steps::local_sums(regression, table, candidate)))
        }
        Question::Sums(_) => None,
    }
}
