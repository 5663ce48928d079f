//! The coordinator, which opens counts over all hospitals and says what may be told.

use consilium_mailbox::Mailbox;
use consilium_secagg::Open;

use super::{
    agreement::{Agreement, Shared},
    cutting::{self, Shape},
    error::HybridError,
    messages::{Allowed, Decided, Fork, Level},
    protocol::LOCAL,
    tally::{self, Presence, Tally, Width},
};
use crate::vertical::{
    Breach,
    calls::Calls,
    deal::candidates,
    messages::Called,
    suppression::{Size, open_in_child, open_in_root},
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
    let shape = cutting::cut(&mail.scope("columns"), agreement, sum).await?; // s2
    let mut calls = Calls::new(agreement.whole());
    while let Called::Tree(tree) = calls.hear(mail).await? {
        let here = mail.scope(format_args!("tree-{tree}"));
        judge(&here, agreement, &shape, tree, sum).await?;
    }
    Ok(())
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
    let (columns, cuts) = (columns.len(), shape.digest());
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
        let few = forks.len() as u64 <= u64::from(agreement.pairs());
        let known = few && ask < agreement.asks() && ledger.admits(&forks);
        if !known {
            return Err(HybridError::breach(label_holder, Breach::Node));
        }
        let (of_forks, len) = ((ledger.width, &forks[..]), ledger.width.of(&forks));
        let shape = tally::shape_of_tree(agreement, (tree, ask), of_forks, &cuts);
        let here = mail.scope(format_args!("counts-{ask}"));
        let counts = tally::open(&here, hospitals, (&shape, len), sum).await?; // m5: counts
        let decided = mail.compute(LOCAL, || ledger.decide(&forks, &counts));
        let nodes = decided.map_err(|undecided| match undecided {
            Undecided::Implausible => HybridError::Implausible,
            Undecided::Few => HybridError::Few,
        })?;
        mail.broadcast(hospitals, &Decided { nodes }).await?; // m6: what may be told
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
    /// Those of all hospitals.
    most_rows: u64,
    shared: Shared,
    hospitals: usize,
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
    /// The nodes have too few rows to be examined, or rows of too few hospitals.
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
            most_rows: agreement.rows().into(),
            shared: agreement.shared(),
            hospitals: terms.hospitals.len(),
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
        let mut decided = Vec::new();
        if forks.is_empty() {
            let (root, [presence]) = self.read(counts).ok_or(Undecided::Implausible)?;
            if root.rows > self.most_rows {
                return Err(Undecided::Implausible);
            }
            let open = open_in_root(&self.sizes(&root, &presence));
            decided.push(self.enter(0, (root, presence), open)?);
        }
        for (fork, counts) in forks.iter().zip(counts.chunks(self.width.of_pair())) {
            let (built, both) = self.read(counts).ok_or(Undecided::Implausible)?;
            let parent = &mut self.nodes[fork.node as usize];
            let depth = parent.depth + 1;
            let (whole, open) = parent.counted.take().ok_or(Undecided::Implausible)?;
            let rest = whole.without(&built).ok_or(Undecided::Implausible)?;
            let [present, present_in_rest] = both;
            let of_built = self.sizes(&built, &present);
            let of_rest = self.sizes(&rest, &present_in_rest);
            let open_in_built = open_in_child(&open, &of_built, &of_rest);
            let open_in_rest = open_in_child(&open, &of_rest, &of_built);
            let built = ((built, present), open_in_built);
            let rest = ((rest, present_in_rest), open_in_rest);
            let [left, right] = if fork.builds_left {
                [built, rest]
            } else {
                [rest, built]
            };
            let mut both = Vec::new();
            for (counted, open) in [left, right] {
                both.push(self.enter(depth, counted, open)?);
            }
            decided.extend(both);
        }
        Ok(decided)
    }

    /// Takes a tally, and how many hospitals have rows in so many nodes.
    fn read<const NODES: usize>(&self, counts: &[u64]) -> Option<(Tally, [Presence; NODES])> {
        let (tally, presences) = counts.split_at_checked(self.width.tally())?;
        let presences = presences.chunks(self.width.presence());
        let presences = presences.map(|counts| Presence::read(counts, self.width, self.hospitals));
        let presences: Option<Vec<Presence>> = presences.collect();
        let tally = Tally::read(tally, self.width)?;
        Some((tally, presences?.try_into().ok()?))
    }

    fn sizes(&self, tally: &Tally, presence: &Presence) -> Vec<Size> {
        tally.sizes(presence, self.min_side, self.shared)
    }

    fn enter(
        &mut self,
        depth: u32,
        (tally, presence): (Tally, Presence),
        open: Vec<bool>,
    ) -> Result<Allowed, Undecided> {
        if tally.rows < self.min_node || presence.node < self.shared.hospitals {
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
