//! What a plan asks of data sets' scorecards.

use std::fmt::{self, Formatter};

use consilium_scorecard::Floors;

use super::Places;
use crate::{PlanError, RawPlan, TrustFault, canonical::number};

/// Checks what a plan asks of scorecards.
pub(super) fn check(raw: &RawPlan, at: &Places) -> Result<Option<Floors>, PlanError> {
    let Some(given) = &raw.trust else {
        return Ok(None);
    };
    let trust = given.get_ref();
    let purpose = trust.purpose.get_ref().parse();
    let purpose = purpose.map_err(|bad: consilium_scorecard::BadPurposeName| {
        at.fault(
            Some(&trust.purpose),
            "trust.purpose",
            TrustFault::Purpose(bad),
        )
    })?;
    if trust.min_score.is_none() && trust.least.is_empty() {
        return Err(at.fault(Some(given), "trust", TrustFault::NoFloor));
    }
    let least = trust.least.iter();
    let named = least.map(|(dimension, score)| (format!("trust.least.{}", dimension.id()), score));
    let composite = trust.min_score.iter();
    for (key, score) in named.chain(composite.map(|score| ("trust.min_score".to_owned(), score))) {
        // NaN is neither.
        if !(*score.get_ref() > 0.0 && *score.get_ref() <= 100.0) {
            return Err(at.fault(Some(score), key, TrustFault::Floor));
        }
    }
    let least = trust.least.iter();
    Ok(Some(Floors {
        purpose,
        composite: trust.min_score.as_ref().map(|score| *score.get_ref()),
        least: least
            .map(|(dimension, score)| (*dimension, *score.get_ref()))
            .collect(),
    }))
}

/// Writes it as a plan has it; the purpose with its hash, for the program's own may change.
pub(crate) fn write(floors: &Floors, f: &mut Formatter<'_>) -> fmt::Result {
    let purpose = &floors.purpose;
    writeln!(f, "\n[trust]")?;
    writeln!(f, "purpose = \"{}@{}\"", purpose.id(), purpose.hash())?;
    if let Some(score) = floors.composite {
        writeln!(f, "min_score = {}", number(score))?;
    }
    if floors.least.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n[trust.least]")?;
    let mut least = floors.least.iter();
    least.try_for_each(|(dimension, score)| writeln!(f, "{} = {}", dimension.id(), number(*score)))
}
