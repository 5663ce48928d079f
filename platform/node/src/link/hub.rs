//! An endpoint that many tasks share.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use consilium_mailbox::{Frame, PartyId, RunId, TransportError};
use tokio::{
    sync::{Notify, watch},
    time::sleep,
};
use tracing::{debug, info, warn};

use super::{
    Control, Down, Endpoint, Epoch, Event, Lane, Limits, LinkTransport, Up, Violation,
    control::ControlQueue,
    incoming::Receipt,
    runs::{Placed, Runs},
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

/// One stream to the relay, for as long as it lasts. A younger one ends it.
#[derive(Debug)]
pub struct Attachment {
    link: Link,
    number: u64,
    watches: Vec<PartyId>,
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
        mut bytes: Bytes,
        is_over: impl Fn(&State) -> bool,
    ) -> Result<(), TransportError> {
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
                match state.endpoint.offer(to, lane, bytes) {
                    Ok(()) => break,
                    Err(back) => bytes = back,
                }
            }
            changed.await;
        }
        self.shared.outgoing.notify_waiters();
        Ok(())
    }

    /// Hands a frame over if there is room now.
    pub(super) fn try_send(&self, to: &PartyId, bytes: Bytes) {
        if self.state().endpoint.offer(to, Lane::Frames, bytes).is_ok() {
            self.shared.outgoing.notify_waiters();
        }
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

impl Link {
    fn apply(&self, state: &mut State, event: Event) {
        match event {
            Event::Arrived {
                peer,
                lane: Lane::Control,
                frame,
                receipt,
            } => {
                if let Err((violation, receipt)) = state.control.arrived(&peer, frame, receipt) {
                    state.endpoint.free(&peer, Lane::Control, &receipt);
                    state.broken(&peer, violation);
                }
            }
            Event::Arrived {
                peer,
                frame,
                receipt,
                ..
            } => self.frame_arrived(state, &peer, frame, receipt),
            Event::Room(peer) => state.signals(&peer).room.notify_waiters(),
            Event::Up(peer) => {
                debug!(%peer, "the peer can be reached");
                let (_, epoch) = state.endpoint.presence(&peer);
                let signals = state.signals(&peer);
                signals.up.send_replace(true);
                signals.presence.send_replace(epoch);
                if let Some(epoch) = epoch {
                    state.control.joined(&peer, epoch);
                }
            }
            Event::Down(peer) => state.tell_down(&peer),
            Event::Restarted(peer) => {
                info!(%peer, "the peer's daemon was restarted; the runs with it are over");
                state.end_runs_with(&peer);
            }
            Event::Broken(peer, violation) => state.broken(&peer, violation),
            Event::Rival => warn!("another daemon tried to connect with our identity"),
        }
    }

    fn frame_arrived(&self, state: &mut State, peer: &PartyId, bytes: Bytes, receipt: Receipt) {
        let between_us = |frame: &Frame| frame.sender == *peer && frame.receiver == self.shared.me;
        let Some(frame) = Frame::decode(bytes).ok().filter(between_us) else {
            state.endpoint.free(peer, Lane::Frames, &receipt);
            state.broken(peer, Violation::BadFrame);
            return;
        };
        let run = frame.run;
        match state.runs.place(peer, frame, receipt) {
            Placed::Waits => {}
            Placed::FirstOfEarly => self.expire_later(run),
            Placed::Unwanted(receipt) => {
                debug!(%run, %peer, "a frame of a run that is over was dropped");
                state.endpoint.free(peer, Lane::Frames, &receipt);
            }
        }
    }

    /// Frames of a run that hasn't begun here are kept for a while, then given up.
    fn expire_later(&self, run: RunId) {
        let shared = Arc::downgrade(&self.shared);
        let patience = self.shared.limits.early;
        tokio::spawn(async move {
            sleep(patience).await;
            let Some(shared) = shared.upgrade() else {
                return;
            };
            let link = Link { shared };
            let given_up = link.state().runs.expire(run);
            if !given_up.is_empty() {
                let frames = given_up.len();
                warn!(%run, frames, "frames of a run that never began here were dropped");
                link.free(Lane::Frames, given_up);
            }
        });
    }
}

impl State {
    pub(super) fn signals(&mut self, peer: &PartyId) -> &Signals {
        let endpoint = &self.endpoint;
        self.signals.entry(peer.clone()).or_insert_with(|| {
            let (is_up, epoch) = endpoint.presence(peer);
            Signals {
                up: watch::Sender::new(is_up),
                presence: watch::Sender::new(epoch.filter(|_| is_up)),
                room: Arc::default(),
            }
        })
    }

    fn detach(&mut self) {
        for peer in self.endpoint.disconnected() {
            self.tell_down(&peer);
        }
    }

    fn tell_down(&mut self, peer: &PartyId) {
        debug!(%peer, "the peer can't be reached");
        let signals = self.signals(peer);
        signals.up.send_replace(false);
        signals.presence.send_replace(None);
        self.control.left(peer);
    }

    fn broken(&mut self, peer: &PartyId, violation: Violation) {
        warn!(%peer, %violation, "the peer broke the rules of the link; the runs with it are over");
        self.end_runs_with(peer);
    }

    fn end_runs_with(&mut self, peer: &PartyId) {
        for (peer, receipt) in self.runs.close_all(peer) {
            self.endpoint.free(&peer, Lane::Frames, &receipt);
        }
        self.signals(peer).room.notify_waiters();
    }
}
