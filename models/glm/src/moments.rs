//! The first sums of a fit: where each column's values lie.
//!
//! Values are taken about the middle of their declared range in units of its half width, so
//! that every term is within ±1 and little is lost when squares are subtracted.

use consilium_evaluation::Range;
use consilium_secagg::{Encoding, EncodingError};
use serde::{Deserialize, Serialize};

use crate::{
    Failure, Family, Regression, Table, partition,
    specification::{Kind, SLACK, nearly_holds},
    steps,
};

/// Rows, sum of the labels, sum of their squares.
const HEAD: usize = 3;
/// Values, sum, sum of squares; for columns of two values of a logistic regression also the values and
/// their sum among the rows with label 1.
const PER_COLUMN: usize = 5;

/// Gives the length of the vector that [`local_moments`] makes.
pub fn moments_len(regression: &Regression) -> usize {
    let spec = regression.specification();
    counts_begin(regression) + partition::counts_len(spec)
}

/// Where the counts by cell begin.
fn counts_begin(regression: &Regression) -> usize {
    HEAD + PER_COLUMN * regression.specification().columns.len()
}

/// Gives the largest absolute value of each element that one party may have.
pub fn largest_moments(regression: &Regression) -> Vec<f64> {
    vec![regression.specification().most_rows as f64; moments_len(regression)]
}

/// Makes the code in which these sums are added up.
pub(crate) fn encoding(regression: &Regression) -> Result<Encoding, EncodingError> {
    let spec = regression.specification();
    Encoding::new(
        &largest_moments(regression),
        spec.most_contributors,
        spec.bits,
    )
}

/// Adds up one party's values.
pub fn local_moments(regression: &Regression, table: &Table) -> Vec<f64> {
    let spec = regression.specification();
    let counts_labels = spec.family == Family::Logistic;
    let mut sums = vec![0.0; counts_begin(regression)];
    let (head, columns) = sums.split_at_mut(HEAD);
    for (features, label) in table.iter() {
        let scaled = to_unit(spec.labels, label);
        head[0] += 1.0;
        head[1] += scaled;
        head[2] += scaled * scaled;
        for ((column, value), sums) in spec
            .columns
            .iter()
            .zip(features)
            .zip(columns.chunks_exact_mut(PER_COLUMN))
        {
            if value.is_nan() {
                continue;
            }
            let scaled = to_unit(column.kind.range(), *value);
            sums[0] += 1.0;
            sums[1] += scaled;
            sums[2] += scaled * scaled;
            if counts_labels && (column.kind.is_of_two() || column.mark_missing) {
                sums[3] += label;
            }
            if counts_labels && column.kind.is_of_two() {
                sums[4] += label * scaled;
            }
        }
    }
    let counted = partition::count(regression, table);
    sums.extend(partition::elements(spec, &counted));
    sums
}

/// Says whether rows of one place are fewer than the minimum in a level of a 0/1 column, in a cell of what several
/// columns have together, or in all.
///
/// In logistic regression rows are counted by label too: in cells, where none at all is not few, and of
/// either label in all, where it is.
pub(crate) fn has_few_cells(regression: &Regression, table: &Table) -> bool {
    let spec = regression.specification();
    let sums = local_moments(regression, table);
    let Ok(moments) = Moments::read(regression, &sums) else {
        return true;
    };
    let minimum = spec.minimum_count as f64;
    let is_few = |cells: &[f64]| cells.iter().any(|rows| *rows > 0.5 && *rows < minimum);
    let columns = spec.columns.iter().enumerate();
    let mut cells = columns.flat_map(|(place, column)| {
        let levels = column.kind.is_of_two().then(|| moments.level_cells(place));
        let missing = column.mark_missing.then(|| moments.missing_cells(place));
        levels.into_iter().chain(missing)
    });
    moments.rows.min(moments.rarest_label()) < spec.minimum_count
        || cells.any(|cells| is_few(&cells))
        || moments.rare_cell().is_some()
}

fn to_unit(range: Range, value: f64) -> f64 {
    (value - range.middle()) / range.half_width()
}

/// Mean and population standard deviation of one column over all parties.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Centre {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, divisor n.
    pub deviation: f64,
}

impl Centre {
    /// Says whether values in a range can lie there, and spread enough to be standardised.
    pub(crate) fn lies_in(self, range: Range) -> bool {
        let deviation = self.deviation / range.half_width();
        nearly_holds(range, self.mean) && (LEAST_SPREAD..=SLACK).contains(&deviation)
    }
}

/// How a column's values spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Spread {
    /// They do.
    Centre(Centre),
    /// All are the same, or there are none.
    Constant,
    /// So little of the declared range is used that the deviation would be inexact.
    Narrow,
}

/// How far a relative variance of one may be off by floating-point arithmetic.
const FLOAT_BLUR: f64 = 4e-16;
/// How exact a deviation must be where it scales the penalty, and where it only scales sums.
const EXACT: f64 = 1e-7;
const ROUGH: f64 = 1e-3;
/// No deviation in units of the half width is less: those of numbers would be too inexact, and one
/// row of 2^40 has a 0/1 column that spreads more.
const LEAST_SPREAD: f64 = 5e-7;

/// The opened sums of all parties.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moments<'a> {
    regression: &'a Regression,
    sums: &'a [f64],
    /// How far rounding may move a sum.
    blur: f64,
    /// Rows of all parties.
    pub(crate) rows: u64,
    /// The same by cell and label.
    counted: Vec<[u64; 2]>,
}

impl<'a> Moments<'a> {
    /// Reads opened sums; refuses counts that no rows can have.
    pub(crate) fn read(
        regression: &'a Regression,
        sums: &'a [f64],
    ) -> Result<Moments<'a>, Failure> {
        let rows = steps::count(sums.first().copied().unwrap_or(f64::NAN))?;
        let spec = regression.specification();
        if sums.len() != moments_len(regression) {
            return Err(Failure::Implausible);
        }
        let (columns, counts) = sums.split_at(counts_begin(regression));
        let counted = partition::read(spec, counts, rows).ok_or(Failure::Implausible)?;
        let sane = rows as f64 <= regression.most_rows_in_all()
            && columns[HEAD..].chunks_exact(PER_COLUMN).all(|column| {
                let values = column[0].round();
                (0.0..=rows as f64).contains(&values)
                    && column[1].abs() <= values + 0.5
                    && (-0.5..=values + 0.5).contains(&column[2])
            });
        let quanta = encoding(regression).map_err(|_| Failure::Implausible)?;
        let quantum = quanta.quanta().fold(0.0, f64::max);
        let blur = quantum * spec.most_contributors as f64;
        if sane {
            Ok(Moments {
                regression,
                sums,
                blur,
                rows,
                counted,
            })
        } else {
            Err(Failure::Implausible)
        }
    }

    pub(crate) fn label(&self) -> Spread {
        let range = self.regression.specification().labels;
        self.spread(range, [self.rows as f64, self.sums[1], self.sums[2]], ROUGH)
    }

    /// Gives how many rows have the rarer label; all, but in logistic regression.
    fn rarest_label(&self) -> u64 {
        if self.regression.specification().family != Family::Logistic {
            return self.rows;
        }
        let positive = f64::midpoint(self.sums[1], self.rows as f64).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count of rows, put between none and all"
        )]
        let positive = positive.clamp(0.0, self.rows as f64) as u64;
        positive.min(self.rows - positive)
    }

    /// Gives the mean of the labels.
    pub(crate) fn mean_label(&self) -> f64 {
        let range = self.regression.specification().labels;
        range.middle() + range.half_width() * self.sums[1] / self.rows as f64
    }

    pub(crate) fn column(&self, column: usize) -> Spread {
        let spec = self.regression.specification();
        let [values, sum, squares, ..] = *self.of(column) else {
            return Spread::Constant;
        };
        let values = values.round();
        match spec.columns[column].kind {
            Kind::Binary => of_share(f64::midpoint(sum, values).round() / values),
            Kind::Two(range) => match of_share(f64::midpoint(sum, values).round() / values) {
                Spread::Centre(share) => Spread::Centre(Centre {
                    mean: range.low() + 2.0 * range.half_width() * share.mean,
                    deviation: 2.0 * range.half_width() * share.deviation,
                }),
                spread => spread,
            },
            Kind::Number(range) => {
                let exactness = if spec.penalty > 0.0 { EXACT } else { ROUGH };
                self.spread(range, [values, sum, squares], exactness)
            }
        }
    }

    /// Gives the 0/1 column that says where values of `column` are missing.
    pub(crate) fn missing(&self, column: usize) -> Spread {
        of_share(1.0 - self.of(column)[0].round() / self.rows as f64)
    }

    /// Gives the smallest count among the levels of a column of two values; in a logistic regression,
    /// among the pairs of level and label.
    pub(crate) fn rarest_level(&self, column: usize) -> f64 {
        smallest(&self.level_cells(column))
    }

    fn level_cells(&self, column: usize) -> Vec<f64> {
        let sums = self.of(column);
        let (values, positive) = (sums[0].round(), sums[3].round());
        let ones = f64::midpoint(sums[1], values).round();
        let positive_ones = f64::midpoint(sums[4], positive).round();
        self.cells(values, ones, positive, positive_ones)
    }

    /// Gives the same for the 0/1 column that says where values are missing.
    pub(crate) fn rarest_missing(&self, column: usize) -> f64 {
        smallest(&self.missing_cells(column))
    }

    fn missing_cells(&self, column: usize) -> Vec<f64> {
        let sums = self.of(column);
        let rows = self.rows as f64;
        let positive = f64::midpoint(self.sums[1], rows).round();
        self.cells(rows, sums[0].round(), positive, sums[3].round())
    }

    /// Names what cuts the rows into cells of which one is rarer than allowed.
    pub(crate) fn rare_cell(&self) -> Option<&str> {
        let spec = self.regression.specification();
        let minimum = spec.minimum_count;
        let mut partitions = partition::by_partition(spec, &self.counted);
        let rare = partitions.find(|(partition, cells)| partition.is_rare(cells, minimum));
        rare.map(|(partition, _)| partition.name.as_str())
    }

    fn cells(&self, values: f64, ones: f64, positive: f64, positive_ones: f64) -> Vec<f64> {
        let zeros = values - ones;
        if self.regression.specification().family != Family::Logistic {
            return vec![ones, zeros];
        }
        let positive_zeros = positive - positive_ones;
        vec![
            positive_ones,
            ones - positive_ones,
            positive_zeros,
            zeros - positive_zeros,
        ]
    }

    fn spread(&self, range: Range, [count, sum, squares]: [f64; 3], exactness: f64) -> Spread {
        if count < 1.0 {
            return Spread::Constant;
        }
        let mean = sum / count;
        let variance = squares / count - mean * mean;
        // Rounding moves the sum and the sum of squares.
        let blur = FLOAT_BLUR + 3.0 * self.blur / count;
        if variance <= 2.0 * blur {
            return Spread::Constant;
        }
        if variance * exactness <= blur {
            return Spread::Narrow;
        }
        Spread::Centre(Centre {
            mean: range.middle() + range.half_width() * mean,
            deviation: range.half_width() * variance.sqrt(),
        })
    }

    fn of(&self, column: usize) -> &[f64] {
        &self.sums[HEAD + PER_COLUMN * column..][..PER_COLUMN]
    }
}

fn smallest(cells: &[f64]) -> f64 {
    cells.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Gives where a 0/1 column lies of which that share is 1; whole numbers are added up exactly.
fn of_share(share: f64) -> Spread {
    if share > 0.0 && share < 1.0 {
        Spread::Centre(Centre {
            mean: share,
            deviation: (share * (1.0 - share)).sqrt(),
        })
    } else {
        Spread::Constant
    }
}
