//! Symmetric positive definite systems.

use serde::{Deserialize, Serialize};

/// A symmetric matrix, of which the upper triangle is kept row by row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "(usize, Vec<f64>)", into = "(usize, Vec<f64>)")]
pub struct Symmetric {
    order: usize,
    upper: Vec<f64>,
}

/// The number of elements in the upper triangle of a matrix of that order.
pub fn triangle(order: usize) -> usize {
    order * (order + 1) / 2
}

impl Symmetric {
    /// Takes the upper triangle row by row.
    ///
    /// # Panics
    ///
    /// If there are not exactly [`triangle`]`(order)` elements.
    pub fn new(order: usize, upper: Vec<f64>) -> Symmetric {
        assert_eq!(upper.len(), triangle(order), "a triangle of another order");
        Symmetric { order, upper }
    }

    /// Takes no element but zeros.
    pub(crate) fn zero(order: usize) -> Symmetric {
        Symmetric::new(order, vec![0.0; triangle(order)])
    }

    /// Gives the number of rows.
    pub fn order(&self) -> usize {
        self.order
    }

    /// Gives the element at a row and a column.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.upper[self.place(row, column)]
    }

    /// Gives the upper triangle row by row.
    pub fn upper(&self) -> &[f64] {
        &self.upper
    }

    /// Gives the product with a vector.
    ///
    /// # Panics
    ///
    /// If the vector has not [`Symmetric::order`] elements.
    pub fn times(&self, vector: &[f64]) -> Vec<f64> {
        assert_eq!(vector.len(), self.order, "a vector of another length");
        (0..self.order)
            .map(|row| (0..self.order).map(|k| self.at(row, k) * vector[k]).sum())
            .collect()
    }

    /// Says whether all elements are numbers.
    pub(crate) fn is_finite(&self) -> bool {
        self.upper.iter().all(|element| element.is_finite())
    }

    /// Adds to an element of the diagonal.
    pub fn add_to_diagonal(&mut self, row: usize, value: f64) {
        let place = self.place(row, row);
        self.upper[place] += value;
    }

    fn place(&self, row: usize, column: usize) -> usize {
        let (low, high) = (row.min(column), row.max(column));
        low * (2 * self.order - low + 1) / 2 + high - low
    }
}

impl TryFrom<(usize, Vec<f64>)> for Symmetric {
    type Error = &'static str;

    fn try_from((order, upper): (usize, Vec<f64>)) -> Result<Self, &'static str> {
        // The first comparison keeps the second from overflowing.
        let fits = order <= upper.len() && upper.len() == triangle(order);
        if fits {
            Ok(Symmetric { order, upper })
        } else {
            Err("a triangle of another order")
        }
    }
}

impl From<Symmetric> for (usize, Vec<f64>) {
    fn from(matrix: Symmetric) -> (usize, Vec<f64>) {
        (matrix.order, matrix.upper)
    }
}

/// The Cholesky factor `L` of a matrix `L Lᵀ`.
#[derive(Clone, Debug)]
pub struct Cholesky {
    order: usize,
    /// Row by row, with what lies above the diagonal unused.
    lower: Vec<f64>,
}

/// A column that is a linear combination of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependent(pub usize);

/// What is left of a column after those before it, as a share: less counts as nothing.
const PIVOT: f64 = 1e-10;

impl Cholesky {
    /// Factorises a matrix.
    ///
    /// # Errors
    ///
    /// [`Dependent`] names the first column that is a linear combination of those before it.
    pub fn new(matrix: &Symmetric) -> Result<Cholesky, Dependent> {
        let order = matrix.order;
        let mut lower = vec![0.0; order * order];
        for row in 0..order {
            for column in 0..=row {
                let dot = dot(
                    &lower[row * order..][..column],
                    &lower[column * order..][..column],
                );
                let rest = matrix.at(row, column) - dot;
                lower[row * order + column] = if row > column {
                    rest / lower[column * order + column]
                } else if rest > PIVOT * matrix.at(row, row) {
                    rest.sqrt()
                } else {
                    return Err(Dependent(row));
                };
            }
        }
        Ok(Cholesky { order, lower })
    }

    /// Solves `L Lᵀ x = b`.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let n = self.order;
        let mut x = b.to_vec();
        for row in 0..n {
            let known = dot(&self.lower[row * n..][..row], &x[..row]);
            x[row] = (x[row] - known) / self.lower[row * n + row];
        }
        for row in (0..n).rev() {
            let known: f64 = (row + 1..n)
                .map(|below| self.lower[below * n + row] * x[below])
                .sum();
            x[row] = (x[row] - known) / self.lower[row * n + row];
        }
        x
    }

    /// Gives the inverse `(L Lᵀ)⁻¹`.
    pub fn inverse(&self) -> Symmetric {
        let mut upper = Vec::with_capacity(triangle(self.order));
        for row in 0..self.order {
            let mut unit = vec![0.0; self.order];
            unit[row] = 1.0;
            upper.extend_from_slice(&self.solve(&unit)[row..]);
        }
        Symmetric::new(self.order, upper)
    }
}

/// Gives the scalar product of two vectors; what one has beyond the other counts nothing.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
