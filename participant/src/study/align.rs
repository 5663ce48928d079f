//! One run of an alignment: the own keys are held against those of other institutions.

mod keeping;
mod protocol;
mod unbalanced;
mod watched;

use std::sync::Arc;

use consilium_journal::Kind;
use consilium_mailbox::{Mailbox, MailboxError, PartyId};
use consilium_node::link::LinkTransport;
use consilium_plan::{Align, Compared, Failure, Phase, Plan, Task};
use consilium_psi::PsiError;
use tokio::sync::{oneshot, watch};

use super::{
    Call, Own,
    begin::{self, Counted},
    failure::{RunError, internal},
    keys::{Keys, no_keys},
    opened::Opened,
    others,
    preflight::Inspection,
    run, spills,
    under_way::GoesOn,
};
use crate::{data::Source, home::Home, store::alignments};
use keeping::Learnt;
use unbalanced::turn::{self, Turn};
use watched::Watched;

/// Takes part in a run, and keeps what this institution learns by it.
///
/// # Errors
///
/// [`RunError`] names who failed and at which step.
pub(super) async fn take_part(
    home: &Home,
    (plan, task): (&Arc<Plan>, &Align),
    own: &Own,
    (call, ways): (Call, LinkTransport),
) -> Result<(), RunError> {
    let counted = begin::count_in(home, plan, own, &call).await?;
    let opened = Opened::new(home, (plan, &call), ways).await?;
    let here = opened.mail.scope(Phase::Align.name());
    let turn = turn::of_holder(home, (plan, task), &opened.goes_on, &here).await?;
    // Whoever waits for its turn has no keys in memory yet.
    let (keys, counted) = begin::read(home, plan, counted, keys).await?;
    let part = OwnPart {
        home,
        plan,
        task,
        others: others(plan, &home.party),
        counted: &counted,
        keys: &keys,
        goes_on: &opened.goes_on,
        turn: turn.as_ref(),
    };
    let learnt = match Box::pin(part.compare(&here)).await {
        Err(error @ RunError::Alignment(PsiError::BelowMinimum { .. })) => {
            home.store.log(&part.learnt(None, "number")).await?;
            return Err(error);
        }
        other => other?,
    };
    let found = part.keep(&opened.mail, learnt).await?;
    let others = part.others;
    // Whoever has the turn next finds room for its keys.
    drop(keys);
    drop(turn);
    // From here on a repeated run finds the same again: the others may be told.
    run::all_have_kept(&here, &others).await?;
    if let Some(found) = found {
        // All others have said themselves that they have the order: it may count.
        let mut change = home.store.begin().await?;
        alignments::keep(&mut change, &found).await?;
        change.commit().await?;
    }
    here.send(plan.coordinator(), &Compared::Done).await?;
    opened.close();
    Ok(())
}

/// Takes the keys that the plan asks for.
fn keys(inspection: &Inspection<'_>, source: &Source) -> Result<Keys, Failure> {
    let (me, data) = (inspection.party, inspection.data);
    let Task::Align(task) = inspection.task else {
        return Err(internal(me, "keys"));
    };
    let keys = inspection.keys(&task.key, source);
    let keys = keys.map_err(|unread| unread.elsewhere)?;
    keys.map_err(|error| no_keys(&error, me, data))
}

/// This institution's part in a run.
struct OwnPart<'a> {
    home: &'a Home,
    plan: &'a Plan,
    task: &'a Align,
    others: Vec<PartyId>,
    counted: &'a Counted,
    keys: &'a Keys,
    goes_on: &'a GoesOn,
    /// Where this institution holds a large set.
    turn: Option<&'a Turn<'a>>,
}

impl OwnPart<'_> {
    /// Runs the protocol, and tells the coordinator how far it has come.
    async fn compare(&self, mail: &Mailbox) -> Result<Learnt, RunError> {
        let (kept, mut chunks) = watch::channel(0);
        let (dropped, is_dropped) = oneshot::channel();
        let coordinator = self.plan.coordinator();
        let telling = async {
            while chunks.changed().await.is_ok() {
                let so_many = Compared::Chunks(*chunks.borrow_and_update());
                mail.send(coordinator, &so_many).await?;
            }
            Ok::<_, MailboxError>(())
        };
        let noting = async {
            match is_dropped.await {
                Ok(()) => {
                    let entry = self.entry(Kind::RUN).with("session", "anew");
                    self.home.store.log(&entry).await
                }
                Err(_) => Ok(()),
            }
        };
        let comparing = async {
            let files = spills::of_study(self.home, &self.plan.hash());
            // Once it is dropped there is nothing more to tell.
            let mut spill = Watched::new(files, kept).telling(dropped);
            self.protocol(mail, &mut spill).await
        };
        let (learnt, told, noted) = tokio::join!(comparing, telling, noting);
        // What the protocol has found weighs more than that it could not be told.
        let learnt = learnt?;
        told?;
        noted?;
        Ok(learnt)
    }
}
