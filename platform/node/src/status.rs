//! The one place where errors become gRPC statuses.

use std::error::Error;

use tonic::{Code, Status, metadata::MetadataValue};
use tracing::{debug, warn};

/// An error that knows what a caller may hear of it.
pub trait Explain: Error {
    /// The gRPC code.
    fn code(&self) -> Code;

    /// What the caller is told: nothing about this machine, its files or other parties.
    fn public(&self) -> String;

    /// The same in Chinese, where there is a text for it.
    fn public_in_chinese(&self) -> Option<String> {
        None
    }
}

/// The longest text that is told, in bytes: it may take three times that, and is told twice.
const LONGEST: usize = 3 << 10;
/// Under which name a status carries its text in Chinese.
const CHINESE: &str = "consilium-zh-bin";

/// Gives the Chinese text of a status that came over the wire, if it carries one.
pub fn in_chinese(status: &Status) -> Option<String> {
    let text = status.metadata().get_bin(CHINESE)?.to_bytes().ok()?;
    String::from_utf8(text.to_vec()).ok()
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
    answer(error)
}

/// Makes the status for the caller, and logs nothing.
pub fn answer(error: &impl Explain) -> Status {
    let mut status = Status::new(error.code(), short(error.public()));
    if let Some(text) = error.public_in_chinese() {
        let text = MetadataValue::from_bytes(short(text).as_bytes());
        status.metadata_mut().insert_bin(CHINESE, text);
    }
    status
}

/// Cuts off what does not fit into the headers of an answer, with which texts travel.
fn short(mut text: String) -> String {
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Long(String);

    impl Explain for Long {
        fn code(&self) -> Code {
            Code::InvalidArgument
        }

        fn public(&self) -> String {
            self.0.clone()
        }

        fn public_in_chinese(&self) -> Option<String> {
            Some(self.0.clone())
        }
    }

    #[test]
    fn a_text_of_any_length_fits_into_the_headers_of_an_answer() {
        for text in ["x", "列"] {
            let status = answer(&Long(text.repeat(100_000)));
            // What every client takes; others than ASCII take three bytes for one.
            assert!(3 * status.message().len() < 12 << 10);
            let chinese = in_chinese(&status).unwrap();
            assert_eq!(chinese, status.message());
            assert!(chinese.ends_with('…'));
            assert_eq!(answer(&Long(text.to_owned())).message(), text);
        }
    }
}
