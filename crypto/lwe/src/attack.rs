//! What a label holder makes of masks: the reason for re-randomisation, kept as tests.

use std::sync::Arc;

use consilium_base::{Generator, Seed};
use rand_core::Rng as _;

use crate::{
    Accumulator, Blocks, FloodShare, Native, Nonce, Packing, PrimePair, RawSum, Refresher, Ring,
    RingElement, SecretKeys, Wanted, messages::Parts,
};

/// Rows of the node: so few that all subsets can be tried.
const ROWS: usize = 14;

/// A node of one block, one subset of it, and what the feature holder makes of it.
struct Node<R: Ring> {
    ring: Arc<R>,
    keys: SecretKeys<R>,
    /// What the label holder knows: it drew the seeds.
    mask: Vec<u64>,
    sum: RawSum<R>,
    subset: u32,
    rng: Generator,
}

impl<R: Ring> Node<R> {
    fn new(seed: u8) -> Node<R> {
        let mut rng = Seed::from_bytes([seed; 32]).generator();
        let ring = Arc::new(R::new());
        let keys = SecretKeys::random(&ring, &mut rng);
        let packing = Packing::new::<R>(1).unwrap();
        let subset = rng.next_u32() % (1 << ROWS);
        let numbers = [1; ROWS];
        let encrypted = keys
            .encrypt(packing, [&numbers, &numbers], &mut rng)
            .unwrap();
        let first = encrypted.read(&*ring, packing, ROWS).unwrap().next();
        let [mask, ..] = first.unwrap().unwrap();
        let blocks = Blocks::read(&*ring, packing, &encrypted, ROWS).unwrap();
        let mut sums = Accumulator::new(&ring, packing, 1);
        sums.add(&blocks, 0..1, |_, members| {
            for (row, member) in members.iter_mut().enumerate().take(ROWS) {
                *member = (subset >> row & 1) as u8;
            }
        });
        let sum = sums.finish().pop().unwrap();
        Node {
            ring,
            keys,
            mask,
            sum,
            subset,
            rng,
        }
    }

    /// The mask as it reaches the label holder, re-randomised under an element.
    fn returned(&mut self, element: RingElement<R>) -> Vec<u64> {
        let key = self.keys.refresh_key(&element, &mut self.rng);
        let refresher = Refresher::new(&self.ring, element, &key).unwrap();
        let returned = refresher
            .refresh(
                &self.sum,
                &[Wanted::exact(0)],
                FloodShare::WHOLE,
                &mut self.rng,
            )
            .unwrap();
        returned.read(&*self.ring, self.sum.packing).unwrap().mask
    }

    /// The mask as it would reach the label holder without re-randomisation.
    fn bare(&self) -> Vec<u64> {
        let parts = Parts {
            slots: vec![0],
            mask: self.sum.mask.clone(),
            bodies: self.sum.bodies.clone().map(|body| vec_of_first::<R>(&body)),
        };
        let returned = crate::Returned::write(&*self.ring, &parts);
        returned.read(&*self.ring, self.sum.packing).unwrap().mask
    }

    /// Tries all subsets against one coefficient of a mask: how many are nearer than the true one?
    fn better_subsets(&self, returned: &[u64], coefficient: usize) -> usize {
        let degree = R::PARAMETERS.degree;
        let pick = |words: &[u64], at: usize| {
            let limbs = words.chunks_exact(degree);
            self.ring
                .centred(&limbs.map(|limb| limb[at]).collect::<Vec<_>>())[0]
        };
        // Coefficient c of mask · X^−i is that of X^(c+i), with its sign turned past the end.
        let terms: Vec<i128> = (0..ROWS)
            .map(|row| match coefficient + row {
                at if at < degree => pick(&self.mask, at),
                at => -pick(&self.mask, at - degree),
            })
            .collect();
        let target = pick(returned, coefficient);
        let modulus = R::PARAMETERS.modulus_log2.exp2();
        let distance = |subset: u32| {
            let chosen = (0..ROWS).filter(|row| subset >> row & 1 == 1);
            let sum: i128 = chosen.map(|row| terms[row]).sum();
            let difference = (target - sum) as f64 / modulus;
            (difference - difference.round()).abs()
        };
        let true_one = distance(self.subset);
        (0..1 << ROWS)
            .filter(|&subset| distance(subset) < true_one)
            .count()
    }
}

fn vec_of_first<R: Ring>(body: &[u64]) -> Vec<u64> {
    crate::sums::select::<R>(body, &[0])
}

/// An honest element, as both parties draw it.
fn agreed<R: Ring>(node: &mut Node<R>) -> RingElement<R> {
    let [ours, theirs] = [(); 2].map(|()| Nonce::random(&mut node.rng));
    RingElement::agree(&*node.ring, b"run", ours, theirs)
}

fn masks_of_raw_sums_name_the_members<R: Ring>() {
    let node = Node::<R>::new(1);
    let bare = node.bare();
    for coefficient in [0, 1, 1000] {
        assert_eq!(node.better_subsets(&bare, coefficient), 0);
    }
}

fn refreshed_masks_tell_nothing<R: Ring>() {
    let mut node = Node::<R>::new(1);
    let element = agreed(&mut node);
    let returned = node.returned(element);
    let all = 1 << ROWS;
    let ranks: Vec<usize> = (0..64)
        .map(|coefficient| node.better_subsets(&returned, coefficient))
        .collect();
    // By chance the true subset is in the best hundredth once in a hundred times, and its rank is
    // half of all in the mean: 64 ranks have a mean within 0.5 ± 4.5 · 0.289/8 but for 1 in 10^5.
    let mean = ranks.iter().sum::<usize>() as f64 / (64 * all) as f64;
    assert!((mean - 0.5).abs() < 0.163, "mean rank {mean}");
    assert!(ranks.iter().filter(|&&rank| rank < all / 100).count() < 7);
}

fn a_chosen_element_opens_masks_again<R: Ring>() {
    let mut node = Node::<R>::new(1);
    let zero = vec![0; R::PARAMETERS.degree * R::LIMBS];
    let returned = node.returned(RingElement::of(zero));
    for coefficient in [0, 1, 1000] {
        assert_eq!(node.better_subsets(&returned, coefficient), 0);
    }
}

#[test]
fn without_refreshing_a_mask_names_the_members() {
    masks_of_raw_sums_name_the_members::<Native>();
    masks_of_raw_sums_name_the_members::<PrimePair>();
}

#[test]
fn with_refreshing_no_subset_fits_a_mask_better_than_by_chance() {
    refreshed_masks_tell_nothing::<Native>();
    refreshed_masks_tell_nothing::<PrimePair>();
}

#[test]
fn with_an_element_of_the_label_holders_choice_masks_name_the_members_again() {
    a_chosen_element_opens_masks_again::<Native>();
    a_chosen_element_opens_masks_again::<PrimePair>();
}

#[test]
fn the_element_hangs_on_both_nonces_and_the_run() {
    let ring = Native::new();
    let mut rng = Seed::from_bytes([9; 32]).generator();
    let [ours, theirs, other] = [(); 3].map(|()| Nonce::random(&mut rng));
    let element = |run: &[u8], ours, theirs| {
        RingElement::agree(&ring, run, ours, theirs)
            .words()
            .to_vec()
    };
    let first = element(b"run 1", ours, theirs);
    assert_eq!(first, element(b"run 1", ours, theirs));
    for differing in [
        element(b"run 1", other, theirs),
        element(b"run 1", ours, other),
        element(b"run 1", theirs, ours),
        element(b"run 2", ours, theirs),
    ] {
        assert!(first.iter().zip(&differing).filter(|(a, b)| a == b).count() < 3);
    }
}
