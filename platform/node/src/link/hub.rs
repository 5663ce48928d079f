//! An endpoint that many tasks share.

mod attachment;
mod events;

pub use attachment::Attachment;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use consilium_mailbox::{PartyId, RunId, TransportError};
use tokio::sync::{Notify, watch};
use tracing::error;

use super::{
    Control, Endpoint, Epoch, Lane, Limits, LinkTransport,
    control::ControlQueue,
    incoming::Receipt,
    outgoing::{Parts, length},
    runs::Runs,
};

/// Which life of a peer's daemon can be reached now, if any.
pub type Presence = Option<Epoch>;

/// One daemon's end of its ways to all others. Cloning is cheap.
///
/// It works while an [`Attachment`] carries its messages to and from the relay; in between,
/// what was handed over waits.
#[derive(Clone, Debug)]
pub struct Link {
    pub(super) shared: Arc<Shared>,
}

/// A run of this name is going on already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("run {0} is going on already")]
pub struct RunTaken(pub RunId);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) me: PartyId,
    pub(super) epoch: Epoch,
    limits: Limits,
    state: Mutex<State>,
    /// Something may be ready to go out.
    outgoing: Notify,
}

#[derive(Debug)]
pub(super) struct State {
    endpoint: Endpoint,
    pub(super) runs: Runs,
    pub(super) control: ControlQueue,
    signals: HashMap<PartyId, Signals>,
    attachments: u64,
}

/// What tasks wait for about one peer.
#[derive(Clone, Debug)]
pub(super) struct Signals {
    up: watch::Sender<bool>,
    presence: watch::Sender<Presence>,
    pub(super) room: Arc<Notify>,
}

impl Link {
    /// Makes the link of a daemon that has just started.
    ///
    /// # Panics
    ///
    /// If the limits are inconsistent; see [`Limits::are_consistent`].
    pub fn new(me: PartyId, epoch: Epoch, limits: Limits) -> Link {
        assert!(limits.are_consistent(), "the link's limits fit each other");
        let state = State {
            endpoint: Endpoint::new(limits),
            runs: Runs::default(),
            control: ControlQueue::default(),
            signals: HashMap::new(),
            attachments: 0,
        };
        Link {
            shared: Arc::new(Shared {
                me,
                epoch,
                limits,
                state: Mutex::new(state),
                outgoing: Notify::new(),
            }),
        }
    }

    /// Says whose link this is.
    pub fn me(&self) -> &PartyId {
        &self.shared.me
    }

    /// Gives this daemon's epoch.
    pub fn epoch(&self) -> Epoch {
        self.shared.epoch
    }

    /// Opens a run: frames that came early are there, later ones will be.
    ///
    /// # Errors
    ///
    /// [`RunTaken`] if the run is open here already.
    pub fn transport(&self, run: RunId, peers: &[PartyId]) -> Result<LinkTransport, RunTaken> {
        let mut state = self.state();
        let unwanted = state.runs.open(run, peers).ok_or(RunTaken(run))?;
        for (peer, receipt) in unwanted {
            state.endpoint.free(&peer, Lane::Frames, &receipt);
        }
        for peer in peers {
            state.endpoint.watch(peer);
        }
        drop(state);
        self.shared.outgoing.notify_waiters();
        Ok(LinkTransport::new(self.clone(), run, peers.to_vec()))
    }

    /// Takes the control channel: from now on its events wait to be read, none is lost.
    pub fn control(&self) -> Control {
        let mut state = self.state();
        let present = state.endpoint.present();
        state.control.open(present);
        Control::new(self.clone())
    }

    /// Tells which life of a peer can be reached, and of every change.
    pub fn presence(&self, peer: &PartyId) -> watch::Receiver<Presence> {
        let mut state = self.state();
        state.endpoint.watch(peer);
        let presence = state.signals(peer).presence.subscribe();
        drop(state);
        self.shared.outgoing.notify_waiters();
        presence
    }

    /// Waits until everything handed over has arrived at those who can be reached.
    pub async fn settled(&self) {
        loop {
            let changed = self.shared.outgoing.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.state().endpoint.is_settled() {
                return;
            }
            changed.await;
        }
    }

    /// Waits until all control messages for a peer have arrived, or it can't be reached.
    pub(super) async fn delivered(&self, peer: &PartyId) {
        loop {
            let changed = self.shared.outgoing.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.state().endpoint.has_heard(peer) {
                return;
            }
            changed.await;
        }
    }

    /// Gives the bytes that wait here to be sent or acknowledged.
    pub fn held(&self) -> usize {
        self.state().endpoint.held()
    }

    /// Begins a stream to the relay; an earlier one is over.
    pub fn attach(&self) -> Attachment {
        let mut state = self.state();
        state.detach();
        state.attachments += 1;
        let attachment = Attachment {
            link: self.clone(),
            number: state.attachments,
            watches: state.endpoint.connected(),
        };
        drop(state);
        self.shared.outgoing.notify_waiters();
        attachment
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    pub(super) fn up(&self, peer: &PartyId) -> watch::Receiver<bool> {
        self.state().signals(peer).up.subscribe()
    }

    /// Hands a frame over, waiting while there is no room; `is_over` ends the wait.
    pub(super) async fn send(
        &self,
        to: &PartyId,
        lane: Lane,
        mut frame: Parts,
        is_over: impl Fn(&State) -> bool,
    ) -> Result<(), TransportError> {
        self.check_length(to, lane, &frame)?;
        let room = self.state().signals(to).room.clone();
        loop {
            let changed = room.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut state = self.state();
                if is_over(&state) {
                    return Err(TransportError::Closed(to.clone()));
                }
                match state.endpoint.offer(to, lane, frame) {
                    Ok(()) => break,
                    Err(back) => frame = back,
                }
            }
            changed.await;
        }
        self.shared.outgoing.notify_waiters();
        Ok(())
    }

    /// Hands a frame over if there is room now; tells whether there was.
    pub(super) fn try_send(
        &self,
        to: &PartyId,
        lane: Lane,
        frame: Parts,
    ) -> Result<bool, TransportError> {
        self.check_length(to, lane, &frame)?;
        let taken = self.state().endpoint.offer(to, lane, frame).is_ok();
        if taken {
            self.shared.outgoing.notify_waiters();
        }
        Ok(taken)
    }

    fn check_length(&self, to: &PartyId, lane: Lane, frame: &Parts) -> Result<(), TransportError> {
        let (bytes, longest) = (length(frame), self.shared.limits.longest(lane));
        if bytes > longest {
            error!(peer = %to, bytes, longest, "our own frame is too long");
            return Err(TransportError::Stopped);
        }
        Ok(())
    }

    /// Gives the room back that read frames occupied.
    pub(super) fn free(&self, lane: Lane, receipts: impl IntoIterator<Item = (PartyId, Receipt)>) {
        let mut state = self.state();
        for (peer, receipt) in receipts {
            state.endpoint.free(&peer, lane, &receipt);
        }
        drop(state);
        self.shared.outgoing.notify_waiters();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // The endpoint changes in single steps that don't panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
