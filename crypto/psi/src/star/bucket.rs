//! What both parts of a bucket share: rooms, keys, names.

mod leader;
mod member;

use consilium_base::{Digest, Tagged};
use consilium_mailbox::PartyId;

use super::terms::Roles;
use crate::{
    progress::chunks,
    session::Session,
    vole::{hashing::Hashes, okvs::Shape, order::Order, store::StoreTransfer, tags::Width},
};

#[cfg(test)]
pub(super) use leader::Question;

/// What the buckets of a run share.
pub(super) struct Run<'a> {
    pub(super) roles: &'a Roles<'a>,
    pub(super) session: &'a Session,
    /// Keys of items.
    pub(super) hashes: &'a Hashes,
    pub(super) order: &'a Order,
    /// Of sums, and of the columns of members' stores.
    pub(super) width: Width,
}

impl Run<'_> {
    /// Gives how many chunks were exchanged when this run begins: those of both stores, of the
    /// leader's with each member.
    pub(super) fn chunks_before(&self) -> u32 {
        let leader = self.roles.party.leader;
        let chunks = |party| chunks(self.shape(party).columns(), self.roles.party.terms.chunk);
        let members = self.session.sizes.keys().filter(|it| *it != leader);
        let own = members.filter(|it| self.roles.leads() || *it == self.roles.party.mail.me());
        let all = own.map(|member| chunks(leader).saturating_add(chunks(member)));
        let bucket = all.fold(0, u32::saturating_add);
        self.session.next.saturating_mul(bucket)
    }

    /// Gives the shape of a party's store of a bucket.
    fn shape(&self, party: &PartyId) -> Shape {
        Shape::of(self.session.room(party))
    }

    /// Names a bucket of this run.
    fn name(&self, bucket: u32) -> Digest {
        self.session.name("psi-star.1.bucket", bucket)
    }

    pub(super) fn chunk(&self) -> usize {
        self.roles.party.terms.chunk as usize
    }

    fn transfer<'a>(&'a self, peer: &'a PartyId) -> StoreTransfer<'a> {
        StoreTransfer {
            mail: self.roles.party.mail,
            peer,
            chunk: self.chunk(),
        }
    }
}

/// Names what the leader does with one member in a bucket.
fn pair(bucket: &Digest, member: &PartyId) -> Digest {
    Tagged::new("psi-star.1.pair")
        .field(bucket)
        .field(member.as_str().as_bytes())
        .digest()
}
