//! Thirty-two bytes as 64 lower-case hexadecimal digits.

use std::fmt::Write as _;

use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

/// Thirty-two bytes in JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hex(pub(crate) [u8; 32]);

pub(crate) fn encode(bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(64);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    text
}

pub(crate) fn decode(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair.iter().try_fold(0, |high, digit| match digit {
            b'0'..=b'9' => Some(high << 4 | (digit - b'0')),
            b'a'..=b'f' => Some(high << 4 | (digit - b'a' + 10)),
            _ => None,
        })?;
    }
    Some(bytes)
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
