//! Least squares by orthogonalisation.

/// What is left of a column after those before it, as a share: less counts as nothing.
const PIVOT: f64 = 1e-10;

/// Solves `min ‖A x − b‖²` by Gram and Schmidt on the columns of `A`.
///
/// # Errors
///
/// The place of the first column that is a linear combination of those before it.
pub(super) fn least_squares(columns: Vec<Vec<f64>>, mut b: Vec<f64>) -> Result<Vec<f64>, usize> {
    let order = columns.len();
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(order);
    let mut upper = vec![vec![0.0; order + 1]; order];
    for (place, mut vector) in columns.into_iter().enumerate() {
        let whole = norm(&vector);
        // Twice is enough: what the first pass leaves by rounding, the second takes.
        for _ in 0..2 {
            for (earlier, unit) in basis.iter().enumerate() {
                upper[earlier][place] += project_out(&mut vector, unit);
            }
        }
        let rest = norm(&vector);
        if rest * rest <= PIVOT * whole * whole || !rest.is_finite() {
            return Err(place);
        }
        for x in &mut vector {
            *x /= rest;
        }
        upper[place][place] = rest;
        upper[place][order] = project_out(&mut b, &vector);
        basis.push(vector);
    }
    let mut solution = vec![0.0; order];
    for row in (0..order).rev() {
        let known: f64 = (row + 1..order).map(|k| upper[row][k] * solution[k]).sum();
        solution[row] = (upper[row][order] - known) / upper[row][row];
    }
    Ok(solution)
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Takes `unit`'s part out of `vector` and gives how much it was.
fn project_out(vector: &mut [f64], unit: &[f64]) -> f64 {
    let part: f64 = vector.iter().zip(unit).map(|(x, u)| x * u).sum();
    for (x, u) in vector.iter_mut().zip(unit) {
        *x -= part * u;
    }
    part
}
