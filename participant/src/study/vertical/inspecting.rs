//! What there is for a study over common rows, looked at before a steward signs and before a run.

use consilium_plan::{DataReport, Obstacle, Vertical};

use super::{
    Basis,
    taking::{NotTaken, Taken},
};
use crate::{
    data::Source,
    study::preflight::{Inspected, Inspection},
};

/// Takes all that a run takes, and says what keeps it from being used. Blocks.
pub(in crate::study) fn inspect(
    inspection: &Inspection<'_>,
    (task, basis): (&Vertical, &Result<Basis, Obstacle>),
    source: &Source,
) -> Inspected {
    let (obstacles, one_class) = match Taken::take(inspection, (task, basis), source) {
        Ok(taken) => (Vec::new(), taken.is_of_one_class(task)),
        Err(NotTaken::Obstacles(obstacles)) => (obstacles, false),
        Err(NotTaken::Unread(unread)) => return (*unread).into(),
    };
    Inspected::open(DataReport::Read {
        version: inspection.grant.data,
        obstacles,
        one_class,
    })
}
