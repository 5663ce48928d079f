//! What an experiment over real daemons may not ask for.

use consilium_mailbox::PartyId;
use consilium_plan::Plan;

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
    if !may_run(&base.plan, mode) {
        let setting = "the plan".to_owned();
        return Err(places.at("mode", LabFault::OnlySimulated { setting }));
    }
    Ok(())
}

/// Says whether daemons take a plan, where they are to run it.
pub(super) fn may_run(plan: &Plan, mode: Mode) -> bool {
    match mode {
        Mode::Simulated => true,
        Mode::Processes => Plan::of_institutions(&plan.to_string()).is_ok(),
    }
}
