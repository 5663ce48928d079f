//! Labels that are numbers, and predictions of them, in units in which sums have bounds.

use crate::{Deviance, Labels, Range, Scored, Subject};

/// A prediction is taken to be no smaller than this share of its label where means are positive, so
/// that no deviance is infinite.
const SMALLEST_SHARE: f64 = 1e-4;
/// The same where the label is 0: `exp(-50)`, as far as a fit goes.
const SMALLEST_MEAN: f64 = 2e-22;

/// How labels and predictions are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    deviance: Deviance,
    labels: Range,
}

impl Numbers {
    /// Takes the labels; classes are numbers between 0 and 1 where they are counted.
    pub(crate) fn of(subject: &Subject) -> Numbers {
        let deviance = match subject.labels() {
            Labels::Classes => Deviance::Gaussian,
            Labels::Numbers { deviance, .. } => deviance,
        };
        Numbers {
            deviance,
            labels: subject.range(),
        }
    }

    pub(crate) fn deviance(self) -> Deviance {
        self.deviance
    }

    /// Gives the width of the labels' range: the unit of differences.
    pub(crate) fn width(self) -> f64 {
        self.labels.high() - self.labels.low()
    }

    /// Gives where a value lies in the labels' range: 0 at its lower end, 1 at its upper.
    pub(crate) fn unit(self, value: f64) -> f64 {
        (value - self.labels.low()) / self.width()
    }

    /// Gives the value that lies there.
    pub(crate) fn value(self, unit: f64) -> f64 {
        let value = self.labels.low() + unit * self.width();
        if (0.0..=1.0).contains(&unit) {
            value.min(self.labels.high())
        } else {
            value
        }
    }

    /// Gives a row's prediction, moved to within one width of the labels' range and, where means
    /// are positive, to a ten-thousandth of the label.
    pub(crate) fn limited(self, row: &Scored) -> f64 {
        let floor = if self.deviance.is_of_amounts() {
            (SMALLEST_SHARE * row.label).max(SMALLEST_MEAN)
        } else {
            self.labels.low() - self.width()
        };
        row.score.max(floor).min(self.labels.high() + self.width())
    }

    /// Gives the linear predictor of a limited prediction, by which rows are put into bins.
    pub(crate) fn predictor(self, limited: f64) -> f64 {
        if self.deviance.is_of_amounts() {
            limited.ln()
        } else {
            self.unit(limited)
        }
    }

    /// Gives the most that a predictor may be, without its sign.
    pub(crate) fn most_predictor(self) -> f64 {
        if self.deviance.is_of_amounts() {
            // ln of the largest double is 709.8.
            710.0
        } else {
            2.0
        }
    }

    /// Gives the unit in which deviances are added up.
    pub(crate) fn deviance_unit(self) -> f64 {
        match self.deviance {
            Deviance::Gaussian => self.width() * self.width(),
            Deviance::Poisson => self.labels.high(),
            Deviance::Gamma => 1.0,
            Deviance::Tweedie { power } => self.labels.high().powf(2.0 - power),
        }
    }

    /// Gives the most, in that unit, of a row's deviance from a limited prediction, and of `rows`
    /// rows' from the mean of at most `in_all` rows that are among them.
    ///
    /// Normal: labels lie in one width, limited predictions within one more. Poisson, with label
    /// and mean at most h and 2h: 2(h·ln 10⁴ + 2h); from a mean that is at least 1/2⁴⁰ of the label
    /// 2(h·ln 2⁴⁰ + h). Gamma: 2(10⁴ + ln(2h/y)), where no quotient of doubles has a logarithm
    /// beyond 1,456; the quotients of labels and their mean add up to the number of all rows.
    ///
    /// Tweedie, q = p − 1 and s = 2 − p, labels u and means m in units of h, r = u/m: the first two
    /// terms are at most 2uˢ(r^q − 1)/q, the third is 2mˢ/s with m at most 2. From a mean the first
    /// two are 2mˢ(r − rˢ)/q, at most 2r·ln r: the quotients r add up to the number of all rows, and
    /// ln r is at most ln 2⁴⁰.
    pub(crate) fn most_deviance(self, rows: f64, in_all: f64) -> (f64, f64) {
        match self.deviance {
            Deviance::Gaussian => (4.0 * rows, rows),
            Deviance::Poisson => (60.0 * rows, 60.0 * rows),
            Deviance::Gamma => (23_000.0 * rows, 2.0 * in_all + 3_000.0 * rows),
            Deviance::Tweedie { power } => {
                let (over, under) = (power - 1.0, 2.0 - power);
                let of_label = 2.0 * (SMALLEST_SHARE.powf(-over) - 1.0) / over;
                let of_mean = 2.0 * 2_f64.powf(under) / under;
                (
                    (of_label + of_mean) * rows,
                    56.0 * in_all + 2.0 / under * rows,
                )
            }
        }
    }
}
