//! Frames sealed and opened: one key for each direction of a pair.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use bytes::{BufMut as _, Bytes, BytesMut};
use consilium_base::Secret;
use consilium_mailbox::{Content, Frame, PartyId};

use super::SealError;

/// Bytes that sealing adds to a body: what it is, and the tag.
const OVERHEAD: usize = 1 + 16;

/// What a sealed body is, in its last byte: at the end, nothing moves when it is taken off.
const BODY: u8 = 0;
const ABORTED: u8 = 1;

/// What is sent to one peer.
pub(super) struct Sealer(pub(super) Direction);

/// What comes from one peer.
pub(super) struct Opener {
    direction: Direction,
    peer: PartyId,
    state: Mutex<Opening>,
}

#[derive(Default)]
struct Opening {
    due: u64,
    broken: Option<SealError>,
}

/// One direction: its key, and where in the run it is used.
pub(super) struct Direction {
    cipher: LessSafeKey,
    attempt: u32,
    /// Frames of the handshake that went this way before the first sealed one.
    shift: u64,
}

impl Direction {
    pub(super) fn new(key: &Secret<[u8; 32]>, attempt: u32, shift: u64) -> Direction {
        let key = UnboundKey::new(&AES_256_GCM_SIV, key.expose());
        Direction {
            cipher: LessSafeKey::new(key.expect("the cipher's keys have 32 bytes")),
            attempt,
            shift,
        }
    }

    /// Says all that the receiver must read as the sender meant it. The version is in the key.
    fn associated(&self, frame: &Frame) -> Vec<u8> {
        let texts = [
            frame.step.as_bytes(),
            frame.scope.as_bytes(),
            frame.sender.as_str().as_bytes(),
            frame.receiver.as_str().as_bytes(),
        ];
        let mut data = Vec::with_capacity(256);
        data.extend_from_slice(b"seal.1.frame\0");
        data.extend_from_slice(&frame.run.0);
        data.extend_from_slice(&self.attempt.to_le_bytes());
        data.extend_from_slice(&frame.number.to_le_bytes());
        for text in texts {
            data.extend_from_slice(&(text.len() as u64).to_le_bytes());
            data.extend_from_slice(text);
        }
        data
    }
}

impl Sealer {
    /// Seals a frame. The same frame gives the same bytes.
    pub(super) fn seal(&self, frame: Frame) -> Frame {
        let Sealer(direction) = self;
        let associated = direction.associated(&frame);
        let (content, kind) = match frame.content {
            Content::Body(body) => (body, BODY),
            Content::Aborted(why) => (why.into(), ABORTED),
        };
        let mut sealed = with_room(content);
        sealed.put_u8(kind);
        let tag = direction
            .cipher
            .seal_in_place_separate_tag(nonce(frame.number), Aad::from(associated), &mut sealed)
            .expect("a frame is shorter than 64 GiB, the cipher's limit");
        sealed.put_slice(tag.as_ref());
        Frame {
            number: frame.number + direction.shift,
            content: Content::Body(sealed.freeze()),
            ..frame
        }
    }
}

impl Opener {
    pub(super) fn new(direction: Direction, peer: PartyId) -> Opener {
        Opener {
            direction,
            peer,
            state: Mutex::default(),
        }
    }

    /// Opens the next frame.
    ///
    /// # Errors
    ///
    /// [`SealError::Forged`] if it is not the next one that the peer sealed, from then on for
    /// ever: after a frame that is not genuine nobody knows what else was kept back.
    pub(super) fn open(&self, frame: Frame) -> Result<Frame, SealError> {
        let mut state = self.state();
        if let Some(broken) = &state.broken {
            return Err(broken.clone());
        }
        if let Some(frame) = self.open_due(frame, state.due) {
            state.due += 1;
            return Ok(frame);
        }
        let forged = SealError::Forged {
            peer: self.peer.clone(),
            due: state.due,
        };
        state.broken = Some(forged.clone());
        Err(forged)
    }

    /// Says why nothing more is read from the peer.
    pub(super) fn broken(&self) -> Option<SealError> {
        self.state().broken.clone()
    }

    fn open_due(&self, mut frame: Frame, due: u64) -> Option<Frame> {
        frame.number = frame.number.checked_sub(self.direction.shift)?;
        let Content::Body(sealed) = &mut frame.content else {
            return None;
        };
        if frame.number != due {
            return None;
        }
        let sealed = std::mem::take(sealed);
        let mut content = BytesMut::from(sealed);
        let associated = Aad::from(self.direction.associated(&frame));
        let cipher = &self.direction.cipher;
        let opened = cipher.open_in_place(nonce(due), associated, &mut content);
        let length = opened.ok()?.len();
        content.truncate(length);
        frame.content = read(content)?;
        Some(frame)
    }

    fn state(&self) -> MutexGuard<'_, Opening> {
        // Each change is a single step: a panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the content with room behind it; it is moved only where others hold it too, or has none.
fn with_room(content: Bytes) -> BytesMut {
    let copied = |content: &[u8]| {
        let mut copy = BytesMut::with_capacity(content.len() + OVERHEAD);
        copy.put_slice(content);
        copy
    };
    match content.try_into_mut() {
        Ok(own) if own.capacity() - own.len() >= OVERHEAD => own,
        Ok(own) => copied(&own),
        Err(shared) => copied(&shared),
    }
}

fn read(mut content: BytesMut) -> Option<Content> {
    let kind = *content.last()?;
    content.truncate(content.len() - 1);
    let content: Bytes = content.freeze();
    match kind {
        BODY => Some(Content::Body(content)),
        ABORTED => Some(Content::Aborted(String::from_utf8(content.into()).ok()?)),
        _ => None,
    }
}

/// Numbers are unique unless a send was given up half-way; then the cipher gives away no more than
/// whether the two frames are equal.
fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    Nonce::assume_unique_for_key(nonce)
}
