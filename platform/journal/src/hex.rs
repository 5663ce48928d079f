//! Thirty-two bytes as 64 lower-case hexadecimal digits.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

/// Thirty-two bytes in JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hex(pub(crate) [u8; 32]);

pub(crate) fn encode(bytes: &[u8; 32]) -> String {
    HEXLOWER.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

impl serde::Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hex, D::Error> {
        let text = String::deserialize(deserializer)?;
        decode(&text)
            .map(Hex)
            .ok_or_else(|| D::Error::custom("not 64 hexadecimal digits"))
    }
}
