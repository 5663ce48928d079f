//! Scores, and how far they would move with other rows.

use std::collections::BTreeMap;

use consilium_base::Seed;
use rand_core::Rng as _;

use crate::tally::{BUCKETS, Tally};
use crate::{Heading, Score};

/// How often buckets are drawn.
pub(crate) const DRAWS: usize = 1000;

/// How often each bucket is in each draw, with the whole first: each bucket once.
pub(crate) struct Draws(Vec<[u32; BUCKETS]>);

/// A rule as scores need it.
pub(crate) struct Counted<'a> {
    pub(crate) heading: Heading,
    /// Severity and weight.
    pub(crate) counts: f64,
    pub(crate) tally: &'a Tally,
}

impl Draws {
    /// Draws by a seed: the same seed, the same draws.
    pub(crate) fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        // No secret: whoever has the tallies can draw again.
        let seed = Seed::from_bytes(bytes).derive("consilium-quality/1/bootstrap", &[]);
        let mut generator = seed.generator();
        let mut draws = Vec::with_capacity(DRAWS + 1);
        draws.push([1; BUCKETS]);
        for _ in 0..DRAWS {
            let mut times = [0; BUCKETS];
            for _ in 0..BUCKETS {
                // Their number divides 2^32.
                let bucket = generator.next_u32() as usize % BUCKETS;
                times[bucket] += 1;
            }
            draws.push(times);
        }
        Self(draws)
    }

    /// The share of a tally that has passed, in each draw; none where nothing is checked.
    fn shares(&self, tally: &Tally) -> Vec<Option<f64>> {
        let share = |checked: f64, passed: f64| (checked > 0.0).then(|| passed / checked);
        match tally {
            Tally::Single(count) => {
                let share = share(count.checked as f64, count.passed as f64);
                vec![share; self.0.len()]
            }
            Tally::Shape(cells) => {
                let of = |times| Some(1.0 - cells.fit(times)?.failed);
                self.0.iter().map(of).collect()
            }
            Tally::Rows(buckets) => {
                let of = |times: &[u32; BUCKETS]| {
                    let (mut checked, mut passed) = (0.0, 0.0);
                    for (times, count) in times.iter().zip(buckets.iter()) {
                        checked += f64::from(*times) * count.checked as f64;
                        passed += f64::from(*times) * count.passed as f64;
                    }
                    share(checked, passed)
                };
                self.0.iter().map(of).collect()
            }
        }
    }

    /// The score of one rule.
    pub(crate) fn rule(&self, tally: &Tally) -> Option<Score> {
        score(&self.shares(tally))
    }

    /// The scores of headings, and their mean by weights.
    pub(crate) fn headings(
        &self,
        rules: &[Counted<'_>],
        weight: impl Fn(Heading) -> f64,
    ) -> (BTreeMap<Heading, Score>, Option<Score>) {
        // Numerator and denominator of each heading in each draw.
        let mut sums: BTreeMap<Heading, Vec<(f64, f64)>> = BTreeMap::new();
        for rule in rules {
            let sums = sums.entry(rule.heading);
            let sums = sums.or_insert_with(|| vec![(0.0, 0.0); self.0.len()]);
            for (sum, share) in sums.iter_mut().zip(self.shares(rule.tally)) {
                if let Some(share) = share {
                    sum.0 += rule.counts * share;
                    sum.1 += rule.counts;
                }
            }
        }
        let mut total = vec![(0.0, 0.0); self.0.len()];
        let mut headings = BTreeMap::new();
        for (heading, sums) in sums {
            let means: Vec<Option<f64>> = sums.into_iter().map(mean).collect();
            for (sum, mean) in total.iter_mut().zip(&means) {
                if let Some(mean) = mean {
                    sum.0 += weight(heading) * mean;
                    sum.1 += weight(heading);
                }
            }
            headings.extend(score(&means).map(|score| (heading, score)));
        }
        let total: Vec<Option<f64>> = total.into_iter().map(mean).collect();
        (headings, score(&total))
    }
}

fn mean((sum, weights): (f64, f64)) -> Option<f64> {
    (weights > 0.0).then(|| sum / weights)
}

/// The score of the whole, and the percentile interval of the draws in which something was checked
/// (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).
fn score(shares: &[Option<f64>]) -> Option<Score> {
    let (whole, draws) = shares.split_first()?;
    let score = (*whole)? * 100.0;
    let mut drawn: Vec<f64> = draws.iter().flatten().map(|share| share * 100.0).collect();
    drawn.sort_by(f64::total_cmp);
    let quantile = |share: f64| -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in a list of at most a thousand"
        )]
        let at = (share * (drawn.len().saturating_sub(1)) as f64).round() as usize;
        drawn.get(at).copied().unwrap_or(score)
    };
    Some(Score {
        score,
        low: quantile(0.025),
        high: quantile(0.975),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Count;

    fn tally(passed: impl Fn(usize) -> u64) -> Tally {
        let count = |bucket| Count {
            checked: 100,
            passed: passed(bucket),
        };
        Tally::Rows(Box::new(std::array::from_fn(count)))
    }

    #[test]
    fn an_interval_holds_the_score_and_has_no_width_where_buckets_agree() {
        let draws = Draws::new(7);
        let even = draws.rule(&tally(|_| 90)).unwrap();
        assert_eq!((even.score, even.low, even.high), (90.0, 90.0, 90.0));
        let uneven = draws
            .rule(&tally(|bucket| 80 + bucket as u64 % 20))
            .unwrap();
        assert!(uneven.low < uneven.score && uneven.score < uneven.high);
    }

    #[test]
    fn the_interval_is_that_of_a_mean_of_buckets() {
        // 64 buckets of equal size, half of them 0 and half 100: a standard error of 50/8.
        let draws = Draws::new(3);
        let score = draws
            .rule(&tally(|bucket| 100 * (bucket as u64 % 2)))
            .unwrap();
        assert!((score.low - (50.0 - 12.25)).abs() < 2.0, "{score:?}");
        assert!((score.high - (50.0 + 12.25)).abs() < 2.0, "{score:?}");
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        let uneven = tally(|bucket| bucket as u64);
        assert_eq!(Draws::new(1).rule(&uneven), Draws::new(1).rule(&uneven));
        assert_ne!(Draws::new(1).rule(&uneven), Draws::new(2).rule(&uneven));
    }

    #[test]
    fn what_was_not_checked_has_no_score() {
        assert_eq!(Draws::new(1).rule(&Tally::none()), None);
    }

    #[test]
    fn a_heading_is_the_mean_of_its_rules_by_what_they_count() {
        let (good, bad) = (tally(|_| 100), tally(|_| 40));
        let rule = |counts, tally| Counted {
            heading: Heading::Accuracy,
            counts,
            tally,
        };
        let nothing = Tally::none();
        let rules = [rule(1.0, &good), rule(2.0, &bad), rule(4.0, &nothing)];
        let (headings, total) = Draws::new(1).headings(&rules, |_| 1.0);
        let score = headings[&Heading::Accuracy].score;
        assert!((score - 60.0).abs() < 1e-9, "{score}");
        assert_eq!(total.map(|it| it.score), Some(score));
    }
}
