//! What a hospital does in one tree: sums over rows that it can't read.

use bytes::Bytes;
use consilium_lwe::{FloodShare, LweError, Native, RawSum, Wanted};
use rand_core::CryptoRng;

use super::{
    deck::Deck,
    messages::{Allowed, Parted},
    outline::{self, Pack},
    tally::{Tally, Told, Width},
};
use crate::{
    count::narrow,
    vertical::{
        Breach,
        adding::Adding,
        deal::Counts,
        messages::Choice,
        nodes::{Examined, Ground, Nodes, Pair},
    },
};

/// A hospital's part of a tree on its way.
pub(super) struct Adder<'a> {
    /// Of each that was examined it is known, for each column drawn, whether all rows of all hospitals
    /// have its value.
    pub(super) nodes: Nodes<'a, Native, Vec<bool>>,
    tree: u32,
    deck: &'a Deck,
    flood: FloodShare,
}

impl<'a> Adder<'a> {
    /// Begins with the root.
    pub(super) fn new(
        nodes: Nodes<'a, Native, Vec<bool>>,
        (tree, deck): (u32, &'a Deck),
        flood: FloodShare,
    ) -> Adder<'a> {
        Adder {
            nodes,
            tree,
            deck,
            flood,
        }
    }

    pub(super) fn candidates(&self) -> usize {
        self.nodes.ground.dealt.len()
    }

    pub(super) fn width(&self) -> Width {
        Width {
            slots: self.candidates(),
            columns: self.nodes.ground.layout.columns().count(),
        }
    }

    /// Counts the own rows of a node.
    pub(super) fn tally(&self, node: usize) -> Tally {
        let Ground {
            binned,
            layout,
            dealt,
            ..
        } = &self.nodes.ground;
        let counts = Counts::of(binned, layout, &self.nodes.drawn(node));
        Tally::of(&counts, layout, dealt)
    }

    /// Says whether the root is still to be examined.
    pub(super) fn awaits_root(&self) -> bool {
        self.nodes.count() == 1 && self.nodes.examined(0).is_none()
    }

    /// Takes the sums of the root's rows, and what may be told of it.
    pub(super) fn take_root(
        &mut self,
        adding: Adding<Native>,
        allowed: &[Allowed],
    ) -> Result<(), Breach> {
        let [allowed] = allowed else {
            return Err(Breach::Bits);
        };
        let (raw, _) = adding.finish();
        self.enter(0, raw, allowed)
    }

    /// Takes the sums of one child's rows; the other's are the rest of their parent's.
    pub(super) fn take_pair(
        &mut self,
        pair: Pair,
        adding: Adding<Native>,
        allowed: &[Allowed],
    ) -> Result<Result<(), Breach>, LweError> {
        let [of_left, of_right] = allowed else {
            return Ok(Err(Breach::Bits));
        };
        let (built, _) = adding.finish();
        let Some(parent) = self.nodes.take_rest(pair, &built)? else {
            return Ok(Err(Breach::Node));
        };
        let [left, right] = if pair.builds_left {
            [built, parent.raw]
        } else {
            [parent.raw, built]
        };
        let left = self.enter(pair.left, left, of_left);
        Ok(left.and_then(|()| self.enter(pair.left + 1, right, of_right)))
    }

    fn enter(
        &mut self,
        node: usize,
        raw: Vec<RawSum<Native>>,
        allowed: &Allowed,
    ) -> Result<(), Breach> {
        let told = Told::read(allowed, self.width()).ok_or(Breach::Bits)?;
        let examined = Examined::new(raw, told.open, told.present);
        self.nodes.enter(node, examined);
        let mut order = self.deck.of_node(self.tree, node);
        self.nodes.arrange(node, &mut order);
        Ok(())
    }

    /// Says which sums of a node are returned.
    pub(super) fn outline(&self, node: usize) -> Bytes {
        let Some(examined) = self.nodes.examined(node) else {
            return Bytes::new();
        };
        let packing = self.nodes.ground.packing;
        let slots = packing.candidates() as usize;
        let packs: Vec<&[bool]> = examined.is_open.chunks(slots).collect();
        let ordered = examined.order().iter().map(|pack| packs[*pack]);
        outline::write(ordered, packing)
    }

    /// Gives the words of a ciphertext as they may be added to the other hospitals'.
    pub(super) fn residues(
        &self,
        node: usize,
        pack: &Pack,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u64>, LweError> {
        let examined = self.nodes.examined(node);
        let raw = examined.and_then(|examined| {
            let place = *examined.order().get(pack.place)?;
            examined.raw.get(place)
        });
        let raw = raw.ok_or(LweError::OtherSlots)?;
        let wanted: Vec<Wanted> = pack.slots.iter().copied().map(Wanted::exact).collect();
        let refresher = &self.nodes.ground.refresher;
        let residues = refresher.refresh_residues(raw, &wanted, self.flood, rng)?;
        Ok(residues.words().to_vec())
    }

    /// Takes the first of the candidates chosen for a node, and gives each own row's side.
    ///
    /// # Errors
    ///
    /// If one of them was not returned for the node, or it was split before.
    pub(super) fn choose(&mut self, choice: &Choice) -> Result<Bytes, Breach> {
        self.nodes.choose(choice, |layout, present, column| {
            let mut columns = layout.columns().zip(present);
            let of_column = columns.find(|((placed, _), _)| narrow(*placed) == column);
            of_column.is_some_and(|(_, present)| *present)
        })
    }

    /// Parts a node's rows, and says whose rows come next.
    ///
    /// # Errors
    ///
    /// If the node is not to be examined below, or the sides are none of its rows.
    pub(super) fn part(&mut self, Parted { fork, sides }: &Parted) -> Result<Pair, Breach> {
        let left = self.nodes.part(fork.node, sides.as_ref())?;
        Ok(Pair {
            parent: fork.node as usize,
            left,
            builds_left: fork.builds_left,
        })
    }
}
