//! Models made to be refused by one hospital: none of them finds out which.

use std::time::Duration;

use consilium_evaluation::{self as evaluation, Scored};
use consilium_glm::{
    Candidate, Centre, Cohort, Design, Failure, Family, Fit, GlmError, Published, Question,
    Regression, Table, Term, Training, aggregate_turn, announce, contribute, largest_sums, local,
    shape,
};
use consilium_mailbox::{Mailbox, PartyId, Quorum, mem};
use consilium_secagg::{
    SumNumber,
    plain::{PlainAggregator, PlainContributor},
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use tokio::task::JoinHandle;

use crate::world::{number, parties, specification};

const FIRST: SumNumber = SumNumber(70);

/// Three hospitals with a dose; the second one's are larger than the first one's, the third one's
/// larger than both.
fn three() -> (Regression, Vec<Table>) {
    let columns = vec![number("dose", 0.0, 10.0)];
    let mut spec = specification(Family::Logistic, columns);
    // So few rows that a deviation within the range can lead beyond what they bound.
    spec.most_rows = 40;
    spec.most_contributors = 3;
    let regression = Regression::try_from(spec).unwrap();
    let table = |hospital: u32| {
        let doses = (0..40).map(|row| f64::from(3 * hospital) + f64::from(row) / 20.0);
        let ill = (0..40).map(|row| f64::from(u8::from(row % 2 == 0)));
        Table::new(&regression, doses.collect(), ill.collect()).unwrap()
    };
    let tables = (0..3).map(table).collect();
    (regression, tables)
}

fn rounding(sum: SumNumber) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(u64::from(sum.0))
}

type Hospital = JoinHandle<Result<(Published, Mailbox), GlmError>>;

fn hospitals(mail: Vec<Mailbox>, regression: &Regression, tables: &[Table]) -> Vec<Hospital> {
    let running = mail.into_iter().zip(tables).map(|(mail, table)| {
        let (regression, table) = (regression.clone(), table.clone());
        tokio::spawn(async move {
            let aggregator = parties(0).remove(0);
            let mut sum = PlainContributor {
                aggregator: aggregator.clone(),
            };
            let rows = (&regression, &table);
            let fit = contribute(&mail, &aggregator, rows, FIRST, &rounding, &mut sum).await?;
            Ok((fit, mail))
        })
    });
    running.collect()
}

fn spy(roster: &[PartyId]) -> PlainAggregator {
    let quorum = Quorum {
        at_least: roster.len(),
        within: Duration::from_millis(50),
    };
    PlainAggregator {
        contributors: roster.to_vec(),
        quorum,
    }
}

fn under(mean: f64, deviation: f64) -> Design {
    let centre = Centre { mean, deviation };
    let (mean, deviation) = (0.0, 1.0);
    Design {
        terms: vec![Term {
            column: 0,
            missing: false,
            centre,
        }],
        label: Centre { mean, deviation },
    }
}

/// Asks about a model; gives what the aggregator makes of the answers and how each hospital ended.
async fn asked(
    number: u32,
    design: Design,
    coefficients: Vec<f64>,
) -> (Result<Training, GlmError>, Vec<GlmError>) {
    let (regression, tables) = three();
    let mut mail = mem::mailboxes(&parties(3));
    let aggregator = mail.remove(0);
    let running = hospitals(mail, &regression, &tables);
    let mut roster = parties(3)[1..].to_vec();
    let cohort = Cohort {
        contributors: roster.clone(),
        design,
        rows: 120,
        opened: 1,
        updates: 0,
        first_information: Vec::new(),
    };
    let asking = Training::Starting {
        sum: SumNumber(number),
        cohort,
        coefficients,
    };
    let (turn, mut sum) = (aggregator.scope("turn-0"), spy(&roster));
    let next = aggregate_turn(&turn, &mut roster, &regression, asking, &mut sum).await;
    drop((turn, aggregator));
    let mut ended = Vec::new();
    for hospital in running {
        ended.push(hospital.await.unwrap().unwrap_err());
    }
    (next, ended)
}

#[tokio::test]
async fn sums_beyond_their_bounds_are_answered_like_any_others() {
    let (regression, tables) = three();
    let bound = *largest_sums(&regression, 2).last().unwrap();
    let squares = |table: &Table| table.iter().map(|(x, _)| 0.25 * x[0] * x[0]).sum::<f64>();
    // All three hospitals are beyond the bound, then two, one, none.
    for (deviation, many) in [(0.6, 3), (1.1, 2), (3.0, 1), (5.0, 0)] {
        let beyond = tables
            .iter()
            .filter(|table| squares(table) > bound * deviation * deviation);
        assert_eq!(beyond.count(), many);
        let (next, ended) = asked(71, under(0.0, deviation), vec![0.0, 0.0]).await;
        let next = next.expect("all take part");
        let implausible = next == Training::Failed(Failure::Implausible);
        assert_eq!(implausible, many > 0, "{deviation}: {next:?}");
        for error in ended {
            assert!(
                matches!(error, GlmError::Mailbox(_)),
                "{deviation}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn models_that_no_rows_of_the_declared_ranges_have_are_refused_by_all_alike() {
    let (narrow, wide, outside) = (under(5.0, 1e-9), under(5.0, 5.1), under(10.2, 1.0));
    let mut label = under(5.0, 1.0);
    label.label.mean = 0.5;
    let mut missing = under(0.5, 0.5);
    missing.terms[0].missing = true;
    for design in [narrow, wide, outside, label, missing] {
        let (next, ended) = asked(71, design.clone(), vec![0.0, 0.0]).await;
        assert!(next.is_err());
        for error in ended {
            assert!(
                matches!(error, GlmError::BadModel { .. }),
                "{design:?}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn a_number_beyond_those_of_the_phase_is_refused() {
    for (number, is_answered) in [(69, false), (70, true), (169, true), (170, false)] {
        let (next, ended) = asked(number, under(5.0, 3.0), vec![0.0, 0.0]).await;
        assert_eq!(next.is_ok(), is_answered, "{number}");
        for error in ended {
            let refused = matches!(error, GlmError::BadModel { .. });
            assert_eq!(refused, !is_answered, "{number}: {error}");
        }
    }
}

#[test]
fn whatever_is_asked_is_part_of_the_question() {
    let (regression, _) = three();
    let ask = |design, slope| {
        Question::Sums(Candidate {
            design,
            coefficients: vec![0.0, slope],
        })
    };
    let asked = |question| shape(&regression, FIRST, &question).question;
    let first = asked(ask(under(5.0, 1.0), 0.5));
    assert_eq!(asked(ask(under(5.0, 1.0), 0.5)), first);
    let others = [
        ask(under(5.0, 1.0), 0.25),
        ask(under(4.0, 1.0), 0.5),
        ask(under(5.0, 2.0), 0.5),
        Question::Moments,
    ];
    for question in others {
        assert_ne!(asked(question), first);
    }
}

/// Announces a fit and has it measured; gives how each hospital ended.
async fn measured(forge: impl Fn(&mut Fit)) -> Vec<Result<(), GlmError>> {
    let (regression, tables) = three();
    let pooled = tables.iter().collect::<Vec<_>>();
    let mut fit = local::fit(&regression, &pooled).unwrap();
    forge(&mut fit);
    let mut mail = mem::mailboxes(&parties(3));
    let aggregator = mail.remove(0);
    let roster = parties(3)[1..].to_vec();
    let fitting = hospitals(mail, &regression, &tables);
    let turn = aggregator.scope("turn-0");
    announce(&turn, &roster, &Ok(fit.clone())).await.unwrap();
    let mut measuring = Vec::new();
    for (hospital, table) in fitting.into_iter().zip(tables) {
        let regression = regression.clone();
        measuring.push(tokio::spawn(async move {
            let (fit, mail) = hospital.await.unwrap()?;
            let scored: Vec<Scored> = table.score(|features| fit.predict(features));
            let (mail, aggregator) = (mail.scope("evaluation"), parties(0).remove(0));
            let mut sum = PlainContributor {
                aggregator: aggregator.clone(),
            };
            let subject = regression.subject();
            let (rows, first) = ((&subject, &fit.model(), &scored[..]), SumNumber(1000));
            let measures =
                evaluation::contribute(&mail, &aggregator, rows, first, &rounding, &mut sum);
            measures.await.unwrap();
            Ok(())
        }));
    }
    let (here, mut sum) = (aggregator.scope("evaluation"), spy(&roster));
    let (what, first) = ((&regression.subject(), &fit.model()), SumNumber(1000));
    evaluation::aggregate(&here, &roster, what, first, &mut sum)
        .await
        .ok();
    drop((here, turn, aggregator));
    let mut ended = Vec::new();
    for hospital in measuring {
        ended.push(hospital.await.unwrap());
    }
    ended
}

#[tokio::test]
async fn coefficients_without_end_are_refused_by_all_alike() {
    for value in [f64::INFINITY, f64::NAN] {
        let ended = measured(|fit| fit.estimates[1].standardised = value).await;
        for ended in ended {
            let error = ended.unwrap_err();
            assert!(matches!(error, GlmError::BadModel { .. }), "{error}");
        }
    }
}

#[tokio::test]
async fn scores_that_are_no_numbers_are_measured_like_any_others() {
    // Infinite less infinite where the dose is larger than 5.
    let ended = measured(|fit| {
        fit.design.terms[0].centre = Centre {
            mean: 5.0,
            deviation: 1e-5,
        };
        fit.estimates[0].standardised = f64::MIN;
        fit.estimates[1].standardised = f64::MAX;
    });
    for ended in ended.await {
        ended.unwrap();
    }
}
