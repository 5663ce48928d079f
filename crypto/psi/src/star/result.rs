//! From the sums of all buckets to the common items, and how members hear of them.

use std::mem::take;

use consilium_mailbox::Message as _;

use super::{bucket::Run, messages::Listed};
use crate::{
    Breach, PsiError, Spill, SpillError,
    error::check_length,
    spill::take_up,
    vole::{
        field::Block,
        marks::Marks,
        tags::{Ascent, Tag, Width},
    },
};

impl Run<'_> {
    /// Keeps the leader's sums of a bucket.
    pub(super) fn keep(
        &self,
        spill: &mut dyn Spill,
        bucket: u32,
        sums: &[Tag],
    ) -> Result<(), SpillError> {
        spill.write(&name(bucket), &self.width.write(sums.iter().copied()))
    }

    /// Takes up the leader's sums of a bucket of so many items.
    fn load(
        &self,
        spill: &mut dyn Spill,
        bucket: u32,
        items: usize,
    ) -> Result<Vec<Tag>, SpillError> {
        take_up(spill, &name(bucket), |bytes| {
            let sums = self.width.read(bytes)?;
            (sums.len() == items).then(|| sums.collect())
        })
    }

    /// Compares: an item is common if its sum is zero. `last` are the sums of the last bucket.
    pub(super) fn compare(
        &self,
        spill: &mut dyn Spill,
        mut last: Vec<Tag>,
    ) -> Result<Marks, SpillError> {
        let mut common = Marks::none(self.order.rows().len());
        let buckets = self.session.buckets;
        for bucket in 0..buckets {
            let places = self.order.places(bucket as usize);
            let sums = if bucket + 1 < buckets {
                self.load(spill, bucket, places.len())?
            } else {
                take(&mut last)
            };
            let zeros = places.zip(sums).filter(|(_, sum)| *sum == 0);
            zeros.for_each(|(place, _)| common.mark(place));
        }
        Ok(common)
    }

    /// m9, as the leader sends it: to all members chunk by chunk, so that none waits for the others.
    pub(super) async fn list(&self, common: &Marks) -> Result<(), PsiError> {
        let party = self.roles.party;
        let keys = party.mail.compute(Listed::STEP, || {
            let rows = common.iter().map(|place| self.order.rows()[place] as usize);
            let items: Vec<_> = rows.map(|row| &party.items[row]).collect();
            self.hashes.keys(items.into_iter())
        });
        let mut rest = &keys[..];
        loop {
            let (chunk, later) = rest.split_at(self.chunk().min(rest.len()));
            for member in self.roles.members() {
                let width = self.prefix(self.session.size(member))?;
                let prefixes = chunk.iter().map(|key| width.leading(*key));
                let prefixes = width.write(prefixes).into();
                party.mail.send(member, &Listed { prefixes }).await?;
            }
            if chunk.len() < self.chunk() {
                return Ok(());
            }
            rest = later;
        }
    }

    /// m9, as a member gets it: the places of the common items.
    pub(super) async fn hear(&self, count: u32) -> Result<Vec<usize>, PsiError> {
        let party = self.roles.party;
        let (mail, leader) = (party.mail, party.leader);
        let width = self.prefix(self.session.size(mail.me()))?;
        let buckets = 0..self.session.buckets as usize;
        let own = buckets.flat_map(|bucket| {
            let items = self.order.items(bucket, party.items);
            let keys: Vec<Block> = self.hashes.keys(items);
            keys.into_iter().zip(self.order.places(bucket))
        });
        let mut own = own
            .map(|(key, place)| (width.leading(key), place))
            .peekable();
        let mut look_up = |prefix: Tag| {
            while own.next_if(|(own, _)| *own < prefix).is_some() {}
            own.next_if(|(own, _)| *own == prefix)
                .map(|(_, place)| place)
        };
        let (mut places, mut ascent) = (Vec::new(), Ascent::default());
        let mut due = count as usize;
        loop {
            let Listed { prefixes } = mail.recv(leader).await?;
            let chunk = due.min(self.chunk());
            check_length(leader, &prefixes, chunk * width.bytes())?;
            let found = mail.compute(Listed::STEP, || {
                for prefix in width.read(&prefixes).into_iter().flatten() {
                    if !ascent.goes_on(std::iter::once(prefix)) {
                        return Err(Breach::NotAscending);
                    }
                    places.push(look_up(prefix).ok_or(Breach::NotHeld)?);
                }
                Ok(())
            });
            found.map_err(|breach| PsiError::breach(leader, breach))?;
            if chunk < self.chunk() {
                return Ok(places);
            }
            due -= chunk;
        }
    }

    /// Gives the width of what names an item among those of a member and the leader.
    fn prefix(&self, member: u32) -> Result<Width, PsiError> {
        let leader = self.session.size(self.roles.party.leader);
        Width::of(leader, member).ok_or(PsiError::Terms("the sets are too large"))
    }
}

fn name(bucket: u32) -> String {
    format!("star-sums-{bucket}")
}
