//! Frames that arrived and wait to be read, kept apart by peer, scope and step.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::{Content, Frame, MailboxError, PartyId, RunId, Transport};

type Route = (Arc<str>, Arc<str>);

/// What arrived from one peer.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    queues: HashMap<Route, VecDeque<Frame>>,
    held: usize,
    next: u64,
    ended: Option<MailboxError>,
}

impl Inbox {
    /// Takes the next frame of that scope and step; `Err` if none is there and none can come.
    pub(crate) fn take(
        &self,
        scope: &Arc<str>,
        step: &Arc<str>,
    ) -> Result<Option<Frame>, MailboxError> {
        let mut state = self.state();
        let route = (scope.clone(), step.clone());
        let Some(queue) = state.queues.get_mut(&route) else {
            return state.ended.clone().map_or(Ok(None), Err);
        };
        let frame = queue.pop_front();
        if queue.is_empty() {
            state.queues.remove(&route);
        }
        if let Some(frame) = &frame {
            state.held -= weight(frame);
            drop(state);
            self.changed.notify_waiters();
        }
        Ok(frame)
    }

    /// Waits until something arrived, was taken, or the peer's frames ended.
    pub(crate) fn changed(&self) -> tokio::sync::futures::Notified<'_> {
        self.changed.notified()
    }

    /// Gives the number of bytes that lie here unread.
    pub(crate) fn held(&self) -> usize {
        self.state().held
    }

    /// Fetches the peer's frames for as long as they come, never holding more than `room` bytes
    /// beside the newest frame: a sender that runs ahead has to wait.
    pub(crate) async fn fill(
        self: Arc<Self>,
        transport: Arc<dyn Transport>,
        peer: PartyId,
        run: RunId,
        room: usize,
    ) {
        loop {
            let changed = self.changed();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.held() > room {
                changed.await;
                continue;
            }
            let ended = match transport.recv(&peer).await {
                Err(error) => Some(error.into()),
                Ok(frame) => self.put(frame, transport.me(), &peer, run).err(),
            };
            if let Some(error) = ended {
                self.state().ended = Some(error);
                self.changed.notify_waiters();
                return;
            }
            self.changed.notify_waiters();
        }
    }

    fn put(
        &self,
        frame: Frame,
        me: &PartyId,
        peer: &PartyId,
        run: RunId,
    ) -> Result<(), MailboxError> {
        if frame.run != run || frame.sender != *peer || frame.receiver != *me {
            return Err(MailboxError::Misdirected { peer: peer.clone() });
        }
        let mut state = self.state();
        if frame.number != state.next {
            let (expected, got) = (state.next, frame.number);
            return Err(MailboxError::OutOfOrder {
                peer: peer.clone(),
                expected,
                got,
            });
        }
        state.next += 1;
        if let Content::Aborted(why) = frame.content {
            return Err(MailboxError::Aborted {
                peer: peer.clone(),
                why: readable(&why),
            });
        }
        state.held += weight(&frame);
        let route = (frame.scope.clone(), frame.step.clone());
        state.queues.entry(route).or_default().push_back(frame);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the queues whole: each change is a single step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a frame costs beside its texts, about: names, numbers, and a queue of its own.
const OVERHEAD: usize = 1024;

/// What a frame takes up in memory, about: empty bodies cost something too.
fn weight(frame: &Frame) -> usize {
    let body = match &frame.content {
        Content::Body(body) => body.len(),
        Content::Aborted(why) => why.len(),
    };
    body + frame.scope.len() + frame.step.len() + OVERHEAD
}

/// The longest reason for giving up that is repeated, in characters.
const LONGEST_REASON: usize = 200;

/// Makes a peer's own words fit for logs and terminals: 200 characters at most, none of control.
pub fn readable(words: &str) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    words.chars().take(LONGEST_REASON).map(plain).collect()
}
