//! A network that carries the frames of one run and does something to one of them.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use consilium_mailbox::{BoxFuture, Content, Frame, PartyId, Transport, TransportError};
use tokio::sync::{Mutex, mpsc, watch};

/// What is done to the bytes of a message, as an input says it.
#[derive(Debug)]
pub(super) struct Change {
    how: u8,
    offset: usize,
    bytes: Vec<u8>,
}

impl Change {
    /// Reads it: how, at which offset (two bytes), with which bytes.
    pub(super) fn read(input: &[u8]) -> Option<Change> {
        let ([how, low, high], bytes) = input.split_first_chunk()?;
        Some(Change {
            how: how % 7,
            offset: usize::from(u16::from_le_bytes([*low, *high])),
            bytes: bytes.to_vec(),
        })
    }

    /// Gives what becomes of a message: four changes, else the same.
    pub(super) fn of(&self, message: &[u8]) -> Vec<u8> {
        let offset = self.offset % (message.len() + 1);
        let mut changed = message.to_vec();
        match self.how {
            0 => changed.clone_from(&self.bytes),
            1 => {
                let over = changed.iter_mut().skip(offset).zip(&self.bytes);
                over.for_each(|(old, new)| *old = *new);
            }
            2 => changed.truncate(offset),
            3 => drop(changed.splice(offset..offset, self.bytes.iter().copied())),
            _ => {}
        }
        changed
    }
}

/// What is done to one of the frames of one or several runs, as an input says it.
#[derive(Debug)]
pub(super) struct Meddling {
    nth: usize,
    carried: AtomicUsize,
    change: Change,
}

impl Meddling {
    /// Reads it: which frame, and the change.
    pub(super) fn read(input: &[u8]) -> Option<Arc<Meddling>> {
        let (nth, change) = input.split_first()?;
        Some(Arc::new(Meddling {
            nth: usize::from(*nth),
            carried: AtomicUsize::new(0),
            change: Change::read(change)?,
        }))
    }

    /// Leaves every frame as it is.
    pub(super) fn none() -> Arc<Meddling> {
        Arc::new(Meddling {
            nth: usize::MAX,
            carried: AtomicUsize::new(0),
            change: Change {
                how: 4,
                offset: 0,
                bytes: Vec::new(),
            },
        })
    }

    /// Gives what arrives in the place of a frame.
    fn of(&self, frame: Frame) -> Vec<Frame> {
        let is_it = self.carried.fetch_add(1, Ordering::Relaxed) == self.nth;
        match &frame.content {
            Content::Body(body) if is_it => self.changed(&frame, body),
            _ => vec![frame],
        }
    }

    fn changed(&self, frame: &Frame, body: &Bytes) -> Vec<Frame> {
        let with = |content| Frame {
            content,
            ..frame.clone()
        };
        match self.change.how {
            4 => Vec::new(),
            5 => vec![frame.clone(), frame.clone()],
            6 => {
                let why = String::from_utf8_lossy(&self.change.bytes).into_owned();
                vec![with(Content::Aborted(why))]
            }
            _ => vec![with(Content::Body(self.change.of(body).into()))],
        }
    }
}

type Arrivals = Mutex<mpsc::UnboundedReceiver<Frame>>;
type Way = (mpsc::UnboundedSender<Frame>, Arrivals);

/// The ways between the parties of one run.
#[derive(Debug)]
pub(super) struct Relay {
    ways: HashMap<(PartyId, PartyId), Way>,
    meddling: Arc<Meddling>,
}

impl Relay {
    pub(super) fn new(parties: &[PartyId], meddling: Arc<Meddling>) -> Arc<Relay> {
        let pairs = parties
            .iter()
            .flat_map(|from| parties.iter().map(|to| (from.clone(), to.clone())));
        let way = || {
            let (departures, arrivals) = mpsc::unbounded_channel();
            (departures, Mutex::new(arrivals))
        };
        Arc::new(Relay {
            ways: pairs.map(|pair| (pair, way())).collect(),
            meddling,
        })
    }

    /// Gives a party's end.
    pub(super) fn end(self: &Arc<Relay>, me: &PartyId, parties: &[PartyId]) -> Arc<dyn Transport> {
        Arc::new(End {
            relay: self.clone(),
            me: me.clone(),
            peers: parties.iter().filter(|it| *it != me).cloned().collect(),
            up: watch::Sender::new(true),
        })
    }

    fn carry(&self, frame: Frame) {
        for frame in self.meddling.of(frame) {
            let pair = (frame.sender.clone(), frame.receiver.clone());
            if let Some((departures, _)) = self.ways.get(&pair) {
                // Whoever has left hears nothing more.
                let _ = departures.send(frame);
            }
        }
    }
}

#[derive(Debug)]
struct End {
    relay: Arc<Relay>,
    me: PartyId,
    peers: Vec<PartyId>,
    up: watch::Sender<bool>,
}

impl Transport for End {
    fn me(&self) -> &PartyId {
        &self.me
    }

    fn peers(&self) -> &[PartyId] {
        &self.peers
    }

    fn send(&self, frame: Frame) -> BoxFuture<'_, Result<(), TransportError>> {
        self.relay.carry(frame);
        Box::pin(async { Ok(()) })
    }

    fn recv<'a>(&'a self, peer: &'a PartyId) -> BoxFuture<'a, Result<Frame, TransportError>> {
        Box::pin(async move {
            let way = self.relay.ways.get(&(peer.clone(), self.me.clone()));
            let (_, arrivals) = way.ok_or(TransportError::Unknown(peer.clone()))?;
            let arrived = arrivals.lock().await.recv().await;
            arrived.ok_or(TransportError::Closed(peer.clone()))
        })
    }

    fn link(&self, _: &PartyId) -> watch::Receiver<bool> {
        self.up.subscribe()
    }

    fn abort(&self, farewell: Frame) {
        self.relay.carry(farewell);
    }
}
