//! Two institutions that compare their sets, in any world.

use std::{collections::BTreeSet, num::NonZeroUsize};

use consilium_base::{Generator, Seed, Tagged};
use consilium_mailbox::{
    Fault, Mailbox, MailboxError, PartyId, RunId,
    sim::{Moment, World},
};
use consilium_psi::{
    Aligned, Item, MemorySpill, Party, PsiError, Sizes, Spill, SpillError, Terms, Unkept,
    ecdh::{self, Counted, Shown, cardinality},
    vole,
};

/// When a party can crash.
pub(crate) const MOMENTS: [Moment; 3] = [Moment::BeforeSend, Moment::AfterSend, Moment::OnReceive];

/// What a party goes through a run with.
type Part<'a> = (&'a Party<'a>, &'a mut dyn Spill, &'a mut Generator);

pub(crate) fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

pub(crate) fn hospital() -> PartyId {
    party("hospital")
}

pub(crate) fn insurer() -> PartyId {
    party("insurer")
}

/// The item with this number.
pub(crate) fn item(number: u64) -> Item {
    Tagged::new("test.1.item").number(number).digest()
}

/// The items with these numbers, each once.
pub(crate) fn distinct(mut numbers: Vec<u8>) -> Vec<Item> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
        .into_iter()
        .map(|number| item(number.into()))
        .collect()
}

/// Two institutions with their sets, their own secrets and their stores.
pub(crate) struct Pair {
    pub(crate) terms: Terms,
    pub(crate) sizes: Sizes,
    pub(crate) hospital: Vec<Item>,
    pub(crate) insurer: Vec<Item>,
    pub(crate) spills: [MemorySpill; 2],
    pub(crate) runs: u8,
    pub(crate) threads: usize,
    /// Whether the stores keep nothing.
    pub(crate) forgetful: bool,
    /// What whoever watches a run hears, at each.
    pub(crate) heard: [Vec<u32>; 2],
}

/// A store at which somebody listens.
pub(crate) struct Watched<'a>(pub(crate) &'a mut dyn Spill, pub(crate) &'a mut Vec<u32>);

impl Spill for Watched<'_> {
    fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, SpillError> {
        self.0.read(name)
    }

    fn write(&mut self, name: &str, piece: &[u8]) -> Result<(), SpillError> {
        self.0.write(name, piece)
    }

    fn clear(&mut self) -> Result<(), SpillError> {
        self.0.clear()
    }

    fn kept(&mut self, chunks: u32) {
        self.1.push(chunks);
    }
}

pub(crate) struct Ended<T> {
    pub(crate) hospital: Result<T, PsiError>,
    pub(crate) insurer: Result<T, PsiError>,
}

impl<T> Ended<T> {
    pub(crate) fn both(self) -> (T, T) {
        (self.hospital.unwrap(), self.insurer.unwrap())
    }

    /// What one of both has in the end.
    pub(crate) fn of(&self, party: &PartyId) -> Result<&T, &PsiError> {
        let ended = if *party == hospital() {
            &self.hospital
        } else {
            &self.insurer
        };
        ended.as_ref()
    }

    /// The one that lives names the one that died, or was done already.
    pub(crate) fn check_survivor(&self, dead: &PartyId) {
        let lives = if *dead == hospital() {
            insurer()
        } else {
            hospital()
        };
        let Err(error) = self.of(&lives) else { return };
        let PsiError::Mailbox(inner) = error else {
            panic!("{error}")
        };
        let gone = matches!(
            inner,
            MailboxError::Silent { .. }
                | MailboxError::Aborted { .. }
                | MailboxError::Unread { .. }
        );
        assert!(gone, "{error}");
        assert_eq!(error.fault(), Fault::Peer(dead.clone()), "{error}");
    }

    /// The only error, or the one that is not a consequence of the other.
    pub(crate) fn errors(self) -> Vec<PsiError> {
        [self.hospital.err(), self.insurer.err()]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Ended<Aligned> {
    /// The result must be the plain intersection, and fit row by row.
    pub(crate) fn check(self, sets: [&[Item]; 2]) {
        let (one, other) = self.both();
        let keys = |rows: &[u32], items: &[Item]| -> Vec<Item> {
            rows.iter().map(|&row| items[row as usize]).collect()
        };
        let set = |items: &[Item]| -> BTreeSet<Item> { items.iter().copied().collect() };
        let aligned = keys(&one.rows, sets[0]);
        let plain: BTreeSet<Item> = &set(sets[0]) & &set(sets[1]);
        assert!(aligned == keys(&other.rows, sets[1]));
        assert!(set(&aligned) == plain && aligned.len() == plain.len());
        let size = |items: &[Item]| u32::try_from(items.len()).unwrap();
        assert_eq!(one.sizes, [(insurer(), size(sets[1]))].into());
        assert_eq!(other.sizes, [(hospital(), size(sets[0]))].into());
    }
}

impl Pair {
    /// Sets of `hospital` and `insurer` items, `common` of them the same, rows in other orders.
    pub(crate) fn new(hospital: u64, insurer: u64, common: u64) -> Pair {
        let mut theirs: Vec<Item> = (hospital - common..hospital - common + insurer)
            .map(item)
            .collect();
        theirs.reverse();
        Pair {
            terms: Terms {
                study: [7; 32],
                largest: 5000,
                minimum: 0,
                chunk: 16,
            },
            sizes: Sizes {
                sample: 16,
                bucket: 1 << 20,
            },
            hospital: (0..hospital).map(item).collect(),
            insurer: theirs,
            spills: Default::default(),
            runs: 0,
            threads: 2,
            forgetful: false,
            heard: Default::default(),
        }
    }

    pub(crate) async fn align(&mut self, world: &World) -> Ended<Aligned> {
        self.align_seeded(world, 0).await
    }

    /// Aligns by `psi-ecdh`.
    pub(crate) async fn align_seeded(&mut self, world: &World, seed: u64) -> Ended<Aligned> {
        let align = async |part: Part<'_>| ecdh::align(part.0, part.1, part.2).await;
        self.run(world, seed, align).await
    }

    /// Aligns by `psi-vole`.
    pub(crate) async fn align_large(&mut self, world: &World) -> Ended<Aligned> {
        let sizes = self.sizes;
        let align = async |part: Part<'_>| vole::align(part.0, &sizes, part.1, part.2).await;
        self.run(world, 0, align).await
    }

    pub(crate) async fn count(&mut self, world: &World, shown: &Shown) -> Ended<Counted> {
        let count = async |part: Part<'_>| cardinality(part.0, shown, part.1, part.2).await;
        self.run(world, 0, count).await
    }

    /// Runs once more, each party with fresh randomness.
    async fn run<T>(
        &mut self,
        world: &World,
        seed: u64,
        work: impl AsyncFn(Part<'_>) -> Result<T, PsiError>,
    ) -> Ended<T> {
        self.runs += 1;
        let names = [hospital(), insurer()];
        let mails = world.mailboxes(&names, RunId([self.runs; 16]));
        let [one, other] = &mails[..] else {
            unreachable!()
        };
        let secrets = secrets();
        let threads = NonZeroUsize::new(self.threads).unwrap();
        let sets = [&self.hospital[..], &self.insurer];
        let [ours, theirs] = parties([one, other], &names, &self.terms, sets, &secrets)
            .map(|party| Party { threads, ..party });
        let [spill, other_spill] = &mut self.spills;
        let mut spills: [&mut dyn Spill; 2] = [spill, other_spill];
        let mut nothing = [Unkept; 2];
        if self.forgetful {
            spills = nothing.each_mut().map(|it| it as &mut dyn Spill);
        }
        let [spill, other_spill] = spills;
        let [heard, other_heard] = &mut self.heard;
        let (mut spill, mut other_spill) =
            (Watched(spill, heard), Watched(other_spill, other_heard));
        let [mut rng, mut other_rng] = [0, 1].map(|who| {
            let run = Tagged::new("test.1.run").number(self.runs.into());
            Seed::from_bytes(run.number(seed).number(who).digest()).generator()
        });
        let (hospital, insurer) = tokio::join!(
            leaving(one, Box::pin(work((&ours, &mut spill, &mut rng)))),
            leaving(
                other,
                Box::pin(work((&theirs, &mut other_spill, &mut other_rng)))
            ),
        );
        Ended { hospital, insurer }
    }

    pub(crate) fn check(&self, ended: Ended<Aligned>) {
        ended.check([&self.hospital, &self.insurer]);
    }
}

/// Both parties of a run, in the order of names.
pub(crate) fn parties<'a>(
    [one, other]: [&'a Mailbox; 2],
    [name, other_name]: &'a [PartyId; 2],
    terms: &'a Terms,
    [items, other_items]: [&'a [Item]; 2],
    [secret, other_secret]: &'a [Seed; 2],
) -> [Party<'a>; 2] {
    let ours = Party {
        mail: one,
        peer: other_name,
        terms,
        items,
        secret,
        threads: NonZeroUsize::MIN,
    };
    let theirs = Party {
        mail: other,
        peer: name,
        items: other_items,
        secret: other_secret,
        ..ours
    };
    [ours, theirs]
}

pub(crate) fn secrets() -> [Seed; 2] {
    [Seed::from_bytes([201; 32]), Seed::from_bytes([202; 32])]
}

/// Ends a party's part as a daemon does: in good order, or by leaving.
pub(crate) async fn leaving<T>(
    mail: &Mailbox,
    work: impl Future<Output = Result<T, PsiError>>,
) -> Result<T, PsiError> {
    let result = work.await;
    if result.is_ok() {
        mail.clone().finish();
    }
    result
}
