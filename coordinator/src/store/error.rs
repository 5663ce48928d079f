//! Why somebody does not enter the federation.

use consilium_journal::UnixSeconds;
use consilium_mailbox::Fault;
use consilium_store::StoreError;

/// Why an institution or a person can't be enrolled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrolError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No invitation has this token, or it was made for another name or purpose.
    #[error("no such invitation was made")]
    NotInvited,
    /// The token was used with another key.
    #[error("the invitation was used before")]
    Used,
    /// The invitation came to its end.
    #[error("the invitation expired at {} (now {})", expired.0, now.0)]
    Expired {
        /// When.
        expired: UnixSeconds,
        /// The coordinator's time.
        now: UnixSeconds,
    },
    /// What must be one's own is somebody else's.
    #[error("the {what} belongs to somebody else already")]
    Taken {
        /// What.
        what: Taken,
    },
    /// Nobody of that name is enrolled, or no longer.
    #[error("{name} is not enrolled")]
    NotEnrolled {
        /// The name.
        name: String,
    },
}

/// What two can't have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The name.
    Name,
    /// The public key.
    Key,
    /// The certificate's serial number.
    Serial,
}

impl std::fmt::Display for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Taken::Name => "name",
            Taken::Key => "public key",
            Taken::Serial => "serial number",
        })
    }
}

impl EnrolError {
    /// Tells whose fault this is.
    pub fn fault(&self) -> Fault {
        match self {
            EnrolError::Store(error) => error.fault(),
            _ => Fault::Input,
        }
    }
}

impl From<sqlx::Error> for EnrolError {
    fn from(error: sqlx::Error) -> EnrolError {
        EnrolError::Store(error.into())
    }
}
