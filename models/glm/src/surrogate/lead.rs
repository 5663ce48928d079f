//! What the lead computes from its own rows and the totals over all.

use serde::{Deserialize, Serialize};

use super::{
    Totals,
    limits::{is_moderate, is_of_few, rounded},
};
use crate::{
    Candidate, Design, Failure, Family, Regression, Sums, Table, Term,
    fit::Spread,
    newton::{along, largest},
    partition,
    solve::{Cholesky, Symmetric, dot, triangle},
    steps,
};

/// Newton's steps of the lead at home, and halvings of each.
const MOST_STEPS: u32 = 50;
const MOST_HALVINGS: u32 = 20;
/// A step that changes no coefficient by more, in relation to the largest, is the last.
const SMALL_CHANGE: f64 = 1e-9;
/// λ of the lead's own model at least, over its own rows: a normal prior of variance 0.1 on standardised
/// coefficients. With it there is such a model whatever columns are constant there, few rows don't run
/// to extremes, and the point lies nearer to the maximum over all.
const LEAST_PENALTY: f64 = 10.0;
/// Looks at the lead's rows in one solution at most: what an aggregator invents costs no more.
const MOST_LOOKS: u32 = 150;

/// The lead's own rows, beside those of all.
#[derive(Clone, Copy, Debug)]
pub struct Lead<'a> {
    /// The regression.
    pub regression: &'a Regression,
    /// The lead's own rows.
    pub table: &'a Table,
    /// How raw rows become fitted ones, at all contributors alike.
    pub design: &'a Design,
    /// Rows of all contributors.
    pub rows: u64,
}

/// The maximum of a surrogate likelihood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Solved {
    /// Coefficients of the fitted columns, the intercept first.
    pub coefficients: Vec<f64>,
    /// How far they may be off, in two significant digits.
    pub(crate) spread: Spread,
}

/// The lead's loss, brought to the rows of all, with what is added to it:
/// `s·ℓ(w) + tᵀ(w − v) + ½(w − v)ᵀB(w − v) + λ/2·‖w‖²`, the intercept without penalty.
struct Corrected<'a> {
    lead: Lead<'a>,
    /// s: rows of all for each of the lead's own.
    scale: f64,
    /// v.
    about: &'a [f64],
    /// t.
    tilt: Vec<f64>,
    /// B, row by row.
    bend: Vec<Vec<f64>>,
    /// λ.
    penalty: f64,
}

/// That loss at a point, with its derivatives.
struct Look {
    own: Sums,
    value: f64,
    gradient: Vec<f64>,
    /// Expected second derivatives, without and with the penalty.
    bare: Symmetric,
    information: Symmetric,
}

impl Lead<'_> {
    /// Fits the lead's own rows: the point about which the likelihood of all is approximated.
    ///
    /// In multiples of 0.01, with a penalty of at least 10 over its own rows: any point near the maximum
    /// over all serves, so none has to tell more of these rows. Columns that would tell of fewer than
    /// the minimum count stay at 0.
    ///
    /// # Errors
    ///
    /// [`Failure::Unrepresentative`] if they give no model.
    pub fn estimate(&self) -> Result<Vec<f64>, Failure> {
        let regression = self.regression;
        let minimum = regression.specification().minimum_count;
        // The intercept tells how many have each label.
        if self
            .rows_by_label()
            .iter()
            .any(|rows| (1..minimum).contains(rows))
        {
            return Err(Failure::Unrepresentative);
        }
        let of_few = partition::told_of_few(regression, self.table, minimum);
        let told =
            |term: &Term| !of_few[term.column] && !is_of_few(regression, self.table, term, minimum);
        let told: Vec<bool> = self.design.terms.iter().map(told).collect();
        let terms = self.design.terms.iter().zip(&told);
        let design = Design {
            terms: terms
                .filter(|(_, told)| **told)
                .map(|(term, _)| term.clone())
                .collect(),
            label: self.design.label,
        };
        let lead = Lead {
            design: &design,
            ..*self
        };
        let mut slopes = lead.estimate_of_all()?.into_iter();
        let intercept = slopes.next();
        let slopes = told.iter().map(|told| match told {
            true => slopes.next().unwrap_or_default(),
            false => 0.0,
        });
        let all: Vec<f64> = intercept.into_iter().chain(slopes).map(rounded).collect();
        is_moderate(&all)
            .then_some(all)
            .ok_or(Failure::Unrepresentative)
    }

    /// Gives the coefficients of that model unrounded, of all columns of the design.
    fn estimate_of_all(&self) -> Result<Vec<f64>, Failure> {
        let about = vec![0.0; self.design.coefficients()];
        let scale = self.scale()?;
        let penalty = self.regression.specification().penalty;
        let own = Corrected {
            tilt: about.clone(),
            bend: vec![about.clone(); about.len()],
            about: &about,
            lead: *self,
            scale,
            penalty: penalty.max(scale * LEAST_PENALTY),
        };
        Ok(own.minimum(self.start()?)?.0)
    }

    /// Maximises the surrogate likelihood made of the lead's own and the totals at a point.
    ///
    /// # Errors
    ///
    /// [`Failure::Unrepresentative`] if it has no maximum near there.
    pub fn solve(&self, about: &[f64], totals: &Totals) -> Result<Solved, Failure> {
        let scale = self.scale()?;
        let there = self.own(about).ok_or(Failure::Unrepresentative)?;
        let slopes = totals.gradient.iter().zip(&there.gradient);
        let curvature = |row, column| {
            let all = totals.information.as_ref();
            all.map_or(0.0, |all| {
                all.at(row, column) - scale * there.fisher.at(row, column)
            })
        };
        let order = about.len();
        let corrected = Corrected {
            lead: *self,
            scale,
            about,
            tilt: slopes.map(|(all, own)| all - scale * own).collect(),
            bend: (0..order)
                .map(|row| (0..order).map(|column| curvature(row, column)).collect())
                .collect(),
            penalty: self.regression.specification().penalty,
        };
        let (coefficients, look) = corrected.minimum(about.to_vec())?;
        let sums = Sums {
            rows: totals.rows,
            beyond: 0,
            pearson: totals.pearson + corrected.rise_of_pearson(&there, (&coefficients, &look)),
            loss: look.value,
            gradient: look.gradient,
            fisher: look.bare,
        };
        let factor = Cholesky::new(&look.information).map_err(|_| Failure::Unrepresentative)?;
        let spread = Spread::new(self.regression, self.design, &sums, &factor).rounded();
        if !(spread.suits(order) && is_moderate(&coefficients)) {
            return Err(Failure::Unrepresentative);
        }
        Ok(Solved {
            coefficients,
            spread,
        })
    }

    /// Counts the rows by label; in other than logistic regression, all under one.
    fn rows_by_label(&self) -> [u64; 2] {
        let is_logistic = self.regression.specification().family == Family::Logistic;
        let mut rows = [0; 2];
        for (_, label) in self.table.iter() {
            rows[usize::from(is_logistic && label > 0.5)] += 1;
        }
        rows
    }

    fn scale(&self) -> Result<f64, Failure> {
        match self.table.rows() {
            0 => Err(Failure::Unrepresentative),
            own => Ok(self.rows as f64 / own as f64),
        }
    }

    /// Gives the model without features, which labels of one class alone don't have.
    fn start(&self) -> Result<Vec<f64>, Failure> {
        let labels = self.table.iter().map(|(_, label)| self.design.label(label));
        let mean = labels.sum::<f64>() / self.table.rows() as f64;
        let link = self.regression.specification().family.link(mean);
        if !link.is_finite() {
            return Err(Failure::Unrepresentative);
        }
        let mut start = vec![0.0; self.design.coefficients()];
        start[0] = link;
        Ok(start)
    }

    /// Adds up the lead's own rows; nothing if one lies beyond the caps.
    fn own(&self, at: &[f64]) -> Option<Sums> {
        let candidate = Candidate {
            design: self.design.clone(),
            coefficients: at.to_vec(),
        };
        let sums = steps::local_sums(self.regression, self.table, &candidate);
        let sums = Sums::read(self.regression, at.len(), &sums).ok()?;
        (sums.beyond == 0).then_some(sums)
    }
}

impl Corrected<'_> {
    fn look(&self, at: &[f64]) -> Option<Look> {
        let own = self.lead.own(at)?;
        let order = at.len();
        let away: Vec<f64> = at.iter().zip(self.about).map(|(at, v)| at - v).collect();
        let bent: Vec<f64> = self.bend.iter().map(|row| dot(row, &away)).collect();
        let mut gradient = Vec::with_capacity(order);
        let mut upper = Vec::with_capacity(triangle(order));
        for (place, (slope, bent)) in own.gradient.iter().zip(&bent).enumerate() {
            let pull = if place == 0 {
                0.0
            } else {
                self.penalty * at[place]
            };
            gradient.push(self.scale * slope + self.tilt[place] + bent + pull);
            upper.extend(
                (place..order).map(|other| {
                    self.scale * own.fisher.at(place, other) + self.bend[place][other]
                }),
            );
        }
        let bare = Symmetric::new(order, upper);
        let mut information = bare.clone();
        (1..order).for_each(|place| information.add_to_diagonal(place, self.penalty));
        let squares: f64 = at[1..].iter().map(|b| b * b).sum();
        let added = dot(&self.tilt, &away) + 0.5 * dot(&bent, &away);
        let value = self.scale * own.loss + added + self.penalty / 2.0 * squares;
        value.is_finite().then_some(Look {
            own,
            value,
            gradient,
            bare,
            information,
        })
    }

    /// Gives the point of the least loss, found by Newton's steps with halving.
    fn minimum(&self, from: Vec<f64>) -> Result<(Vec<f64>, Look), Failure> {
        let none = || Failure::Unrepresentative;
        let mut here = self.look(&from).ok_or_else(none)?;
        let mut at = from;
        let mut looks = 0;
        for _ in 0..MOST_STEPS {
            let factor = Cholesky::new(&here.information).map_err(|_| none())?;
            let step: Vec<f64> = factor.solve(&here.gradient).iter().map(|by| -by).collect();
            // The largest of numbers that are none is 0.
            if step.iter().any(|by| !by.is_finite()) {
                return Err(none());
            }
            if largest(&step) <= SMALL_CHANGE * largest(&at).max(1.0) {
                return Ok((at, here));
            }
            let blur = 1e-12 * (1.0 + here.value.abs());
            let shares = std::iter::successors(Some(1.0), |share| Some(share / 2.0));
            let left = MOST_HALVINGS.min(MOST_LOOKS - looks) as usize;
            let mut tries = shares.take(left).filter_map(|share| {
                looks += 1;
                let next = along(&at, &step, share);
                let look = self.look(&next)?;
                (look.value <= here.value + blur).then_some((next, look))
            });
            let better = tries.next().ok_or_else(none)?;
            (at, here) = better;
        }
        Err(none())
    }

    /// Gives how the squared Pearson residuals of all rows change on the way, approximated in the
    /// same way; of the Gaussian family they are twice the loss.
    fn rise_of_pearson(&self, there: &Sums, (at, look): (&[f64], &Look)) -> f64 {
        if self.lead.regression.specification().family != Family::Gaussian {
            return self.scale * (look.own.pearson - there.pearson);
        }
        let away: Vec<f64> = at.iter().zip(self.about).map(|(at, v)| at - v).collect();
        let bent: f64 = self
            .bend
            .iter()
            .zip(&away)
            .map(|(row, by)| by * dot(row, &away))
            .sum();
        2.0 * (self.scale * (look.own.loss - there.loss) + dot(&self.tilt, &away) + 0.5 * bent)
    }
}
