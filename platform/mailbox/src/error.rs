//! What can go wrong with a message.

use std::time::Duration;

use crate::{PartyId, TransportError};

/// Whose fault an error is: drivers retry, abort or report by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Our own program or machine.
    Ours,
    /// That party sent what it should not, or nothing.
    Peer(PartyId),
    /// The way between the parties.
    Network,
    /// The data or the plan that this party was given.
    Input,
}

/// Why a message was not sent or not received.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum MailboxError {
    /// The peer sent nothing for as long as it may.
    #[error(
        "{peer} sent no '{step}' within {waited:?}{}",
        if *.held > 0 { format!(" ({held} bytes of other steps lie unread)") } else { String::new() }
    )]
    Silent {
        /// Who is awaited.
        peer: PartyId,
        /// The step awaited.
        step: &'static str,
        /// How long.
        waited: Duration,
        /// Bytes of other steps that the peer has sent and nobody read.
        held: usize,
    },
    /// The link was down for longer than it may.
    #[error("the link to {peer} was down for {down:?} while '{step}' was awaited")]
    LinkDown {
        /// Who is awaited.
        peer: PartyId,
        /// The step awaited.
        step: &'static str,
        /// How long the link was down.
        down: Duration,
    },
    /// The peer reads nothing, so that the way to it stays full.
    #[error("the way to {peer} stayed full for {waited:?} while '{step}' was to be sent")]
    Unread {
        /// Who reads nothing.
        peer: PartyId,
        /// The step that was to be sent.
        step: &'static str,
        /// How long.
        waited: Duration,
    },
    /// The peer gave the run up.
    #[error("{peer} gave up: {why}")]
    Aborted {
        /// Who gave up.
        peer: PartyId,
        /// Its own words.
        why: String,
    },
    /// The peer's message is not what the step says.
    #[error("{peer} sent a malformed '{step}'")]
    Malformed {
        /// Who sent it.
        peer: PartyId,
        /// The step.
        step: &'static str,
    },
    /// The peer's message is longer than the step allows.
    #[error("{peer} sent a '{step}' of {bytes} bytes, {limit} are allowed")]
    TooLong {
        /// Who sent it.
        peer: PartyId,
        /// The step.
        step: &'static str,
        /// Its length.
        bytes: usize,
        /// The longest allowed.
        limit: usize,
    },
    /// The peer's frames are out of order, repeated, or say that they are another's.
    #[error("{peer} sent frame {got} where frame {expected} was due")]
    OutOfOrder {
        /// Who sent it.
        peer: PartyId,
        /// The number that was due.
        expected: u64,
        /// The number that came.
        got: u64,
    },
    /// A frame came on the way from one party and claims to be from another, or for another run.
    #[error("{peer} sent a frame that belongs elsewhere")]
    Misdirected {
        /// On whose way it came.
        peer: PartyId,
    },
    /// Too few parties answered.
    #[error("{arrived} of {asked} sent '{step}', {at_least} are needed; missing: {}", names(.missing))]
    Quorum {
        /// The step awaited.
        step: &'static str,
        /// How many answered.
        arrived: usize,
        /// How many were asked.
        asked: usize,
        /// How many are needed.
        at_least: usize,
        /// Who did not answer.
        missing: Vec<PartyId>,
    },
    /// An own message is too long for its step.
    #[error("our own '{step}' has {bytes} bytes, {limit} are allowed")]
    OwnTooLong {
        /// The step.
        step: &'static str,
        /// Its length.
        bytes: usize,
        /// The longest allowed.
        limit: usize,
    },
    /// An own message can't be encoded.
    #[error("our own '{step}' can't be encoded")]
    Encoding {
        /// The step.
        step: &'static str,
    },
    /// The world carries nothing any more.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl MailboxError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            MailboxError::Silent { peer, .. }
            | MailboxError::Unread { peer, .. }
            | MailboxError::Aborted { peer, .. }
            | MailboxError::Malformed { peer, .. }
            | MailboxError::TooLong { peer, .. }
            | MailboxError::OutOfOrder { peer, .. }
            | MailboxError::Misdirected { peer } => Fault::Peer(peer.clone()),
            MailboxError::LinkDown { .. }
            | MailboxError::Quorum { .. }
            | MailboxError::Transport(TransportError::Closed(_)) => Fault::Network,
            MailboxError::OwnTooLong { .. }
            | MailboxError::Encoding { .. }
            | MailboxError::Transport(_) => Fault::Ours,
        }
    }
}

fn names(parties: &[PartyId]) -> String {
    let names: Vec<_> = parties.iter().map(PartyId::as_str).collect();
    names.join(", ")
}
