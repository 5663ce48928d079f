//! The report before a run, from all that is here.

use std::sync::Arc;

use consilium_plan::{PartyReport, Plan, UnixTime};
use consilium_proto::v1::{self, to_coordinator::Kind};

use super::{
    Own, failure,
    preflight::{self, Inspected, Inspection},
    run::SECRET,
};
use crate::{
    home::{Home, study_name},
    store::{StoreError, runs, secrets},
};

/// Tells the coordinator what there is for a study here.
pub(super) async fn report(home: Home, plan: Arc<Plan>, own: Own, now_ms: i64) {
    let clock_ahead = -home.compare_clocks(now_ms) / 1_000;
    let report = match drawn_up(&home, &plan, &own, clock_ahead).await {
        Ok(Some(report)) => report,
        Ok(None) => return,
        Err(error) => {
            tracing::error!(%error, "the report before a run can't be made");
            return;
        }
    };
    match serde_json::to_string(&report) {
        Ok(report) => home.tell(Kind::Preflight(v1::PreflightReport {
            study: plan.hash().as_bytes().to_vec().into(),
            report,
        })),
        Err(error) => tracing::error!(%error, "the report before a run can't be written"),
    }
}

async fn drawn_up(
    home: &Home,
    plan: &Arc<Plan>,
    own: &Own,
    clock_ahead: i64,
) -> Result<Option<PartyReport>, StoreError> {
    let me = &home.party;
    let Some((_, data)) = plan.contributors().find(|(party, _)| *party == me) else {
        return Ok(None);
    };
    let study = study_name(&plan.hash());
    let mut change = home.store.begin().await?;
    let rng = &mut home.ambient.generator();
    let secret = secrets::of_study(&mut change, &study, SECRET, rng).await?;
    change.commit().await?;
    let source = match home.source(&data.name).await {
        Ok(source) => source,
        Err(crate::data::RegisterError::Store(error)) => return Err(error),
        Err(error) => {
            tracing::warn!(data = %data.name, %error, "the data set can't be used");
            None
        }
    };
    let size = source
        .as_ref()
        .and_then(|source| std::fs::metadata(&source.path).ok());
    let memory = preflight::memory(plan.limits(), plan.task(), size.map(|file| file.len()));
    let Inspected { report, version } = inspected(home, plan, source, secret).await;
    let runs = runs::counted(&home.store, &study).await?;
    let runs = u32::try_from(runs).unwrap_or(u32::MAX);
    let now: UnixTime = home.ambient.now();
    let approval = match version {
        Some(version) => own.register.allows(me, &version, (runs, now)).map(drop),
        // What is wrong with the data set is told already.
        None => Ok(()),
    };
    let contributors = plan.contributors().count();
    let unverified = home.unverified(plan).await?.len();
    Ok(Some(PartyReport {
        plan: plan.hash(),
        clock_ahead,
        data: report,
        approval: approval.map_err(|refused| refused.with("data", &data.name)),
        verified: u32::try_from(contributors - unverified).unwrap_or(u32::MAX),
        disk: preflight::disk(&home.state),
        memory,
    }))
}

async fn inspected(
    home: &Home,
    plan: &Arc<Plan>,
    source: Option<crate::data::Source>,
    secret: consilium_base::Seed,
) -> Inspected {
    // A reader holds on to nothing that the daemon needs when it stops.
    let (me, key, plan) = (home.party.clone(), home.data_key.clone(), plan.clone());
    let inspecting = crate::data::blocking(move || {
        let contributor = plan.contributors().find(|(party, _)| **party == me);
        let (party, data) = contributor.ok_or(crate::data::DataError::Interrupted)?;
        let inspection = Inspection {
            party,
            data: &data.name,
            task: plan.task(),
            limits: plan.limits(),
            key: &key,
            secret: &secret,
        };
        Ok(inspection.inspect(source.as_ref()))
    });
    inspecting.await.unwrap_or_else(|_| Inspected {
        report: consilium_plan::DataReport::Unreadable(failure::internal(&home.party, "preflight")),
        version: None,
    })
}
