//! The seed by which hospitals deal candidates alike, unknown to the label holder and the coordinator.

use consilium_base::{Digest, Generator, Seed, Tagged};
use consilium_mailbox::Mailbox;

use super::{
    agreement::Agreement,
    error::HybridError,
    messages::{Alike, Shuffling},
};

/// What slots, sides and orders follow from.
pub(super) struct Deck(Seed);

impl Deck {
    /// s1: agrees on it with the other hospitals.
    ///
    /// A part follows from its hospital's secret for the study, so that a tree that is repeated is dealt
    /// alike: counts under the same number are then the same.
    pub(super) async fn agree(
        mail: &Mailbox,
        agreement: &Agreement,
        secret: &Seed,
    ) -> Result<Deck, HybridError> {
        let own = secret.derive("gbdt-hybrid.1.part", &[]);
        let hospitals = agreement.hospitals();
        let others: Vec<_> = hospitals.iter().filter(|it| *it != mail.me()).collect();
        let part = *own.expose();
        for party in &others {
            mail.send(party, &Shuffling { part }).await?; // s1: own part
        }
        let mut hash = Tagged::new("gbdt-hybrid.1.shuffling");
        for party in hospitals {
            if party == mail.me() {
                hash = hash.field(own.expose());
            } else {
                let Shuffling { part } = mail.recv(party).await?; // s1: the others' parts
                hash = hash.field(&part);
            }
        }
        Ok(Deck(Seed::from_bytes(hash.digest())))
    }

    /// s3: sees to it that all hospitals have the same, cut their columns alike and were told of as many
    /// rows.
    ///
    /// Honest hospitals compare with each other, so nobody else can make up for a difference.
    pub(super) async fn compare(
        &self,
        mail: &Mailbox,
        agreement: &Agreement,
        cuts: &Digest,
    ) -> Result<(), HybridError> {
        let digest = self.seal("gbdt-hybrid.1.alike").field(cuts);
        let digest = digest.number(agreement.rows().into()).digest();
        let hospitals = agreement.hospitals();
        let others: Vec<_> = hospitals.iter().filter(|it| *it != mail.me()).collect();
        for party in &others {
            mail.send(party, &Alike { digest }).await?; // s3
        }
        for party in others {
            let Alike { digest: theirs } = mail.recv(party).await?; // s3
            if theirs != digest {
                return Err(HybridError::Unlike);
            }
        }
        Ok(())
    }

    /// Begins a hash of what hospitals were told, which to others is a random number.
    pub(super) fn seal(&self, label: &'static str) -> Tagged {
        Tagged::new(label).field(self.0.expose())
    }

    /// Gives what the slots and sides of a tree follow from.
    pub(super) fn of_tree(&self, tree: u32) -> Generator {
        let seed = self.0.derive("gbdt-hybrid.1.slots", &[&tree.to_le_bytes()]);
        seed.generator()
    }

    /// Gives what the order of a node's ciphertexts follows from.
    pub(super) fn of_node(&self, tree: u32, node: usize) -> Generator {
        let place = [tree.to_le_bytes(), crate::count::narrow(node).to_le_bytes()];
        let fields = place.each_ref().map(|field| &field[..]);
        self.0.derive("gbdt-hybrid.1.order", &fields).generator()
    }
}
