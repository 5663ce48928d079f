//! Tests of the mailbox in the worlds that one process can hold.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, helpers of tests too"
)]

mod frames;
mod messages;
mod worlds;

use consilium_mailbox::{Message, PartyId};
use serde::{Deserialize, Serialize};

/// A message that says a number.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Number(pub(crate) u32);

impl Message for Number {
    const STEP: &'static str = "test.1.number";
}

/// A message that may be long, but not too long.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Load(pub(crate) bytes::Bytes);

impl Message for Load {
    const STEP: &'static str = "test.1.load";
    const LIMIT: usize = 40 << 20;
}

pub(crate) fn parties<const N: usize>(names: [&str; N]) -> [PartyId; N] {
    names.map(|name| name.parse().expect("test names are names"))
}
