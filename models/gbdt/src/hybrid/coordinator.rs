//! The coordinator, which opens counts over all hospitals and says what may be told.

use consilium_mailbox::Mailbox;
use consilium_secagg::Open;

use super::{
    agreement::Agreement,
    cutting::{self, Shape},
    error::HybridError,
    messages::{Allowed, Decided, Fork, Level},
    protocol::LOCAL,
    tally::{self, Tally, Width},
};
use crate::vertical::{
    Breach,
    deal::candidates,
    messages::Called,
    suppression::{open_in_child, open_in_root},
};

/// Takes part in a fit: the coordinator's part.
///
/// `sum` opens the sums of counts, to which all hospitals contribute.
///
/// # Errors
///
/// [`HybridError`]; its `fault` says whose it is.
pub async fn coordinate(
    mail: &Mailbox,
    agreement: &Agreement,
    sum: &mut impl Open,
) -> Result<(), HybridError> {
    let label_holder = &agreement.terms().label_holder;
    let shape = cutting::cut(&mail.scope("columns"), agreement, sum).await?; // s2
    let trees = agreement.terms().boosting.specification().trees;
    loop {
        match mail.recv(label_holder).await? {
            Called::Finished(_) => return Ok(()),
            Called::Tree(tree) if tree < trees => {
                let here = mail.scope(format_args!("tree-{tree}"));
                judge(&here, agreement, &shape, tree, sum).await?;
            }
            Called::Tree(tree) => {
                return Err(HybridError::breach(label_holder, Breach::Tree { tree }));
            }
        }
    }
}

/// Takes part in one tree.
async fn judge(
    mail: &Mailbox,
    agreement: &Agreement,
    shape: &Shape,
    tree: u32,
    sum: &mut impl Open,
) -> Result<(), HybridError> {
    let label_holder = &agreement.terms().label_holder;
    let hospitals = agreement.hospitals();
    let columns = agreement.draw_columns(tree);
    let slots = candidates(&shape.cuts, &columns, &shape.misses_any).len();
    let columns = columns.len();
    let mut ledger = Ledger::new(agreement, Width { slots, columns });
    let mut ask = 0;
    loop {
        let level: Level = mail.recv(label_holder).await?; // m4, m11
        let forks = match level {
            Level::Grown => return Ok(()),
            Level::Root => vec![],
            Level::Forks(forks) if !forks.is_empty() => forks,
            Level::Forks(_) => return Err(HybridError::breach(label_holder, Breach::Node)),
        };
        let known = ask < agreement.asks() && ledger.admits(&forks);
        if !known {
            return Err(HybridError::breach(label_holder, Breach::Node));
        }
        let number = tally::number(agreement, tree, ask);
        let len = forks.len().max(1) * ledger.width.elements();
        let shape = tally::shape(agreement, number, len, &forks);
        let here = mail.scope(format_args!("counts-{ask}"));
        let counts = tally::open(&here, &hospitals, (&shape, len), sum).await?; // m5: counts
        let decided = mail.compute(LOCAL, || ledger.decide(&forks, &counts));
        let nodes = decided.map_err(|undecided| match undecided {
            Undecided::Implausible => HybridError::Implausible,
            Undecided::Few => HybridError::breach(label_holder, Breach::Node),
        })?;
        mail.broadcast(&hospitals, &Decided { nodes }).await?; // m6: what may be told
        ask += 1;
    }
}

/// The nodes of a tree, as far as they were examined.
struct Ledger {
    width: Width,
    min_side: u64,
    min_node: u64,
    least_rows: u64,
    depth: u32,
    nodes: Vec<Node>,
}

struct Node {
    depth: u32,
    /// None once its children were counted.
    counted: Option<(Tally, Vec<bool>)>,
}

/// Why nothing is said of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Undecided {
    /// No rows have such counts.
    Implausible,
    /// The nodes have too few rows to be examined.
    Few,
}

impl Ledger {
    fn new(agreement: &Agreement, width: Width) -> Ledger {
        let terms = agreement.terms();
        Ledger {
            width,
            min_side: terms.protections.min_side,
            min_node: terms.protections.min_node,
            least_rows: terms.boosting.specification().min_node,
            depth: agreement.whole().depth(),
            nodes: Vec::new(),
        }
    }

    /// Says whether these nodes' children, or the root, may be counted now.
    fn admits(&self, forks: &[Fork]) -> bool {
        let may_fork = |fork: &Fork| {
            let node = self.nodes.get(fork.node as usize);
            node.is_some_and(|node| node.counted.is_some() && node.depth + 1 < self.depth)
        };
        let rising = forks.is_sorted_by(|one, next| one.node < next.node);
        forks.is_empty() == self.nodes.is_empty() && rising && forks.iter().all(may_fork)
    }

    /// Takes the counts of each built child, or of the root; says what may be told of all nodes.
    fn decide(&mut self, forks: &[Fork], counts: &[u64]) -> Result<Vec<Allowed>, Undecided> {
        let tallies = counts.chunks(self.width.elements());
        let tallies = tallies.map(|counts| Tally::read(counts, self.width));
        let tallies: Option<Vec<Tally>> = tallies.collect();
        let mut tallies = tallies.ok_or(Undecided::Implausible)?.into_iter();
        let mut decided = Vec::new();
        if forks.is_empty() {
            let root = tallies.next().ok_or(Undecided::Implausible)?;
            let open = open_in_root(&root.sizes(self.min_side));
            decided.push(self.enter(0, root, open)?);
        }
        for (fork, built) in forks.iter().zip(tallies) {
            let parent = &mut self.nodes[fork.node as usize];
            let depth = parent.depth + 1;
            let (whole, open) = parent.counted.take().ok_or(Undecided::Implausible)?;
            let rest = whole.without(&built).ok_or(Undecided::Implausible)?;
            let [of_built, of_rest] = [&built, &rest].map(|it| it.sizes(self.min_side));
            let built = (built, open_in_child(&open, &of_built, &of_rest));
            let rest = (rest, open_in_child(&open, &of_rest, &of_built));
            let [left, right] = if fork.builds_left {
                [built, rest]
            } else {
                [rest, built]
            };
            let mut both = Vec::new();
            for (tally, open) in [left, right] {
                both.push(self.enter(depth, tally, open)?);
            }
            decided.extend(both);
        }
        Ok(decided)
    }

    fn enter(&mut self, depth: u32, tally: Tally, open: Vec<bool>) -> Result<Allowed, Undecided> {
        if tally.rows < self.min_node {
            return Err(Undecided::Few);
        }
        // Sums of a node that can't be split are of no use.
        let told = if tally.rows < self.least_rows {
            vec![false; open.len()]
        } else {
            open.clone()
        };
        let allowed = tally.allow(told);
        let counted = Some((tally, open));
        self.nodes.push(Node { depth, counted });
        Ok(allowed)
    }
}
