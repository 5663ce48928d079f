//! All that examine a tree's nodes: the hospitals, and further feature holders.

use std::collections::BTreeMap;

use consilium_lwe::Native;
use consilium_mailbox::Mailbox;
use consilium_secagg::Open;
use rand_core::CryptoRng;

use super::{error::HybridError, examination::Examination};
use crate::{
    NodeId,
    vertical::{
        examination,
        grower::{Due, Forked, Grower, Job},
        offer::Offer,
        protocol::Examine,
    },
};

/// Both of them, one after the other.
pub(super) struct Examiners<'a, S> {
    pub(super) hospitals: Examination<'a, S>,
    pub(super) others: examination::Examination<Native>,
}

impl<S: Open> Examine for Examiners<'_, S> {
    type Error = HybridError;

    async fn ask(
        &mut self,
        mail: &Mailbox,
        grower: &Grower<'_>,
        jobs: &[Job],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<(NodeId, Vec<Offer>)>, HybridError> {
        let offered = self.hospitals.ask(mail, grower, jobs, rng).await?;
        let mut offered: BTreeMap<NodeId, Vec<Offer>> = offered.into_iter().collect();
        for (node, offers) in self.others.ask(mail, grower, jobs, rng).await? {
            let all = offered
                .entry(node)
                .or_insert_with(|| vec![Offer::default()]);
            all.extend(offers);
        }
        Ok(offered.into_iter().collect())
    }

    async fn choose(
        &mut self,
        mail: &Mailbox,
        grower: &mut Grower<'_>,
        due: &[Due],
    ) -> Result<(), HybridError> {
        self.hospitals.choose(mail, grower, due).await?;
        Ok(self.others.choose(mail, grower, due).await?)
    }

    async fn tell(
        &mut self,
        mail: &Mailbox,
        grower: &Grower<'_>,
        forked: &[Forked],
    ) -> Result<(), HybridError> {
        self.hospitals.tell(mail, grower, forked).await?;
        Ok(self.others.tell(mail, grower, forked).await?)
    }

    async fn end(&mut self, mail: &Mailbox) -> Result<(), HybridError> {
        self.hospitals.end(mail).await?;
        Ok(self.others.end(mail).await?)
    }
}
