//! What is measured, as all parties agreed.

use consilium_secagg::Bits;

use crate::{Deviance, Range, Scored, counts::Counts, goodness, tally::Tally};

/// The most rows of all parties together: they are counted exactly.
const MOST_ROWS: u64 = 1 << 40;

/// What a model predicts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Labels {
    /// One of two classes: labels are 0 and 1, predictions the probability of 1.
    Classes,
    /// Numbers, predicted by their mean.
    Numbers {
        /// By which distribution they are measured.
        deviance: Deviance,
        /// Where they lie; not below 0 for all distributions but the normal one.
        range: Range,
    },
}

/// Labels to be measured, and over how many rows at most: whatever the model is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject {
    labels: Labels,
    most_rows: u64,
    most_contributors: usize,
    bits: Bits,
}

/// Why labels can't be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSubject {
    /// The range of the labels goes below 0 where means are positive.
    #[error("the range of the labels does not suit their distribution")]
    Labels,
    /// The power of a Tweedie distribution is not between 1 and 2.
    #[error("the power of a Tweedie distribution must lie between 1 and 2")]
    Power,
    /// No rows or no parties are allowed, or more than a sum can count.
    #[error("rows and parties must be positive and make at most 2^40 rows")]
    Rows,
}

impl Subject {
    /// Checks what is to be measured: labels of at most `most_rows` rows at each of at most
    /// `most_contributors` parties, added up in elements of so many bits.
    ///
    /// # Errors
    ///
    /// [`BadSubject`].
    pub fn new(
        labels: Labels,
        (most_rows, most_contributors): (u64, usize),
        bits: Bits,
    ) -> Result<Subject, BadSubject> {
        if let Labels::Numbers { deviance, range } = labels {
            if let Deviance::Tweedie { power } = deviance
                && !(1.0 < power && power < 2.0)
            {
                return Err(BadSubject::Power);
            }
            if deviance.is_of_amounts() && range.low() < 0.0 {
                return Err(BadSubject::Labels);
            }
        }
        let in_all = (most_contributors as u64).checked_mul(most_rows);
        if !in_all.is_some_and(|rows| (1..=MOST_ROWS).contains(&rows)) {
            return Err(BadSubject::Rows);
        }
        Ok(Subject {
            labels,
            most_rows,
            most_contributors,
            bits,
        })
    }

    /// Says whether classes are predicted.
    pub fn is_of_classes(&self) -> bool {
        self.labels == Labels::Classes
    }

    /// Gives what a prediction loses on one row: minus the logarithm of the label's probability where classes are
    /// predicted, the unit deviance of a number.
    ///
    /// It is infinite where a class was held to be impossible and came true.
    pub fn loss(&self, scored: Scored) -> f64 {
        let Scored { score, label } = scored;
        match self.labels {
            Labels::Classes if scored.is_positive() => -score.ln(),
            Labels::Classes => -(-score).ln_1p(),
            Labels::Numbers { deviance, .. } => deviance.of(label, score),
        }
    }

    /// Gives the lengths of an evaluation's sums.
    pub fn sums_len(&self) -> [usize; 2] {
        let of_rows = if self.is_of_classes() {
            Tally::LEN
        } else {
            goodness::LEN
        };
        [Counts::len(self), of_rows]
    }

    /// Gives the range of the labels.
    pub(crate) fn range(&self) -> Range {
        match self.labels {
            Labels::Classes => Range::ZERO_TO_ONE,
            Labels::Numbers { range, .. } => range,
        }
    }

    pub(crate) fn labels(&self) -> Labels {
        self.labels
    }

    /// Gives the most rows of one party.
    pub(crate) fn most_rows(&self) -> f64 {
        self.most_rows as f64
    }

    /// Gives the most rows of all parties together.
    pub(crate) fn most_rows_in_all(&self) -> f64 {
        self.most_rows as f64 * self.most_contributors as f64
    }

    pub(crate) fn most_contributors(&self) -> usize {
        self.most_contributors
    }

    pub(crate) fn bits(&self) -> Bits {
        self.bits
    }
}
