//! What changed frames and changed rows come to.

use consilium_glm::{Family, Table, solve::Symmetric};
use consilium_mailbox::{Content, Fault, sim::World};
use consilium_value::{Coalesced, Failure, Method, Totals, Value, ValueError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::world::{Study, body, party, rows};

/// m6 as the page says, written again.
#[derive(Debug, Serialize, Deserialize)]
struct Part {
    rows: u64,
    gradient: Vec<f64>,
    information: Symmetric,
}

/// Changes what `sender` says in a step.
fn lying<M: Serialize + DeserializeOwned + 'static>(
    world: &World,
    (sender, step): (&str, &'static str),
    lie: impl Fn(&mut M) + Send + 'static,
) {
    let sender = party(sender);
    world.tamper(move |frame| {
        if frame.sender == sender && *frame.step == *step {
            let mut told: M = postcard::from_bytes(body(frame)).unwrap();
            lie(&mut told);
            frame.content = Content::Body(postcard::to_stdvec(&told).unwrap().into());
        }
    });
}

/// Each counts names, and no sum in which somebody could add two.
#[tokio::test(start_paused = true)]
async fn who_lies_about_judging_stands_for_one_judge() {
    let (world, mut study) = (World::new(1), Study::logistic(Method::Influence));
    for place in 0..3 {
        let (features, labels) = rows(Family::Logistic, 12, false, 3 + place as u64);
        study.judging[place] = Table::new(&study.regression, features, labels).unwrap();
    }
    lying(
        &world,
        ("hospital-0", "value.1.judges"),
        |judges: &mut bool| *judges = true,
    );
    let ended = study.run(&world).await;
    let mut errors = vec![ended.aggregator.unwrap_err()];
    errors.extend(ended.contributors.into_iter().map(Result::unwrap_err));
    for error in errors {
        let few = matches!(error, ValueError::Failed(Failure::TooFewJudged));
        assert!(few, "{error}");
    }
    let frames = world.transcript();
    assert!(frames.iter().all(|it| *it.step != *"plain-sum.1.input"));
}

#[tokio::test(start_paused = true)]
async fn totals_that_can_t_be_blame_the_aggregator() {
    type Lie = fn(&mut Totals);
    let lies: [Lie; 5] = [
        |it| it.direction[0] = f64::NAN,
        |it| it.direction.push(0.0),
        |it| it.rows = 300,
        |it| it.judged_rows = 0,
        |it| it.dispersion = -1.0,
    ];
    for lie in lies {
        let (world, study) = (World::new(1), Study::logistic(Method::Influence));
        lying(
            &world,
            ("aggregator", "value.1.totals"),
            move |told: &mut Result<Totals, Failure>| {
                lie(told.as_mut().unwrap());
            },
        );
        let ended = study.run(&world).await;
        let error = ended.contributors.into_iter().nth(1).unwrap().unwrap_err();
        assert_eq!(error.fault(), Fault::Peer(party("aggregator")), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn values_that_can_t_be_blame_the_aggregator() {
    type Lie = fn(&mut Coalesced);
    let lies: [Lie; 6] = [
        // A friend has all that is explained, and more is explained than is.
        |it| {
            if let Coalesced::Told { parties, all, .. } = it {
                let nothing = Value::new(0.0, 1.0);
                for worth in parties.values_mut() {
                    worth.shapley = nothing;
                }
                *all = 1e9;
                parties.get_mut(&party("hospital-4")).unwrap().shapley = Value::new(1e9, 1.0);
            }
        },
        // Some for a friend, at nobody's expense.
        |it| {
            if let Coalesced::Told { parties, all, .. } = it {
                let friend = parties.get_mut(&party("hospital-4")).unwrap();
                friend.shapley = Value::new(friend.shapley.value + all.abs(), 1.0);
            }
        },
        |it| {
            if let Coalesced::Told { all, .. } = it {
                *all *= 1.01;
            }
        },
        |it| {
            if let Coalesced::Told { parties, .. } = it {
                parties.remove(&party("hospital-2"));
            }
        },
        |it| {
            if let Coalesced::Told { all, .. } = it {
                *all = f64::INFINITY;
            }
        },
        |it| {
            if let Coalesced::Told { parties, .. } = it {
                let worth = parties.get_mut(&party("hospital-2")).unwrap();
                worth.shapley.standard_error = -1.0;
            }
        },
    ];
    for lie in lies {
        let (world, study) = (World::new(1), Study::logistic(Method::Shapley));
        lying(
            &world,
            ("aggregator", "value.1.values"),
            move |told: &mut Result<Coalesced, Failure>| {
                lie(told.as_mut().unwrap());
            },
        );
        let ended = study.run(&world).await;
        let error = ended.contributors.into_iter().next().unwrap().unwrap_err();
        assert_eq!(error.fault(), Fault::Peer(party("aggregator")), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn own_sums_that_can_t_be_blame_their_sender() {
    type Lie = fn(&mut Part);
    let lies: [Lie; 4] = [
        |it| it.gradient[1] = f64::INFINITY,
        |it| it.gradient.truncate(1),
        |it| it.rows = 0,
        |it| it.information = Symmetric::new(3, vec![-1.0; 6]),
    ];
    for lie in lies {
        let (world, study) = (World::new(1), Study::logistic(Method::Shapley));
        lying(
            &world,
            ("hospital-3", "value.1.own"),
            move |told: &mut Option<Part>| {
                lie(told.as_mut().unwrap());
            },
        );
        let error = study.run(&world).await.aggregator.unwrap_err();
        assert_eq!(error.fault(), Fault::Peer(party("hospital-3")), "{error}");
    }
}

/// Whoever wants to look better than its rows shows others than it has added.
#[tokio::test(start_paused = true)]
async fn own_sums_other_than_those_that_were_added_are_noticed() {
    type Lie = fn(&mut Part);
    let lies: [Lie; 3] = [
        |it| it.gradient[1] *= 0.9999,
        |it| it.rows += 1,
        |it| it.information.add_to_diagonal(1, 1e-3),
    ];
    for lie in lies {
        let (world, study) = (World::new(1), Study::logistic(Method::Shapley));
        lying(
            &world,
            ("hospital-4", "value.1.own"),
            move |told: &mut Option<Part>| {
                lie(told.as_mut().unwrap());
            },
        );
        let ended = study.run(&world).await;
        let error = ended.aggregator.unwrap_err();
        assert!(
            matches!(error, ValueError::Failed(Failure::DoesNotAddUp)),
            "{error}"
        );
        for error in ended.contributors.into_iter().map(Result::unwrap_err) {
            assert!(
                matches!(error, ValueError::Failed(Failure::DoesNotAddUp)),
                "{error}"
            );
        }
    }
}

/// A poisoned hospital that adds good rows' sums in the place of those it was fitted by is found by the
/// gradient, which is then none of an optimum.
#[tokio::test(start_paused = true)]
async fn other_rows_than_those_of_the_fit_are_noticed() {
    let mut study = Study::logistic(Method::Shapley);
    let (features, labels) = rows(Family::Logistic, 300, false, 99);
    study.fitted[4] = Table::new(&study.regression, features, labels).unwrap();
    let ended = study.run(&World::new(1)).await;
    let error = ended.aggregator.unwrap_err();
    assert!(
        matches!(error, ValueError::Failed(Failure::Implausible)),
        "{error}"
    );
}

/// The page says so: who judges decides what is good.
#[tokio::test(start_paused = true)]
async fn poisoned_rows_that_judge_make_their_own_kind_look_better() {
    let mut study = Study::logistic(Method::Influence);
    let own = |ended: crate::world::Ended| {
        let last = ended.contributors.into_iter().next_back().unwrap().unwrap();
        last.own.unwrap().leave_one_out.value
    };
    let judged_by_others = own(study.run(&World::new(1)).await);
    study.judges = study.contributors.clone();
    let judged_by_itself_too = own(study.run(&World::new(1)).await);
    assert!(judged_by_itself_too > judged_by_others);
}
