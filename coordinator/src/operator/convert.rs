//! Studies as the wire has them.

use consilium_plan::Plan;
use consilium_proto::v1;
use consilium_store::studies;

use crate::{study::Job, wire};

/// Gives where a study stands.
pub(super) fn status(study: &studies::Study, plan: &Plan, job: &Job) -> v1::StudyStatus {
    v1::StudyStatus {
        study: study.name.to_string(),
        title: plan.title().to_owned(),
        state: job.study.name().to_owned(),
        detail: wire::json(&job.study),
        submitted: study.submitted.0,
        changed: study.changed.0,
        doing: job.doing().unwrap_or_default(),
        waiting: job.waiting.as_ref().map(wire::json).unwrap_or_default(),
    }
}

/// Gives what is known of a study that can't be read: the others are none the worse for it.
pub(super) fn unreadable(study: &studies::Study) -> v1::StudyStatus {
    let text = std::str::from_utf8(&study.plan).ok();
    let plan: Option<Plan> = text.and_then(|text| text.parse().ok());
    v1::StudyStatus {
        study: study.name.to_string(),
        title: plan.map(|plan| plan.title().to_owned()).unwrap_or_default(),
        state: "unreadable".to_owned(),
        submitted: study.submitted.0,
        changed: study.changed.0,
        ..v1::StudyStatus::default()
    }
}
