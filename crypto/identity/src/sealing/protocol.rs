//! The handshake between two parties: figure 1 of docs/protocols/sealing.md.
//!
//! It runs on the transport below, before there is a mailbox: its frames come first in each
//! direction, and sealed ones are numbered after them.

use std::time::Duration;

use consilium_base::{BadSignature, Digest, Seed, Signature, Signer, Verifier};
use consilium_mailbox::{Content, Frame, PartyId, Transport};
use tokio::time::timeout;

use super::{
    RunContext, SealError,
    channel::{Direction, Opener, Sealer},
    steps::{self, Agreement, DirectionKeys, Offer},
};

const HELLO: &str = "seal.1.hello";
const ANSWER: &str = "seal.1.answer";
const CONFIRM: &str = "seal.1.confirm";

/// Frames of the handshake in each direction.
const FROM_INITIATOR: u64 = 2;
const FROM_RESPONDER: u64 = 1;

const SIGNATURE: usize = 64;

/// One party about to meet one peer.
pub(super) struct Meeting<'a> {
    pub(super) transport: &'a dyn Transport,
    pub(super) context: &'a RunContext,
    pub(super) peer: &'a PartyId,
    pub(super) signer: &'a dyn Signer,
    pub(super) verifier: &'a dyn Verifier,
    pub(super) patience: Duration,
}

/// Meets a peer: the one whose name comes first begins.
pub(super) async fn meet(
    meeting: Meeting<'_>,
    secrets: &Seed,
) -> Result<(Sealer, Opener), SealError> {
    if meeting.transport.me() < meeting.peer {
        initiate(meeting, secrets).await
    } else {
        respond(meeting, secrets).await
    }
}

async fn initiate(at: Meeting<'_>, secrets: &Seed) -> Result<(Sealer, Opener), SealError> {
    let (offer, hello) = Offer::random(&mut secrets.generator());
    at.send(HELLO, 0, hello.to_vec()).await?; // N, X, ek
    let answer = at.recv::<{ steps::REPLY + SIGNATURE }>(ANSWER, 0).await?; // M, Y, ct, signature
    let (reply, signature) = split(&answer);
    let me = at.transport.me();
    let transcript = at.context.transcript(me, at.peer, &hello, &reply)?;
    at.check(ANSWER, &transcript, &signature)?;
    let keys = offer.agree(&reply, &transcript);
    let keys = keys.ok_or_else(|| at.weak())?;
    let signature = at.signer.sign(&steps::statement(CONFIRM, &transcript));
    at.send(CONFIRM, 1, signature.0.to_vec()).await?; // signature
    let DirectionKeys {
        to_responder,
        to_initiator,
    } = keys;
    let sealer = Direction::new(&to_responder, at.context.attempt, FROM_INITIATOR);
    let opener = Direction::new(&to_initiator, at.context.attempt, FROM_RESPONDER);
    Ok((Sealer(sealer), Opener::new(opener, at.peer.clone())))
}

async fn respond(at: Meeting<'_>, secrets: &Seed) -> Result<(Sealer, Opener), SealError> {
    let hello = at.recv::<{ steps::HELLO }>(HELLO, 0).await?; // N, X, ek
    let drawn = Agreement::random(&hello, &mut secrets.generator());
    let (agreement, reply) = drawn.ok_or_else(|| at.unexpected(HELLO))?;
    let me = at.transport.me();
    let transcript = at.context.transcript(at.peer, me, &hello, &reply)?;
    let signature = at.signer.sign(&steps::statement(ANSWER, &transcript));
    at.send(ANSWER, 0, [&reply[..], &signature.0].concat())
        .await?; // M, Y, ct, signature
    let confirmation = at.recv::<SIGNATURE>(CONFIRM, 1).await?; // signature
    at.check(CONFIRM, &transcript, &Signature(confirmation))?;
    let keys = agreement.agree(&transcript);
    let keys = keys.ok_or_else(|| at.weak())?;
    let DirectionKeys {
        to_responder,
        to_initiator,
    } = keys;
    let sealer = Direction::new(&to_initiator, at.context.attempt, FROM_RESPONDER);
    let opener = Direction::new(&to_responder, at.context.attempt, FROM_INITIATOR);
    Ok((Sealer(sealer), Opener::new(opener, at.peer.clone())))
}

impl Meeting<'_> {
    async fn send(&self, step: &'static str, number: u64, body: Vec<u8>) -> Result<(), SealError> {
        let frame = Frame {
            run: self.context.run,
            sender: self.transport.me().clone(),
            receiver: self.peer.clone(),
            scope: "".into(),
            step: step.into(),
            number,
            content: Content::Body(body.into()),
        };
        Ok(self.transport.send(frame).await?)
    }

    async fn recv<const N: usize>(
        &self,
        step: &'static str,
        number: u64,
    ) -> Result<[u8; N], SealError> {
        let arrived = timeout(self.patience, self.transport.recv(self.peer)).await;
        let frame = arrived.map_err(|_| SealError::Silent {
            peer: self.peer.clone(),
            step,
            waited: self.patience,
        })??;
        let in_place = frame.run == self.context.run
            && frame.sender == *self.peer
            && frame.receiver == *self.transport.me()
            && frame.scope.is_empty()
            && *frame.step == *step
            && frame.number == number;
        match &frame.content {
            Content::Body(body) if in_place => body.as_ref().try_into().ok(),
            _ => None,
        }
        .ok_or_else(|| self.unexpected(step))
    }

    fn check(
        &self,
        step: &'static str,
        transcript: &Digest,
        signature: &Signature,
    ) -> Result<(), SealError> {
        let statement = steps::statement(step, transcript);
        let checked = self
            .verifier
            .verify(self.peer.as_str(), &statement, signature);
        checked.map_err(|bad| match bad {
            BadSignature::UnknownParty => SealError::UnknownParty {
                peer: self.peer.clone(),
            },
            _ => SealError::BadSignature {
                peer: self.peer.clone(),
                step,
            },
        })
    }

    fn unexpected(&self, step: &'static str) -> SealError {
        SealError::Unexpected {
            peer: self.peer.clone(),
            step,
        }
    }

    fn weak(&self) -> SealError {
        SealError::WeakShare {
            peer: self.peer.clone(),
        }
    }
}

fn split(answer: &[u8; steps::REPLY + SIGNATURE]) -> ([u8; steps::REPLY], Signature) {
    let (mut reply, mut signature) = ([0; steps::REPLY], [0; SIGNATURE]);
    let (shares, signed) = answer.split_at(steps::REPLY);
    reply.copy_from_slice(shares);
    signature.copy_from_slice(signed);
    (reply, Signature(signature))
}
