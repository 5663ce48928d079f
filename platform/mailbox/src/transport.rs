//! What a mailbox asks of the world.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use tokio::sync::watch;

use crate::{Frame, PartyId};

/// A boxed future, so that transports can be trait objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why a transport can carry nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The other side is gone for good.
    #[error("the way to {0} is closed")]
    Closed(PartyId),
    /// This party was never told of the other one.
    #[error("{0} is no party of this run")]
    Unknown(PartyId),
    /// This party itself is to stop now.
    #[error("this party was stopped")]
    Stopped,
}

/// Carries one party's frames of one run.
///
/// # Security
///
/// A frame reaches its receiver alone, unchanged, and in the order of sending, or not at all:
/// between institutions frames are sealed end to end. Protocols build on this contract.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Whose frames these are.
    fn me(&self) -> &PartyId;

    /// The other parties of the run.
    fn peers(&self) -> &[PartyId];

    /// Hands a frame over, waiting while the way to its receiver is full.
    fn send(&self, frame: Frame) -> BoxFuture<'_, Result<(), TransportError>>;

    /// Gives the next frame from `peer`, in the order of sending.
    fn recv<'a>(&'a self, peer: &'a PartyId) -> BoxFuture<'a, Result<Frame, TransportError>>;

    /// Tells whether the link to `peer` is up; patience doesn't run while it is known to be down.
    fn link(&self, peer: &PartyId) -> watch::Receiver<bool>;

    /// Hands over, without waiting, the frame that tells its receiver that this party gave up.
    ///
    /// It may be lost where the way is full: the receiver's patience ends the wait then.
    fn abort(&self, farewell: Frame);

    /// Hears that this party has computed for so long, for worlds whose clock stands still meanwhile.
    fn computed(&self, cpu: Duration) {
        let _ = cpu;
    }
}
