//! What can go wrong with the daemon itself.

use std::path::PathBuf;

use consilium_identity::{CertificateError, FederationId, KeyFileError};
use consilium_mailbox::Fault;
use consilium_node::{NodeError, files::FileError};
use consilium_store::StoreError;

/// Why the coordinator does not start, or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CoordinatorError {
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is no federation in the state folder.
    #[error("there is no federation in {} yet: found one with `consilium coordinator init`", state.display())]
    NotFounded {
        /// The state folder.
        state: PathBuf,
    },
    /// A key in the state folder can't be used.
    #[error("the key {} can't be used", path.display())]
    Key {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyFileError,
    },
    /// A certificate can't be read or issued.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// What the store has is of another federation than the keys.
    #[error("the database is that of the federation {found}, the keys are those of {expected}")]
    OtherFederation {
        /// Whose keys these are.
        expected: FederationId,
        /// Whose database it is.
        found: String,
    },
    /// The file with the database's URL holds none.
    #[error("the file {} holds no URL of a PostgreSQL database", path.display())]
    Database {
        /// The file.
        path: PathBuf,
    },
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The network can't be used.
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl CoordinatorError {
    /// Says whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            CoordinatorError::Store(error) => error.fault(),
            CoordinatorError::Node(error) => error.fault(),
            CoordinatorError::Certificate(error) => error.fault(),
            CoordinatorError::NotFounded { .. }
            | CoordinatorError::OtherFederation { .. }
            | CoordinatorError::Database { .. } => Fault::Input,
            _ => Fault::Ours,
        }
    }
}
