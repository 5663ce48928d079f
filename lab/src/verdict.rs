//! What an approximation loses and saves, with intervals, and whether that is a good bargain.

mod mean;

use serde::{Deserialize, Serialize};

pub(crate) use mean::Mean;

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
    /// By the plan with knobs set otherwise, or by whatever else is held against it.
    pub approximate: Measured,
    /// The score that a model has on these rows which tells nothing of them: 0.5 of an area under the
    /// curve, of a deviance that of the mean of their labels.
    pub nothing: f64,
}

/// What a score means, and what it is that a model of a worse one loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// More is better, as of an area under the curve: lost is a share of the exact score.
    MoreIsBetter,
    /// Less is better, as of a deviance: lost is a share of what the exact plan explains, the deviance
    /// by which it lies below that of the mean of the labels. All of it is lost by a model that tells
    /// nothing; whoever loses more than all is worse than that. One less the quotient of two D²
    /// (Cameron and Windmeijer, Journal of Econometrics 77, 1997).
    LessIsBetter,
}

/// The most that may be lost and the least that must be saved, as shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bargain {
    /// Of what the [`Scale`] says.
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
    /// Of what the [`Scale`] says; negative where the approximation is better.
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
    /// How sure that is: that the worse of the two bounds is kept, or broken, one-sided. Nothing where
    /// that can't be told.
    pub confidence: Option<f64>,
    /// Why it can't.
    pub unsure: Option<Unsure>,
}

/// Why nothing is told of how sure a verdict is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unsure {
    /// There is one pair.
    OneRun,
    /// All pairs are measured on the same rows: that many runs agree says nothing of other rows.
    SameTestRows,
    /// All pairs lose the same.
    SameLoss,
    /// Some run gave no model.
    MissingModel,
}

/// Why pairs give no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoVerdict {
    /// There is none.
    NoPair,
    /// The exact plan explains nothing of the labels that is clear: neither does it in each pair, nor
    /// by the 95 % interval of the mean. So there is nothing of which a share could be lost.
    NothingExplained,
    /// A model that tells nothing would lose no more than is allowed.
    NothingToLose,
}

impl Verdict {
    /// Weighs pairs.
    ///
    /// `overlap` is the number of test rows over that of training rows where each pair has another
    /// random split, and 0 where all have the same. Training sets of random splits overlap, so that
    /// their scores vary together; the variance of the mean loss is corrected for it as Nadeau and
    /// Bengio have it (Machine Learning 52, 2003, section 3). Where the split is the same the interval
    /// speaks of chance in the fit alone, not of other patients, and there is no confidence.
    ///
    /// Savings are means of logarithms of ratios: half and twice the cost average to none saved.
    ///
    /// # Errors
    ///
    /// [`NoVerdict`], where pairs don't tell.
    pub fn new(
        pairs: &[Pair],
        (scale, bargain): (Scale, Bargain),
        overlap: f64,
    ) -> Result<Verdict, NoVerdict> {
        let ratio = |cost: fn(&Measured) -> f64| {
            let of = |pair: &Pair| (cost(&pair.approximate) / cost(&pair.exact)).ln();
            Mean::of(pairs.iter().map(of), 0.0)
        };
        let cpu = ratio(|it| it.cpu_s).ok_or(NoVerdict::NoPair)?;
        let bytes = ratio(|it| it.bytes).ok_or(NoVerdict::NoPair)?;
        let nothing: Vec<Pair> = pairs.iter().map(Pair::against_nothing).collect();
        let worst = mean_loss(&nothing, scale, overlap)?;
        if worst.value <= bargain.lost_at_most {
            return Err(NoVerdict::NothingToLose);
        }
        let lost = mean_loss(pairs, scale, overlap)?;
        // At most so much of the cost may be left.
        let left_at_most = (1.0 - bargain.saved_at_least).ln();
        let passes = lost.value <= bargain.lost_at_most && cpu.value <= left_at_most;
        let kept = [
            lost.chance_below(bargain.lost_at_most),
            cpu.chance_below(left_at_most),
        ];
        let kept = kept[0].zip(kept[1]).map(|(one, other)| one.min(other));
        let unsure = if pairs.len() < 2 {
            Some(Unsure::OneRun)
        } else if overlap <= 0.0 {
            Some(Unsure::SameTestRows)
        } else {
            (lost.error <= 0.0).then_some(Unsure::SameLoss)
        };
        let kept = kept.filter(|_| unsure.is_none());
        Ok(Verdict {
            lost: lost.interval(),
            saved_cpu: saved(cpu),
            saved_bytes: saved(bytes),
            saved_wall: ratio(|it| it.wall_s.unwrap_or(f64::NAN)).map(saved),
            pairs: pairs.len(),
            passes,
            confidence: kept.map(|kept| if passes { kept } else { 1.0 - kept }),
            unsure,
        })
    }

    /// Says whether the approximation is better than the exact plan beyond chance: the whole interval
    /// of what is lost, over runs on different rows, is a gain.
    pub fn is_gain(&self) -> bool {
        let has_interval = self.lost.low < self.lost.high;
        has_interval && self.lost.high < 0.0 && self.unsure != Some(Unsure::SameTestRows)
    }
}

impl Pair {
    fn against_nothing(&self) -> Pair {
        let mut pair = *self;
        pair.approximate.score = self.nothing;
        pair
    }

    /// By how much the score is worse than the exact one, in its unit.
    fn worse(&self, scale: Scale) -> f64 {
        match scale {
            Scale::MoreIsBetter => self.exact.score - self.approximate.score,
            Scale::LessIsBetter => self.approximate.score - self.exact.score,
        }
    }
}

/// Gives what is lost against the exact plan, as [`Verdict::lost`] is.
pub(crate) fn loss(pairs: &[Pair], scale: Scale, overlap: f64) -> Result<Interval, NoVerdict> {
    mean_loss(pairs, scale, overlap).map(|mean| mean.interval())
}

/// What arithmetic may leave of two deviances that are the same, as a share of them.
const ROUNDING: f64 = 1e-9;

/// Gives the mean of what pairs lose.
///
/// Of a score it is the mean of their shares. Of a deviance it is the quotient of the means of what is
/// lost and what is explained: of single pairs the latter may be next to nothing. The error is that of
/// the residuals, as of every ratio of means (Cochran, Sampling Techniques, 3rd edition 1977, section 6.4).
fn mean_loss(pairs: &[Pair], scale: Scale, overlap: f64) -> Result<Mean, NoVerdict> {
    if pairs.is_empty() {
        return Err(NoVerdict::NoPair);
    }
    let mean = match scale {
        Scale::MoreIsBetter => {
            let share = |pair: &Pair| pair.worse(scale) / pair.exact.score;
            Mean::of(pairs.iter().map(share), overlap)
        }
        Scale::LessIsBetter => {
            let explained = |pair: &Pair| pair.nothing - pair.exact.score;
            let mean = Mean::of(pairs.iter().map(explained), overlap);
            let mean = mean.ok_or(NoVerdict::NothingExplained)?;
            let is_clear = |pair: &Pair| explained(pair) > ROUNDING * pair.nothing.abs();
            if !(pairs.iter().all(is_clear) || mean.interval().low > 0.0) {
                return Err(NoVerdict::NothingExplained);
            }
            let lost: f64 = pairs.iter().map(|pair| pair.worse(scale)).sum();
            let share = lost / (mean.value * pairs.len() as f64);
            let residual = |pair: &Pair| pair.worse(scale) - share * explained(pair);
            let values = pairs.iter().map(|pair| share + residual(pair) / mean.value);
            Mean::of(values, overlap)
        }
    };
    mean.ok_or(NoVerdict::NothingToLose)
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
mod tests;
