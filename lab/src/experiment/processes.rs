//! What an experiment over real daemons may not ask for.

use consilium_mailbox::PartyId;
use consilium_plan::{Plan, PlanError};

use super::{Mode, Source, SplitBy, places::Places, plan::BasePlan};
use crate::{LabError, LabFault};

/// Checks that daemons can run the exact plan as the experiment says.
pub(super) fn check(
    (mode, has_links): (Mode, bool),
    (base, source): (&BasePlan, &Source),
    places: &Places,
) -> Result<(), LabError> {
    if mode == Mode::Simulated {
        return Ok(());
    }
    if has_links {
        return Err(places.at("link", LabFault::LinkProcesses));
    }
    if let Source::Table {
        by: SplitBy::Columns,
        ..
    } = source
    {
        return Err(places.at("table.split.by", LabFault::ColumnsProcesses));
    }
    let refuse = |fault: LabFault| LabError::of_file(base.file(), fault);
    if base.alignments().count() > 1 {
        return Err(places.at("mode", LabFault::HybridProcesses));
    }
    for (file, alignment) in base.alignments() {
        let contributes = |party: &PartyId| {
            let mut all = base.plan.contributors();
            all.any(|(contributor, _)| contributor == party)
        };
        let mut parties = alignment.parties().iter();
        let is_among_them = parties.all(|party| contributes(&party.name));
        if alignment.coordinator() != base.plan.coordinator() || !is_among_them {
            let file = file.to_owned();
            return Err(refuse(LabFault::AlignmentProcesses { file }));
        }
    }
    let checked = checked(base.plan.clone(), mode);
    checked.map(|_| ()).map_err(|error| refuse(error.into()))
}

/// Gives a plan back, unless it is to be run by daemons that would refuse it.
pub(super) fn checked(plan: Plan, mode: Mode) -> Result<Plan, PlanError> {
    match mode {
        Mode::Simulated => Ok(plan),
        Mode::Processes => Plan::of_institutions(&plan.to_string()),
    }
}
