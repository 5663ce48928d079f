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
    /// The event as consilium-plan defines it, JSON.
    pub(crate) event: String,
}

/// Gives a study's events from `first` on.
pub(crate) async fn since(
    store: &Store,
    study: &StudyName,
    first: u64,
) -> Result<Vec<Happened>, StoreError> {
    let records = store.journal_of(study).await?;
    let events = records.into_iter().filter_map(event).zip(0..);
    let happened = events.map(|((time, event), number)| Happened {
        number,
        time,
        event,
    });
    Ok(happened.filter(|event| event.number >= first).collect())
}

fn event(record: Record) -> Option<(i64, String)> {
    match record.body {
        Body::Open { mut entry, .. } if entry.kind == Kind::STATE => {
            Some((entry.time.0, entry.fields.remove("event")?))
        }
        _ => None,
    }
}
