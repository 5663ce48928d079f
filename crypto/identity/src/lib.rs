//! Keys that say who is who: signing keys of institutions and people.
//!
//! An [`IdentityKey`] signs; a [`Directory`] knows whose public key is whose and verifies. Every
//! signature covers a tag of its own before the message, so that none made here is one of another
//! protocol over the same key.
//!
//! ```
//! use consilium_base::{Seed, Signer, Verifier};
//! use consilium_identity::{Directory, IdentityKey};
//!
//! let key = IdentityKey::from_seed(&Seed::from_bytes([7; 32]));
//! let directory: Directory = [("hospital-a".to_owned(), key.public())].into();
//! let signature = key.sign(b"example.1.survivors");
//! assert!(directory.verify("hospital-a", b"example.1.survivors", &signature).is_ok());
//! assert!(directory.verify("hospital-b", b"example.1.survivors", &signature).is_err());
//! ```

#![warn(clippy::indexing_slicing)]

mod directory;
mod federation;
mod fingerprint;
mod key;
mod keyfile;
mod sealing;
mod statement;
mod verification;
mod words;

pub use directory::Directory;
pub use federation::FederationId;
pub use fingerprint::{Fingerprint, WordsError};
pub use key::{BadKey, IdentityKey, PublicKey};
pub use keyfile::KeyFileError;
pub use sealing::{RunContext, SealError, SealedTransport};
pub use statement::{StatementKind, sign_statement, verify_statement, verify_statement_by};
pub use verification::{Evidence, Verification, VerificationError, Vouch, vouch_body};
pub use words::WordList;
