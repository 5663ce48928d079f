//! An aggregator that does not pass on what was put in, and contributors that send nonsense.

use consilium_mailbox::{Content, Fault, Frame, Mailbox, RunId, sim::World};
use consilium_scarcity::{Agreement, Outcome, ScarcityError};
use consilium_secagg::{Open, Opened, SumError, SumShape, plain::PlainAggregator};

use crate::world::{FIRST, Ran, counting, houses, parties, plain_sums, run, seed};

/// Opens sums and says something else of one of them.
struct Liar<L> {
    truth: PlainAggregator,
    at: u32,
    lie: L,
}

impl<L: Fn(&mut Opened) + Send> Open for Liar<L> {
    async fn open(&mut self, mail: &Mailbox, shape: &SumShape) -> Result<Opened, SumError> {
        let mut opened = self.truth.open(mail, shape).await?;
        if shape.number.0 == FIRST.0 + self.at {
            (self.lie)(&mut opened);
        }
        Ok(opened)
    }
}

async fn lied(at: u32, lie: impl Fn(&mut Opened) + Send) -> Ran {
    let agreement = Agreement::new(counting(512, 512)).unwrap();
    let houses = houses(&agreement, 5, 70);
    let seeds: Vec<_> = (0..5).map(seed).collect();
    let parties = parties(5);
    let mail = World::new(3).mailboxes(&parties, RunId([7; 16]));
    let (truth, members) = plain_sums(&parties);
    let liar = Liar { truth, at, lie };
    run(mail, (liar, members), (&agreement, &houses, &seeds)).await
}

/// A run in which frames are changed on their way.
async fn tampered(tamper: impl FnMut(&mut Frame) + Send + 'static) -> Ran {
    let agreement = Agreement::new(counting(512, 512)).unwrap();
    let houses = houses(&agreement, 5, 70);
    let seeds: Vec<_> = (0..5).map(seed).collect();
    let parties = parties(5);
    let world = World::new(3);
    world.tamper(tamper);
    let mail = world.mailboxes(&parties, RunId([7; 16]));
    run(mail, plain_sums(&parties), (&agreement, &houses, &seeds)).await
}

/// Changes the body of a step's frames to one party.
fn change(
    (step, to): (&'static str, &'static str),
    lie: impl Fn(&mut Vec<u8>) + Send + 'static,
) -> impl FnMut(&mut Frame) + Send + 'static {
    move |frame| {
        let is_it = &*frame.step == step && frame.receiver.as_str() == to;
        if let (true, Content::Body(body)) = (is_it, &mut frame.content) {
            let mut changed = body.to_vec();
            lie(&mut changed);
            *body = changed.into();
        }
    }
}

fn is_false_tables(outcome: &Result<Outcome, ScarcityError>) -> bool {
    matches!(outcome, Err(ScarcityError::FalseTables { aggregator })
        if aggregator.as_str() == "aggregator")
}

#[tokio::test(start_paused = true)]
async fn tables_that_were_changed_are_found_by_all() {
    for element in [0, 7, 40] {
        let ran = lied(0, move |opened| {
            opened.sum[element] = opened.sum[element].wrapping_add(1);
        })
        .await;
        for outcome in &ran.outcomes {
            assert!(is_false_tables(outcome), "{outcome:?}");
            let fault = outcome.as_ref().unwrap_err().fault();
            assert_eq!(fault, Fault::Network, "a contributor may have done it");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_list_of_contributors_is_found() {
    let remove = |opened: &mut Opened| {
        opened.contributors.remove(1);
    };
    for (place, outcome) in lied(0, remove).await.outcomes.iter().enumerate() {
        match outcome {
            Err(ScarcityError::LeftOut { .. }) => assert_eq!(place, 1),
            other => assert!(is_false_tables(other), "{other:?}"),
        }
    }
    for (place, outcome) in lied(1, remove).await.outcomes.iter().enumerate() {
        match outcome {
            Err(ScarcityError::LeftOut { .. }) => assert_eq!(place, 1),
            Err(ScarcityError::Dropped { differing }) => {
                assert_eq!(differing.as_str(), "hospital-1");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_form_is_refused() {
    let lies: [fn(&mut Opened); 5] = [
        |opened| opened.sum.truncate(3),
        |opened| opened.sum.push(0),
        |opened| opened.contributors.push("stranger".parse().unwrap()),
        |opened| opened.contributors.swap(0, 1),
        |opened| opened.contributors.truncate(3),
    ];
    for lie in lies {
        for outcome in lied(0, lie).await.outcomes {
            let is_refused = matches!(outcome, Err(ScarcityError::BadAnswer { .. }));
            assert!(is_refused, "{outcome:?}");
        }
    }
}

/// More empty buckets than own people leave, or too few or too many without own ones.
#[tokio::test(start_paused = true)]
async fn numbers_of_empty_buckets_that_cannot_be_are_found() {
    let lies: [fn(&mut Opened); 3] = [
        |opened| opened.sum[..512].fill(0),
        |opened| opened.sum[512..].fill(1),
        |opened| opened.sum[512..].fill(0),
    ];
    for lie in lies {
        for outcome in lied(1, lie).await.outcomes {
            let is_found = matches!(outcome, Err(ScarcityError::FalseZeros { .. }));
            assert!(is_found, "{outcome:?}");
        }
    }
}

/// Hospital 0 has 100 people of its own, hospital 4 has 100, the others 50: their numbers are too near each
/// other, so that a swap isn't seen. What all are told alike is.
#[tokio::test(start_paused = true)]
async fn numbers_of_all_that_differ_between_contributors_are_found() {
    let step = ("scarcity.1.emptied", "hospital-2");
    // The first number after the names, a varint of two bytes.
    let ran = tampered(change(step, |body| {
        let at = body.len() - 4;
        body[at] ^= 1;
    }))
    .await;
    for (place, outcome) in ran.outcomes.iter().enumerate() {
        let blamed = if place == 2 {
            "hospital-0"
        } else {
            "hospital-2"
        };
        let is_named = matches!(outcome, Err(ScarcityError::OtherSums { peer })
            if peer.as_str() == blamed);
        assert!(is_named, "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_party_that_is_told_other_tables_finds_out() {
    let step = ("scarcity.1.summed", "hospital-2");
    let ran = tampered(change(step, |body| *body.last_mut().unwrap() ^= 0x80)).await;
    assert!(is_false_tables(&ran.outcomes[2]));
    assert!(ran.outcomes.iter().all(Result::is_err) && ran.aggregated.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_none_is_refused_and_a_wrong_one_shows() {
    for (len, is_none) in [(31_usize, true), (33, true), (0, true), (32, false)] {
        let step = ("scarcity.1.key", "hospital-1");
        let ran = tampered(change(step, move |body| {
            *body = vec![u8::try_from(len).unwrap()];
            body.resize(len + 1, 7);
        }))
        .await;
        let is_refused = matches!(&ran.outcomes[1], Err(ScarcityError::BadKey { peer })
            if peer.as_str() == "hospital-0");
        assert_eq!(is_refused, is_none, "{len}: {:?}", ran.outcomes[1]);
        if !is_none {
            assert!(ran.outcomes.iter().all(is_false_tables));
        }
    }
}
