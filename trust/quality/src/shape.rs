//! How a column's values lie over cells, against a declared reference.

use crate::RuleFault;
use crate::raw::{RawProfile, RawShape};
use crate::scope::Scope;
use crate::words::literal;

pub(crate) mod fit;
pub(crate) mod repair;

/// The most cells of a reference.
const MOST_CELLS: usize = 64;

/// The most factors that are tried.
const MOST_FACTORS: usize = 8;

/// By how much shares that are given to two digits or so may miss a whole.
const ROUNDED: f64 = 0.02;

/// What a column's values are held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The column.
    pub column: String,
    /// How its values should lie.
    pub against: Profile,
    /// Numbers by which values may have to be multiplied to be of the reference's unit.
    pub factors: Vec<f64>,
}

/// How values lie in a reference: the shares of cells sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub enum Profile {
    /// Numbers, below the first cut, between two (the lower one inside), and from the last on.
    Numbers {
        /// Rising.
        cuts: Vec<f64>,
        /// One more than cuts.
        shares: Vec<f64>,
    },
    /// Levels, as they are written, with their shares; the rest is that of all others.
    Levels(Vec<(String, f64)>),
}

impl Profile {
    /// The shares of cells; that of all other levels is the last.
    pub fn shares(&self) -> Vec<f64> {
        match self {
            Self::Numbers { shares, .. } => shares.clone(),
            Self::Levels(levels) => {
                let named = levels.iter().map(|(_, share)| *share);
                let rest = 1.0 - named.clone().sum::<f64>();
                // A rest of rounding is none.
                let rest = if rest < 1e-9 { 0.0 } else { rest };
                named.chain([rest]).collect()
            }
        }
    }

    /// What cells are called, `*` being all other levels.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Numbers { cuts, .. } => {
                let between = cuts
                    .windows(2)
                    .map(|ends| format!("{}–{}", ends[0], ends[1]));
                let first = cuts.first().map(|cut| format!("< {cut}"));
                let last = cuts.last().map(|cut| format!("≥ {cut}"));
                first.into_iter().chain(between).chain(last).collect()
            }
            Self::Levels(levels) => {
                let named = levels.iter().map(|(level, _)| level.clone());
                named.chain(["*".to_owned()]).collect()
            }
        }
    }

    /// Conditions on a value, one for each cell: a value that is there is in one of them.
    pub(crate) fn cells(&self, value: &str) -> Vec<String> {
        match self {
            Self::Numbers { cuts, .. } => {
                let cuts: Vec<String> = cuts.iter().map(|it| number(*it)).collect();
                let between = cuts.windows(2);
                let between =
                    between.map(|it| format!("{value} >= {} AND {value} < {}", it[0], it[1]));
                let first = cuts.first().map(|cut| format!("{value} < {cut}"));
                let last = cuts.last().map(|cut| format!("{value} >= {cut}"));
                first.into_iter().chain(between).chain(last).collect()
            }
            Self::Levels(levels) => {
                let named = levels.iter().map(|(level, _)| literal(level));
                let named: Vec<String> = named.collect();
                let others = format!("{value} NOT IN ({})", named.join(", "));
                let each = named.iter().map(|level| format!("{value} = {level}"));
                each.chain([others]).collect()
            }
        }
    }

    fn read(raw: RawProfile) -> Result<Self, RuleFault> {
        let profile = match (raw.quantiles, raw.cuts, raw.shares, raw.levels) {
            (Some(cuts), None, None, None) => {
                let shares = vec![1.0 / (cuts.len() + 1) as f64; cuts.len() + 1];
                Self::Numbers { cuts, shares }
            }
            (None, Some(cuts), Some(shares), None) => Self::Numbers {
                cuts,
                shares: whole(shares, false)?,
            },
            (None, None, None, Some(levels)) => {
                let (names, shares): (Vec<String>, Vec<f64>) = levels.into_iter().unzip();
                let shares = whole(shares, true)?;
                Self::Levels(names.into_iter().zip(shares).collect())
            }
            _ => return fault("quantiles, or cuts with shares, or levels with theirs"),
        };
        if let Self::Numbers { cuts, shares } = &profile {
            if cuts.is_empty() || cuts.iter().any(|cut| !cut.is_finite()) {
                return fault("finite numbers, one at least");
            }
            if cuts.windows(2).any(|ends| ends[0] >= ends[1]) {
                return fault("numbers that rise");
            }
            if shares.len() != cuts.len() + 1 {
                return fault("cuts with one more share than there are cuts");
            }
        }
        if !(2..=MOST_CELLS).contains(&profile.shares().len()) {
            return fault("2 to 64 cells");
        }
        Ok(profile)
    }
}

impl Shape {
    pub(crate) fn read(raw: RawShape) -> Result<Self, RuleFault> {
        let against = Profile::read(raw.against)?;
        let is_numbers = matches!(against, Profile::Numbers { .. });
        let is_factor = |it: &f64| it.is_finite() && *it > 0.0 && (*it - 1.0).abs() > 1e-9;
        let few = raw.factors.len() <= MOST_FACTORS;
        if !few || !raw.factors.iter().all(is_factor) || !(is_numbers || raw.factors.is_empty()) {
            return Err(RuleFault::Number {
                key: "shape.factors",
                expected: "at most 8 numbers above 0 other than 1, of a column of numbers",
            });
        }
        Ok(Self {
            column: raw.column,
            against,
            factors: raw.factors,
        })
    }

    /// The column's value.
    pub(crate) fn value(&self, scope: &Scope<'_>) -> String {
        match self.against {
            Profile::Numbers { .. } => scope.number(&self.column),
            Profile::Levels(_) => scope.text(&self.column),
        }
    }
}

/// Shares that sum to 1, but for rounding; those of levels may sum to less.
fn whole(mut shares: Vec<f64>, may_lack: bool) -> Result<Vec<f64>, RuleFault> {
    let sum: f64 = shares.iter().sum();
    if shares.iter().any(|it| !(*it >= 0.0 && it.is_finite())) || sum <= 0.0 {
        return fault("shares from 0 to 1");
    }
    if sum > 1.0 + ROUNDED || sum < 1.0 - ROUNDED && !may_lack {
        return fault("shares that sum to 1");
    }
    if sum > 1.0 || !may_lack {
        for share in &mut shares {
            *share /= sum;
        }
    }
    Ok(shares)
}

fn fault<T>(expected: &'static str) -> Result<T, RuleFault> {
    let key = "shape.against";
    Err(RuleFault::Number { key, expected })
}

/// A number as SQL reads it without losing a digit.
pub(crate) fn number(number: f64) -> String {
    format!("CAST({number:?} AS DOUBLE)")
}
