//! Whole runs in which one frame is not what its sender sent.
//!
//! Every message that a party decodes is reached in the state in which it is awaited. Nobody
//! panics, nobody waits for ever, and what is accepted is right.

use std::{collections::BTreeSet, future::Future, sync::Arc, time::Duration};

use bytes::Bytes;
use consilium_base::Seed;
use consilium_identity::{Directory, FederationId, IdentityKey, RunContext, SealedTransport};
use consilium_mailbox::{Mailbox, MailboxError, Message, PartyId, Patience, RunId};
use consilium_secagg::{
    Aggregator, Assumed, Bits, Contribute as _, Contributor, Credentials, Input, MemoryBook,
    Open as _, StudyId, SumNumber, SumShape, Terms, Thresholds,
};
use serde::{Deserialize, Serialize};
use tokio::{runtime::Builder, time::timeout};

use super::meddling::{Meddling, Relay};

pub(super) const RUN: RunId = RunId([1; 16]);
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Longer than all the patience of a run together.
const FOR_EVER: Duration = Duration::from_hours(24);

/// Runs something whose waiting costs no time.
pub(super) fn within<T>(run: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let runtime = runtime.expect("a runtime without sockets needs nothing");
    let ended = runtime.block_on(async { timeout(FOR_EVER, run).await });
    ended.expect("nobody waits for ever")
}

pub(super) fn parties<const N: usize>(names: [&str; N]) -> [PartyId; N] {
    names.map(|name| name.parse().expect("a party's name"))
}

fn key(party: &PartyId) -> IdentityKey {
    let seed = Seed::from_bytes([7; 32]).derive("fuzz.1.key", &[party.as_str().as_bytes()]);
    IdentityKey::from_seed(&seed)
}

fn directory(parties: &[PartyId]) -> Directory {
    let keys = parties
        .iter()
        .map(|party| (party.to_string(), key(party).public()));
    keys.collect()
}

/// A text from one party to another.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note(Bytes);

impl Message for Note {
    const STEP: &'static str = "fuzz.1.note";
}

/// Two parties seal a run and talk: each hears what the other said, or nothing.
pub(super) fn sealing(input: &[u8]) {
    let Some(meddling) = Meddling::read(input) else {
        return;
    };
    let parties = parties(["hospital-a", "hospital-b"]);
    let context = RunContext {
        federation: FederationId([1; 32]),
        plan: [2; 32],
        run: RUN,
        attempt: 0,
        roles: parties
            .iter()
            .map(|party| (party.clone(), "contributor".to_owned()))
            .collect(),
    };
    within(async {
        let relay = Relay::new(&parties, meddling);
        let talk = async |me: &PartyId| {
            let seed = Seed::from_bytes([8; 32]).derive("fuzz.1.rng", &[me.as_str().as_bytes()]);
            let (mut rng, key, directory) = (seed.generator(), key(me), directory(&parties));
            let end = relay.end(me, &parties);
            let open = SealedTransport::open(end, &context, &key, &directory, PATIENCE, &mut rng);
            let Ok(sealed) = open.await else { return };
            let mail = Mailbox::new(Arc::new(sealed), RUN, Patience::default());
            // Whoever heard less than everything leaves as one does who gives up.
            if let Ok(()) = converse(&mail).await {
                mail.finish();
            }
        };
        tokio::join!(talk(&parties[0]), talk(&parties[1]));
    });
}

async fn converse(mail: &Mailbox) -> Result<(), MailboxError> {
    let said = |who: &PartyId, turn: u8| Note(format!("{who} {turn}").into_bytes().into());
    for turn in 0..2 {
        for peer in mail.peers() {
            mail.send(peer, &said(mail.me(), turn)).await?;
            let heard: Note = mail.recv(peer).await?;
            assert_eq!(heard, said(peer, turn));
        }
    }
    Ok(())
}

/// Three contributors add twice, the second time with what is left of the first.
pub(super) fn secagg(input: &[u8]) {
    let Some(meddling) = Meddling::read(input) else {
        return;
    };
    let parties = parties(["aggregator", "hospital-a", "hospital-b", "hospital-c"]);
    let terms = terms(&parties);
    let verifier = Arc::new(directory(&parties));
    let member = |me: &PartyId| {
        let credentials = Credentials {
            signer: Arc::new(key(me)),
            verifier: verifier.clone(),
        };
        let secret = Seed::from_bytes([9; 32]).derive("fuzz.1.party", &[me.as_str().as_bytes()]);
        let rng = secret.derive("fuzz.1.rng", &[]).generator();
        let book = MemoryBook::default();
        Contributor::new(me, terms.clone(), credentials, &secret, book, rng)
            .expect("it is on the roster")
    };
    let mut members: Vec<_> = terms.roster.iter().map(member).collect();
    let mut aggregator =
        Aggregator::new(terms.clone(), verifier.clone(), []).expect("the terms are sound");
    within(async {
        for number in 0..2 {
            let relay = Relay::new(&parties, meddling.clone());
            let shape = SumShape {
                number: SumNumber(number),
                len: 5,
                bits: Bits::new(20).expect("20 bits are allowed"),
                question: [0; 32],
            };
            let run = RunId([u8::try_from(number).expect("one of two"); 16]);
            let mailbox = |me| Mailbox::new(relay.end(me, &parties), run, Patience::default());
            let [mut first, mut second, mut third] =
                [1, 2, 3].map(|it| Some(mailbox(&parties[it])));
            let contribute = async |member: &mut Contributor<_, _>, mail: &mut Option<Mailbox>| {
                let mail = mail.take().expect("it is made for this sum");
                if let Err(error) = member
                    .contribute(&mail, &shape, Input::Own(&[1, 2, 3, 4, 5]))
                    .await
                {
                    let _ = (error.fault(), error.to_string());
                } else {
                    mail.finish();
                }
            };
            let [a, b, c] = &mut members[..] else {
                unreachable!("there are three")
            };
            let mail = mailbox(&parties[0]);
            let open = async {
                match aggregator.open(&mail, &shape).await {
                    Ok(opened) => assert!(opened.contributors.len() <= 3),
                    Err(error) => drop((error.fault(), error.to_string())),
                }
            };
            tokio::join!(
                open,
                contribute(a, &mut first),
                contribute(b, &mut second),
                contribute(c, &mut third)
            );
        }
    });
}

fn terms(parties: &[PartyId]) -> Terms {
    let assumed = Assumed {
        contributors: 3,
        colluding: Some(1),
        dropouts: 0,
    };
    Terms {
        study: StudyId([5; 32]),
        aggregator: parties[0].clone(),
        roster: parties[1..].to_vec(),
        thresholds: Thresholds::safe(assumed).expect("three contributors, one of them colluding"),
        waivers: BTreeSet::new(),
        relaxed_from_twenty: false,
        patience: PATIENCE,
        carry_over: true,
    }
}
