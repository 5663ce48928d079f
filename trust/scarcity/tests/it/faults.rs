//! Parties that crash.

use consilium_mailbox::{
    RunId,
    sim::{Crash, Moment, World},
};
use consilium_scarcity::{Agreement, Specification};

use crate::world::{House, Ran, counting, houses, parties, plain_sums, run, seed};

fn small() -> (Agreement, Vec<House>) {
    let mut spec = Specification {
        columns: counting(256, 500).columns[..2].to_vec(),
        ..counting(256, 500)
    };
    spec.columns.swap(0, 1);
    let agreement = Agreement::new(spec).unwrap();
    let whole = Agreement::new(counting(256, 500)).unwrap();
    let houses = houses(&whole, 5, 1).into_iter().map(|(_, people)| {
        let smokers = (0..300).map(|row| Some(row % 3 == 0)).collect();
        let ages = (0..300).map(|row| f64::from(row % 100)).collect();
        let values = [
            consilium_scarcity::Values::Booleans(smokers),
            consilium_scarcity::Values::Numbers(ages),
        ];
        (
            consilium_scarcity::Rows::new(&agreement, &values).unwrap(),
            people,
        )
    });
    let houses = houses.collect();
    (agreement, houses)
}

async fn crashed((agreement, houses): &(Agreement, Vec<House>), crash: Crash) -> Ran {
    let world = World::new(1).without_transcript();
    world.crash(crash);
    let mail = world.mailboxes(&parties(5), RunId([7; 16]));
    let seeds: Vec<_> = (0..5).map(seed).collect();
    run(mail, plain_sums(&parties(5)), (agreement, houses, &seeds)).await
}

/// Everybody has ended, with an outcome over those who are in it or an error that says why.
#[tokio::test(start_paused = true)]
async fn a_crash_anywhere_gives_an_outcome_over_the_others_or_a_named_error() {
    let world = small();
    let steps = [
        "scarcity.1.key",
        "plain-sum.1.input",
        "scarcity.1.summed",
        "scarcity.1.emptied",
        "scarcity.1.same",
        "scarcity.1.stepped",
    ];
    let (mut crashes, mut successes) = (0, 0);
    for party in parties(5) {
        for step in steps {
            for moment in [Moment::BeforeSend, Moment::AfterSend, Moment::OnReceive] {
                for nth in [0, 1] {
                    let crash = Crash {
                        party: party.clone(),
                        step: step.to_owned(),
                        nth,
                        moment,
                    };
                    let ran = crashed(&world, crash).await;
                    crashes += 1;
                    for outcome in &ran.outcomes {
                        match outcome {
                            Ok(outcome) => {
                                assert!(outcome.contributors.len() >= 4);
                                assert!(outcome.exclusive.is_some());
                                successes += 1;
                            }
                            Err(error) => assert!(!error.to_string().is_empty()),
                        }
                    }
                }
            }
        }
    }
    assert!(crashes == 216 && successes > 216, "{successes}");
}

/// Who is gone before its first vector is left out, and the others go on.
#[tokio::test(start_paused = true)]
async fn a_contributor_that_never_comes_is_left_out() {
    let crash = Crash {
        party: parties(5)[3].clone(),
        step: "plain-sum.1.input".to_owned(),
        nth: 0,
        moment: Moment::BeforeSend,
    };
    let ran = crashed(&small(), crash).await;
    assert!(ran.outcomes[2].is_err());
    for place in [0, 1, 3, 4] {
        assert_eq!(ran.outcome(place).contributors.len(), 4);
    }
    let opened = ran.aggregated.unwrap();
    assert_eq!((opened.steps.len(), opened.zeros.len()), (4, 4));
}
