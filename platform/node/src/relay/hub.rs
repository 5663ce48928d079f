//! A table that the streams of all daemons share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use consilium_mailbox::PartyId;
use metrics::{counter, gauge};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tracing::{info, warn};

use super::{
    Misconduct, RelayLimits,
    table::{End, Over, Passed, Seat, Table},
};
use crate::link::{Down, Epoch, Up};

/// Passes on what daemons send each other. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Relay {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    home: PartyId,
    limits: RelayLimits,
    table: Mutex<Table>,
    /// There may be room again where there was none.
    room: Notify,
}

/// Why a daemon isn't let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Another daemon with this identity is connected, and answers.
    #[error("another daemon with the identity of {0} is connected and answers")]
    Rival(PartyId),
    /// The daemon broke the rules with its first word.
    #[error("{0}: {1}")]
    Misconduct(PartyId, Misconduct),
}

/// One daemon's stream, for as long as it lasts; dropping it gives the place up.
#[derive(Debug)]
pub struct Connection {
    relay: Relay,
    seat: Seat,
}

impl Relay {
    /// Makes a relay; `home` is the coordinator's own party.
    pub fn new(home: PartyId, limits: RelayLimits) -> Relay {
        let table = Table::new(home.clone(), limits);
        Relay {
            shared: Arc::new(Shared {
                home,
                limits,
                table: Mutex::new(table),
                room: Notify::new(),
            }),
        }
    }

    /// Gives the coordinator's own party.
    pub fn home(&self) -> &PartyId {
        &self.shared.home
    }

    /// Lets a daemon in; `watches` are those of whom it wants to hear.
    ///
    /// The same daemon may come again at any time. Another one with the same identity has to
    /// wait until the first is gone: it is asked, and given a few seconds to answer.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why not.
    pub async fn connect(
        &self,
        party: &PartyId,
        epoch: Epoch,
        watches: &[PartyId],
    ) -> Result<Connection, Refusal> {
        self.make_way(party, epoch).await?;
        let seat = self.table().seat(party, epoch, watches);
        self.shared.room.notify_waiters();
        let seat = seat.map_err(|misconduct| Refusal::Misconduct(party.clone(), misconduct))?;
        info!(%party, path = seat.path, "a daemon is connected");
        gauge!("consilium_relay_daemons").increment(1.0);
        Ok(Connection {
            relay: self.clone(),
            seat,
        })
    }

    /// Gives the bytes that wait here.
    pub fn held(&self) -> usize {
        self.table().held()
    }

    /// Gives the most bytes that ever waited here at once.
    pub fn highest(&self) -> usize {
        self.table().highest
    }

    /// Takes the places of daemons that don't take what waits for them, again and again; never ends.
    ///
    /// What was on its way to them is sent again once they are back, as after any other cut.
    pub(super) async fn sweep(&self) -> ! {
        loop {
            sleep(self.shared.limits.stall).await;
            let idle = self.table().sweep();
            for party in &idle {
                warn!(%party, "its stream is over: it does not take what waits for it");
            }
            if !idle.is_empty() {
                self.shared.room.notify_waiters();
            }
        }
    }

    /// Waits until a rival with another epoch is gone, or refuses the newcomer if it answers.
    async fn make_way(&self, party: &PartyId, epoch: Epoch) -> Result<(), Refusal> {
        let rival = self.table().occupant(party);
        let Some((_, rival)) = rival.filter(|(other, _)| *other != epoch) else {
            return Ok(());
        };
        let answered = rival.answered.notified();
        tokio::pin!(answered);
        answered.as_mut().enable();
        self.table().challenge(party);
        let outcome = timeout(self.shared.limits.rival, async {
            tokio::select! {
                () = answered => true,
                () = self.gone(&rival) => false,
            }
        });
        if outcome.await == Ok(true) {
            warn!(%party, "a second daemon with the same identity was refused");
            return Err(Refusal::Rival(party.clone()));
        }
        Ok(())
    }

    async fn gone(&self, seat: &Seat) {
        loop {
            let changed = seat.mail.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let occupant = self.table().occupant(&seat.party);
            if occupant.is_none_or(|(_, now)| now.path != seat.path) {
                return;
            }
            changed.await;
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // The table changes in single steps that don't panic.
        let table = &self.shared.table;
        table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// Says whose stream this is.
    pub fn party(&self) -> &PartyId {
        &self.seat.party
    }

    /// Passes a message of this daemon on, waiting while its receiver's queue is full.
    ///
    /// # Errors
    ///
    /// [`Misconduct`] if the daemon broke the rules: its stream is to end.
    pub async fn pass(&self, mut up: Up) -> Result<(), Misconduct> {
        loop {
            let room = self.relay.shared.room.notified();
            tokio::pin!(room);
            room.as_mut().enable();
            match self.try_pass(up)? {
                None => return Ok(()),
                Some(back) => up = back,
            }
            room.await;
        }
    }

    /// Passes a message of this daemon on, or gives it back while its receiver's queue is full.
    pub(super) fn try_pass(&self, up: Up) -> Result<Option<Up>, Misconduct> {
        let mut table = self.relay.table();
        match table.receive(&self.seat.party, self.seat.path, up) {
            Ok(Passed::On) | Err(End::Over) => Ok(None),
            Ok(Passed::Full(back)) => Ok(Some(back)),
            Err(End::Misconduct(misconduct)) => Err(misconduct),
        }
    }

    /// Gives the next message for this daemon; `None` once a younger stream has its place.
    pub async fn next(&self) -> Option<Down> {
        loop {
            let mail = self.seat.mail.notified();
            tokio::pin!(mail);
            mail.as_mut().enable();
            let next = self.relay.table().next(&self.seat.party, self.seat.path);
            match next {
                Ok(Some((down, made_room))) => {
                    if let Down::Chunk(chunk) = &down {
                        let bytes = chunk.payload.len() as u64;
                        counter!("consilium_relay_payload_bytes_total").increment(bytes);
                    }
                    if made_room {
                        self.relay.shared.room.notify_waiters();
                    }
                    return Some(down);
                }
                Ok(None) => mail.await,
                Err(Over) => return None,
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Seat { party, path, .. } = &self.seat;
        self.relay.table().unseat(party, *path);
        self.relay.shared.room.notify_waiters();
        info!(%party, path, "a daemon's stream is over");
        gauge!("consilium_relay_daemons").decrement(1.0);
    }
}
