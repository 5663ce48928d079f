//! Evaluation over all parties: every institution scores its own rows, counts are added up.

use std::collections::BTreeMap;

use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_secagg::{Contribute, Open, Opened, SumNumber, SumShape};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{
    Candidate, Evaluation, Failure, GlmError, GoodnessOfFit, Measures, Regression, Scored, Shared,
    answer::{self, Told},
    counts::{Counts, is_of_classes},
    goodness,
    metrics::SMALLEST_CLASS,
    tally::Tally,
    training::decode,
};

/// The rows of all parties, or why they are not measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Counted(pub(crate) Result<Counts, Failure>);

impl Message for Counted {
    const STEP: &'static str = "glm-evaluation.1.counted";
}

/// The measures over all rows of all parties, or why there are none.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Overall(pub(crate) Result<Found, Failure>);

impl Message for Overall {
    const STEP: &'static str = "glm-evaluation.1.overall";
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
    const STEP: &'static str = "glm-evaluation.1.own";
}

/// The label under which adding up own rows is accounted.
const LOCAL: &str = "glm-evaluation.1.local";

/// Measures a regression on the contributors' rows: the aggregator's part.
///
/// Figure 2 of docs/protocols/glm-newton.md. `model` is what they were told to score by. Its two sums
/// are `first` and the next one.
///
/// # Errors
///
/// [`Failure::TooFewToEvaluate`] if over all parties a class has fewer than
/// [`SMALLEST_CLASS`] rows, or there are fewer than
/// [`SMALLEST_SAMPLE`](crate::SMALLEST_SAMPLE) rows with numbers.
pub async fn aggregate(
    mail: &Mailbox,
    contributors: &[PartyId],
    (regression, model): (&Regression, &Candidate),
    first: SumNumber,
    sum: &mut impl Open,
) -> Result<Measures, GlmError> {
    let shape = counts_shape(regression, model, first);
    let opened = sum.open(&mail.scope("counts"), &shape).await?; // m1: counts
    let counts = decode(Counts::encoding(regression), &opened.sum)
        .and_then(|sums| Counts::read(regression, &sums));
    tell(mail, contributors, &opened, &Counted(counts.clone())).await?; // m2: go on or not
    let counts = counts?;
    let shape = rows_shape(regression, (model, &counts), first);
    let opened = sum.open(&mail.scope("sum"), &shape).await?; // m3: sums over rows
    let found = measured(regression, &opened.sum, &counts);
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
) -> Result<(), GlmError> {
    for party in contributors {
        let sent = mail.send(party, message).await;
        if opened.contributors.contains(party) {
            sent?;
        }
    }
    Ok(())
}

fn measured(regression: &Regression, sum: &[u64], counts: &Counts) -> Result<Measures, Failure> {
    if !is_of_classes(regression) {
        let sums = decode(goodness::encoding(regression), sum)?;
        return goodness::read(regression, &sums, counts).map(Measures::Numbers);
    }
    let sums = decode(Tally::encoding(regression), sum)?;
    let tally = Tally::read(sums).ok_or(Failure::Implausible)?;
    // Fewer parties may have come to this sum than were counted.
    let found = tally.evaluate().filter(Evaluation::has_both_classes);
    let minimum = SMALLEST_CLASS;
    found
        .map(Measures::Classes)
        .ok_or(Failure::TooFewToEvaluate { minimum })
}

/// Measures a regression on the contributors' rows: a contributor's part.
///
/// `scored` are its rows, scored by `model`. Gives the measures over all parties; its own are
/// [`Measures::own`]. `chance` is as `rounding` in
/// [`contribute`](crate::contribute()).
///
/// # Errors
///
/// As [`aggregate`].
pub async fn contribute<R: CryptoRng>(
    mail: &Mailbox,
    aggregator: &PartyId,
    (regression, model, scored): (&Regression, &Candidate, &[Scored]),
    first: SumNumber,
    chance: &impl Fn(SumNumber) -> R,
    sum: &mut impl Contribute,
) -> Result<Measures, GlmError> {
    let bad_model = || GlmError::BadModel {
        aggregator: aggregator.clone(),
    };
    let shape = counts_shape(regression, model, first);
    let coded = (&shape, &Counts::encoding(regression)?);
    let add_up = |_: &mut R| Told::whole(Counts::local(regression, scored));
    answer::answer(&mail.scope("counts"), coded, LOCAL, chance, add_up, sum).await?;
    let counts = match mail.recv(aggregator).await? {
        Counted(Ok(counts)) if counts.suits(regression) => counts,
        Counted(Err(failure)) if failure.suits(regression) => return Err(failure.into()),
        Counted(_) => return Err(bad_model()),
    };
    let shape = rows_shape(regression, (model, &counts), first);
    let encoding = if is_of_classes(regression) {
        Tally::encoding(regression)
    } else {
        goodness::encoding(regression)
    };
    let coded = (&shape, &encoding?);
    let add_up = |_: &mut R| {
        Told::whole(if is_of_classes(regression) {
            Tally::of(scored).into_sums()
        } else {
            goodness::local(regression, scored, &counts)
        })
    };
    answer::answer(&mail.scope("sum"), coded, LOCAL, chance, add_up, sum).await?;
    match mail.recv(aggregator).await? {
        Overall(Ok(Found::Classes(found))) if is_of_classes(regression) => {
            Ok(Measures::Classes(found))
        }
        Overall(Ok(Found::Numbers(found))) if !is_of_classes(regression) => {
            Ok(Measures::Numbers(found))
        }
        Overall(Err(failure)) if failure.suits(regression) => Err(failure.into()),
        Overall(_) => Err(bad_model()),
    }
}

/// Tells the aggregator this institution's own measures of a logistic regression: rounded, and
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
) -> Result<(), GlmError> {
    let own = Evaluation::own(scored).and_then(|own| own.shared());
    mail.send(aggregator, &Own(own)).await?; // m5: own measures
    Ok(())
}

/// Takes what each contributor tells of its own measures.
///
/// # Errors
///
/// [`GlmError::BadMeasures`] names who sent what no measures can be.
pub async fn shared(
    mail: &Mailbox,
    contributors: &[PartyId],
) -> Result<BTreeMap<PartyId, Option<Shared>>, GlmError> {
    let mut all = BTreeMap::new();
    for party in contributors {
        let Own(own) = mail.recv(party).await?;
        if own.is_some_and(|own| !own.is_possible()) {
            let party = party.clone();
            return Err(GlmError::BadMeasures { party });
        }
        all.insert(party.clone(), own);
    }
    Ok(all)
}

/// Gives the lengths of an evaluation's sums.
pub fn sums_len(regression: &Regression) -> [usize; 2] {
    let of_rows = if is_of_classes(regression) {
        Tally::LEN
    } else {
        goodness::LEN
    };
    [Counts::len(regression), of_rows]
}

fn counts_shape(regression: &Regression, model: &Candidate, first: SumNumber) -> SumShape {
    let [len, _] = sums_len(regression);
    let about = ("glm-evaluation.1.counts", model);
    answer::shape(regression, (first, len), about)
}

/// What is asked of the rows; where classes are counted, it is the same whatever was counted first.
fn rows_shape(
    regression: &Regression,
    (model, counts): (&Candidate, &Counts),
    first: SumNumber,
) -> SumShape {
    let [_, len] = sums_len(regression);
    let counts = (!is_of_classes(regression)).then_some(counts);
    let about = ("glm-evaluation.1.sum", &(model, counts));
    answer::shape(regression, (SumNumber(first.0 + 1), len), about)
}

impl From<Measures> for Found {
    fn from(measures: Measures) -> Found {
        match measures {
            Measures::Classes(found) => Found::Classes(found),
            Measures::Numbers(found) => Found::Numbers(found),
        }
    }
}
