//! Messages between a participant's daemon and the coordinator's, beside all runs.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use consilium_mailbox::{PartyId, TransportError};
use consilium_proto::v1;
use prost::Message as _;
use tokio::sync::Notify;

use super::{Epoch, Lane, Link, Violation, incoming::Receipt};

/// The control channel of a daemon: what comes is in the order of sending, and comes once.
///
/// What was under way is lost when either daemon restarts; then [`ControlMessage::Joined`] says
/// so by another epoch, and the daemons compare what they know.
#[derive(Debug)]
pub struct Control {
    link: Link,
}

/// What comes over the control channel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ControlMessage {
    /// A peer can be reached.
    Joined {
        /// Who.
        peer: PartyId,
        /// Which life of its daemon.
        epoch: Epoch,
    },
    /// A peer can't be reached now.
    Left {
        /// Who.
        peer: PartyId,
    },
    /// A peer says something.
    Said {
        /// Who.
        peer: PartyId,
        /// What the payload is.
        kind: String,
        /// The message of that kind.
        payload: Bytes,
    },
}

/// What waits to be read. Comings and goings are noted once the channel is open.
#[derive(Debug, Default)]
pub(super) struct ControlQueue {
    is_open: bool,
    waiting: VecDeque<(ControlMessage, Option<Receipt>)>,
    news: Arc<Notify>,
}

impl Control {
    pub(super) fn new(link: Link) -> Control {
        Control { link }
    }

    /// Says something to a peer, waiting while too much is under way to it.
    ///
    /// # Errors
    ///
    /// None at present: an unreachable peer gets it when it returns.
    pub async fn send(
        &self,
        to: &PartyId,
        kind: &str,
        payload: Bytes,
    ) -> Result<(), TransportError> {
        let kind = kind.to_owned();
        let message = v1::Control { kind, payload }.encode_to_vec();
        self.link
            .send(to, Lane::Control, message.into(), |_| false)
            .await
    }

    /// Awaits what comes next.
    pub async fn next(&mut self) -> ControlMessage {
        let news = self.link.state().control.news.clone();
        loop {
            let changed = news.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let next = self.link.state().control.waiting.pop_front();
            match next {
                Some((message, None)) => return message,
                Some((message, Some(receipt))) => {
                    if let ControlMessage::Said { peer, .. } = &message {
                        self.link.free(Lane::Control, [(peer.clone(), receipt)]);
                    }
                    return message;
                }
                None => changed.await,
            }
        }
    }
}

impl ControlQueue {
    /// Opens the channel; `present` are those who can be reached already.
    pub(super) fn open(&mut self, present: impl IntoIterator<Item = (PartyId, Epoch)>) {
        self.is_open = true;
        for (peer, epoch) in present {
            let joined = ControlMessage::Joined { peer, epoch };
            self.waiting.push_front((joined, None));
        }
    }

    pub(super) fn joined(&mut self, peer: &PartyId, epoch: Epoch) {
        let peer = peer.clone();
        self.note(ControlMessage::Joined { peer, epoch });
    }

    pub(super) fn left(&mut self, peer: &PartyId) {
        let peer = peer.clone();
        self.note(ControlMessage::Left { peer });
    }

    pub(super) fn arrived(
        &mut self,
        peer: &PartyId,
        bytes: Bytes,
        receipt: Receipt,
    ) -> Result<(), (Violation, Receipt)> {
        let Ok(v1::Control { kind, payload }) = v1::Control::decode(bytes) else {
            return Err((Violation::BadFrame, receipt));
        };
        let peer = peer.clone();
        let said = ControlMessage::Said {
            peer,
            kind,
            payload,
        };
        self.waiting.push_back((said, Some(receipt)));
        self.news.notify_waiters();
        Ok(())
    }

    fn note(&mut self, message: ControlMessage) {
        if self.is_open {
            self.waiting.push_back((message, None));
            self.news.notify_waiters();
        }
    }
}
