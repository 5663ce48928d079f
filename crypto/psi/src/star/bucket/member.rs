//! A member's part in a bucket: the leader's store, its own store back.

use consilium_mailbox::Message as _;
use rand_core::CryptoRng;

use super::{
    super::{
        messages::{Answered, Seeded},
        shares::Shares,
    },
    Run, pair,
};
use crate::{
    PsiError,
    parallel::spread,
    progress::Progress,
    vole::{
        correlation::{self, Place},
        field::Block,
        hashing::Hashes,
        messages::Masked,
        okvs::{self, Rows, Shape},
        prf::{self, Key},
    },
};

impl Run<'_> {
    /// A member's part: m4 to m7.
    pub(in crate::star) async fn answer(
        &self,
        bucket: u32,
        shares: &Shares,
        progress: &Progress<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PsiError> {
        let party = self.roles.party;
        let (mail, leader, threads) = (party.mail, party.leader, party.threads);
        let name = self.name(bucket);
        let shape = self.shape(leader);
        let place = Place {
            mail,
            peer: leader,
            session: &pair(&name, mail.me()),
            outputs: shape.columns(),
        };
        let correlation::Sent { delta, b } = Box::pin(correlation::send(&place, rng)).await?;
        let transfer = self.transfer(leader);
        let seed = transfer.seed().await?; // m4
        let rows = Rows::new(&seed, shape);
        let room = self.session.room(mail.me());
        let items = self.order.bounded(bucket, party.items, room)?;
        let keys = mail.compute(Masked::STEP, || self.hashes.keys(items));
        let placed = mail.compute(Answered::STEP, || rows.place(&keys));
        let columns = transfer.receive(*delta.expose(), b, progress);
        let columns = columns.await?; // m5
        let hashes = Hashes::new(&name);
        let key = Key {
            delta: *delta.expose(),
            columns: columns.expose(),
        };
        let tags = spread(mail, Answered::STEP, threads, &placed, |placed| {
            prf::evaluate(&hashes, self.width, &rows, placed, &key, &keys)
        });
        drop((placed, columns));
        let store = mail.compute(Answered::STEP, || {
            let mut values = vec![Block::ZERO; keys.len()];
            for tag in tags.into_iter().flatten() {
                values[tag.row() as usize] = Block::new(tag.tag());
            }
            shares.add(&name, &keys, &mut values);
            okvs::encode(&keys, &values, Shape::of(room), rng)
        });
        let store = store.map_err(|_| PsiError::Misfit("its key-value store"))?;
        mail.send(leader, &Seeded { seed: store.seed }).await?; // m6
        for columns in store.columns.chunks(self.chunk()) {
            let cut = columns.iter().map(|it| self.width.cut(*it));
            let columns = self.width.write(cut).into();
            mail.send(leader, &Answered { columns }).await?; // m7
            progress.count();
        }
        Ok(())
    }
}
