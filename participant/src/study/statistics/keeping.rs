//! What a run asks about and what it finds, kept.

use consilium_journal::Kind;
use consilium_mailbox::Mailbox;
use consilium_plan::{DataVersion, Name, PlanHash};
use consilium_statistics::{Comparison, Outcome};
use serde::Serialize;

use super::{OwnPart, Taken};
use crate::{
    home::study_name,
    store::cohorts::{self, Asked, Cohort},
    study::failure::RunError,
};

/// How the own rows compare with those of the others: for this institution's eyes only.
#[derive(Debug, Serialize)]
struct OwnReport<'a> {
    plan: PlanHash,
    data: &'a Name,
    version: DataVersion,
    own: &'a Comparison,
}

/// The label under which keeping the result is accounted.
const KEEPING: &str = "statistics.1.keeping";

impl OwnPart<'_> {
    /// Takes down which rows are about to be asked about, before anything of them leaves.
    pub(super) async fn note(&self, taken: &Taken) -> Result<(), RunError> {
        let now = self.home.ambient.now();
        let cohort = Cohort {
            asked: Asked::Statistics,
            study: study_name(&self.plan.hash()),
            data_set: self.counted.data.to_string(),
            version: self.counted.grant.data,
            answered: now,
            minimum: self.plan.limits().minimum_cell.0,
            imprint: Some(taken.imprint.to_bytes()),
        };
        let mut change = self.home.store.begin().await?;
        if cohorts::keep(&mut change, &cohort).await? {
            let entry = self.entry(Kind::RUN).with("cohort", &cohort.data_set);
            change.log(&entry.with("version", cohort.version)).await?;
        }
        Ok(change.commit().await?)
    }

    /// Keeps what was found: for all receivers, and for this institution alone.
    pub(super) fn keep(&self, mail: &Mailbox, found: &Outcome) -> Result<(), RunError> {
        let report = OwnReport {
            plan: self.plan.hash(),
            data: &self.counted.data,
            version: self.counted.grant.data,
            own: &found.own,
        };
        Ok(mail.compute(KEEPING, || {
            self.results.keep_findings(&found.findings)?;
            self.results.keep_own_report(&report)
        })?)
    }
}
