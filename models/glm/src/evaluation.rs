//! Evaluation over all parties: every institution scores its own rows, counts are added up.

use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_secagg::{Contribute, Open, SumNumber, SumShape};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{
    Evaluation, Failure, GlmError, Regression, metrics::SMALLEST_CLASS, metrics::Scored,
    tally::Tally,
};

/// The measures over all rows of all parties, or why there are none.
#[derive(Debug, Serialize, Deserialize)]
struct Overall(Result<Evaluation, Failure>);

impl Message for Overall {
    const STEP: &'static str = "glm-evaluation.1.overall";
}

/// Measures a logistic regression on the contributors' rows: the aggregator's part.
///
/// Figure 2 of docs/protocols/glm-newton.md.
///
/// # Errors
///
/// [`Failure::TooFewToEvaluate`] if a class has fewer than [`SMALLEST_CLASS`] rows over all
/// parties.
pub async fn aggregate(
    mail: &Mailbox,
    contributors: &[PartyId],
    regression: &Regression,
    number: SumNumber,
    sum: &mut impl Open,
) -> Result<Evaluation, GlmError> {
    let opened = sum
        .open(&mail.scope("sum"), &shape(regression, number))
        .await?; // m1: tallies
    let sums = Tally::encoding(regression)?.decode(&opened.sum)?;
    let evaluation = Tally::read(sums)
        .ok_or(Failure::Implausible)
        .map(|tally| tally.evaluate().filter(Evaluation::has_both_classes))
        .and_then(|found| {
            found.ok_or(Failure::TooFewToEvaluate {
                minimum: SMALLEST_CLASS,
            })
        });
    for party in contributors {
        let sent = mail.send(party, &Overall(evaluation.clone())).await; // m2: measures
        if opened.contributors.contains(party) {
            sent?;
        }
    }
    Ok(evaluation?)
}

/// Measures a logistic regression on the contributors' rows: a contributor's part.
///
/// Gives the measures over all parties; its own are [`Evaluation::own`]. `rounding` is as in
/// [`contribute`](crate::contribute()).
///
/// # Errors
///
/// As [`aggregate`].
pub async fn contribute(
    mail: &Mailbox,
    aggregator: &PartyId,
    regression: &Regression,
    scored: &[Scored],
    (number, mut rounding): (SumNumber, impl CryptoRng),
    sum: &mut impl Contribute,
) -> Result<Evaluation, GlmError> {
    let tally = Tally::of(scored);
    let input = Tally::encoding(regression)?.encode(tally.as_slice(), &mut rounding)?;
    sum.contribute(&mail.scope("sum"), &shape(regression, number), &input)
        .await?;
    match mail.recv(aggregator).await? {
        Overall(Err(failure)) if !failure.suits(regression) => Err(GlmError::BadModel {
            aggregator: aggregator.clone(),
        }),
        Overall(evaluation) => Ok(evaluation?),
    }
}

fn shape(regression: &Regression, number: SumNumber) -> SumShape {
    SumShape {
        number,
        len: Tally::LEN,
        bits: regression.specification().bits,
    }
}
