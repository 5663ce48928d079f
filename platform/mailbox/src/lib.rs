#![doc = include_str!("../README.md")]
#![warn(clippy::indexing_slicing)]

mod account;
mod error;
mod frame;
mod inbox;
mod mailbox;
mod message;
mod overdue;
mod party;
mod receive;
mod transport;
mod world;

pub use account::{Account, StepAccount};
pub use error::{Fault, MailboxError};
pub use frame::{BadFrame, Content, Frame, RunId};
pub use inbox::readable;
pub use mailbox::{Mailbox, Patience};
pub use message::Message;
pub use overdue::{Overdue, Wait};
pub use party::{BadPartyId, PartyId};
pub use receive::{Gathered, Quorum};
pub use transport::{BoxFuture, Transport, TransportError};
pub use world::{mem, sim};
