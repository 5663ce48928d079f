//! Feeds random and mutated bytes to everything that decodes what others send or write.
//!
//! A target is a function over bytes that must return, whatever the bytes: a decoder may refuse
//! them, and what it accepts must come back the same after encoding. Targets run on stable Rust,
//! from a corpus of valid and once-failing inputs in `corpus/NAME/` and a seeded generator:
//! `cargo xtask fuzz --seconds 60`.
//!
//! ```
//! let frame = consilium_fuzz::target("frame").expect("a target");
//! (frame.run)(b"not a frame");
//! ```

mod campaign;
mod mutation;
mod targets;

pub use campaign::{Campaign, Outcome};
pub use mutation::Mutator;
pub use targets::{TARGETS, Target, target};
