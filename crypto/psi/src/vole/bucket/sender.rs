//! The sender's part in a bucket: the function's key, the tags of its items.

use consilium_mailbox::Message as _;
use rand_core::CryptoRng;

use super::{
    super::{
        correlation,
        field::Block,
        hashing::Hashes,
        messages::{Evaluated, Masked},
        okvs::{Rows, Shape},
        prf::{self, Key},
        tags::{Numbered, Tags},
    },
    Run,
};
use crate::{
    Party, PsiError, Spill, SpillError, parallel::spread, progress::Progress, spill::take_up,
};

/// The place of a tag that is of no item.
const NOBODY: u32 = u32::MAX;

/// What the sender has of a bucket: for each of its tags the place of the item in the bucket.
pub(in crate::vole) struct Sent(pub(in crate::vole) Vec<u32>);

impl Run<'_> {
    /// The sender's part in a bucket up to its tags, which are to be sent: m3 to m5.
    pub(in crate::vole) async fn evaluate(
        &self,
        bucket: u32,
        progress: &Progress<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(Sent, Tags), PsiError> {
        let Party { mail, threads, .. } = *self.party;
        let [room, theirs] = self.rooms();
        let (name, shape) = (self.name(bucket), Shape::of(theirs));
        let place = self.place(&name, shape);
        let correlation::Sent { delta, b } = Box::pin(correlation::send(&place, rng)).await?;
        let transfer = self.transfer();
        let seed = transfer.seed().await?; // m4
        let rows = Rows::new(&seed, shape);
        let items = self.order.bounded(bucket, self.party.items, room)?;
        let keys = mail.compute(Masked::STEP, || self.hashes.keys(items));
        let placed = mail.compute(Evaluated::STEP, || rows.place(&keys));
        let columns = transfer.receive(*delta.expose(), b, progress).await?; // m5
        let hashes = Hashes::new(&name);
        let key = Key {
            delta: *delta.expose(),
            columns: columns.expose(),
        };
        let parts = spread(mail, Evaluated::STEP, threads, &placed, |placed| {
            prf::evaluate(&hashes, self.width, &rows, placed, &key, &keys)
        });
        drop((keys, placed, columns));
        let tags = mail.compute(Evaluated::STEP, || {
            let mut tags = parts.concat();
            tags.resize_with(room, || {
                Numbered::new(self.width.cut(Block::random(rng)), NOBODY)
            });
            Tags::sort(self.width, tags)
        });
        if !tags.are_distinct() {
            return Err(PsiError::Misfit("its tags"));
        }
        Ok((Sent(tags.rows().collect()), tags))
    }

    /// m6, as the sender sends it.
    pub(in crate::vole) async fn send_tags(
        &self,
        tags: &Tags,
        progress: &Progress<'_>,
    ) -> Result<(), PsiError> {
        let Party { mail, peer, .. } = *self.party;
        let [room, _] = self.rooms();
        for from in (0..room).step_by(self.chunk()) {
            let tags = tags.write(from, self.chunk()).into();
            mail.send(peer, &Evaluated { tags }).await?;
            progress.count();
        }
        Ok(())
    }
}

impl Sent {
    /// Keeps the sender's part of a bucket.
    pub(in crate::vole) fn keep(
        &self,
        spill: &mut dyn Spill,
        bucket: u32,
    ) -> Result<(), SpillError> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|it| it.to_le_bytes()).collect();
        spill.write(&name(bucket), &bytes)
    }

    /// Takes up the sender's part of a bucket of so many tags.
    pub(in crate::vole) fn load(
        spill: &mut dyn Spill,
        bucket: u32,
        tags: usize,
    ) -> Result<Sent, SpillError> {
        take_up(spill, &name(bucket), |bytes| {
            let (places, rest) = bytes.as_chunks();
            let whole = places.len() == tags && rest.is_empty();
            whole.then(|| Sent(places.iter().copied().map(u32::from_le_bytes).collect()))
        })
    }
}

fn name(bucket: u32) -> String {
    format!("vole-places-{bucket}")
}
