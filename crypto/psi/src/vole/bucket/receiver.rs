//! The receiver's part in a bucket: its masked store, the sender's tags.

use consilium_mailbox::Message as _;
use rand_core::CryptoRng;

use super::{
    super::{
        correlation,
        hashing::Hashes,
        messages::{Evaluated, Masked},
        okvs::{Rows, Shape},
        prf,
        tags::{Ascent, Tags, Width},
    },
    Run,
};
use crate::{
    Breach, Party, PsiError, Spill, SpillError, parallel::spread, progress::Progress,
    spill::take_up,
};

/// What the receiver has of a bucket: its own tags and the sender's.
pub(in crate::vole) struct Compared {
    pub(in crate::vole) own: Tags,
    pub(in crate::vole) theirs: Vec<u8>,
}

impl Run<'_> {
    /// The receiver's part in a bucket: m3 to m6.
    pub(in crate::vole) async fn receive(
        &self,
        bucket: u32,
        progress: &Progress<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Compared, PsiError> {
        let Party { mail, threads, .. } = *self.party;
        let [room, _] = self.rooms();
        let (name, shape) = (self.name(bucket), Shape::of(room));
        let place = self.place(&name, shape);
        let correlated = Box::pin(correlation::receive(&place, rng)).await?;
        let (a, c) = (correlated.a, correlated.c);
        let hashes = Hashes::new(&name);
        let items = self.order.bounded(bucket, self.party.items, room)?;
        let keys = mail.compute(Masked::STEP, || self.hashes.keys(items));
        let masked = mail
            .compute(Masked::STEP, || {
                prf::mask(&hashes, &keys, shape, a.expose(), rng)
            })
            .map_err(|_| PsiError::Misfit("its key-value store"))?;
        drop((a, keys));
        let transfer = self.transfer();
        let sent = transfer.send(masked.seed, &masked.columns, progress);
        sent.await?; // m4, m5
        let rows = Rows::new(&masked.seed, shape);
        drop(masked.columns);
        let own = spread(mail, Evaluated::STEP, threads, &masked.placed, |placed| {
            prf::received(&hashes, self.width, &rows, placed, c.expose())
        });
        drop((c, masked.placed));
        let own = mail.compute(Evaluated::STEP, || Tags::sort(self.width, own.concat()));
        let theirs = self.receive_tags(progress).await?;
        Ok(Compared { own, theirs })
    }

    /// m6, as the receiver gets it.
    async fn receive_tags(&self, progress: &Progress<'_>) -> Result<Vec<u8>, PsiError> {
        let Party { mail, peer, .. } = *self.party;
        let (width, [_, room]) = (self.width, self.rooms());
        let due = room * width.bytes();
        let (mut all, mut ascent) = (Vec::with_capacity(due), Ascent::default());
        while all.len() < due {
            let Evaluated { tags } = mail.recv(peer).await?;
            let chunk = self.chunk() * width.bytes();
            self.party.check_length(&tags, chunk.min(due - all.len()))?;
            let goes_on = mail.compute(Evaluated::STEP, || {
                width.read(&tags).is_some_and(|tags| ascent.goes_on(tags))
            });
            if !goes_on {
                return Err(self.party.blame(Breach::NotAscending));
            }
            all.extend_from_slice(&tags);
            progress.count();
        }
        Ok(all)
    }
}

impl Compared {
    /// Keeps the receiver's part of a bucket.
    pub(in crate::vole) fn keep(
        &self,
        spill: &mut dyn Spill,
        bucket: u32,
    ) -> Result<(), SpillError> {
        spill.write(&own_name(bucket), &self.own.keep())?;
        spill.write(&theirs_name(bucket), &self.theirs)
    }

    /// Takes up the receiver's part of a bucket, of so many own items and tags of the peer's.
    pub(in crate::vole) fn load(
        spill: &mut dyn Spill,
        bucket: u32,
        width: Width,
        (items, tags): (usize, usize),
    ) -> Result<Compared, SpillError> {
        let own = take_up(spill, &own_name(bucket), |bytes| {
            Tags::restore(width, bytes, items)
        })?;
        let theirs = take_up(spill, &theirs_name(bucket), |bytes| {
            let ascending = Ascent::default().goes_on(width.read(bytes)?);
            (bytes.len() == tags * width.bytes() && ascending).then(|| bytes.to_vec())
        })?;
        Ok(Compared { own, theirs })
    }
}

fn own_name(bucket: u32) -> String {
    format!("vole-own-{bucket}")
}

fn theirs_name(bucket: u32) -> String {
    format!("vole-theirs-{bucket}")
}
