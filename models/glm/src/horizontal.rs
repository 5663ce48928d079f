//! Horizontal training: the same features, different patients.

use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_secagg::{Contribute, Open, SumNumber, Told};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{
    Failure, Fit, GlmError, MOST_SUMS, Published, Question, Regression, Table, Training, moments,
    noise::Release, steps, training,
};

/// What the aggregator tells the contributors in one turn.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Model {
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
/// stored after an earlier turn; `hear` is told where it stands before each turn.
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
    hear: &mut impl FnMut(&Training),
) -> Result<Fit, GlmError> {
    let mut roster = contributors.to_vec();
    let mut turn = 0;
    loop {
        let here = mail.scope(format_args!("turn-{turn}"));
        hear(&training);
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
/// Sums are numbered from `first` on, as in [`Training::begin`]. `rounding` gives a sum's generator,
/// seeded by a secret of this party's for the study and the sum, so that a repeated sum is rounded to
/// the same integers.
///
/// # Errors
///
/// [`GlmError::Failed`] says why the data allow no fit.
pub async fn contribute<R: CryptoRng>(
    mail: &Mailbox,
    aggregator: &PartyId,
    rows: (&Regression, &Table),
    first: SumNumber,
    rounding: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<Published, GlmError> {
    for turn in 0..=MOST_SUMS {
        let here = mail.scope(format_args!("turn-{turn}"));
        match hear(&here, aggregator, rows.0, first).await? {
            Heard::Fitted(fit) => return Ok(*fit),
            Heard::Asked(..) if turn == MOST_SUMS => break,
            Heard::Asked(number, question) => {
                answer(&here, rows, (number, &question), rounding, sum).await?;
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
    rows: (&Regression, &Table),
    first: SumNumber,
    rounding: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<Answered, GlmError> {
    match hear(mail, aggregator, rows.0, first).await? {
        Heard::Fitted(fit) => Ok(Answered::Fitted(fit)),
        Heard::Asked(number, question) => {
            answer(mail, rows, (number, &question), rounding, sum).await?;
            Ok(Answered::Contributed(number))
        }
    }
}

/// What a contributor hears at the beginning of a turn.
enum Heard {
    Asked(SumNumber, Question),
    Fitted(Box<Published>),
}

/// Hears what is asked, and holds it against the regression before a row is looked at.
async fn hear(
    mail: &Mailbox,
    aggregator: &PartyId,
    regression: &Regression,
    first: SumNumber,
) -> Result<Heard, GlmError> {
    let aggregator = || aggregator.clone();
    // Over all runs of a study each number is answered one question.
    let is_due = |sum: SumNumber, question: &Question| {
        let place = sum.0.checked_sub(first.0);
        place.is_some_and(|place| place < MOST_SUMS && question.suits(regression, place))
    };
    match mail.recv::<Model>(&aggregator()).await? {
        Model::Asked { sum, question } if is_due(sum, &question) => Ok(Heard::Asked(sum, question)),
        Model::Fitted(fit) if fit.suits(regression) => Ok(Heard::Fitted(fit)),
        Model::Failed(failure) if failure.suits(regression) => Err(failure.into()),
        Model::Asked { .. } | Model::Fitted(_) | Model::Failed(_) => Err(GlmError::BadModel {
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
    (regression, table): (&Regression, &Table),
    (number, question): (SumNumber, &Question),
    rounding: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<(), GlmError> {
    let shape = training::shape(regression, number, question);
    let release = match question {
        Question::Moments => None,
        // Boxed, since it is held while the sum is awaited.
        Question::Sums(candidate) => Release::new(regression, candidate)?.map(Box::new),
    };
    let encoding = match (&release, question) {
        (Some(release), _) => release.encoding().clone(),
        (None, Question::Moments) => moments::encoding(regression)?,
        (None, Question::Sums(candidate)) => {
            steps::encoding(regression, candidate.coefficients.len())?
        }
    };
    let coded = (&shape, &encoding);
    let add_up = |chance: &mut R| match (&release, question) {
        (_, Question::Moments) => Told::whole(moments::local_moments(regression, table)),
        (Some(release), Question::Sums(candidate)) => release.add_up(table, candidate, chance),
        (None, Question::Sums(candidate)) => {
            steps::told(steps::local_sums(regression, table, candidate))
        }
    };
    Ok(consilium_secagg::answer(&mail.scope("sum"), coded, LOCAL, rounding, add_up, sum).await?)
}
