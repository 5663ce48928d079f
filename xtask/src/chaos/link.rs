//! The network between the participants and the coordinator, slowed down.
//!
//! Every byte waits a while on its way, so that a study lasts long enough to be disturbed, and
//! what went by is counted, so that a moment of the study can be told by it.

use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;

use crate::run::{now, pause};

/// The most that is read at once.
const CHUNK: usize = 64 << 10;
/// Chunks on their way in one direction of one connection; a sender waits when there are more.
const UNDER_WAY: usize = 64;

/// A listener that passes what it hears on to the coordinator, later.
#[derive(Debug)]
pub(super) struct Link {
    address: SocketAddr,
    wire: Arc<Wire>,
}

#[derive(Debug, Default)]
struct Wire {
    /// Where the coordinator listens, while it does.
    coordinator: Mutex<Option<SocketAddr>>,
    /// One way, in microseconds.
    latency: AtomicU64,
    carried: AtomicU64,
}

impl Link {
    /// Listens on loopback for as long as the program runs.
    pub(super) fn open() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("opening the link")?;
        let address = listener.local_addr().context("opening the link")?;
        let wire = Arc::new(Wire::default());
        let shared = Arc::clone(&wire);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // Nobody there: the caller sees its connection closed, as it would without us.
                shared.join(&connection).ok();
            }
        });
        Ok(Self { address, wire })
    }

    /// Where participants find the coordinator.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Passes on to this address from now on, or to nobody.
    pub(super) fn lead_to(&self, coordinator: Option<SocketAddr>) {
        *self.wire.coordinator() = coordinator;
    }

    /// Sets how long a byte is under way, for connections made from now on; forgets what was
    /// counted.
    pub(super) fn reset(&self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.wire.latency.store(micros, Ordering::Relaxed);
        self.wire.carried.store(0, Ordering::Relaxed);
    }

    /// How many chunks have arrived, in both directions.
    pub(super) fn carried(&self) -> u64 {
        self.wire.carried.load(Ordering::Relaxed)
    }
}

impl Wire {
    fn coordinator(&self) -> std::sync::MutexGuard<'_, Option<SocketAddr>> {
        // An address has no state in which a panic could leave it half changed.
        self.coordinator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn join(self: &Arc<Self>, caller: &TcpStream) -> io::Result<()> {
        let coordinator = *self.coordinator();
        let coordinator = coordinator.ok_or(io::ErrorKind::ConnectionRefused)?;
        let called = TcpStream::connect(coordinator)?;
        self.carry(caller, &called)?;
        self.carry(&called, caller)
    }

    fn carry(self: &Arc<Self>, from: &TcpStream, to: &TcpStream) -> io::Result<()> {
        to.set_nodelay(true)?;
        let latency = Duration::from_micros(self.latency.load(Ordering::Relaxed));
        let (chunks, under_way) = sync_channel(UNDER_WAY);
        let (from, to, wire) = (from.try_clone()?, to.try_clone()?, Arc::clone(self));
        thread::spawn(move || take(from, latency, &chunks));
        thread::spawn(move || wire.hand_over(&under_way, to));
        Ok(())
    }

    fn hand_over(&self, under_way: &Receiver<(Instant, Vec<u8>)>, mut to: TcpStream) {
        for (due, chunk) in under_way {
            pause(due.saturating_duration_since(now()));
            self.carried.fetch_add(1, Ordering::Relaxed);
            if to.write_all(&chunk).is_err() {
                break;
            }
        }
        // It may be closed already.
        to.shutdown(Shutdown::Both).ok();
    }
}

fn take(mut from: TcpStream, latency: Duration, chunks: &SyncSender<(Instant, Vec<u8>)>) {
    let mut buffer = vec![0; CHUNK];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let chunk = buffer.get(..length).unwrap_or_default().to_vec();
        if chunks.send((now() + latency, chunk)).is_err() {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_later_and_is_counted() {
        let coordinator = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let link = Link::open().unwrap();
        link.reset(Duration::from_millis(20));
        link.lead_to(Some(coordinator.local_addr().unwrap()));

        let mut participant = TcpStream::connect(link.address()).unwrap();
        let start = now();
        participant.write_all(b"hello").unwrap();
        let (mut called, _) = coordinator.accept().unwrap();
        let mut heard = [0; 5];
        called.read_exact(&mut heard).unwrap();

        assert_eq!(&heard, b"hello");
        assert!(start.elapsed() >= Duration::from_millis(20));
        drop(called);
        assert_eq!(
            participant.read(&mut heard).unwrap(),
            0,
            "the end is passed on"
        );
        assert!(link.carried() >= 1);
    }

    #[test]
    fn without_a_coordinator_a_connection_is_closed() {
        let link = Link::open().unwrap();
        let mut participant = TcpStream::connect(link.address()).unwrap();
        assert_eq!(participant.read(&mut [0; 1]).unwrap(), 0);
    }
}
