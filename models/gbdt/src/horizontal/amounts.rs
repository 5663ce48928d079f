//! Reals as integers that add up exactly.

/// Gives how often a real is multiplied by two to become an integer.
const HALVINGS: i32 = 48;
/// Elements for one real.
pub(crate) const LIMBS: usize = 4;
/// Bits of a real in each element.
const LIMB: u32 = 32;

/// Gives what one of so many rows may add to a total: all together stay below 2^79 in size.
pub(crate) fn cap(rows: u64) -> f64 {
    2_f64.powi(78) / rows.max(1) as f64
}

/// Turns a real into elements whose sums modulo 2^64 over up to 2^32 parties tell the sum.
///
/// The real is rounded to a multiple of 2^-48, as a 128-bit integer in two's complement, of which
/// each element has 32 bits: so elements don't overflow, and carries are made up for when the sum
/// is read. Nothing is drawn: a repeated sum has the same integers.
///
/// # Security
///
/// It never fails: whoever refused, or gave something else, where a real is too large, would tell
/// on which side of a bound it lies. [`cap`] sees to it that none is.
pub(crate) fn spread(real: f64) -> [u64; LIMBS] {
    #[expect(clippy::cast_possible_truncation, reason = "less than 2^127 in size")]
    let integer = (real * 2_f64.powi(HALVINGS)).round_ties_even() as i128;
    #[expect(clippy::cast_possible_truncation, reason = "32 bits of the integer")]
    let limb = |place: u32| u64::from((integer >> (place * LIMB)).cast_unsigned() as u32);
    [limb(0), limb(1), limb(2), limb(3)]
}

/// Reads the sum of reals from the sums of their elements.
pub(crate) fn gather(sums: [u64; LIMBS]) -> f64 {
    let integer = (0..).zip(sums).fold(0_i128, |total, (place, sum)| {
        total.wrapping_add(i128::from(sum) << (place * LIMB))
    });
    integer as f64 / 2_f64.powi(HALVINGS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_sum_of_reals_is_read_from_the_sums_of_elements(
            reals in prop::collection::vec(-1e9..1e9_f64, 0..50),
        ) {
            let mut sums = [0_u64; LIMBS];
            for real in &reals {
                for (sum, element) in sums.iter_mut().zip(spread(*real)) {
                    *sum = sum.wrapping_add(element);
                }
            }
            let exact: f64 = reals.iter().sum();
            prop_assert!((gather(sums) - exact).abs() <= 1e-5);
        }

        #[test]
        fn one_real_comes_back(real in -1e6..1e6_f64) {
            let back = gather(spread(real));
            prop_assert!((back - real).abs() <= 2_f64.powi(-49));
        }
    }

    #[test]
    fn as_much_as_all_rows_may_add_comes_back() {
        for rows in [1, 150, 1 << 28] {
            for real in [cap(rows), -cap(rows)] {
                let mut sums = spread(real);
                let share = spread(real * (rows - 1) as f64);
                for (sum, element) in sums.iter_mut().zip(share) {
                    *sum += element;
                }
                let total = real * rows as f64;
                assert!((gather(sums) / total - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_largest_and_multiples_of_the_unit_come_back_exactly() {
        for real in [0.0, -0.5, 3.25, 9e18, -9e18] {
            assert_eq!(gather(spread(real)).to_bits(), real.to_bits());
        }
    }
}
