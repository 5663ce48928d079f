//! What a feature holder does in one tree: sums over rows that it can't read.

use std::sync::Arc;

use consilium_lwe::{FloodShare, LweError, Packing, RawSum, Refresher, Returned, Ring, Wanted};
use rand_core::CryptoRng;

use super::{
    adding::{Adding, Sets},
    bits,
    deal::{ColumnCounts, Counts, Dealt, shuffle},
    error::Breach,
    gaps::{self, Gap},
    messages::{Choice, Parted, Pick, Weight},
    noise::{NodeNoise, SumNoise},
    places::Places,
    suppression::{Size, open_in_child, open_in_root},
};
use crate::{BinRule, Binned, Layout};

/// What the two parties of a tree agreed on.
pub(crate) struct Rules {
    /// The fewest rows drawn on either side of a candidate that is returned.
    pub(crate) min_side: u64,
    /// The fewest rows drawn between two candidates of a column that are returned.
    pub(crate) min_gap: Gap,
    /// The fewest rows drawn of a node that is examined, and of its sibling.
    pub(crate) min_node: u64,
    /// The fewest rows drawn of a node that may be split.
    pub(crate) least_rows: u64,
    /// The most splits on the way to a leaf.
    pub(crate) depth: u32,
    /// The most leaves.
    pub(crate) leaves: u32,
}

/// What a feature holder needs for a tree.
pub(crate) struct Tools<'a, R: Ring> {
    pub(crate) rules: Rules,
    pub(crate) binned: &'a Binned,
    /// The columns drawn for the tree.
    pub(crate) layout: Layout,
    pub(crate) dealt: Vec<Dealt>,
    pub(crate) ring: Arc<R>,
    pub(crate) packing: Packing,
    pub(crate) refresher: Refresher<R>,
    pub(crate) noise: Option<SumNoise>,
}

/// A feature holder's part of a tree on its way.
pub(crate) struct Examiner<'a, R: Ring> {
    tools: Tools<'a, R>,
    /// The slots in the order of columns, boundaries and sides.
    order: Vec<u32>,
    rows: Places,
    nodes: Vec<Node<R>>,
    splits: Vec<BinRule>,
}

/// A node, as far as it was examined.
struct Node<R: Ring> {
    depth: u32,
    rows: u64,
    examined: Option<Examined<R>>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    Chosen(BinRule),
    Parted,
}

struct Examined<R: Ring> {
    raw: Vec<RawSum<R>>,
    counts: Counts,
    /// For each slot, whether it is returned.
    is_open: Vec<bool>,
    /// Which ciphertext was returned at each place.
    order: Vec<usize>,
    /// What its sums have, where sums have noise.
    noise: Option<NodeNoise>,
}

/// The two children of a node that was parted: the one whose rows come, and the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    parent: usize,
    build: usize,
    rest: usize,
}

impl<'a, R: Ring> Examiner<'a, R> {
    /// Begins with the root.
    pub(crate) fn new(tools: Tools<'a, R>, rows: Places) -> Examiner<'a, R> {
        let root = Node {
            depth: 0,
            rows: rows.count_drawn(0),
            examined: None,
            state: State::Whole,
        };
        Examiner {
            order: gaps::order(&tools.dealt),
            tools,
            rows,
            nodes: vec![root],
            splits: Vec::new(),
        }
    }

    /// Gives how candidates share ciphertexts.
    pub(crate) fn packing(&self) -> Packing {
        self.tools.packing
    }

    /// Says whether the root is examined.
    pub(crate) fn examines_root(&self) -> bool {
        let is_large = self.nodes[0].rows >= self.tools.rules.min_node;
        is_large && self.may_be_split(0) && !self.tools.dealt.is_empty()
    }

    /// Says whether a node may be split: else its sums are of no use.
    pub(crate) fn may_be_split(&self, node: usize) -> bool {
        self.nodes[node].rows >= self.tools.rules.least_rows
    }

    /// Begins to add up a node's drawn rows.
    pub(crate) fn begin(&self, node: usize) -> Adding<R> {
        let Tools {
            ring,
            packing,
            dealt,
            ..
        } = &self.tools;
        Adding::begin(ring, *packing, dealt.len(), self.rows.drawn(node))
    }

    /// Gives the sets over which sums are taken.
    pub(crate) fn sets(&self) -> Sets<'_> {
        Sets {
            binned: self.tools.binned,
            layout: &self.tools.layout,
            dealt: &self.tools.dealt,
        }
    }

    /// Takes the sums of the root's rows.
    pub(crate) fn take_root(&mut self, adding: Adding<R>) {
        let (raw, rows) = adding.finish();
        let counts = Counts::of(self.tools.binned, &self.tools.layout, &rows);
        let mut is_open = open_in_root(&self.sizes(&counts));
        self.keep_apart(&mut is_open, &[&counts]);
        self.nodes[0].examined = Some(Examined {
            raw,
            is_open,
            counts,
            order: Vec::new(),
            noise: None,
        });
    }

    /// Takes the sums of one child's rows; the other's are the rest of their parent's.
    pub(crate) fn take_pair(&mut self, pair: Pair, adding: Adding<R>) -> Result<(), LweError> {
        let (raw, rows) = adding.finish();
        let counts = Counts::of(self.tools.binned, &self.tools.layout, &rows);
        // A pair is of a node that was examined.
        let Some(mut parent) = self.nodes[pair.parent].examined.take() else {
            return Ok(());
        };
        for (rest, raw) in parent.raw.iter_mut().zip(&raw) {
            rest.subtract(raw)?;
        }
        let counts_of_rest = parent.counts.without(&counts);
        let [here, rest] = [self.sizes(&counts), self.sizes(&counts_of_rest)];
        let mut open_here = open_in_child(&parent.is_open, &here, &rest);
        let mut open_in_rest = open_in_child(&parent.is_open, &rest, &here);
        // What is open in either is known of both.
        let either = open_here.iter().zip(&open_in_rest);
        let mut known: Vec<bool> = either.map(|(here, rest)| here | rest).collect();
        self.keep_apart(&mut known, &[&counts, &counts_of_rest]);
        for open in [&mut open_here, &mut open_in_rest] {
            for (open, known) in open.iter_mut().zip(&known) {
                *open &= known;
            }
        }
        let built = Examined {
            raw,
            counts,
            is_open: open_here,
            order: Vec::new(),
            noise: None,
        };
        let rest = Examined {
            is_open: open_in_rest,
            raw: parent.raw,
            counts: counts_of_rest,
            order: Vec::new(),
            noise: None,
        };
        self.nodes[pair.build].examined = Some(built);
        self.nodes[pair.rest].examined = Some(rest);
        Ok(())
    }

    /// Lays down the order in which a node's ciphertexts are returned, and counts them.
    pub(crate) fn arrange(&mut self, node: usize, rng: &mut impl CryptoRng) -> usize {
        let slots = self.tools.packing.candidates() as usize;
        let Some(examined) = &mut self.nodes[node].examined else {
            return 0;
        };
        let packs = examined.is_open.chunks(slots).enumerate();
        let with_any = packs.filter(|(_, is_open)| is_open.contains(&true));
        examined.order = with_any.map(|(pack, _)| pack).collect();
        shuffle(&mut examined.order, rng);
        let noise = self.tools.noise.as_ref();
        examined.noise = noise.map(|noise| noise.of_node(&self.rows.drawn(node)));
        examined.order.len()
    }

    /// Gives some of a node's ciphertexts as they may leave.
    pub(crate) fn returned(
        &self,
        node: usize,
        places: std::ops::Range<usize>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Returned>, LweError> {
        let Some(examined) = &self.nodes[node].examined else {
            return Ok(Vec::new());
        };
        let mut returned = Vec::with_capacity(places.len());
        for &pack in &examined.order[places] {
            let wanted = self.wanted(examined, pack);
            let share = FloodShare::WHOLE;
            returned.push(self.tools.refresher.refresh(
                &examined.raw[pack],
                &wanted,
                share,
                rng,
            )?);
        }
        Ok(returned)
    }

    /// Forgets the sums of a node whose children will not be examined.
    pub(crate) fn forget_sums(&mut self, node: usize) {
        let is_last = self.nodes[node].depth + 1 >= self.tools.rules.depth;
        if let Some(examined) = self.nodes[node].examined.as_mut().filter(|_| is_last) {
            examined.raw = Vec::new();
        }
    }

    fn wanted(&self, examined: &Examined<R>, pack: usize) -> Vec<Wanted> {
        let slots = self.tools.packing.candidates() as usize;
        let first = pack * slots;
        let dealt = self.tools.dealt.iter().zip(&examined.is_open).enumerate();
        let of_pack = dealt.skip(first).take(slots);
        let open = of_pack.filter(|(_, (_, is_open))| **is_open);
        open.map(|(place, (dealt, _))| Wanted {
            // Slots are at most as many as coefficients of the ring.
            slot: u16::try_from(place - first).unwrap_or(u16::MAX),
            noise: self.noise(examined, *dealt),
        })
        .collect()
    }

    fn noise(&self, examined: &Examined<R>, dealt: Dealt) -> [i64; 2] {
        let Some(noise) = &examined.noise else {
            return [0; 2];
        };
        let column = dealt.rule.column;
        let counts = examined.counts.column(&self.tools.layout, column);
        let rule = counts.map_or(dealt.rule, |counts| counts.first_alike(dealt.rule));
        let of_left = noise.of(rule);
        // What is added to one side is taken from the other: both say the same.
        if dealt.is_right {
            of_left.map(|it| -it)
        } else {
            of_left
        }
    }

    /// Says for each slot how its candidate parts a node's drawn rows.
    fn sizes(&self, counts: &Counts) -> Vec<Size> {
        let mut by_column = vec![None; self.tools.binned.columns()];
        for (column, counts) in counts.columns(&self.tools.layout) {
            by_column[column] = Some(counts);
        }
        let size = |dealt: &Dealt| {
            let counts = by_column[dealt.rule.column as usize];
            let smaller = counts.map_or(0, |it| it.smaller_side(dealt.rule));
            Size::of(smaller, self.tools.rules.min_side)
        };
        self.tools.dealt.iter().map(size).collect()
    }

    /// Closes candidates of a column that differ by few rows in one of these nodes.
    fn keep_apart(&self, is_open: &mut [bool], nodes: &[&Counts]) {
        let Tools {
            rules,
            layout,
            dealt,
            ..
        } = &self.tools;
        let of_column = |column| {
            let nodes = nodes.iter();
            nodes
                .filter_map(|node| node.column(layout, column))
                .collect()
        };
        let slots = (&dealt[..], &self.order[..]);
        rules.min_gap.keep_apart(slots, is_open, of_column);
    }

    /// Takes the first of the candidates chosen for a node, and gives each row's side.
    ///
    /// # Errors
    ///
    /// If one of them was not returned for the node, or it was split before.
    pub(crate) fn choose(&mut self, choice: &Choice) -> Result<bytes::Bytes, Breach> {
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
        let counts = examined
            .counts
            .column(&self.tools.layout, dealt.rule.column);
        let none_missing = counts.is_some_and(ColumnCounts::none_missing);
        let rule = dealt.settled(weight, none_missing);
        self.nodes[node].state = State::Chosen(rule);
        self.splits.push(rule);
        let rows = self.rows.all(node).iter();
        let column = self.tools.binned.column(rule.column as usize);
        let goes_left = |row: &u32| {
            column
                .as_ref()
                .is_some_and(|column| rule.goes_left(column.bin(*row)))
        };
        Ok(bits::pack(rows.map(goes_left)))
    }

    fn offered(&self, examined: &Examined<R>, pick: Pick) -> Option<Dealt> {
        let slots = self.tools.packing.candidates() as usize;
        let pack = examined.order.get(pick.pack as usize)?;
        let within = usize::from(pick.slot) < slots;
        let place = pack * slots + usize::from(pick.slot);
        let is_open = examined.is_open.get(place).copied().unwrap_or(false);
        self.tools
            .dealt
            .get(place)
            .copied()
            .filter(|_| within && is_open)
    }

    /// Parts a node's rows, and says whose rows come next.
    ///
    /// # Errors
    ///
    /// If the node or its children are not to be examined, or the sides are none of its rows.
    pub(crate) fn part(&mut self, parted: &Parted) -> Result<Pair, Breach> {
        let parent = parted.node as usize;
        let node = self.nodes.get(parent).ok_or(Breach::Node)?;
        let depth = node.depth + 1;
        // Half of the nodes and one more were leaves; the last split leaves nothing to examine.
        let is_full = self.nodes.len() / 2 + 2 >= self.tools.rules.leaves as usize;
        if node.examined.is_none() || depth >= self.tools.rules.depth || is_full {
            return Err(Breach::Node);
        }
        let rows = self.rows.all(parent);
        let sides = match (node.state, &parted.sides) {
            (State::Chosen(rule), None) => {
                let column = self.tools.binned.column(rule.column as usize);
                let column = column.ok_or(Breach::Node)?;
                let left = |row: &u32| rule.goes_left(column.bin(*row));
                rows.iter().map(left).collect::<Vec<bool>>()
            }
            (State::Whole, Some(sides)) => bits::unpack(sides, rows.len())
                .ok_or(Breach::Bits)?
                .collect(),
            _ => return Err(Breach::Node),
        };
        let left = self.nodes.len();
        self.rows.part(parent, left, &sides).ok_or(Breach::Node)?;
        let counts = [left, left + 1].map(|child| self.rows.count_drawn(child));
        if counts.iter().any(|rows| *rows < self.tools.rules.min_node) {
            return Err(Breach::Node);
        }
        for rows in counts {
            self.nodes.push(Node {
                depth,
                rows,
                examined: None,
                state: State::Whole,
            });
        }
        self.nodes[parent].state = State::Parted;
        let [build, rest] = if counts[0] <= counts[1] {
            [left, left + 1]
        } else {
            [left + 1, left]
        };
        Ok(Pair {
            parent,
            build,
            rest,
        })
    }

    /// Gives the splits chosen, in the order of choosing.
    pub(crate) fn into_splits(self) -> Vec<BinRule> {
        self.splits
    }
}

impl Pair {
    /// The child whose rows come.
    pub(crate) fn build(self) -> usize {
        self.build
    }

    /// Both children in the order in which their sums are returned.
    pub(crate) fn both(self) -> [usize; 2] {
        [self.build, self.rest]
    }
}
