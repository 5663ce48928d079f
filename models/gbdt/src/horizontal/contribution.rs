//! What a contributor knows of a fit, and its answers.

use std::collections::BTreeMap;

use consilium_base::Seed;
use consilium_mailbox::PartyId;
use consilium_secagg::{SumNumber, SumShape};

use super::{
    Agreement, News, Question,
    amounts::spread,
    counted::Counted,
    question::{self, Standing, layout, most_at_once, most_sums},
};
use crate::{
    BinRule, Cuts, Drawn, Fork, Layout, Node, NodeId, Partition, Quanta, Rows, Segment, Table,
    Tree,
    count::narrow,
    quantiles::{self, Cells},
    training::{Ended, Published},
};

/// The aggregator asks or tells what no fit does at this point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutOfPlace;

/// One party's part in a fit, from the first question of a run to its last.
///
/// All that it holds follows from the party's rows, its seed and what it was told: whoever lost it
/// is told all that happened, and has it again.
pub(super) struct Contribution<'a> {
    agreement: &'a Agreement,
    table: &'a Table,
    seed: &'a Seed,
    standing: Standing,
    answered: u32,
    counted: Counted,
    stage: Stage,
}

enum Stage {
    /// There are no cut points.
    Counting,
    /// There are bins.
    Cut(Cuts, Box<Rows>),
    /// There are margins.
    Begun(Box<OwnTrees>),
}

/// Own rows under the trees that were told.
struct OwnTrees {
    cuts: Cuts,
    rows: Rows,
    base_score: f64,
    trees: Vec<Tree<BinRule>>,
    layout: Layout,
    hand: Hand,
}

/// How far the next tree is.
enum Hand {
    Empty,
    Drawn(Drawn),
    Growing(Grown),
}

/// A tree in hand.
struct Grown {
    partition: Partition,
    /// Nodes that are not parted, and the splits that lead to each.
    leaves: BTreeMap<NodeId, u32>,
}

impl<'a> Contribution<'a> {
    /// Begins a run over rows that suit the agreement.
    ///
    /// `seed` is this party's secret for the study: what is held out, drawn and rounded follows from
    /// it, so that a repeated sum has the same integers.
    pub(super) fn begin(
        agreement: &'a Agreement,
        table: &'a Table,
        seed: &'a Seed,
    ) -> Option<Contribution<'a>> {
        agreement.suits(table).then_some(Contribution {
            agreement,
            table,
            seed,
            standing: Standing::NOTHING,
            answered: 0,
            counted: Counted::default(),
            stage: Stage::Counting,
        })
    }

    pub(super) fn agreement(&self) -> &'a Agreement {
        self.agreement
    }

    /// Says whether as many sums were answered as a fit takes.
    pub(super) fn is_exhausted(&self) -> bool {
        self.answered >= most_sums(self.agreement)
    }

    /// Takes in what happened since the last question.
    pub(super) fn hear(&mut self, news: Vec<News>) -> Result<(), OutOfPlace> {
        news.into_iter().try_for_each(|news| self.hear_one(news))
    }

    fn hear_one(&mut self, news: News) -> Result<(), OutOfPlace> {
        let standing = self.standing.after(&news);
        match (std::mem::replace(&mut self.stage, Stage::Counting), news) {
            (Stage::Counting, News::Cut(cuts)) => self.stage = self.cut(cuts)?,
            (Stage::Cut(cuts, rows), News::Begun(base_score)) => {
                let ensemble = OwnTrees::begin(self.agreement, cuts, *rows, base_score)?;
                self.stage = Stage::Begun(Box::new(ensemble));
            }
            (Stage::Begun(mut ensemble), news) => {
                ensemble.hear(self.agreement, news)?;
                self.stage = Stage::Begun(ensemble);
            }
            _ => return Err(OutOfPlace),
        }
        self.standing = standing;
        Ok(())
    }

    fn cut(&self, cuts: Cuts) -> Result<Stage, OutOfPlace> {
        if !self.agreement.has_cuts(&cuts) {
            return Err(OutOfPlace);
        }
        let segment = Segment {
            seed: Seed::from_bytes(*self.seed.expose()),
            rows: self.table.rows(),
        };
        let rows = Rows::new(self.agreement.boosting(), self.table, &cuts, vec![segment]);
        let rows = rows.map_err(|_| OutOfPlace)?.capped(self.agreement.cap());
        Ok(Stage::Cut(cuts, Box::new(rows)))
    }

    /// Gives the shape of the sum that answers a question, if a fit can ask it now.
    ///
    /// A question about the next tree's gradients lets go of a tree in hand, one about cells of cut
    /// points before the fit has begun: both begin anew when other parties take part. The fit's sums
    /// are numbered from `first` on.
    pub(super) fn shape(
        &mut self,
        (first, number): (SumNumber, SumNumber),
        asked: &Question,
    ) -> Result<SumShape, OutOfPlace> {
        let place = number.0.checked_sub(first.0).ok_or(OutOfPlace)?;
        if let (Stage::Cut(..), Question::Cells(_)) = (&self.stage, asked) {
            (self.stage, self.standing) = (Stage::Counting, Standing::NOTHING);
        }
        let (suits, cells) = match (&mut self.stage, asked) {
            (Stage::Counting, Question::Cells(cells)) => {
                let (grids, bins) = (self.agreement.grids(), self.agreement.value_bins());
                let beginnings = self.agreement.shared().most_contributors;
                let is_round = self.counted.admits((place, beginnings), cells, &grids);
                (is_round && cells.suit(&grids, bins), 0)
            }
            (Stage::Cut(..), Question::Labels) => (true, 0),
            (Stage::Begun(ensemble), Question::Totals) => {
                ensemble.hand = Hand::Empty;
                self.standing = self.standing.without_hand();
                (true, 0)
            }
            (Stage::Begun(ensemble), Question::Nodes { build, count }) => {
                let cells = ensemble.layout.cells();
                (ensemble.has_leaves(build, count), cells)
            }
            _ => (false, 0),
        };
        let answer = (asked.len(cells), asked.bits(self.agreement));
        let shape = self.standing.shape((number, asked), answer);
        suits.then_some(shape).ok_or(OutOfPlace)
    }

    /// Gives the own part of a sum whose shape was given.
    pub(super) fn answer(&mut self, asked: &Question) -> Result<Vec<u64>, OutOfPlace> {
        self.answered += 1;
        match (&mut self.stage, asked) {
            (Stage::Counting, Question::Cells(cells)) => Ok(self.count(cells)),
            (Stage::Cut(_, rows), Question::Labels) => {
                let totals = rows.label_totals();
                let reals = [totals.labels, totals.weights];
                Ok(amounts(rows.trained() as u64, &reals))
            }
            (Stage::Begun(ensemble), Question::Totals) => Ok(ensemble.totals()),
            (Stage::Begun(ensemble), Question::Nodes { build, count }) => {
                ensemble.nodes(build, count)
            }
            _ => Err(OutOfPlace),
        }
    }

    fn count(&self, cells: &Cells) -> Vec<u64> {
        let columns: Vec<&[f64]> = self.table.values().collect();
        quantiles::count(&self.agreement.grids(), &columns, cells)
    }

    /// Gives what everybody learns at the end, if the fit can end so now.
    pub(super) fn published(&self, me: &PartyId, ended: Ended) -> Option<Published> {
        let Stage::Begun(ensemble) = &self.stage else {
            return None;
        };
        let trees = &ensemble.trees;
        let told = (&ensemble.cuts, ensemble.base_score, &trees[..]);
        let suits = ended.suits(self.agreement, me, trees.len());
        suits
            .then(|| ended.publish(self.agreement, told).ok())
            .flatten()
    }
}

/// Gives elements of a number of rows and of reals.
fn amounts(rows: u64, reals: &[f64]) -> Vec<u64> {
    let reals = reals.iter().flat_map(|real| spread(*real));
    std::iter::once(rows).chain(reals).collect()
}

impl OwnTrees {
    fn begin(
        agreement: &Agreement,
        cuts: Cuts,
        mut rows: Rows,
        base_score: f64,
    ) -> Result<OwnTrees, OutOfPlace> {
        if !agreement.has_base_score(base_score) {
            return Err(OutOfPlace);
        }
        rows.begin(base_score);
        let layout = layout(agreement, &cuts, 0);
        Ok(OwnTrees {
            cuts,
            rows,
            base_score,
            trees: Vec::new(),
            layout,
            hand: Hand::Empty,
        })
    }

    fn hear(&mut self, agreement: &Agreement, news: News) -> Result<(), OutOfPlace> {
        let spec = agreement.boosting().specification();
        match news {
            News::Grown(tree) => {
                let has_room = self.trees.len() < spec.trees as usize;
                if !(has_room && is_of(agreement, &self.layout, &tree)) {
                    return Err(OutOfPlace);
                }
                self.rows.add(&tree);
                self.trees.push(tree);
                self.hand = Hand::Empty;
                self.layout = layout(agreement, &self.cuts, self.trees.len());
                Ok(())
            }
            News::Rounded(quanta) => self.round(quanta),
            News::Parted(node, rule) => self.part(agreement, node, rule),
            News::Cut(_) | News::Begun(_) => Err(OutOfPlace),
        }
    }

    fn draw(&self) -> Drawn {
        self.rows.draw(narrow(self.trees.len()))
    }

    fn totals(&mut self) -> Vec<u64> {
        let drawn = self.draw();
        let (totals, losses) = (drawn.totals(), drawn.losses());
        let reals = [
            totals.g,
            totals.h,
            losses.trained,
            losses.trained_weights,
            losses.held_out,
            losses.held_out_weights,
        ];
        self.hand = Hand::Drawn(drawn);
        amounts(totals.rows, &reals)
    }

    fn round(&mut self, quanta: Quanta) -> Result<(), OutOfPlace> {
        let drawn = match std::mem::replace(&mut self.hand, Hand::Empty) {
            Hand::Drawn(drawn) => drawn,
            Hand::Empty => self.draw(),
            Hand::Growing(_) => return Err(OutOfPlace),
        };
        let partition = self.rows.round(&drawn, quanta);
        let leaves = BTreeMap::from([(NodeId::ROOT, 0)]);
        self.hand = Hand::Growing(Grown { partition, leaves });
        Ok(())
    }

    fn part(
        &mut self,
        agreement: &Agreement,
        node: NodeId,
        choice: BinRule,
    ) -> Result<(), OutOfPlace> {
        let Hand::Growing(grown) = &mut self.hand else {
            return Err(OutOfPlace);
        };
        let growing = agreement.boosting().specification().growth;
        let has_room = grown.leaves.len() < growing.most_leaves() as usize;
        let depth = grown.leaves.get(&node).copied().ok_or(OutOfPlace)?;
        if !has_room || depth >= growing.depth() || !is_rule_of(&self.layout, choice) {
            return Err(OutOfPlace);
        }
        let fork = grown.fork(node, choice, depth).ok_or(OutOfPlace)?;
        let parted = grown.partition.fork(self.rows.binned(), &fork);
        parted.map(drop).ok_or(OutOfPlace)
    }

    fn has_leaves(&self, build: &[NodeId], count: &[NodeId]) -> bool {
        let Hand::Growing(grown) = &self.hand else {
            return false;
        };
        let are_leaves = |nodes: &[NodeId]| {
            nodes.windows(2).all(|pair| pair[0] < pair[1])
                && nodes.iter().all(|node| grown.leaves.contains_key(node))
        };
        let sizes = (1..=most_at_once(self.layout.cells())).contains(&build.len());
        sizes && count.len() <= build.len() && are_leaves(build) && are_leaves(count)
    }

    fn nodes(&mut self, build: &[NodeId], count: &[NodeId]) -> Result<Vec<u64>, OutOfPlace> {
        let Hand::Growing(Grown { partition, .. }) = &mut self.hand else {
            return Err(OutOfPlace);
        };
        let mut elements = Vec::with_capacity(build.len() * self.layout.cells() + count.len());
        for node in build {
            let histogram = partition.histogram(*node, self.rows.binned(), &self.layout);
            elements.extend(histogram.sums().map(question::pack));
        }
        elements.extend(count.iter().map(|node| partition.node(*node).len() as u64));
        Ok(elements)
    }
}

impl Grown {
    /// Parts a leaf: its children are the next two nodes.
    fn fork(&mut self, node: NodeId, choice: BinRule, depth: u32) -> Option<Fork<BinRule>> {
        self.leaves.remove(&node)?;
        // All leaves but the first came in pairs, each for one that was parted.
        let next = u32::try_from(2 * self.leaves.len() + 1).ok()?;
        let (left, right) = (NodeId(next), NodeId(next + 1));
        self.leaves.insert(left, depth + 1);
        self.leaves.insert(right, depth + 1);
        Some(Fork {
            node,
            choice,
            left,
            right,
        })
    }
}

/// Says whether a tree can have grown in a layout.
fn is_of(agreement: &Agreement, layout: &Layout, tree: &Tree<BinRule>) -> bool {
    let growing = agreement.boosting().specification().growth;
    let is_node = |node: &Node<BinRule>| match node {
        Node::Branch(branch) => {
            is_rule_of(layout, branch.choice) && branch.gain >= 0.0 && branch.cover >= 0.0
        }
        Node::Leaf(leaf) => leaf.cover >= 0.0,
    };
    tree.leaves() <= growing.most_leaves() as usize
        && tree.depth() <= growing.depth()
        && agreement.has_leaves(tree)
        && tree.nodes().iter().all(is_node)
}

/// Says whether rows can be parted so: some bin of values is the last that goes left.
fn is_rule_of(layout: &Layout, rule: BinRule) -> bool {
    let mut columns = layout.columns();
    let column = columns.find(|(column, _)| *column == rule.column as usize);
    column.is_some_and(|(_, bins)| (1..bins.len() - 1).contains(&usize::from(rule.bin)))
}
