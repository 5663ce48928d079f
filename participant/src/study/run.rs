//! One run of a study: the contributor's part of every phase that is not done yet.

use std::{collections::BTreeSet, sync::Arc};

use consilium_base::{Generator, Seed, Verifier};
use consilium_contract::Contract;
use consilium_mailbox::{Mailbox, MailboxError, PartyId, RunId};
use consilium_node::link::LinkTransport;
use consilium_plan::{DataVersion, Name, Phase, Plan, ResultKept, Train};
use consilium_secagg::{Contributor, Credentials, SumError, Terms};
use futures_util::future::try_join_all;
use tokio::sync::oneshot;

use super::{contract, failure::RunError, opened::Opened, rows::Taken, waivers};
use crate::{
    home::{Home, study_name},
    store::{Book, StudyBook},
};

/// The coordinator's call to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) run: RunId,
    /// Which run of the study it is, from 1.
    pub(crate) attempt: u32,
    /// The first phase that is not done, if one is left; the fit is announced in every run.
    pub(crate) from: Option<Phase>,
    pub(crate) contributors: Vec<PartyId>,
    pub(crate) waivers: BTreeSet<PartyId>,
}

/// A run that may begin: everything was checked, and it is counted.
pub(super) struct Run {
    pub(super) plan: Arc<Plan>,
    pub(super) call: Call,
    pub(super) data: Name,
    pub(super) version: DataVersion,
    pub(super) rows: Taken,
    /// What this institution means by the columns.
    pub(super) contract: Option<Contract>,
    /// Whether this institution's steward allows that its aggregate becomes derivable.
    pub(super) waives: bool,
    /// This institution's secret for the study.
    pub(super) secret: Seed,
}

impl Run {
    /// Takes part, and keeps what this institution may have of the result. `confirmed` learns the
    /// waivers once those named have confirmed them.
    ///
    /// # Errors
    ///
    /// [`RunError`] names who failed and at which step.
    pub(super) async fn take_part(
        &self,
        home: &Home,
        task: &Train,
        ways: LinkTransport,
        confirmed: oneshot::Sender<BTreeSet<PartyId>>,
    ) -> Result<(), RunError> {
        let opened = Opened::new(home, (&self.plan, &self.call), ways).await?;
        let mail = &opened.mail;
        let coordinator = self.plan.coordinator();
        let contributors = &self.call.contributors;
        let claimed = (&self.call.waivers, self.waives);
        waivers::confirm(mail, coordinator, contributors, claimed).await?;
        confirmed.send(self.call.waivers.clone()).ok();
        let own = (self.contract.as_ref(), &self.secret);
        contract::prove(home, mail, (&self.plan, &self.call), own).await?;
        let waivers = self.call.waivers.clone();
        let terms = self.plan.sum_terms(&task.protection, waivers);
        let own = (&*self.plan, &self.secret);
        let mut sums = sums(home, own, (Book::Sums, terms), opened.directory.clone())?;
        let ways = (mail, opened.directory.as_ref());
        Box::pin(self.phases(home, task, ways, &mut sums)).await?;
        opened.close();
        Ok(())
    }
}

/// What sums are contributed by.
pub(super) type Sums = Contributor<StudyBook, Generator>;

/// Makes what contributes to the sums of one of the books of a plan's study; `secret` is this
/// institution's for the study.
///
/// # Errors
///
/// If the terms allow no sums, or don't name this institution.
pub(super) fn sums(
    home: &Home,
    (plan, secret): (&Plan, &Seed),
    (book, terms): (Book, Terms),
    verifier: Arc<dyn Verifier>,
) -> Result<Sums, SumError> {
    let credentials = Credentials {
        signer: home.key.clone(),
        verifier,
    };
    let ambient = home.ambient.clone();
    let clock = Arc::new(move || ambient.now());
    let study = study_name(&plan.hash());
    let book = StudyBook::new(home.store.clone(), (study, book), clock);
    let rng = home.ambient.generator();
    Contributor::new(&home.party, terms, credentials, secret, book, rng)
}

/// Gives all others of a run that the plan names.
pub(super) fn others(plan: &Plan, call: &Call, me: &PartyId) -> Vec<PartyId> {
    let others = plan
        .contributors()
        .map(|(party, _)| party)
        .filter(|party| *party != me && call.contributors.contains(party));
    others.chain([plan.coordinator()]).cloned().collect()
}

/// Hears from all others that they have kept what they learnt, and tells them the same.
pub(super) async fn all_have_kept(mail: &Mailbox, others: &[PartyId]) -> Result<(), MailboxError> {
    let hearing = others.iter().map(|other| mail.recv::<ResultKept>(other));
    let (told, heard) = tokio::join!(mail.broadcast(others, &ResultKept), try_join_all(hearing));
    told?;
    heard?;
    Ok(())
}
