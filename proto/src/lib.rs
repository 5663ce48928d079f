//! The wire messages of Consilium: types generated from the `.proto` files beside this crate.
//!
//! There is no logic here. A field that was ever released keeps its number, type and meaning;
//! the test `the_wire_stays_compatible` compares the files with `baseline.fds`.

/// What a control message to a participant is called, a [`v1::ToParticipant`].
pub const TO_PARTICIPANT: &str = "consilium.v1.ToParticipant";
/// What a control message to the coordinator is called, a [`v1::ToCoordinator`].
pub const TO_COORDINATOR: &str = "consilium.v1.ToCoordinator";

/// Version 1 of the wire.
#[expect(missing_docs, reason = "the .proto files hold the documentation")]
#[allow(clippy::pedantic, reason = "generated code")]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/consilium.v1.rs"));
}
