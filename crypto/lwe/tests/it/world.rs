//! Both parties in one process, one function for every test.

use std::sync::Arc;

use consilium_base::{Generator, Seed};
use consilium_lwe::{
    Accumulator, Asked, Blocks, FloodShare, Nonce, Packing, RawSum, Refresher, Returned, Ring,
    RingElement, SecretKeys, Wanted,
};
use rand_core::Rng as _;

/// A label holder, a feature holder and what they share.
pub(crate) struct World<R: Ring> {
    pub(crate) ring: Arc<R>,
    pub(crate) packing: Packing,
    pub(crate) keys: SecretKeys<R>,
    pub(crate) refresher: Refresher<R>,
    pub(crate) rng: Generator,
}

/// Numbers of rows, and the subsets.
pub(crate) struct Table {
    pub(crate) numbers: [Vec<i32>; 2],
    pub(crate) subsets: Vec<Vec<bool>>,
}

impl<R: Ring> World<R> {
    pub(crate) fn new(shared: u32, seed: u8) -> World<R> {
        let mut rng = Seed::from_bytes([seed; 32]).generator();
        let ring = Arc::new(R::new());
        let keys = SecretKeys::random(&ring, &mut rng);
        let nonces = [(); 2].map(|()| Nonce::random(&mut rng));
        let element = RingElement::agree(&*ring, b"run 1, tree 1", nonces[0], nonces[1]);
        let key = keys.refresh_key(&element, &mut rng);
        World {
            packing: Packing::new::<R>(shared).unwrap(),
            refresher: Refresher::new(&ring, element, &key).unwrap(),
            ring,
            keys,
            rng,
        }
    }

    /// The feature holder's sums over the subsets.
    pub(crate) fn raw(&mut self, table: &Table) -> Vec<RawSum<R>> {
        let [g, h] = &table.numbers;
        let encrypted = self
            .keys
            .encrypt(self.packing, [g, h], &mut self.rng)
            .unwrap();
        let blocks = Blocks::read(&*self.ring, self.packing, &encrypted, g.len()).unwrap();
        let mut sums = Accumulator::new(&self.ring, self.packing, table.subsets.len());
        let rows = self.packing.block();
        sums.add(
            &blocks,
            0..blocks.count(),
            |Asked { candidate, block }, members| {
                let subset = &table.subsets[candidate][block * rows..];
                for (member, &is) in members.iter_mut().zip(subset) {
                    *member = u8::from(is);
                }
            },
        );
        sums.finish()
    }

    /// The bytes that the feature holder returns, for all slots.
    pub(crate) fn returned(&mut self, sums: &[RawSum<R>], candidates: usize) -> Vec<Returned> {
        let shared = self.packing.candidates() as usize;
        let mut left = candidates;
        sums.iter()
            .map(|sum| {
                let slots = left.min(shared);
                left -= slots;
                let wanted: Vec<Wanted> = (0..slots as u16).map(Wanted::exact).collect();
                self.refresher
                    .refresh(sum, &wanted, FloodShare::WHOLE, &mut self.rng)
                    .unwrap()
            })
            .collect()
    }

    /// What the label holder reads.
    pub(crate) fn opened(&self, returned: &[Returned]) -> Vec<[i64; 2]> {
        let bound = (1 << self.packing.sum_log2::<R>()) - 1;
        let allowed = [-bound..=bound, -bound..=bound];
        returned
            .iter()
            .flat_map(|returned| self.keys.open(self.packing, returned, &allowed).unwrap())
            .map(|opened| opened.sums)
            .collect()
    }
}

impl Table {
    /// Numbers of 12 bits, each row in each subset by the toss of a coin.
    pub(crate) fn random(rows: usize, candidates: usize, rng: &mut Generator) -> Table {
        let mut number = || (rng.next_u32() % 4096) as i32 - 2048;
        let numbers = [(); 2].map(|()| (0..rows).map(|_| number()).collect());
        let mut toss = || rng.next_u32() % 2 == 1;
        let mut subset = || (0..rows).map(|_| toss()).collect();
        let subsets = (0..candidates).map(|_| subset()).collect();
        Table { numbers, subsets }
    }

    /// The sums, in the open.
    pub(crate) fn plain(&self) -> Vec<[i64; 2]> {
        let sum = |numbers: &[i32], subset: &[bool]| {
            let members = numbers.iter().zip(subset).filter(|(_, is)| **is);
            members.map(|(&number, _)| i64::from(number)).sum()
        };
        self.subsets
            .iter()
            .map(|subset| [0, 1].map(|k: usize| sum(&self.numbers[k], subset)))
            .collect()
    }
}
