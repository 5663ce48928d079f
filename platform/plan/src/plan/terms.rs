//! What a study may not exceed, and how long it waits.

use std::time::Duration;

use consilium_schema::Rows;
use toml::Spanned;

use super::Places;
use crate::{
    PlanError, PlanFault, UnixTime,
    raw::{RawLimits, RawPatience},
    time::{of_toml, parse_length},
};

/// What a study may not exceed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// When nothing of the study may run any more; none leaves it to its patience.
    pub expires: Option<UnixTime>,
    /// The most runs of a protocol that a participant takes part in, repeated ones included.
    pub runs: u32,
    /// The most rows that one contributor brings.
    pub most_rows: Rows,
    /// The fewest rows that one contributor brings.
    pub minimum_rows: Rows,
    /// The fewest rows of all contributors together.
    pub minimum_cohort: Rows,
    /// The fewest rows of each level of each 0/1 column over all contributors; in logistic
    /// regression, with each label.
    pub minimum_cell: Rows,
    /// The fewest contributors whose identity somebody verified besides the coordinator.
    pub minimum_verified: u32,
}

/// How long a study waits, each longer than the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// For an answer of a party whose link is up.
    pub answer: Duration,
    /// For a party that is away.
    pub outage: Duration,
    /// From submission to the end, whatever happens.
    pub study: Duration,
}

const USUAL_ROWS: u64 = 1_000_000;
pub(super) const MOST_ROWS: u64 = 1_000_000_000;

pub(super) fn limits(
    raw: &RawLimits,
    contributors: usize,
    at: &Places,
) -> Result<Limits, PlanError> {
    let rows = |given: &Option<Spanned<u64>>, key: &str, default, least| {
        at.number(given.as_ref(), key, default, least..=MOST_ROWS)
    };
    let most = rows(&raw.most_rows, "limits.most_rows", USUAL_ROWS, 1)?;
    let minimum = rows(&raw.minimum_rows, "limits.minimum_rows", 20, 1)?;
    let cohort = rows(&raw.minimum_cohort, "limits.minimum_cohort", 100, 1)?;
    let in_all = most.saturating_mul(contributors as u64);
    let possible = [
        (minimum, most, &raw.minimum_rows, "limits.minimum_rows"),
        (cohort, in_all, &raw.minimum_cohort, "limits.minimum_cohort"),
    ];
    for (minimum, possible, given, key) in possible {
        if minimum > possible {
            let given = given.as_ref().or(raw.most_rows.as_ref());
            return Err(at.fault(given, key, PlanFault::TooManyRows { minimum, possible }));
        }
    }
    let most_verified = contributors as u64;
    Ok(Limits {
        expires: expires(raw, at)?,
        runs: runs(raw, 300, at)?,
        most_rows: Rows(most),
        minimum_rows: Rows(minimum),
        minimum_cohort: Rows(cohort),
        minimum_cell: Rows(rows(&raw.minimum_cell, "limits.minimum_cell", 10, 0)?),
        minimum_verified: at.number(
            raw.minimum_verified.as_ref(),
            "limits.minimum_verified",
            3,
            0..=most_verified,
        )?,
    })
}

/// Gives the limits of sets that are compared: none has more keys than rows are allowed, none fewer
/// than must be common.
pub(super) fn limits_of_sets(
    raw: &RawLimits,
    parties: usize,
    (minimum, largest): (u32, u64),
    at: &Places,
) -> Result<Limits, PlanError> {
    let minimum = u64::from(minimum);
    let most = at.number(
        raw.most_rows.as_ref(),
        "limits.most_rows",
        minimum.max(USUAL_ROWS),
        minimum..=largest,
    )?;
    Ok(Limits {
        expires: expires(raw, at)?,
        // Whoever deviates may bring other keys in each.
        runs: runs(raw, 20, at)?,
        most_rows: Rows(most),
        minimum_rows: Rows(minimum),
        minimum_cohort: Rows(minimum),
        minimum_cell: Rows(0),
        minimum_verified: u32::try_from(parties).unwrap_or(u32::MAX),
    })
}

/// Gives the limits of rows whose codes are looked up: a code that is told has some rows.
pub(super) fn limits_of_codes(
    raw: &RawLimits,
    parties: usize,
    at: &Places,
) -> Result<Limits, PlanError> {
    let rows = |given: &Option<Spanned<u64>>, key: &str, default, least| {
        at.number(given.as_ref(), key, default, least..=MOST_ROWS)
    };
    let least = consilium_dictionary::Terms::LEAST_MINIMUM;
    let minimum = rows(&raw.minimum_cell, "limits.minimum_cell", 10, least)?;
    if !consilium_dictionary::Terms::is_minimum(minimum) {
        let given = raw.minimum_cell.as_ref();
        return Err(at.fault(given, "limits.minimum_cell", PlanFault::CodesMinimum));
    }
    Ok(Limits {
        expires: expires(raw, at)?,
        // Whoever deviates may ask about other codes in each.
        runs: runs(raw, 20, at)?,
        most_rows: Rows(rows(&raw.most_rows, "limits.most_rows", USUAL_ROWS, 1)?),
        minimum_rows: Rows(1),
        minimum_cohort: Rows(1),
        minimum_cell: Rows(minimum),
        minimum_verified: u32::try_from(parties).unwrap_or(u32::MAX),
    })
}

/// Gives the limits of rows that all have: `usual` as the fewest where the plan says nothing, and
/// never fewer than `least`.
pub(super) fn limits_of_common_rows(
    raw: &RawLimits,
    parties: usize,
    (usual, least): (u64, u64),
    at: &Places,
) -> Result<Limits, PlanError> {
    let largest = consilium_gbdt::MOST_ROWS as u64;
    let minimum = at.number(
        raw.minimum_rows.as_ref(),
        "limits.minimum_rows",
        usual,
        1..=largest,
    )?;
    let minimum = minimum.max(least);
    let most = at.number(
        raw.most_rows.as_ref(),
        "limits.most_rows",
        minimum.max(USUAL_ROWS),
        minimum..=largest,
    )?;
    Ok(Limits {
        expires: expires(raw, at)?,
        // Whoever deviates may ask other questions in each.
        runs: runs(raw, 20, at)?,
        most_rows: Rows(most),
        minimum_rows: Rows(minimum),
        minimum_cohort: Rows(minimum),
        minimum_cell: Rows(0),
        minimum_verified: u32::try_from(parties).unwrap_or(u32::MAX),
    })
}

fn expires(raw: &RawLimits, at: &Places) -> Result<Option<UnixTime>, PlanError> {
    let Some(written) = &raw.expires else {
        return Ok(None);
    };
    let time = of_toml(written.get_ref());
    let fault = || at.fault(Some(written), "limits.expires", PlanFault::Time);
    time.ok_or_else(fault).map(Some)
}

fn runs(raw: &RawLimits, usual: u32, at: &Places) -> Result<u32, PlanError> {
    at.number(raw.runs.as_ref(), "limits.runs", usual, 1..=1_000_000)
}

pub(super) fn patience(raw: &RawPatience, at: &Places) -> Result<Patience, PlanError> {
    let length = |given: &Option<Spanned<String>>, key: &str, default| match given {
        None => Ok(Duration::from_secs(default)),
        Some(text) => parse_length(text.get_ref())
            .filter(|length| !length.is_zero())
            .ok_or_else(|| at.fault(Some(text), key, PlanFault::Length)),
    };
    let answer = length(&raw.answer, "patience.answer", 60)?;
    let outage = length(&raw.outage, "patience.outage", 3_600)?;
    let study = length(&raw.study, "patience.study", 14 * 86_400)?;
    let ordered = [
        (
            outage,
            answer,
            "patience.outage",
            "patience.answer",
            &raw.outage,
            &raw.answer,
        ),
        (
            study,
            outage,
            "patience.study",
            "patience.outage",
            &raw.study,
            &raw.outage,
        ),
    ];
    for (longer, shorter, key, shorter_key, given, other) in ordered {
        if longer <= shorter {
            let given = given.as_ref().or(other.as_ref());
            return Err(at.fault(
                given,
                key,
                PlanFault::Patience {
                    longer,
                    shorter,
                    shorter_key,
                },
            ));
        }
    }
    Ok(Patience {
        answer,
        outage,
        study,
    })
}
