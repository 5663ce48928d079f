//! A hospital that asks and an insurer that holds a table, in any world.

use std::{collections::BTreeMap, io, num::NonZeroUsize};

use consilium_base::{Digest, Seed};
use consilium_mailbox::{Mailbox, Message, PartyId, RunId, sim::World};
use consilium_psi::{
    Aligned, Item, Party, PsiError, Spill, SpillError, Terms,
    unbalanced::{Charge, Refused, TableKey, Uses, ask, build, look},
};

use super::wire::Evaluated;
use crate::pair::{Ended, Pair, hospital, insurer, leaving, parties, secrets};

/// A store that can be copied, and that can fail.
#[derive(Clone, Default)]
pub(crate) struct Shelf {
    pub(crate) pieces: BTreeMap<String, Vec<u8>>,
    /// Names in the order in which they were written.
    pub(crate) written: Vec<String>,
    /// Writes after which it fails.
    pub(crate) lasts: Option<usize>,
    /// What is damaged, once it has been read so many times.
    pub(crate) spoiled: Option<(&'static str, usize, Damage)>,
}

/// Damages a piece.
pub(crate) type Damage = fn(&mut BTreeMap<String, Vec<u8>>, &str);

impl Spill for Shelf {
    fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, SpillError> {
        let piece = self.pieces.get(name).cloned();
        if let Some((spoilt, reads, damage)) = &mut self.spoiled
            && *spoilt == name
        {
            *reads -= 1;
            if *reads == 0 {
                damage(&mut self.pieces, name);
                self.spoiled = None;
            }
        }
        Ok(piece)
    }

    fn write(&mut self, name: &str, piece: &[u8]) -> Result<(), SpillError> {
        if self.lasts == Some(self.written.len()) {
            return Err(SpillError::Io(io::ErrorKind::StorageFull.into()));
        }
        self.pieces.insert(name.to_owned(), piece.to_vec());
        self.written.push(name.to_owned());
        Ok(())
    }

    fn clear(&mut self) -> Result<(), SpillError> {
        self.pieces.clear();
        Ok(())
    }
}

/// Counts queries under one key.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) most: u32,
    pub(crate) charged: BTreeMap<Digest, u32>,
    pub(crate) calls: u32,
    pub(crate) broken: bool,
    /// Nothing may have been answered in this world when queries are charged first.
    watched: Option<World>,
}

impl Ledger {
    pub(crate) fn used(&self) -> u32 {
        self.charged.values().sum()
    }
}

impl Charge for Ledger {
    async fn charge(&mut self, queries: u32, digest: &Digest) -> Result<(), Refused> {
        self.calls += 1;
        if self.broken {
            return Err(Refused::Store(Box::new(io::Error::other("full"))));
        }
        if self.charged.contains_key(digest) {
            return Ok(());
        }
        if let Some(world) = &self.watched {
            let frames = world.transcript();
            assert!(frames.iter().all(|it| *it.step != *Evaluated::STEP));
        }
        let (used, most) = (self.used(), self.most);
        if queries > most - used {
            return Err(Refused::Cap { used, most });
        }
        self.charged.insert(*digest, queries);
        Ok(())
    }
}

/// Both institutions: sets, own secrets, stores of the table, and the count of queries.
pub(crate) struct Desk {
    pub(crate) terms: Terms,
    pub(crate) uses: Uses,
    pub(crate) hospital: Vec<Item>,
    pub(crate) insurer: Vec<Item>,
    pub(crate) shelves: [Shelf; 2],
    pub(crate) ledger: Ledger,
    pub(crate) key: Seed,
    pub(crate) context: Digest,
    pub(crate) runs: u8,
    pub(crate) threads: usize,
    /// By whose plan only the hospital learns: its own, the insurer's.
    pub(crate) one_sided: [bool; 2],
}

impl Desk {
    /// Sets of `hospital` and `insurer` items, `common` of them the same, rows in other orders.
    pub(crate) fn new(hospital: u64, insurer: u64, common: u64) -> Desk {
        let pair = Pair::new(hospital, insurer, common);
        Desk {
            terms: Terms {
                largest: 100_000,
                ..pair.terms
            },
            uses: uses(1000),
            hospital: pair.hospital,
            insurer: pair.insurer,
            shelves: Default::default(),
            ledger: Ledger {
                most: 1000,
                ..Ledger::default()
            },
            key: Seed::from_bytes([31; 32]),
            context: [32; 32],
            runs: 0,
            threads: 2,
            one_sided: [false; 2],
        }
    }

    /// Runs once: the insurer builds its table, or finds it.
    pub(crate) async fn align(&mut self, world: &World) -> Ended<Aligned> {
        self.runs += 1;
        self.ledger.watched = (self.runs == 1).then(|| world.clone());
        let mails = world.mailboxes(&[hospital(), insurer()], RunId([self.runs; 16]));
        let [one, other] = &mails[..] else {
            unreachable!()
        };
        let (secrets, names) = (secrets(), [hospital(), insurer()]);
        // Stores and ledger are lent out beside the rest.
        let mut ledger = std::mem::take(&mut self.ledger);
        let [mut asked, mut held] = std::mem::take(&mut self.shelves);
        let [asks, holds] = self.parties([one, other], &names, &secrets);
        let (uses, key) = (&self.uses, self.table_key());
        let holding = async {
            let table = build(&holds, uses, &key, &mut held, |_| {}).await?;
            if !self.one_sided[1] {
                return table.hold(&mut held, &mut ledger).await;
            }
            let size = table.answer(&mut held, &mut ledger).await?;
            Ok(Aligned {
                rows: Vec::new(),
                sizes: [(hospital(), size)].into(),
            })
        };
        let asking = async {
            if self.one_sided[0] {
                look(&asks, uses, &mut asked).await
            } else {
                ask(&asks, uses, &mut asked).await
            }
        };
        let (hospital, insurer) = tokio::join!(
            leaving(one, Box::pin(asking)),
            leaving(other, Box::pin(holding)),
        );
        (self.ledger, self.shelves) = (ledger, [asked, held]);
        Ended { hospital, insurer }
    }

    fn table_key(&self) -> TableKey<'_> {
        TableKey {
            seed: &self.key,
            context: &self.context,
        }
    }

    fn parties<'a>(
        &'a self,
        mails: [&'a Mailbox; 2],
        names: &'a [PartyId; 2],
        secrets: &'a [Seed; 2],
    ) -> [Party<'a>; 2] {
        let sets = [&self.hospital[..], &self.insurer];
        let threads = NonZeroUsize::new(self.threads).unwrap();
        parties(mails, names, &self.terms, sets, secrets).map(|party| Party { threads, ..party })
    }

    /// The insurer builds its table alone; gives how many items were done, time after time.
    pub(crate) async fn build(&mut self) -> Result<Vec<u32>, PsiError> {
        let mails = World::new(1).mailboxes(&[hospital(), insurer()], RunId([0; 16]));
        let [one, other] = &mails[..] else {
            unreachable!()
        };
        let (secrets, names) = (secrets(), [hospital(), insurer()]);
        let mut shelf = std::mem::take(&mut self.shelves[1]);
        let [_, holds] = self.parties([one, other], &names, &secrets);
        let key = self.table_key();
        let mut done = Vec::new();
        let built = build(&holds, &self.uses, &key, &mut shelf, |items| {
            done.push(items);
        });
        let built = built.await.map(drop);
        self.shelves[1] = shelf;
        built.map(|()| done)
    }

    /// The result must be the plain intersection, and fit row by row.
    pub(crate) fn check(&self, ended: Ended<Aligned>) {
        ended.check([&self.hospital, &self.insurer]);
    }
}

pub(crate) fn uses(queries: u32) -> Uses {
    Uses {
        holder: insurer(),
        queries,
    }
}
