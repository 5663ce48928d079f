//! Scores, and how far they would move with other rows.

use std::collections::BTreeMap;

use consilium_base::Seed;
use rand_core::Rng as _;

use crate::interval::interval;
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
        let drawn = score(&self.shares(tally))?;
        let Tally::Rows(buckets) = tally else {
            return Some(drawn);
        };
        let (low, high) = interval(buckets)?;
        Some(Score {
            low: drawn.score.min(low * 100.0),
            high: drawn.score.max(high * 100.0),
            ..drawn
        })
    }

    /// The scores of headings, and their mean by weights.
    pub(crate) fn headings(
        &self,
        rules: &[Counted<'_>],
        weight: impl Fn(Heading, Score) -> f64,
    ) -> (BTreeMap<Heading, Score>, Option<Score>) {
        let mut means: BTreeMap<Heading, Mean> = BTreeMap::new();
        for rule in rules {
            if let Some(score) = self.rule(rule.tally) {
                let mean = means.entry(rule.heading);
                let mean = mean.or_insert_with(|| Mean::new(self.0.len()));
                mean.add(rule.counts, score, &self.shares(rule.tally));
            }
        }
        let mut total = Mean::new(self.0.len());
        let mut headings = BTreeMap::new();
        for (heading, mean) in means {
            let Some((score, shares)) = mean.score() else {
                continue;
            };
            headings.insert(heading, score);
            total.add(weight(heading, score), score, &shares);
        }
        (headings, total.score().map(|(score, _)| score))
    }
}

/// A mean by weights, in the whole and in each draw.
struct Mean {
    sums: Vec<f64>,
    weights: f64,
    /// The squares of how far the ends of its parts are from their scores, by weights.
    below: f64,
    above: f64,
}

impl Mean {
    fn new(draws: usize) -> Self {
        Self {
            sums: vec![0.0; draws],
            weights: 0.0,
            below: 0.0,
            above: 0.0,
        }
    }

    /// Adds a part. A draw in which nothing of it was checked has its share of the whole: the mean is of the
    /// same parts in all draws.
    fn add(&mut self, weight: f64, score: Score, shares: &[Option<f64>]) {
        let whole = shares.first().copied().flatten().unwrap_or_default();
        for (sum, share) in self.sums.iter_mut().zip(shares) {
            *sum += weight * share.unwrap_or(whole);
        }
        self.weights += weight;
        self.below += (weight * (score.score - score.low)).powi(2);
        self.above += (weight * (score.high - score.score)).powi(2);
    }

    /// The mean, and what it is in each draw: the wider of the percentile interval of draws, which sees how
    /// parts fail together, and that from the intervals of its parts, which sees those of which few rows fail
    /// (Zou and Donner, Construction of confidence limits about effect measures, Statistics in Medicine 27,
    /// 2008).
    fn score(self) -> Option<(Score, Vec<Option<f64>>)> {
        if self.weights <= 0.0 {
            return None;
        }
        let shares = self.sums.iter().map(|sum| Some(sum / self.weights));
        let shares: Vec<Option<f64>> = shares.collect();
        let drawn = score(&shares)?;
        let score = Score {
            low: drawn
                .low
                .min(drawn.score - self.below.sqrt() / self.weights)
                .max(0.0),
            high: drawn
                .high
                .max(drawn.score + self.above.sqrt() / self.weights)
                .min(100.0),
            ..drawn
        };
        Some((score, shares))
    }
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
    fn an_interval_holds_the_score_and_is_that_of_rows_where_buckets_agree() {
        let draws = Draws::new(7);
        let even = draws.rule(&tally(|_| 90)).unwrap();
        // 6400 rows: a standard error of 0.375.
        assert!((even.low - (90.0 - 0.735)).abs() < 0.05, "{even:?}");
        assert!((even.high - (90.0 + 0.735)).abs() < 0.05, "{even:?}");
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
        let drawn = |seed| score(&Draws::new(seed).shares(&uneven));
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
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
        let (headings, total) = Draws::new(1).headings(&rules, |_, _| 1.0);
        let score = headings[&Heading::Accuracy].score;
        assert!((score - 60.0).abs() < 1e-9, "{score}");
        assert_eq!(total.map(|it| it.score), Some(score));
    }

    #[test]
    fn a_draw_without_rows_of_a_rule_is_a_mean_of_the_same_rules() {
        let half = tally(|_| 50);
        let mut few = Box::new([Count::default(); BUCKETS]);
        for bucket in &mut few[..3] {
            bucket.checked = 1;
        }
        let few = Tally::Rows(few);
        let rule = |counts, tally| Counted {
            heading: Heading::Accuracy,
            counts,
            tally,
        };
        let (headings, _) =
            Draws::new(1).headings(&[rule(1.0, &half), rule(4.0, &few)], |_, _| 1.0);
        let of = headings[&Heading::Accuracy];
        // Of three rows that fail the share that passes may be up to 0.71, counting 4 of 5.
        assert!((of.score - 10.0).abs() < 1e-9, "{of:?}");
        assert!((of.high - (10.0 + 0.8 * 70.8)).abs() < 1.0, "{of:?}");
    }
}
