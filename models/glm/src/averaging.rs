//! FedAvg and FedProx for logistic regression: for comparison with the sums of Newton's steps.
//!
//! McMahan et al., AISTATS 2017; Li et al., MLSys 2020. Each party takes gradient steps of its
//! own from the common model, and the models are averaged by rows, through the same sums.

use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_secagg::{Contribute, Open, SumNumber, SumShape, Told, answer};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{
    Candidate, Design, Failure, GlmError, Question, Regression, Table, descent,
    moments::{self, Moments},
    training::{self, decode},
};

/// How averaging goes on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// How often models are averaged.
    pub rounds: u32,
    /// How often a party goes through its rows between two rounds.
    pub epochs: u32,
    /// Rows of one gradient step; all of a party's if there are not as many.
    pub batch: usize,
    /// Length of a gradient step, by the mean gradient of its rows.
    pub learning_rate: f64,
    /// FedProx's μ, which pulls a party's model to the common one; 0 is FedAvg.
    pub proximal: f64,
}

/// What the aggregator tells the contributors.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Model {
    /// Add up where each column's values lie.
    Moments(SumNumber),
    /// Train from this model; `rows` are those of all parties.
    Round {
        sum: SumNumber,
        from: Candidate,
        rows: u64,
    },
    /// The last round is over.
    Averaged(Candidate),
    /// There is no model.
    Failed(Failure),
}

impl Message for Model {
    const STEP: &'static str = "fedavg.1.model";
    const LIMIT: usize = 4 << 20;
}

/// The label under which local training is accounted.
const LOCAL: &str = "fedavg.1.local";

/// Averages models of a logistic regression: the aggregator's part.
///
/// Figure 1 of docs/protocols/fedavg.md. Sums are numbered from `first` on. Gives the common
/// model after each round.
///
/// # Errors
///
/// [`Failure::Diverged`] if a party's steps are too long.
pub async fn aggregate(
    mail: &Mailbox,
    contributors: &[PartyId],
    regression: &Regression,
    (schedule, first): (&Schedule, SumNumber),
    sum: &mut impl Open,
) -> Result<Vec<Candidate>, GlmError> {
    let averaged = average(mail, contributors, regression, (schedule, first), sum).await;
    let last = match &averaged {
        Ok(models) => models.last().cloned().map(Model::Averaged),
        Err(GlmError::Failed(failure)) => Some(Model::Failed(failure.clone())),
        Err(_) => None,
    };
    if let Some(model) = last {
        mail.broadcast(contributors, &model).await?; // m4: the last model
    }
    averaged
}

async fn average(
    mail: &Mailbox,
    contributors: &[PartyId],
    regression: &Regression,
    (schedule, first): (&Schedule, SumNumber),
    sum: &mut impl Open,
) -> Result<Vec<Candidate>, GlmError> {
    mail.broadcast(contributors, &Model::Moments(first)).await?; // m1: the question
    let shape = training::shape(regression, first, &Question::Moments);
    let opened = sum.open(&mail.scope("sum-0"), &shape).await?;
    let sums = decode(moments::encoding(regression), &opened.sum)?;
    let moments = Moments::read(regression, &sums)?;
    let design = Design::new(regression, &moments)?;
    let coefficients = vec![0.0; design.coefficients()];
    let mut models = vec![Candidate {
        design,
        coefficients,
    }];
    for round in 1..=schedule.rounds {
        let from = models[models.len() - 1].clone();
        let (number, rows) = (SumNumber(first.0 + round), moments.rows);
        let shape = round_shape(regression, number, (&from, rows));
        let asked = Model::Round {
            sum: number,
            from: from.clone(),
            rows,
        };
        mail.broadcast(contributors, &asked).await?; // m2: the common model
        let here = mail.scope(format_args!("sum-{round}"));
        let opened = sum.open(&here, &shape).await?; // m3: models times rows
        let sums = decode(descent::encoding(regression, shape.len), &opened.sum)?;
        let coefficients = descent::mean(&sums)?;
        models.push(Candidate {
            coefficients,
            ..from
        });
    }
    Ok(models)
}

/// Averages models of a logistic regression: a contributor's part.
///
/// `chance` gives a sum's generator, seeded by a secret of this party's for the study and the
/// sum; it shuffles the rows and rounds the result.
///
/// # Errors
///
/// As [`aggregate`].
pub async fn contribute<R: CryptoRng>(
    mail: &Mailbox,
    aggregator: &PartyId,
    (regression, table): (&Regression, &Table),
    (schedule, first): (&Schedule, SumNumber),
    chance: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<Candidate, GlmError> {
    let bad_model = || GlmError::BadModel {
        aggregator: aggregator.clone(),
    };
    for round in 0..=schedule.rounds.saturating_add(1) {
        let number = SumNumber(first.0.saturating_add(round));
        let here = mail.scope(format_args!("sum-{round}"));
        match mail.recv(aggregator).await? {
            Model::Moments(asked) if round == 0 && asked == number => {
                let shape = training::shape(regression, number, &Question::Moments);
                let coded = (&shape, &moments::encoding(regression)?);
                let add_up = |_: &mut R| Told::whole(moments::local_moments(regression, table));
                answer(&here, coded, LOCAL, chance, add_up, sum).await?;
            }
            Model::Round { .. } if round > schedule.rounds => break,
            Model::Round {
                sum: asked,
                from,
                rows,
            } if round > 0 && asked == number && from.suits(regression) => {
                let shape = round_shape(regression, number, (&from, rows));
                let coded = (&shape, &descent::encoding(regression, shape.len)?);
                let task = descent::Task {
                    schedule,
                    from: &from,
                    rows,
                };
                let add_up = |chance: &mut R| descent::train(regression, table, &task, chance);
                answer(&here, coded, LOCAL, chance, add_up, sum).await?;
            }
            Model::Averaged(model) if model.suits(regression) => return Ok(model),
            Model::Failed(failure) if failure.suits(regression) => return Err(failure.into()),
            _ => return Err(bad_model()),
        }
    }
    Err(GlmError::TooManySums {
        aggregator: aggregator.clone(),
    })
}

fn round_shape(
    regression: &Regression,
    number: SumNumber,
    (from, rows): (&Candidate, u64),
) -> SumShape {
    let len = descent::sums_len(from.coefficients.len());
    let sum = (number, len, regression.specification().bits);
    SumShape::asking(sum, ("fedavg.1.sum", &(from, rows)))
}
