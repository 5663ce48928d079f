//! Cells that run over real daemons, each a process of its own.

use std::{collections::BTreeMap, env, fs, iter, path::Path};

use anyhow::{Context as _, bail};
use consilium_contract::CONTRACT;
use consilium_data::Passing;
use consilium_gbdt::{Losses, vertical::ModelPart};
use consilium_glm::{Candidate, Failure as NoFit};
use consilium_lab::{Cell, Gathered, Joint, Outcome, PartyCost, Predictor, Studies};
use consilium_mailbox::{Account, PartyId, StepAccount};
use consilium_plan::{Failure, Lang, Learner, Phase, Plan, Task};
use consilium_secagg::SETUP;
use serde::Deserialize as _;
use tokio::{runtime, sync::watch};

use super::cells::Bench;
use crate::{
    local::{
        self, Took, federation::Federation, inputs::PartyData, joint::label_holder, kept::Kept,
        outcome::Outcome as Trained,
    },
    model::Fit,
    study::obstacles,
};

/// A model, or why the rows give none.
type Learnt = Result<Gathered, String>;

/// Runs a cell over daemons that are started for it, on rows that lie in a folder as long as it runs;
/// nothing if it is stopped before its end.
///
/// # Errors
///
/// If daemons can't do their work: the rows have no part in that.
pub(super) fn learn(
    bench: &Bench,
    (cell, studies): (&Cell, &Studies<'_>),
    stopped: &mut watch::Receiver<bool>,
    lang: Lang,
) -> anyhow::Result<Option<Outcome>> {
    let all = env::temp_dir();
    let folder = Passing::within(&all, "consilium-lab-")
        .with_context(|| format!("making a folder in {}", all.display()))?;
    let data = write(studies, folder.path())?;
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    let learnt = runtime.block_on(async {
        if *stopped.borrow() {
            return Ok(None);
        }
        let parties = studies.rows.iter().map(|(party, _)| party);
        let coordinator = studies.fit.coordinator();
        // It is not broken off: daemons that are half made leave files behind.
        let federation = Federation::open(coordinator, parties, folder.path(), "", lang);
        let mut federation = federation.await?;
        federation.fall_silent();
        let learnt = tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => Ok(None),
            learnt = run(&mut federation, studies, &data, folder.path()) => learnt.map(Some),
        };
        federation.stop().await;
        learnt
    });
    let removed = folder.close();
    let learnt = learnt?;
    removed.context("removing a folder with rows")?;
    let (experiment, tables) = (&bench.experiment, &bench.tables);
    Ok(learnt.and_then(|learnt| experiment.measured(tables, cell, learnt)))
}

/// Writes each party's rows into a file, and names it as each data set of the plans.
fn write(studies: &Studies<'_>, folder: &Path) -> anyhow::Result<Vec<PartyData>> {
    // No party has such a name: each has a folder of its own beside it.
    let data = folder.join(".data");
    let writing = || data.display().to_string();
    fs::create_dir(&data).with_context(writing)?;
    let data = fs::canonicalize(&data).with_context(writing)?;
    let mut sets: BTreeMap<(PartyId, String), PartyData> = BTreeMap::new();
    for (party, rows) in &studies.rows {
        let file = data.join(format!("{party}.csv"));
        fs::write(&file, &rows.csv).with_context(|| file.display().to_string())?;
        let plans = studies.alignment.into_iter().chain([&studies.fit]);
        let named = plans.flat_map(Plan::contributors);
        for (_, set) in named.filter(|(named, _)| *named == party) {
            let name = set.name.to_string();
            let set = PartyData {
                party: party.clone(),
                name: name.clone(),
                file: file.clone(),
                schema: rows.schema.clone(),
                splits: Vec::new(),
                codes: Vec::new(),
            };
            sets.insert((party.clone(), name), set);
        }
    }
    Ok(sets.into_values().collect())
}

async fn run(
    federation: &mut Federation,
    studies: &Studies<'_>,
    data: &[PartyData],
    folder: &Path,
) -> anyhow::Result<Learnt> {
    federation.register(data).await?;
    if let Some(align) = studies.alignment {
        // Daemons keep what it finds for the study that names it.
        if let Err(reason) = ended(federation, align).await? {
            return Ok(Err(reason));
        }
    }
    let (study, took) = match ended(federation, &studies.fit).await? {
        Ok(ended) => ended,
        Err(reason) => return Ok(Err(reason)),
    };
    let result = folder.join(".result");
    let plan = &studies.fit;
    match plan.task() {
        Task::Train(task) => {
            let trained = federation.outcome(&study, plan, &result, took).await?;
            of_training(&trained, &task.learner, studies)
        }
        Task::Vertical(_)
        | Task::Align(_)
        | Task::Statistics(_)
        | Task::Dictionary(_)
        | Task::Scarcity(_) => {
            let kept = federation.kept(&study, plan, &result, took).await?;
            of_parts(&kept, plan.coordinator()).map(Ok)
        }
    }
}

/// Takes a study to its end; gives why the rows allow none, if they don't.
async fn ended(
    federation: &mut Federation,
    plan: &Plan,
) -> anyhow::Result<Result<(String, Took), String>> {
    match local::study(federation, plan).await? {
        Ok(ended) => Ok(Ok(ended)),
        Err(failures) => of_rows(&failures).map(Err),
    }
}

/// Says why the rows allow no model: the same cell fails so again.
///
/// # Errors
///
/// What does not follow from the rows is no outcome of a cell.
fn of_rows(failures: &[Failure]) -> anyhow::Result<String> {
    let error = obstacles::error("", failures, Lang::En);
    if failures.iter().all(|it| it.code.follows_from_rows()) {
        Ok(error.to_string())
    } else {
        Err(error)
    }
}

/// Takes the model of the phase that the cell is about, and what that phase cost.
fn of_training(
    trained: &Trained,
    learner: &Learner,
    studies: &Studies<'_>,
) -> anyhow::Result<Learnt> {
    let phase = studies.phase.name();
    let (predictor, curve, iterations) = match (&trained.fit, learner) {
        (Fit::Gbdt(fit), _) => {
            let losses = fit.losses.iter().map(|losses| losses.trained);
            let trees = u32::try_from(fit.model.trees().len())?;
            (Predictor::Trees(fit.model.clone()), losses.collect(), trees)
        }
        (Fit::Glm(fit), Learner::Glm(glm)) => {
            let (model, updates) = match glm.schedule(studies.phase) {
                None => (fit.model(), fit.updates),
                Some(schedule) => {
                    let outcome = &trained.report["outcomes"][phase];
                    let Some(averaged) = outcome.get("averaged") else {
                        let failure = NoFit::deserialize(&outcome["without"])
                            .with_context(|| format!("what came of {phase}: {outcome}"))?;
                        return of_rows(&[Failure::from(&failure)]).map(Err);
                    };
                    (Candidate::deserialize(averaged)?, schedule.rounds)
                }
            };
            let family = fit.family;
            let predictor = Predictor::Regression { family, model };
            (predictor, Vec::new(), updates)
        }
        (Fit::Glm(_), Learner::Gbdt(_)) => bail!("the model is not one of its plan"),
    };
    let parties = trained.parties.iter();
    let parties = parties.map(|own| (&own.party, &own.account, &own.phases));
    let coordinator = studies.fit.coordinator();
    let all = iter::once((
        coordinator,
        &trained.coordinator,
        &trained.coordinator_phases,
    ));
    let cost = |(party, whole, phases): (&PartyId, &Account, &BTreeMap<String, Account>)| {
        let account = phases.get(phase).cloned();
        let mut account = account.with_context(|| format!("{party} keeps no costs of {phase}"))?;
        // What the columns mean is compared before, and keys that the study has agreed on before its fit
        // serve this phase too: alone it would begin with them.
        for before in [CONTRACT, SETUP] {
            if let Some(part) = phases.get(before) {
                account += part;
            }
        }
        spent(party, (account, whole), &trained.costs)
    };
    Ok(Ok(Gathered {
        predictor,
        curve,
        iterations,
        costs: all
            .chain(parties)
            .map(cost)
            .collect::<anyhow::Result<_>>()?,
        // The plan's own model is fitted before any other.
        wall: (studies.phase == Phase::Fit).then_some(trained.wall),
    }))
}

/// Gives what a part of a study cost a party, with the CPU time of its process: what the protocols did
/// not compute themselves (sealing, TLS, what is kept) is shared out by frames.
fn spent(
    party: &PartyId,
    (part, whole): (Account, &Account),
    processes: &[local::cost::PartyCost],
) -> anyhow::Result<PartyCost> {
    let process = processes.iter().find(|cost| cost.party == party.as_str());
    let process = process.with_context(|| format!("nobody knows what {party} has used"))?;
    let all = whole.total();
    let frames = |total: &StepAccount| (total.sent_frames + total.received_frames) as f64;
    let share = frames(&part.total()) / frames(&all).max(1.0);
    let beside = (process.cpu_s - all.cpu.as_secs_f64()).max(0.0);
    let cost = PartyCost::of(party.clone(), part);
    Ok(PartyCost {
        cpu_s: cost.cpu_s + beside * share.min(1.0),
        ..cost
    })
}

/// Puts the parts of a model together that the parties keep, and what growing them cost.
fn of_parts(kept: &Kept, coordinator: &PartyId) -> anyhow::Result<Gathered> {
    let mut parts = Vec::new();
    for own in &kept.parties {
        let part: ModelPart = serde_json::from_str(&own.model)
            .with_context(|| format!("the part of {}", own.party))?;
        parts.push((own.party.clone(), part));
    }
    let joint = Joint::of_parts(parts).context("nobody keeps the part with the labels")?;
    let losses = label_holder(kept).and_then(|own| own.report.get("losses"));
    let losses = losses.map_or_else(|| Ok(Vec::new()), Vec::<Losses>::deserialize)?;
    let parties = kept.parties.iter().map(|own| (&own.party, &own.account));
    let all = iter::once((coordinator, &kept.coordinator)).chain(parties);
    let cost = |(party, account): (&PartyId, &Account)| {
        spent(party, (account.clone(), account), &kept.costs)
    };
    Ok(Gathered {
        iterations: u32::try_from(joint.trees())?,
        predictor: Predictor::Joint(joint),
        curve: losses.iter().map(|losses| losses.trained).collect(),
        costs: all.map(cost).collect::<anyhow::Result<_>>()?,
        wall: Some(kept.wall),
    })
}
