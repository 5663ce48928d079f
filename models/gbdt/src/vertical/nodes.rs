//! The nodes of a tree at a party that adds up sums: whose rows are where, what was returned of each,
//! and what the label holder chose.

use std::sync::Arc;

use bytes::Bytes;
use consilium_lwe::{LweError, Packing, RawSum, Refresher, Ring};
use rand_core::CryptoRng;

use super::{
    adding::{Adding, Sets},
    bits,
    deal::{Dealt, shuffle},
    error::Breach,
    messages::{Choice, Pick, Weight},
    places::Places,
};
use crate::{BinRule, Binned, Layout};

/// What a tree's sums are made of.
pub(crate) struct Ground<'a, R: Ring> {
    pub(crate) binned: &'a Binned,
    /// The columns drawn for the tree.
    pub(crate) layout: Layout,
    pub(crate) dealt: Vec<Dealt>,
    pub(crate) ring: Arc<R>,
    pub(crate) packing: Packing,
    pub(crate) refresher: Refresher<R>,
    /// The most splits on the way to a leaf.
    pub(crate) depth: u32,
}

/// The nodes so far; of each that was examined, what `K` is known beside its sums.
pub(crate) struct Nodes<'a, R: Ring, K> {
    pub(crate) ground: Ground<'a, R>,
    places: Places,
    all: Vec<Node<R, K>>,
    splits: Vec<BinRule>,
}

struct Node<R: Ring, K> {
    depth: u32,
    /// The rows drawn in it.
    rows: u64,
    examined: Option<Examined<R, K>>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    Chosen(BinRule),
    Parted,
}

/// A node that was examined.
pub(crate) struct Examined<R: Ring, K> {
    pub(crate) raw: Vec<RawSum<R>>,
    /// For each slot, whether it is returned.
    pub(crate) is_open: Vec<bool>,
    /// Which ciphertext is returned at each place.
    order: Vec<usize>,
    pub(crate) known: K,
}

impl<R: Ring, K> Examined<R, K> {
    pub(crate) fn new(raw: Vec<RawSum<R>>, is_open: Vec<bool>, known: K) -> Examined<R, K> {
        Examined {
            raw,
            is_open,
            order: Vec::new(),
            known,
        }
    }

    /// Gives which ciphertexts are returned, in their order.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }
}

/// The two children of a node that was parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) parent: usize,
    /// The left child; the right one is the next node.
    pub(crate) left: usize,
    /// Whether it is the left child whose rows come.
    pub(crate) builds_left: bool,
}

impl Pair {
    /// The child whose rows come.
    pub(crate) fn build(self) -> usize {
        self.left + usize::from(!self.builds_left)
    }

    /// The child whose rows don't come: its sums are the rest of the parent's.
    pub(crate) fn rest(self) -> usize {
        self.left + usize::from(self.builds_left)
    }
}

impl<'a, R: Ring, K> Nodes<'a, R, K> {
    /// Begins with the root.
    pub(crate) fn new(ground: Ground<'a, R>, places: Places) -> Nodes<'a, R, K> {
        let mut nodes = Nodes {
            ground,
            places,
            all: Vec::new(),
            splits: Vec::new(),
        };
        nodes.push(0);
        nodes
    }

    fn push(&mut self, depth: u32) {
        let rows = self.places.count_drawn(self.all.len());
        self.all.push(Node {
            depth,
            rows,
            examined: None,
            state: State::Whole,
        });
    }

    /// Counts the nodes.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// Counts the drawn rows of a node.
    pub(crate) fn rows(&self, node: usize) -> u64 {
        self.all[node].rows
    }

    /// Gives the drawn rows of a node, rising.
    pub(crate) fn drawn(&self, node: usize) -> Vec<u32> {
        self.places.drawn(node)
    }

    /// Gives the sets over which sums are taken.
    pub(crate) fn sets(&self) -> Sets<'_> {
        Sets {
            binned: self.ground.binned,
            layout: &self.ground.layout,
            dealt: &self.ground.dealt,
        }
    }

    /// Begins to add up a node's drawn rows.
    pub(crate) fn begin(&self, node: usize) -> Adding<R> {
        let Ground {
            ring,
            packing,
            dealt,
            ..
        } = &self.ground;
        Adding::begin(ring, *packing, dealt.len(), self.drawn(node))
    }

    /// Gives what is known of a node that was examined.
    pub(crate) fn examined(&self, node: usize) -> Option<&Examined<R, K>> {
        self.all[node].examined.as_ref()
    }

    /// Takes what a node was found to be.
    pub(crate) fn enter(&mut self, node: usize, examined: Examined<R, K>) {
        self.all[node].examined = Some(examined);
    }

    /// Takes a parent's sums away, less those of the child whose rows came; gives none if it was not
    /// examined.
    pub(crate) fn take_rest(
        &mut self,
        pair: Pair,
        built: &[RawSum<R>],
    ) -> Result<Option<Examined<R, K>>, LweError> {
        let mut parent = self.all[pair.parent].examined.take();
        for (rest, built) in parent.iter_mut().flat_map(|it| &mut it.raw).zip(built) {
            rest.subtract(built)?;
        }
        Ok(parent)
    }

    /// Lays down the order in which a node's ciphertexts are returned, those with nothing to return
    /// left out.
    pub(crate) fn arrange(&mut self, node: usize, rng: &mut impl CryptoRng) {
        let slots = self.ground.packing.candidates() as usize;
        if let Some(examined) = &mut self.all[node].examined {
            let packs = examined.is_open.chunks(slots).enumerate();
            let with_any = packs.filter(|(_, is_open)| is_open.contains(&true));
            examined.order = with_any.map(|(pack, _)| pack).collect();
            shuffle(&mut examined.order, rng);
        }
    }

    /// Forgets the sums of a node whose children will not be examined.
    pub(crate) fn forget_sums(&mut self, node: usize) {
        let is_last = self.all[node].depth + 1 >= self.ground.depth;
        if let Some(examined) = self.all[node].examined.as_mut().filter(|_| is_last) {
            examined.raw = Vec::new();
        }
    }

    /// Takes the first of the candidates chosen for a node, and gives each row's side; `none_missing`
    /// says whether no row of the node misses a column's value.
    ///
    /// # Errors
    ///
    /// If one of them was not returned for the node, or it was split before.
    pub(crate) fn choose(
        &mut self,
        choice: &Choice,
        none_missing: impl FnOnce(&Layout, &K, u32) -> bool,
    ) -> Result<Bytes, Breach> {
        let node = choice.node as usize;
        let chosen = self.all.get(node).ok_or(Breach::Node)?;
        let examined = chosen.examined.as_ref().ok_or(Breach::Node)?;
        if chosen.state != State::Whole {
            return Err(Breach::Node);
        }
        let mut first: Option<(Dealt, Weight)> = None;
        for pick in &choice.picks {
            let dealt = self.offered(examined, *pick).ok_or(Breach::NotOffered)?;
            if first.is_none_or(|(first, _)| dealt.rank() < first.rank()) {
                first = Some((dealt, pick.weight));
            }
        }
        let (dealt, weight) = first.ok_or(Breach::NotOffered)?;
        let column = dealt.rule.column;
        let none_missing = none_missing(&self.ground.layout, &examined.known, column);
        let rule = dealt.settled(weight, none_missing);
        self.all[node].state = State::Chosen(rule);
        self.splits.push(rule);
        Ok(bits::pack(self.sides(node, rule)))
    }

    fn offered(&self, examined: &Examined<R, K>, pick: Pick) -> Option<Dealt> {
        let slots = self.ground.packing.candidates() as usize;
        let pack = examined.order.get(pick.pack as usize)?;
        let within = usize::from(pick.slot) < slots;
        let place = pack * slots + usize::from(pick.slot);
        let is_open = examined.is_open.get(place).copied().unwrap_or(false);
        let dealt = self.ground.dealt.get(place).copied();
        dealt.filter(|_| within && is_open)
    }

    fn sides(&self, node: usize, rule: BinRule) -> Vec<bool> {
        let column = self.ground.binned.column(rule.column as usize);
        let goes_left = |row: &u32| {
            let column = column.as_ref();
            column.is_some_and(|column| rule.goes_left(column.bin(*row)))
        };
        self.places.all(node).iter().map(goes_left).collect()
    }

    /// Parts a node's rows, by the split chosen or by the sides told, and gives its left child; the
    /// right one is the next node.
    ///
    /// # Errors
    ///
    /// If the node is not to be examined below, or the sides are none of its rows.
    pub(crate) fn part(&mut self, node: u32, sides: Option<&Bytes>) -> Result<usize, Breach> {
        let parent = node as usize;
        let node = self.all.get(parent).ok_or(Breach::Node)?;
        let depth = node.depth + 1;
        if node.examined.is_none() || depth >= self.ground.depth {
            return Err(Breach::Node);
        }
        let sides = match (node.state, sides) {
            (State::Chosen(rule), None) => self.sides(parent, rule),
            (State::Whole, Some(sides)) => bits::unpack(sides, self.places.all(parent).len())
                .ok_or(Breach::Bits)?
                .collect(),
            _ => return Err(Breach::Node),
        };
        let left = self.all.len();
        self.places.part(parent, left, &sides).ok_or(Breach::Node)?;
        self.push(depth);
        self.push(depth);
        self.all[parent].state = State::Parted;
        Ok(left)
    }

    /// Gives the splits chosen, in the order of choosing.
    pub(crate) fn into_splits(self) -> Vec<BinRule> {
        self.splits
    }
}
