//! How sure an area under the ROC curve is, and the difference of two of the same rows.

use crate::metrics::Scored;

/// The placements of rows of either class among the other's, of which the area is the mean.
///
/// DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988); ties count a half.
#[derive(Clone, Debug, PartialEq)]
pub struct Placements {
    /// Of each positive row, in the rows' order: the share of negative ones with a lower score.
    positive: Vec<f64>,
    /// Of each negative row likewise: the share of positive ones with a higher score.
    negative: Vec<f64>,
}

impl Placements {
    /// Places rows; nothing with fewer than two of a class, of which no variance is known.
    pub fn of(scored: &[Scored]) -> Option<Placements> {
        let of_class = |is_positive: bool| {
            let rows = scored.iter().filter(|row| row.is_positive() == is_positive);
            let mut scores: Vec<f64> = rows.map(|row| row.score).collect();
            scores.sort_by(f64::total_cmp);
            scores
        };
        let (positives, negatives) = (of_class(true), of_class(false));
        if positives.len().min(negatives.len()) < 2 {
            return None;
        }
        let below = |scores: &[f64], score: f64| {
            let lower = scores.partition_point(|it| it.total_cmp(&score).is_lt());
            let to = scores.partition_point(|it| it.total_cmp(&score).is_le());
            f64::midpoint(lower as f64, to as f64) / scores.len() as f64
        };
        let of = |is_positive: bool, others: &[f64]| -> Vec<f64> {
            let rows = scored.iter().filter(|row| row.is_positive() == is_positive);
            let place = |row: &Scored| {
                let below = below(others, row.score);
                if is_positive { below } else { 1.0 - below }
            };
            rows.map(place).collect()
        };
        Some(Placements {
            positive: of(true, &negatives),
            negative: of(false, &positives),
        })
    }

    /// Gives the area under the curve.
    pub fn auc(&self) -> f64 {
        mean(&self.positive)
    }

    /// Gives the area's standard error.
    pub fn standard_error(&self) -> f64 {
        error([&self.positive, &self.negative])
    }

    /// Gives by how much the area is larger than another one of the same rows, and the standard error of
    /// that; nothing if the rows are not as many.
    pub fn more_than(&self, other: &Placements) -> Option<(f64, f64)> {
        let minus = |ours: &[f64], theirs: &[f64]| -> Option<Vec<f64>> {
            let both = ours.iter().zip(theirs).map(|(ours, theirs)| ours - theirs);
            (ours.len() == theirs.len()).then(|| both.collect())
        };
        let positive = minus(&self.positive, &other.positive)?;
        let negative = minus(&self.negative, &other.negative)?;
        Some((self.auc() - other.auc(), error([&positive, &negative])))
    }
}

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len() as f64
}

/// Gives the root of the sum over both classes of the placements' variance by their number.
fn error(classes: [&[f64]; 2]) -> f64 {
    let share = |of: &[f64]| {
        let (mean, rows) = (mean(of), of.len() as f64);
        let squares: f64 = of.iter().map(|it| (it - mean).powi(2)).sum();
        squares / (rows - 1.0) / rows
    };
    classes.map(share).iter().sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auc;

    fn scored(scores: &[f64], labels: &[f64]) -> Vec<Scored> {
        let both = scores.iter().zip(labels);
        both.map(|(&score, &label)| Scored { score, label })
            .collect()
    }

    const LABELS: [f64; 5] = [1.0, 0.0, 1.0, 0.0, 0.0];

    /// By hand: placements 1 and 1/2 of positive rows, 1/2, 1 and 3/4 of negative ones.
    #[test]
    fn variance_is_that_of_the_placements() {
        let rows = scored(&[0.8, 0.5, 0.4, 0.2, 0.4], &LABELS);
        let placements = Placements::of(&rows).unwrap();
        assert_eq!(placements.positive, [1.0, 0.5]);
        assert_eq!(placements.negative, [0.5, 1.0, 0.75]);
        assert!((placements.auc() - auc(&rows).unwrap()).abs() < 1e-15);
        let variance = 0.125 / 2.0 + 0.0625 / 3.0;
        assert!((placements.standard_error().powi(2) - variance).abs() < 1e-15);
    }

    /// The difference from a model that tells nothing has the model's own error; from itself none.
    #[test]
    fn differences_are_of_the_same_rows() {
        let ours = Placements::of(&scored(&[0.8, 0.5, 0.4, 0.2, 0.4], &LABELS)).unwrap();
        let flat = Placements::of(&scored(&[0.5; 5], &LABELS)).unwrap();
        assert_eq!(ours.more_than(&ours), Some((0.0, 0.0)));
        assert_eq!(ours.more_than(&flat), Some((0.25, ours.standard_error())));
        let fewer = Placements::of(&scored(&[0.8, 0.5, 0.4, 0.2], &LABELS[..4])).unwrap();
        assert_eq!(ours.more_than(&fewer), None);
        assert_eq!(Placements::of(&scored(&[0.8, 0.5], &LABELS[..2])), None);
    }
}
