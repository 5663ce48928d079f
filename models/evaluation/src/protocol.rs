//! Evaluation over all parties: every institution scores its own rows, counts are added up.

use std::collections::BTreeMap;

use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_secagg::{
    Contribute, Encoding, EncodingError, Open, Opened, SumNumber, SumShape, Told, answer,
};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{
    Evaluation, EvaluationError, Failure, GoodnessOfFit, Measures, Scored, Shared, Subject,
    counts::Counts, goodness, metrics::SMALLEST_CLASS, tally::Tally,
};

/// The rows of all parties, or why they are not measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Counted(pub(crate) Result<Counts, Failure>);

impl Message for Counted {
    const STEP: &'static str = "evaluation.1.counted";
}

/// The measures over all rows of all parties, or why there are none.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Overall(pub(crate) Result<Found, Failure>);

impl Message for Overall {
    const STEP: &'static str = "evaluation.1.overall";
}

/// [`Measures`] as they travel, where their kind must be told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Found {
    Classes(Evaluation),
    Numbers(GoodnessOfFit),
}

/// An institution's own measures, or that its rows are too few for them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Own(pub(crate) Option<Shared>);

impl Message for Own {
    const STEP: &'static str = "evaluation.1.own";
}

/// The label under which adding up own rows is accounted.
const LOCAL: &str = "evaluation.1.local";

/// Measures a model on the contributors' rows: the aggregator's part.
///
/// Figure 1 of docs/protocols/evaluation.md. `model` is what they were told to score by, whatever
/// says it: all name the same. The two sums are `first` and the next one.
///
/// # Errors
///
/// [`Failure::TooFewToEvaluate`] if over all parties a class has fewer than
/// [`SMALLEST_CLASS`] rows, or there are fewer than
/// [`SMALLEST_SAMPLE`](crate::SMALLEST_SAMPLE) rows where numbers are predicted.
pub async fn aggregate(
    mail: &Mailbox,
    contributors: &[PartyId],
    (subject, model): (&Subject, &impl Serialize),
    first: SumNumber,
    sum: &mut impl Open,
) -> Result<Measures, EvaluationError> {
    let shape = counts_shape(subject, model, first);
    let opened = sum.open(&mail.scope("counts"), &shape).await?; // m1: counts
    let counts = decode(Counts::encoding(subject), &opened.sum)
        .and_then(|sums| Counts::read(subject, &sums));
    let told = Counted(counts);
    tell(mail, contributors, &opened, &told).await?; // m2: go on or not
    let counts = counts?;
    let shape = rows_shape(subject, (model, &counts), first);
    let opened = sum.open(&mail.scope("sum"), &shape).await?; // m3: sums over rows
    let found = measured(subject, &opened.sum, &counts);
    let overall = Overall(found.clone().map(Found::from));
    tell(mail, contributors, &opened, &overall).await?; // m4: measures
    Ok(found?)
}

/// Tells contributors; whoever dropped out can't be told, and need not be.
async fn tell<M: Message>(
    mail: &Mailbox,
    contributors: &[PartyId],
    opened: &Opened,
    message: &M,
) -> Result<(), EvaluationError> {
    for party in contributors {
        let sent = mail.send(party, message).await;
        if opened.contributors.contains(party) {
            sent?;
        }
    }
    Ok(())
}

fn measured(subject: &Subject, sum: &[u64], counts: &Counts) -> Result<Measures, Failure> {
    if !subject.is_of_classes() {
        let sums = decode(goodness::encoding(subject), sum)?;
        return goodness::read(subject, &sums, counts).map(Measures::Numbers);
    }
    let sums = decode(Tally::encoding(subject), sum)?;
    let tally = Tally::read(sums).ok_or(Failure::Implausible)?;
    // Fewer parties may have come to this sum than were counted.
    let found = tally.evaluate().filter(Evaluation::has_both_classes);
    let minimum = SMALLEST_CLASS;
    found
        .map(Measures::Classes)
        .ok_or(Failure::TooFewToEvaluate { minimum })
}

/// Measures a model on the contributors' rows: a contributor's part.
///
/// `scored` are its rows, scored by `model`. Gives the measures over all parties; its own are
/// [`Measures::own`]. `chance` gives a sum's generator, seeded by a secret of this party's for the study
/// and the sum, so that a repeated sum is rounded to the same integers.
///
/// # Errors
///
/// As [`aggregate`].
pub async fn contribute<R: CryptoRng>(
    mail: &Mailbox,
    aggregator: &PartyId,
    (subject, model, scored): (&Subject, &impl Serialize, &[Scored]),
    first: SumNumber,
    chance: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<Measures, EvaluationError> {
    let bad_answer = || EvaluationError::BadAnswer {
        aggregator: aggregator.clone(),
    };
    let shape = counts_shape(subject, model, first);
    let coded = (&shape, &Counts::encoding(subject)?);
    let add_up = |_: &mut R| Told::whole(Counts::local(subject, scored));
    answer(&mail.scope("counts"), coded, LOCAL, chance, add_up, sum).await?;
    let counts = match mail.recv(aggregator).await? {
        Counted(Ok(counts)) if counts.suits(subject) => counts,
        Counted(Err(failure)) => return Err(failure.into()),
        Counted(_) => return Err(bad_answer()),
    };
    let shape = rows_shape(subject, (model, &counts), first);
    let encoding = if subject.is_of_classes() {
        Tally::encoding(subject)
    } else {
        goodness::encoding(subject)
    };
    let coded = (&shape, &encoding?);
    let add_up = |_: &mut R| {
        Told::whole(if subject.is_of_classes() {
            Tally::of(scored).into_sums()
        } else {
            goodness::local(subject, scored, &counts)
        })
    };
    answer(&mail.scope("sum"), coded, LOCAL, chance, add_up, sum).await?;
    match mail.recv(aggregator).await? {
        Overall(Ok(Found::Classes(found))) if subject.is_of_classes() => {
            Ok(Measures::Classes(found))
        }
        Overall(Ok(Found::Numbers(found))) if !subject.is_of_classes() => {
            Ok(Measures::Numbers(found))
        }
        Overall(Err(failure)) => Err(failure.into()),
        Overall(_) => Err(bad_answer()),
    }
}

/// Tells the aggregator this institution's own measures of predicted classes: rounded, and
/// only if it has [`SMALLEST_CLASS`] rows of each class.
///
/// # Errors
///
/// If nothing can be sent any more.
///
/// # Security
///
/// For studies whose plan says so. That rows are too few is told too.
pub async fn share(
    mail: &Mailbox,
    aggregator: &PartyId,
    scored: &[Scored],
) -> Result<(), EvaluationError> {
    let own = Evaluation::own(scored).and_then(|own| own.shared());
    mail.send(aggregator, &Own(own)).await?; // m5: own measures
    Ok(())
}

/// Takes what each contributor tells of its own measures.
///
/// # Errors
///
/// [`EvaluationError::BadMeasures`] names who sent what no measures can be.
pub async fn shared(
    mail: &Mailbox,
    contributors: &[PartyId],
) -> Result<BTreeMap<PartyId, Option<Shared>>, EvaluationError> {
    let mut all = BTreeMap::new();
    for party in contributors {
        let Own(own) = mail.recv(party).await?;
        if own.is_some_and(|own| !own.is_possible()) {
            let party = party.clone();
            return Err(EvaluationError::BadMeasures { party });
        }
        all.insert(party.clone(), own);
    }
    Ok(all)
}

fn counts_shape(subject: &Subject, model: &impl Serialize, first: SumNumber) -> SumShape {
    let [len, _] = subject.sums_len();
    let sum = (first, len, subject.bits());
    SumShape::asking(sum, ("evaluation.1.counts", model))
}

/// What is asked of the rows; where classes are counted, it is the same whatever was counted first.
fn rows_shape(
    subject: &Subject,
    (model, counts): (&impl Serialize, &Counts),
    first: SumNumber,
) -> SumShape {
    let [_, len] = subject.sums_len();
    let counts = (!subject.is_of_classes()).then_some(counts);
    let sum = (SumNumber(first.0 + 1), len, subject.bits());
    SumShape::asking(sum, ("evaluation.1.sum", &(model, counts)))
}

fn decode(encoding: Result<Encoding, EncodingError>, sum: &[u64]) -> Result<Vec<f64>, Failure> {
    encoding
        .and_then(|encoding| encoding.decode(sum))
        .map_err(|_| Failure::Implausible)
}

impl From<Measures> for Found {
    fn from(measures: Measures) -> Found {
        match measures {
            Measures::Classes(found) => Found::Classes(found),
            Measures::Numbers(found) => Found::Numbers(found),
        }
    }
}
