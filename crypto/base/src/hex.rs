//! Bytes as people and files write them: lower-case hexadecimal digits.

use data_encoding::HEXLOWER;

/// Writes bytes as lower-case digits.
pub fn encode(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// Reads exactly as many bytes from lower-case digits.
pub fn decode<const N: usize>(digits: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(digits.as_bytes()).ok()?.try_into().ok()
}

/// Text that is no 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("64 lower-case hexadecimal digits are needed")]
pub struct BadHex;

/// Lets a newtype over 32 bytes be written and read as 64 hexadecimal digits.
#[macro_export]
macro_rules! written_as_hex {
    ($name:ident) => {
        impl ::std::str::FromStr for $name {
            type Err = $crate::hex::BadHex;

            fn from_str(text: &str) -> Result<$name, $crate::hex::BadHex> {
                $crate::hex::decode(text)
                    .map($name)
                    .ok_or($crate::hex::BadHex)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::hex::BadHex;

            fn try_from(text: String) -> Result<$name, $crate::hex::BadHex> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(bytes: $name) -> String {
                bytes.to_string()
            }
        }

        /// As 64 hexadecimal digits.
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&$crate::hex::encode(&self.0))
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, f)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_back_and_other_texts_are_refused() {
        let bytes: [u8; 32] = std::array::from_fn(|at| u8::try_from(at * 8).unwrap());
        assert_eq!(decode(&encode(&bytes)), Some(bytes));
        assert!(encode(&bytes).starts_with("00081018"));
        for text in [
            "",
            &"a".repeat(63),
            &"A".repeat(64),
            &"a".repeat(66),
            &"é".repeat(32),
            &format!(" {}", "a".repeat(64)),
        ] {
            assert_eq!(decode::<32>(text), None, "{text}");
        }
    }
}
