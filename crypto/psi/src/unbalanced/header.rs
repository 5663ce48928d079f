//! What names a table: its sizes, its context and the hashes of its pieces.

use bytes::Bytes;
use consilium_base::{Digest, Tagged};

use super::shape::Shape;

/// The head of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) shape: Shape,
    /// What the key belongs to, as the holder's caller says.
    pub(super) context: Digest,
    /// The hash of each piece.
    pub(super) pieces: Vec<Digest>,
}

impl Header {
    /// Gives the bytes: items and the most queries, 4 each, then context and hashes, 32 each.
    pub(super) fn encode(&self) -> Bytes {
        let sizes = [self.shape.items(), self.shape.queries()];
        let mut bytes = sizes.map(u32::to_le_bytes).concat();
        bytes.extend_from_slice(&self.context);
        bytes.extend_from_slice(self.pieces.as_flattened());
        bytes.into()
    }

    /// Reads what [`encode`](Header::encode) gives, and nothing else.
    pub(super) fn decode(bytes: &[u8]) -> Option<Header> {
        let (items, rest) = bytes.split_first_chunk()?;
        let (queries, rest) = rest.split_first_chunk()?;
        let queries = u32::from_le_bytes(*queries);
        let shape = Shape::new(u32::from_le_bytes(*items), queries)?;
        let (context, rest) = rest.split_first_chunk()?;
        let (pieces, []) = rest.as_chunks() else {
            return None;
        };
        let header = Header {
            shape,
            context: *context,
            pieces: pieces.to_vec(),
        };
        let fits = shape.queries() == queries && pieces.len() == shape.pieces() as usize;
        fits.then_some(header)
    }

    /// Names the table.
    pub(super) fn digest(&self) -> Digest {
        Tagged::new("psi-unbalanced.1.table")
            .field(&self.encode())
            .digest()
    }

    /// Says whether these are the bytes of a piece.
    pub(super) fn has(&self, piece: u32, bytes: &[u8]) -> bool {
        self.pieces.get(piece as usize) == Some(&hash_piece(bytes))
    }
}

pub(super) fn hash_piece(bytes: &[u8]) -> Digest {
    Tagged::new("psi-unbalanced.1.tabled").field(bytes).digest()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_header_is_read_as_it_was_written_and_nothing_else_is(
            items in 0_u32..100_000, queries in 1_u32..2000, context: Digest, more in 0_usize..40,
        ) {
            let shape = Shape::new(items, queries).unwrap();
            let pieces = (0..shape.pieces()).map(|number| hash_piece(&[0, 1][..number as usize % 2]));
            let header = Header { shape, context, pieces: pieces.collect() };
            let bytes = header.encode();
            prop_assert_eq!(Header::decode(&bytes), Some(header));
            let longer = [&bytes[..], &vec![0; more]].concat();
            prop_assert_eq!(Header::decode(&longer).is_some(), more == 0);
            let shorter = bytes.len().saturating_sub(more);
            prop_assert_eq!(Header::decode(&bytes[..shorter]).is_some(), more == 0);
        }

        #[test]
        fn any_bytes_are_a_header_in_one_way_or_none(bytes: Vec<u8>) {
            if let Some(header) = Header::decode(&bytes) {
                prop_assert_eq!(&header.encode()[..], &bytes);
            }
        }
    }
}
