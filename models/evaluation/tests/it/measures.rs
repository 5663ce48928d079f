//! Measures over all parties against measures of all rows in one place.

use std::time::Duration;

use consilium_evaluation::{
    self as evaluation, Deviance, Evaluation, EvaluationError, Failure, GoodnessOfFit,
    HISTOGRAM_BINS, Measures, SMALLEST_BIN, Scored, Subject, auc,
};
use consilium_mailbox::{Fault, Mailbox, Message, Quorum, mem};
use consilium_secagg::{
    Bits, Open, Opened, SumError, SumNumber, SumShape,
    plain::{PlainAggregator, PlainContributor},
};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::world::{classes, numbers, parties, predicted, scored, sendable};

/// What stands for a model where only its name counts.
const MODEL: &str = "the model";

async fn evaluate(parts: &[Vec<Scored>]) -> Result<Evaluation, EvaluationError> {
    let (measures, _) = measure(&classes(), parts).await;
    Ok(measures?.classes().unwrap())
}

/// Opens sums and keeps how long they were.
struct Counting {
    sum: PlainAggregator,
    lengths: Vec<usize>,
}

impl Open for Counting {
    async fn open(&mut self, mail: &Mailbox, shape: &SumShape) -> Result<Opened, SumError> {
        self.lengths.push(shape.len);
        self.sum.open(mail, shape).await
    }
}

/// Measures over all parties; gives also how long the opened sums were.
async fn measure(
    subject: &Subject,
    parts: &[Vec<Scored>],
) -> (Result<Measures, EvaluationError>, Vec<usize>) {
    let subject = *subject;
    let mut mail = mem::mailboxes(&parties(parts.len()));
    let aggregator = mail.remove(0);
    let name = aggregator.me().clone();
    let mut hospitals = Vec::new();
    for (place, (mail, scored)) in mail.into_iter().zip(parts.to_vec()).enumerate() {
        let name = name.clone();
        hospitals.push(tokio::spawn(async move {
            let mut sum = PlainContributor {
                aggregator: name.clone(),
            };
            let chance =
                |sum: SumNumber| ChaCha20Rng::seed_from_u64(u64::from(sum.0) << 8 | place as u64);
            let (rows, first) = ((&subject, &MODEL, &scored[..]), SumNumber(9));
            evaluation::contribute(&mail, &name, rows, first, &chance, &mut sum).await
        }));
    }
    let contributors = parties(parts.len())[1..].to_vec();
    let quorum = Quorum {
        at_least: parts.len(),
        within: Duration::from_secs(5),
    };
    let mut sum = Counting {
        sum: PlainAggregator {
            contributors: contributors.clone(),
            quorum,
        },
        lengths: Vec::new(),
    };
    let overall = sendable(evaluation::aggregate(
        &aggregator,
        &contributors,
        (&subject, &MODEL),
        SumNumber(9),
        &mut sum,
    ))
    .await;
    for hospital in hospitals {
        assert_eq!(hospital.await.unwrap().ok(), overall.as_ref().ok().cloned());
    }
    (overall, sum.lengths)
}

fn assert_agrees(overall: &Evaluation, all: &[Scored]) {
    let exact = Evaluation::own(all).unwrap();
    assert!((overall.auc.unwrap() - exact.auc.unwrap()).abs() <= overall.auc_error + 1e-12);
    assert!(overall.auc_error < 1e-3);
    assert!((overall.log_loss - exact.log_loss).abs() < 1e-9);
    assert!((overall.brier - exact.brier).abs() < 1e-9);
    assert_eq!(
        (overall.rows, overall.positives),
        (exact.rows, exact.positives)
    );
    assert!((overall.accuracy - exact.accuracy).abs() < 1e-12);
    for (bin, exact) in overall.calibration.iter().zip(exact.calibration) {
        let (bin, exact) = (bin.unwrap(), exact.unwrap());
        assert_eq!(bin.rows, exact.rows);
        assert!((bin.predicted - exact.predicted).abs() < 1e-9);
        assert!((bin.observed - exact.observed).abs() < 1e-12);
    }
}

#[tokio::test]
async fn measures_over_all_parties_are_those_of_all_rows() {
    let parts = [scored(400, 1), scored(300, 2), scored(200, 3)];
    assert_agrees(&evaluate(&parts).await.unwrap(), &parts.concat());
}

#[tokio::test]
async fn a_party_without_rows_changes_nothing() {
    let parts = [scored(400, 1), Vec::new(), scored(200, 3)];
    assert_agrees(&evaluate(&parts).await.unwrap(), &parts.concat());
}

#[tokio::test]
async fn too_few_rows_of_a_class_are_not_measured() {
    let mut parts = [scored(40, 1), scored(30, 2), scored(20, 3)];
    let positives = parts.iter_mut().flatten().filter(|row| row.label > 0.5);
    positives.skip(9).for_each(|row| row.label = 0.0);
    let (refused, opened) = measure(&classes(), &parts).await;
    let refused = refused.unwrap_err();
    assert_eq!(opened, [2], "the histogram is not opened");
    assert!(matches!(
        refused,
        EvaluationError::Failed(Failure::TooFewToEvaluate { minimum: 10 })
    ));
}

#[test]
fn others_see_an_institution_s_measures_rounded_and_only_of_enough_rows() {
    let many = Evaluation::own(&scored(300, 5)).unwrap();
    let shared = many.shared().unwrap();
    assert!((shared.auc - many.auc.unwrap()).abs() <= 0.005);
    assert!((shared.auc * 100.0 - (shared.auc * 100.0).round()).abs() < 1e-9);
    let mut few = scored(300, 5);
    few.iter_mut()
        .filter(|row| row.label > 0.5)
        .skip(9)
        .for_each(|row| row.label = 0.0);
    assert_eq!(Evaluation::own(&few).unwrap().shared(), None);
    assert_eq!(Evaluation::own(&[]), None);
}

#[test]
fn thin_calibration_bins_are_not_shown() {
    let rows: Vec<Scored> = (0..u32::try_from(SMALLEST_BIN).unwrap() - 1)
        .map(|place| Scored {
            score: 0.45,
            label: f64::from(place % 2 == 0),
        })
        .collect();
    assert!(
        Evaluation::own(&rows)
            .unwrap()
            .calibration
            .iter()
            .all(Option::is_none)
    );
}

#[test]
fn a_thin_bin_takes_others_along_until_nobody_can_subtract_it() {
    let row = |score: f64| Scored { score, label: 1.0 };
    let rows = |score: f64, count: usize| vec![row(score); count];
    let shown = |rows: &[Scored]| {
        let bins = Evaluation::own(rows).unwrap().calibration;
        bins.map(|bin| bin.map_or(0, |bin| bin.rows))
    };
    let thin = [rows(0.05, 40), rows(0.15, 30), rows(0.25, 5)].concat();
    assert_eq!(shown(&thin), [40, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let two_thin = [rows(0.05, 40), rows(0.15, 12), rows(0.25, 9)].concat();
    assert_eq!(shown(&two_thin), [40, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let none_thin = [rows(0.05, 40), rows(0.15, 20)].concat();
    assert_eq!(shown(&none_thin), [40, 20, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn certain_and_wrong_costs_much_but_not_everything() {
    let measured = Evaluation::own(&[Scored {
        score: 1.0,
        label: 0.0,
    }])
    .unwrap();
    assert!((30.0..40.0).contains(&measured.log_loss));
    assert_eq!(measured.auc, None);
}

/// The measures of rows in one place, each by its textbook formula and nothing of the crate.
struct Pooled {
    deviance: f64,
    null_deviance: f64,
    rmse: f64,
    mae: f64,
    means: (f64, f64),
}

fn pooled(kind: Deviance, rows: &[Scored]) -> Pooled {
    let n = rows.len() as f64;
    let mean = |of: &dyn Fn(&Scored) -> f64| rows.iter().map(of).sum::<f64>() / n;
    let log_term = |y: f64, m: f64| if y == 0.0 { 0.0 } else { y * (y / m).ln() };
    let deviance = |y: f64, m: f64| match kind {
        Deviance::Gaussian => (y - m).powi(2),
        Deviance::Poisson => 2.0 * (log_term(y, m) - y + m),
        Deviance::Gamma => 2.0 * (y / m - 1.0 - (y.ln() - m.ln())),
        Deviance::Tweedie { power: p } => {
            let both = y * (m.powf(1.0 - p) - if y == 0.0 { 0.0 } else { y.powf(1.0 - p) });
            2.0 * (both / (p - 1.0) + (m.powf(2.0 - p) - y.powf(2.0 - p)) / (2.0 - p))
        }
    };
    let observed = mean(&|row| row.label);
    Pooled {
        deviance: n * mean(&|row| deviance(row.label, row.score)),
        null_deviance: n * mean(&|row| deviance(row.label, observed)),
        rmse: mean(&|row| (row.label - row.score).powi(2)).sqrt(),
        mae: mean(&|row| (row.label - row.score).abs()),
        means: (observed, mean(&|row| row.score)),
    }
}

fn assert_near(ours: f64, theirs: f64) {
    let apart = (ours - theirs).abs();
    assert!(apart < 1e-8 * theirs.abs().max(1e-3), "{ours} {theirs}");
}

fn assert_is_of(found: &GoodnessOfFit, deviance: Deviance, rows: &[Scored]) {
    let exact = pooled(deviance, rows);
    assert_eq!((found.rows, found.limited), (rows.len() as u64, 0));
    assert_near(found.deviance, exact.deviance);
    assert_near(found.null_deviance, exact.null_deviance);
    assert_near(
        found.d2.unwrap(),
        1.0 - exact.deviance / exact.null_deviance,
    );
    assert_near(found.rmse, exact.rmse);
    assert_near(found.mae, exact.mae);
    assert_near(found.mean_observed, exact.means.0);
    assert_near(found.mean_predicted, exact.means.1);
    // Bins follow the order of the predictions, whatever their edges are.
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let mut from = 0;
    for bin in found.calibration {
        let bin = bin.expect("enough rows for every tenth");
        let rows = &sorted[from..][..usize::try_from(bin.rows).unwrap()];
        let mean = |of: fn(&Scored) -> f64| rows.iter().map(of).sum::<f64>() / rows.len() as f64;
        assert_near(bin.predicted, mean(|row| row.score));
        assert_near(bin.observed, mean(|row| row.label));
        from += rows.len();
    }
    assert_eq!(from, sorted.len());
}

#[tokio::test]
async fn deviance_and_errors_over_all_parties_are_those_of_all_rows() {
    for deviance in [
        Deviance::Gaussian,
        Deviance::Poisson,
        Deviance::Gamma,
        Deviance::Tweedie { power: 1.5 },
    ] {
        let subject = numbers(deviance);
        let parts = predicted(deviance, &[500, 300, 200, 400], 11);
        let (found, opened) = measure(&subject, &parts).await;
        assert_eq!(opened, [4, 35]);
        let Measures::Numbers(found) = found.unwrap() else {
            panic!("{deviance:?} has no classes")
        };
        assert_is_of(&found, deviance, &parts.concat());
        assert!(found.d2.unwrap() > 0.1, "{found:?}");
        for part in &parts {
            let own = GoodnessOfFit::own(&subject, part).unwrap();
            let exact = pooled(deviance, part);
            assert_near(own.deviance, exact.deviance);
            assert_near(own.null_deviance, exact.null_deviance);
        }
    }
}

#[tokio::test]
async fn too_few_rows_with_numbers_are_counted_and_not_measured() {
    let parts = predicted(Deviance::Gaussian, &[6, 6, 6], 3);
    let (refused, opened) = measure(&numbers(Deviance::Gaussian), &parts).await;
    assert_eq!(opened, [4]);
    assert!(matches!(
        refused.unwrap_err(),
        EvaluationError::Failed(Failure::TooFewToEvaluate { minimum: 20 })
    ));
}

#[tokio::test]
async fn predictions_far_beyond_the_declared_range_are_measured_at_its_limit_and_counted() {
    let tweedie = Deviance::Tweedie { power: 1.3 };
    for (deviance, far, limit) in [
        (Deviance::Gaussian, -1e9, -3000.0),
        (Deviance::Gaussian, f64::INFINITY, 3000.0),
        (Deviance::Poisson, 1e300, 1000.0),
        (Deviance::Poisson, 0.0, 1e-4 * 3.0),
        (Deviance::Gamma, f64::INFINITY, 2e6),
        (tweedie, f64::INFINITY, 2e6),
    ] {
        let subject = numbers(deviance);
        let row = |score| Scored { score, label: 3.0 };
        let near = vec![row(3.0); 30];
        let parts = |score| [near.clone(), near.clone(), vec![row(score)]];
        let (found, _) = measure(&subject, &parts(far)).await;
        let (at_limit, _) = measure(&subject, &parts(limit)).await;
        let (Measures::Numbers(found), Measures::Numbers(at_limit)) =
            (found.unwrap(), at_limit.unwrap())
        else {
            panic!("{deviance:?} has no classes")
        };
        assert_eq!((found.limited, at_limit.limited), (1, 0), "{deviance:?}");
        assert_near(found.rmse, at_limit.rmse);
        assert_near(found.deviance, at_limit.deviance);
        assert_eq!(found.d2, None, "all labels are the same");
    }
}

#[tokio::test]
async fn institutions_share_rounded_measures_and_a_small_one_s_never_leave() {
    let mut small = scored(100, 8);
    let positives = small.iter_mut().filter(|row| row.label > 0.5);
    positives.skip(9).for_each(|row| row.label = 0.0);
    let parts = [scored(400, 1), scored(300, 2), small];
    let names = parties(3);
    let mut mail = mem::mailboxes(&names);
    let aggregator = mail.remove(0);
    for (mail, rows) in mail.iter().zip(&parts) {
        evaluation::share(mail, &names[0], rows).await.unwrap();
    }
    let shared = evaluation::shared(&aggregator, &names[1..]).await.unwrap();
    let exact = auc(&parts[0]).unwrap();
    let of = |place: usize| shared[&names[place]];
    assert!((of(1).unwrap().auc - exact).abs() <= 0.005);
    assert!((of(1).unwrap().auc - exact).abs() > 1e-9, "rounded");
    assert!(of(2).is_some());
    assert_eq!(of(3), None);
}

/// `Counted` and `Own` as they travel, made by hand.
#[derive(Serialize, Deserialize)]
struct Said<const STEP: usize, T>(T);

impl<const STEP: usize, T: Serialize + DeserializeOwned + Send> Message for Said<STEP, T> {
    const STEP: &'static str = ["evaluation.1.counted", "evaluation.1.own"][STEP];
}

#[tokio::test]
async fn a_contributor_goes_on_with_enough_rows_only_whatever_the_aggregator_says() {
    for (subject, rows, is_answered) in [
        (classes(), 40_u64, true),
        (classes(), 9, false),
        (numbers(Deviance::Gaussian), 40, true),
        (numbers(Deviance::Gaussian), 19, false),
    ] {
        let names = parties(3);
        let mut mail = mem::mailboxes(&names);
        let aggregator = mail.remove(0);
        let name = names[0].clone();
        let mut hospitals = Vec::new();
        for mail in mail {
            let name = name.clone();
            hospitals.push(tokio::spawn(async move {
                let mut sum = PlainContributor {
                    aggregator: name.clone(),
                };
                let chance = |sum: SumNumber| ChaCha20Rng::seed_from_u64(u64::from(sum.0));
                let scored = scored(50, 1);
                let (rows, first) = ((&subject, &MODEL, &scored[..]), SumNumber(9));
                evaluation::contribute(&mail, &name, rows, first, &chance, &mut sum).await
            }));
        }
        let quorum = Quorum {
            at_least: 3,
            within: Duration::from_secs(5),
        };
        let mut sum = PlainAggregator {
            contributors: names[1..].to_vec(),
            quorum,
        };
        let [of_counts, of_rows] = subject.sums_len();
        let shape = |number, len| SumShape {
            number: SumNumber(number),
            len,
            bits: Bits::WIDEST,
            question: [0; 32],
        };
        let counts = aggregator.scope("counts");
        sum.open(&counts, &shape(9, of_counts)).await.unwrap();
        // Rows, mean label, mean and deviation of the predictors.
        let counts_said: Result<_, Failure> = Ok((rows, 0.5, (0.0, 1.0)));
        let said = Said::<0, _>(counts_said);
        for party in &names[1..] {
            aggregator.send(party, &said).await.unwrap();
        }
        let (here, shape) = (aggregator.scope("sum"), shape(10, of_rows));
        let opened = sum.open(&here, &shape).await;
        assert_eq!(opened.is_ok(), is_answered, "{subject:?} {rows}");
        drop((aggregator, counts, here));
        for hospital in hospitals {
            let error = hospital.await.unwrap().unwrap_err();
            let is_blamed = matches!(error, EvaluationError::BadAnswer { .. });
            assert_eq!(is_blamed, !is_answered, "{error}");
        }
    }
}

#[tokio::test]
async fn measures_that_no_rows_can_have_are_blamed_on_their_sender() {
    let names = parties(2);
    let mut mail = mem::mailboxes(&names);
    let aggregator = mail.remove(0);
    for (party, auc) in mail.iter().zip([0.75, f64::NAN]) {
        let said: Said<1, Option<(f64, f64)>> = Said(Some((auc, 0.5)));
        party.send(&names[0], &said).await.unwrap();
    }
    let error = evaluation::shared(&aggregator, &names[1..]).await;
    assert_eq!(error.unwrap_err().fault(), Fault::Peer(names[2].clone()));
}

proptest! {
    #[test]
    fn the_histogram_s_area_is_within_its_error(
        rows in prop::collection::vec((0.0..=1.0_f64, any::<bool>()), 1..200),
        width in 1.0..60.0_f64,
    ) {
        // Squeezed into a few bins, so that ties within bins are common.
        let squeeze = width / HISTOGRAM_BINS as f64;
        let rows: Vec<Scored> = rows
            .into_iter()
            .map(|(score, label)| Scored { score: score * squeeze, label: f64::from(label) })
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        match runtime.block_on(evaluate(&[rows.clone(), Vec::new()])) {
            Ok(overall) => {
                let apart = (overall.auc.unwrap() - auc(&rows).unwrap()).abs();
                prop_assert!(apart <= overall.auc_error + 1e-12);
            }
            Err(error) => {
                let named = matches!(error, EvaluationError::Failed(Failure::TooFewToEvaluate { .. }));
                prop_assert!(named);
            }
        }
    }
}
