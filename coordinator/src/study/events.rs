//! What has happened to a study, as its journal tells it.

use consilium_journal::{Body, Kind, Record, StudyName};
use consilium_store::{Store, StoreError};

/// One thing that happened to a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Happened {
    /// Position among the study's events, from 0.
    pub(crate) number: u64,
    /// Unix seconds.
    pub(crate) time: i64,
    /// The event as consilium-plan defines it, JSON; empty where only the step in hand went on,
    /// or began to wait.
    pub(crate) event: String,
    /// What the step in hand is at from now on, JSON; empty where that is not known.
    pub(crate) doing: String,
    /// Whom that step is kept waiting for from now on, JSON; empty where it waits for nobody.
    pub(crate) waiting: String,
}

/// Where somebody who reads a study's events has come to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    /// The last entry of the journal that was read.
    entry: u64,
    /// How many events that was.
    pub(crate) events: u64,
}

/// Gives a study's events after a place, and moves it on: what was read is not read again.
pub(crate) async fn next(
    store: &Store,
    study: &StudyName,
    place: &mut Place,
) -> Result<Vec<Happened>, StoreError> {
    let records = store.journal_of(study, place.entry).await?;
    place.entry = records.last().map_or(place.entry, |last| last.seq);
    let mut happened: Vec<Happened> = records.into_iter().filter_map(read).collect();
    for event in &mut happened {
        event.number = place.events;
        place.events += 1;
    }
    Ok(happened)
}

fn read(record: Record) -> Option<Happened> {
    let Body::Open { mut entry, .. } = record.body else {
        return None;
    };
    let doing = entry.fields.remove("doing");
    let (event, doing) = if entry.kind == Kind::STATE {
        (entry.fields.remove("event")?, doing.unwrap_or_default())
    } else if [Kind::OPENING, Kind::RUN].contains(&entry.kind) {
        (String::new(), doing?)
    } else if entry.kind == Kind::WAITING {
        (String::new(), doing.unwrap_or_default())
    } else {
        return None;
    };
    Some(Happened {
        number: 0,
        time: entry.time.0,
        event,
        doing,
        waiting: entry.fields.remove("waiting").unwrap_or_default(),
    })
}
