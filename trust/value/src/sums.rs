//! The sums that values are made of, and their code.

use consilium_glm::{
    Candidate, Column, Design, Family, Kind, Likelihood, Regression, Sums, Table,
    solve::{Symmetric, triangle},
};
use consilium_secagg::{Encoding, EncodingError, encoding};
use serde::{Deserialize, Serialize};

use crate::Failure;

/// The fewest rows of either label, or half of the fewest rows of numbers, by which an institution judges,
/// where the plan's smallest cell is not larger; and the least that this cell may be where own sums are
/// shown. It is what an evaluation takes.
pub const FEWEST_ROWS: u64 = 10;

/// How many elements the first sum has: institutions that have rows beyond the model's reach.
pub const COUNTS: usize = 1;
/// Rows that were fitted, and rows that judge.
const ROWS: usize = 2;
/// Loss, squared Pearson residuals, labels, squared labels.
const HEAD: usize = 4;

/// The rows that judge, of all who do, under the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Their sums.
    pub sums: Sums,
    /// Deviance under their mean alone.
    pub null_deviance: f64,
    /// Dispersion; 1 where the family has none.
    pub dispersion: f64,
}

impl Judged {
    /// Adds up rows of one place; nothing if they are too few or lie beyond the model's reach.
    pub fn of(regression: &Regression, table: &Table, model: &Candidate) -> Option<Judged> {
        let sums = Sums::of(regression, table, model);
        let labels = labels(table, model);
        (are_enough(regression, table) && sums.beyond == 0)
            .then(|| Judged::new(regression, sums, labels))
    }

    fn new(regression: &Regression, sums: Sums, [label, square]: [f64; 2]) -> Judged {
        let family = regression.specification().family;
        let rows = sums.rows as f64;
        let mean = label / rows;
        // All deviances are here without what is the same under all models.
        let null_deviance = match family {
            Family::Gaussian => square - rows * mean * mean,
            Family::Logistic => -2.0 * rows * (x_ln_x(mean) + x_ln_x(1.0 - mean)),
            Family::Poisson => 2.0 * rows * (mean - x_ln_x(mean)),
            Family::Gamma => 2.0 * rows * (1.0 + mean.ln()),
        };
        let dispersion = if family.has_dispersion() {
            (sums.pearson / rows).max(f64::MIN_POSITIVE)
        } else {
            1.0
        };
        Judged {
            sums,
            null_deviance,
            dispersion,
        }
    }
}

/// Gives `x ln x`, 0 where x is.
fn x_ln_x(x: f64) -> f64 {
    if x > 0.0 { x * x.ln() } else { 0.0 }
}

/// Says whether so few rows may judge.
pub(crate) fn are_enough(regression: &Regression, table: &Table) -> bool {
    let spec = regression.specification();
    let fewest = spec.minimum_count.max(FEWEST_ROWS);
    let rows = table.rows() as u64;
    if spec.family != Family::Logistic {
        return rows >= 2 * fewest;
    }
    let of_one = table.iter().filter(|(_, label)| *label > 0.5).count() as u64;
    of_one.min(rows - of_one) >= fewest
}

/// Adds up labels and their squares, as they are fitted.
pub(crate) fn labels(table: &Table, model: &Candidate) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for (_, label) in table.iter() {
        let label = model.design.label(label);
        sums[0] += label;
        sums[1] += label * label;
    }
    sums
}

/// Gives the length of the vector that each contributor adds to the second sum, for a number of
/// coefficients.
pub fn sums_len(coefficients: usize) -> usize {
    ROWS + HEAD + 2 * (coefficients + triangle(coefficients))
}

/// Gives the part of such a vector that belongs to gradient and information of fitted rows.
pub(crate) fn of_fitted(vector: &[f64], coefficients: usize) -> Vec<f64> {
    vector[ROWS..][..coefficients + triangle(coefficients)].to_vec()
}

/// Makes the code of these sums.
///
/// # Discussion
///
/// A fit bounds its sums by what standardised columns can have in all; rows that judge need not lie where
/// those of the fit do. So every row is bounded, by the declared ranges in units of the model's design.
pub(crate) fn encoding(
    regression: &Regression,
    design: &Design,
) -> Result<Encoding, EncodingError> {
    let spec = regression.specification();
    let rows = spec.most_rows as f64;
    let Terms {
        loss,
        pearson,
        slope,
        weight,
        label,
    } = Terms::largest(regression, design);
    let mut columns = vec![1.0];
    columns.extend(design.terms.iter().map(|term| {
        let (low, high) = match (&spec.columns[term.column], term.missing) {
            (_, true) => (0.0, 1.0),
            (Column { kind, .. }, false) => ends(*kind),
        };
        let centre = term.centre;
        (low - centre.mean).abs().max((high - centre.mean).abs()) / centre.deviation
    }));
    let mut sums = Vec::new();
    sums.extend(columns.iter().map(|x| slope * x * rows));
    for (place, x) in columns.iter().enumerate() {
        sums.extend(columns[place..].iter().map(|y| weight * x * y * rows));
    }
    let mut largest = vec![rows; ROWS];
    largest.extend(&sums);
    largest.extend([loss, pearson, label, label * label].map(|it| it * rows));
    largest.extend(&sums);
    Encoding::new(&largest, spec.most_contributors, spec.bits)
}

/// The largest absolute values of one row's terms.
struct Terms {
    loss: f64,
    pearson: f64,
    slope: f64,
    weight: f64,
    label: f64,
}

impl Terms {
    fn largest(regression: &Regression, design: &Design) -> Terms {
        let spec = regression.specification();
        let largest = Likelihood::new(spec.family, spec.labels).largest();
        let ends = [spec.labels.low(), spec.labels.high()];
        let label = ends.map(|end| design.label(end).abs());
        let label = label[0].max(label[1]);
        if spec.family == Family::Gaussian {
            // Those of the family hold on average over rows that were fitted.
            let slope = largest.slope + label;
            return Terms {
                loss: slope * slope / 2.0,
                pearson: slope * slope,
                slope,
                weight: largest.weight,
                label,
            };
        }
        Terms {
            loss: largest.loss,
            pearson: largest.pearson,
            slope: largest.slope,
            weight: largest.weight,
            label,
        }
    }
}

fn ends(kind: Kind) -> (f64, f64) {
    match kind {
        Kind::Number(range) | Kind::Two(range) => (range.low(), range.high()),
        Kind::Binary => (0.0, 1.0),
    }
}

/// Makes the code of the count that comes first.
pub(crate) fn encoding_of_counts(regression: &Regression) -> Result<Encoding, EncodingError> {
    let spec = regression.specification();
    Encoding::new(&[1.0], spec.most_contributors, spec.bits)
}

/// Counts 1 if any own rows are beyond the model's reach.
pub(crate) fn counts(fitted: &Sums, judging: Option<&Sums>) -> Vec<f64> {
    let is_beyond = fitted.beyond > 0 || judging.is_some_and(|sums| sums.beyond > 0);
    vec![f64::from(u8::from(is_beyond))]
}

/// Reads the opened count.
///
/// # Errors
///
/// [`Failure::Beyond`] if any institution has rows beyond the model's reach.
pub(crate) fn read_counts(regression: &Regression, opened: &[u64]) -> Result<(), Failure> {
    let encoding = encoding_of_counts(regression).map_err(|_| Failure::Implausible)?;
    let sums = encoding.decode(opened).map_err(|_| Failure::Implausible)?;
    match encoding::count(sums[0]) {
        Some(0) => Ok(()),
        Some(_) => Err(Failure::Beyond),
        None => Err(Failure::Implausible),
    }
}

/// Puts own sums into a vector; zeros in the place of those that judge where own rows don't.
pub(crate) fn local(fitted: &Sums, judging: Option<(&Sums, [f64; 2])>) -> Vec<f64> {
    let judged_rows = judging.map_or(0, |(sums, _)| sums.rows);
    let mut all = vec![fitted.rows as f64, judged_rows as f64];
    all.extend(&fitted.gradient);
    all.extend(fitted.fisher.upper());
    if let Some((sums, labels)) = judging {
        all.extend([sums.loss, sums.pearson]);
        all.extend(labels);
        all.extend(&sums.gradient);
        all.extend(sums.fisher.upper());
    }
    all.resize(sums_len(fitted.gradient.len()), 0.0);
    all
}

/// Reads an opened sum: all fitted rows, and those that judge.
///
/// # Errors
///
/// [`Failure::Implausible`] if no rows can have such sums.
pub(crate) fn read(
    regression: &Regression,
    model: &Candidate,
    opened: &[u64],
) -> Result<(Sums, Judged), Failure> {
    let order = model.coefficients.len();
    let encoding = encoding(regression, &model.design).map_err(|_| Failure::Implausible)?;
    let sums = encoding.decode(opened).map_err(|_| Failure::Implausible)?;
    let count = |place: usize| encoding::count(sums[place]).ok_or(Failure::Implausible);
    let (rows, judged_rows) = (count(0)?, count(1)?);
    let (fitted, judged) = sums[ROWS..].split_at(order + triangle(order));
    let (head, judged) = judged.split_at(HEAD);
    let part = |rows, [loss, pearson]: [f64; 2], sums: &[f64]| {
        let (gradient, fisher) = sums.split_at(order);
        Sums {
            rows,
            beyond: 0,
            loss,
            pearson,
            gradient: gradient.to_vec(),
            fisher: Symmetric::new(order, fisher.to_vec()),
        }
    };
    if judged_rows == 0 {
        return Err(Failure::Implausible);
    }
    let fitted = part(rows, [0.0; 2], fitted);
    let judged = part(judged_rows, [head[0], head[1]], judged);
    let labels = [head[2], head[3]];
    let is_sane = |sums: &Sums| (0..order).all(|place| sums.fisher.at(place, place) >= -1.0);
    if !(is_sane(&fitted) && is_sane(&judged) && are_labels(regression, judged.rows, labels)) {
        return Err(Failure::Implausible);
    }
    Ok((fitted, Judged::new(regression, judged, labels)))
}

/// Says whether rows can have labels with these sums, whose mean is not at the end of what it can be.
fn are_labels(regression: &Regression, rows: u64, [label, square]: [f64; 2]) -> bool {
    let mean = label / rows as f64;
    match regression.specification().family {
        Family::Gaussian => square >= -1.0,
        Family::Logistic => mean > 0.0 && mean < 1.0,
        Family::Poisson | Family::Gamma => mean > 0.0,
    }
}
