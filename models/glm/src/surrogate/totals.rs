//! What is opened of the rows of all contributors in one round.

use consilium_secagg::{Encoding, EncodingError, SumNumber, SumShape, Told};
use serde::{Deserialize, Serialize};

use super::{Order, limits::shows_few_rows};
use crate::{
    Candidate, Failure, Regression, Sums, Table,
    solve::{Symmetric, triangle},
    steps, training,
};

/// The derivatives of the loss over all rows under one candidate, without the penalty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Rows.
    pub rows: u64,
    /// Loss.
    pub loss: f64,
    /// Squared Pearson residuals.
    pub pearson: f64,
    /// Gradient of the loss.
    pub gradient: Vec<f64>,
    /// Fisher information at dispersion one, if the order asks for it.
    pub information: Option<Symmetric>,
}

/// Gives the length of the vector of [`local_totals`] for a number of coefficients.
pub fn totals_len(order: Order, coefficients: usize) -> usize {
    match order {
        Order::First => steps::slopes_len(coefficients),
        Order::Second => steps::sums_len(coefficients),
    }
}

/// Gives the largest absolute value of each element that one party may have, as
/// [`largest_sums`](crate::largest_sums) does.
pub fn largest_totals(regression: &Regression, order: Order, coefficients: usize) -> Vec<f64> {
    let mut largest = steps::largest_sums(regression, coefficients);
    largest.truncate(totals_len(order, coefficients));
    largest
}

/// Adds up one party's terms under a candidate, the one `before` having been looked at in the same fit.
///
/// Rows beyond the caps withhold all that could be read; so do rows too few of which would make up
/// what is told, and count as one that is beyond.
pub fn local_totals(
    regression: &Regression,
    table: &Table,
    (candidate, before): (&Candidate, Option<&Candidate>),
    order: Order,
) -> Told {
    let mut sums = match order {
        Order::First => steps::local_slopes(regression, table, candidate),
        Order::Second => steps::local_sums(regression, table, candidate),
    };
    let beyond = &mut sums[steps::BEYOND];
    if *beyond == 0.0 && shows_few_rows(regression, table, (candidate, before)) {
        *beyond = 1.0;
    }
    steps::told(sums)
}

/// Makes the code in which they are added up.
pub(super) fn encoding(
    regression: &Regression,
    order: Order,
    coefficients: usize,
) -> Result<Encoding, EncodingError> {
    let spec = regression.specification();
    let largest = largest_totals(regression, order, coefficients);
    Encoding::new(&largest, spec.most_contributors, spec.bits)
}

/// Gives how far rounding may move the difference of the losses of two sums.
pub(super) fn blur(regression: &Regression, (order, coefficients): (Order, usize)) -> f64 {
    let encoding = encoding(regression, order, coefficients).ok();
    let quantum = encoding.and_then(|encoding| encoding.quanta().nth(steps::LOSS));
    2.0 * quantum.unwrap_or_default() * regression.specification().most_contributors as f64
}

/// Gives the shape of the sum under a candidate.
pub(super) fn shape(
    regression: &Regression,
    number: SumNumber,
    (candidate, order): (&Candidate, Order),
) -> SumShape {
    let len = totals_len(order, candidate.coefficients.len());
    let sum = (number, len, regression.specification().bits);
    SumShape::asking(sum, ("glm-surrogate.1.sum", candidate))
}

impl Totals {
    /// Reads an opened sum over so many coefficients.
    ///
    /// # Errors
    ///
    /// [`Failure::Implausible`] if no rows can have such sums, [`Failure::BeyondCaps`] if the
    /// candidate can't come near some of the labels.
    pub fn read(
        regression: &Regression,
        (order, coefficients): (Order, usize),
        opened: &[u64],
    ) -> Result<Totals, Failure> {
        let mut opened = training::decode(encoding(regression, order, coefficients), opened)?;
        if order == Order::First {
            opened.resize(opened.len() + triangle(coefficients), 0.0);
        }
        let sums = Sums::read(regression, coefficients, &opened)?;
        if sums.beyond > 0 {
            return Err(Failure::BeyondCaps);
        }
        Ok(Totals {
            rows: sums.rows,
            loss: sums.loss,
            pearson: sums.pearson,
            gradient: sums.gradient,
            information: (order == Order::Second).then_some(sums.fisher),
        })
    }

    /// Says whether these can be the totals of so many coefficients.
    pub(super) fn suits(&self, order: Order, coefficients: usize) -> bool {
        let information = self.information.as_ref();
        self.gradient.len() == coefficients
            && self.gradient.iter().all(|slope| slope.is_finite())
            && self.loss.is_finite()
            && self.pearson.is_finite()
            && information.is_some() == (order == Order::Second)
            && information.is_none_or(|of| of.order() == coefficients && of.is_finite())
    }
}
