//! Links and a relay in one process, without sockets.

use std::time::Duration;

use consilium_mailbox::{
    Content, Frame, MailboxError, PartyId, RunId, Transport as _, TransportError,
};
use consilium_node::{
    link::{ControlMessage, Link},
    relay::{Relay, RelayLimits},
};
use tokio::task::JoinHandle;

use crate::talk::{Load, chatter, link, load, mailbox, parties, until};

pub(crate) fn relay(home: &PartyId) -> Relay {
    Relay::new(home.clone(), RelayLimits::default())
}

pub(crate) fn host(relay: &Relay, link: &Link) -> JoinHandle<()> {
    let (relay, link) = (relay.clone(), link.clone());
    tokio::spawn(async move { relay.host(&link).await.unwrap() })
}

#[tokio::test]
async fn parties_talk_through_the_relay() {
    let all = parties(["coordinator", "hospital-a", "hospital-b"]);
    let relay = relay(&all[0]);
    let mut talks = Vec::new();
    for me in &all {
        let link = link(me, 1);
        host(&relay, &link);
        talks.push(tokio::spawn(chatter(mailbox(&link, &all, 1), 20, 1000)));
    }
    for talk in talks {
        talk.await.unwrap().unwrap();
    }
    until(|| relay.held() == 0).await;
}

#[tokio::test]
async fn runs_share_a_link_without_mixing() {
    let all = parties(["coordinator", "hospital-a", "hospital-b"]);
    let relay = relay(&all[0]);
    let mut talks = Vec::new();
    for me in &all {
        let link = link(me, 1);
        host(&relay, &link);
        for run in 0..8 {
            let mail = mailbox(&link, &all, run);
            talks.push(tokio::spawn(chatter(mail, 5, 100 * usize::from(run))));
        }
    }
    for talk in talks {
        talk.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_run_goes_on_over_a_new_relay() {
    let all = parties(["coordinator", "hospital-a", "hospital-b"]);
    let mut hosts = Vec::new();
    let mut links = Vec::new();
    let mut talks = Vec::new();
    let first = relay(&all[0]);
    for me in &all {
        let link = link(me, 1);
        hosts.push(host(&first, &link));
        talks.push(tokio::spawn(chatter(mailbox(&link, &all, 1), 200, 5000)));
        links.push(link);
    }
    for _ in 0..5 {
        for host in hosts.drain(..) {
            host.abort();
            let _ = host.await;
        }
        let next = relay(&all[0]);
        for link in &links {
            hosts.push(host(&next, link));
        }
        for _ in 0..500 {
            tokio::task::yield_now().await;
        }
    }
    for talk in talks {
        talk.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn frames_that_come_before_their_run_wait_for_it() {
    let all = parties(["coordinator", "hospital-a"]);
    let relay = relay(&all[0]);
    let (coordinator, a) = (link(&all[0], 1), link(&all[1], 2));
    host(&relay, &coordinator);
    host(&relay, &a);
    let early = mailbox(&a, &all, 1);
    let bytes = load(&all[1], 0, 10);
    early
        .send(&all[0], &Load { round: 0, bytes })
        .await
        .unwrap();
    a.settled().await;

    let late = mailbox(&coordinator, &all, 1);
    let Load { round, .. } = late.recv(&all[1]).await.unwrap();
    assert_eq!(round, 0);
}

#[tokio::test(start_paused = true)]
async fn frames_of_a_run_that_never_begins_are_given_up() {
    let all = parties(["coordinator", "hospital-a"]);
    let relay = relay(&all[0]);
    let (coordinator, a) = (link(&all[0], 1), link(&all[1], 2));
    host(&relay, &coordinator);
    host(&relay, &a);
    let early = mailbox(&a, &all, 1);
    // Twice what may be under way: the rest arrives once the first is given up.
    for round in 0..8 {
        let bytes = load(&all[1], round, 1 << 20);
        early.send(&all[0], &Load { round, bytes }).await.unwrap();
    }
    tokio::time::timeout(Duration::from_secs(70), a.settled())
        .await
        .unwrap();

    let late = mailbox(&coordinator, &all, 1);
    let lost = late.recv::<Load>(&all[1]).await.unwrap_err();
    let closed = TransportError::Closed(all[1].clone());
    assert!(matches!(lost, MailboxError::Transport(error) if error == closed));
}

#[tokio::test]
async fn a_full_way_makes_its_sender_wait_and_nobody_else() {
    let all = parties(["coordinator", "hospital-a", "hospital-b"]);
    let relay = relay(&all[0]);
    let links = [link(&all[0], 1), link(&all[1], 2), link(&all[2], 3)];
    for link in &links {
        host(&relay, link);
    }
    // Nobody reads what comes for this run at the coordinator: it is never opened there.
    let blocked = mailbox(&links[1], &all[..2], 1);
    let to = all[0].clone();
    let sending = tokio::spawn(async move {
        for round in 0..64 {
            let bytes = load(&to, round, 1 << 20);
            blocked.send(&to, &Load { round, bytes }).await?;
        }
        Ok::<_, MailboxError>(())
    });
    until(|| links[1].held() > 7 << 20).await;

    let others = [all[1].clone(), all[2].clone()];
    let a = chatter(mailbox(&links[1], &others, 2), 10, 1 << 18);
    let b = chatter(mailbox(&links[2], &others, 2), 10, 1 << 18);
    let (a, b) = tokio::join!(a, b);
    a.unwrap();
    b.unwrap();
    assert!(!sending.is_finished());
    assert!(
        links[1].held() < 10 << 20,
        "the sender keeps no more than it may"
    );
    sending.abort();
}

#[tokio::test]
async fn a_restarted_peer_closes_the_runs_with_it_and_no_others() {
    let all = parties(["coordinator", "hospital-a", "hospital-b"]);
    let relay = relay(&all[0]);
    let links = [link(&all[0], 1), link(&all[1], 2), link(&all[2], 3)];
    let hosts = links.each_ref().map(|link| host(&relay, link));
    let with_b = mailbox(&links[1], &all[1..], 1);
    let mut up = links[1].presence(&all[2]);
    up.wait_for(Option::is_some).await.unwrap();
    let awaiting = tokio::spawn({
        let (mail, b) = (with_b.clone(), all[2].clone());
        async move { mail.recv::<Load>(&b).await }
    });

    hosts[2].abort();
    up.wait_for(Option::is_none).await.unwrap();
    host(&relay, &link(&all[2], 4));

    let error = awaiting.await.unwrap().unwrap_err();
    let closed = TransportError::Closed(all[2].clone());
    assert!(matches!(error, MailboxError::Transport(error) if error == closed));
    let a = chatter(mailbox(&links[1], &all[..2], 2), 3, 100);
    let coordinator = chatter(mailbox(&links[0], &all[..2], 2), 3, 100);
    let (a, coordinator) = tokio::join!(a, coordinator);
    a.unwrap();
    coordinator.unwrap();
}

#[tokio::test]
async fn who_speaks_for_another_loses_its_runs() {
    let all = parties(["coordinator", "hospital-a", "mallory"]);
    let relay = relay(&all[0]);
    let links = [link(&all[0], 1), link(&all[1], 2), link(&all[2], 3)];
    for link in &links {
        host(&relay, link);
    }
    let honest = mailbox(&links[0], &all, 1);
    let run = RunId([1; 16]);
    let mallory = links[2].transport(run, &all[..2]).unwrap();
    let forged = Frame {
        run,
        sender: all[1].clone(),
        receiver: all[0].clone(),
        scope: "".into(),
        step: "test.1.load".into(),
        number: 0,
        content: Content::Body(vec![].into()),
    };
    mallory.send(forged).await.unwrap();

    let error = honest.recv::<Load>(&all[2]).await.unwrap_err();
    let closed = TransportError::Closed(all[2].clone());
    assert!(matches!(error, MailboxError::Transport(error) if error == closed));
}

#[tokio::test]
async fn a_party_that_leaves_is_not_awaited() {
    let all = parties(["coordinator", "hospital-a"]);
    let relay = relay(&all[0]);
    let links = [link(&all[0], 1), link(&all[1], 2)];
    for link in &links {
        host(&relay, link);
    }
    let stays = mailbox(&links[0], &all, 1);
    drop(mailbox(&links[1], &all, 1));
    let error = stays.recv::<Load>(&all[1]).await.unwrap_err();
    assert!(matches!(error, MailboxError::Aborted { peer, .. } if peer == all[1]));
}

#[tokio::test]
async fn a_run_is_open_once() {
    let all = parties(["coordinator", "hospital-a"]);
    let link = link(&all[0], 1);
    let run = RunId([1; 16]);
    let first = link.transport(run, &all[1..]).unwrap();
    assert!(link.transport(run, &all[1..]).is_err());
    drop(first);
}

#[tokio::test]
async fn control_messages_come_in_order_and_once_over_new_relays() {
    let all = parties(["coordinator", "hospital-a"]);
    let links = [link(&all[0], 1), link(&all[1], 2)];
    let [mut coordinator, a] = links.each_ref().map(Link::control);
    let sending = tokio::spawn({
        let to = all[0].clone();
        async move {
            for number in 0..500_u32 {
                let payload = number.to_le_bytes().to_vec().into();
                a.send(&to, "test.number", payload).await.unwrap();
            }
        }
    });
    let mut heard = 0_u32;
    let mut hosts: Vec<JoinHandle<()>> = Vec::new();
    while heard < 500 {
        if heard.is_multiple_of(100) {
            hosts.drain(..).for_each(|host| host.abort());
            let relay = relay(&all[0]);
            hosts.extend(links.each_ref().map(|link| host(&relay, link)));
        }
        if let ControlMessage::Said {
            peer,
            kind,
            payload,
        } = coordinator.next().await
        {
            assert_eq!((peer, kind.as_str()), (all[1].clone(), "test.number"));
            assert_eq!(payload, heard.to_le_bytes().as_slice());
            heard += 1;
        }
    }
    sending.await.unwrap();
}
