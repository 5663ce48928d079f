//! One run of a check of codes: the holder's list is asked about, or the own codes are looked up.

mod codes;

use std::{collections::BTreeMap, num::NonZeroUsize, sync::Arc, thread};

use consilium_dictionary::{Count, Place, Told, hold, respond};
use consilium_journal::{Entry, Kind, band};
use consilium_mailbox::{Mailbox, PartyId};
use consilium_node::link::LinkTransport;
use consilium_plan::{
    Compared, DataVersion, Dictionary, Failure, Name, Phase, Plan, PlanHash, Task,
};
use serde::Serialize;

use super::{
    Call, Own, Results,
    begin::{self, Counted},
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
pub(super) use codes::Codes;

/// Takes part in a run, and keeps what this institution learns by it.
///
/// # Errors
///
/// [`RunError`] names who failed and at which step.
pub(super) async fn take_part(
    home: &Home,
    (plan, task): (&Arc<Plan>, &Dictionary),
    own: &Own,
    (call, ways): (Call, LinkTransport),
) -> Result<(), RunError> {
    let counted = begin::count_in(home, plan, own, &call).await?;
    let opened = Opened::new(home, (plan, &call), ways).await?;
    let here = opened.mail.scope(Phase::Align.name());
    let (codes, counted) = begin::read(home, plan, counted, taken).await?;
    let part = OwnPart {
        home,
        plan,
        task,
        counted: &counted,
        codes: &codes,
    };
    let learnt = Box::pin(part.compare(&here)).await?;
    part.keep(&here, &learnt).await?;
    // From here on a repeated run finds the same again: the others may be told.
    run::all_have_kept(&here, &others(plan, &home.party)).await?;
    here.send(plan.coordinator(), &Compared::Done).await?;
    opened.close();
    Ok(())
}

/// Takes the codes that the plan asks for.
fn taken(inspection: &Inspection<'_>, source: &Source) -> Result<Codes, Failure> {
    let Task::Dictionary(task) = inspection.task else {
        return Err(internal(inspection.party, "codes"));
    };
    let codes = inspection.codes(task, source);
    codes.map_err(|unread| unread.elsewhere)
}

/// This institution's part in a run.
struct OwnPart<'a> {
    home: &'a Home,
    plan: &'a Plan,
    task: &'a Dictionary,
    counted: &'a Counted,
    codes: &'a Codes,
}

/// What this institution learns, and what was told of it.
struct Learnt {
    told: BTreeMap<PartyId, Told>,
    /// Of the own codes, where it uses some.
    looked_up: Option<LookedUp>,
}

/// The own codes that were compared, and those of them that are in the list.
#[derive(Debug, Serialize)]
struct LookedUp {
    compared: Count,
    listed: Count,
}

/// What was found, for those at home.
#[derive(Debug, Serialize)]
struct CodesReport<'a> {
    plan: PlanHash,
    data: &'a Name,
    version: DataVersion,
    system: &'a str,
    holder: &'a PartyId,
    /// Different codes of the own column; of the holder's, the list.
    codes: usize,
    /// Rows of the own column that have one.
    rows: u64,
    /// Rows of the own column with a text that is no code of the system.
    unclear: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<&'a LookedUp>,
    /// What the list lacks, by whom it was told.
    told: &'a BTreeMap<PartyId, Told>,
}

/// The label under which keeping the result is accounted.
const KEEPING: &str = "dictionary.1.keeping";

impl OwnPart<'_> {
    /// Runs the protocol.
    async fn compare(&self, mail: &Mailbox) -> Result<Learnt, RunError> {
        let (form, terms) = (self.task.form(), self.task.terms(self.plan));
        let place = Place {
            mail,
            terms: &terms,
            secret: &self.counted.secret.derive("participant.1.dictionary", &[]),
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        };
        let me = &self.home.party;
        if *me == self.task.holder {
            let respondents: Vec<PartyId> = self.plan.respondents(self.task).cloned().collect();
            let is_code = |text: &str| form.normalise(text).is_ok_and(|it| it.code == text);
            let list = self.codes.list();
            let told = hold(&place, &list, &respondents, &is_code).await?;
            let looked_up = None;
            return Ok(Learnt { told, looked_up });
        }
        let answer = respond(&place, &self.task.holder, &self.codes.usage()).await?;
        let looked_up = Some(LookedUp {
            compared: answer.compared,
            listed: answer.listed,
        });
        let told = [(me.clone(), answer.told)].into();
        Ok(Learnt { told, looked_up })
    }

    /// Keeps what was learnt, and notes that something was.
    async fn keep(&self, mail: &Mailbox, learnt: &Learnt) -> Result<(), RunError> {
        let (study, usage) = (self.plan.hash(), self.codes.usage());
        let report = CodesReport {
            plan: study,
            data: &self.counted.data,
            version: self.counted.grant.data,
            system: &self.task.system,
            holder: &self.task.holder,
            codes: usage.codes(),
            rows: usage.rows(),
            unclear: usage.unclear(),
            own: learnt.looked_up.as_ref(),
            told: &learnt.told,
        };
        let results = Results::new(&self.home.state, &study);
        mail.compute(KEEPING, || results.keep_own_report(&report))?;
        let missing: usize = learnt.told.values().map(|told| told.missing.len()).sum();
        let entry = Entry::new(self.home.ambient.now(), Kind::OPENING)
            .about(&study_name(&study))
            .with("learnt", "codes")
            .with("missing", band(missing as u64));
        Ok(self.home.store.log(&entry).await?)
    }
}
