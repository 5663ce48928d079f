//! Sums in the simulated world: dropouts, crashes of each party at each step, slow links.

use std::time::Duration;

use consilium_mailbox::{
    PartyId, RunId,
    sim::{Crash, Link, Moment, World},
};
use consilium_secagg::{
    Breach, Contribute as _, Entry, Input, Open as _, Refusal, SumError, SumShape, Thresholds,
};
use tokio::time::Instant;

use crate::{
    federation::{Ended, Federation, Member, shape},
    wire::STEPS,
};

const MOMENTS: [Moment; 3] = [Moment::BeforeSend, Moment::AfterSend, Moment::OnReceive];

fn crash(party: &PartyId, step: &str, moment: Moment) -> Crash {
    Crash {
        party: party.clone(),
        step: step.into(),
        nth: 0,
        moment,
    }
}

/// Takes part in no sum and no signature, but leaves the threshold where it was.
fn drop_before_input(world: &World, federation: &Federation, indices: &[usize]) {
    for &index in indices {
        let party = &federation.terms.roster[index];
        world.crash(crash(party, "secagg.1.masked", Moment::BeforeSend));
    }
}

#[tokio::test(start_paused = true)]
async fn all_vectors_are_summed_at_every_kind_of_width() {
    for bits in [1, 7, 8, 16, 20, 32, 33, 47, 64] {
        let (federation, shape) = (Federation::of(5), shape(0, 1001, bits));
        let ended = federation.run_once(&World::new(1), shape).await;
        assert!(ended.contributed.iter().all(Result::is_ok));
        let opened = ended.checked(&federation, &shape).unwrap();
        assert_eq!(opened.contributors, federation.terms.roster);
    }
}

/// On links of 100 ms a round trip takes 200; the first sum's set-up has half a round trip among
/// contributors.
#[tokio::test(start_paused = true)]
async fn a_steady_sum_costs_three_round_trips() {
    let link = Link {
        latency: Duration::from_millis(100),
        ..Link::default()
    };
    let (federation, world) = (Federation::of(4), World::new(1).with_link(link));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    for number in 0..4 {
        let (shape, began) = (shape(number.into(), 10, 32), Instant::now());
        let ended = federation
            .run(&world, number, shape, &mut aggregator, &mut members)
            .await;
        let took = began.elapsed().as_millis();
        assert!(ended.checked(&federation, &shape).is_some());
        let round_trips = if number == 0 { 1100..1110 } else { 600..610 };
        assert!(round_trips.contains(&took), "sum {number} took {took} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sparse_graph_sums_and_carries_over_too() {
    let federation = Federation::with(Thresholds::without_proof_of_safety(12, 7, 4).unwrap());
    let (world, shape) = (World::new(1), shape(0, 100, 24));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    for number in 0..3 {
        let ended = federation
            .run(&world, number, shape, &mut aggregator, &mut members)
            .await;
        assert!(ended.contributed.iter().all(Result::is_ok));
        assert!(ended.checked(&federation, &shape).is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_sparse_graph_survives_dropouts() {
    let federation = Federation::with(Thresholds::without_proof_of_safety(12, 9, 5).unwrap());
    let (world, shape) = (World::new(1), shape(0, 100, 24));
    drop_before_input(&world, &federation, &[2, 7]);
    let ended = federation.run_once(&world, shape).await;
    assert_eq!(
        ended
            .checked(&federation, &shape)
            .unwrap()
            .contributors
            .len(),
        10
    );
}

#[tokio::test(start_paused = true)]
async fn who_drops_out_before_its_vector_is_left_out_of_the_sum() {
    let (federation, world, shape) = (Federation::of(7), World::new(1), shape(0, 100, 32));
    drop_before_input(&world, &federation, &[0, 6]);
    let ended = federation.run_once(&world, shape).await;
    let opened = ended.checked(&federation, &shape).unwrap();
    assert_eq!(opened.contributors, federation.terms.roster[1..6]);
}

#[tokio::test(start_paused = true)]
async fn one_dropout_too_many_is_named() {
    let (federation, world, shape) = (Federation::of(5), World::new(1), shape(0, 100, 32));
    drop_before_input(&world, &federation, &[1, 3]);
    let ended = federation.run_once(&world, shape).await;
    let Err(SumError::TooFew {
        present: 3,
        needed: 4,
        missing,
    }) = ended.opened
    else {
        panic!("{:?}", ended.opened)
    };
    assert_eq!(
        missing,
        [
            federation.terms.roster[1].clone(),
            federation.terms.roster[3].clone()
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn after_an_opened_sum_a_lone_dropout_is_awaited_by_name() {
    let (federation, world) = (Federation::of(5), World::new(1));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    let first = shape(0, 10, 32);
    federation
        .run(&world, 1, first, &mut aggregator, &mut members)
        .await
        .opened
        .unwrap();
    drop_before_input(&world, &federation, &[4]);
    let second = shape(1, 10, 32);
    let ended = federation
        .run(&world, 2, second, &mut aggregator, &mut members)
        .await;
    let Err(SumError::Missing {
        missing,
        refusal: Refusal::Derivable { .. },
    }) = ended.opened
    else {
        panic!("{:?}", ended.opened)
    };
    assert_eq!(missing, federation.terms.roster[4..]);
}

#[tokio::test(start_paused = true)]
async fn a_waiver_lets_the_study_go_on_without_its_giver() {
    let (mut federation, world) = (Federation::of(5), World::new(1));
    federation.terms.waivers = [federation.terms.roster[4].clone()].into();
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    let first = shape(0, 10, 32);
    federation
        .run(&world, 1, first, &mut aggregator, &mut members)
        .await
        .opened
        .unwrap();
    drop_before_input(&world, &federation, &[4]);
    let second = shape(1, 10, 32);
    let ended = federation
        .run(&world, 2, second, &mut aggregator, &mut members)
        .await;
    assert_eq!(
        ended
            .checked(&federation, &second)
            .unwrap()
            .contributors
            .len(),
        4
    );
}

#[tokio::test(start_paused = true)]
async fn who_lost_its_memory_makes_all_set_up_anew() {
    let (federation, world, again) = (Federation::of(5), World::new(1), shape(0, 10, 32));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    federation
        .run(&world, 1, again, &mut aggregator, &mut members)
        .await
        .opened
        .unwrap();
    let book = members.remove(2).into_book();
    members.insert(2, federation.member(2, book));
    let ended = federation
        .run(&world, 2, again, &mut aggregator, &mut members)
        .await;
    assert!(ended.contributed.iter().all(Result::is_ok));
    assert!(ended.checked(&federation, &again).is_some());
}

#[tokio::test(start_paused = true)]
async fn an_aggregator_that_lost_its_memory_makes_all_set_up_anew() {
    let (federation, world, again) = (Federation::of(4), World::new(1), shape(0, 10, 32));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    federation
        .run(&world, 1, again, &mut aggregator, &mut members)
        .await
        .opened
        .unwrap();
    let mut restarted = federation.aggregator();
    let ended = federation
        .run(&world, 2, again, &mut restarted, &mut members)
        .await;
    assert!(ended.checked(&federation, &again).is_some());
}

/// Opens a sum, and once more what `change` makes of the federation and its shape.
async fn opened_twice(
    change: impl FnOnce(&mut Federation, &mut SumShape),
) -> (Federation, Vec<Ended>, Vec<Entry>) {
    let (mut federation, world, mut again) = (Federation::of(4), World::new(1), shape(0, 10, 32));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    let mut ended = vec![
        federation
            .run(&world, 1, again, &mut aggregator, &mut members)
            .await,
    ];
    change(&mut federation, &mut again);
    for run in 2..4 {
        let running = federation.run(&world, run, again, &mut aggregator, &mut members);
        ended.push(running.await);
    }
    let entries = members.remove(0).into_book().into_entries();
    (federation, ended, entries)
}

#[tokio::test(start_paused = true)]
async fn another_input_for_the_same_question_never_leaves_the_house_and_nobody_sees_it() {
    let (federation, ended, entries) =
        opened_twice(|federation, _| federation.other_inputs = true).await;
    let mut sums = Vec::new();
    for ended in ended {
        assert!(ended.contributed.iter().all(Result::is_ok));
        sums.push(ended.opened.unwrap());
    }
    let of_others = federation.sum(&shape(0, 10, 32), &federation.terms.roster);
    assert_ne!(sums[1].sum, sums[0].sum);
    assert_ne!(sums[1].sum, of_others);
    // What is withheld is withheld alike, however often it is asked for.
    assert_eq!(sums[1], sums[2]);
    let withheld = entries
        .iter()
        .filter(|entry| matches!(entry, Entry::Withheld { .. }));
    assert_eq!(withheld.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn another_question_under_an_old_number_is_refused_whatever_the_input() {
    for other_inputs in [false, true] {
        let (_, ended, entries) = opened_twice(|federation, shape| {
            federation.other_inputs = other_inputs;
            shape.question = [1; 32];
        })
        .await;
        for ended in &ended[1..] {
            assert!(ended.opened.is_err());
            for ended in &ended.contributed {
                let Err(SumError::Refused(refusal)) = ended else {
                    panic!("{ended:?}")
                };
                assert!(matches!(refusal, Refusal::QuestionChanged { .. }));
            }
        }
        assert_eq!(entries.len(), 2, "those of the first time");
    }
}

#[tokio::test(start_paused = true)]
async fn contributors_asked_different_questions_open_nothing() {
    let (federation, world, asked) = (Federation::of(4), World::new(1), shape(0, 10, 32));
    let (mut aggregator, members) = (federation.aggregator(), federation.members());
    let mut mailboxes = world.mailboxes(&federation.parties(), RunId([1; 16]));
    let mut running = Vec::new();
    for (index, (mut member, mail)) in members.into_iter().zip(mailboxes.drain(1..)).enumerate() {
        let mut shape = asked;
        shape.question = [u8::from(index == 3); 32];
        let input = federation.input(index, &shape);
        running.push(tokio::spawn(async move {
            member.contribute(&mail, &shape, Input::Own(&input)).await
        }));
    }
    let opened = aggregator.open(&mailboxes[0], &asked).await;
    let Err(SumError::Breach { breach, .. }) = opened else {
        panic!("{opened:?}")
    };
    assert_eq!(breach, Breach::BadSignature);
    drop(mailboxes);
    for member in running {
        assert!(member.await.unwrap().is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn the_book_is_written_before_vector_and_signature_leave() {
    let (federation, world, shape) = (Federation::of(4), World::new(1), shape(0, 10, 32));
    world.crash(crash(
        &federation.terms.roster[0],
        "secagg.1.masked",
        Moment::BeforeSend,
    ));
    world.crash(crash(
        &federation.terms.roster[1],
        "secagg.1.signed",
        Moment::BeforeSend,
    ));
    let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
    federation
        .run(&world, 1, shape, &mut aggregator, &mut members)
        .await;
    let mut books = members
        .into_iter()
        .map(|member| member.into_book().into_entries());
    assert!(matches!(books.next().unwrap()[..], [Entry::Input { .. }]));
    assert!(matches!(
        books.next().unwrap()[..],
        [Entry::Input { .. }, Entry::Opening { .. }]
    ));
}

#[tokio::test(start_paused = true)]
async fn slow_and_lossy_links_change_nothing_but_time() {
    let link = Link {
        latency: Duration::from_millis(80),
        bandwidth: Some(1 << 20),
        loss: 0.1,
    };
    let (federation, shape) = (Federation::of(6), shape(0, 1000, 32));
    let ended = federation
        .run_once(&World::new(3).with_link(link), shape)
        .await;
    assert_eq!(
        ended
            .checked(&federation, &shape)
            .unwrap()
            .contributors
            .len(),
        6
    );
}

#[tokio::test(start_paused = true)]
async fn a_crash_of_any_party_at_any_step_ends_in_the_exact_sum_or_an_error() {
    for n in [3, 4, 6] {
        crash_everywhere(&Federation::of(n)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_while_a_graph_is_drawn_ends_in_the_exact_sum_or_an_error() {
    crash_everywhere(&Federation::with(
        Thresholds::without_proof_of_safety(6, 5, 3).unwrap(),
    ))
    .await;
}

#[tokio::test(start_paused = true)]
#[ignore = "slow: three thousand sums with crashes"]
async fn a_crash_of_any_party_at_any_step_among_up_to_twenty() {
    for n in 3..=20 {
        crash_everywhere(&Federation::of(n)).await;
    }
}

/// Crashes each party at each step, at each moment.
fn crashes(federation: &Federation) -> Vec<Crash> {
    let victims = [&federation.terms.aggregator, &federation.terms.roster[0]];
    let mut crashes = Vec::new();
    for victim in victims.into_iter().chain(federation.terms.roster.last()) {
        for step in STEPS {
            crashes.extend(MOMENTS.map(|moment| crash(victim, step, moment)));
        }
    }
    crashes
}

async fn crash_everywhere(federation: &Federation) {
    let shape = shape(0, 20, 32);
    for crash in crashes(federation) {
        let world = World::new(1);
        world.crash(crash.clone());
        let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
        let running = federation.run(&world, 1, shape, &mut aggregator, &mut members);
        let opened = within_minutes(running)
            .await
            .checked(federation, &shape)
            .is_some();
        if !opened {
            repeat(federation, shape, members, &crash).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_in_a_carried_sum_ends_in_the_exact_sum_or_an_error() {
    let federation = Federation::of(5);
    let (first, second) = (shape(0, 20, 32), shape(1, 20, 32));
    for crash in crashes(&federation) {
        let world = World::new(1);
        let (mut aggregator, mut members) = (federation.aggregator(), federation.members());
        let running = federation.run(&world, 1, first, &mut aggregator, &mut members);
        assert!(
            within_minutes(running)
                .await
                .checked(&federation, &first)
                .is_some()
        );
        world.crash(crash.clone());
        let running = federation.run(&world, 2, second, &mut aggregator, &mut members);
        let opened = within_minutes(running)
            .await
            .checked(&federation, &second)
            .is_some();
        if !opened {
            repeat(&federation, second, members, &crash).await;
        }
    }
}

/// A restart repeats the step: all are there again, with their books and nothing else. The sum is
/// opened, unless some signed it without a party that is back.
async fn repeat(federation: &Federation, shape: SumShape, before: Vec<Member>, crash: &Crash) {
    let books = before.into_iter().map(Member::into_book).enumerate();
    let mut members: Vec<Member> = books
        .map(|(index, book)| federation.member(index, book))
        .collect();
    let (world, mut aggregator) = (World::new(2), federation.aggregator());
    let running = federation.run(&world, 3, shape, &mut aggregator, &mut members);
    let ended = within_minutes(running).await;
    let refused = |it: &Result<(), SumError>| {
        matches!(it, Err(SumError::Refused(Refusal::OpenedOtherwise { .. })))
    };
    let excused = ended.contributed.iter().any(refused);
    assert!(
        ended.checked(federation, &shape).is_some() || excused,
        "{crash:?}"
    );
}

async fn within_minutes(running: impl Future<Output = Ended>) -> Ended {
    let patience = Duration::from_mins(10);
    tokio::time::timeout(patience, running)
        .await
        .expect("a run that hangs")
}
