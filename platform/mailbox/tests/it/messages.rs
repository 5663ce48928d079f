//! Sending, awaiting, gathering, accounting.

use std::time::Duration;

use consilium_mailbox::{
    Content, Fault, Mailbox, MailboxError, Overdue, PartyId, Patience, Quorum, RunId, mem,
    sim::World,
};
use tokio::time::Instant;

use crate::{Load, Number, parties};

const RUN: RunId = RunId([1; 16]);

fn pair() -> (Mailbox, Mailbox) {
    let mut boxes = mem::mailboxes(&parties(["a", "b"])).into_iter();
    (boxes.next().expect("a"), boxes.next().expect("b"))
}

fn within(seconds: u64, at_least: usize) -> Quorum {
    Quorum {
        at_least,
        within: Duration::from_secs(seconds),
    }
}

#[tokio::test(start_paused = true)]
async fn messages_of_one_step_come_in_the_order_of_sending() {
    let (a, b) = pair();
    for number in 0..200 {
        a.send(b.me(), &Number(number)).await.unwrap();
        let Number(got) = b.recv(a.me()).await.unwrap();
        assert_eq!(got, number);
    }
}

#[tokio::test(start_paused = true)]
async fn a_scope_keeps_its_messages_to_itself() {
    let (a, b) = pair();
    a.scope("one").send(b.me(), &Number(1)).await.unwrap();
    a.scope("two").send(b.me(), &Number(2)).await.unwrap();
    let Number(second) = b.scope("two").recv(a.me()).await.unwrap();
    let Number(first) = b.scope("one").recv(a.me()).await.unwrap();
    assert_eq!((first, second), (1, 2));
    assert_eq!(a.scope("one").scope("inner").path(), "one/inner");
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_named_not_awaited_for_ever() {
    let (a, b) = pair();
    a.send(b.me(), &Load("unread".into())).await.unwrap();
    let began = Instant::now();
    let error = b.recv::<Number>(a.me()).await.unwrap_err();
    assert_eq!(began.elapsed(), Patience::default().silence);
    assert_eq!(error.fault(), Fault::Peer(a.me().clone()));
    assert_eq!(
        error.to_string(),
        "a sent no 'test.1.number' within 60s (1042 bytes of other steps lie unread)"
    );
}

#[tokio::test(start_paused = true)]
async fn a_peer_is_overdue_from_the_murmur_until_it_is_no_longer_awaited() {
    let (a, b) = pair();
    let overdue = Overdue::default();
    let mut list = overdue.subscribe();
    let (from, waits) = (a.me().clone(), b.telling(overdue));
    let began = Instant::now();
    let waiting = tokio::spawn(async move { waits.scope("s").recv::<Number>(&from).await });
    list.changed().await.unwrap();
    assert_eq!(*list.borrow_and_update(), [(a.me().clone(), began)]);
    assert_eq!(began.elapsed(), Patience::default().murmur);

    a.scope("s").send(b.me(), &Number(1)).await.unwrap();
    waiting.await.unwrap().unwrap();
    assert!(list.borrow().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_leaves_early_is_not_awaited_at_all() {
    let (a, b) = pair();
    a.send(b.me(), &Number(1)).await.unwrap();
    let gone = a.me().clone();
    drop(a);
    let began = Instant::now();
    let Number(sent_before) = b.recv(&gone).await.unwrap();
    let error = b.recv::<Number>(&gone).await.unwrap_err();
    assert_eq!((sent_before, began.elapsed()), (1, Duration::ZERO));
    assert_eq!(
        error.to_string(),
        "a gave up: it left the run before its end"
    );
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_finished_gave_nothing_up() {
    let (a, b) = pair();
    a.send(b.me(), &Number(1)).await.unwrap();
    let account = a.finish();
    assert_eq!(account.total().sent_frames, 1);
    let Number(last) = b.recv(&parties(["a"])[0]).await.unwrap();
    assert_eq!(last, 1);
    b.send(&parties(["a"])[0], &Number(2)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_message_over_the_limit_is_not_sent_and_not_read() {
    let (a, b) = pair();
    let long = Load(vec![0; 41 << 20].into());
    let error = a.send(b.me(), &long).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Ours);
    assert!(
        error
            .to_string()
            .starts_with("our own 'test.1.load' has 42991620 bytes"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stranger_is_refused_by_name() {
    let (a, _b) = pair();
    let [stranger] = parties(["stranger"]);
    let sent = a.send(&stranger, &Number(1)).await.unwrap_err();
    let received = a.recv::<Number>(&stranger).await.unwrap_err();
    assert_eq!(sent.to_string(), "stranger is no party of this run");
    assert_eq!(received.to_string(), sent.to_string());
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_runs_ahead_has_to_wait() {
    let (a, b) = pair();
    let load = Load(vec![0; 32 << 20].into());
    let to = b.me().clone();
    let from = a.me().clone();
    let sending = tokio::spawn(async move {
        for _ in 0..14 {
            a.send(&to, &load).await.unwrap();
        }
        a.finish()
    });
    let wait = tokio::time::sleep(Duration::from_mins(5));
    wait.await;
    assert!(!sending.is_finished(), "448 MB lie unread");
    for _ in 0..14 {
        b.recv::<Load>(&from).await.unwrap();
    }
    assert_eq!(sending.await.unwrap().total().sent_frames, 14);
}

#[tokio::test(start_paused = true)]
async fn empty_messages_on_ways_of_their_own_make_their_sender_wait_too() {
    let (a, b) = pair();
    let to = b.me().clone();
    let sending = tokio::spawn(async move {
        for number in 0..70_000 {
            let here = a.scope(number);
            here.send(&to, &Load(bytes::Bytes::new())).await.unwrap();
        }
    });
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert!(!sending.is_finished(), "each takes up a kilobyte");
}

#[tokio::test(start_paused = true)]
async fn a_peer_s_last_words_are_short_and_plain() {
    let why = "\u{1b}[2J\nall is well ".repeat(100_000);
    let error = tampered(move |content| *content = Content::Aborted(why.clone())).await;
    let said = error.to_string();
    assert!(
        said.len() < 300 && !said.contains(char::is_control),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_is_named_not_waited_for_for_ever() {
    let (a, b) = pair();
    let load = Load(vec![0; 32 << 20].into());
    let error = loop {
        if let Err(error) = a.send(b.me(), &load).await {
            break error;
        }
    };
    assert_eq!(
        error.to_string(),
        "the way to b stayed full for 660s while 'test.1.load' was to be sent"
    );
    assert_eq!(error.fault(), Fault::Peer(b.me().clone()));
}

#[tokio::test(start_paused = true)]
async fn a_full_way_to_one_peer_holds_up_no_other() {
    let names = parties(["a", "b", "c"]);
    let boxes = World::new(1).without_transcript().mailboxes(&names, RUN);
    let (a, b) = (boxes[0].clone(), names[1].clone());
    let load = Load(vec![0; 32 << 20].into());
    let flooding = tokio::spawn(async move {
        for _ in 0..14 {
            a.send(&b, &load).await.unwrap();
        }
    });
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert!(!flooding.is_finished(), "nobody reads");
    boxes[0].send(&names[2], &Number(3)).await.unwrap();
    assert_eq!(boxes[2].recv::<Number>(&names[0]).await.unwrap(), Number(3));
    flooding.abort();
}

async fn answers(
    at_least: usize,
    silent: usize,
) -> Result<(Vec<PartyId>, Vec<PartyId>), MailboxError> {
    let names = parties(["centre", "a", "b", "c", "d"]);
    let boxes = World::new(1).mailboxes(&names, RUN);
    for mailbox in boxes[1..].iter().skip(silent) {
        mailbox.send(&names[0], &Number(0)).await.unwrap();
    }
    let gathered = boxes[0]
        .gather::<Number>(&names[1..], within(5, at_least))
        .await?;
    let arrived = gathered
        .arrived
        .into_iter()
        .map(|(party, _)| party)
        .collect();
    Ok((
        arrived,
        gathered
            .absent
            .into_iter()
            .map(|(party, _)| party)
            .collect(),
    ))
}

#[tokio::test(start_paused = true)]
async fn a_quorum_waits_for_the_late_ones_and_no_longer() {
    let began = Instant::now();
    let (arrived, absent) = answers(3, 0).await.unwrap();
    assert_eq!(
        (arrived.len(), absent.len(), began.elapsed()),
        (4, 0, Duration::ZERO)
    );

    let (arrived, absent) = answers(3, 1).await.unwrap();
    assert_eq!(
        (arrived, absent),
        (parties(["b", "c", "d"]).to_vec(), parties(["a"]).to_vec())
    );
    assert_eq!(began.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_quorum_that_fails_names_the_missing() {
    let error = answers(3, 2).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 of 4 sent 'test.1.number', 3 are needed; missing: a, b"
    );
}

#[tokio::test(start_paused = true)]
async fn bytes_frames_rounds_and_cpu_are_charged_to_their_step() {
    let (a, b) = pair();
    for number in 0..3 {
        a.send(b.me(), &Number(number)).await.unwrap();
        b.recv::<Number>(a.me()).await.unwrap();
        b.send(a.me(), &Load("x".into())).await.unwrap();
        a.recv::<Load>(b.me()).await.unwrap();
    }
    let sum = a.compute("test.1.number", || {
        (0..3_000_000_u64).fold(0, |sum, i| sum ^ (i * i))
    });
    assert_ne!(sum, 0);

    let account = a.account();
    let steps: Vec<_> = account.steps().collect();
    let [("test.1.load", load), ("test.1.number", number)] = steps[..] else {
        panic!("two steps, not {steps:?}");
    };
    assert_eq!(
        (number.sent_frames, number.rounds, number.received_frames),
        (3, 0, 0)
    );
    assert_eq!(
        (load.sent_frames, load.rounds, load.received_frames),
        (0, 3, 3)
    );
    assert!(number.cpu > Duration::ZERO && load.cpu == Duration::ZERO);
    assert_eq!(
        account.total().sent_bytes,
        b.account().total().received_bytes
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_part_of_a_run_costs_is_told_beside_the_whole() {
    let (a, b) = pair();
    let part = a.phase("fit");
    let within = part.scope("measures").part("evaluation");
    part.scope("turn-0").send(b.me(), &Number(1)).await.unwrap();
    within.send(b.me(), &Number(2)).await.unwrap();
    within.send(b.me(), &Number(3)).await.unwrap();
    a.send(b.me(), &Number(4)).await.unwrap();
    let frames = |part: &str| a.parts()[part].total().sent_frames;
    assert_eq!((frames("fit"), frames("evaluation")), (1, 2));
    assert_eq!(a.parts().len(), 2);
    assert_eq!(a.account().total().sent_frames, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn computing_does_not_stop_other_tasks() {
    let (a, _b) = pair();
    let (sender, receiver) = std::sync::mpsc::channel();
    tokio::spawn(async move { sender.send(()) });
    let heard = a.compute("test.1.number", || receiver.recv());
    assert_eq!(heard, Ok(()));
}

async fn tampered(change: impl Fn(&mut Content) + Send + 'static) -> MailboxError {
    let world = World::new(1);
    let names = parties(["a", "b"]);
    world.tamper(move |frame| change(&mut frame.content));
    let boxes = world.mailboxes(&names, RUN);
    boxes[0].send(&names[1], &Number(300)).await.unwrap();
    boxes[1].recv::<Number>(&names[0]).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_message_cut_or_lengthened_is_blamed_on_its_sender() {
    for change in [
        |content: &mut Content| *content = Content::Body(bytes::Bytes::from_static(&[0x80])),
        |content: &mut Content| *content = Content::Body(bytes::Bytes::from_static(&[1, 0])),
        |content: &mut Content| *content = Content::Body(bytes::Bytes::new()),
    ] {
        let error = tampered(change).await;
        assert_eq!(error.to_string(), "a sent a malformed 'test.1.number'");
        assert_eq!(error.fault(), Fault::Peer(parties(["a"])[0].clone()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_over_the_limit_of_its_reader_is_blamed_on_its_sender() {
    let error = tampered(|content| *content = Content::Body(vec![0; (1 << 20) + 1].into())).await;
    assert_eq!(
        error.to_string(),
        "a sent a 'test.1.number' of 1048577 bytes, 1048576 are allowed"
    );
}
