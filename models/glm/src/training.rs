//! A fit on its way: what the aggregator keeps between two sums.

use consilium_mailbox::PartyId;
use consilium_secagg::{Encoding, EncodingError, Opened, SumNumber, SumShape};
use serde::{Deserialize, Serialize};

use crate::{
    Candidate, Design, Failure, Fit, Regression, Sums,
    moments::{self, Moments},
    newton::{self, Verdict},
    noise::{self, Descent},
    steps,
};

/// The most sums that a fit opens, and a contributor answers in a study's fit.
pub const MOST_SUMS: u32 = 100;
/// The most of Newton's steps that these sums allow: before them come the sums of the columns and
/// those of the start.
pub const MOST_STEPS: u32 = MOST_SUMS - 2;

/// A fit on its way, advanced by one opened sum at a time.
///
/// Pure: whoever drives it may store it after every sum and go on from there. For the same sums
/// it takes the same way bit for bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Training {
    /// It awaits the sums that tell where each column's values lie.
    Standardising {
        /// The sum awaited.
        sum: SumNumber,
        /// Sums opened before.
        opened: u32,
    },
    /// It awaits the sums under its first candidate.
    Starting {
        /// The sum awaited.
        sum: SumNumber,
        /// What holds for this roster.
        cohort: Cohort,
        /// The candidate.
        coefficients: Vec<f64>,
    },
    /// It awaits the sums under a candidate that is to be better than the point reached.
    Stepping {
        /// The sum awaited.
        sum: SumNumber,
        /// What holds for this roster.
        cohort: Cohort,
        /// The best point up to now.
        reached: Point,
        /// The step from there.
        step: Vec<f64>,
        /// The candidate's share of the step: a half, to the power of the halvings.
        share: f64,
    },
    /// It has come to its end.
    Done(Box<Fit>),
    /// There is no fit.
    Failed(Failure),
    /// It awaits sums with noise.
    Noised {
        /// The sum awaited.
        sum: SumNumber,
        /// Where it stands.
        descent: Descent,
    },
}

/// What stays the same while the roster does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cohort {
    /// Whose rows are in the sums.
    pub contributors: Vec<PartyId>,
    /// How their raw rows become fitted ones.
    pub design: Design,
    /// Rows of them all.
    pub rows: u64,
    /// Sums opened, those of earlier rosters included.
    pub opened: u32,
    /// Updates of the coefficients over this roster.
    pub updates: u32,
    /// What the rows told about each coefficient alone, under the first candidate.
    pub first_information: Vec<f64>,
}

/// Coefficients with the sums under them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Coefficients of the fitted columns, the intercept first.
    pub coefficients: Vec<f64>,
    /// The sums.
    pub sums: Sums,
}

/// What a fit waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// The sums of [`local_moments`](crate::local_moments).
    Moments,
    /// The sums of [`local_sums`](crate::local_sums).
    Sums(Candidate),
}

impl Question {
    /// Says whether a fit of the regression can ask this in its sum of that place, from 0 on.
    pub(crate) fn suits(&self, regression: &Regression, place: u32) -> bool {
        let spec = regression.specification();
        match (self, &spec.noise) {
            (Question::Moments, None) => true,
            (Question::Moments, Some(_)) => false,
            (Question::Sums(candidate), None) => candidate.suits(regression),
            (Question::Sums(candidate), Some(_)) => {
                candidate.suits(regression) && noise::is_due(candidate, place, spec.steps)
            }
        }
    }
}

impl Training {
    /// Begins a fit; its sums are numbered from `first` on.
    pub fn begin(regression: &Regression, first: SumNumber) -> Training {
        if regression.specification().noise.is_some() {
            return Training::Noised {
                sum: first,
                descent: Descent::begin(regression),
            };
        }
        Training::Standardising {
            sum: first,
            opened: 0,
        }
    }

    /// Gives the sum that is awaited and what it is of, unless the fit is over.
    pub fn question(&self) -> Option<(SumNumber, Question)> {
        match self {
            Training::Standardising { sum, .. } => Some((*sum, Question::Moments)),
            Training::Starting {
                sum,
                cohort,
                coefficients,
            } => Some((*sum, cohort.ask(coefficients.clone()))),
            Training::Stepping {
                sum,
                cohort,
                reached,
                step,
                share,
            } => Some((
                *sum,
                cohort.ask(newton::along(&reached.coefficients, step, *share)),
            )),
            Training::Noised { sum, descent } => {
                Some((*sum, Question::Sums(descent.candidate.clone())))
            }
            Training::Done(_) | Training::Failed(_) => None,
        }
    }

    /// Goes on with an opened sum; one that is over stays as it is.
    ///
    /// When the roster is another than before, nothing is compared with sums of the old one: the
    /// fit begins anew over the parties that are left.
    #[must_use]
    pub fn advance(self, regression: &Regression, opened: &Opened) -> Training {
        self.advanced(regression, opened)
            .unwrap_or_else(Training::Failed)
    }

    fn advanced(self, regression: &Regression, opened: &Opened) -> Result<Training, Failure> {
        match self {
            Training::Standardising {
                sum,
                opened: before,
            } => standardised(regression, sum, before, opened),
            Training::Starting {
                sum,
                mut cohort,
                coefficients,
            } => {
                cohort.opened += 1;
                if cohort.contributors != opened.contributors {
                    return cohort.again(sum);
                }
                let sums = cohort.read(regression, coefficients.len(), &opened.sum)?;
                if sums.beyond > 0 {
                    return Err(Failure::BeyondCaps);
                }
                cohort.go_on(regression, sum, Point { coefficients, sums })
            }
            Training::Stepping {
                sum,
                mut cohort,
                reached,
                step,
                share,
            } => {
                cohort.opened += 1;
                if cohort.contributors != opened.contributors {
                    return cohort.again(sum);
                }
                let coefficients = newton::along(&reached.coefficients, &step, share);
                let sums = cohort.read(regression, coefficients.len(), &opened.sum)?;
                let candidate = Point { coefficients, sums };
                if newton::is_better(regression, &candidate, &reached) {
                    cohort.updates += 1;
                    return cohort.go_on(regression, sum, candidate);
                }
                if share <= newton::SMALLEST_SHARE && candidate.sums.beyond > 0 {
                    return Err(newton::out_of_reach(regression, &cohort.design, &step));
                }
                cohort.check_patience(&step, share)?;
                let (sum, share) = (after(sum), share / 2.0);
                Ok(Training::Stepping {
                    sum,
                    cohort,
                    reached,
                    step,
                    share,
                })
            }
            Training::Noised { sum, descent } => descent.advance(regression, sum, opened),
            over @ (Training::Done(_) | Training::Failed(_)) => Ok(over),
        }
    }
}

fn standardised(
    regression: &Regression,
    sum: SumNumber,
    before: u32,
    opened: &Opened,
) -> Result<Training, Failure> {
    let sums = decode(moments::encoding(regression), &opened.sum)?;
    let moments = Moments::read(regression, &sums)?;
    let design = Design::new(regression, &moments)?;
    let coefficients = newton::start(regression, &design, &moments);
    let cohort = Cohort {
        contributors: opened.contributors.clone(),
        design,
        rows: moments.rows,
        opened: before + 1,
        updates: 0,
        first_information: Vec::new(),
    };
    Ok(Training::Starting {
        sum: after(sum),
        cohort,
        coefficients,
    })
}

impl Cohort {
    fn ask(&self, coefficients: Vec<f64>) -> Question {
        Question::Sums(Candidate {
            design: self.design.clone(),
            coefficients,
        })
    }

    fn read(&self, regression: &Regression, order: usize, sum: &[u64]) -> Result<Sums, Failure> {
        if !self.design.suits(regression) || order != self.design.coefficients() {
            return Err(Failure::Implausible);
        }
        let opened = decode(steps::encoding(regression, order), sum)?;
        let sums = Sums::read(regression, order, &opened)?;
        // The same parties have the same rows, or one of them changed its table.
        if sums.rows == self.rows {
            Ok(sums)
        } else {
            Err(Failure::Implausible)
        }
    }

    fn again(self, sum: SumNumber) -> Result<Training, Failure> {
        self.check_patience(&[], 1.0)?;
        Ok(Training::Standardising {
            sum: after(sum),
            opened: self.opened,
        })
    }

    fn go_on(
        mut self,
        regression: &Regression,
        sum: SumNumber,
        reached: Point,
    ) -> Result<Training, Failure> {
        match newton::judge(regression, &mut self, &reached)? {
            Verdict::Ended(fit) => Ok(Training::Done(Box::new(fit))),
            Verdict::Step(step) => {
                self.check_patience(&step, 1.0)?;
                let sum = after(sum);
                Ok(Training::Stepping {
                    sum,
                    cohort: self,
                    reached,
                    step,
                    share: 1.0,
                })
            }
        }
    }

    fn check_patience(&self, step: &[f64], share: f64) -> Result<(), Failure> {
        let change = share * step.iter().fold(0.0, |most: f64, by| most.max(by.abs()));
        if self.opened >= MOST_SUMS || share <= newton::SMALLEST_SHARE {
            return Err(Failure::NotConverged {
                sums: self.opened,
                change,
            });
        }
        Ok(())
    }
}

fn after(sum: SumNumber) -> SumNumber {
    SumNumber(sum.0 + 1)
}

pub(crate) fn decode(
    encoding: Result<Encoding, EncodingError>,
    sum: &[u64],
) -> Result<Vec<f64>, Failure> {
    encoding
        .and_then(|encoding| encoding.decode(sum))
        .map_err(|_| Failure::Implausible)
}

/// Gives the shape of the sum that answers a question.
pub fn shape(regression: &Regression, number: SumNumber, question: &Question) -> SumShape {
    let len = match question {
        Question::Moments => moments::moments_len(regression),
        Question::Sums(candidate) if regression.specification().noise.is_some() => {
            noise::len(candidate)
        }
        Question::Sums(candidate) => steps::sums_len(candidate.coefficients.len()),
    };
    let spec = regression.specification();
    let step = match question {
        Question::Moments if !spec.partitions.is_empty() => "glm-newton.2.sum",
        _ => "glm-newton.1.sum",
    };
    SumShape::asking((number, len, spec.bits), (step, question))
}
