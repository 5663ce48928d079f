//! What a key may be used for, and the sizes that follow from it.

use std::ops::RangeInclusive;

use consilium_base::Digest;
use consilium_mailbox::PartyId;

use super::oprf::Output;
use crate::{Party, PsiError};

/// What the large set's key is used for; part of the terms that both parties hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uses {
    /// Who has the large set, the table and the key.
    pub holder: PartyId,
    /// The most queries that are answered under the key, in all runs: 1 to
    /// [`Uses::MOST_QUERIES`]. The caller's [`Charge`](super::Charge) holds it. A table that was
    /// made for more serves fewer.
    pub queries: u32,
}

impl Uses {
    /// The most queries under one key.
    pub const MOST_QUERIES: u32 = 1 << 20;

    /// The most items of the large set: its table is sorted in memory.
    pub const LARGEST_TABLE: u32 = 1 << 26;

    /// Gives about how many bytes the table of so many items takes that is made for so many
    /// queries, if there can be one.
    pub fn table_bytes(items: u32, queries: u32) -> Option<u64> {
        let shape = Shape::new(items, queries)?;
        let bits = 100 * u64::from(shape.rice()) + 159;
        Some(u64::from(items) * bits / 800 + 48 * u64::from(shape.pieces()))
    }

    pub(super) fn check(&self, party: &Party<'_>) -> Result<(), PsiError> {
        party.terms.check()?;
        if !QUERIES.contains(&self.queries) {
            return Err(PsiError::Terms("a key answers 1 to 2^20 queries"));
        }
        if ![party.mail.me(), party.peer].contains(&&self.holder) {
            return Err(PsiError::Terms("the holder is none of both parties"));
        }
        Ok(())
    }

    /// The most items that one of both parties may bring.
    pub(super) fn largest(&self, party: &Party<'_>, name: &PartyId) -> u32 {
        let most = if self.holder == *name {
            Uses::LARGEST_TABLE
        } else {
            self.queries
        };
        party.terms.largest.min(most)
    }

    pub(super) fn digest(&self, party: &Party<'_>, learning: Learning) -> Digest {
        let hash = party.terms.hashed(match learning {
            Learning::Both => "psi-unbalanced.1.terms",
            Learning::Asker => "psi-unbalanced.1.one-sided",
        });
        hash.field(self.holder.as_str().as_bytes())
            .number(self.queries.into())
            .digest()
    }
}

/// Who learns what is common; part of the terms that both parties hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Learning {
    /// Both do.
    Both,
    /// Only the party with the small set does.
    Asker,
}

const QUERIES: RangeInclusive<u32> = 1..=Uses::MOST_QUERIES;

/// For how many queries tables are made: few numbers, so that plans with other caps share a table.
const CLASSES: [u32; 3] = [1 << 10, 1 << 14, Uses::MOST_QUERIES];

/// The first 16 bytes of an output of the function, little-endian: tags of all shapes follow.
pub(super) type Value = u128;

/// Gives an output's value.
pub(super) fn value(output: &Output) -> Value {
    let first = output.first_chunk().expect("an output has 64 bytes");
    Value::from_le_bytes(*first)
}

/// What stands for an item in a table: a number below [`Shape::range`], of at most 86 bits.
pub(super) type Tag = u128;

/// The sizes of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    items: u32,
    queries: u32,
}

impl Shape {
    /// Elements of each piece but the last: about a quarter of a mebibyte.
    pub(super) const PIECE: u32 = 1 << 15;

    /// Gives the shape of a table of so many items that serves so many queries, if there is one.
    pub(super) fn new(items: u32, queries: u32) -> Option<Shape> {
        let fits = items <= Uses::LARGEST_TABLE && QUERIES.contains(&queries);
        let queries = CLASSES.into_iter().find(|&class| class >= queries)?;
        fits.then_some(Shape { items, queries })
    }

    pub(super) fn items(self) -> u32 {
        self.items
    }

    /// The most queries that it serves: one of the classes.
    pub(super) fn queries(self) -> u32 {
        self.queries
    }

    /// Says whether it is of a table of the same size that serves as many queries as another one.
    pub(super) fn serves(self, other: Shape) -> bool {
        self.items == other.items && self.queries >= other.queries
    }

    /// The low bits of a difference, which are written as they are: 50, 54 or 60.
    pub(super) fn rice(self) -> u32 {
        40 + self.queries.ilog2()
    }

    /// How many tags there can be: all queries together are by chance like one that is in the
    /// table once in 2^40.
    pub(super) fn range(self) -> Tag {
        Tag::from(self.items.max(1)) << self.rice()
    }

    /// Gives the tag of a value: of all tags the same share of values, but for one in 2^42.
    pub(super) fn tag(self, value: Value) -> Tag {
        value % self.range()
    }

    pub(super) fn pieces(self) -> u32 {
        self.items.div_ceil(Shape::PIECE)
    }

    /// The elements of a piece.
    pub(super) fn elements(self, piece: u32) -> u32 {
        let before = piece.saturating_mul(Shape::PIECE);
        self.items.saturating_sub(before).min(Shape::PIECE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_like_a_tag_once_in_2_to_the_40_for_all_of_a_class() {
        for (items, queries, class, rice) in [
            (0, 1, 1 << 10, 50),
            (1, 1, 1 << 10, 50),
            (10_000_000, 1 << 10, 1 << 10, 50),
            (10_000_000, (1 << 10) + 1, 1 << 14, 54),
            (10_000_000, (1 << 14) + 1, 1 << 20, 60),
            (Uses::LARGEST_TABLE, Uses::MOST_QUERIES, 1 << 20, 60),
        ] {
            let shape = Shape::new(items, queries).unwrap();
            assert_eq!((shape.queries(), shape.rice()), (class, rice));
            assert_eq!(
                shape.range(),
                Tag::from(items.max(1)) << (40 + class.ilog2())
            );
            assert_eq!(shape.tag(shape.range() + 7), 7);
        }
        assert_eq!(Shape::new(1, 0), None);
        assert_eq!(Shape::new(1, Uses::MOST_QUERIES + 1), None);
        assert_eq!(Shape::new(Uses::LARGEST_TABLE + 1, 1), None);
    }

    #[test]
    fn a_table_of_a_small_cap_takes_less_than_52_bits_an_element() {
        let bytes = |queries| Uses::table_bytes(10_000_000, queries).unwrap();
        let bits = |queries| bytes(queries) as f64 * 8.0 / 1e7;
        assert!((51.5..51.7).contains(&bits(1 << 10)));
        assert!((55.5..55.7).contains(&bits(10_000)));
        assert!((61.5..61.7).contains(&bits(1_000_000)));
        assert_eq!(Uses::table_bytes(10, 0), None);
        assert_eq!(Uses::table_bytes(Uses::LARGEST_TABLE + 1, 1), None);
    }

    #[test]
    fn pieces_share_all_elements() {
        for items in [0, 1, Shape::PIECE - 1, Shape::PIECE, 3 * Shape::PIECE + 1] {
            let shape = Shape::new(items, 1).unwrap();
            let elements = (0..shape.pieces()).map(|piece| shape.elements(piece));
            assert_eq!(elements.clone().sum::<u32>(), items);
            assert!(elements.min().is_none_or(|fewest| fewest > 0));
            assert_eq!(shape.elements(shape.pieces()), 0);
            assert_eq!(shape.elements(u32::MAX), 0);
        }
    }
}
