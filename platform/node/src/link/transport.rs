//! One run's share of a link.

use consilium_mailbox::{
    BoxFuture, Frame, Mailbox, PartyId, Patience, RunId, Transport, TransportError,
};
use std::sync::Arc;
use tokio::sync::watch;

use super::{Lane, Link};

/// Carries the frames of one run over a link.
///
/// # Security
///
/// It keeps order and loses nothing, but the relay reads along: between institutions it is
/// wrapped by the sealing transport.
#[derive(Debug)]
pub struct LinkTransport {
    link: Link,
    run: RunId,
    peers: Vec<PartyId>,
}

impl LinkTransport {
    pub(super) fn new(link: Link, run: RunId, peers: Vec<PartyId>) -> LinkTransport {
        LinkTransport { link, run, peers }
    }

    /// Gives the mailbox of this run, unsealed.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn into_mailbox(self, patience: Patience) -> Mailbox {
        let run = self.run;
        Mailbox::new(Arc::new(self), run, patience)
    }

    fn check(&self, peer: &PartyId) -> Result<(), TransportError> {
        if self.peers.contains(peer) {
            Ok(())
        } else {
            Err(TransportError::Unknown(peer.clone()))
        }
    }
}

impl Transport for LinkTransport {
    fn me(&self) -> &PartyId {
        self.link.me()
    }

    fn peers(&self) -> &[PartyId] {
        &self.peers
    }

    fn send(&self, frame: Frame) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(async move {
            let to = frame.receiver.clone();
            self.check(&to)?;
            let is_over = |state: &super::hub::State| !state.runs.is_open(self.run, &to);
            let frame = frame.into_parts();
            self.link.send(&to, Lane::Frames, frame, is_over).await
        })
    }

    fn recv<'a>(&'a self, peer: &'a PartyId) -> BoxFuture<'a, Result<Frame, TransportError>> {
        Box::pin(async move {
            let news = self.link.state().runs.news(self.run, peer);
            let news = news.ok_or_else(|| TransportError::Unknown(peer.clone()))?;
            loop {
                let changed = news.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                let taken = self.link.state().runs.take(self.run, peer);
                match taken {
                    Ok(Some((frame, receipt))) => {
                        self.link.free(Lane::Frames, [(peer.clone(), receipt)]);
                        return Ok(frame);
                    }
                    Ok(None) => changed.await,
                    Err(()) => return Err(TransportError::Closed(peer.clone())),
                }
            }
        })
    }

    fn link(&self, peer: &PartyId) -> watch::Receiver<bool> {
        self.link.up(peer)
    }

    fn abort(&self, farewell: Frame) {
        let to = farewell.receiver.clone();
        if self.link.state().runs.is_open(self.run, &to) {
            // Who has no room for it learns by its patience.
            let frame = farewell.into_parts();
            self.link.try_send(&to, Lane::Frames, frame).ok();
        }
    }
}

impl Drop for LinkTransport {
    fn drop(&mut self) {
        let unread = self.link.state().runs.end(self.run);
        self.link.free(Lane::Frames, unread);
    }
}
