//! Who is there, and two daemons that claim to be the same.

use std::time::Duration;

use consilium_node::{
    link::{ControlMessage, Epoch},
    relay::Refusal,
};

use crate::{
    memory::{host, relay},
    talk::{link, parties, party},
};

#[tokio::test]
async fn the_coordinator_hears_of_every_daemon() {
    let all = parties(["coordinator", "hospital-a"]);
    let relay = relay(&all[0]);
    let coordinator = link(&all[0], 1);
    let mut control = coordinator.control();
    host(&relay, &coordinator);
    let a = host(&relay, &link(&all[1], 2));
    let joined = ControlMessage::Joined {
        peer: all[1].clone(),
        epoch: Epoch([2; 16]),
    };
    assert_eq!(control.next().await, joined);
    a.abort();
    let left = ControlMessage::Left {
        peer: all[1].clone(),
    };
    assert_eq!(control.next().await, left);
}

#[tokio::test]
async fn a_daemon_hears_only_of_those_it_asks_about() {
    let all = parties(["coordinator", "hospital-a", "hospital-b", "hospital-c"]);
    let relay = relay(&all[0]);
    let a = link(&all[1], 2);
    let mut control = a.control();
    let mut b = a.presence(&all[2]);
    host(&relay, &link(&all[0], 1));
    host(&relay, &link(&all[3], 4));
    host(&relay, &a);
    host(&relay, &link(&all[2], 3));
    b.wait_for(Option::is_some).await.unwrap();
    let mut heard = Vec::new();
    for _ in 0..2 {
        if let ControlMessage::Joined { peer, .. } = control.next().await {
            heard.push(peer);
        }
    }
    heard.sort();
    assert_eq!(heard, [all[0].clone(), all[2].clone()]);
}

#[tokio::test]
async fn a_second_daemon_is_refused_while_the_first_answers() {
    let all = parties(["coordinator", "hospital-a"]);
    let relay = relay(&all[0]);
    let coordinator = link(&all[0], 1);
    let mut seen = coordinator.presence(&all[1]);
    host(&relay, &coordinator);
    host(&relay, &link(&all[1], 2));
    seen.wait_for(Option::is_some).await.unwrap();

    let second = relay.host(&link(&all[1], 3)).await;
    assert_eq!(second, Err(Refusal::Rival(all[1].clone())));
    assert_eq!(*seen.borrow(), Some(Epoch([2; 16])));
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_is_silent_makes_way_for_its_successor() {
    let relay = relay(&party("coordinator"));
    let a = party("hospital-a");
    let silent = relay.connect(&a, Epoch([2; 16]), &[]).await.unwrap();
    let began = tokio::time::Instant::now();
    let successor = relay.connect(&a, Epoch([3; 16]), &[]).await.unwrap();
    assert!(began.elapsed() <= Duration::from_secs(6));
    assert!(
        silent.next().await.is_none(),
        "the silent one's stream is over"
    );
    drop(silent);
    drop(successor);
}

#[tokio::test]
async fn the_same_daemon_may_come_again_at_any_time() {
    let relay = relay(&party("coordinator"));
    let a = party("hospital-a");
    let first = relay.connect(&a, Epoch([2; 16]), &[]).await.unwrap();
    let second = relay.connect(&a, Epoch([2; 16]), &[]).await.unwrap();
    assert!(first.next().await.is_none());
    drop(first);
    // The older stream's end doesn't end the younger one.
    assert!(
        second.next().await.is_some(),
        "it hears that the coordinator is absent"
    );
}
