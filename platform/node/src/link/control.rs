//! Messages between a participant's daemon and the coordinator's, beside all runs.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use bytes::Bytes;
use consilium_mailbox::{PartyId, TransportError};
use consilium_proto::v1;
use prost::Message as _;
use tokio::sync::Notify;

use super::{Epoch, Lane, Link, Violation, incoming::Receipt, outgoing::Parts};

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

/// What waits to be read. Comings and goings are noted once the channel is open, of each peer the
/// last alone: a relay that tells of many fills no memory.
#[derive(Debug, Default)]
pub(super) struct ControlQueue {
    is_open: bool,
    waiting: VecDeque<Waiting>,
    present: HashMap<PartyId, Option<Epoch>>,
    news: Arc<Notify>,
}

#[derive(Debug)]
enum Waiting {
    Presence(PartyId),
    Said {
        peer: PartyId,
        message: v1::Control,
        receipt: Receipt,
    },
}

impl Control {
    pub(super) fn new(link: Link) -> Control {
        Control { link }
    }

    /// Says something to a peer, waiting while too much is under way to it.
    ///
    /// # Errors
    ///
    /// [`TransportError::Stopped`] if it is longer than any control message may be. An unreachable
    /// peer gets it when it returns.
    pub async fn send(
        &self,
        to: &PartyId,
        kind: &str,
        payload: Bytes,
    ) -> Result<(), TransportError> {
        self.link
            .send(to, Lane::Control, parts(kind, payload), |_| false)
            .await
    }

    /// Says something to a peer if there is room for it now; tells whether there was.
    ///
    /// # Errors
    ///
    /// [`TransportError::Stopped`] if it is longer than any control message may be.
    pub fn try_send(
        &self,
        to: &PartyId,
        kind: &str,
        payload: Bytes,
    ) -> Result<bool, TransportError> {
        self.link.try_send(to, Lane::Control, parts(kind, payload))
    }

    /// Waits until all that was said to a peer has arrived, or it can't be reached any more.
    pub fn heard(&self, by: &PartyId) -> impl Future<Output = ()> + Send + use<> {
        let (link, peer) = (self.link.clone(), by.clone());
        async move { link.delivered(&peer).await }
    }

    /// Awaits what comes next.
    pub async fn next(&mut self) -> ControlMessage {
        let news = self.link.state().control.news.clone();
        loop {
            let changed = news.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let next = self.link.state().control.take();
            if let Some((message, receipt)) = next {
                self.link.free(Lane::Control, receipt);
                return message;
            }
            changed.await;
        }
    }
}

impl ControlQueue {
    /// Opens the channel; `present` are those who can be reached already.
    pub(super) fn open(&mut self, present: impl IntoIterator<Item = (PartyId, Epoch)>) {
        self.is_open = true;
        for (peer, epoch) in present {
            self.present.insert(peer.clone(), Some(epoch));
            self.waiting.push_front(Waiting::Presence(peer));
        }
    }

    /// Notes which life of a peer can be reached now, if any.
    pub(super) fn note(&mut self, peer: &PartyId, epoch: Option<Epoch>) {
        if self.is_open && self.present.insert(peer.clone(), epoch).is_none() {
            self.waiting.push_back(Waiting::Presence(peer.clone()));
            self.news.notify_waiters();
        }
    }

    fn take(&mut self) -> Option<(ControlMessage, Option<(PartyId, Receipt)>)> {
        match self.waiting.pop_front()? {
            Waiting::Presence(peer) => {
                let message = match self.present.remove(&peer).flatten() {
                    Some(epoch) => ControlMessage::Joined { peer, epoch },
                    None => ControlMessage::Left { peer },
                };
                Some((message, None))
            }
            Waiting::Said {
                peer,
                message: v1::Control { kind, payload },
                receipt,
            } => {
                let back = Some((peer.clone(), receipt));
                let said = ControlMessage::Said {
                    peer,
                    kind,
                    payload,
                };
                Some((said, back))
            }
        }
    }

    pub(super) fn arrived(
        &mut self,
        peer: &PartyId,
        bytes: Bytes,
        receipt: Receipt,
    ) -> Result<(), (Violation, Receipt)> {
        let Ok(message) = v1::Control::decode(bytes) else {
            return Err((Violation::BadFrame, receipt));
        };
        let peer = peer.clone();
        self.waiting.push_back(Waiting::Said {
            peer,
            message,
            receipt,
        });
        self.news.notify_waiters();
        Ok(())
    }

    /// Forgets what an earlier life of a peer said: nobody waits for it any more.
    pub(super) fn forget(&mut self, gone: &PartyId) {
        self.waiting
            .retain(|waiting| !matches!(waiting, Waiting::Said { peer, .. } if peer == gone));
    }
}

fn parts(kind: &str, payload: Bytes) -> Parts {
    let kind = kind.to_owned();
    let message = v1::Control { kind, payload }.encode_to_vec();
    [message.into(), Bytes::new()]
}
