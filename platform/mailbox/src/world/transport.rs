//! One party's end of a simulated world.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{hub::Hub, sim::Moment};
use crate::{BoxFuture, Frame, PartyId, RunId, Transport, TransportError};

#[derive(Debug)]
pub(super) struct SimTransport {
    hub: Arc<Hub>,
    me: PartyId,
    peers: Vec<PartyId>,
    run: RunId,
    life: u64,
    lives: watch::Receiver<u64>,
    /// Until when this party computes, where that takes simulated time.
    busy: Mutex<Option<Instant>>,
}

impl SimTransport {
    pub(super) fn new(hub: Arc<Hub>, me: PartyId, peers: Vec<PartyId>, run: RunId) -> Self {
        let lives = hub.state().life(&me).subscribe();
        let life = *lives.borrow();
        SimTransport {
            hub,
            me,
            peers,
            run,
            life,
            lives,
            busy: Mutex::default(),
        }
    }

    /// Waits until what was computed is.
    async fn rest(&self) {
        let busy = *self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = busy.filter(|until| *until > Instant::now()) {
            sleep_until(until).await;
        }
    }

    fn check_alive(&self) -> Result<(), TransportError> {
        if *self.lives.borrow() == self.life {
            Ok(())
        } else {
            Err(TransportError::Stopped)
        }
    }

    fn check_peer(&self, peer: &PartyId) -> Result<(), TransportError> {
        let known = self.peers.contains(peer);
        if known {
            Ok(())
        } else {
            Err(TransportError::Unknown(peer.clone()))
        }
    }

    fn crash_at(&self, step: &str, moment: Moment) -> Result<(), TransportError> {
        let crashes = self.hub.state().crashes_now(&self.me, step, moment);
        if crashes {
            Err(TransportError::Stopped)
        } else {
            Ok(())
        }
    }

    /// Gives the next frame in the order of arrival.
    async fn next(&self, peer: &PartyId) -> Result<Frame, TransportError> {
        let mut up = self.hub.state().up_switch(peer, &self.me).subscribe();
        let arrivals = self.hub.arrivals(self.run, peer, &self.me);
        let mut arrivals = arrivals.lock().await;
        let closed = |_| TransportError::Closed(peer.clone());
        let (arrival, frame) = arrivals
            .recv()
            .await
            .ok_or_else(|| TransportError::Closed(peer.clone()))?;
        if arrival > Instant::now() {
            sleep_until(arrival).await;
        }
        up.wait_for(|up| *up).await.map_err(closed)?;
        Ok(frame)
    }
}

impl Transport for SimTransport {
    fn me(&self) -> &PartyId {
        &self.me
    }

    fn peers(&self) -> &[PartyId] {
        &self.peers
    }

    fn send(&self, frame: Frame) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(async move {
            self.check_alive()?;
            self.check_peer(&frame.receiver)?;
            let step = frame.step.clone();
            self.crash_at(&step, Moment::BeforeSend)?;
            self.rest().await;
            if let Some((departures, on_its_way)) = self.hub.depart(frame) {
                // A receiver that left reads nothing more; that is no error of the sender's.
                let _ = departures.send(on_its_way).await;
            }
            self.check_alive()?;
            self.crash_at(&step, Moment::AfterSend)
        })
    }

    fn recv<'a>(&'a self, peer: &'a PartyId) -> BoxFuture<'a, Result<Frame, TransportError>> {
        Box::pin(async move {
            self.check_peer(peer)?;
            let mut lives = self.lives.clone();
            tokio::select! {
                biased;
                _ = lives.wait_for(|life| *life != self.life) => Err(TransportError::Stopped),
                frame = self.next(peer) => {
                    let frame = frame?;
                    self.crash_at(&frame.step, Moment::OnReceive)?;
                    Ok(frame)
                }
            }
        })
    }

    fn link(&self, peer: &PartyId) -> watch::Receiver<bool> {
        self.hub.state().up_switch(peer, &self.me).subscribe()
    }

    fn abort(&self, farewell: Frame) {
        if self.check_alive().is_ok()
            && let Some((departures, on_its_way)) = self.hub.depart(farewell)
        {
            // Where the way is full the frame is lost, as the trait says.
            let _ = departures.try_send(on_its_way);
        }
    }

    fn computed(&self, cpu: Duration) {
        let state = self.hub.state();
        let (takes_time, stretch) = (state.computing_takes_time, state.stretch);
        drop(state);
        if takes_time {
            let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            *busy = Some(busy.map_or(now, |until| until.max(now)) + cpu * stretch);
        }
    }
}

impl Drop for SimTransport {
    fn drop(&mut self) {
        self.hub.leave(self.run, &self.me);
    }
}
