//! From raw columns to the standardised ones that are fitted, and back.

use serde::{Deserialize, Serialize};

use crate::{
    Centre, Failure, Family, Regression,
    moments::{Moments, Spread},
    specification::{ConstantColumns, Kind, nearly_holds},
};

/// What the coefficient of no column is called.
const INTERCEPT: &str = "(intercept)";

/// One fitted column, standardised over all parties.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The raw column it is made from.
    pub column: usize,
    /// Whether it says where the column's values are missing, and not what they are.
    pub missing: bool,
    /// Where its raw values lie.
    pub centre: Centre,
}

/// How raw rows become the rows that are fitted.
///
/// A missing value becomes the mean over all parties, which is zero after standardisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// The fitted columns beside the intercept.
    pub terms: Vec<Term>,
    /// What is subtracted from labels, and what they are divided by: (0, 1) for logistic and
    /// Poisson regression.
    pub label: Centre,
}

/// Coefficients on the raw scale, one for each raw column whether it was fitted or dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawCoefficients {
    /// The intercept.
    pub intercept: f64,
    /// For each raw column: the change by one unit, and by its being missing.
    pub columns: Vec<(f64, f64)>,
}

impl Design {
    /// Makes the design from the sums over all parties, after checking what they tell.
    pub(crate) fn new(regression: &Regression, moments: &Moments<'_>) -> Result<Design, Failure> {
        let spec = regression.specification();
        let label = match moments.label() {
            Spread::Centre(centre) => label_units(spec.family, centre),
            Spread::Constant => return Err(Failure::ConstantLabel),
            Spread::Narrow => return Err(Failure::NarrowLabel),
        };
        let mut terms = Vec::new();
        for (column, declared) in spec.columns.iter().enumerate() {
            let name = || declared.name.clone();
            match moments.column(column) {
                Spread::Centre(centre) => terms.push(Term {
                    column,
                    missing: false,
                    centre,
                }),
                Spread::Narrow => return Err(Failure::NarrowColumn { column: name() }),
                Spread::Constant if spec.constant_columns == ConstantColumns::Drop => continue,
                Spread::Constant => return Err(Failure::ConstantColumn { column: name() }),
            }
            let minimum = spec.minimum_count;
            if declared.kind.is_of_two() && moments.rarest_level(column) < minimum as f64 {
                return Err(Failure::RareLevel {
                    column: name(),
                    minimum,
                });
            }
            // Where nothing is missing anywhere there is nothing to mark.
            if let (true, Spread::Centre(centre)) = (declared.mark_missing, moments.missing(column))
            {
                if moments.rarest_missing(column) < minimum as f64 {
                    return Err(Failure::RareLevel {
                        column: missing_name(&name()),
                        minimum,
                    });
                }
                terms.push(Term {
                    column,
                    missing: true,
                    centre,
                });
            }
        }
        if let Some(name) = moments.rare_cell() {
            return Err(Failure::RareLevel {
                column: name.to_owned(),
                minimum: spec.minimum_count,
            });
        }
        let design = Design { terms, label };
        let needed = design.coefficients() as u64 + 1;
        if moments.rows < needed {
            return Err(Failure::TooFewRows {
                rows: moments.rows,
                needed,
            });
        }
        Ok(design)
    }

    /// Makes the design that tells nothing of any row: numbers from −1 to 1 over their declared ranges,
    /// 0/1 columns as they are. Missing values become the middle, or 0.
    pub fn by_ranges(regression: &Regression) -> Design {
        let as_it_is = Centre {
            mean: 0.0,
            deviation: 1.0,
        };
        let mut terms = Vec::new();
        for (column, declared) in regression.specification().columns.iter().enumerate() {
            let centre = match declared.kind {
                Kind::Number(range) | Kind::Two(range) => Centre {
                    mean: range.middle(),
                    deviation: range.half_width(),
                },
                Kind::Binary => as_it_is,
            };
            let marks = if declared.mark_missing { 2 } else { 1 };
            let both = [(false, centre), (true, as_it_is)].into_iter().take(marks);
            terms.extend(both.map(|(missing, centre)| Term {
                column,
                missing,
                centre,
            }));
        }
        Design {
            terms,
            label: as_it_is,
        }
    }

    /// Counts the coefficients, the intercept among them.
    pub fn coefficients(&self) -> usize {
        self.terms.len() + 1
    }

    /// Names the coefficients, the intercept first.
    pub fn names(&self, regression: &Regression) -> Vec<String> {
        let columns = &regression.specification().columns;
        let of_terms = self.terms.iter().map(|term| {
            let name = &columns[term.column].name;
            if term.missing {
                missing_name(name)
            } else {
                name.clone()
            }
        });
        std::iter::once(INTERCEPT.to_owned())
            .chain(of_terms)
            .collect()
    }

    /// Writes a raw row, NaN where missing, as a row of the fitted columns.
    #[inline]
    pub fn standardise(&self, raw: &[f64], row: &mut [f64]) {
        row[0] = 1.0;
        for (term, out) in self.terms.iter().zip(&mut row[1..]) {
            let value = raw[term.column];
            *out = if term.missing {
                (f64::from(value.is_nan()) - term.centre.mean) / term.centre.deviation
            } else if value.is_nan() {
                0.0
            } else {
                (value - term.centre.mean) / term.centre.deviation
            };
        }
    }

    /// Gives the label in the units that are fitted.
    #[inline]
    pub fn label(&self, raw: f64) -> f64 {
        (raw - self.label.mean) / self.label.deviation
    }

    /// Predicts the label's mean for a raw row, NaN where a value is missing.
    ///
    /// `coefficients` are those of the fitted columns, the intercept first.
    pub fn predict(&self, family: Family, coefficients: &[f64], raw: &[f64]) -> f64 {
        let mut row = vec![0.0; self.coefficients()];
        self.standardise(raw, &mut row);
        let predictor = row.iter().zip(coefficients).map(|(x, b)| x * b).sum();
        self.label.mean + self.label.deviation * family.mean(predictor)
    }

    /// Says whether this can be a design of the regression, whatever rows there are.
    pub(crate) fn suits(&self, regression: &Regression) -> bool {
        let spec = regression.specification();
        if spec.noise.is_some() {
            return *self == Design::by_ranges(regression);
        }
        let place = |term: &Term| (term.column, term.missing);
        let is_of_column = |term: &Term| match spec.columns.get(term.column) {
            Some(column) if term.missing => {
                column.mark_missing && term.centre.lies_in(Kind::Binary.range())
            }
            Some(column) => term.centre.lies_in(column.kind.range()),
            None => false,
        };
        let Centre { mean, deviation } = self.label;
        let is_of_label = match spec.family {
            Family::Gaussian => self.label.lies_in(spec.labels),
            Family::Logistic | Family::Poisson => (mean, deviation) == (0.0, 1.0),
            Family::Gamma => mean == 0.0 && deviation > 0.0 && nearly_holds(spec.labels, deviation),
        };
        self.terms
            .is_sorted_by(|one, next| place(one) < place(next))
            && self.terms.iter().all(is_of_column)
            && is_of_label
    }

    /// Brings coefficients of the fitted columns to the raw scale.
    pub fn to_raw(&self, regression: &Regression, coefficients: &[f64]) -> RawCoefficients {
        let scale = self.slope_scale(regression);
        let mut raw = RawCoefficients {
            intercept: coefficients[0] * scale + self.intercept_shift(regression),
            columns: vec![(0.0, 0.0); regression.specification().columns.len()],
        };
        for (term, coefficient) in self.terms.iter().zip(&coefficients[1..]) {
            let slope = coefficient * scale / term.centre.deviation;
            let (value, missing) = &mut raw.columns[term.column];
            *(if term.missing { missing } else { value }) = slope;
            raw.intercept -= slope * term.centre.mean;
        }
        raw
    }

    /// What a coefficient in the label's fitted units is to be multiplied by.
    pub(crate) fn slope_scale(&self, regression: &Regression) -> f64 {
        match regression.specification().family {
            Family::Gaussian => self.label.deviation,
            Family::Logistic | Family::Poisson | Family::Gamma => 1.0,
        }
    }

    fn intercept_shift(&self, regression: &Regression) -> f64 {
        match regression.specification().family {
            Family::Gaussian => self.label.mean,
            Family::Gamma => self.label.deviation.ln(),
            Family::Logistic | Family::Poisson => 0.0,
        }
    }
}

/// Says whether a coefficient of the regression, or what several are made of, can have that name.
pub(crate) fn can_be_named(regression: &Regression, name: &str) -> bool {
    let spec = regression.specification();
    let mut columns = spec.columns.iter();
    let mut partitions = spec.partitions.iter();
    name == INTERCEPT
        || partitions.any(|partition| partition.name == name)
        || columns.any(|column| column.name == name || missing_name(&column.name) == name)
}

fn missing_name(column: &str) -> String {
    format!("{column} (missing)")
}

/// Gives the units in which the loss is well scaled and the coefficients stay what they are.
fn label_units(family: Family, centre: Centre) -> Centre {
    match family {
        Family::Gaussian => centre,
        Family::Gamma => Centre {
            mean: 0.0,
            deviation: centre.mean,
        },
        Family::Logistic | Family::Poisson => Centre {
            mean: 0.0,
            deviation: 1.0,
        },
    }
}
