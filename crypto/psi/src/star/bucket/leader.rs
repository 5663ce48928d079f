//! The leader's part in a bucket: its store to each member, each member's store back, the sums.

use consilium_base::{Digest, Seed};
use consilium_mailbox::{Message as _, PartyId};
use futures_util::future::try_join_all;
use rand_core::CryptoRng;

use super::{
    super::messages::{Answered, Seeded},
    Run, pair,
};
use crate::{
    PsiError,
    error::check_length,
    parallel::spread,
    progress::Progress,
    vole::{
        correlation::{self, Place},
        field::{self, Block},
        hashing::Hashes,
        messages::Masked,
        okvs::{self, Encoded, Rows, Shape},
        prf,
        tags::{Numbered, Tag},
    },
};

/// What the leader asks all members in a bucket.
pub(in crate::star) struct Question {
    pub(in crate::star) name: Digest,
    pub(in crate::star) hashes: Hashes,
    pub(in crate::star) keys: Vec<Block>,
    shape: Shape,
    pub(in crate::star) store: Encoded,
}

impl Run<'_> {
    /// The leader's part: for each of its items of a bucket, the sum over all members.
    pub(in crate::star) async fn sum(
        &self,
        bucket: u32,
        progress: &Progress<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Tag>, PsiError> {
        let question = self.question(bucket, rng)?;
        // All at once: none of them waits until others are done.
        let parts = self.roles.members().map(|member| {
            let mut rng = Seed::random(rng).generator();
            let question = &question;
            async move { self.ask(question, member, progress, &mut rng).await }
        });
        let parts: Vec<_> = parts.collect();
        let mut sums = vec![0; question.keys.len()];
        for part in Box::pin(try_join_all(parts)).await? {
            for (sum, term) in sums.iter_mut().zip(part) {
                *sum ^= term;
            }
        }
        Ok(sums)
    }

    /// Makes one store for all members; what masks it is another for each.
    pub(in crate::star) fn question(
        &self,
        bucket: u32,
        rng: &mut impl CryptoRng,
    ) -> Result<Question, PsiError> {
        let name = self.name(bucket);
        let hashes = Hashes::new(&name);
        let (mail, leader) = (self.roles.party.mail, self.roles.party.leader);
        let shape = self.shape(leader);
        let room = self.session.room(leader);
        let items = self.order.bounded(bucket, self.roles.party.items, room)?;
        let keys = mail.compute(Masked::STEP, || self.hashes.keys(items));
        let store = mail.compute(Masked::STEP, || prf::store(&hashes, &keys, shape, rng));
        Ok(Question {
            store: store.map_err(|_| PsiError::Misfit("its key-value store"))?,
            name,
            hashes,
            keys,
            shape,
        })
    }

    /// m4 to m7 with one member, as the leader sees it: the member's term of each sum.
    pub(in crate::star) async fn ask(
        &self,
        question: &Question,
        member: &PartyId,
        progress: &Progress<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Tag>, PsiError> {
        let party = self.roles.party;
        let (mail, threads) = (party.mail, party.threads);
        let (store, placed) = (&question.store, &question.store.placed);
        let place = Place {
            mail,
            peer: member,
            session: &pair(&question.name, member),
            outputs: question.shape.columns(),
        };
        let correlated = Box::pin(correlation::receive(&place, rng)).await?;
        let (mut a, c) = (correlated.a, correlated.c);
        mail.compute(Masked::STEP, || field::add(a.expose_mut(), &store.columns));
        let transfer = self.transfer(member);
        let masked = transfer.send(store.seed, a.expose(), progress);
        masked.await?; // m4, m5
        drop(a);
        let mut terms = vec![0; question.keys.len()];
        let rows = Rows::new(&store.seed, question.shape);
        let tags = spread(mail, Answered::STEP, threads, placed, |placed| {
            prf::received(&question.hashes, self.width, &rows, placed, c.expose())
        });
        add(&mut terms, &tags);
        drop((c, tags));

        let Seeded { seed } = mail.recv(member).await?; // m6
        let shape = self.shape(member);
        let columns = self.columns(member, shape, progress).await?; // m7
        let rows = Rows::new(&seed, shape);
        let placed = mail.compute(Answered::STEP, || rows.place(&question.keys));
        let values = spread(mail, Answered::STEP, threads, &placed, |placed| {
            let values = okvs::decode(&rows, placed, &columns).zip(placed);
            let cut = |(value, placed): (Block, &okvs::Placed)| {
                Numbered::new(self.width.cut(value), placed.position())
            };
            values.map(cut).collect()
        });
        add(&mut terms, &values);
        Ok(terms)
    }

    /// m7, as the leader gets it.
    async fn columns(
        &self,
        member: &PartyId,
        shape: Shape,
        progress: &Progress<'_>,
    ) -> Result<Vec<Block>, PsiError> {
        let mail = self.roles.party.mail;
        let mut columns = Vec::with_capacity(shape.columns());
        while columns.len() < shape.columns() {
            let due = self.chunk().min(shape.columns() - columns.len());
            let Answered { columns: bytes } = mail.recv(member).await?;
            check_length(member, &bytes, due * self.width.bytes())?;
            mail.compute(Answered::STEP, || {
                let read = self.width.read(&bytes).into_iter().flatten();
                columns.extend(read.map(Block::new));
            });
            progress.count();
        }
        Ok(columns)
    }
}

/// Adds values to the sums at their positions.
fn add(sums: &mut [Tag], parts: &[Vec<Numbered>]) {
    for value in parts.iter().flatten() {
        if let Some(sum) = sums.get_mut(value.row() as usize) {
            *sum ^= value.tag();
        }
    }
}
