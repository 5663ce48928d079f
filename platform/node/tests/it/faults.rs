//! Cuts, stalls and kills between daemons with real sockets.

use std::time::Duration;

use consilium_mailbox::Patience;
use tokio::time::{Instant, sleep};

use crate::{
    federation::Federation,
    proxy::Proxy,
    talk::{Load, chatter, load, mailbox, parties, until},
    world::{Coordinator, Participant},
};

#[tokio::test]
async fn connections_that_are_cut_at_random_bytes_lose_nothing() {
    let federation = Federation::new();
    let coordinator = Coordinator::start(&federation).await;
    let all = parties(["coordinator", "hospital-a", "hospital-b"]);
    let mut proxies = Vec::new();
    let mut participants = Vec::new();
    for (seed, me) in (0..).zip(&all[1..]) {
        let proxy = Proxy::start(&coordinator.address, seed).await;
        participants.push(Participant::join(&federation, me, &proxy.address));
        proxy.cut_after(400_000);
        proxies.push(proxy);
    }
    let links = [
        &coordinator.link,
        &participants[0].link,
        &participants[1].link,
    ];
    let talks = links.map(|link| tokio::spawn(chatter(mailbox(link, &all, 1), 40, 60_000)));
    for talk in talks {
        talk.await.unwrap().unwrap();
    }
    let cuts: usize = proxies.iter().map(Proxy::cuts).sum();
    assert!(cuts >= 10, "there were only {cuts} cuts");
}

#[tokio::test]
async fn a_relay_that_was_killed_and_started_again_goes_on() {
    let federation = Federation::new();
    let mut coordinator = Coordinator::start(&federation).await;
    let address = coordinator.address.clone();
    let all = parties(["hospital-a", "hospital-b"]);
    let participants = all
        .each_ref()
        .map(|me| Participant::join(&federation, me, &address));
    let talks = participants
        .each_ref()
        .map(|at| tokio::spawn(chatter(mailbox(&at.link, &all, 1), 300, 20_000)));
    for _ in 0..3 {
        until(|| coordinator.relay.highest() > 0).await;
        coordinator.kill();
        let link = crate::talk::link(coordinator.link.me(), 9);
        coordinator = Coordinator::start_at(&federation, &address, link).await;
    }
    for talk in talks {
        talk.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_relay_that_was_killed_is_told_of_in_plain_words() {
    let federation = Federation::new();
    let mut coordinator = Coordinator::start(&federation).await;
    let [me] = parties(["hospital-a"]);
    let mut participant = Participant::join(&federation, &me, &coordinator.address);
    participant.connected().await;
    coordinator.kill();
    // Whether the system still says goodbye, or resets the connection, is its own choice.
    let told = participant.failure().await;
    let plain = [
        "as when its daemon is stopped",
        "connection reset",
        "broken pipe",
    ];
    assert!(plain.iter().any(|end| told.ends_with(end)), "{told}");
}

#[tokio::test]
async fn a_stalled_receiver_fills_no_memory_and_blocks_nobody_else() {
    let federation = Federation::new();
    let coordinator = Coordinator::start(&federation).await;
    let all = parties(["hospital-a", "hospital-b", "stalled"]);
    let proxy = Proxy::start(&coordinator.address, 0).await;
    let a = Participant::join(&federation, &all[0], &coordinator.address);
    let b = Participant::join(&federation, &all[1], &coordinator.address);
    let mut stalled = Participant::join(&federation, &all[2], &proxy.address);
    stalled.connected().await;
    let mut seen = a.link.presence(&all[2]);
    seen.wait_for(Option::is_some).await.unwrap();

    proxy.stall();
    let pair = [all[0].clone(), all[2].clone()];
    let sender = mailbox(&a.link, &pair, 1).with_patience(Patience::default());
    let to = all[2].clone();
    let sending = tokio::spawn(async move {
        for round in 0..20 {
            let bytes = load(&to, round, 1 << 20);
            sender.send(&to, &Load { round, bytes }).await.unwrap();
        }
        sender.finish();
    });
    // Four megabytes may be under way, eight more wait at the sender.
    until(|| a.link.held() > 7 << 20).await;
    let pair = [all[0].clone(), all[1].clone()];
    let talks = [&a, &b].map(|at| tokio::spawn(chatter(mailbox(&at.link, &pair, 2), 20, 1 << 18)));
    for talk in talks {
        talk.await.unwrap().unwrap();
    }
    assert!(!sending.is_finished());
    let (held, highest) = (coordinator.relay.held(), coordinator.relay.highest());
    assert!(
        held <= 5 << 20,
        "the relay holds {held} bytes for the stalled one"
    );
    assert!(highest <= 14 << 20, "the relay held {highest} bytes");

    proxy.resume();
    let pair = [all[0].clone(), all[2].clone()];
    let receiver = mailbox(&stalled.link, &pair, 1);
    for expected in 0..20 {
        let Load { round, .. } = receiver.recv(&all[0]).await.unwrap();
        assert_eq!(round, expected);
    }
    sending.await.unwrap();
}

#[tokio::test]
#[ignore = "slow: an outage of half a minute"]
async fn a_cut_of_thirty_seconds_costs_at_most_thirty_five() {
    let federation = Federation::new();
    let coordinator = Coordinator::start(&federation).await;
    let all = parties(["coordinator", "hospital-a"]);
    let proxy = Proxy::start(&coordinator.address, 0).await;
    let a = Participant::join(&federation, &all[1], &proxy.address);
    let [near, far] = [&a.link, &coordinator.link].map(|link| mailbox(link, &all, 1));
    let say = async |round| {
        let bytes = load(&all[1], round, 1000);
        near.send(&all[0], &Load { round, bytes }).await.unwrap();
        let Load { round: heard, .. } = far.recv(&all[1]).await.unwrap();
        assert_eq!(heard, round);
    };
    say(0).await;

    let began = Instant::now();
    proxy.go_dark();
    let outage = async {
        sleep(Duration::from_secs(30)).await;
        proxy.go_light();
    };
    tokio::join!(outage, say(1));
    let cost = began.elapsed();
    println!("a cut of 30 s cost {:.1} s", cost.as_secs_f64());
    assert!(cost <= Duration::from_secs(35));
}
