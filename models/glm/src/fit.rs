//! What a fit tells.

use std::ops::Deref;

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use crate::{
    Candidate, Design, Family, RawCoefficients, Regression, Sums,
    inference::Reference,
    solve::{Cholesky, Symmetric},
};

/// One coefficient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Of which column; `(intercept)` for the first.
    pub name: String,
    /// By one standard deviation of the column, with the label in its fitted units.
    pub standardised: f64,
    /// By one unit of the column, on the scale of the link.
    pub coefficient: f64,
    /// Of `coefficient`.
    pub standard_error: f64,
    /// `coefficient` in standard errors.
    pub statistic: f64,
    /// Two-sided; by the normal distribution, or by Student's where the dispersion is estimated.
    pub p_value: f64,
    /// Lower and upper end of the 95 % interval.
    pub interval: (f64, f64),
}

/// A fit over all parties at full precision: the aggregator's own.
///
/// With a penalty λ the covariance behind the standard errors is `H⁻¹ F H⁻¹`, `F` the Fisher
/// information and `H = F + λI`; it speaks of the spread of the penalised estimate about its own
/// mean, not about the truth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// The label's distribution.
    pub family: Family,
    /// The coefficients, the intercept first.
    pub estimates: Vec<Estimate>,
    /// The same for the raw columns, dropped ones included.
    pub raw: RawCoefficients,
    /// How raw rows become fitted ones.
    pub design: Design,
    /// Pearson's estimate of the dispersion, in squared units of the label for the Gaussian
    /// family; 1 where the family has none.
    pub dispersion: f64,
    /// Rows of all parties.
    pub rows: u64,
    /// How often the coefficients were updated.
    pub updates: u32,
    /// How many sums were opened.
    pub sums: u32,
    /// Whose rows are in it.
    pub contributors: Vec<PartyId>,
}

/// A fit as contributors and readers get it: standard errors have two significant digits, and
/// whatever is made from them is made from the rounded ones.
///
/// # Security
///
/// The exact standard error of a rare 0/1 column gives the number of its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published(Fit);

/// How many steps a fit took, and over whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Course {
    pub(crate) updates: u32,
    pub(crate) sums: u32,
    pub(crate) contributors: Vec<PartyId>,
}

impl Fit {
    /// Draws up a fit from its coefficients and the sums and factor of the penalised information
    /// there.
    pub(crate) fn new(
        regression: &Regression,
        design: Design,
        coefficients: &[f64],
        sums: &Sums,
        factor: &Cholesky,
        course: Course,
    ) -> Fit {
        let spread = Spread::new(regression, &design, sums, factor);
        Fit::with(
            regression,
            design,
            (coefficients, &spread),
            sums.rows,
            course,
        )
    }

    /// Draws up a fit from its coefficients and how far each may be off.
    pub(crate) fn with(
        regression: &Regression,
        design: Design,
        (coefficients, spread): (&[f64], &Spread),
        rows: u64,
        course: Course,
    ) -> Fit {
        let family = regression.specification().family;
        let reference = reference(family, rows, coefficients.len());
        let raw = design.to_raw(regression, coefficients);
        let names = design.names(regression);
        let mut estimates = Vec::with_capacity(names.len());
        for (place, name) in names.into_iter().enumerate() {
            let coefficient = match place.checked_sub(1).map(|place| &design.terms[place]) {
                None => raw.intercept,
                Some(term) if term.missing => raw.columns[term.column].1,
                Some(term) => raw.columns[term.column].0,
            };
            let standardised = coefficients[place];
            estimates.push(Estimate::new(
                name,
                standardised,
                coefficient,
                spread.errors[place],
                reference,
            ));
        }
        Fit {
            family,
            estimates,
            raw,
            design,
            dispersion: spread.dispersion,
            rows,
            updates: course.updates,
            sums: course.sums,
            contributors: course.contributors,
        }
    }

    /// Predicts the label's mean for a raw row, NaN where a value is missing.
    pub fn predict(&self, raw: &[f64]) -> f64 {
        let coefficients: Vec<f64> = self.estimates.iter().map(|b| b.standardised).collect();
        self.design.predict(self.family, &coefficients, raw)
    }

    /// Gives what it predicts by.
    pub fn model(&self) -> Candidate {
        Candidate {
            design: self.design.clone(),
            coefficients: self.estimates.iter().map(|b| b.standardised).collect(),
        }
    }

    /// Says whether it ended after as many of Newton's steps as were agreed on, converged or not.
    pub fn was_cut_short(&self, regression: &Regression) -> bool {
        regression.specification().steps == Some(self.updates)
    }

    /// Says whether this can be a fit of the regression: its columns and their names are those of
    /// its design.
    pub fn suits(&self, regression: &Regression) -> bool {
        let spec = regression.specification();
        self.family == spec.family
            && self.model().suits(regression)
            && (self.estimates.iter().map(|estimate| &estimate.name))
                .eq(&self.design.names(regression))
            && self.raw.columns.len() == spec.columns.len()
    }

    /// Gives what may leave the aggregator.
    pub fn publish(&self) -> Published {
        let mut fit = self.clone();
        let reference = reference(fit.family, fit.rows, fit.estimates.len());
        for estimate in &mut fit.estimates {
            let Estimate {
                name,
                standardised,
                coefficient,
                standard_error,
                ..
            } = &*estimate;
            let error = two_digits(*standard_error);
            *estimate = Estimate::new(name.clone(), *standardised, *coefficient, error, reference);
        }
        Published(fit)
    }
}

/// How far the coefficients of a fit may be off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    /// Standard errors on the raw scale, the intercept's first.
    pub(crate) errors: Vec<f64>,
    /// As [`Fit::dispersion`].
    pub(crate) dispersion: f64,
}

impl Spread {
    pub(crate) fn new(
        regression: &Regression,
        design: &Design,
        sums: &Sums,
        factor: &Cholesky,
    ) -> Spread {
        let variances = raw_variances(design, &covariance(&sums.fisher, factor));
        let dispersion = if regression.specification().family.has_dispersion() {
            sums.pearson / (sums.rows as f64 - variances.len() as f64)
        } else {
            1.0
        };
        let scale = design.slope_scale(regression);
        let errors = variances.iter();
        Spread {
            errors: errors
                .map(|variance| scale * (dispersion * variance).sqrt())
                .collect(),
            dispersion: dispersion * scale * scale,
        }
    }

    /// Says whether it can be that of so many coefficients.
    pub(crate) fn suits(&self, coefficients: usize) -> bool {
        let numbers = self.errors.iter().chain([&self.dispersion]);
        self.errors.len() == coefficients
            && numbers
                .copied()
                .all(|number| number.is_finite() && number > 0.0)
    }

    /// Gives it in two significant digits.
    pub(crate) fn rounded(mut self) -> Spread {
        for number in self.errors.iter_mut().chain([&mut self.dispersion]) {
            *number = two_digits(*number);
        }
        self
    }
}

/// Gives the distribution of a coefficient in its standard errors.
fn reference(family: Family, rows: u64, coefficients: usize) -> Reference {
    if family.has_dispersion() {
        Reference::Student(rows as f64 - coefficients as f64)
    } else {
        Reference::Normal
    }
}

impl Deref for Published {
    type Target = Fit;

    fn deref(&self) -> &Fit {
        &self.0
    }
}

impl Estimate {
    fn new(
        name: String,
        standardised: f64,
        coefficient: f64,
        standard_error: f64,
        reference: Reference,
    ) -> Estimate {
        let statistic = coefficient / standard_error;
        let reach = reference.half_interval() * standard_error;
        Estimate {
            name,
            standardised,
            coefficient,
            standard_error,
            statistic,
            p_value: reference.two_sided(statistic),
            interval: (coefficient - reach, coefficient + reach),
        }
    }
}

/// Gives `H⁻¹ F H⁻¹`, row by row.
fn covariance(fisher: &Symmetric, factor: &Cholesky) -> Vec<Vec<f64>> {
    let order = fisher.order();
    let inverse = factor.inverse();
    let mut inverse_times_fisher = Vec::with_capacity(order);
    for column in 0..order {
        let of_fisher: Vec<f64> = (0..order).map(|row| fisher.at(row, column)).collect();
        inverse_times_fisher.push(factor.solve(&of_fisher));
    }
    let element = |row: usize, column: usize| {
        (0..order)
            .map(|k| inverse_times_fisher[k][row] * inverse.at(k, column))
            .sum()
    };
    (0..order)
        .map(|row| (0..order).map(|column| element(row, column)).collect())
        .collect()
}

/// Gives the variances of the raw intercept and slopes, the label in its fitted units.
fn raw_variances(design: &Design, covariance: &[Vec<f64>]) -> Vec<f64> {
    let mut to_intercept = vec![1.0];
    to_intercept.extend(
        design
            .terms
            .iter()
            .map(|term| -term.centre.mean / term.centre.deviation),
    );
    let product = |row: &Vec<f64>| {
        row.iter()
            .zip(&to_intercept)
            .map(|(c, a)| c * a)
            .sum::<f64>()
    };
    let of_intercept = covariance
        .iter()
        .zip(&to_intercept)
        .map(|(row, a)| a * product(row))
        .sum();
    let mut variances = vec![of_intercept];
    for (place, term) in design.terms.iter().enumerate() {
        variances.push(covariance[place + 1][place + 1] / term.centre.deviation.powi(2));
    }
    variances
}

/// Rounds to two significant digits.
fn two_digits(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    // Through decimal text, so that the result is the number that is printed.
    format!("{value:.1e}").parse().unwrap_or(value)
}
