//! Numbers as integers of the same order.

/// Maps a number that is not NaN to an integer in the same order.
#[inline]
pub(crate) fn ordered(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// Undoes [`ordered`].
#[inline]
pub(crate) fn float(ordered: i64) -> f64 {
    let bits = ordered ^ ((ordered >> 63).cast_unsigned() >> 1).cast_signed();
    f64::from_bits(bits.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_order_as_integers() {
        let numbers = [-1e300, -1.0, -f64::MIN_POSITIVE, 0.0, 1e-300, 2.0, 3e200];
        let mapped: Vec<i64> = numbers.iter().map(|x| ordered(*x)).collect();
        assert!(mapped.is_sorted());
        assert!(
            numbers
                .iter()
                .all(|x| float(ordered(*x)).to_bits() == x.to_bits())
        );
    }
}
