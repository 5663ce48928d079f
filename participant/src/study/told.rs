//! What others are told of a data set that can't be used: a column of the plan at most.
//!
//! # Security
//!
//! Whoever writes plans may know whose row stands where.

use consilium_mailbox::PartyId;
use consilium_plan::{Code, Failure, Name, Task};

use super::{preflight, rows::Unusable};
use crate::data::DataError;

/// Gives as a failure for others why the approved version can't be read.
pub(super) fn unread(error: &DataError, task: &Task, (party, data): (&PartyId, &Name)) -> Failure {
    let failure = error.failure(party, data);
    let is_planned = |name: &&str| task.column_names().contains(name);
    let columns: Vec<&str> = error.columns().into_iter().filter(is_planned).collect();
    let columns = columns.join(", ");
    let told = Failure::new(failure.code).of(party).with("data", data);
    match (failure.code, columns.is_empty()) {
        (Code::Internal, _) => failure,
        (Code::DataColumnMissing, false) => told.with("column", columns),
        (Code::DataColumnMissing, true) => told.with("column", "that the plan does not name"),
        (_, false) => told.with_words("place", preflight::column(&columns)),
        (Code::DataUnreadable, true) => told.with_words("place", WHY.map(str::to_owned)),
        (_, true) => told.with_words("place", PLACE.map(str::to_owned)),
    }
}

const WHY: [&str; 2] = ["only its own people are told why", "原因仅告知其自己人"];
const PLACE: [&str; 2] = [
    "a place that only its own people are told",
    "仅告知其自己人的位置",
];

/// Gives as a failure for others why the approved version gives no rows.
pub(super) fn unusable(why: &Unusable, party: &PartyId, data: &Name) -> Failure {
    match why {
        Unusable::Unplaced { split, .. } => Failure::new(Code::DataUnreadable)
            .of(party)
            .with("data", data)
            .with_words("place", [format!("split {split}"), format!("划分 {split}")]),
        _ => preflight::unusable(why, party, data),
    }
}
