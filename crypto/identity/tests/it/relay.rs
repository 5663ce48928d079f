//! A relay that does with frames what it likes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use consilium_mailbox::{BoxFuture, Frame, PartyId, Transport, TransportError};
use tokio::sync::{mpsc, watch};

/// From whom to whom the relay carries.
pub(crate) type Way = (PartyId, PartyId);

type Meddle = Box<dyn FnMut(Way, Frame) -> Vec<(Way, Frame)> + Send>;
type Arrivals = Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Frame>>>;

/// Carries frames between parties, remembers them, and may change what it carries.
#[derive(Clone)]
pub(crate) struct Relay(Arc<Mutex<State>>);

struct State {
    parties: Vec<PartyId>,
    meddle: Meddle,
    given: Vec<Frame>,
    ways: HashMap<Way, (mpsc::UnboundedSender<Frame>, Arrivals)>,
}

impl Relay {
    pub(crate) fn honest(parties: &[PartyId]) -> Relay {
        Relay::meddling(parties, |way, frame| vec![(way, frame)])
    }

    /// A relay that hands over, for each frame that it is given, the frames that `meddle` says.
    pub(crate) fn meddling(
        parties: &[PartyId],
        meddle: impl FnMut(Way, Frame) -> Vec<(Way, Frame)> + Send + 'static,
    ) -> Relay {
        let mut ways = HashMap::new();
        for from in parties {
            for to in parties {
                let (departures, arrivals) = mpsc::unbounded_channel();
                let arrivals = Arc::new(tokio::sync::Mutex::new(arrivals));
                ways.insert((from.clone(), to.clone()), (departures, arrivals));
            }
        }
        Relay(Arc::new(Mutex::new(State {
            parties: parties.to_vec(),
            meddle: Box::new(meddle),
            given: Vec::new(),
            ways,
        })))
    }

    /// Gives a party's end.
    pub(crate) fn end(&self, me: &PartyId) -> Arc<dyn Transport> {
        let state = self.0.lock().unwrap();
        let peers = state.parties.iter().filter(|party| *party != me);
        Arc::new(End {
            relay: self.clone(),
            me: me.clone(),
            peers: peers.cloned().collect(),
            up: watch::Sender::new(true),
        })
    }

    /// Gives every frame that the relay was given, in order.
    pub(crate) fn given(&self) -> Vec<Frame> {
        self.0.lock().unwrap().given.clone()
    }

    fn carry(&self, frame: Frame) {
        let mut state = self.0.lock().unwrap();
        state.given.push(frame.clone());
        let way = (frame.sender.clone(), frame.receiver.clone());
        for (way, frame) in (state.meddle)(way, frame) {
            state.ways[&way].0.send(frame).unwrap();
        }
    }
}

#[derive(Debug)]
struct End {
    relay: Relay,
    me: PartyId,
    peers: Vec<PartyId>,
    up: watch::Sender<bool>,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Relay")
    }
}

impl Transport for End {
    fn me(&self) -> &PartyId {
        &self.me
    }

    fn peers(&self) -> &[PartyId] {
        &self.peers
    }

    fn send(&self, frame: Frame) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(async move {
            self.relay.carry(frame);
            Ok(())
        })
    }

    fn recv<'a>(&'a self, peer: &'a PartyId) -> BoxFuture<'a, Result<Frame, TransportError>> {
        Box::pin(async move {
            let way = (peer.clone(), self.me.clone());
            let arrivals = self.relay.0.lock().unwrap().ways[&way].1.clone();
            let mut arrivals = arrivals.lock().await;
            arrivals
                .recv()
                .await
                .ok_or(TransportError::Closed(peer.clone()))
        })
    }

    fn link(&self, _: &PartyId) -> watch::Receiver<bool> {
        self.up.subscribe()
    }

    fn abort(&self, farewell: Frame) {
        self.relay.carry(farewell);
    }
}
