//! The simulated world: links, crashes, tampering.

use std::time::Duration;

use consilium_mailbox::{
    Mailbox, MailboxError, PartyId, Patience, RunId,
    sim::{Crash, Link, Moment, World},
};
use tokio::time::Instant;

use crate::{Load, Number, parties};

const RUN: RunId = RunId([1; 16]);

fn pair(world: &World) -> (Mailbox, Mailbox) {
    let mut boxes = world.mailboxes(&parties(["a", "b"]), RUN).into_iter();
    (boxes.next().expect("a"), boxes.next().expect("b"))
}

#[tokio::test(start_paused = true)]
async fn a_link_takes_its_latency_and_its_bandwidth() {
    let latency = Duration::from_millis(40);
    let link = Link {
        latency,
        bandwidth: Some(1_000_000),
        loss: 0.0,
    };
    let (a, b) = pair(&World::new(1).with_link(link));
    let began = Instant::now();
    a.send(b.me(), &Load(vec![0; 2_000_000].into()))
        .await
        .unwrap();
    b.recv::<Load>(a.me()).await.unwrap();
    let sending = Duration::from_secs_f64(a.account().total().sent_bytes as f64 / 1e6);
    let late = began.elapsed().saturating_sub(sending + latency);
    assert!(late < Duration::from_millis(2), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_party_may_have_a_link_of_its_own() {
    let slow = Link {
        latency: Duration::from_millis(80),
        ..Link::default()
    };
    let names = parties(["a", "b", "c"]);
    let world = World::new(1).with_link_of(&names[1], slow);
    let boxes = world.mailboxes(&names, RUN);
    let way = async |from: usize, to: usize| {
        let began = Instant::now();
        boxes[from].send(&names[to], &Number(1)).await.unwrap();
        boxes[to].recv::<Number>(&names[from]).await.unwrap();
        began.elapsed()
    };
    assert!(way(0, 1).await >= slow.latency && way(1, 2).await >= slow.latency);
    assert!(way(0, 2).await < slow.latency);
}

#[tokio::test(start_paused = true)]
async fn stretched_time_is_true_to_a_microsecond() {
    let latency = Duration::from_micros(1_234);
    let link = Link {
        latency,
        bandwidth: Some(1_000_000),
        loss: 0.0,
    };
    let (a, b) = pair(&World::new(1).with_link(link).with_time_stretched(1000));
    let began = Instant::now();
    a.send(b.me(), &Number(1)).await.unwrap();
    b.recv::<Number>(a.me()).await.unwrap();
    let sending = Duration::from_secs_f64(a.account().total().sent_bytes as f64 / 1e6);
    let late = (began.elapsed() / 1000).saturating_sub(sending + latency);
    assert!(late < Duration::from_micros(2), "{:?}", began.elapsed());

    // Nobody loses patience a thousand times sooner.
    let silent = b.recv::<Number>(a.me()).await.unwrap_err();
    let waited = Patience::default().silence;
    assert!(matches!(silent, MailboxError::Silent { .. }), "{silent}");
    assert!(began.elapsed() / 1000 >= waited, "{:?}", began.elapsed());
}

/// Computes at both ends, and gives how long a message took and what was computed before it.
async fn computing_duration(world: &World) -> (Duration, Duration) {
    let (a, b) = pair(world);
    let began = Instant::now();
    for mail in [&a, &b] {
        let work = || (0..2_000_000_u64).fold(0, |sum, n| std::hint::black_box(sum ^ n));
        mail.compute("test.1.work", work);
    }
    a.send(b.me(), &Number(1)).await.unwrap();
    b.recv::<Number>(a.me()).await.unwrap();
    (began.elapsed(), a.account().total().cpu)
}

#[tokio::test(start_paused = true)]
async fn computing_takes_time_where_the_world_says_so() {
    // Of the sender alone: both compute at the same time. A clock may be a millisecond late.
    let (taken, computed) = computing_duration(&World::new(1).with_computing_time()).await;
    let late = taken
        .checked_sub(computed)
        .expect("not before the work is done");
    assert!(
        computed > Duration::ZERO && late < Duration::from_millis(2),
        "{late:?}"
    );
    let (taken, _) = computing_duration(&World::new(1)).await;
    assert!(taken < Duration::from_millis(2), "{taken:?}");
}

async fn lossy_duration(seed: u64) -> Duration {
    let link = Link {
        latency: Duration::from_millis(5),
        bandwidth: None,
        loss: 0.3,
    };
    let (a, b) = pair(&World::new(seed).with_link(link));
    let began = Instant::now();
    for number in 0..100 {
        a.send(b.me(), &Number(number)).await.unwrap();
        assert_eq!(b.recv::<Number>(a.me()).await.unwrap(), Number(number));
    }
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_lossy_link_is_slow_but_loses_nothing_and_the_seed_decides() {
    let first = lossy_duration(1).await;
    assert!(
        first > Duration::from_millis(500 + 15 * 210),
        "30 % of 100 were sent again: {first:?}"
    );
    assert_eq!(first, lossy_duration(1).await);
    assert_ne!(first, lossy_duration(2).await);
}

fn crash(party: &PartyId, nth: usize, moment: Moment) -> Crash {
    Crash {
        party: party.clone(),
        step: "test.1.number".into(),
        nth,
        moment,
    }
}

#[tokio::test(start_paused = true)]
async fn a_party_crashes_where_it_was_told_to() {
    for (moment, arrives) in [
        (Moment::BeforeSend, false),
        (Moment::AfterSend, true),
        (Moment::OnReceive, false),
    ] {
        let world = World::new(1);
        let (a, b) = pair(&world);
        let who = if moment == Moment::OnReceive {
            b.me()
        } else {
            a.me()
        };
        world.crash(crash(who, 1, moment));
        a.send(b.me(), &Number(0)).await.unwrap();
        let first = b.recv::<Number>(a.me()).await;
        let sent = a.send(b.me(), &Number(1)).await;
        let second = b.recv::<Number>(a.me()).await;
        assert_eq!(first.unwrap(), Number(0));
        assert_eq!(sent.is_ok(), moment == Moment::OnReceive, "{moment:?}");
        assert_eq!(second.is_ok(), arrives, "{moment:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crashed_party_says_nothing_and_comes_back_in_a_new_run() {
    let world = World::new(1);
    let (a, b) = pair(&world);
    world.crash(crash(a.me(), 0, Moment::BeforeSend));
    let stopped = a.send(b.me(), &Number(0)).await.unwrap_err();
    assert_eq!(stopped.to_string(), "this party was stopped");
    drop(a);
    let silent = b.recv::<Number>(&parties(["a"])[0]).await.unwrap_err();
    assert!(matches!(silent, MailboxError::Silent { .. }), "{silent}");

    let again = world.mailboxes(&parties(["a", "b"]), RunId([2; 16]));
    again[0].send(b.me(), &Number(5)).await.unwrap();
    assert_eq!(
        again[1].recv::<Number>(again[0].me()).await.unwrap(),
        Number(5)
    );
}

#[tokio::test(start_paused = true)]
async fn patience_does_not_run_while_the_link_is_down() {
    let world = World::new(1);
    let (a, b) = pair(&world);
    world.cut(a.me(), b.me());
    a.send(b.me(), &Number(1)).await.unwrap();
    let from = a.me().clone();
    let receiving = tokio::spawn(async move { b.recv::<Number>(&from).await });
    tokio::time::sleep(Patience::default().silence * 2).await;
    world.mend(a.me(), &parties(["b"])[0]);
    assert_eq!(receiving.await.unwrap().unwrap(), Number(1));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_stays_down_is_named() {
    let world = World::new(1);
    let (a, b) = pair(&world);
    world.cut(a.me(), b.me());
    let began = Instant::now();
    let error = b.recv::<Number>(a.me()).await.unwrap_err();
    assert!(matches!(error, MailboxError::LinkDown { .. }), "{error}");
    assert_eq!(began.elapsed(), Patience::default().outage);
}

#[tokio::test(start_paused = true)]
async fn frames_that_were_moved_repeated_or_misdirected_are_noticed() {
    type Change = fn(&mut consilium_mailbox::Frame);
    let changes: [(Change, &str); 3] = [
        (
            |frame| frame.number += 1,
            "a sent frame 1 where frame 0 was due",
        ),
        (
            |frame| frame.run = RunId([9; 16]),
            "a sent a frame that belongs elsewhere",
        ),
        (
            |frame| frame.sender = frame.receiver.clone(),
            "a sent a frame that belongs elsewhere",
        ),
    ];
    for (change, message) in changes {
        let world = World::new(1);
        world.tamper(change);
        let (a, b) = pair(&world);
        a.send(b.me(), &Number(1)).await.unwrap();
        let error = b.recv::<Number>(a.me()).await.unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[tokio::test(start_paused = true)]
async fn the_transcript_holds_every_frame() {
    let world = World::new(1);
    let (a, b) = pair(&world);
    a.scope("s").send(b.me(), &Number(1)).await.unwrap();
    b.send(a.me(), &Number(2)).await.unwrap();
    let frames = world.transcript();
    let seen: Vec<_> = frames
        .iter()
        .map(|f| (f.sender.as_str(), &*f.scope, &*f.step, f.number))
        .collect();
    assert_eq!(
        seen,
        [
            ("a", "s", "test.1.number", 0),
            ("b", "", "test.1.number", 0)
        ]
    );
}
