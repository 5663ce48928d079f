//! The tree in hand.

use serde::{Deserialize, Serialize};

use crate::{
    BinRule, Growth, Histogram, Layout, NodeId, Quanta, Search, Sums, Tree,
    growth::Fork,
    horizontal::{
        Agreement, News, NoModel, Question,
        element::Element,
        question::{Standing, most_at_once},
    },
    local::directions,
};

/// A tree in hand: its root's histogram is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sapling {
    quanta: Quanta,
    standing: Standing,
    most_leaves: usize,
    growth: Growth<BinRule>,
    search: Search,
    /// Nodes that were parted, in order: the children are the next two nodes each.
    parted: Vec<(NodeId, BinRule)>,
    /// Children that wait to be asked about.
    waiting: Vec<Twins>,
}

/// The children of a node that was parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Twins {
    parent: NodeId,
    left: NodeId,
    right: NodeId,
}

impl Sapling {
    /// Asks for the root.
    pub(super) fn root_question() -> Question {
        Question::Nodes {
            build: vec![NodeId::ROOT],
            count: Vec::new(),
        }
    }

    /// Begins with the root's histogram.
    pub(super) fn root(
        agreement: &Agreement,
        (standing, layout): (Standing, Layout),
        (quanta, rows): (Quanta, u64),
        sum: &[u64],
    ) -> Result<Sapling, NoModel> {
        let shared = agreement.shared();
        let names = shared.columns.iter().map(|column| &column.name);
        let directions = directions(&shared.boosting, names).map_err(|_| NoModel::Implausible)?;
        let element = Element::of(agreement);
        let (histogram, sums) = read((&layout, element), sum)?;
        let mut search = Search::new(layout, directions);
        search.plant(histogram);
        let mut growth = Growth::begin(&shared.boosting, quanta, sums, rows);
        examine(&mut search, &mut growth)?;
        let most_leaves = shared.boosting.specification().growth.most_leaves();
        Ok(Sapling {
            quanta,
            standing: standing.after(&News::Rounded(quanta)),
            most_leaves: most_leaves as usize,
            growth,
            search,
            parted: Vec::new(),
            waiting: Vec::new(),
        })
    }

    /// Asks for the children that wait: of each two the histogram of the one with less Σh, and
    /// how many rows are in the left one.
    pub(super) fn question(&self) -> Question {
        let asked = self.asked();
        let mut build: Vec<NodeId> = asked.iter().map(|twins| self.lighter(*twins)).collect();
        build.sort_unstable();
        Question::Nodes {
            build,
            count: asked.iter().map(|twins| twins.left).collect(),
        }
    }

    /// Gives the cells of a histogram.
    pub(super) fn cells(&self) -> usize {
        self.search.layout().cells()
    }

    /// Gives what contributors know of it.
    pub(super) fn standing(&self) -> Standing {
        self.standing
    }

    /// Gives what happened to the tree.
    pub(super) fn news(&self) -> Vec<News> {
        let parted = self.parted.iter();
        let parted = parted.map(|(node, rule)| News::Parted(*node, *rule));
        std::iter::once(News::Rounded(self.quanta))
            .chain(parted)
            .collect()
    }

    /// Takes the children that were asked for.
    pub(super) fn take(&mut self, agreement: &Agreement, sum: &[u64]) -> Result<(), NoModel> {
        let element = Element::of(agreement);
        let asked = self.asked().to_vec();
        let cells = self.search.layout().cells();
        if sum.len() != asked.len() * (cells + 1) {
            return Err(NoModel::Implausible);
        }
        let (histograms, counts) = sum.split_at(asked.len() * cells);
        for ((twins, built), rows) in asked.iter().zip(histograms.chunks(cells)).zip(counts) {
            let lighter = read((self.search.layout(), element), built)?;
            self.take_twins(*twins, lighter, *rows)?;
        }
        examine(&mut self.search, &mut self.growth)?;
        self.waiting.drain(..asked.len());
        Ok(())
    }

    fn take_twins(
        &mut self,
        twins: Twins,
        (histogram, sums): (Histogram, Sums),
        left_rows: u64,
    ) -> Result<(), NoModel> {
        let lighter = self.lighter(twins);
        let heavier = if lighter == twins.left {
            twins.right
        } else {
            twins.left
        };
        if sums != self.sums(lighter) {
            return Err(NoModel::Implausible);
        }
        let rest = self
            .search
            .part(twins.parent, (lighter, histogram), heavier);
        let is_plausible = rest.is_some_and(|rest| rest.sums().all(Sums::plausible));
        let rows = self
            .growth
            .place(twins.parent)
            .map_or(0, |place| place.rows);
        let right_rows = rows.checked_sub(left_rows).filter(|_| is_plausible);
        let right_rows = right_rows.ok_or(NoModel::Implausible)?;
        self.count(twins.parent, (left_rows, right_rows))
    }

    /// Parts nodes until there are children to ask about; says whether there are.
    pub(super) fn goes_on(&mut self) -> Result<bool, NoModel> {
        while self.waiting.is_empty() {
            let forks = self.growth.fork().map_err(|_| NoModel::Implausible)?;
            if forks.is_empty() {
                return Ok(false);
            }
            for fork in forks {
                self.part(&fork)?;
            }
        }
        Ok(true)
    }

    /// Ends growing.
    pub(super) fn grown(self) -> Tree<BinRule> {
        self.growth.finish()
    }

    fn part(&mut self, fork: &Fork<BinRule>) -> Result<(), NoModel> {
        self.parted.push((fork.node, fork.choice));
        let parted = News::Parted(fork.node, fork.choice);
        self.standing = self.standing.after(&parted);
        let is_full = self.parted.len() + 1 >= self.most_leaves;
        if is_full || !self.growth.may_go_below(fork.node) {
            // Leaves, whatever rows they have: nobody needs to know.
            return self.count(fork.node, (0, 0));
        }
        self.waiting.push(Twins {
            parent: fork.node,
            left: fork.left,
            right: fork.right,
        });
        Ok(())
    }

    fn count(&mut self, parent: NodeId, (left, right): (u64, u64)) -> Result<(), NoModel> {
        let counted = self.growth.count(parent, left, right);
        counted.map_err(|_| NoModel::Implausible)
    }

    fn asked(&self) -> &[Twins] {
        let most = most_at_once(self.search.layout().cells());
        &self.waiting[..self.waiting.len().min(most)]
    }

    /// Gives the child with less Σh: most often that of fewer rows, which only it knows.
    fn lighter(&self, twins: Twins) -> NodeId {
        if self.sums(twins.left).h <= self.sums(twins.right).h {
            twins.left
        } else {
            twins.right
        }
    }

    fn sums(&self, node: NodeId) -> Sums {
        self.growth
            .place(node)
            .map_or(Sums::default(), |place| place.sums)
    }
}

fn examine(search: &mut Search, growth: &mut Growth<BinRule>) -> Result<(), NoModel> {
    search
        .examine_awaited(growth)
        .map_err(|_| NoModel::Implausible)
}

/// Reads a histogram, and what each of its columns adds up to.
fn read(
    (layout, element): (&Layout, Element),
    elements: &[u64],
) -> Result<(Histogram, Sums), NoModel> {
    let sums: Vec<Sums> = elements.iter().map(|it| element.unpack(*it)).collect();
    if sums.len() != layout.cells() {
        return Err(NoModel::Implausible);
    }
    let total = |bins: std::ops::Range<usize>| {
        sums[bins]
            .iter()
            .fold(Sums::default(), |total, sums| total + *sums)
    };
    let mut totals = layout.columns().map(|(_, bins)| total(bins));
    let first = totals.next().ok_or(NoModel::Implausible)?;
    // Every row is in one bin of every column.
    if !first.plausible() || totals.any(|total| total != first) {
        return Err(NoModel::Implausible);
    }
    let histogram = Histogram::from_sums(sums).ok_or(NoModel::Implausible)?;
    Ok((histogram, first))
}
