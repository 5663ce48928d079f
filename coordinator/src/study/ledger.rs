//! Sums that the coordinator opens: each is kept before anything is made of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use consilium_identity::Directory;
use consilium_mailbox::{Mailbox, PartyId};
use consilium_secagg::{
    Aggregator, BookError, Entry, Open, Opened, Refusal, SumError, SumNumber, SumShape, Terms,
};
use tokio::sync::mpsc;
use tracing::debug;

use super::attempt::{Achieved, Report, Start, report};

/// An aggregator whose sums are kept before anything is made of them.
pub(super) struct Ledger<'a> {
    aggregator: Aggregator,
    /// Over whom each number was opened in earlier runs.
    before: BTreeMap<SumNumber, BTreeSet<PartyId>>,
    reports: &'a mpsc::Sender<Report>,
}

impl<'a> Ledger<'a> {
    /// Begins with what was opened before; each sum is reported.
    pub(super) fn new(
        terms: Terms,
        directory: Arc<Directory>,
        (start, reports): (&Start, &'a mpsc::Sender<Report>),
    ) -> Result<Ledger<'a>, SumError> {
        let opened = start.opened.iter().cloned();
        Ok(Ledger {
            aggregator: Aggregator::new(terms, directory, opened)?,
            before: before(&start.opened),
            reports,
        })
    }

    /// Gives where all that a run achieves is reported.
    pub(super) fn reports(&self) -> &'a mpsc::Sender<Report> {
        self.reports
    }

    /// Says whether a sum that was opened before is opened over the same parties.
    fn check_again(&self, number: SumNumber, opened: &Opened) -> Result<(), SumError> {
        let now: BTreeSet<PartyId> = opened.contributors.iter().cloned().collect();
        let Some(before) = self.before.get(&number).filter(|before| **before != now) else {
            return Ok(());
        };
        let differing = before.symmetric_difference(&now).cloned().collect();
        Err(SumError::Missing {
            missing: before.difference(&now).cloned().collect(),
            refusal: Refusal::OpenedOtherwise { number, differing },
        })
    }
}

fn before(entries: &[Entry]) -> BTreeMap<SumNumber, BTreeSet<PartyId>> {
    let opened = entries.iter().filter_map(|entry| match entry {
        Entry::Opening { number, survivors } => Some((*number, survivors.clone())),
        _ => None,
    });
    opened.collect()
}

impl Open for Ledger<'_> {
    async fn open(&mut self, mail: &Mailbox, shape: &SumShape) -> Result<Opened, SumError> {
        let opened = self.aggregator.open(mail, shape).await?;
        self.check_again(shape.number, &opened)?;
        let achieved = Achieved::Opened(shape.number, opened.clone());
        keep(self.reports, achieved).await?;
        debug!(run = %mail.run(), number = shape.number.0, "a sum was opened and kept");
        Ok(opened)
    }
}

/// Has the driver keep what was achieved.
pub(super) async fn keep(
    reports: &mpsc::Sender<Report>,
    achieved: Achieved,
) -> Result<(), BookError> {
    let unkept = |unkept| BookError {
        doing: "written",
        source: Box::new(unkept),
    };
    report(reports, achieved).await.map_err(unkept)
}
