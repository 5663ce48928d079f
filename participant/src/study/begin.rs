//! What is checked before rows are used in a run.

use std::sync::Arc;

use consilium_base::Seed;
use consilium_contract::{Contract, Table};
use consilium_journal::{Entry, Kind};
use consilium_mailbox::PartyId;
use consilium_plan::{Code, Failure, Grant, Limits, Name, Obstacle, OnDropout, Plan, Task};

use super::{
    Call, Own,
    failure::{RunError, internal},
    permit,
    preflight::{Inspection, misfit, unusable},
    rows::{Selection, Taken},
    run::Run,
    told,
};
use crate::{
    cohorts::Imprint,
    data::{HeldAgainst, RegisterError, Source},
    home::{Home, study_name},
    noised,
    store::runs,
    valued,
};

/// Checks all that a run needs, and counts it before a row is read.
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
    let counted = count_in(home, &plan, &own, &call).await?;
    // Of two studies that begin at once the later one sees the other.
    let alone = match plan.valuing() {
        Some(_) => Some(home.answering.lock().await),
        None => None,
    };
    let ((rows, valued), counted) = read(home, &plan, counted, selected).await?;
    if let Some(imprint) = &valued {
        // From here on it counts as told, whatever becomes of the run.
        valued::note(home, &plan, (&counted.data, counted.grant.data), imprint).await?;
    }
    drop(alone);
    let rows = rows.weighted(plan.weight(&home.party));
    Ok(Run {
        contract: counted.contract,
        plan,
        call,
        data: counted.data,
        version: counted.grant.data,
        rows,
        waives: counted.grant.waiver,
        secret: counted.secret,
    })
}

/// A run that is counted, and may read its rows.
pub(super) struct Counted {
    pub(super) data: Name,
    pub(super) grant: Grant,
    pub(super) source: Source,
    /// What this institution means by the columns that others bring too.
    pub(super) contract: Option<Contract>,
    /// This institution's secret for the study.
    pub(super) secret: Seed,
}

/// Checks all that can be checked before a row is read, and counts the run.
pub(super) async fn count_in(
    home: &Home,
    plan: &Plan,
    own: &Own,
    call: &Call,
) -> Result<Counted, RunError> {
    check_company(plan, own, call, &home.party)?;
    let (data, grant) = permit::allowed(home, plan, own).await?;
    check_identities(home, plan, call).await?;
    let source = source(home, &data).await?;
    let is_approved = home.registered(&data).await? == Some(grant.data);
    let contract = match plan.contract(&home.party, &source.schema) {
        // Of another version than the approved one nothing is told; reading it ends the run.
        _ if !is_approved => None,
        contract => contract?.map(|contract| with_tables(contract, &source)),
    };
    count(home, plan, &grant, call).await?;
    let secret = permit::secret(home, plan).await?;
    Ok(Counted {
        data,
        grant,
        source,
        contract,
        secret,
    })
}

/// Adds the tables of codes that values were held against.
fn with_tables(contract: Contract, source: &Source) -> Contract {
    let with = |contract: Contract, (column, held): (&String, &HeldAgainst)| {
        let table = Table {
            codes: held.codes.clone(),
            contents: held.contents,
        };
        contract.with_table(column, table)
    };
    source.tables.iter().fold(contract, with)
}

/// Sees that enough contributors are who they say they are, by more than the coordinator's word.
async fn check_identities(home: &Home, plan: &Plan, call: &Call) -> Result<(), RunError> {
    let unverified = home.unverified(plan).await?;
    let verified = |parties: &mut dyn Iterator<Item = &PartyId>| {
        let verified = parties.filter(|party| !unverified.contains(party)).count();
        u32::try_from(verified).unwrap_or(u32::MAX)
    };
    let planned = verified(&mut plan.contributors().map(|(party, _)| party));
    let present = verified(&mut call.contributors.iter());
    let few = |verified: u32, minimum: u32| {
        let few = Failure::new(Code::VerifiedTooFew).of(&home.party);
        few.with("verified", verified).with("minimum", minimum)
    };
    let (needed, minimum) = (plan.verified_needed(), plan.limits().minimum_verified);
    if planned < needed {
        return Err(few(planned, needed).into());
    }
    // Those who are away keep nobody company.
    if present < minimum {
        return Err(few(present, minimum).into());
    }
    Ok(())
}

/// Sees that those take part who should, and that nobody's protection was given away.
fn check_company(plan: &Plan, own: &Own, call: &Call, me: &PartyId) -> Result<(), Failure> {
    let planned: Vec<&PartyId> = plan.contributors().map(|(party, _)| party).collect();
    let mut rest = planned.iter();
    let in_order = call
        .contributors
        .iter()
        .all(|party| rest.any(|next| *next == party));
    let complete = match plan.on_dropout() {
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

async fn source(home: &Home, data: &Name) -> Result<Source, RunError> {
    let me = &home.party;
    let source = home.source(data).await.map_err(|error| match error {
        RegisterError::Store(error) => RunError::Store(error),
        _ => internal(me, "data").into(),
    })?;
    let missing = || Failure::new(Code::DataMissing).of(me).with("data", data);
    Ok(source.ok_or_else(missing)?)
}

async fn count(home: &Home, plan: &Plan, grant: &Grant, call: &Call) -> Result<(), RunError> {
    let study = study_name(&plan.hash());
    let most = u64::from(grant.runs.min(plan.limits().runs));
    let mut change = home.store.begin().await?;
    let counted = runs::count(&mut change, &study, call.run, most, home.ambient.now()).await;
    let number = counted.map_err(|error| uncounted(error, &home.party))?;
    let entry = Entry::new(home.ambient.now(), Kind::RUN)
        .about(&study)
        .with("run", call.run)
        .with("number", number)
        .with("attempt", call.attempt)
        .with("version", grant.data)
        .with("contributors", call.contributors.len());
    change.log(&entry).await?;
    change.commit().await?;
    Ok(())
}

/// Reads what a run needs of the approved version of the data set.
pub(super) async fn read<T: Send + 'static>(
    home: &Home,
    plan: &Arc<Plan>,
    counted: Counted,
    taking: impl FnOnce(&Inspection<'_>, &Source) -> Result<T, Failure> + Send + 'static,
) -> Result<(T, Counted), RunError> {
    // A reader holds on to nothing that the daemon needs when it stops.
    let (me, key, plan) = (home.party.clone(), home.data_key.clone(), plan.clone());
    let (data, now) = (counted.data.clone(), home.ambient.now());
    let spent = noised::spent(home, &plan, (&data, &counted.grant)).await?;
    let valued = valued::earlier(home, &plan, (&data, &counted.grant.data)).await?;
    let reading = home.read_alone(move || {
        let inspection = Inspection {
            party: &me,
            data: &counted.data,
            grant: &counted.grant,
            task: plan.task(),
            limits: plan.limits(),
            key: &key,
            secret: &counted.secret,
            now,
            spent,
            valued: &valued,
        };
        let taken = taking(&inspection, &counted.source);
        Ok(taken.map(|taken| (taken, counted)))
    });
    let taken = reading
        .await
        .map_err(|error| error.failure(&home.party, &data))?;
    Ok(taken?)
}

/// Takes the rows that the plan asks for, and what is kept of them if they are to be valued.
fn selected(
    inspection: &Inspection<'_>,
    source: &Source,
) -> Result<(Taken, Option<Imprint>), Failure> {
    let (me, data) = (inspection.party, inspection.data);
    let Task::Train(task) = inspection.task else {
        return Err(internal(me, "rows"));
    };
    let contents = inspection.rows(source);
    let contents = contents.map_err(|unread| unread.elsewhere)?;
    let selection = Selection::new(task, &contents, inspection.secret);
    let selection = selection.map_err(|error| {
        tracing::warn!(%data, failure = %unusable(&error, me, data), "the data set can't be used");
        told::unusable(&error, me, data)
    })?;
    if let Some(obstacle) = selection.obstacles(inspection.limits).first() {
        return Err(too_many_or_few(obstacle, inspection.limits, me));
    }
    let valued = inspection.valued(&selection, &contents);
    let (imprint, obstacles) = valued.unzip();
    if let Some(obstacle) = obstacles.unwrap_or_default().first() {
        return Err(valued_before(obstacle, inspection));
    }
    let rows = selection.rows(&task.learner);
    let rows = rows.map_err(|error| misfit(&error, me, data))?;
    Ok((rows, imprint))
}

fn valued_before(obstacle: &Obstacle, inspection: &Inspection<'_>) -> Failure {
    let (code, studies) = match obstacle {
        Obstacle::JudgesDiffer(studies) => (Code::JudgesDiffer, studies),
        Obstacle::RowsShown(studies) => (Code::RowsShown, studies),
        _ => return internal(inspection.party, "rows"),
    };
    let failure = Failure::new(code).of(inspection.party);
    let failure = failure.with("data", inspection.data);
    failure.with("studies", Obstacle::named(studies))
}

pub(super) fn too_many_or_few(obstacle: &Obstacle, limits: &Limits, me: &PartyId) -> Failure {
    match obstacle {
        Obstacle::RowsTooMany => Failure::new(Code::DataRowsTooMany)
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
