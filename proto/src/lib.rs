//! The wire messages of Consilium: types generated from the `.proto` files beside this crate.
//!
//! There is no logic here. A field that was ever released keeps its number, type and meaning;
//! the test `the_wire_stays_compatible` compares the files with `baseline.fds`.

/// Version 1 of the wire.
#[expect(missing_docs, reason = "the .proto files hold the documentation")]
#[allow(clippy::pedantic, reason = "generated code")]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/consilium.v1.rs"));
}
