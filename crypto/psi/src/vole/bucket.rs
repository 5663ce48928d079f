//! What both parts of a bucket share: rooms, names.

mod receiver;
mod sender;

use consilium_base::Digest;

use super::{
    correlation::Place, hashing::Hashes, okvs::Shape, order::Order, session::Part,
    store::StoreTransfer, tags::Width,
};
use crate::{Party, progress::chunks, session::Session};

pub(super) use receiver::Compared;
pub(super) use sender::Sent;

/// What the buckets of a run share.
pub(super) struct Run<'a> {
    pub(super) party: &'a Party<'a>,
    pub(super) session: &'a Session,
    /// Keys of items.
    pub(super) hashes: &'a Hashes,
    pub(super) order: &'a Order,
    pub(super) width: Width,
}

impl Run<'_> {
    /// Gives the room of a bucket for own items, and for the peer's.
    pub(super) fn rooms(&self) -> [usize; 2] {
        [self.party.mail.me(), self.party.peer].map(|party| self.session.room(party))
    }

    /// Gives how many chunks were exchanged when this run begins: of stores and of tags.
    pub(super) fn chunks_before(&self) -> u32 {
        let [ours, theirs] = self.rooms();
        let [stored, tagged] = match Part::of(self.party, self.session) {
            Part::Receiver => [ours, theirs],
            Part::Sender => [theirs, ours],
        };
        let parts = [Shape::of(stored).columns(), tagged];
        let [store, tags] = parts.map(|part| chunks(part, self.party.terms.chunk));
        self.session.next.saturating_mul(store.saturating_add(tags))
    }

    /// Names a bucket of this run.
    fn name(&self, bucket: u32) -> Digest {
        self.session.name("psi-vole.1.bucket", bucket)
    }

    /// Gives the place in a bucket's correlation, for a store of this shape.
    fn place<'a>(&'a self, name: &'a Digest, shape: Shape) -> Place<'a> {
        Place {
            mail: self.party.mail,
            peer: self.party.peer,
            session: name,
            outputs: shape.columns(),
        }
    }

    fn transfer(&self) -> StoreTransfer<'_> {
        StoreTransfer {
            mail: self.party.mail,
            peer: self.party.peer,
            chunk: self.chunk(),
        }
    }

    fn chunk(&self) -> usize {
        self.party.terms.chunk as usize
    }
}
