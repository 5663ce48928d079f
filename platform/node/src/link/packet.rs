//! What goes over the stream between a daemon and the relay, and its form on the wire.

use bytes::Bytes;
use consilium_mailbox::PartyId;
use consilium_proto::v1;

use super::{Epoch, Lane};

/// A message from a daemon to the relay.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "link.proto says what they are")]
#[non_exhaustive]
pub enum Up {
    Watch(PartyId),
    Chunk(Chunk),
    Ack(Ack),
    Alive,
}

/// A message from the relay to a daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "link.proto says what they are")]
#[non_exhaustive]
pub enum Down {
    PeerUp {
        peer: PartyId,
        path: u64,
        epoch: Epoch,
    },
    PeerDown {
        peer: PartyId,
    },
    Chunk(Chunk),
    Ack(Ack),
    Rival,
}

/// A piece of a frame on its way; `peer` and `path` are the other side's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    pub(crate) peer: PartyId,
    pub(crate) path: u64,
    pub(crate) lane: Lane,
    pub(crate) number: u64,
    pub(crate) total: Option<u64>,
    pub(crate) payload: Bytes,
}

/// An acknowledgement on its way; `peer` and `path` are the other side's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    pub(crate) peer: PartyId,
    pub(crate) path: u64,
    pub(crate) lane: Lane,
    pub(crate) number: u64,
    pub(crate) limit: u64,
}

/// A message of the stream that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message's {0} is missing or malformed")]
pub struct BadPacket(pub(crate) &'static str);

impl Up {
    /// Gives for whom it is, if not for the relay itself.
    pub(crate) fn receiver(&self) -> Option<&PartyId> {
        match self {
            Up::Chunk(Chunk { peer, .. }) | Up::Ack(Ack { peer, .. }) => Some(peer),
            Up::Watch(_) | Up::Alive => None,
        }
    }

    /// Reads a message from the wire; a Hello, which comes but once, is none of these.
    ///
    /// # Errors
    ///
    /// [`BadPacket`] if a field is missing or malformed.
    pub fn read(wire: v1::Up) -> Result<Up, BadPacket> {
        match wire.kind {
            Some(v1::up::Kind::Watch(watch)) => Ok(Up::Watch(read_party(&watch.peer)?)),
            Some(v1::up::Kind::Chunk(chunk)) => Chunk::read(chunk).map(Up::Chunk),
            Some(v1::up::Kind::Ack(ack)) => Ack::read(&ack).map(Up::Ack),
            Some(v1::up::Kind::Alive(v1::Alive {})) => Ok(Up::Alive),
            Some(v1::up::Kind::Hello(_)) | None => Err(BadPacket("kind")),
        }
    }
}

impl From<Up> for v1::Up {
    fn from(up: Up) -> v1::Up {
        let kind = match up {
            Up::Watch(peer) => v1::up::Kind::Watch(v1::Watch {
                peer: peer.to_string(),
            }),
            Up::Chunk(chunk) => v1::up::Kind::Chunk(chunk.into()),
            Up::Ack(ack) => v1::up::Kind::Ack(ack.into()),
            Up::Alive => v1::up::Kind::Alive(v1::Alive {}),
        };
        v1::Up { kind: Some(kind) }
    }
}

impl Down {
    /// Reads a message from the wire; a Welcome, which comes but once, is none of these.
    ///
    /// # Errors
    ///
    /// [`BadPacket`] if a field is missing or malformed.
    pub fn read(wire: v1::Down) -> Result<Down, BadPacket> {
        match wire.kind {
            Some(v1::down::Kind::PeerUp(up)) => Ok(Down::PeerUp {
                peer: read_party(&up.peer)?,
                path: up.path,
                epoch: read_epoch(&up.epoch)?,
            }),
            Some(v1::down::Kind::PeerDown(down)) => Ok(Down::PeerDown {
                peer: read_party(&down.peer)?,
            }),
            Some(v1::down::Kind::Chunk(chunk)) => Chunk::read(chunk).map(Down::Chunk),
            Some(v1::down::Kind::Ack(ack)) => Ack::read(&ack).map(Down::Ack),
            Some(v1::down::Kind::Rival(v1::Rival {})) => Ok(Down::Rival),
            Some(v1::down::Kind::Welcome(_)) | None => Err(BadPacket("kind")),
        }
    }
}

impl From<Down> for v1::Down {
    fn from(down: Down) -> v1::Down {
        let kind = match down {
            Down::PeerUp { peer, path, epoch } => v1::down::Kind::PeerUp(v1::PeerUp {
                peer: peer.to_string(),
                path,
                epoch: Bytes::copy_from_slice(&epoch.0),
            }),
            Down::PeerDown { peer } => v1::down::Kind::PeerDown(v1::PeerDown {
                peer: peer.to_string(),
            }),
            Down::Chunk(chunk) => v1::down::Kind::Chunk(chunk.into()),
            Down::Ack(ack) => v1::down::Kind::Ack(ack.into()),
            Down::Rival => v1::down::Kind::Rival(v1::Rival {}),
        };
        v1::Down { kind: Some(kind) }
    }
}

impl Chunk {
    fn read(wire: v1::Chunk) -> Result<Chunk, BadPacket> {
        Ok(Chunk {
            peer: read_party(&wire.peer)?,
            lane: read_lane(wire.lane)?,
            path: wire.path,
            number: wire.number,
            total: wire.total,
            payload: wire.payload,
        })
    }
}

impl From<Chunk> for v1::Chunk {
    fn from(chunk: Chunk) -> v1::Chunk {
        v1::Chunk {
            peer: chunk.peer.to_string(),
            path: chunk.path,
            lane: v1::Lane::from(chunk.lane).into(),
            number: chunk.number,
            total: chunk.total,
            payload: chunk.payload,
        }
    }
}

impl Ack {
    fn read(wire: &v1::Ack) -> Result<Ack, BadPacket> {
        Ok(Ack {
            peer: read_party(&wire.peer)?,
            lane: read_lane(wire.lane)?,
            path: wire.path,
            number: wire.number,
            limit: wire.limit,
        })
    }
}

impl From<Ack> for v1::Ack {
    fn from(ack: Ack) -> v1::Ack {
        v1::Ack {
            peer: ack.peer.to_string(),
            path: ack.path,
            lane: v1::Lane::from(ack.lane).into(),
            number: ack.number,
            limit: ack.limit,
        }
    }
}

impl From<Lane> for v1::Lane {
    fn from(lane: Lane) -> v1::Lane {
        match lane {
            Lane::Frames => v1::Lane::Frames,
            Lane::Control => v1::Lane::Control,
        }
    }
}

pub(crate) fn read_party(name: &str) -> Result<PartyId, BadPacket> {
    name.parse().map_err(|_| BadPacket("party"))
}

pub(crate) fn read_epoch(bytes: &[u8]) -> Result<Epoch, BadPacket> {
    let bytes = bytes.try_into().map_err(|_| BadPacket("epoch"))?;
    Ok(Epoch(bytes))
}

fn read_lane(number: i32) -> Result<Lane, BadPacket> {
    match v1::Lane::try_from(number) {
        Ok(v1::Lane::Frames) => Ok(Lane::Frames),
        Ok(v1::Lane::Control) => Ok(Lane::Control),
        Err(_) => Err(BadPacket("lane")),
    }
}
