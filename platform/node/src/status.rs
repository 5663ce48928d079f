//! The one place where errors become gRPC statuses.

use std::error::Error;

use tonic::{Code, Status};
use tracing::{debug, warn};

/// An error that knows what a caller may hear of it.
pub trait Explain: Error {
    /// The gRPC code.
    fn code(&self) -> Code;

    /// What the caller is told: nothing about this machine, its files or other parties.
    fn public(&self) -> String;
}

/// Makes the status for the caller, and logs the error itself.
pub fn status(error: &impl Explain) -> Status {
    let cause = error.source().map(ToString::to_string);
    let code = error.code();
    // Whoever is still connected when a daemon ends is told so, and that is no fault of the world's.
    if code == Code::Unavailable {
        debug!(%error, cause, ?code, "a call was ended");
    } else {
        warn!(%error, cause, ?code, "a call was refused");
    }
    Status::new(error.code(), error.public())
}
