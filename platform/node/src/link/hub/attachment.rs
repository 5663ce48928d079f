//! One stream between a link and the relay.

use consilium_mailbox::PartyId;

use super::Link;
use crate::link::{Down, Up};

/// One stream to the relay, for as long as it lasts. A younger one ends it.
#[derive(Debug)]
pub struct Attachment {
    pub(super) link: Link,
    pub(super) number: u64,
    pub(super) watches: Vec<PartyId>,
}

impl Attachment {
    /// Gives the parties that the Hello is to name.
    pub fn watches(&self) -> &[PartyId] {
        &self.watches
    }

    /// Gives the next message to the relay, waiting for it; `None` once the stream has ended.
    pub async fn next(&self) -> Option<Up> {
        loop {
            let changed = self.link.shared.outgoing.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut state = self.link.state();
                if state.attachments != self.number {
                    return None;
                }
                if let Some(up) = state.endpoint.poll() {
                    return Some(up);
                }
            }
            changed.await;
        }
    }

    /// Takes a message from the relay.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn handle(&self, down: Down) {
        let mut state = self.link.state();
        if state.attachments != self.number {
            return;
        }
        for event in state.endpoint.handle(down) {
            self.link.apply(&mut state, event);
        }
        drop(state);
        self.link.shared.outgoing.notify_waiters();
    }

    /// Keeps back what is for a peer, until it is released or the stream is over.
    pub(crate) fn hold(&self, peer: &PartyId) {
        let mut state = self.link.state();
        if state.attachments == self.number {
            state.endpoint.hold(peer);
        }
    }

    /// Lets what is for a peer go out again.
    pub(crate) fn release(&self, peer: &PartyId) {
        let mut state = self.link.state();
        if state.attachments == self.number {
            state.endpoint.release(peer);
        }
    }

    /// Ends the stream on this side.
    pub fn end(&self) {
        let mut state = self.link.state();
        if state.attachments == self.number {
            state.detach();
            state.attachments += 1;
            drop(state);
            self.link.shared.outgoing.notify_waiters();
        }
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        self.end();
    }
}
