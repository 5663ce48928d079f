//! A participant that reads nothing, and others who help it to fill its queue.

use std::time::Duration;

use bytes::Bytes;
use consilium_mailbox::PartyId;
use consilium_node::{
    link::{Control, ControlMessage, Down, Epoch, Up},
    relay::Connection,
};
use consilium_proto::v1;
use tokio::time::timeout;

use crate::{
    memory::{host, relay},
    talk::{link, parties},
};

fn chunk(to: &PartyId, path: u64, number: u64) -> Up {
    let chunk = v1::Chunk {
        peer: to.to_string(),
        path,
        lane: v1::Lane::Frames.into(),
        number,
        total: Some(1 << 18),
        payload: vec![0; 1 << 18].into(),
    };
    let kind = Some(v1::up::Kind::Chunk(chunk));
    Up::read(v1::Up { kind }).unwrap()
}

async fn path_of(party: &PartyId, connection: &Connection) -> u64 {
    loop {
        if let Some(Down::PeerUp { peer, path, .. }) = connection.next().await
            && peer == *party
        {
            return path;
        }
    }
}

/// Gives what is said next, if it is said within a second.
async fn hears(control: &mut Control) -> Option<Bytes> {
    let said = async {
        loop {
            if let ControlMessage::Said { payload, .. } = control.next().await {
                return payload;
            }
        }
    };
    timeout(Duration::from_secs(1), said).await.ok()
}

#[tokio::test(start_paused = true)]
async fn who_reads_nothing_stops_nobody_else_and_loses_its_stream() {
    let all = parties(["coordinator", "honest", "mallory", "helper"]);
    let [home, honest, mallory, helper] = &all;
    let relay = relay(home);
    let coordinator = link(home, 1);
    let says = coordinator.control();
    host(&relay, &coordinator);
    let other = link(honest, 2);
    let mut control = other.control();
    host(&relay, &other);
    says.send(honest, "test", Bytes::from_static(b"one"))
        .await
        .unwrap();
    assert_eq!(hears(&mut control).await.as_deref(), Some(&b"one"[..]));

    let deaf = relay.connect(mallory, Epoch([3; 16]), &[]).await.unwrap();
    let watches = [mallory.clone()];
    let helper = relay
        .connect(helper, Epoch([4; 16]), &watches)
        .await
        .unwrap();
    let path = path_of(mallory, &helper).await;
    let mut number = 0;
    let moment = Duration::from_millis(1);
    while timeout(moment, helper.pass(chunk(mallory, path, number)))
        .await
        .is_ok()
    {
        number += 1;
    }
    assert!(relay.held() > 30 << 20, "its queue is full");

    for word in [&b"two"[..], b"three"] {
        let word = Bytes::from_static(word);
        says.send(mallory, "test", vec![0; 1 << 18].into())
            .await
            .unwrap();
        says.send(honest, "test", word.clone()).await.unwrap();
        assert_eq!(hears(&mut control).await, Some(word));
    }
    let passed = helper.pass(chunk(mallory, path, number));
    timeout(Duration::from_mins(1), passed)
        .await
        .unwrap()
        .unwrap();
    assert!(deaf.next().await.is_none(), "its stream is over");
    assert_eq!(relay.held(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_kept_back_goes_out_once_there_is_room() {
    let [home, slow, helper] = parties(["coordinator", "slow", "helper"]);
    let relay = relay(&home);
    let coordinator = link(&home, 1);
    let says = coordinator.control();
    host(&relay, &coordinator);
    let sluggard = relay.connect(&slow, Epoch([2; 16]), &[]).await.unwrap();
    let helper = relay
        .connect(&helper, Epoch([3; 16]), std::slice::from_ref(&slow))
        .await
        .unwrap();
    let path = path_of(&slow, &helper).await;
    let mut number = 0;
    let moment = Duration::from_millis(1);
    while timeout(moment, helper.pass(chunk(&slow, path, number)))
        .await
        .is_ok()
    {
        number += 1;
    }
    for _ in 0..3 {
        says.send(&slow, "test", Bytes::from_static(b"late"))
            .await
            .unwrap();
    }
    let mut late = 0;
    let reading = async {
        while late < 3 {
            if let Some(Down::Chunk(_)) = sluggard.next().await {
                late += u32::from(relay.held() < 1 << 18);
            }
        }
    };
    timeout(Duration::from_secs(20), reading).await.unwrap();
}
