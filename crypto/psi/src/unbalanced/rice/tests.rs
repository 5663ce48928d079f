//! Laws of the coding.

use proptest::prelude::*;

use super::*;
use crate::unbalanced::shape::Uses;

fn shape(items: u32, queries: u32) -> Shape {
    Shape::new(items, queries).unwrap()
}

fn read_all(piece: &[u8], shape: Shape, count: u32) -> Result<Vec<Tag>, Malformed> {
    let mut tags = Vec::new();
    read(piece, shape, count, |tag| tags.push(tag)).map(|()| tags)
}

prop_compose! {
    /// A shape, and ascending tags that fit it: spread, close together, or the same.
    fn ascending()(
        items in 1_u32..Uses::LARGEST_TABLE,
        queries in 1..Uses::MOST_QUERIES,
        tags in prop::collection::vec(any::<u128>(), 1..200),
        low in 0_u32..90,
    ) -> (Shape, Vec<Tag>) {
        let shape = shape(items, queries);
        // Few high bits, as a piece has: else it would be zeros for the most part.
        let mask = (1 << (low % (shape.rice() + 8))) - 1;
        let mut tags: Vec<Tag> = tags.iter().map(|tag| (tag & mask) % shape.range()).collect();
        tags.sort_unstable();
        (shape, tags)
    }
}

proptest! {
    #[test]
    fn ascending_tags_are_read_as_they_were_written((shape, tags) in ascending()) {
        let piece = write(tags.iter().copied(), shape);
        let count = u32::try_from(tags.len()).unwrap();
        prop_assert_eq!(read_all(&piece, shape, count), Ok(tags));
        prop_assert_eq!(read_all(&piece, shape, count + 1), Err(Malformed));
        if count > 1 {
            prop_assert_eq!(read_all(&piece, shape, count - 1), Err(Malformed));
        }
    }

    #[test]
    fn a_changed_byte_is_other_tags_or_none((shape, tags) in ascending(), at: usize, by in 1_u8..) {
        let mut piece = write(tags.iter().copied(), shape);
        let length = piece.len();
        piece[at % length] ^= by;
        let count = u32::try_from(tags.len()).unwrap();
        if let Ok(others) = read_all(&piece, shape, count) {
            prop_assert_ne!(&others, &tags);
            prop_assert_eq!(write(others, shape), piece);
        }
    }

    #[test]
    fn only_what_write_gives_is_read(
        items in 1_u32..Uses::LARGEST_TABLE, queries in 1..Uses::MOST_QUERIES,
        first: u64, coded: Vec<u8>, count in 1_u32..20,
    ) {
        let shape = shape(items, queries);
        let first = Tag::from(first) % shape.range();
        let piece = [&first.to_le_bytes()[..], &coded].concat();
        for piece in [&piece[..], &coded] {
            if let Ok(tags) = read_all(piece, shape, count) {
                prop_assert_eq!(tags.len(), count as usize);
                prop_assert!(tags.is_sorted());
                prop_assert_eq!(write(tags, shape), piece);
            }
        }
    }
}

#[test]
fn long_runs_of_zeros_are_read() {
    let shape = shape(1 << 10, 1);
    for quotient in [0, 62, 63, 64, 120, 121, 122, 126, 127, 128, 500] {
        let tags = vec![3, 3 + (quotient << 50), 4 + (quotient << 50)];
        let piece = write(tags.clone(), shape);
        assert_eq!(read_all(&piece, shape, 3), Ok(tags));
    }
}

#[test]
fn zeros_without_end_and_tags_that_are_too_large_are_refused() {
    let shape = shape(4, 1);
    assert_eq!(read_all(&vec![0; 100_000], shape, 2), Err(Malformed));
    let largest = shape.range() - 1;
    let large = write([largest, largest + 1], shape);
    assert_eq!(read_all(&large, shape, 2), Err(Malformed));
    assert_eq!(read_all(&large[..16], shape, 1), Ok(vec![largest]));
    let first = (largest + 1).to_le_bytes();
    assert_eq!(read_all(&first, shape, 1), Err(Malformed));
    assert_eq!(read_all(&first[..15], shape, 1), Err(Malformed));
}

/// Bits for one element of a full table of random tags, 2^`r` apart on average: `r` + 1 + 1/(e - 1).
#[test]
fn an_element_takes_as_many_bits_as_the_page_says() {
    use consilium_base::Seed;
    use rand_core::Rng as _;

    let mut rng = Seed::from_bytes([5; 32]).generator();
    for (items, queries) in [
        (1 << 16, 1000),
        (40_000, 1000),
        (40_000, 10_000),
        (40_000, 1_000_000),
        ((1 << 15) + 1, 1),
    ] {
        let shape = shape(items, queries);
        let mut tags: Vec<Tag> = (0..items)
            .map(|_| shape.tag(u128::from(rng.next_u64()) << 64 | u128::from(rng.next_u64())))
            .collect();
        tags.sort_unstable();
        let pieces = tags.chunks(Shape::PIECE as usize);
        let bytes: usize = pieces
            .map(|tags| write(tags.iter().copied(), shape).len())
            .sum();
        let bits = bytes as f64 * 8.0 / f64::from(items);
        let due = f64::from(shape.rice()) + 1.0 + 1.0 / (1.0_f64.exp() - 1.0);
        assert!(
            (bits - due).abs() < 0.03,
            "{items} {queries}: {bits} for {due}"
        );
    }
}
