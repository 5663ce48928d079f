//! Several institutions that compare their sets, in any world.

use std::{collections::BTreeSet, num::NonZeroUsize};

use consilium_base::{Seed, Tagged};
use consilium_mailbox::{PartyId, RunId, sim::World};
use consilium_psi::{
    Aligned, Item, MemorySpill, PsiError, Sizes, Spill, Terms, Unkept,
    star::{Party, align},
};
use futures_util::future::join_all;

use crate::pair::{Watched, item, leaving, party};

/// By name; the second leads, so that there are members on both sides of it.
const NAMES: [&str; 5] = ["clinic", "hospital", "insurer", "laboratory", "registry"];

/// The one that leads.
pub(crate) const LEADER: usize = 1;

pub(crate) struct Institutions {
    pub(crate) terms: Terms,
    pub(crate) sizes: Sizes,
    pub(crate) parties: Vec<PartyId>,
    pub(crate) sets: Vec<Vec<Item>>,
    pub(crate) spills: Vec<MemorySpill>,
    pub(crate) runs: u8,
    /// Whether the stores keep nothing.
    pub(crate) forgetful: bool,
    /// What whoever watches the last run hears, at each.
    pub(crate) heard: Vec<Vec<u32>>,
}

/// How the run ended for each party.
pub(crate) type Ended = Vec<Result<Aligned, PsiError>>;

impl Institutions {
    /// Sets of items by their numbers, a set for each party.
    pub(crate) fn of(sets: &[Vec<u64>]) -> Institutions {
        let items = |set: &Vec<u64>| set.iter().copied().map(item).collect();
        Institutions {
            terms: Terms {
                study: [7; 32],
                largest: 5000,
                minimum: 0,
                chunk: 64,
            },
            sizes: Sizes {
                sample: 1,
                bucket: 1 << 20,
            },
            parties: NAMES.map(party)[..sets.len()].to_vec(),
            sets: sets.iter().map(items).collect(),
            spills: sets.iter().map(|_| MemorySpill::default()).collect(),
            runs: 0,
            forgetful: false,
            heard: Vec::new(),
        }
    }

    /// Sets of these sizes, `common` items in all of them, a third of the rest in two each.
    pub(crate) fn new(sizes: &[u64], common: u64) -> Institutions {
        let sets = (0..).zip(sizes).map(|(party, &size)| {
            let rest = size - common;
            let own = |number| 10_000 * (party + 1) + number;
            // What the next party has too: the sets are a ring of overlaps.
            let next = (party + 1) % sizes.len() as u64;
            let shared = |owner: u64, number| 100_000 * (owner + 1) + number;
            let mut set: Vec<u64> = (0..common).collect();
            set.extend((0..rest / 3).map(|number| shared(party, number)));
            set.extend((0..rest / 3).map(|number| shared(next, number)));
            set.extend((0..rest - 2 * (rest / 3)).map(own));
            if party % 2 == 0 {
                set.reverse();
            }
            set
        });
        Institutions::of(&sets.collect::<Vec<_>>())
    }

    /// Runs once more, each party with fresh randomness.
    pub(crate) async fn align(&mut self, world: &World) -> Ended {
        self.runs += 1;
        let mails = world.mailboxes(&self.parties, RunId([self.runs; 16]));
        let (terms, sizes, parties, runs) = (&self.terms, &self.sizes, &self.parties, self.runs);
        let forgetful = self.forgetful;
        self.heard = vec![Vec::new(); mails.len()];
        let stores = self.spills.iter_mut().zip(&mut self.heard);
        let all = mails.iter().zip(&self.sets).zip(stores);
        let runs = (0..)
            .zip(all)
            .map(|(who, ((mail, items), (spill, heard)))| async move {
                let run = Tagged::new("test.1.run").number(runs.into()).number(who);
                let mut rng = Seed::from_bytes(run.digest()).generator();
                let party = Party {
                    mail,
                    parties,
                    leader: &parties[LEADER],
                    terms,
                    items,
                    secret: &secret(who),
                    threads: NonZeroUsize::new(2).unwrap(),
                };
                let mut nothing = Unkept;
                let spill: &mut dyn Spill = if forgetful { &mut nothing } else { spill };
                let spill = &mut Watched(spill, heard);
                leaving(mail, Box::pin(align(&party, sizes, spill, &mut rng))).await
            });
        join_all(runs).await
    }

    /// The result must be the plain intersection of all, and fit row by row.
    pub(crate) fn check(&self, ended: Ended) {
        let set = |items: &[Item]| -> BTreeSet<Item> { items.iter().copied().collect() };
        let plain = self.sets.iter().map(|items| set(items));
        let plain = plain.reduce(|one, other| &one & &other).unwrap();
        let mut first = None;
        for (who, aligned) in ended.into_iter().enumerate() {
            let Aligned { rows, sizes } = aligned.unwrap();
            let items: Vec<Item> = rows
                .iter()
                .map(|&row| self.sets[who][row as usize])
                .collect();
            assert_eq!(set(&items), plain);
            assert_eq!(items.len(), plain.len());
            assert_eq!(*first.get_or_insert(items.clone()), items);
            let others = self.parties.iter().zip(&self.sets).enumerate();
            let others = others.filter(|(other, _)| *other != who);
            let others =
                others.map(|(_, (name, set))| (name.clone(), u32::try_from(set.len()).unwrap()));
            assert_eq!(sizes, others.collect());
        }
    }
}

/// A party's own secret.
pub(crate) fn secret(who: u64) -> Seed {
    Seed::from_bytes(Tagged::new("test.1.secret").number(who).digest())
}
