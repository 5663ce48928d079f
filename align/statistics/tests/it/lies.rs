//! An aggregator that does not pass on what was put in, and contributors that send nonsense.

use bytes::Bytes;
use consilium_mailbox::{Content, Fault, Frame, Mailbox, PartyId, RunId, sim::World};
use consilium_secagg::{Open, Opened, SumError, SumShape, plain::PlainAggregator};
use consilium_statistics::{Agreement, StatisticsError};

use crate::world::{
    FIRST, Ran, contributing, parties, plain_sums, raws, run, seed, sendable, specification, tables,
};

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
    let agreement = Agreement::new(specification()).unwrap();
    let tables = tables(&agreement, &raws(4, 70));
    let parties = parties(4);
    let mail = World::new(3).mailboxes(&parties, RunId([7; 16]));
    let (truth, members) = plain_sums(&parties);
    let liar = Liar { truth, at, lie };
    run(mail, (liar, members), (&agreement, &tables)).await
}

/// A run in which frames are changed on their way.
async fn tampered(tamper: impl FnMut(&mut Frame) + Send + 'static) -> Ran {
    let agreement = Agreement::new(specification()).unwrap();
    let tables = tables(&agreement, &raws(4, 70));
    let parties = parties(4);
    let world = World::new(3);
    world.tamper(tamper);
    let mail = world.mailboxes(&parties, RunId([7; 16]));
    run(mail, plain_sums(&parties), (&agreement, &tables)).await
}

fn is_false_sum(outcome: &Result<consilium_statistics::Outcome, StatisticsError>, at: u32) -> bool {
    matches!(outcome, Err(StatisticsError::FalseSum { sum, aggregator })
        if *sum == at && aggregator.as_str() == "aggregator")
}

#[tokio::test(start_paused = true)]
async fn a_sum_that_was_changed_is_found_by_all() {
    for (at, element) in [(0, 0), (0, 7), (1, 40), (3, 2), (4, 11)] {
        let ran = lied(at, move |opened| {
            opened.sum[element] = opened.sum[element].wrapping_add(1);
        })
        .await;
        for outcome in &ran.outcomes {
            assert!(is_false_sum(outcome, at), "{outcome:?}");
            let fault = outcome.as_ref().unwrap_err().fault();
            assert_eq!(fault, Fault::Network, "a contributor may have done it");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_list_of_contributors_is_found() {
    let ran = lied(0, |opened| {
        opened.contributors.remove(1);
    })
    .await;
    for (place, outcome) in ran.outcomes.iter().enumerate() {
        if place == 1 {
            assert!(matches!(outcome, Err(StatisticsError::LeftOut { .. })));
        } else {
            assert!(is_false_sum(outcome, 0), "{outcome:?}");
        }
    }
    let ran = lied(2, |opened| {
        opened.contributors.remove(1);
    })
    .await;
    for (place, outcome) in ran.outcomes.iter().enumerate() {
        let gone: PartyId = "hospital-1".parse().unwrap();
        match outcome {
            Err(StatisticsError::LeftOut { .. }) => assert_eq!(place, 1),
            Err(StatisticsError::Dropped { sum, differing }) => {
                assert_eq!((*sum, differing), (2, &gone));
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
        |opened| opened.contributors.truncate(2),
    ];
    for lie in lies {
        for outcome in lied(1, lie).await.outcomes {
            assert!(
                matches!(outcome, Err(StatisticsError::BadAnswer { .. })),
                "{outcome:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_party_that_is_told_another_sum_finds_out() {
    let ran = tampered(|frame| {
        let is_it =
            &*frame.step == "statistics.1.summed" && frame.receiver.as_str() == "hospital-2";
        if let (true, Content::Body(body)) = (is_it, &mut frame.content) {
            let mut changed = body.to_vec();
            *changed.last_mut().unwrap() ^= 0x80;
            *body = changed.into();
        }
    })
    .await;
    assert!(is_false_sum(&ran.outcomes[2], 0));
    assert!(ran.outcomes.iter().all(Result::is_err));
}

#[tokio::test(start_paused = true)]
async fn contributors_who_were_told_otherwise_blame_each_other_by_name() {
    let ran = tampered(|frame| {
        let is_it = &*frame.step == "statistics.1.same" && frame.sender.as_str() == "hospital-3";
        if let (true, Content::Body(body)) = (is_it, &mut frame.content) {
            let mut changed = body.to_vec();
            changed[4] ^= 1;
            *body = changed.into();
        }
    })
    .await;
    for outcome in &ran.outcomes[..3] {
        let named = matches!(outcome, Err(StatisticsError::OtherSums { peer })
            if peer.as_str() == "hospital-3");
        assert!(named, "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_none_is_refused_and_a_wrong_one_shows() {
    for (len, is_none) in [(31_usize, true), (33, true), (0, true), (32, false)] {
        let ran = tampered(move |frame| {
            let is_it =
                &*frame.step == "statistics.1.key" && frame.receiver.as_str() == "hospital-1";
            if let (true, Content::Body(body)) = (is_it, &mut frame.content) {
                let mut changed = vec![u8::try_from(len).unwrap()];
                changed.resize(len + 1, 7);
                *body = Bytes::from(changed);
            }
        })
        .await;
        let is_refused = matches!(&ran.outcomes[1], Err(StatisticsError::BadKey { peer })
            if peer.as_str() == "hospital-0");
        assert_eq!(is_refused, is_none, "{len}: {:?}", ran.outcomes[1]);
        if !is_none {
            assert!(ran.outcomes.iter().all(|outcome| is_false_sum(outcome, 0)));
        }
    }
}

/// Lengths are those of the others, so that nothing but the question differs.
#[tokio::test(start_paused = true)]
async fn a_contributor_that_goes_by_another_specification_is_noticed() {
    let agreement = Agreement::new(specification()).unwrap();
    let mut other = specification();
    other.quantiles[0] = 0.06;
    let other = Agreement::new(other).unwrap();
    let raws = raws(3, 70);
    let (tables, others) = (tables(&agreement, &raws), tables(&other, &raws));
    let parties = parties(3);
    let mut mail = World::new(3).mailboxes(&parties, RunId([7; 16]));
    let (mut sum, members) = plain_sums(&parties);
    let aggregator = mail.remove(0);
    let roster = &parties[1..];
    let odd = mail.remove(2);
    let mut members = members.into_iter();
    let both = vec![
        (mail.remove(0), members.next().unwrap()),
        (mail.remove(0), members.next().unwrap()),
    ];
    let mut last = members.next().unwrap();
    let seed = seed(2);
    let (opened, outcomes, odd) = tokio::join!(
        sendable(consilium_statistics::aggregate(
            &aggregator,
            roster,
            &agreement,
            FIRST,
            &mut sum
        )),
        contributing(both, &parties[0], (&agreement, &tables)),
        sendable(consilium_statistics::contribute(
            &odd,
            (&parties[0], roster),
            (&other, &others[2], &seed),
            FIRST,
            &mut last
        )),
    );
    let outcomes = outcomes.iter().map(|(outcome, _)| outcome);
    assert!(
        outcomes
            .chain([&odd])
            .all(|outcome| is_false_sum(outcome, 0))
    );
    drop(opened);
}
