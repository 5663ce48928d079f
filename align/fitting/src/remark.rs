//! Where numbers come from, in words.

use std::fmt;

use consilium_statistics::Interval;

/// How many rows are behind a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// Those that have a value; none if that is held back.
    pub with_value: Option<u64>,
    /// All of them.
    pub all: u64,
    /// Of so many institutions.
    pub institutions: usize,
}

/// Where a number of a feature comes from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// The intent says so.
    Intent,
    /// The mean of all values.
    Mean {
        /// Of these rows.
        rows: Rows,
        /// How far it may be off where it is approximate.
        error: Option<f64>,
    },
    /// The square root of the variance of all values.
    Deviation {
        /// Of these rows.
        rows: Rows,
        /// How far it may be off where it is approximate.
        error: Option<f64>,
    },
    /// The middle of the interval that the median lies in.
    Median {
        /// Of these rows.
        rows: Rows,
        /// The interval.
        within: Interval,
    },
    /// The distance of the middles of the intervals that the quartiles lie in.
    Quartiles {
        /// Of these rows.
        rows: Rows,
        /// The intervals.
        within: [Interval; 2],
    },
    /// The outer ends of the intervals that two quantiles lie in.
    Quantiles {
        /// Of these rows.
        rows: Rows,
        /// Which.
        shares: [f64; 2],
    },
    /// The lower end of what is clipped or declared.
    LowEnd {
        /// Whether it is clipped, and not declared.
        is_clipped: bool,
    },
    /// The distance of the ends of what is clipped or declared.
    Width {
        /// Whether it is clipped, and not declared.
        is_clipped: bool,
    },
    /// The share of rows with yes.
    ShareOfYes {
        /// Of these rows.
        rows: Rows,
    },
    /// The value that most rows have.
    MostFrequent {
        /// So many of them have it.
        having: u64,
        /// Of these rows.
        rows: Rows,
    },
    /// The value that most rows have among those that the statistics name; another may have more.
    MostFrequentTold {
        /// So many of them have it.
        having: u64,
        /// Of these rows.
        rows: Rows,
    },
    /// No row lacks a value, so there is nothing to mark.
    NothingMissing,
    /// The levels that enough rows have.
    Levels {
        /// How many rows are enough.
        minimum: u64,
        /// How many levels have fewer, or a count that is held back.
        rarer: usize,
        /// Whether further frequent ones may be missing from the statistics.
        is_incomplete: bool,
        /// Of these rows.
        rows: Rows,
    },
    /// The schema's reference.
    DeclaredReference,
    /// The statistics' bins of evidence.
    Bins {
        /// How many of them have values.
        bins: usize,
    },
    /// Weights of evidence, ln of the share of all yes over the share of all no.
    Weights {
        /// Rows with the label yes and no.
        labels: [u64; 2],
        /// Of these institutions.
        institutions: usize,
    },
    /// The weight of the bin with missing, outside and held back values.
    RestWeight {
        /// Rows with the label yes and no.
        labels: [u64; 2],
    },
    /// No row is behind it: it tells nothing.
    NoEvidence,
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (all, of) = (grouped(self.all), self.institutions);
        match self.with_value {
            Some(rows) if rows == self.all => write!(f, "of {all} rows of {of} institutions"),
            Some(rows) => {
                let rows = grouped(rows);
                write!(f, "of {rows} values in {all} rows of {of} institutions")
            }
            None => write!(f, "of the values in {all} rows of {of} institutions"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let approximate = |error: &Option<f64>| {
            let said = |error| format!(", approximate: off by at most {error}");
            error.map_or_else(String::new, said)
        };
        let ends = |is_clipped: bool| {
            if is_clipped {
                "clip"
            } else {
                "the declared range"
            }
        };
        match self {
            Self::Intent => f.write_str("as the intent says"),
            Self::Mean { rows, error } => write!(f, "mean {rows}{}", approximate(error)),
            Self::Deviation { rows, error } => {
                write!(f, "standard deviation {rows}{}", approximate(error))
            }
            Self::Median { rows, within } => write!(f, "median {rows}: {}", middle(within)),
            Self::Quartiles {
                rows,
                within: [low, high],
            } => {
                let (low, high) = (middle(low), middle(high));
                write!(f, "distance of the quartiles {rows}: from {low} to {high}")
            }
            Self::Quantiles {
                rows,
                shares: [low, high],
            } => write!(
                f,
                "quantiles {low} and {high} {rows}: the outer ends of their intervals"
            ),
            Self::LowEnd { is_clipped } => write!(f, "lower end of {}", ends(*is_clipped)),
            Self::Width { is_clipped } => write!(f, "width of {}", ends(*is_clipped)),
            Self::ShareOfYes { rows } => write!(f, "share of yes {rows}"),
            Self::MostFrequent { having, rows } => {
                write!(f, "most frequent value, in {} {rows}", grouped(*having))
            }
            Self::MostFrequentTold { having, rows } => write!(
                f,
                "most frequent of the levels that are told, in {} {rows}",
                grouped(*having)
            ),
            Self::NothingMissing => f.write_str("no row lacks a value: there is nothing to mark"),
            Self::Levels {
                minimum,
                rarer,
                is_incomplete,
                rows,
            } => {
                write!(f, "levels with at least {} {rows}", grouped(*minimum))?;
                if *rarer > 0 {
                    write!(f, "; with fewer or held back: {rarer}")?;
                }
                if *is_incomplete {
                    f.write_str("; the statistics had no room for all frequent ones")?;
                }
                Ok(())
            }
            Self::DeclaredReference => f.write_str("the schema's reference"),
            Self::Bins { bins } => {
                write!(f, "the {bins} bins of evidence that the statistics have")
            }
            Self::Weights {
                labels: [yes, no],
                institutions,
            } => write!(
                f,
                "ln(share of yes / share of no), of {} rows with yes and {} with no of {institutions} \
                 institutions",
                grouped(*yes),
                grouped(*no)
            ),
            Self::RestWeight { labels: [yes, no] } => write!(
                f,
                "the bin of missing, outside and held back values: {} rows with yes, {} with no",
                grouped(*yes),
                grouped(*no)
            ),
            Self::NoEvidence => f.write_str("no row is behind it: it tells nothing"),
        }
    }
}

fn middle(within: &Interval) -> String {
    let Interval { from, to } = within;
    if from.to_bits() == to.to_bits() {
        return from.to_string();
    }
    format!("the middle of {from} … {to}")
}

/// Writes a count with commas.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
