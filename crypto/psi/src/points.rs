//! Points of ristretto255 as they are sent.

use curve25519_dalek::{RistrettoPoint, ristretto::CompressedRistretto};

/// The encoding of a point.
pub(crate) type Point = [u8; 32];

/// Points whose encodings share one inversion; their field elements fit a core's cache.
pub(crate) const BATCH: usize = 128;

/// Gives the encodings of the doubles, which can be had in a batch; those of points can't.
pub(crate) fn encode_doubles(points: &[RistrettoPoint]) -> impl Iterator<Item = Point> {
    let doubles = RistrettoPoint::double_and_compress_batch(points);
    doubles.into_iter().map(|point| point.to_bytes())
}

/// Gives the point of an encoding; none if it is of no point, or of the identity.
pub(crate) fn decode(point: &Point) -> Option<RistrettoPoint> {
    // The identity is encoded by zeros, and by nothing else.
    if *point == [0; 32] {
        return None;
    }
    CompressedRistretto(*point).decompress()
}
