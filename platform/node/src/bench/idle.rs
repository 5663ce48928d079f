//! What participants cost that are connected and say nothing.

use std::{fs, io, sync::Arc};

use consilium_mailbox::PartyId;

use super::{Certificates, stage::Stage};
use crate::NodeError;

/// Memory of this process, in bytes resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idle {
    /// How many participants were connected.
    pub participants: usize,
    /// Before any was.
    pub before: u64,
    /// With all of them, both ends of their connections.
    pub connected: u64,
}

/// Connects that many participants of this process to a coordinator of this process.
///
/// Both ends count, so that the coordinator alone takes less than this says.
///
/// # Errors
///
/// If the sockets or the certificates fail.
///
/// # Panics
///
/// Outside a tokio runtime.
pub async fn idle(participants: usize, certificates: &Certificates<'_>) -> Result<Idle, NodeError> {
    let mut stage = Stage::set(&certificates.server).await?;
    let observer: PartyId = "observer".parse().expect("it is a name");
    let observer = stage.enter(&observer, 0, certificates);
    let before = resident()?;
    let mut links = Vec::with_capacity(participants);
    for number in 0..participants {
        let name: PartyId = format!("bench-{number}").parse().expect("it is a name");
        links.push(stage.enter(&name, 0, certificates));
        // One after the other, so that no handshake waits long for its turn.
        let mut seen = observer.presence(&name);
        // The observer's end lives as long as the wait.
        let _ = seen.wait_for(Option::is_some).await;
    }
    Ok(Idle {
        participants,
        before,
        connected: resident()?,
    })
}

fn resident() -> Result<u64, NodeError> {
    let unknown = || io::Error::other("the system does not tell a process's memory");
    let read = || -> io::Result<u64> {
        let status = fs::read_to_string("/proc/self/status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kib: Option<u64> = kib.and_then(|kib| kib.trim().parse().ok());
        kib.map(|kib| kib * 1024).ok_or_else(unknown)
    };
    read().map_err(|source| NodeError::System(Arc::new(source)))
}
