//! Secrets, tagged hashing, seeded generators, the traits that protocols ask for, and what all name
//! alike: times, federations, bytes in hexadecimal digits.
//!
//! Crates under `crypto/` don't depend on each other, only on this one: signing is a trait here,
//! its implementation is handed in.
//!
//! ```
//! use consilium_base::{Seed, Tagged};
//!
//! let seed = Seed::from_bytes([7; 32]);
//! let child = seed.derive("example.1.rounding", &[b"step 3"]);
//! let same = seed.derive("example.1.rounding", &[b"step 3"]);
//! assert_eq!(
//!     Tagged::new("example.1.commitment").field(child.expose()).digest(),
//!     Tagged::new("example.1.commitment").field(same.expose()).digest(),
//! );
//! ```

mod federation;
mod hash;
pub mod hex;
pub mod kem;
pub mod noise;
mod secret;
mod seed;
mod sign;
mod unix_time;

pub use federation::FederationId;
pub use hash::{Digest, Tagged, Tagging};
pub use secret::{Secret, SecretVec};
pub use seed::{Generator, Seed};
pub use sign::{BadSignature, Signature, Signer, Verifier};
pub use unix_time::UnixTime;
