//! From the tags of all buckets to the common items, and what is checked of them.

use super::{
    bucket::{Compared, Run, Sent},
    gate::Sample,
    marks::Marks,
};
use crate::{Breach, PsiError, Spill};

impl Run<'_> {
    /// Takes up a bucket that the receiver has kept.
    pub(super) fn load(&self, spill: &mut dyn Spill, bucket: u32) -> Result<Compared, PsiError> {
        let [_, theirs] = self.rooms();
        let own = self.order.places(bucket as usize).len();
        Ok(Compared::load(spill, bucket, self.width, (own, theirs))?)
    }

    /// Marks common items among all own ones, and gives which of the sender's tags they have.
    pub(super) fn compare(&self, compared: &Compared, bucket: u32, common: &mut Marks) -> Marks {
        let (begin, [_, theirs]) = (self.order.places(bucket as usize).start, self.rooms());
        let (mut matching, mut marks) = (compared.own.matching(), Marks::none(theirs));
        let tags = self.width.read(&compared.theirs).into_iter().flatten();
        for (number, tag) in tags.enumerate() {
            if let Some(place) = matching.compare(tag) {
                marks.mark(number);
                common.mark(begin + place as usize);
            }
        }
        marks
    }

    /// Marks the items of marked tags; `None` if a tag is of none.
    pub(super) fn look_up(
        &self,
        sent: &Sent,
        marked: &Marks,
        bucket: u32,
        common: &mut Marks,
    ) -> Option<()> {
        let places = self.order.places(bucket as usize);
        for number in marked.iter() {
            let place = sent.0.get(number).map(|&place| place as usize);
            common.mark(places.start + place.filter(|&place| place < places.len())?);
        }
        Some(())
    }

    /// Checks that the result is what the gate counted in the sample.
    pub(super) fn check_sample(&self, sample: &Sample, common: &Marks) -> Result<(), PsiError> {
        let found = sample.places.iter();
        let found = found.filter(|&&place| common.has(place as usize)).count();
        if found == sample.common as usize {
            return Ok(());
        }
        let counted = sample.common;
        let found = u32::try_from(found).expect("there are no more than in a set");
        Err(self.party.blame(Breach::OtherSample { counted, found }))
    }
}
