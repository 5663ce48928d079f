//! What a study has led to, as its receivers get it.

use std::collections::{BTreeMap, BTreeSet};

use consilium_gbdt::training as growth;
use consilium_glm::Training;
use consilium_journal::{StudyName, UnixTime};
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Learner, Phase, Plan, Standing, Task, Train};
use consilium_secagg::derivable::derivable;
use serde_json::{Value, json};

use super::{Job, Outcome, fitting::Fitting};
use crate::store::{openings::OpenedSum, results::ResultFile};

/// The file with the model.
pub(crate) const MODEL: &str = "model.json";
/// The file with measures, costs and openings.
pub(crate) const REPORT: &str = "report.json";

/// Draws up the files of a finished study.
pub(super) fn files(
    study: &StudyName,
    plan: &Plan,
    job: &Job,
    opened: &[OpenedSum],
    made: UnixTime,
) -> Vec<ResultFile> {
    let about = about(plan, job, made);
    let file = |name: &str, content: &Value| ResultFile {
        study: study.clone(),
        name: name.to_owned(),
        content: content.to_string().into_bytes(),
        made,
    };
    let task = match plan.task() {
        Task::Train(task) => task,
        Task::Align(_) | Task::Dictionary(_) => {
            return vec![file(REPORT, &of_own_doings(plan, job, &about))];
        }
        Task::Statistics(_) | Task::Scarcity(_) => {
            let mut report = of_own_doings(plan, job, &about);
            report["sums"] = json!(opened.len());
            return vec![file(REPORT, &report)];
        }
        Task::Vertical(task) => {
            let mut report = of_own_doings(plan, job, &about);
            report["outcomes"] = json!(outcomes(plan.phases().into_iter(), job));
            report["label_holder"] = json!(task.label_holder);
            if task.group().is_some() {
                report["hospitals"] = json!(task.hospitals().collect::<Vec<_>>());
                report["sums"] = json!(opened.len());
            }
            return vec![file(REPORT, &report)];
        }
    };
    let Some(mut model) = model(task, job) else {
        return Vec::new();
    };
    model["about"] = about.clone();
    model["plan"] = plan.to_string().into();
    model["features"] = json!(task.features);
    model["label"] = json!({ "column": task.label.column });
    let report = report(plan, job, opened, &about);
    vec![file(MODEL, &model), file(REPORT, &report)]
}

/// Gives the model as all may have it.
fn model(task: &Train, job: &Job) -> Option<Value> {
    match (&task.learner, &job.progress.fit) {
        (Learner::Glm(glm), Fitting::Glm(training)) => match &**training {
            Training::Done(fit) => Some(json!({
                "format": 1,
                "kind": "glm",
                "missing": glm.missing.name(),
                "fit": fit.publish(),
            })),
            _ => None,
        },
        (Learner::Gbdt(trees), Fitting::Gbdt(training)) => match &**training {
            growth::Training::Done(fit) => Some(json!({
                "format": 1,
                "kind": "gbdt",
                "fit": fit.publish(&trees.agreement).ok()?,
            })),
            _ => None,
        },
        _ => None,
    }
}

fn about(plan: &Plan, job: &Job, made: UnixTime) -> Value {
    let versions: BTreeMap<&PartyId, _> = plan
        .contributors()
        .filter_map(|(party, _)| match job.register.standing(party) {
            Some(Standing::Approved { grant, .. }) => Some((party, grant.data)),
            _ => None,
        })
        .collect();
    json!({
        "study": plan.hash().to_string(),
        "title": plan.title(),
        "purpose": plan.purpose(),
        "finished": made,
        "data_versions": versions,
    })
}

fn report(plan: &Plan, job: &Job, opened: &[OpenedSum], about: &Value) -> Value {
    let sets: BTreeSet<&BTreeSet<PartyId>> = opened.iter().map(|sum| &sum.contributors).collect();
    let outcomes = outcomes(plan.phases().into_iter().skip(1), job);
    let report = json!({
        "format": 1,
        "about": about,
        "outcomes": outcomes,
        "runs": job.attempts,
        "left_out": job.study.without(),
        "sums": opened.len(),
        "opened_sets": sets,
        "derivable": derivable(opened.iter().map(|sum| &sum.contributors)),
        "disclosures": disclosures(plan),
    });
    with_costs(report, job)
}

/// Adds to a report what the study cost the coordinator: in all, and in each part that there is.
fn with_costs(mut report: Value, job: &Job) -> Value {
    report["costs"] = json!({ "coordinator": job.costs });
    if !job.phases.is_empty() {
        report["phases"] = json!({ "coordinator": job.phases });
    }
    report
}

/// Gives what each phase gave, by its name.
fn outcomes(phases: impl Iterator<Item = Phase>, job: &Job) -> BTreeMap<&'static str, &Outcome> {
    phases
        .map(Phase::name)
        .zip(&job.progress.outcomes)
        .collect()
}

/// What the coordinator has of what institutions do among themselves: its costs. What it is told of
/// sizes goes to nobody.
fn of_own_doings(plan: &Plan, job: &Job, about: &Value) -> Value {
    let report = json!({
        "format": 1,
        "about": about,
        "runs": job.attempts,
        "disclosures": disclosures(plan),
    });
    with_costs(report, job)
}

fn disclosures(plan: &Plan) -> Value {
    let learnt = |lang| -> Vec<String> {
        let lines = plan.disclosures();
        lines.iter().map(|line| line.line(lang)).collect()
    };
    json!({ "en": learnt(Lang::En), "zh": learnt(Lang::Zh) })
}
