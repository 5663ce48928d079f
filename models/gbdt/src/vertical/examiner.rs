//! What a feature holder does in one tree: sums over rows that it can't read.

use bytes::Bytes;
use consilium_lwe::{FloodShare, LweError, RawSum, Returned, Ring, Wanted};
use rand_core::CryptoRng;

use super::{
    adding::Adding,
    deal::{ColumnCounts, Counts, Dealt},
    error::Breach,
    gaps::{self, Gap},
    messages::{Choice, Parted},
    nodes::{Examined, Ground, Nodes, Pair},
    noise::{NodeNoise, SumNoise},
    suppression::{Size, open_in_child, open_in_root},
};

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
    /// The most leaves.
    pub(crate) leaves: u32,
}

/// A feature holder's part of a tree on its way.
pub(crate) struct Examiner<'a, R: Ring> {
    pub(crate) nodes: Nodes<'a, R, Known>,
    rules: Rules,
    noise: Option<SumNoise>,
    /// The slots in the order of columns, boundaries and sides.
    order: Vec<u32>,
}

/// What is known of a node beside its sums.
pub(crate) struct Known {
    counts: Counts,
    /// What its sums have, where sums have noise.
    noise: Option<NodeNoise>,
}

impl<'a, R: Ring> Examiner<'a, R> {
    /// Begins with the root.
    pub(crate) fn new(
        nodes: Nodes<'a, R, Known>,
        rules: Rules,
        noise: Option<SumNoise>,
    ) -> Examiner<'a, R> {
        Examiner {
            order: gaps::order(&nodes.ground.dealt),
            nodes,
            rules,
            noise,
        }
    }

    /// Says whether the root is examined.
    pub(crate) fn examines_root(&self) -> bool {
        let is_large = self.nodes.rows(0) >= self.rules.min_node;
        is_large && self.may_be_split(0) && !self.nodes.ground.dealt.is_empty()
    }

    /// Says whether a node may be split: else its sums are of no use.
    pub(crate) fn may_be_split(&self, node: usize) -> bool {
        self.nodes.rows(node) >= self.rules.least_rows
    }

    /// Takes the sums of the root's rows.
    pub(crate) fn take_root(&mut self, adding: Adding<R>) {
        let (raw, rows) = adding.finish();
        let counts = self.count(&rows);
        let mut is_open = open_in_root(&self.sizes(&counts));
        self.keep_apart(&mut is_open, &[&counts]);
        self.enter(0, (raw, is_open), counts);
    }

    /// Takes the sums of one child's rows; the other's are the rest of their parent's.
    pub(crate) fn take_pair(&mut self, pair: Pair, adding: Adding<R>) -> Result<(), LweError> {
        let (raw, rows) = adding.finish();
        let counts = self.count(&rows);
        // A pair is of a node that was examined.
        let Some(parent) = self.nodes.take_rest(pair, &raw)? else {
            return Ok(());
        };
        let counts_of_rest = parent.known.counts.without(&counts);
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
        self.enter(pair.build(), (raw, open_here), counts);
        self.enter(pair.rest(), (parent.raw, open_in_rest), counts_of_rest);
        Ok(())
    }

    fn count(&self, rows: &[u32]) -> Counts {
        let Ground { binned, layout, .. } = &self.nodes.ground;
        Counts::of(binned, layout, rows)
    }

    fn enter(&mut self, node: usize, (raw, is_open): (Vec<RawSum<R>>, Vec<bool>), counts: Counts) {
        let noise = self.noise.as_ref();
        let noise = noise.map(|noise| noise.of_node(&self.nodes.drawn(node)));
        let known = Known { counts, noise };
        let examined = Examined::new(raw, is_open, known);
        self.nodes.enter(node, examined);
    }

    /// Lays down the order in which a node's ciphertexts are returned, and counts them.
    pub(crate) fn arrange(&mut self, node: usize, rng: &mut impl CryptoRng) -> usize {
        self.nodes.arrange(node, rng);
        let examined = self.nodes.examined(node);
        examined.map_or(0, |examined| examined.order().len())
    }

    /// Gives some of a node's ciphertexts as they may leave.
    pub(crate) fn returned(
        &self,
        node: usize,
        places: std::ops::Range<usize>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Returned>, LweError> {
        let Some(examined) = self.nodes.examined(node) else {
            return Ok(Vec::new());
        };
        let mut returned = Vec::with_capacity(places.len());
        for &pack in &examined.order()[places] {
            let wanted = self.wanted(examined, pack);
            let share = FloodShare::WHOLE;
            returned.push(self.nodes.ground.refresher.refresh(
                &examined.raw[pack],
                &wanted,
                share,
                rng,
            )?);
        }
        Ok(returned)
    }

    fn wanted(&self, examined: &Examined<R, Known>, pack: usize) -> Vec<Wanted> {
        let slots = self.nodes.ground.packing.candidates() as usize;
        let first = pack * slots;
        let dealt = self
            .nodes
            .ground
            .dealt
            .iter()
            .zip(&examined.is_open)
            .enumerate();
        let of_pack = dealt.skip(first).take(slots);
        let open = of_pack.filter(|(_, (_, is_open))| **is_open);
        open.map(|(place, (dealt, _))| Wanted {
            // Slots are at most as many as coefficients of the ring.
            slot: u16::try_from(place - first).unwrap_or(u16::MAX),
            noise: self.noise(examined, *dealt),
        })
        .collect()
    }

    fn noise(&self, examined: &Examined<R, Known>, dealt: Dealt) -> [i64; 2] {
        let Some(noise) = &examined.known.noise else {
            return [0; 2];
        };
        let column = dealt.rule.column;
        let counts = examined
            .known
            .counts
            .column(&self.nodes.ground.layout, column);
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
        let by_column = counts.by_column(&self.nodes.ground.layout);
        let size = |dealt: &Dealt| {
            let counts = by_column[dealt.rule.column as usize];
            let smaller = counts.map_or(0, |it| it.smaller_side(dealt.rule));
            Size::of(smaller, self.rules.min_side)
        };
        self.nodes.ground.dealt.iter().map(size).collect()
    }

    /// Closes candidates of a column that differ by few rows in one of these nodes.
    fn keep_apart(&self, is_open: &mut [bool], nodes: &[&Counts]) {
        let Ground { layout, dealt, .. } = &self.nodes.ground;
        let of_column = |column| {
            let nodes = nodes.iter();
            nodes
                .filter_map(|node| node.column(layout, column))
                .collect()
        };
        let slots = (&dealt[..], &self.order[..]);
        self.rules.min_gap.keep_apart(slots, is_open, of_column);
    }

    /// Takes the first of the candidates chosen for a node, and gives each row's side.
    ///
    /// # Errors
    ///
    /// If one of them was not returned for the node, or it was split before.
    pub(crate) fn choose(&mut self, choice: &Choice) -> Result<Bytes, Breach> {
        self.nodes.choose(choice, |layout, known, column| {
            let counts = known.counts.column(layout, column);
            counts.is_some_and(ColumnCounts::none_missing)
        })
    }

    /// Parts a node's rows, and says whose rows come next.
    ///
    /// # Errors
    ///
    /// If the node or its children are not to be examined, or the sides are none of its rows.
    pub(crate) fn part(&mut self, parted: &Parted) -> Result<Pair, Breach> {
        // Half of the nodes and one more were leaves; the last split leaves nothing to examine.
        if self.nodes.count() / 2 + 2 >= self.rules.leaves as usize {
            return Err(Breach::Node);
        }
        let left = self.nodes.part(parted.node, parted.sides.as_ref())?;
        let rows = [left, left + 1].map(|child| self.nodes.rows(child));
        if rows.iter().any(|rows| *rows < self.rules.min_node) {
            return Err(Breach::Node);
        }
        Ok(Pair {
            parent: parted.node as usize,
            left,
            builds_left: rows[0] <= rows[1],
        })
    }
}
