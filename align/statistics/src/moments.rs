//! Correlations and variance inflation factors out of sums over pairs of columns.

use crate::agreement::PAIR;

/// A pivot below this makes a matrix of correlations singular: a column follows from the others.
const SMALLEST_PIVOT: f64 = 1e-9;

/// Sums over the rows where both columns have values, taken about the columns' means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pair {
    pub(crate) rows: u64,
    /// Σa, Σb, Σa², Σb², Σab.
    pub(crate) sums: [f64; PAIR - 1],
}

impl Pair {
    /// Gives Pearson's coefficient; nothing where a column does not vary.
    pub(crate) fn correlation(&self) -> Option<f64> {
        let rows = self.rows as f64;
        let [a, b, aa, bb, ab] = self.sums;
        let (var_a, var_b) = (aa - a * a / rows, bb - b * b / rows);
        // What is left of a constant column is rounding.
        let is_varying = var_a > 1e-12 * rows && var_b > 1e-12 * rows;
        let r = (ab - a * b / rows) / (var_a * var_b).sqrt();
        (is_varying && r.is_finite()).then(|| r.clamp(-1.0, 1.0))
    }
}

/// Gives the diagonal of a matrix of correlations' inverse, VIF_j = 1/(1 − R²_j) (Marquardt,
/// Technometrics 12, 1970).
///
/// `matrix` is square, row by row.
///
/// # Errors
///
/// The first row that follows from those before it, as one may of correlations over different rows: the
/// matrix has no inverse.
pub(crate) fn inflation(matrix: &[f64], order: usize) -> Result<Vec<f64>, usize> {
    // The lower triangle of Cholesky's factor.
    let mut factor = vec![0.0; order * order];
    for row in 0..order {
        for column in 0..=row {
            let known: f64 = (0..column)
                .map(|k| factor[row * order + k] * factor[column * order + k])
                .sum();
            let rest = matrix[row * order + column] - known;
            factor[row * order + column] = if row == column {
                if rest.is_nan() || rest <= SMALLEST_PIVOT {
                    return Err(row);
                }
                rest.sqrt()
            } else {
                rest / factor[column * order + column]
            };
        }
    }
    // With L·Lᵀ the matrix, its inverse has the squared columns of L⁻¹ on its diagonal.
    let mut diagonal = vec![0.0; order];
    for (unit, inflation) in diagonal.iter_mut().enumerate() {
        let mut solved = vec![0.0; order];
        for row in unit..order {
            let known: f64 = (unit..row)
                .map(|k| factor[row * order + k] * solved[k])
                .sum();
            let one = if row == unit { 1.0 } else { 0.0 };
            solved[row] = (one - known) / factor[row * order + row];
        }
        *inflation = solved.iter().map(|x| x * x).sum();
    }
    Ok(diagonal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflation_of_two_columns_is_that_of_their_correlation() {
        let found = inflation(&[1.0, 0.6, 0.6, 1.0], 2).unwrap();
        assert!(
            found
                .iter()
                .all(|vif| (vif - 1.0 / (1.0 - 0.36)).abs() < 1e-12)
        );
        assert_eq!(inflation(&[1.0, 1.0, 1.0, 1.0], 2), Err(1));
        assert_eq!(inflation(&[1.0, f64::NAN, f64::NAN, 1.0], 2), Err(1));
    }

    #[test]
    fn the_column_that_follows_from_those_before_it_is_named() {
        // The third is the second.
        let matrix = [1.0, 0.5, 0.5, 0.5, 1.0, 1.0, 0.5, 1.0, 1.0];
        assert_eq!(inflation(&matrix, 3), Err(2));
    }

    /// 1/(1 − R²) of the first column on two others that are not correlated: R² = a² + b².
    #[test]
    fn inflation_of_three_columns_is_that_of_their_regression() {
        let (a, b) = (0.5, 0.4);
        let matrix = [1.0, a, b, a, 1.0, 0.0, b, 0.0, 1.0];
        let found = inflation(&matrix, 3).unwrap();
        assert!((found[0] - 1.0 / (1.0 - a * a - b * b)).abs() < 1e-12);
    }

    #[test]
    fn a_constant_column_has_no_correlation() {
        let pair = Pair {
            rows: 100,
            sums: [0.0, 0.0, 0.0, 12.0, 0.0],
        };
        assert_eq!(pair.correlation(), None);
        let pair = Pair {
            rows: 4,
            sums: [0.0, 0.0, 4.0, 4.0, -4.0],
        };
        assert_eq!(pair.correlation(), Some(-1.0));
    }
}
