//! What a steward of this institution allows, looked at before a row is.

use consilium_base::Seed;
use consilium_plan::{Code, Failure, Grant, Name, Plan};

use super::{Own, failure::RunError};
use crate::{
    home::{Home, study_name},
    store::{StoreError, runs, secrets},
};

/// What the store calls this institution's secret for a study.
const SECRET: secrets::Purpose = secrets::Purpose("study");

/// Gives the data set of which the study may have one more run now, and the approval that says so.
///
/// # Errors
///
/// [`RunError::Refused`] if there is none, or the data set's scorecard falls short; whether the data set is still the
/// approved one is for [`Grant::covers`] to say once it was read.
pub(super) async fn allowed(
    home: &Home,
    plan: &Plan,
    own: &Own,
) -> Result<(Name, Grant), RunError> {
    let me = &home.party;
    let planned = plan.contributors().find(|(party, _)| *party == me);
    let (_, planned) = planned.ok_or_else(|| Failure::new(Code::ApprovalElsewhere).of(me))?;
    let begun = runs::counted(&home.store, &study_name(&plan.hash())).await?;
    let begun = u32::try_from(begun).unwrap_or(u32::MAX);
    let grant = own.allows(plan, me, (begun, home.ambient.now()))?;
    if let Some(pinned) = &planned.version {
        let pinned = grant.covers(me, pinned);
        pinned.map_err(|changed| changed.with("data", &planned.name))?;
    }
    home.check_card(plan, (&planned.name, grant)).await?;
    Ok((planned.name.clone(), grant.clone()))
}

/// Gives this institution's secret for a study that is allowed.
pub(super) async fn secret(home: &Home, plan: &Plan) -> Result<Seed, StoreError> {
    let mut change = home.store.begin().await?;
    let rng = &mut home.ambient.generator();
    let study = study_name(&plan.hash());
    let secret = secrets::of_study(&mut change, &study, SECRET, rng).await?;
    change.commit().await?;
    Ok(secret)
}
