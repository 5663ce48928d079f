//! One run of a study of scarcity: own rows and entities are held against those of all others.

mod taking;

use std::{collections::BTreeSet, sync::Arc};

use consilium_journal::{Entry, Kind};
use consilium_mailbox::PartyId;
use consilium_node::link::LinkTransport;
use consilium_plan::{DataVersion, Name, Phase, Plan, PlanHash, ResultKept, Scarcity, Task};
use consilium_scarcity::{Exclusive, Interval, Outcome, Own as Brought, Surprisal, contribute};
use consilium_scorecard::{EvidenceHash, VersionHash, Whose};
use serde::Serialize;

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
    data::Source,
    home::{Home, study_name},
    noised,
    store::Book,
};
use taking::Taken;
pub(super) use taking::inspect;

/// Takes part in a run, and keeps what this institution learns by it.
///
/// # Errors
///
/// [`RunError`] names who failed and at which step.
pub(super) async fn take_part(
    home: &Home,
    (plan, task): (&Arc<Plan>, &Scarcity),
    own: &Own,
    (call, ways): (Call, LinkTransport),
) -> Result<(), RunError> {
    let counted = begin::count_in(home, plan, own, &call).await?;
    let opened = Opened::new(home, (plan, &call), ways).await?;
    let own = (counted.contract.as_ref(), &counted.secret);
    contract::prove(home, &opened.mail, (plan, &call), own).await?;
    // Of two studies that begin at once the later one sees the other.
    let alone = home.answering.lock().await;
    let (taken, counted) = begin::read(home, plan, counted, take).await?;
    // From here on it counts as told, whatever becomes of the run.
    noised::note(home, plan, (&counted.data, counted.grant.data)).await?;
    drop(alone);
    let terms = plan.sum_terms(&task.protection, BTreeSet::new());
    let own = (&**plan, &counted.secret);
    let mut sums = run::sums(home, own, (Book::Sums, terms), opened.directory.clone())?;
    let here = opened.mail.phase(Phase::Scarcity.name());
    let (coordinator, first) = (plan.coordinator(), Phase::Scarcity.first_sum());
    let brought = Brought {
        agreement: &taken.agreement,
        rows: &taken.rows,
        entities: taken.entities.as_ref(),
        seed: &counted.secret.derive("participant.1.scarcity", &[]),
    };
    let parties = (coordinator, call.contributors.as_slice());
    let found = Box::pin(contribute(&here, parties, brought, first, &mut sums)).await?;
    let results = Results::new(&home.state, &plan.hash());
    let report = OwnReport::of((plan, &counted), &home.party, &found);
    here.compute(KEEPING, || results.keep_own_report(&report))?;
    let entry = Entry::new(home.ambient.now(), Kind::OPENING)
        .about(&study_name(&plan.hash()))
        .with("learnt", "scarcity");
    home.store.log(&entry).await?;
    here.send(coordinator, &ResultKept).await?;
    opened.close();
    Ok(())
}

/// The label under which keeping the result is accounted.
const KEEPING: &str = "scarcity.1.keeping";

fn take(inspection: &Inspection<'_>, source: &Source) -> Result<Taken, consilium_plan::Failure> {
    match inspection.task {
        Task::Scarcity(task) => Taken::take(inspection, task, source),
        _ => Err(internal(inspection.party, "rows")),
    }
}

/// What was found, for this institution's eyes only.
#[derive(Debug, Serialize)]
struct OwnReport<'a> {
    plan: PlanHash,
    data: &'a Name,
    version: DataVersion,
    scarcity: Found<'a>,
}

/// The part that can become part of a scorecard.
#[derive(Debug, Serialize)]
struct Found<'a> {
    #[serde(flatten)]
    whose: Whose,
    contributors: &'a [PartyId],
    surprisal: Option<Scored<&'a Surprisal>>,
    exclusive: Option<Scored<&'a Exclusive>>,
}

/// A measure with its score of 0 to 100.
#[derive(Debug, Serialize)]
struct Scored<T> {
    #[serde(flatten)]
    measure: T,
    score: f64,
    score_interval: Interval,
}

impl<'a> OwnReport<'a> {
    fn of(
        (plan, counted): (&Plan, &'a Counted),
        party: &'a PartyId,
        found: &'a Outcome,
    ) -> OwnReport<'a> {
        let (study, data, version) = (plan.hash(), &counted.data, counted.grant.data);
        OwnReport {
            plan: study,
            data,
            version,
            scarcity: Found {
                whose: Whose::new(
                    EvidenceHash(*study.as_bytes()),
                    party.clone(),
                    data.to_string(),
                    VersionHash(version.0),
                ),
                contributors: &found.contributors,
                surprisal: found.surprisal.as_ref().map(|measure| Scored {
                    measure,
                    score: measure.score(),
                    score_interval: measure.score_interval(),
                }),
                exclusive: found.exclusive.as_ref().map(|measure| Scored {
                    measure,
                    score: measure.score(),
                    score_interval: measure.score_interval(),
                }),
            },
        }
    }
}
