//! One run of statistics: columns are measured over all contributors' rows.

mod keeping;
mod rows;

use std::{collections::BTreeSet, sync::Arc};

use consilium_journal::{Entry, Kind};
use consilium_node::link::LinkTransport;
use consilium_plan::{Code, Failure, Phase, Plan, ResultKept, Statistics, Task};
use consilium_statistics::{Outcome, contribute};

use super::{
    Call, Own, Results,
    begin::{self, Counted},
    contract,
    failure::{RunError, internal},
    opened::Opened,
    preflight::Inspection,
    run,
};
use crate::{
    cohorts,
    data::Source,
    home::{Home, study_name},
    noised,
    store::Book,
};
use rows::Taken;

pub(super) use rows::inspect;

/// Takes part in a run, and keeps what this institution learns by it.
///
/// # Errors
///
/// [`RunError`] names who failed and at which step.
pub(super) async fn take_part(
    home: &Home,
    (plan, task): (&Arc<Plan>, &Statistics),
    own: &Own,
    (call, ways): (Call, LinkTransport),
) -> Result<(), RunError> {
    let counted = begin::count_in(home, plan, own, &call).await?;
    let opened = Opened::new(home, (plan, &call), ways).await?;
    let own = (counted.contract.as_ref(), &counted.secret);
    contract::prove(home, &opened.mail, (plan, &call), own).await?;
    // Of two studies that begin at once, over rows that differ by a few, the later one sees the other.
    let alone = home.answering.lock().await;
    let (of, earlier) = (plan.clone(), cohorts::earlier(&home.store).await?);
    let taking = move |inspection: &Inspection<'_>, source: &Source| match of.task() {
        Task::Statistics(task) => Taken::take(inspection, (task, &earlier), source),
        _ => Err(internal(inspection.party, "rows")),
    };
    let (taken, counted) = begin::read(home, plan, counted, taking).await?;
    let part = OwnPart {
        home,
        plan,
        counted: &counted,
        results: Results::new(&home.state, &plan.hash()),
    };
    // From here on the cohort counts as answered for, whatever becomes of the run.
    part.note(&taken).await?;
    noised::note(home, plan, (&counted.data, counted.grant.data)).await?;
    drop(alone);
    let terms = plan.sum_terms(&task.protection, BTreeSet::new());
    let own = (&**plan, &counted.secret);
    let mut sums = run::sums(home, own, (Book::Sums, terms), opened.directory.clone())?;
    let here = opened.mail.phase(Phase::Statistics.name());
    let seed = counted.secret.derive("participant.1.statistics", &[]);
    let (coordinator, first) = (plan.coordinator(), Phase::Statistics.first_sum());
    let found = contribute(
        &here,
        (coordinator, &call.contributors),
        (&taken.agreement, &taken.table, &seed),
        first,
        &mut sums,
    );
    let found = Box::pin(found).await?;
    part.check_size(&found)?;
    part.keep(&here, &found)?;
    let entry = part.entry(Kind::OPENING).with("learnt", "statistics");
    home.store.log(&entry).await?;
    here.send(coordinator, &ResultKept).await?;
    opened.close();
    Ok(())
}

/// This institution's part in a run.
struct OwnPart<'a> {
    home: &'a Home,
    plan: &'a Plan,
    counted: &'a Counted,
    results: Results,
}

impl OwnPart<'_> {
    /// Refuses to keep statistics of fewer rows than the plan asks for.
    fn check_size(&self, found: &Outcome) -> Result<(), Failure> {
        let minimum = self.plan.limits().minimum_cohort;
        if found.findings.rows.is_some_and(|rows| rows >= minimum.0) {
            return Ok(());
        }
        let few = Failure::new(Code::CohortTooSmall).of(&self.home.party);
        Err(few.with("minimum", minimum))
    }

    fn entry(&self, kind: Kind) -> Entry {
        Entry::new(self.home.ambient.now(), kind).about(&study_name(&self.plan.hash()))
    }
}
