//! Thirty-two bytes as people and files write them.

use consilium_base::Digest;

/// Writes 64 hexadecimal digits.
pub(crate) fn show(bytes: &Digest) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('?');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Reads 64 lower-case hexadecimal digits.
pub(crate) fn read(text: &str) -> Option<Digest> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = value(*pair.first()?)? << 4 | value(*pair.get(1)?)?;
    }
    Some(bytes)
}

/// Text that is no 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("64 lower-case hexadecimal digits are needed")]
pub struct BadHex;

/// Lets a newtype over 32 bytes be written and read as 64 hexadecimal digits.
macro_rules! written_as_hex {
    ($name:ident) => {
        impl std::str::FromStr for $name {
            type Err = $crate::BadHex;

            fn from_str(text: &str) -> Result<$name, $crate::BadHex> {
                $crate::hex::read(text).map($name).ok_or($crate::BadHex)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::BadHex;

            fn try_from(text: String) -> Result<$name, $crate::BadHex> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(bytes: $name) -> String {
                bytes.to_string()
            }
        }

        /// As 64 hexadecimal digits.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::hex::show(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
}
pub(crate) use written_as_hex;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_back_and_other_texts_are_refused() {
        let bytes: Digest = std::array::from_fn(|at| u8::try_from(at * 8).unwrap());
        assert_eq!(read(&show(&bytes)), Some(bytes));
        assert!(show(&bytes).starts_with("00081018"));
        for text in [
            "",
            &"a".repeat(63),
            &"A".repeat(64),
            &"a".repeat(66),
            &"é".repeat(32),
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
