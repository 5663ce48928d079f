//! Sealed transports over a relay that can't be trusted.

mod handshake;
mod meddling;
mod secrecy;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use consilium_base::Seed;
use consilium_identity::{
    Directory, FederationId, IdentityKey, RunContext, SealError, SealedTransport,
};
use consilium_mailbox::{Mailbox, MailboxError, Message, PartyId, Patience, RunId};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use crate::relay::Relay;

const RUN: RunId = RunId([3; 16]);
const PATIENCE: Duration = Duration::from_secs(5);

/// A message with a text.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note(Bytes);

impl Message for Note {
    const STEP: &'static str = "test.1.note";
    const LIMIT: usize = 8 << 20;
}

fn parties<const N: usize>(names: [&str; N]) -> [PartyId; N] {
    names.map(|name| name.parse().unwrap())
}

fn key(party: &PartyId) -> IdentityKey {
    IdentityKey::from_seed(
        &Seed::from_bytes([0; 32]).derive("test.1.key", &[party.as_str().as_bytes()]),
    )
}

fn directory(parties: &[PartyId]) -> Directory {
    let keys = parties
        .iter()
        .map(|party| (party.to_string(), key(party).public()));
    keys.collect()
}

fn context(parties: &[PartyId]) -> RunContext {
    RunContext {
        federation: FederationId([1; 32]),
        plan: [2; 32],
        run: RUN,
        attempt: 0,
        roles: parties
            .iter()
            .map(|party| (party.clone(), "contributor".to_owned()))
            .collect(),
    }
}

/// One party: what it holds to be true when it opens its seal.
struct Member {
    party: PartyId,
    context: RunContext,
    key: IdentityKey,
    directory: Directory,
}

fn members(parties: &[PartyId]) -> Vec<Member> {
    let member = |party: &PartyId| Member {
        party: party.clone(),
        context: context(parties),
        key: key(party),
        directory: directory(parties),
    };
    parties.iter().map(member).collect()
}

async fn open(relay: &Relay, member: &Member) -> Result<SealedTransport, SealError> {
    let name = member.party.as_str().as_bytes();
    let mut rng = Seed::from_bytes([9; 32])
        .derive("test.1.rng", &[name, &member.context.plan])
        .generator();
    SealedTransport::open(
        relay.end(&member.party),
        &member.context,
        &member.key,
        &member.directory,
        PATIENCE,
        &mut rng,
    )
    .await
}

async fn open_all(relay: &Relay, members: &[Member]) -> Vec<Result<SealedTransport, SealError>> {
    join_all(members.iter().map(|member| open(relay, member))).await
}

fn mailbox(sealed: SealedTransport) -> Mailbox {
    Mailbox::new(Arc::new(sealed), RUN, Patience::default())
}

/// Each party tells every other one its text, twice, and gives what it heard.
async fn converse(mail: Mailbox, text: &[u8]) -> Result<Vec<Bytes>, MailboxError> {
    let note = Note(Bytes::copy_from_slice(text));
    let mut heard = Vec::new();
    for turn in 0..2 {
        let mail = mail.scope(turn);
        mail.broadcast(mail.peers(), &note).await?;
        for peer in mail.peers() {
            let Note(text) = mail.recv(peer).await?;
            heard.push(text);
        }
    }
    mail.finish();
    Ok(heard)
}
