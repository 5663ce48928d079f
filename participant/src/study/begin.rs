//! What is checked before the first frame of a run leaves the house.

use std::sync::Arc;

use consilium_base::Seed;
use consilium_journal::{Entry, Kind, StudyName};
use consilium_mailbox::PartyId;
use consilium_plan::{Code, Failure, OnDropout, Plan, Task};
use tokio::task::spawn_blocking;

use super::{
    Call, Own,
    failure::{RunError, internal},
    preflight::{bad_table, unusable},
    rows::{Rows, Selection},
    run::{Run, SECRET},
};
use crate::{
    data::{Contents, RegisterError, blocking},
    home::{Home, study_name},
    store::{runs, secrets},
};

/// Checks all that a run needs, and counts it.
///
/// # Errors
///
/// [`RunError::Refused`] says what keeps it from beginning; nothing has left then.
pub(super) async fn begin(
    home: &Home,
    plan: Arc<Plan>,
    own: Own,
    call: Call,
) -> Result<Run, RunError> {
    let me = &home.party;
    check_company(&plan, &own, &call, me)?;
    let planned = plan.contributors().find(|(party, _)| *party == me);
    let (_, planned) = planned.ok_or_else(|| Failure::new(Code::ApprovalElsewhere).of(me))?;
    let data = planned.name.clone();
    check_identities(home, &plan).await?;
    let contents = read(home, &data).await?;
    let version = contents.version;
    if planned.version.is_some_and(|pinned| pinned != version) {
        return Err(Failure::new(Code::DataChanged)
            .of(me)
            .with("data", &data)
            .into());
    }
    let study = study_name(&plan.hash());
    let now = home.ambient.now();
    if plan.limits().expires.is_some_and(|expires| expires <= now) {
        let expired = Failure::new(Code::PlanExpired).of(me);
        return Err(expired
            .with("time", plan.limits().expires.unwrap_or(now))
            .into());
    }
    let begun = runs::counted(&home.store, &study).await?;
    let begun = u32::try_from(begun).unwrap_or(u32::MAX);
    let grant = own.register.allows(me, &version, (begun, now));
    let grant = grant
        .map_err(|refused| refused.with("data", &data))?
        .clone();
    let secret = secret(home, &study).await?;
    let (rows, secret) = select(home, plan.clone(), contents, secret).await?;
    let most = u64::from(grant.runs.min(plan.limits().runs));
    let mut change = home.store.begin().await?;
    let counted = runs::count(&mut change, &study, call.run, most, home.ambient.seconds()).await;
    let number = counted.map_err(|error| uncounted(error, me))?;
    let entry = Entry::new(home.ambient.seconds(), Kind::RUN)
        .about(&study)
        .with("run", call.run)
        .with("number", number)
        .with("attempt", call.attempt)
        .with("version", version)
        .with("contributors", call.contributors.len());
    change.log(&entry).await?;
    change.commit().await?;
    let waives = grant.waiver;
    Ok(Run {
        plan,
        call,
        data,
        version,
        rows,
        waives,
        secret,
    })
}

/// Sees that enough contributors are who they say they are, by more than the coordinator's word.
async fn check_identities(home: &Home, plan: &Plan) -> Result<(), RunError> {
    let unverified = home.unverified(plan).await?.len();
    let verified = plan.contributors().count() - unverified;
    let minimum = plan.limits().minimum_verified;
    if verified >= minimum as usize {
        return Ok(());
    }
    let few = Failure::new(Code::VerifiedTooFew).of(&home.party);
    Err(few
        .with("verified", verified)
        .with("minimum", minimum)
        .into())
}

/// Sees that those take part who should, and that nobody's protection was given away.
fn check_company(plan: &Plan, own: &Own, call: &Call, me: &PartyId) -> Result<(), Failure> {
    let planned: Vec<&PartyId> = plan.contributors().map(|(party, _)| party).collect();
    let mut rest = planned.iter();
    let in_order = call
        .contributors
        .iter()
        .all(|party| rest.any(|next| *next == party));
    let complete = match plan.protection().on_dropout {
        OnDropout::Continue => call.contributors.len() >= plan.quorum(),
        OnDropout::Pause | OnDropout::Fail => call.contributors.len() == planned.len(),
    };
    if !(in_order && complete && call.contributors.contains(me)) {
        return Err(Failure::new(Code::PlanDiffers).of(me).at("contributors"));
    }
    // Those who are away can't be asked: what they said before counts.
    let unheard: Vec<&str> = call
        .waivers
        .iter()
        .filter(|party| !call.contributors.contains(party) && !own.waivers.contains(*party))
        .map(PartyId::as_str)
        .collect();
    if unheard.is_empty() {
        return Ok(());
    }
    let refused = Failure::new(Code::RosterShrinkRefused).of(me);
    Err(refused.with("missing", unheard.join(", ")))
}

async fn read(home: &Home, data: &consilium_plan::Name) -> Result<Contents, RunError> {
    let me = &home.party;
    let source = home.source(data).await.map_err(|error| match error {
        RegisterError::Store(error) => RunError::Store(error),
        _ => internal(me, "data").into(),
    })?;
    let missing = || Failure::new(Code::DataMissing).of(me).with("data", data);
    let source = source.ok_or_else(missing)?;
    let key = home.data_key.clone();
    let contents = blocking(move || source.read(&key)).await;
    let contents = contents.map_err(|error| {
        tracing::warn!(%data, %error, "the data set can't be read");
        error.failure(me, data)
    });
    Ok(contents?)
}

/// Gives this institution's secret for a study.
async fn secret(home: &Home, study: &StudyName) -> Result<Seed, RunError> {
    let mut change = home.store.begin().await?;
    let rng = &mut home.ambient.generator();
    let secret = secrets::of_study(&mut change, study, SECRET, rng).await?;
    change.commit().await?;
    Ok(secret)
}

async fn select(
    home: &Home,
    plan: Arc<Plan>,
    contents: Contents,
    secret: Seed,
) -> Result<(Rows, Seed), RunError> {
    let me = home.party.clone();
    let selecting = spawn_blocking(move || {
        let rows = selected(&plan, &contents, &secret, &me)?;
        Ok((rows, secret))
    });
    let selected = selecting.await;
    Ok(selected.unwrap_or_else(|_| Err(internal(&home.party, "rows")))?)
}

fn selected(
    plan: &Plan,
    contents: &Contents,
    secret: &Seed,
    me: &PartyId,
) -> Result<Rows, Failure> {
    let Task::TrainGlm(task) = plan.task() else {
        return Err(internal(me, "task"));
    };
    let data = plan.contributors().find(|(party, _)| *party == me);
    let data = data
        .map(|(_, data)| &data.name)
        .ok_or_else(|| internal(me, "data"))?;
    let selection = Selection::new(task, contents, secret);
    let selection = selection.map_err(|error| unusable(&error, me, data))?;
    if let Some(obstacle) = selection.obstacles(plan.limits()).first() {
        return Err(too_many_or_few(obstacle, plan, me));
    }
    let rows = selection.rows(&task.regression);
    rows.map_err(|error| bad_table(&error, me, data))
}

fn too_many_or_few(obstacle: &consilium_plan::Obstacle, plan: &Plan, me: &PartyId) -> Failure {
    let limits = plan.limits();
    match obstacle {
        consilium_plan::Obstacle::RowsTooMany => Failure::new(Code::DataRowsTooMany)
            .of(me)
            .with("most", limits.most_rows),
        _ => Failure::new(Code::DataRowsTooFew)
            .of(me)
            .with("minimum", limits.minimum_rows),
    }
}

fn uncounted(error: runs::RunError, me: &PartyId) -> RunError {
    match error {
        runs::RunError::Store(error) => RunError::Store(error),
        runs::RunError::Exhausted { at_most, .. } => Failure::new(Code::RunsExhausted)
            .of(me)
            .with("runs", at_most)
            .into(),
        _ => Failure::new(Code::FrameReplayed).of(me).into(),
    }
}

#[cfg(test)]
mod tests;
