//! How large the parts of a comparison are.

use crate::PsiError;

/// How a comparison is divided; the same at all parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// About how many items of the larger set are counted before anything else, 1 to
    /// [`Sizes::LARGEST_SAMPLE`]; up to sixteen times as many if they leave the minimum in doubt.
    pub sample: u32,
    /// Items of the larger set to a bucket, 1 to [`Sizes::LARGEST_BUCKET`]: what memory is for, and
    /// what a repeated run repeats at most.
    pub bucket: u32,
}

impl Sizes {
    /// A sample that takes both parties an eighth of a second, and the largest bucket.
    pub const USUAL: Sizes = Sizes {
        sample: 1024,
        bucket: Sizes::LARGEST_BUCKET,
    };

    /// The most items of a first sample.
    pub const LARGEST_SAMPLE: u32 = 1 << 16;

    /// The most items of a bucket.
    pub const LARGEST_BUCKET: u32 = 1 << 20;

    /// The most items of a set: of more, tags would be too wide.
    pub const LARGEST_SET: u32 = 1 << 28;

    pub(crate) fn check(self) -> Result<(), PsiError> {
        if !(1..=Sizes::LARGEST_SAMPLE).contains(&self.sample) {
            return Err(PsiError::Terms("a sample has 1 to 65536 items"));
        }
        if !(1..=Sizes::LARGEST_BUCKET).contains(&self.bucket) {
            return Err(PsiError::Terms("a bucket has 1 to 1048576 items"));
        }
        Ok(())
    }

    /// Gives the samples that are tried, the smallest first.
    pub(crate) fn samples(self) -> [u32; 2] {
        [self.sample, 16 * self.sample]
    }

    /// Gives the number of buckets, from the size of the larger set.
    pub(crate) fn buckets(self, larger: u32) -> u32 {
        larger.div_ceil(self.bucket).max(1)
    }
}

/// Gives how many items of a set of some size a bucket has room for.
///
/// All if there is one bucket, else [`likely_most`] of the mean.
pub(crate) fn room(size: u32, buckets: u32) -> usize {
    if buckets == 1 {
        size as usize
    } else {
        likely_most(size.div_ceil(buckets)) as usize
    }
}

/// Gives what a number that is Poisson distributed, or binomial, with this mean does not exceed.
///
/// Eight standard deviations and sixteen more: but for a probability below 2^-40, by the bound of
/// Chernoff.
pub(crate) fn likely_most(mean: u32) -> u32 {
    let below = mean.isqrt();
    let root = below + u32::from(below * below < mean);
    mean.saturating_add(8 * root + 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits by which a Poisson number with this mean stays at or below `most`.
    fn bits(mean: u32, most: u32) -> f64 {
        let (mean, beyond) = (f64::from(mean.max(1)), f64::from(most) + 1.0);
        (mean - beyond + beyond * (beyond / mean).ln()) / std::f64::consts::LN_2
    }

    #[test]
    fn a_bucket_overflows_with_a_probability_below_two_to_the_minus_forty() {
        for mean in (0..3000).chain([1 << 14, (1 << 20) - 1, 1 << 20]) {
            assert!(bits(mean, likely_most(mean)) > 40.0, "{mean}");
            assert!(likely_most(mean) < likely_most(mean + 1), "{mean}");
        }
    }

    #[test]
    fn one_bucket_is_not_padded_and_more_are_as_large_as_is_likely() {
        let sizes = Sizes::USUAL;
        assert_eq!([0, 1, 1 << 20].map(|size| sizes.buckets(size)), [1; 3]);
        assert_eq!(sizes.buckets((1 << 20) + 1), 2);
        assert_eq!(room(12_345, 1), 12_345);
        assert_eq!(room(2 << 20, 2), (1 << 20) + 8 * 1024 + 16);
        assert_eq!(room(0, 2), 16);
    }

    #[test]
    fn sizes_out_of_range_are_refused() {
        for (sample, bucket) in [(0, 1), (1, 0), (65_537, 1), (1, (1 << 20) + 1)] {
            assert!(Sizes { sample, bucket }.check().is_err());
        }
        assert!(Sizes::USUAL.check().is_ok());
    }
}
