//! A TCP proxy that cuts and stalls what passes through it.

use std::{
    future::pending,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::Notify,
    task::JoinHandle,
};

/// Stands between a participant and the coordinator.
pub(crate) struct Proxy {
    pub(crate) address: String,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    /// After how many bytes in either direction a connection is cut, on the average; 0 for never.
    cuts_after: AtomicUsize,
    cuts: AtomicUsize,
    stalls: AtomicBool,
    resumed: Notify,
    is_dark: AtomicBool,
}

impl Proxy {
    pub(crate) async fn start(to: &str, seed: u64) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(State::default());
        let accepting = tokio::spawn(accept(listener, to.to_owned(), state.clone(), seed));
        Proxy {
            address,
            state,
            accepting,
        }
    }

    /// Cuts connections at random bytes, `bytes` apart on the average.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.state.cuts_after.store(bytes, Ordering::Relaxed);
    }

    /// Gives how often it has cut.
    pub(crate) fn cuts(&self) -> usize {
        self.state.cuts.load(Ordering::Relaxed)
    }

    /// Stops passing on what comes from the coordinator, without closing anything.
    pub(crate) fn stall(&self) {
        self.state.stalls.store(true, Ordering::Relaxed);
    }

    /// Takes everything in and passes nothing on, as a network does whose way is lost.
    pub(crate) fn go_dark(&self) {
        self.state.is_dark.store(true, Ordering::Relaxed);
    }

    /// Passes new connections on again; nobody hears that the old ones are lost.
    pub(crate) fn go_light(&self) {
        self.state.is_dark.store(false, Ordering::Relaxed);
    }

    pub(crate) fn resume(&self) {
        self.state.stalls.store(false, Ordering::Relaxed);
        self.state.resumed.notify_waiters();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, to: String, state: Arc<State>, seed: u64) {
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut lost = Vec::new();
    while let Ok((near, _)) = listener.accept().await {
        if state.is_dark.load(Ordering::Relaxed) {
            lost.push(near);
            continue;
        }
        let Ok(far) = TcpStream::connect(&to).await else {
            continue;
        };
        let (near_read, near_write) = near.into_split();
        let (far_read, far_write) = far.into_split();
        let rngs: [SmallRng; 2] = std::array::from_fn(|_| SmallRng::seed_from_u64(rng.random()));
        let [up_rng, down_rng] = rngs;
        let state = state.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = pass(near_read, far_write, &state, up_rng, false) => {}
                _ = pass(far_read, near_write, &state, down_rng, true) => {}
            }
        });
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    state: &State,
    mut rng: SmallRng,
    is_downwards: bool,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 << 10];
    let mut left = None;
    loop {
        let resumed = state.resumed.notified();
        if is_downwards && state.stalls.load(Ordering::Relaxed) {
            resumed.await;
            continue;
        }
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        if state.is_dark.load(Ordering::Relaxed) {
            return pending().await;
        }
        let average = state.cuts_after.load(Ordering::Relaxed);
        if average > 0 {
            let before_cut = left.get_or_insert_with(|| rng.random_range(0..2 * average));
            if *before_cut < length {
                to.write_all(&buffer[..*before_cut]).await?;
                state.cuts.fetch_add(1, Ordering::Relaxed);
                return Ok(());
            }
            *before_cut -= length;
        }
        to.write_all(&buffer[..length]).await?;
    }
}
