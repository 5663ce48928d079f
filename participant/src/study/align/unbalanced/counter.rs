//! Queries under an own key, counted and written down before they are answered.

use consilium_base::Digest;
use consilium_journal::{Entry, Kind};
use consilium_psi::unbalanced::{Charge, Refused};
use tokio::time::Instant;

use super::OwnPart;
use crate::{
    home::study_name,
    store::queries::{self, Asked, Counted, KeyScope, QueryError},
    study::aligned::Queries,
};

/// Counts the queries of a run.
pub(super) struct Counter<'a> {
    part: &'a OwnPart<'a>,
    of: &'a KeyScope,
    most: u32,
    /// How many they are, how many there were with them, and when they came.
    counted: Option<(u32, u64, Instant)>,
}

impl<'a> Counter<'a> {
    pub(super) fn new(part: &'a OwnPart<'a>, of: &'a KeyScope, most: u32) -> Counter<'a> {
        Counter {
            part,
            of,
            most,
            counted: None,
        }
    }

    /// Gives what was asked, as soon as all is answered.
    pub(super) fn answered(&self) -> Option<Queries> {
        let (number, used, since) = self.counted?;
        Some(Queries {
            number,
            used: Some(used),
            most: self.most,
            seconds: since.elapsed().as_secs_f64(),
        })
    }

    /// Counts queries, and has the journal say so, in one change.
    async fn count(&self, asked: &Asked) -> Result<Counted, QueryError> {
        let mut change = self.part.home.store.begin().await?;
        let counted = queries::count(&mut change, self.of, asked, self.most).await?;
        if counted.is_new {
            let entry = Entry::new(asked.at, Kind::QUERIES)
                .about(&asked.study)
                .with("peer", &self.of.peer)
                .with("data", &self.of.data_set)
                .with("quarter", &self.of.quarter)
                .with("queries", asked.number)
                .with("used", counted.used)
                .with("most", self.most);
            change.log(&entry).await?;
            change.commit().await?;
        }
        Ok(counted)
    }
}

impl Charge for Counter<'_> {
    async fn charge(&mut self, number: u32, digest: &Digest) -> Result<(), Refused> {
        let since = Instant::now();
        let asked = Asked {
            study: study_name(&self.part.plan.hash()),
            digest: *digest,
            number,
            at: self.part.now(),
        };
        match self.count(&asked).await {
            Ok(Counted { used, .. }) => {
                self.counted = Some((number, used, since));
                Ok(())
            }
            Err(QueryError::Exhausted { used, most }) => Err(Refused::Cap {
                used: u32::try_from(used).unwrap_or(u32::MAX),
                most,
            }),
            Err(QueryError::Store(error)) => Err(Refused::Store(Box::new(error))),
        }
    }
}
