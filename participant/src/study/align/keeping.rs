//! What a run has learnt, kept in files and in the journal.

use std::collections::BTreeMap;

use consilium_journal::{Entry, Kind, band};
use consilium_mailbox::{Mailbox, PartyId};
use consilium_plan::UnixTime;

use super::OwnPart;
use crate::{
    home::study_name,
    store::alignments::Alignment,
    study::{
        Results,
        aligned::{AlignReport, Common, Queries},
        failure::RunError,
        keys::KeyReport,
    },
};

/// What this institution learns.
pub(super) enum Learnt {
    Rows {
        /// Which own keys are common, in the order that all have.
        rows: Vec<u32>,
        /// How many keys each other one has.
        sizes: BTreeMap<PartyId, u32>,
        /// What was asked of the holder of a large set, if one was.
        queries: Option<Queries>,
    },
    Number(Common),
}

/// The label under which keeping the result is accounted.
const KEEPING: &str = "align.1.keeping";

impl OwnPart<'_> {
    /// Keeps what was learnt in files; gives the order of rows that may count once all others have
    /// kept theirs.
    pub(super) async fn keep(
        &self,
        mail: &Mailbox,
        learnt: Learnt,
    ) -> Result<Option<Alignment>, RunError> {
        let results = Results::new(&self.home.state, &self.plan.hash());
        let mut report = AlignReport {
            plan: self.plan.hash(),
            data: &self.counted.data,
            version: self.counted.grant.data,
            peers: self.others.iter().map(|other| (other, None)).collect(),
            protocol: self.task.protocol(),
            keys: KeyReport::of(&self.keys.report),
            common: Common::Exact(0),
            rows: None,
            queries: None,
        };
        match learnt {
            Learnt::Number(common) => {
                report.common = common;
                mail.compute(KEEPING, || results.keep_aligned_report(&report))?;
                let entry = self.learnt(common.number(), "number");
                self.home.store.log(&entry).await?;
                Ok(None)
            }
            Learnt::Rows {
                rows,
                sizes,
                queries,
            } => {
                let digest = mail.compute(KEEPING, || {
                    let places = rows.iter().map(|&key| self.keys.rows.of(key as usize));
                    let (digest, own_rows) = results.keep_aligned(places)?;
                    for (other, keys) in &mut report.peers {
                        *keys = sizes.get(*other).copied();
                    }
                    report.common = Common::Exact(rows.len() as u64);
                    report.rows = Some(own_rows);
                    report.queries = queries;
                    results.keep_aligned_report(&report)?;
                    Ok::<_, RunError>((digest, own_rows))
                });
                let (digest, own_rows) = digest?;
                let entry = self.learnt(Some(rows.len() as u64), "rows");
                self.home.store.log(&entry).await?;
                Ok(Some(Alignment {
                    study: study_name(&self.plan.hash()),
                    data_set: self.counted.data.to_string(),
                    version: self.counted.grant.data,
                    peers: self.others.clone(),
                    rows: own_rows,
                    digest,
                    made: self.now(),
                }))
            }
        }
    }

    /// Says that something of all sets is known; how many keys are common, unless it is too few.
    pub(super) fn learnt(&self, common: Option<u64>, what: &str) -> Entry {
        let entry = self.entry(Kind::OPENING).with("learnt", what);
        match common {
            Some(common) => entry.with("common", band(common)),
            None => entry,
        }
    }

    pub(super) fn entry(&self, kind: Kind) -> Entry {
        let others: Vec<&str> = self.others.iter().map(PartyId::as_str).collect();
        Entry::new(self.now(), kind)
            .about(&study_name(&self.plan.hash()))
            .with("peers", others.join(", "))
    }

    pub(super) fn now(&self) -> UnixTime {
        self.home.ambient.now()
    }
}
