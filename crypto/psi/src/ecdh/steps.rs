//! All the mathematics: points, blinding, doubling, tags, orders.

use consilium_base::{Digest, Secret, Seed, Tagged};
use curve25519_dalek::{RistrettoPoint, Scalar};

use crate::{
    Item,
    noise::below,
    points::{BATCH, Point, decode, encode_doubles},
};

/// What is compared: half of a hash of a doubly blinded point, little-endian.
pub(crate) type Tag = u128;

/// A point's two tags: as an item's of the party that is first by name, and as the other's.
///
/// A party sends those of the peer's items and compares those of its own. So what it sends is
/// nothing that the peer could send back.
pub(crate) type Tags = [Tag; 2];

/// The bytes of a tag.
pub(crate) const TAG: usize = size_of::<Tag>();

/// A party's secret exponent `a` of one session, kept as `a/2`.
///
/// The encodings of doubles can be had in a batch, those of points can't: so all points are
/// multiplied by the half and encoded doubled.
pub(crate) struct Key {
    half: Secret<Scalar>,
    hash: Tagged,
    tag: Tagged,
}

impl Key {
    /// Derives the exponent that belongs to a session's seed.
    pub(crate) fn new(seed: &Seed, session: &Digest) -> Key {
        let wide = Tagged::new("psi-ecdh.1.exponent").field(seed.expose());
        let half = Scalar::from_bytes_mod_order_wide(wide.secret::<64>().expose());
        Key {
            half: Secret::new(half),
            hash: Tagged::new("psi-ecdh.1.blinded").field(session),
            tag: Tagged::new("psi-ecdh.1.doubled").field(session),
        }
    }

    /// Gives H(x)^a for each item.
    pub(crate) fn blind<'a>(&self, items: impl ExactSizeIterator<Item = &'a Item>) -> Vec<Point> {
        let mut blinded = Vec::with_capacity(items.len());
        let mut batch = Vec::with_capacity(BATCH);
        for item in items {
            batch.push(self.point(item) * self.half.expose());
            if batch.len() == BATCH {
                blinded.extend(encode_doubles(&batch));
                batch.clear();
            }
        }
        blinded.extend(encode_doubles(&batch));
        blinded
    }

    /// Gives the tags of P^a for each point P.
    ///
    /// # Errors
    ///
    /// The index of the first point that is none, or the identity.
    pub(crate) fn double(&self, points: &[Point]) -> Result<Vec<Tags>, usize> {
        let mut tags = Vec::with_capacity(points.len());
        let mut batch = Vec::with_capacity(BATCH);
        for (block, points) in points.chunks(BATCH).enumerate() {
            batch.clear();
            for (index, point) in points.iter().enumerate() {
                let point = decode(point).ok_or(block * BATCH + index)?;
                batch.push(point * self.half.expose());
            }
            tags.extend(encode_doubles(&batch).map(|point| self.tags(&point)));
        }
        Ok(tags)
    }

    fn point(&self, item: &Item) -> RistrettoPoint {
        let uniform = self.hash.clone().field(item).secret::<64>();
        RistrettoPoint::from_uniform_bytes(uniform.expose())
    }

    fn tags(&self, point: &Point) -> Tags {
        let tags = self.tag.clone().field(point).secret();
        read_tags(tags.expose())
    }
}

/// Reads the tags of a point.
pub(crate) fn read_tags(bytes: &[u8; 2 * TAG]) -> Tags {
    let (first, second) = bytes.split_at(TAG);
    [first, second].map(|half| Tag::from_le_bytes(half.try_into().expect("a half is a tag")))
}

/// Draws the order in which a party's rows are sent: a uniform permutation.
pub(crate) fn draw_order(rows: u32, seed: &Seed) -> Vec<u32> {
    let mut rng = seed.derive("psi-ecdh.1.order", &[]).generator();
    let mut order: Vec<u32> = (0..rows).collect();
    for last in (1..order.len()).rev() {
        let other = below(last as u64 + 1, &mut rng);
        order.swap(last, usize::try_from(other).expect("it is at most `last`"));
    }
    order
}

#[cfg(test)]
mod measure;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(seed: u8) -> Key {
        Key::new(&Seed::from_bytes([seed; 32]), &[9; 32])
    }

    fn items(count: u32) -> Vec<Item> {
        let item = |number| Tagged::new("test.1.item").number(number).digest();
        (0..u64::from(count)).map(item).collect()
    }

    #[test]
    fn points_and_tags_are_those_of_another_implementation() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../vectors/steps.json")).unwrap();
        let cases = vectors["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 4);
        for case in cases {
            let bytes = |name: &str| -> Vec<u8> {
                let hex = case[name].as_str().unwrap().as_bytes();
                data_encoding::HEXLOWER.decode(hex).unwrap()
            };
            let digest = |name: &str| -> Digest { bytes(name).try_into().unwrap() };
            let session = digest("session");
            let [one, other] = ["seed", "peer_seed"]
                .map(|name| Key::new(&Seed::from_bytes(digest(name)), &session));
            let blinded = one.blind([digest("item")].iter());
            assert_eq!(blinded, [digest("blinded")]);
            let tags = other.double(&blinded).unwrap();
            assert_eq!(tags, [one.tags(&digest("doubled"))]);
            assert_eq!(tags, [read_tags(&digest("tags"))]);
        }
    }

    #[test]
    fn batches_give_what_plain_multiplication_gives() {
        for count in [0, 1, 127, 128, 129, 300] {
            let (one, other, items) = (key(1), key(2), items(count));
            let blinded = one.blind(items.iter());
            let doubled = other.double(&blinded).unwrap();
            for (index, item) in items.iter().enumerate() {
                let (a, b) = (one.half.expose() + one.half.expose(), other.half.expose());
                let point = one.point(item) * a;
                assert_eq!(blinded[index], point.compress().to_bytes());
                let point = point * (b + b);
                assert_eq!(doubled[index], other.tags(&point.compress().to_bytes()));
            }
            assert_eq!(doubled.len(), items.len());
        }
    }

    #[test]
    fn the_identity_and_points_that_are_none_are_refused_by_their_index() {
        for bad in [[0; 32], [0xff; 32], [1; 32]] {
            let mut points = key(1).blind(items(200).iter());
            points[150] = bad;
            assert_eq!(key(2).double(&points), Err(150));
        }
    }

    #[test]
    fn an_order_is_a_permutation_that_the_seed_decides() {
        for rows in [0, 1, 2, 1000] {
            let order = draw_order(rows, &Seed::from_bytes([3; 32]));
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert!(sorted.into_iter().eq(0..rows));
            assert_eq!(order, draw_order(rows, &Seed::from_bytes([3; 32])));
        }
        let [one, other] = [3, 4].map(|seed| draw_order(1000, &Seed::from_bytes([seed; 32])));
        assert_ne!(one, other);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn either_party_may_blind_first(item: Item, one: u8, other: u8) {
            let (one, other) = (key(one), key(other));
            let there = other.double(&one.blind([item].iter()));
            let back = one.double(&other.blind([item].iter()));
            prop_assert_eq!(there, back);
        }

        #[test]
        fn arbitrary_bytes_never_panic(points: Vec<Point>) {
            if let Err(index) = key(1).double(&points) {
                prop_assert!(index < points.len());
            }
        }
    }
}
