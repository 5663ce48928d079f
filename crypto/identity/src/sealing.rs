//! Sealing: parties talk through a relay that can't read, change, repeat or move what they say.

mod channel;
mod context;
mod error;
mod protocol;
mod steps;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use consilium_base::{Seed, Signer, Verifier};
use consilium_mailbox::{BoxFuture, Content, Frame, PartyId, Transport, TransportError};
use futures_util::future::join_all;
use rand_core::CryptoRng;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::watch,
};
use tracing::warn;

use channel::{Opener, Sealer};
pub use context::RunContext;
pub use error::SealError;
use protocol::{Meeting, meet};

/// A transport that seals frames end to end, over one that needn't be trusted.
///
/// It makes the contract of [`Transport`] true between institutions: a frame reaches its receiver
/// alone, unchanged and in order, or the way from its sender ends, for good, with
/// [`TransportError::Closed`]; [`broken`](SealedTransport::broken) says why.
///
/// # Security
///
/// Keys are fresh for each run, attempt and direction and live in memory only. What the transport
/// below stores and sends again are sealed bytes: it never asks for a frame to be sealed twice.
/// It still sees who sends to whom, the scope and step, when, and how long a message is.
pub struct SealedTransport {
    inner: Arc<dyn Transport>,
    ways: BTreeMap<PartyId, (Sealer, Opener)>,
}

impl SealedTransport {
    /// Agrees on keys with every peer of `inner`.
    ///
    /// Every party of the run does so at about the same time; none is awaited for longer than
    /// `patience` at each message. `rng` must be seeded afresh in every process.
    ///
    /// # Errors
    ///
    /// If a peer is silent, unknown, has no role, or doesn't sign the same run. The others are
    /// told that this party leaves.
    pub async fn open(
        inner: Arc<dyn Transport>,
        context: &RunContext,
        signer: &dyn Signer,
        verifier: &dyn Verifier,
        patience: Duration,
        rng: &mut impl CryptoRng,
    ) -> Result<SealedTransport, SealError> {
        let transport = inner.as_ref();
        context.check_roles(transport)?;
        let secrets: Vec<_> = transport
            .peers()
            .iter()
            .map(|_| Seed::random(rng))
            .collect();
        let meetings = transport
            .peers()
            .iter()
            .zip(&secrets)
            .map(|(peer, secrets)| {
                let meeting = Meeting {
                    transport,
                    context,
                    peer,
                    signer,
                    verifier,
                    patience,
                };
                async move { (peer.clone(), meet(meeting, secrets).await) }
            });
        let mut ways = BTreeMap::new();
        let mut failed = None;
        for (peer, met) in join_all(meetings).await {
            match met {
                Ok(way) => {
                    ways.insert(peer, way);
                }
                Err(error) => {
                    failed.get_or_insert(error);
                }
            }
        }
        let sealed = SealedTransport { inner, ways };
        let Some(error) = failed else {
            return Ok(sealed);
        };
        sealed.leave(context);
        Err(error)
    }

    /// Says why nothing more is read from `peer`, if that is so.
    pub fn broken(&self, peer: &PartyId) -> Option<SealError> {
        self.ways.get(peer)?.1.broken()
    }

    fn leave(&self, context: &RunContext) {
        for peer in self.ways.keys() {
            self.abort(Frame {
                run: context.run,
                sender: self.me().clone(),
                receiver: peer.clone(),
                scope: "".into(),
                step: "".into(),
                number: 0,
                content: Content::Aborted("it could not seal its way to another party".into()),
            });
        }
    }

    fn way(&self, peer: &PartyId) -> Result<&(Sealer, Opener), TransportError> {
        let way = self.ways.get(peer);
        way.ok_or_else(|| TransportError::Unknown(peer.clone()))
    }
}

impl Transport for SealedTransport {
    fn me(&self) -> &PartyId {
        self.inner.me()
    }

    fn peers(&self) -> &[PartyId] {
        self.inner.peers()
    }

    fn send(&self, frame: Frame) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(async move {
            let (sealer, _) = self.way(&frame.receiver)?;
            let sealed = heavy(length(&frame), || sealer.seal(frame));
            self.inner.send(sealed).await
        })
    }

    fn recv<'a>(&'a self, peer: &'a PartyId) -> BoxFuture<'a, Result<Frame, TransportError>> {
        Box::pin(async move {
            let (_, opener) = self.way(peer)?;
            let sealed = self.inner.recv(peer).await?;
            heavy(length(&sealed), || opener.open(sealed)).map_err(|error| {
                warn!(%peer, %error, "the sealed way is broken");
                TransportError::Closed(peer.clone())
            })
        })
    }

    fn link(&self, peer: &PartyId) -> watch::Receiver<bool> {
        self.inner.link(peer)
    }

    fn abort(&self, farewell: Frame) {
        if let Ok((sealer, _)) = self.way(&farewell.receiver) {
            self.inner.abort(sealer.seal(farewell));
        }
    }

    fn computed(&self, cpu: Duration) {
        self.inner.computed(cpu);
    }
}

impl fmt::Debug for SealedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedTransport")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

/// Bytes from which on sealing takes about a millisecond.
const HEAVY: usize = 1 << 20;

fn length(frame: &Frame) -> usize {
    match &frame.content {
        Content::Body(body) => body.len(),
        Content::Aborted(why) => why.len(),
    }
}

/// Does heavy work where it keeps no timer of the runtime waiting.
fn heavy<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    let others_wait = bytes >= HEAVY
        && Handle::try_current()
            .is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread);
    if others_wait {
        tokio::task::block_in_place(work)
    } else {
        work()
    }
}
