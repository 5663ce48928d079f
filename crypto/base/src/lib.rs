//! Secrets, tagged hashing, seeded generators, and the traits that protocols ask for.
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

mod hash;
pub mod kem;
mod secret;
mod seed;
mod sign;

pub use hash::{Digest, Tagged};
pub use secret::Secret;
pub use seed::{Generator, Seed};
pub use sign::{BadSignature, Signature, Signer, Verifier};
