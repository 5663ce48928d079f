//! What a hospital does in one tree: sums over rows that it can't read.

use std::sync::Arc;

use bytes::Bytes;
use consilium_lwe::{FloodShare, LweError, Native, Packing, RawSum, Refresher, Wanted};
use rand_core::CryptoRng;

use super::{
    deck::Deck,
    messages::{Allowed, Fork, Parted},
    outline::{self, Pack},
    tally::{Tally, Told, Width},
};
use crate::{
    BinRule, Binned, Layout,
    count::narrow,
    vertical::{
        Breach,
        adding::{Adding, Sets},
        bits,
        deal::{Counts, Dealt, shuffle},
        messages::{Choice, Pick, Weight},
        places::Places,
    },
};

/// What a hospital needs for a tree.
pub(super) struct Tools<'a> {
    pub(super) tree: u32,
    pub(super) deck: &'a Deck,
    pub(super) binned: &'a Binned,
    /// The columns drawn for the tree.
    pub(super) layout: Layout,
    pub(super) dealt: Vec<Dealt>,
    pub(super) ring: Arc<Native>,
    pub(super) packing: Packing,
    pub(super) refresher: Refresher<Native>,
    pub(super) flood: FloodShare,
    /// The most splits on the way to a leaf.
    pub(super) depth: u32,
}

/// A hospital's part of a tree on its way.
pub(super) struct Adder<'a> {
    tools: Tools<'a>,
    rows: Places,
    nodes: Vec<Node>,
    splits: Vec<BinRule>,
}

struct Node {
    depth: u32,
    examined: Option<Examined>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    Chosen(BinRule),
    Parted,
}

/// A node, as far as it was examined.
struct Examined {
    raw: Vec<RawSum<Native>>,
    /// For each slot, whether it is returned.
    open: Vec<bool>,
    /// For each column drawn, whether all rows of all hospitals have its value.
    present: Vec<bool>,
    /// Which ciphertext is returned at each place.
    order: Vec<usize>,
}

impl<'a> Adder<'a> {
    /// Begins with the root.
    pub(super) fn new(tools: Tools<'a>, rows: Places) -> Adder<'a> {
        let root = Node {
            depth: 0,
            examined: None,
            state: State::Whole,
        };
        Adder {
            tools,
            rows,
            nodes: vec![root],
            splits: Vec::new(),
        }
    }

    pub(super) fn packing(&self) -> Packing {
        self.tools.packing
    }

    pub(super) fn candidates(&self) -> usize {
        self.tools.dealt.len()
    }

    pub(super) fn width(&self) -> Width {
        Width {
            slots: self.tools.dealt.len(),
            columns: self.tools.layout.columns().count(),
        }
    }

    /// Gives the sets over which sums are taken.
    pub(super) fn sets(&self) -> Sets<'_> {
        Sets {
            binned: self.tools.binned,
            layout: &self.tools.layout,
            dealt: &self.tools.dealt,
        }
    }

    /// Counts the own rows of a node.
    pub(super) fn tally(&self, node: usize) -> Tally {
        let Sets {
            binned,
            layout,
            dealt,
        } = self.sets();
        let counts = Counts::of(binned, layout, &self.rows.drawn(node));
        Tally::of(&counts, layout, dealt)
    }

    /// Begins to add up a node's drawn rows.
    pub(super) fn begin(&self, node: usize) -> Adding<Native> {
        let Tools { ring, packing, .. } = &self.tools;
        Adding::begin(ring, *packing, self.candidates(), self.rows.drawn(node))
    }

    /// Says whether the root is still to be examined.
    pub(super) fn awaits_root(&self) -> bool {
        self.nodes.len() == 1 && self.nodes[0].examined.is_none()
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
        let Some(parent) = self.nodes[pair.parent].examined.take() else {
            return Ok(Err(Breach::Node));
        };
        let mut rest = parent.raw;
        for (rest, built) in rest.iter_mut().zip(&built) {
            rest.subtract(built)?;
        }
        let [left, right] = if pair.builds_left {
            [built, rest]
        } else {
            [rest, built]
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
        let Told { open, present } = told;
        let slots = self.tools.packing.candidates() as usize;
        let packs = open.chunks(slots).enumerate();
        let with_any = packs.filter(|(_, open)| open.contains(&true));
        let mut order: Vec<usize> = with_any.map(|(pack, _)| pack).collect();
        shuffle(
            &mut order,
            &mut self.tools.deck.of_node(self.tools.tree, node),
        );
        self.nodes[node].examined = Some(Examined {
            raw,
            open,
            present,
            order,
        });
        Ok(())
    }

    /// Says which sums of a node are returned.
    pub(super) fn outline(&self, node: usize) -> Bytes {
        let Some(examined) = &self.nodes[node].examined else {
            return Bytes::new();
        };
        let slots = self.tools.packing.candidates() as usize;
        let packs: Vec<&[bool]> = examined.open.chunks(slots).collect();
        let ordered = examined.order.iter().map(|pack| packs[*pack]);
        outline::write(ordered, self.tools.packing)
    }

    /// Gives the words of a ciphertext as they may be added to the other hospitals'.
    pub(super) fn residues(
        &self,
        node: usize,
        pack: &Pack,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u64>, LweError> {
        let examined = self.nodes[node].examined.as_ref();
        let raw = examined.and_then(|examined| {
            let place = *examined.order.get(pack.place)?;
            examined.raw.get(place)
        });
        let raw = raw.ok_or(LweError::OtherSlots)?;
        let wanted: Vec<Wanted> = pack.slots.iter().copied().map(Wanted::exact).collect();
        let Tools {
            refresher, flood, ..
        } = &self.tools;
        let residues = refresher.refresh_residues(raw, &wanted, *flood, rng)?;
        Ok(residues.words().to_vec())
    }

    /// Forgets the sums of nodes whose children will not be examined.
    pub(super) fn forget_sums(&mut self, nodes: impl Iterator<Item = usize>) {
        for node in nodes {
            let is_last = self.nodes[node].depth + 1 >= self.tools.depth;
            if let Some(examined) = self.nodes[node].examined.as_mut().filter(|_| is_last) {
                examined.raw = Vec::new();
            }
        }
    }

    /// Takes the first of the candidates chosen for a node, and gives each own row's side.
    ///
    /// # Errors
    ///
    /// If one of them was not returned for the node, or it was split before.
    pub(super) fn choose(&mut self, choice: &Choice) -> Result<Bytes, Breach> {
        let node = choice.node as usize;
        let chosen = self.nodes.get(node).ok_or(Breach::Node)?;
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
        let mut columns = self.tools.layout.columns().zip(&examined.present);
        let of_column = columns.find(|((column, _), _)| narrow(*column) == dealt.rule.column);
        let none_missing = of_column.is_some_and(|(_, present)| *present);
        let rule = dealt.settled(weight, none_missing);
        self.nodes[node].state = State::Chosen(rule);
        self.splits.push(rule);
        Ok(bits::pack(self.sides(node, rule)))
    }

    fn sides(&self, node: usize, rule: BinRule) -> Vec<bool> {
        let column = self.tools.binned.column(rule.column as usize);
        let goes_left = |row: &u32| {
            let column = column.as_ref();
            column.is_some_and(|column| rule.goes_left(column.bin(*row)))
        };
        self.rows.all(node).iter().map(goes_left).collect()
    }

    fn offered(&self, examined: &Examined, pick: Pick) -> Option<Dealt> {
        let slots = self.tools.packing.candidates() as usize;
        let pack = examined.order.get(pick.pack as usize)?;
        let within = usize::from(pick.slot) < slots;
        let place = pack * slots + usize::from(pick.slot);
        let is_open = examined.open.get(place).copied().unwrap_or(false);
        let dealt = self.tools.dealt.get(place).copied();
        dealt.filter(|_| within && is_open)
    }

    /// Parts a node's rows, and says whose rows come next.
    ///
    /// # Errors
    ///
    /// If the node is not to be examined below, or the sides are none of its rows.
    pub(super) fn part(&mut self, parted: &Parted) -> Result<Pair, Breach> {
        let Fork { node, builds_left } = parted.fork;
        let parent = node as usize;
        let node = self.nodes.get(parent).ok_or(Breach::Node)?;
        let depth = node.depth + 1;
        if node.examined.is_none() || depth >= self.tools.depth {
            return Err(Breach::Node);
        }
        let sides = match (node.state, &parted.sides) {
            (State::Chosen(rule), None) => self.sides(parent, rule),
            (State::Whole, Some(sides)) => bits::unpack(sides, self.rows.all(parent).len())
                .ok_or(Breach::Bits)?
                .collect(),
            _ => return Err(Breach::Node),
        };
        let left = self.nodes.len();
        self.rows.part(parent, left, &sides).ok_or(Breach::Node)?;
        for _ in 0..2 {
            self.nodes.push(Node {
                depth,
                examined: None,
                state: State::Whole,
            });
        }
        self.nodes[parent].state = State::Parted;
        Ok(Pair {
            parent,
            left,
            builds_left,
        })
    }

    /// Gives the splits chosen, in the order of choosing.
    pub(super) fn into_splits(self) -> Vec<BinRule> {
        self.splits
    }
}

/// The two children of a node that was parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    parent: usize,
    /// The left child; the right one is the next node.
    pub(super) left: usize,
    /// Whether it is the left child whose rows come.
    pub(super) builds_left: bool,
}

impl Pair {
    /// The child whose rows don't come.
    pub(super) fn rest(self) -> usize {
        if self.builds_left {
            self.left + 1
        } else {
            self.left
        }
    }

    /// The child whose rows come.
    pub(super) fn build(self) -> usize {
        if self.builds_left {
            self.left
        } else {
            self.left + 1
        }
    }
}
