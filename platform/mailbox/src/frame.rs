//! A message on its way, and its form on the wire.

use std::{fmt, mem, sync::Arc};

use bytes::Bytes;
use consilium_proto::v1;
use prost::{Message as _, encoding::encode_varint};

use crate::PartyId;

/// The name of one execution of a protocol: 16 bytes, fresh for every execution.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub [u8; 16]);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a frame carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A protocol's message, postcard-encoded.
    Body(Bytes),
    /// The sender gave the run up: why, in a sentence without data.
    Aborted(String),
}

/// One message of a protocol on its way from one party to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The run that it belongs to.
    pub run: RunId,
    /// Who sent it.
    pub sender: PartyId,
    /// Who is to read it.
    pub receiver: PartyId,
    /// The path of the sub-protocol, parts separated by `/`; empty at the top.
    pub scope: Arc<str>,
    /// The label of the step.
    pub step: Arc<str>,
    /// Position among the sender's frames to this receiver in this run, from 0.
    pub number: u64,
    /// What it carries.
    pub content: Content,
}

/// Bytes that are no frame.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadFrame {
    /// The bytes are no protobuf of the expected form.
    #[error("not a frame: {0}")]
    Protobuf(#[from] prost::DecodeError),
    /// A field holds what it may not hold.
    #[error("a frame's {0} is missing or malformed")]
    Field(&'static str),
}

/// The longest label of a step and path of a scope, in bytes.
const LONGEST_LABEL: usize = 256;
/// The longest body that is copied to lie behind what stands before it, in bytes.
const SHORT: usize = 16 << 10;

impl Frame {
    /// The room behind a new body, in bytes: what seals it need not move it.
    pub const ROOM: usize = 64;

    /// Gives the bytes that go on the wire.
    pub fn encode(&self) -> Vec<u8> {
        self.to_wire().encode_to_vec()
    }

    /// Gives the same bytes in two parts. The second is empty, or a long body, which is not copied.
    pub fn into_parts(mut self) -> [Bytes; 2] {
        let long = match &mut self.content {
            Content::Body(body) if body.len() > SHORT => mem::take(body),
            _ => return [self.encode().into(), Bytes::new()],
        };
        // The body is the last field, and what stands before it ends with its length, here 0.
        let mut head = self.encode();
        head.pop();
        encode_varint(long.len() as u64, &mut head);
        [head.into(), long]
    }

    /// Gives the number of bytes that go on the wire.
    pub fn wire_len(&self) -> usize {
        // Each field has a key of one byte, then its length or value. What is empty or 0 is left
        // out, but not of a `oneof`.
        let field = |length: usize| 1 + varint_len(length as u64) + length;
        let unless_empty = |text: &str| {
            if text.is_empty() {
                0
            } else {
                field(text.len())
            }
        };
        let number = match self.number {
            0 => 0,
            number => 1 + varint_len(number),
        };
        let content = match &self.content {
            Content::Body(body) => body.len(),
            Content::Aborted(why) => why.len(),
        };
        field(self.run.0.len())
            + field(self.sender.as_str().len())
            + field(self.receiver.as_str().len())
            + unless_empty(&self.scope)
            + unless_empty(&self.step)
            + number
            + field(content)
    }

    /// Reads a frame from the wire.
    ///
    /// # Errors
    ///
    /// [`BadFrame`] if the bytes are not exactly one well-formed frame.
    pub fn decode(wire: Bytes) -> Result<Frame, BadFrame> {
        let frame = v1::Frame::decode(wire)?;
        let run = frame
            .run
            .as_ref()
            .try_into()
            .map_err(|_| BadFrame::Field("run"))?;
        let label = |text: String, name| {
            let fits = text.len() <= LONGEST_LABEL && !text.contains(char::is_control);
            if fits {
                Ok(Arc::from(text))
            } else {
                Err(BadFrame::Field(name))
            }
        };
        Ok(Frame {
            run: RunId(run),
            sender: frame
                .sender
                .parse()
                .map_err(|_| BadFrame::Field("sender"))?,
            receiver: frame
                .receiver
                .parse()
                .map_err(|_| BadFrame::Field("receiver"))?,
            scope: label(frame.scope, "scope")?,
            step: label(frame.step, "step")?,
            number: frame.number,
            content: match frame.content {
                Some(v1::frame::Content::Body(body)) => Content::Body(body),
                Some(v1::frame::Content::Aborted(why)) => Content::Aborted(why),
                None => return Err(BadFrame::Field("content")),
            },
        })
    }

    fn to_wire(&self) -> v1::Frame {
        v1::Frame {
            run: Bytes::copy_from_slice(&self.run.0),
            sender: self.sender.to_string(),
            receiver: self.receiver.to_string(),
            scope: self.scope.to_string(),
            step: self.step.to_string(),
            number: self.number,
            content: Some(match &self.content {
                Content::Body(body) => v1::frame::Content::Body(body.clone()),
                Content::Aborted(why) => v1::frame::Content::Aborted(why.clone()),
            }),
        }
    }
}

/// Gives the bytes that a number takes: one for every seven bits.
fn varint_len(number: u64) -> usize {
    1 + number.checked_ilog2().unwrap_or(0) as usize / 7
}
