//! What a feature holder does in one tree: sums over rows that it can't read.

use std::sync::Arc;

use consilium_lwe::{
    Accumulator, Asked, Blocks, Encrypted, FloodShare, LweError, Packing, RawSum, Refresher,
    Returned, Ring, Wanted,
};
use rand_core::CryptoRng;

use super::{
    bits,
    deal::{ColumnCounts, Counts, Dealt, shuffle},
    error::Breach,
    messages::{Choice, Parted, Pick, Weight},
    noise::SumNoise,
    places::Places,
    stride::chunk_rows,
};
use crate::{BinRule, Binned, Layout, Side, count::narrow};

/// What the two parties of a tree agreed on.
pub(crate) struct Rules {
    /// The fewest rows drawn on either side of a candidate that is returned.
    pub(crate) min_side: u64,
    /// The fewest rows drawn of a node that is examined, and of its sibling.
    pub(crate) min_node: u64,
    /// The fewest rows drawn of a node that may be split.
    pub(crate) least_rows: u64,
    /// The most splits on the way to a leaf.
    pub(crate) depth: u32,
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
}

/// How many of a node's rows are on the smaller side of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    /// None: it does not part them.
    None,
    /// Fewer than may be told of.
    Small,
    /// Enough.
    Large,
}

/// The two children of a node that was parted: the one whose rows come, and the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    parent: usize,
    build: usize,
    rest: usize,
}

/// Sums of one node in the making.
pub(crate) struct Adding<R: Ring> {
    accumulator: Accumulator<R>,
    rows: Vec<u32>,
    at: usize,
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
        Adding {
            accumulator: Accumulator::new(
                &self.tools.ring,
                self.tools.packing,
                self.tools.dealt.len(),
            ),
            rows: self.rows.drawn(node),
            at: 0,
        }
    }

    /// Adds the next rows of the node; says whether more are to come.
    pub(crate) fn add(
        &self,
        adding: &mut Adding<R>,
        encrypted: &Encrypted,
    ) -> Result<bool, LweError> {
        let end = adding
            .rows
            .len()
            .min(adding.at + chunk_rows::<R>(self.tools.packing));
        let rows = &adding.rows[adding.at..end];
        let blocks = Blocks::read(&*self.tools.ring, self.tools.packing, encrypted, rows.len())?;
        let mut bins: Vec<Vec<u8>> = Vec::new();
        for (column, _) in self.tools.layout.columns() {
            bins.resize(bins.len().max(column + 1), Vec::new());
            if let Some(of_column) = self.tools.binned.column(column) {
                bins[column] = rows.iter().map(|row| of_column.bin(*row)).collect();
            }
        }
        let block_rows = self.tools.packing.block();
        let mark = |Asked { candidate, block }: Asked, members: &mut [u8]| {
            let dealt = self.tools.dealt[candidate];
            let bins = &bins[dealt.rule.column as usize];
            dealt.mark(&bins[block * block_rows..], members);
        };
        adding.accumulator.add(&blocks, 0..blocks.count(), mark);
        adding.at = end;
        Ok(end < adding.rows.len())
    }

    /// Takes the sums of the root's rows.
    pub(crate) fn take_root(&mut self, adding: Adding<R>) {
        let counts = Counts::of(self.tools.binned, &self.tools.layout, &adding.rows);
        let is_open = self.sizes(&counts).into_iter().map(|it| it == Size::Large);
        self.nodes[0].examined = Some(Examined {
            raw: adding.accumulator.finish(),
            is_open: is_open.collect(),
            counts,
            order: Vec::new(),
        });
    }

    /// Takes the sums of one child's rows; the other's are the rest of their parent's.
    ///
    /// A candidate is not returned for a node if it is small in the node or its sibling, or was not
    /// returned for the parent: a difference of sums would tell of few rows.
    pub(crate) fn take_pair(&mut self, pair: Pair, adding: Adding<R>) -> Result<(), LweError> {
        let counts = Counts::of(self.tools.binned, &self.tools.layout, &adding.rows);
        let raw = adding.accumulator.finish();
        // A pair is of a node that was examined.
        let Some(mut parent) = self.nodes[pair.parent].examined.take() else {
            return Ok(());
        };
        for (rest, raw) in parent.raw.iter_mut().zip(&raw) {
            rest.subtract(raw)?;
        }
        let counts_of_rest = parent.counts.without(&counts);
        let sizes = [self.sizes(&counts), self.sizes(&counts_of_rest)];
        let is_open = |here: usize| {
            let of_pair = sizes[here].iter().zip(&sizes[1 - here]);
            let open = of_pair.map(|(it, sibling)| *it == Size::Large && *sibling != Size::Small);
            parent
                .is_open
                .iter()
                .zip(open)
                .map(|(parent, open)| *parent && open)
                .collect()
        };
        let built = Examined {
            raw,
            counts,
            is_open: is_open(0),
            order: Vec::new(),
        };
        let rest = Examined {
            is_open: is_open(1),
            raw: parent.raw,
            counts: counts_of_rest,
            order: Vec::new(),
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
            let wanted = self.wanted(node, examined, pack);
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

    fn wanted(&self, node: usize, examined: &Examined<R>, pack: usize) -> Vec<Wanted> {
        let slots = self.tools.packing.candidates() as usize;
        let first = pack * slots;
        let dealt = self.tools.dealt.iter().zip(&examined.is_open).enumerate();
        let of_pack = dealt.skip(first).take(slots);
        let open = of_pack.filter(|(_, (_, is_open))| **is_open);
        open.map(|(place, (dealt, _))| Wanted {
            // Slots are at most as many as coefficients of the ring.
            slot: u16::try_from(place - first).unwrap_or(u16::MAX),
            noise: self.noise(node, *dealt, &examined.counts),
        })
        .collect()
    }

    fn noise(&self, node: usize, dealt: Dealt, counts: &Counts) -> [i64; 2] {
        let Some(noise) = &self.tools.noise else {
            return [0; 2];
        };
        let counts = counts.column(&self.tools.layout, dealt.rule.column);
        let rule = counts.map_or(dealt.rule, |counts| counts.first_alike(dealt.rule));
        let of_left = noise.of(narrow(node), rule);
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
            counts.map_or(Size::None, |it| match it.smaller_side(dealt.rule) {
                0 => Size::None,
                rows if rows < self.tools.rules.min_side => Size::Small,
                _ => Size::Large,
            })
        };
        self.tools.dealt.iter().map(size).collect()
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
        let mut rule = dealt.rule;
        if counts.is_some_and(ColumnCounts::none_missing) {
            // As in `split::best_split`: values may be missing later where none are now.
            let left = if dealt.is_right {
                Weight::Lighter
            } else {
                Weight::Heavier
            };
            rule.missing = if weight == left {
                Side::Left
            } else {
                Side::Right
            };
        }
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
        if node.examined.is_none() || depth >= self.tools.rules.depth {
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
