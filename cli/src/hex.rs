//! Bytes as hexadecimal digits.

use std::fmt::Write as _;

/// Writes bytes as lower-case digits.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    })
}

/// Reads 64 digits.
pub(crate) fn decode(text: &str) -> Option<[u8; 32]> {
    let digits = text.trim().as_bytes();
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = str::from_utf8(pair)
            .ok()
            .filter(|pair| !pair.starts_with('+'))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_and_nothing_else_does() {
        let bytes = [0xa7; 32];
        assert_eq!(decode(&encode(&bytes)), Some(bytes));
        for text in [
            "",
            "a7",
            &"+1".repeat(32),
            &"é".repeat(32),
            &"a7".repeat(33),
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
