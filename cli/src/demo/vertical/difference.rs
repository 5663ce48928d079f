//! How far two areas under the curve may differ by chance.

/// Gives the standard error of the difference of two AUCs over the same rows, by DeLong, DeLong and
/// Clarke-Pearson, Biometrics 44 (1988).
pub(super) fn standard_error(labels: &[f64], one: &[f64], other: &[f64]) -> f64 {
    let (of_one, of_other) = (placements(labels, one), placements(labels, other));
    let classes = of_one.into_iter().zip(of_other);
    let variance = classes.map(|(one, other)| {
        let differences: Vec<f64> = one.iter().zip(other).map(|(a, b)| a - b).collect();
        variance(&differences) / differences.len() as f64
    });
    variance.sum::<f64>().sqrt()
}

/// Gives of each negative, and of each positive, row the share of the other class that it stands on
/// the right side of; ties count a half.
fn placements(labels: &[f64], scores: &[f64]) -> [Vec<f64>; 2] {
    let of_class = |class: bool| {
        let rows = labels.iter().zip(scores);
        let rows = rows.filter(|(label, _)| (**label > 0.5) == class);
        rows.map(|(_, score)| *score).collect::<Vec<f64>>()
    };
    let (negatives, positives) = (of_class(false), of_class(true));
    let share = |right: &dyn Fn(f64) -> f64, others: &[f64]| {
        let all: f64 = others.iter().map(|&other| right(other)).sum();
        all / others.len() as f64
    };
    let rank = |high: f64, low: f64| match high.total_cmp(&low) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    };
    let of_negative = |&low: &f64| share(&|high| rank(high, low), &positives);
    let of_positive = |&high: &f64| share(&|low| rank(high, low), &negatives);
    [
        negatives.iter().map(of_negative).collect(),
        positives.iter().map(of_positive).collect(),
    ]
}

fn variance(numbers: &[f64]) -> f64 {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let squares = numbers.iter().map(|number| (number - mean).powi(2));
    squares.sum::<f64>() / (numbers.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_do_not_differ_from_themselves() {
        let (labels, scores) = ([0.0, 1.0, 0.0, 1.0], [0.1, 0.4, 0.4, 0.8]);
        assert!(standard_error(&labels, &scores, &scores) < 1e-12);
    }

    #[test]
    fn the_error_is_that_of_the_placements_by_hand() {
        let labels = [0.0, 0.0, 1.0, 1.0];
        // Placements of negatives 1, 1 and 1, 0.5; of positives 1, 1 and 0.5, 1.
        let (one, other) = ([0.1, 0.2, 0.7, 0.9], [0.1, 0.8, 0.7, 0.9]);
        // Differences 0, 0.5 in both classes: a variance of 0.125 over two rows each.
        let by_hand = (0.125_f64 / 2.0 + 0.125 / 2.0).sqrt();
        assert!((standard_error(&labels, &one, &other) - by_hand).abs() < 1e-12);
    }
}
