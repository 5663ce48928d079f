//! Numbers of rows, columns, nodes and trees, which all fit in 32 bits.

/// Gives a number or place of rows, columns, nodes or trees in 32 bits.
#[inline]
pub(crate) fn narrow(number: usize) -> u32 {
    // Tables have at most 2^28 rows; the limits of all else are lower.
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Gives how many of `number` a share is, to the nearest; the share lies between 0 and 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative and not more than `number`"
)]
pub(crate) fn part(share: f64, number: usize) -> usize {
    (share * number as f64).round() as usize
}
