//! Keeping what happened to a study: all of it in one change, or nothing.

use consilium_journal::{Entry, Kind, StudyName, UnixTime};
use consilium_plan::Event;
use consilium_store::{Store, decisions, studies};

use super::Job;
use crate::{
    store::{
        Kept,
        openings::{self, OpenedSum, OpeningError},
        results::{self, ResultFile},
    },
    wire,
};

/// What is kept together with a study's next state.
#[derive(Debug, Default)]
pub(super) struct Deed {
    pub(super) event: Option<Event>,
    pub(super) entries: Vec<Entry>,
    pub(super) opened: Option<OpenedSum>,
    pub(super) decision: Option<decisions::Decision>,
    pub(super) files: Vec<ResultFile>,
}

/// Keeps a study's next state; gives its version, and whether a sum was opened that was not before.
pub(super) async fn keep(
    store: &Store,
    study: &StudyName,
    (from, now): (studies::Version, UnixTime),
    job: &Job,
    deed: &Deed,
) -> Result<(studies::Version, bool), OpeningError> {
    let mut change = store.begin().await?;
    if let Some(decision) = &deed.decision {
        decisions::add(&mut change, decision).await?;
    }
    let mut is_new = false;
    if let Some(opened) = &deed.opened {
        is_new = openings::keep(&mut change, opened).await? == Kept::First;
    }
    for file in &deed.files {
        results::keep(&mut change, file).await?;
    }
    for entry in &deed.entries {
        change.log(entry).await?;
    }
    if let Some(event) = &deed.event {
        change.log(&entry(study, now, event, job)).await?;
    }
    let state = job.text();
    let advance = studies::Advance {
        study,
        from,
        state: &state,
        now,
    };
    let version = studies::advance(&mut change, advance).await?;
    change.commit().await?;
    Ok((version, is_new))
}

/// Keeps an opened sum whose study stays as it was kept: what is made of it comes later.
pub(super) async fn opening(
    store: &Store,
    entry: &Entry,
    opened: &OpenedSum,
) -> Result<Kept, OpeningError> {
    let mut change = store.begin().await?;
    let kept = openings::keep(&mut change, opened).await?;
    change.log(entry).await?;
    change.commit().await?;
    Ok(kept)
}

/// Writes an event as the journal has it; [`events`](super::events) reads it.
pub(super) fn entry(study: &StudyName, now: UnixTime, event: &Event, job: &Job) -> Entry {
    let entry = Entry::new(now, Kind::STATE)
        .about(study)
        .with("event", wire::json(event))
        .with("state", job.study.name());
    with_doing(entry, job)
}

/// Adds what the step in hand is at, if one is, and whom it is kept waiting for, if anybody.
pub(super) fn with_doing(mut entry: Entry, job: &Job) -> Entry {
    if let Some(doing) = job.doing() {
        entry = entry.with("doing", doing);
    }
    if let Some(waiting) = &job.waiting {
        entry = entry.with("waiting", wire::json(waiting));
    }
    entry
}

#[cfg(test)]
mod tests;
