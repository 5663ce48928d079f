//! What an approximation loses and saves, with intervals, and whether that is a good bargain.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The measures of one fit that a verdict is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// How good its predictions are, by the [`Scale`] of the comparison.
    pub score: f64,
    /// CPU seconds of all parties.
    pub cpu_s: f64,
    /// Bytes that all parties sent.
    pub bytes: f64,
    /// Seconds from the first message to the last, if they are known.
    pub wall_s: Option<f64>,
}

/// Two fits to the same rows under the same seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// By the plan as it is.
    pub exact: Measured,
    /// By the plan with knobs set otherwise.
    pub approximate: Measured,
}

/// What a score means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// More is better, as of an area under the curve.
    MoreIsBetter,
    /// Less is better, as of a deviance.
    LessIsBetter,
}

/// The most that may be lost and the least that must be saved, as shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bargain {
    /// Of the exact score.
    pub lost_at_most: f64,
    /// Of the CPU time of all parties.
    pub saved_at_least: f64,
}

impl Default for Bargain {
    /// At most 3 % lost, at least 10 % saved.
    fn default() -> Self {
        Bargain {
            lost_at_most: 0.03,
            saved_at_least: 0.1,
        }
    }
}

/// An estimate within the ends of its 95 % interval; both are the estimate where only one pair was
/// measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The mean over all pairs.
    pub estimate: f64,
    /// The upper end.
    pub high: f64,
}

/// What a setting loses and saves against the exact one, as shares: 0.01 is one percent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Of the exact score; negative where the approximation is better.
    pub lost: Interval,
    /// Of the CPU time of all parties; negative where it costs more.
    pub saved_cpu: Interval,
    /// Of the bytes of all parties.
    pub saved_bytes: Interval,
    /// Of the time from the first message to the last; nothing where it isn't known of all fits.
    pub saved_wall: Option<Interval>,
    /// How many pairs it rests on.
    pub pairs: usize,
    /// Whether the estimates keep both bounds of the bargain; never where a run gave no model.
    pub passes: bool,
    /// How sure that is, if there are two pairs and more: that the worse of the two bounds is kept, or
    /// broken, one-sided.
    pub confidence: Option<f64>,
}

impl Verdict {
    /// Weighs pairs; none gives no verdict.
    ///
    /// `overlap` is the number of test rows over that of training rows where each pair has another
    /// random split, and 0 where all have the same. Training sets of random splits overlap, so that
    /// their scores vary together; the variance of the mean loss is corrected for it as Nadeau and
    /// Bengio have it (Machine Learning 52, 2003, section 3). Where the split is the same the interval
    /// speaks of chance in the fit alone, not of other patients.
    ///
    /// Savings are means of logarithms of ratios: half and twice the cost average to none saved.
    pub fn new(
        pairs: &[Pair],
        (scale, bargain): (Scale, Bargain),
        overlap: f64,
    ) -> Option<Verdict> {
        let lost = |pair: &Pair| {
            let (exact, approximate) = (pair.exact.score, pair.approximate.score);
            match scale {
                Scale::MoreIsBetter => (exact - approximate) / exact,
                Scale::LessIsBetter => (approximate - exact) / exact,
            }
        };
        let ratio = |cost: fn(&Measured) -> f64| {
            let of = |pair: &Pair| (cost(&pair.approximate) / cost(&pair.exact)).ln();
            Mean::of(pairs.iter().map(of), 0.0)
        };
        let lost = Mean::of(pairs.iter().map(lost), overlap)?;
        let cpu = ratio(|it| it.cpu_s)?;
        // At most so much of the cost may be left.
        let left_at_most = (1.0 - bargain.saved_at_least).ln();
        let passes = lost.value <= bargain.lost_at_most && cpu.value <= left_at_most;
        let kept = [
            lost.chance_below(bargain.lost_at_most),
            cpu.chance_below(left_at_most),
        ];
        let kept = kept[0].zip(kept[1]).map(|(one, other)| one.min(other));
        Some(Verdict {
            lost: lost.interval(),
            saved_cpu: saved(cpu),
            saved_bytes: saved(ratio(|it| it.bytes)?),
            saved_wall: ratio(|it| it.wall_s.unwrap_or(f64::NAN)).map(saved),
            pairs: pairs.len(),
            passes,
            confidence: kept.map(|kept| if passes { kept } else { 1.0 - kept }),
        })
    }
}

/// Gives what is saved where the logarithm of what is left is a mean.
fn saved(left: Mean) -> Interval {
    let left = left.interval();
    Interval {
        low: -left.high.exp_m1(),
        estimate: -left.estimate.exp_m1(),
        high: -left.low.exp_m1(),
    }
}

/// A mean and its standard error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mean {
    value: f64,
    error: f64,
    /// Degrees of freedom.
    freedom: f64,
}

impl Mean {
    pub(crate) fn of(values: impl Iterator<Item = f64>, overlap: f64) -> Option<Mean> {
        let values: Vec<f64> = values.collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let freedom = count - 1.0;
        let variance = if freedom > 0.0 {
            squares / freedom
        } else {
            0.0
        };
        mean.is_finite().then_some(Mean {
            value: mean,
            error: (variance * (1.0 / count + overlap)).sqrt(),
            freedom,
        })
    }

    fn student(&self) -> Option<StudentsT> {
        StudentsT::new(0.0, 1.0, self.freedom).ok()
    }

    pub(crate) fn interval(&self) -> Interval {
        let reach = self.student().map_or(0.0, |t| t.inverse_cdf(0.975));
        Interval {
            low: self.value - reach * self.error,
            estimate: self.value,
            high: self.value + reach * self.error,
        }
    }

    /// Gives how sure it is that the true mean is at most `bound`; nothing of a single value.
    fn chance_below(&self, bound: f64) -> Option<f64> {
        let distance = bound - self.value;
        if self.error > 0.0 {
            return self.student().map(|t| t.cdf(distance / self.error));
        }
        (self.freedom > 0.0).then(|| f64::from(u8::from(distance >= 0.0)))
    }
}

/// Gives the places of those that none other beats both in what it loses and in what it saves, from
/// the one that loses least on.
pub fn pareto_front(lost_and_saved: &[(f64, f64)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..lost_and_saved.len()).collect();
    order.retain(|&place| {
        let (lost, saved) = lost_and_saved[place];
        lost.is_finite() && saved.is_finite()
    });
    order.sort_by(|&one, &other| {
        let (one, other) = (lost_and_saved[one], lost_and_saved[other]);
        one.0.total_cmp(&other.0).then(other.1.total_cmp(&one.1))
    });
    let mut best = f64::NEG_INFINITY;
    order.retain(|&place| {
        let is_better = lost_and_saved[place].1 > best;
        best = best.max(lost_and_saved[place].1);
        is_better
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(score: f64, cpu_s: f64) -> Measured {
        Measured {
            score,
            cpu_s,
            bytes: cpu_s * 10.0,
            wall_s: Some(1.0),
        }
    }

    fn pair(exact: (f64, f64), approximate: (f64, f64)) -> Pair {
        Pair {
            exact: measured(exact.0, exact.1),
            approximate: measured(approximate.0, approximate.1),
        }
    }

    fn verdict(pairs: &[Pair], overlap: f64) -> Verdict {
        let by = (Scale::MoreIsBetter, Bargain::default());
        Verdict::new(pairs, by, overlap).expect("there are pairs")
    }

    #[test]
    fn a_good_bargain_passes_and_a_bad_one_does_not() {
        let good = [
            pair((0.80, 10.0), (0.796, 2.0)),
            pair((0.82, 12.0), (0.818, 2.5)),
            pair((0.78, 11.0), (0.777, 2.2)),
        ];
        let found = verdict(&good, 0.0);
        assert!(found.passes && found.confidence > Some(0.99), "{found:?}");
        // By hand: the mean of .005, .002439, .003846, and e to the mean of ln .2, ln .20833, ln .2.
        assert!((found.lost.estimate - 0.003_761_7).abs() < 1e-6);
        assert!((found.saved_cpu.estimate - 0.797_260).abs() < 1e-5);
        let wall = found.saved_wall.expect("times are known");
        assert!(wall.estimate.abs() < 1e-12);
        let dear = good.map(|it| pair((0.8, 10.0), (it.approximate.score, 9.5)));
        let found = verdict(&dear, 0.0);
        assert!(!found.passes && found.confidence > Some(0.99), "{found:?}");
        let lossy = good.map(|it| pair((it.exact.score, 10.0), (it.exact.score - 0.05, 1.0)));
        assert!(!verdict(&lossy, 0.0).passes);
    }

    #[test]
    fn the_interval_is_students_and_widens_where_training_rows_overlap() {
        let pairs = [1.0, 2.0, 3.0].map(|lost| pair((1.0, 1.0), (1.0 - lost / 100.0, 0.5)));
        let found = verdict(&pairs, 0.0).lost;
        // Mean .02, deviation .01, three values: t of 2 degrees at 97.5 % is 4.302653.
        let reach = 4.302_653 * 0.01 / 3.0_f64.sqrt();
        assert!(
            (found.high - found.estimate - reach).abs() < 1e-7,
            "{found:?}"
        );
        let wider = verdict(&pairs, 1.0 / 3.0).lost;
        let ratio = (wider.high - wider.estimate) / reach;
        assert!((ratio - 2.0_f64.sqrt()).abs() < 1e-6, "{ratio}");
    }

    #[test]
    fn one_pair_has_no_confidence_and_no_pair_no_verdict() {
        let found = verdict(&[pair((0.8, 10.0), (0.79, 1.0))], 0.3);
        assert_eq!((found.passes, found.confidence), (true, None));
        assert!((found.lost.high - found.lost.low).abs() < 1e-12);
        let by = (Scale::MoreIsBetter, Bargain::default());
        assert_eq!(Verdict::new(&[], by, 0.0), None);
    }

    #[test]
    fn of_a_deviance_more_is_worse() {
        let pairs = [pair((4.0, 1.0), (4.2, 0.5))];
        let by = (Scale::LessIsBetter, Bargain::default());
        let found = Verdict::new(&pairs, by, 0.0).expect("there is a pair");
        assert!((found.lost.estimate - 0.05).abs() < 1e-12 && !found.passes);
    }

    #[test]
    fn the_front_has_what_none_beats() {
        let points = [
            (0.01, 0.5),
            (0.02, 0.4),
            (0.03, 0.9),
            (0.0, 0.1),
            (0.0, 0.2),
            (f64::NAN, 1.0),
        ];
        assert_eq!(pareto_front(&points), [4, 0, 2]);
    }
}
