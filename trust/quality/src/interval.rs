//! How far a share may be from that of all rows that might be.

use statrs::distribution::{Beta, ContinuousCDF as _, StudentsT};

use crate::tally::{BUCKETS, Count};

/// What of an interval's chance lies on each side of it.
const TAIL: f64 = 0.025;

/// The most rows that narrow an interval: with ten million and a handful of failures, Newton's iteration for the
/// quantile of a beta distribution (algorithm AS 109, as `statrs` has it) no longer ends. A million rows leave a
/// tenth of a point on either side at most.
const MOST_ROWS: f64 = 1e6;

/// The ends of the 95 % interval of a share that passed, from 0 to 1: that of Clopper and Pearson, of as many
/// rows as tell as much as these do when those of one bucket are alike (Korn and Graubard, Confidence intervals
/// for proportions with small expected number of positive counts estimated from survey data, Survey
/// Methodology 24, 1998). None where nothing is checked.
///
/// # Discussion
///
/// Draws of buckets give an interval without width where no row fails, and cover far less than 95 % where a
/// handful does.
pub(crate) fn interval(buckets: &[Count; BUCKETS]) -> Option<(f64, f64)> {
    let occupied = buckets.iter().filter(|it| it.checked > 0);
    let occupied: Vec<(f64, f64)> = occupied
        .map(|it| (it.checked as f64, it.passed as f64))
        .collect();
    let checked: f64 = occupied.iter().map(|it| it.0).sum();
    let passed: f64 = occupied.iter().map(|it| it.1).sum();
    if checked < 1.0 {
        return None;
    }
    let share = passed / checked;
    let rows = effective(&occupied, checked, share).min(MOST_ROWS);
    let (passed, failed) = (share * rows, (1.0 - share) * rows);
    Some((
        end(passed, failed + 1.0, TAIL),
        end(passed + 1.0, failed, 1.0 - TAIL),
    ))
}

/// A quantile of a beta distribution, at its ends where it has none.
fn end(passed: f64, failed: f64, share: f64) -> f64 {
    if passed <= 0.0 {
        return 0.0;
    }
    if failed <= 0.0 {
        return 1.0;
    }
    Beta::new(passed, failed).map_or(0.0, |it| it.inverse_cdf(share))
}

/// How many independent rows tell as much.
fn effective(occupied: &[(f64, f64)], checked: f64, share: f64) -> f64 {
    let buckets = occupied.len() as f64;
    if buckets < 2.0 {
        return 1.0;
    }
    let off = occupied.iter().map(|it| (it.1 - share * it.0).powi(2));
    let variance = buckets / (buckets - 1.0) * off.sum::<f64>() / checked.powi(2);
    if variance <= 0.0 {
        // Nothing tells how alike rows of one key are: there are at least as many as there are keys, by linear
        // counting (Whang, Vander-Zanden and Taylor, 1990) where buckets are empty.
        let empty = BUCKETS as f64 - buckets;
        let keys = match empty {
            none if none < 1.0 => checked,
            some => (BUCKETS as f64 * (BUCKETS as f64 / some).ln()).round(),
        };
        return checked.min(keys.max(1.0));
    }
    let rows = checked.min(share * (1.0 - share) / variance);
    let quantile = |freedom: f64| {
        let t = StudentsT::new(0.0, 1.0, freedom);
        t.map_or(f64::NAN, |it| it.inverse_cdf(1.0 - TAIL))
    };
    let narrower = quantile((checked - 1.0).min(1e6)) / quantile(buckets - 1.0);
    let rows = rows * narrower.powi(2);
    if rows.is_finite() { rows.max(1.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use consilium_base::Seed;
    use rand_core::Rng as _;

    use super::*;

    /// How often the interval holds the share: `keys` of `rows` each, all of whose rows pass together.
    fn coverage(keys: u32, rows: u64, share: f64, seed: u8) -> f64 {
        let mut generator = Seed::from_bytes([seed; 32]).generator();
        let mut next = || generator.next_u32();
        let passes = |next: u32| f64::from(next) / (f64::from(u32::MAX) + 1.0) < share;
        let mut held = 0;
        for _ in 0..400 {
            let mut buckets = [Count::default(); BUCKETS];
            for _ in 0..keys {
                let bucket = &mut buckets[next() as usize % BUCKETS];
                bucket.checked += rows;
                bucket.passed += if passes(next()) { rows } else { 0 };
            }
            let (low, high) = interval(&buckets).unwrap();
            held += u32::from((low..=high).contains(&share));
        }
        f64::from(held) / 400.0
    }

    #[test]
    fn the_interval_holds_the_share_where_few_rows_fail() {
        for (keys, share) in [
            (100, 0.99),
            (200, 0.995),
            (1000, 0.999),
            (20, 0.9),
            (7, 0.95),
            (500, 0.5),
        ] {
            let covered = coverage(keys, 1, share, 7);
            // Below 0.93 by chance in 3 of 100, were it 0.95.
            assert!(covered >= 0.93, "{keys} rows, {share}: {covered}");
        }
    }

    #[test]
    fn the_interval_holds_the_share_where_rows_of_a_key_fail_together() {
        for (keys, rows, share) in [(300, 10, 0.9), (2000, 5, 0.99)] {
            let covered = coverage(keys, rows, share, 9);
            assert!(covered >= 0.9, "{keys} keys of {rows}, {share}: {covered}");
        }
    }

    #[test]
    fn the_interval_of_any_number_of_rows_ends() {
        for rows in [1, 1000, 1_000_000, 10_000_000, u64::MAX >> 12] {
            for failed in [0, 1, 3, 100, rows / 100, rows / 2, rows] {
                let failed = failed.min(rows);
                let mut buckets = [Count::default(); BUCKETS];
                for (place, bucket) in buckets.iter_mut().enumerate() {
                    bucket.checked = rows;
                    bucket.passed = rows - if place == 7 { failed } else { 0 };
                }
                let (low, high) = interval(&buckets).unwrap();
                let share = 1.0 - failed as f64 / rows as f64 / BUCKETS as f64;
                let of = format!("{failed} of {rows}: {low} {high}");
                assert!(low <= share && share <= high && low < high, "{of}");
            }
        }
    }

    #[test]
    fn an_interval_has_a_width_where_no_row_fails() {
        let mut buckets = [Count::default(); BUCKETS];
        for bucket in &mut buckets[..7] {
            *bucket = Count {
                checked: 1,
                passed: 1,
            };
        }
        // 1 - 0.025^(1/7), as published tables have it.
        let (low, high) = interval(&buckets).unwrap();
        assert!((low - 0.5904).abs() < 1e-3 && high >= 1.0, "{low} {high}");
        assert_eq!(interval(&[Count::default(); BUCKETS]), None);
    }
}
