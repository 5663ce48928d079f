//! What travels: messages of a protocol.

use serde::{Serialize, de::DeserializeOwned};

/// A message of a protocol.
///
/// Encoded by postcard. A long vector is one [`bytes::Bytes`] field of fixed little-endian
/// layout. What must not be sent doesn't implement this.
pub trait Message: Serialize + DeserializeOwned + Send {
    /// The step's label: protocol, version and message, as in `psi-ecdh.1.blinded`.
    const STEP: &'static str;

    /// The most bytes that an encoded message may have; longer ones are refused unread.
    const LIMIT: usize = 1 << 20;
}
