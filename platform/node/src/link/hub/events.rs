//! What follows from what the relay says.

use std::sync::Arc;

use bytes::Bytes;
use consilium_mailbox::{Frame, PartyId, RunId};
use tokio::{sync::watch, time::sleep};
use tracing::{debug, info, warn};

use super::{Link, Signals, State};
use crate::link::{Event, Lane, Violation, incoming::Receipt, runs::Placed};

impl Link {
    pub(super) fn apply(&self, state: &mut State, event: Event) {
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
                state.control.note(&peer, epoch);
            }
            Event::Down(peer) => state.tell_down(&peer),
            Event::Restarted(peer) => {
                info!(%peer, "the peer's daemon was restarted; the runs with it are over");
                state.end_runs_with(&peer);
                state.control.forget(&peer);
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
    pub(in crate::link) fn signals(&mut self, peer: &PartyId) -> &Signals {
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

    pub(super) fn detach(&mut self) {
        for peer in self.endpoint.disconnected() {
            self.tell_down(&peer);
        }
    }

    fn tell_down(&mut self, peer: &PartyId) {
        debug!(%peer, "the peer can't be reached");
        let signals = self.signals(peer);
        signals.up.send_replace(false);
        signals.presence.send_replace(None);
        self.control.note(peer, None);
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
