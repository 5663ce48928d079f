//! Why somebody does not enter the federation.

use consilium_journal::UnixTime;
use consilium_mailbox::Fault;
use consilium_plan::Code;
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
    #[error("the invitation was used before ({})", Code::TokenUsed)]
    Used,
    /// The invitation came to its end.
    #[error(
        "the invitation expired at {expired}, it is {now} ({})",
        Code::TokenExpired
    )]
    Expired {
        /// When.
        expired: UnixTime,
        /// The coordinator's time.
        now: UnixTime,
    },
    /// The operator took the invitation back.
    #[error("the invitation was withdrawn at {withdrawn}")]
    Withdrawn {
        /// When.
        withdrawn: UnixTime,
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

impl Taken {
    fn in_chinese(self) -> &'static str {
        match self {
            Taken::Name => "名称",
            Taken::Key => "公钥",
            Taken::Serial => "序列号",
        }
    }
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
    /// Says it in Chinese, unless it is the store's fault.
    pub(crate) fn in_chinese(&self) -> Option<String> {
        Some(match self {
            EnrolError::Store(_) => return None,
            EnrolError::NotInvited => "没有发出过这样的邀请".to_owned(),
            EnrolError::Used => format!("邀请已被使用过（{}）", Code::TokenUsed),
            EnrolError::Expired { expired, .. } => {
                format!("邀请已于 {expired} 过期（{}）", Code::TokenExpired)
            }
            EnrolError::Withdrawn { withdrawn } => {
                format!("邀请已于 {withdrawn} 收回")
            }
            EnrolError::Taken { what } => format!("{} 已属于他人", what.in_chinese()),
            EnrolError::NotEnrolled { name } => format!("{name} 未登记"),
        })
    }

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
