//! What the parties of the tests say to each other.

use bytes::Bytes;
use consilium_mailbox::{Mailbox, MailboxError, Message, PartyId, Patience, RunId};
use consilium_node::link::{Epoch, Limits, Link};
use serde::{Deserialize, Serialize};

/// A message that may be long.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Load {
    pub(crate) round: u32,
    pub(crate) bytes: Bytes,
}

impl Message for Load {
    const STEP: &'static str = "test.1.load";
    const LIMIT: usize = 48 << 20;
}

pub(crate) fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

pub(crate) fn parties<const N: usize>(names: [&str; N]) -> [PartyId; N] {
    names.map(party)
}

pub(crate) fn link(me: &PartyId, life: u8) -> Link {
    Link::new(me.clone(), Epoch([life; 16]), Limits::default())
}

/// Gives one party's mailbox of a run with the others of `parties`.
pub(crate) fn mailbox(link: &Link, parties: &[PartyId], run: u8) -> Mailbox {
    let others: Vec<_> = parties
        .iter()
        .filter(|party| *party != link.me())
        .cloned()
        .collect();
    let transport = link.transport(RunId([run; 16]), &others).unwrap();
    transport.into_mailbox(Patience::default())
}

/// Every party sends to every other one in each round, and waits for all.
pub(crate) async fn chatter(mail: Mailbox, rounds: u32, size: usize) -> Result<(), MailboxError> {
    let peers = mail.peers().to_vec();
    for round in 0..rounds {
        let bytes = load(mail.me(), round, size);
        mail.broadcast(&peers, &Load { round, bytes }).await?;
        for peer in &peers {
            let expected = Load {
                round,
                bytes: load(peer, round, size),
            };
            let said: Load = mail.recv(peer).await?;
            assert!(
                said == expected,
                "{peer} said something else in round {round}"
            );
        }
    }
    mail.finish();
    Ok(())
}

/// Bytes that differ between parties and rounds, and in length.
pub(crate) fn load(party: &PartyId, round: u32, size: usize) -> Bytes {
    let pattern = format!("{party} says in round {round}: ");
    let length = size + round as usize % 97;
    let mut bytes = pattern.as_bytes().repeat(length / pattern.len() + 1);
    bytes.truncate(length);
    bytes.into()
}

/// Lets others work until a condition holds.
pub(crate) async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}
