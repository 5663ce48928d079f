//! Who is who: keys, certificates, invitations, roles, and the sealing transport.
//!
//! It protects institutions from whoever stands between them, the coordinator included:
//!
//! * an [`IdentityKey`] signs, for an institution or a person; a [`Directory`] knows whose public
//!   key is whose; people compare the words of a [`Fingerprint`], or an authority that they chose
//!   themselves signs a [`Vouch`];
//! * a [`SealedTransport`] makes the contract of `consilium_mailbox::Transport` true over a relay
//!   that nobody needs to trust (docs/protocols/sealing.md);
//! * an [`Invitation`], a [`SigningRequest`] and an [`Authority`] bring a newcomer to a
//!   [`Certificate`] (docs/protocols/enrolment.md); a [`Role`] says what its holder may call.
//!
//! Every signature covers a tag of its own before the message, so that none made for one purpose
//! serves another over the same key. Nothing here reads a clock, a file or a generator: time and
//! randomness are arguments.
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

mod certificates;
mod directory;
mod fingerprint;
mod invitation;
mod key;
mod keyfile;
mod roles;
mod sealing;
mod vouch;
mod words;

pub use consilium_base::{FederationId, UnixTime};

pub use certificates::{
    Authority, AuthorityCertificate, Certificate, CertificateError, Purpose, Serial,
    SigningRequest, Validity,
};
pub use directory::Directory;
pub use fingerprint::{Fingerprint, WordsError};
pub use invitation::{Invitation, InvitationError, Token};
pub use key::{BadKey, IdentityKey, PublicKey};
pub use keyfile::KeyFileError;
pub use roles::{BadRole, Forbidden, Role, rpcs};
pub use sealing::{RunContext, SealError, SealedTransport};
pub use vouch::{Claim, Vouch, VouchError, Voucher};
pub use words::WordList;
