//! The simulated world: seeded links with latency, bandwidth and loss, parties that crash,
//! frames that are tampered with, and a transcript of all that was sent.
//!
//! Meant for a runtime with one thread and a paused clock
//! (`#[tokio::test(start_paused = true)]`): an hour's run takes milliseconds, and the same seed
//! gives the same run.

use std::sync::Arc;

pub use super::link::Link;
use super::{
    hub::{Hub, Tamper},
    transport::SimTransport,
};
use crate::{Frame, Mailbox, PartyId, Patience, RunId};

/// When, at a step, a party crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// It was about to send: nothing leaves.
    BeforeSend,
    /// It has just sent.
    AfterSend,
    /// The message has arrived, but the party doesn't live to read it.
    OnReceive,
}

/// A crash that will happen: the party stops at once, without a word, its memory lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// Who crashes.
    pub party: PartyId,
    /// At a message of which step.
    pub step: String,
    /// At which of those messages, from 0.
    pub nth: usize,
    /// When, at that message.
    pub moment: Moment,
}

/// A world with its parties and links. Cloning gives another handle to the same world.
#[derive(Clone, Debug)]
pub struct World {
    hub: Arc<Hub>,
    patience: Patience,
}

impl World {
    /// Makes a world in which links cost nothing; `seed` decides which frames are lost.
    pub fn new(seed: u64) -> World {
        World {
            hub: Arc::new(Hub::new(seed)),
            patience: Patience::default(),
        }
    }

    /// Gives all links this behaviour.
    #[must_use]
    pub fn with_link(self, link: Link) -> World {
        self.hub.state().link = link;
        self
    }

    /// Gives all links to and from a party this behaviour; of two such parties the later one's counts.
    #[must_use]
    pub fn with_link_of(self, party: &PartyId, link: Link) -> World {
        self.hub.state().links_of.push((party.clone(), link));
        self
    }

    /// Lets the simulated clock go on while a party computes: what it sends leaves so much later.
    ///
    /// Times then differ from run to run, what is computed does not.
    #[must_use]
    pub fn with_computing_time(self) -> World {
        self.hub.state().computing_takes_time = true;
        self
    }

    /// Lets each second of this world take so many of the runtime's clock, which counts whole
    /// milliseconds: with 1000 a delay is true to a microsecond.
    ///
    /// Whoever reads the clock divides by as much, and what else waits for a time of its own is to wait so
    /// much longer.
    #[must_use]
    pub fn with_time_stretched(self, by: u32) -> World {
        self.hub.state().stretch = by;
        self
    }

    /// Gives all parties this patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> World {
        World { patience, ..self }
    }

    /// Keeps no transcript: for long runs with long vectors.
    #[must_use]
    pub fn without_transcript(self) -> World {
        self.hub.state().transcript = None;
        self
    }

    /// Lets a party crash at a step. A new mailbox for it is its restart.
    pub fn crash(&self, crash: Crash) {
        self.hub.state().crashes.push((crash, 0));
    }

    /// Lets `tamper` see, and change, every frame on its way from now on.
    pub fn tamper(&self, tamper: impl FnMut(&mut Frame) + Send + 'static) {
        self.hub.state().tampers.push(Tamper(Box::new(tamper)));
    }

    /// Cuts the link between two parties: nothing arrives until it is mended, nothing is lost.
    pub fn cut(&self, one: &PartyId, other: &PartyId) {
        self.hub.set_link(one, other, false);
    }

    /// Mends a link that was cut.
    pub fn mend(&self, one: &PartyId, other: &PartyId) {
        self.hub.set_link(one, other, true);
    }

    /// Gives each of several parties its mailbox of one run.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn mailboxes(&self, parties: &[PartyId], run: RunId) -> Vec<Mailbox> {
        let others = |me: &PartyId| -> Vec<PartyId> {
            parties
                .iter()
                .filter(|party| *party != me)
                .cloned()
                .collect()
        };
        parties
            .iter()
            .map(|me| self.mailbox(me, &others(me), run))
            .collect()
    }

    /// Gives one party its mailbox of a run.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn mailbox(&self, me: &PartyId, peers: &[PartyId], run: RunId) -> Mailbox {
        let transport = SimTransport::new(self.hub.clone(), me.clone(), peers.to_vec(), run);
        Mailbox::new(
            Arc::new(transport),
            run,
            self.patience * self.hub.state().stretch,
        )
    }

    /// Gives every frame sent so far, in the order of sending, as it was after tampering.
    pub fn transcript(&self) -> Vec<Frame> {
        self.hub.state().transcript.clone().unwrap_or_default()
    }
}
