//! Coefficients of products with short elements, without any transform.

use pulp::Arch;

/// Gives coefficient `at` of `element · short` mod X^N + 1, as an integer mod 2^64.
pub(super) fn coefficient(element: &[u64], reversed: &[i8], at: usize) -> u64 {
    let (low, high) = element.split_at(at + 1);
    let (wrapped, straight) = reversed.split_at(reversed.len() - low.len());
    dot(low, straight).wrapping_sub(dot(high, wrapped))
}

fn dot(element: &[u64], short: &[i8]) -> u64 {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            element.iter().zip(short).fold(0u64, |sum, (&word, &sign)| {
                sum.wrapping_add(word.wrapping_mul(i64::from(sign).cast_unsigned()))
            })
        },
    )
}

/// Turns a short element round, for [`coefficient`].
pub(super) fn reversed(short: &[i8]) -> Vec<i8> {
    short.iter().rev().copied().collect()
}
