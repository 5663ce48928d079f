//! One run of a study over columns of several institutions: trees are grown, rows are scored, or columns
//! are held against labels.

mod basis;
mod binning;
mod fitting;
mod growing;
mod hybrid;
mod inspecting;
mod kept;
mod marginal;
mod part;
mod predicting;
mod report;
mod rows;
mod taking;
mod telling;
mod weighing;

use std::sync::Arc;

use consilium_evaluation::Shared;
use consilium_journal::{Entry, Kind};
use consilium_mailbox::{Mailbox, PartyId};
use consilium_node::link::LinkTransport;
use consilium_plan::{Plan, Reached, Task, Vertical, VerticalWork};

use super::{
    Call, Own, Results,
    begin::{self, Counted},
    contract,
    failure::{RunError, internal},
    opened::Opened,
    others,
    preflight::Inspection,
    run,
};
use crate::{
    data::Source,
    home::{Home, study_name},
};
use taking::Taken;

pub(super) use basis::Basis;
pub(super) use inspecting::inspect;

/// The label under which making ready for a run and keeping what it gave is accounted.
const KEEPING: &str = "vertical.1.keeping";

/// Takes part in a run, and keeps what this institution learns by it.
///
/// # Errors
///
/// [`RunError`] names who failed and at which step.
pub(super) async fn take_part(
    home: &Home,
    (plan, task): (&Arc<Plan>, &Vertical),
    own: &Own,
    (call, ways): (Call, LinkTransport),
) -> Result<(), RunError> {
    let counted = begin::count_in(home, plan, own, &call).await?;
    let basis = Basis::of(home, task, (&counted.data, &counted.grant.data)).await?;
    let opened = Opened::new(home, (plan, &call), ways).await?;
    let mail = &opened.mail;
    let own = (counted.contract.as_ref(), &counted.secret);
    contract::prove(home, mail, (plan, &call), own).await?;
    let of = plan.clone();
    let taking = move |inspection: &Inspection<'_>, source: &Source| {
        let Task::Vertical(task) = of.task() else {
            return Err(internal(inspection.party, "rows"));
        };
        let taken = Taken::take(inspection, (task, &basis), source);
        taken.map_err(|not_taken| not_taken.failure(&of, inspection.party))
    };
    let (taken, counted) = begin::read(home, plan, counted, taking).await?;
    let part = OwnPart {
        home,
        plan,
        task,
        others: others(plan, &home.party),
        counted: &counted,
        results: Results::new(&home.state, &plan.hash()),
    };
    match &task.work {
        VerticalWork::Grow(grow) => Box::pin(part.grow(mail, grow, taken)).await?,
        VerticalWork::Predict { model } => Box::pin(part.score(mail, model, taken)).await?,
        VerticalWork::Weigh(_) => Box::pin(part.weigh(mail, taken)).await?,
    }
    opened.close();
    Ok(())
}

/// This institution's part in a run.
struct OwnPart<'a> {
    home: &'a Home,
    plan: &'a Plan,
    task: &'a Vertical,
    others: Vec<PartyId>,
    counted: &'a Counted,
    results: Results,
}

impl OwnPart<'_> {
    /// Hears from all others that they have kept what a phase gave them, and tells the coordinator
    /// that the phase is done.
    async fn conclude(&self, mail: &Mailbox, shown: Option<Shared>) -> Result<(), RunError> {
        run::all_have_kept(mail, &self.others).await?;
        let done = Reached::Done(shown);
        Ok(mail.send(self.plan.coordinator(), &done).await?)
    }

    fn has_labels(&self) -> bool {
        self.task.label_holder == self.home.party
    }

    /// Says that this program makes a mistake.
    fn internal(&self, step: &str) -> RunError {
        internal(&self.home.party, step).into()
    }

    fn entry(&self, kind: Kind) -> Entry {
        let others: Vec<&str> = self.others.iter().map(PartyId::as_str).collect();
        Entry::new(self.home.ambient.now(), kind)
            .about(&study_name(&self.plan.hash()))
            .with("peers", others.join(", "))
    }
}
