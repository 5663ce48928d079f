//! What all parties agreed on, what one of them brings, and who has which part.

use std::{num::NonZeroUsize, ops::RangeInclusive};

use consilium_base::{Digest, Seed};
use consilium_mailbox::{Mailbox, PartyId};

use crate::{Item, PsiError, Sizes, Terms};

/// One party of a comparison among several: its place, the terms, its set.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds rows and a secret")]
pub struct Party<'a> {
    /// Its place in the run.
    pub mail: &'a Mailbox,
    /// All parties, the own one among them, in any order: three to eight.
    pub parties: &'a [PartyId],
    /// Who compares, and has the result first; the others are members.
    pub leader: &'a PartyId,
    /// What all agreed on.
    pub terms: &'a Terms,
    /// One item for each row, none twice.
    pub items: &'a [Item],
    /// This party's own secret for the study and step: the same whenever the step is repeated.
    pub secret: &'a Seed,
    /// Threads for what can be divided.
    pub threads: NonZeroUsize,
}

impl Party<'_> {
    /// The fewest and the most parties.
    pub const PARTIES: RangeInclusive<usize> = 3..=8;
}

/// Who has which part, once it is checked that they can.
pub(super) struct Roles<'a> {
    pub(super) party: &'a Party<'a>,
    /// All parties, by name.
    pub(super) parties: Vec<PartyId>,
    /// All but the own one, by name.
    pub(super) others: Vec<PartyId>,
}

impl<'a> Roles<'a> {
    /// Checks who is there.
    pub(super) fn of(party: &'a Party<'a>) -> Result<Roles<'a>, PsiError> {
        let mut parties = party.parties.to_vec();
        parties.sort();
        parties.dedup();
        if parties.len() != party.parties.len() || !Party::PARTIES.contains(&parties.len()) {
            return Err(PsiError::Terms("three to eight different parties compare"));
        }
        let me = party.mail.me();
        if ![me, party.leader].iter().all(|it| parties.contains(it)) {
            return Err(PsiError::Terms(
                "this party and the leader are among the parties",
            ));
        }
        let others = parties.iter().filter(|it| *it != me).cloned().collect();
        Ok(Roles {
            party,
            parties,
            others,
        })
    }

    /// Says whether the own part is to compare.
    pub(super) fn leads(&self) -> bool {
        self.party.mail.me() == self.party.leader
    }

    /// Gives the members other than this party, by name.
    pub(super) fn members(&self) -> impl Iterator<Item = &PartyId> {
        self.others.iter().filter(|it| *it != self.party.leader)
    }

    /// Hashes all that must be the same at each party.
    pub(super) fn terms(&self, sizes: Sizes) -> Digest {
        let hash = self.party.terms.hashed("psi-star.1.terms");
        let hash = hash
            .number(sizes.sample.into())
            .number(sizes.bucket.into())
            .field(self.party.leader.as_str().as_bytes())
            .number(self.parties.len() as u64);
        let names = self.parties.iter();
        names
            .fold(hash, |hash, name| hash.field(name.as_str().as_bytes()))
            .digest()
    }
}

#[cfg(test)]
mod tests {
    use consilium_mailbox::mem;

    use super::*;

    const TERMS: Terms = Terms {
        study: [7; 32],
        largest: 10,
        minimum: 0,
        chunk: 8,
    };

    fn named(names: &[&str]) -> Vec<PartyId> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[tokio::test]
    async fn too_few_too_many_doubled_and_missing_parties_are_refused() {
        let mails = mem::mailboxes(&named(&["a"]));
        let outcome = |names: &[&str], leader: &str| {
            let party = Party {
                mail: &mails[0],
                parties: &named(names),
                leader: &leader.parse().unwrap(),
                terms: &TERMS,
                items: &[],
                secret: &Seed::from_bytes([1; 32]),
                threads: NonZeroUsize::MIN,
            };
            let terms = |roles: Roles<'_>| roles.terms(Sizes::USUAL);
            Roles::of(&party).map(terms)
        };
        let nine = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        for (names, leader) in [
            (&["a", "b"][..], "b"),
            (&nine, "b"),
            (&["a", "b", "b"], "b"),
            (&["b", "c", "d"], "b"),
            (&["a", "b", "c"], "d"),
        ] {
            let refused = outcome(names, leader);
            assert!(matches!(refused, Err(PsiError::Terms(_))), "{names:?}");
        }
        let terms = |names: &[&str], leader| outcome(names, leader).ok();
        let three = terms(&["a", "b", "c"], "b");
        assert!(three.is_some() && three == terms(&["c", "b", "a"], "b"));
        assert!(three != terms(&["a", "b", "c"], "c"));
        assert!(three != terms(&["a", "b", "d"], "b"));
        assert!(terms(&nine[..8], "h").is_some());
    }
}
