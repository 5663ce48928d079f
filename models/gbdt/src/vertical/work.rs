//! What a tree asks for, and what that costs.

use consilium_lwe::{
    Accumulator, Encrypted, Native, Packing, PrimePair, RawSum, Returned, Ring, Set, noise,
};

use super::{
    agreement::{Terms, sum_bits},
    stride::packing,
};

/// The most bytes that sums may take at a feature holder.
const MOST_BYTES: usize = 1 << 32;

/// What a tree is expected to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Rows drawn for the tree.
    pub rows: u64,
    /// Candidates of each feature holder.
    pub candidates: Vec<u32>,
    /// Most splits on the way to a leaf.
    pub depth: u32,
    /// The most nodes that are examined.
    pub nodes: u64,
    /// The fewest rows of a node that is examined.
    pub least_rows: u64,
    /// The most nodes whose sums a feature holder keeps at once.
    pub kept_nodes: u64,
    /// Sums, and what noise is added to them, are below 2^this in size.
    pub sum_bits: u8,
}

/// Why so many candidates can't share a ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// The noise of all rows may leave no room for a sum.
    Noise,
    /// Sums may take more than 4 GiB at a feature holder.
    Memory,
}

/// What a tree costs with a stride.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Bytes of ciphertexts, both ways.
    pub bytes: f64,
    /// Seconds of one core, of all parties together.
    pub cpu: f64,
}

/// What each party has of a tree's cost: bytes that it sends, seconds that it computes.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// The label holder's.
    pub label_holder: Cost,
    /// Each feature holder's.
    pub feature_holders: Vec<Cost>,
}

/// A level of the tree: what is examined at once, where it grows level by level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    /// Nodes that are examined.
    pub(crate) nodes: u64,
    /// Those of them whose rows are encrypted.
    pub(crate) built: u64,
    /// The rows of these, all together.
    pub(crate) rows: u64,
}

/// Seconds of one core for a ciphertext, as whole fits spent them on the machine of
/// docs/protocols/lwe-sums.md.
///
/// All parties reckon r by them: who changes one gives the messages' labels the next number, so that
/// versions that reckon otherwise find out before a row is sent. No hash of a plan hangs on them.
struct Seconds {
    /// Encrypting a block.
    encrypt: f64,
    /// Reading and transforming a block.
    read: f64,
    /// Multiplying a block by the indicator of r candidates, and adding the product.
    product: f64,
    /// Transforming a sum back and re-randomising it.
    refresh: f64,
    /// Opening it.
    open: f64,
    /// Returning and opening each of its slots.
    slot: f64,
}

impl Seconds {
    fn of(set: Set) -> Seconds {
        match set {
            Set::A => Seconds {
                encrypt: 4.5e-5,
                read: 3.7e-5,
                product: 4.7e-6,
                refresh: 4.3e-5,
                open: 2.4e-6,
                slot: 6.0e-7,
            },
            Set::B => Seconds {
                encrypt: 5.9e-4,
                read: 1.6e-4,
                product: 2.1e-5,
                refresh: 3.8e-4,
                open: 3.2e-5,
                slot: 2.2e-6,
            },
        }
    }
}

impl Work {
    /// Gives what a tree on so many rows can ask for at most, if feature holders have so many
    /// candidates.
    pub fn of(terms: &Terms, rows: u64, candidates: Vec<u32>) -> Work {
        let spec = terms.boosting.specification();
        let min_node = terms.protections.min_node.max(1);
        let depth = spec.growth.depth();
        let leaves = u64::from(spec.growth.most_leaves());
        // What is not divided again is not kept, and the others have rows of their own.
        let wide = 1_u64.checked_shl(depth.saturating_sub(1));
        let wide = wide.unwrap_or(u64::MAX).min(leaves);
        Work {
            rows,
            candidates,
            depth,
            // The root, and both children of each split but the last.
            nodes: (2 * leaves).saturating_sub(3),
            least_rows: min_node.max(spec.min_node),
            kept_nodes: wide.min(rows / min_node).max(1),
            sum_bits: sum_bits(terms),
        }
    }

    /// Says whether so many candidates can share a ciphertext.
    ///
    /// # Errors
    ///
    /// Why not.
    pub(crate) fn check(&self, set: Set, stride: u32) -> Result<(), Unfit> {
        match set {
            Set::A => self.check_in::<Native>(stride),
            Set::B => self.check_in::<PrimePair>(stride),
        }
    }

    fn check_in<R: Ring>(&self, stride: u32) -> Result<(), Unfit> {
        // What was subtracted counts twice.
        let noisy = self.rows.saturating_mul(2 * u64::from(stride));
        let packing = packing::<R>(stride, self.sum_bits).map_err(|_| Unfit::Noise)?;
        if !noise::leaves_room::<R>(packing, noisy) {
            return Err(Unfit::Noise);
        }
        let fits = |bytes: usize| bytes <= MOST_BYTES;
        let memory = self.memory_in::<R>(packing);
        memory.is_some_and(fits).then_some(()).ok_or(Unfit::Memory)
    }

    /// Gives the bytes that sums take at the feature holder that has most of them.
    pub fn memory(&self, set: Set, stride: u32) -> Option<usize> {
        match set {
            Set::A => self.memory_in::<Native>(packing::<Native>(stride, self.sum_bits).ok()?),
            Set::B => {
                self.memory_in::<PrimePair>(packing::<PrimePair>(stride, self.sum_bits).ok()?)
            }
        }
    }

    fn memory_in<R: Ring>(&self, packing: Packing) -> Option<usize> {
        let most = self.candidates.iter().copied().max().unwrap_or(0) as usize;
        let nodes = usize::try_from(self.kept_nodes).ok()?.checked_add(1)?;
        let kept = packing.ciphertexts(most) * RawSum::<R>::bytes(packing);
        kept.checked_mul(nodes)?
            .checked_add(Accumulator::<R>::bytes(packing, most))
    }

    /// Reckons what the tree costs if `stride` candidates share a ciphertext, as
    /// [`shares`](Work::shares) does.
    pub(crate) fn cost(&self, set: Set, stride: u32) -> Cost {
        let shares = self.shares(set, stride);
        let mut whole = shares.label_holder;
        for share in shares.feature_holders {
            whole.bytes += share.bytes;
            whole.cpu += share.cpu;
        }
        whole
    }

    /// Gives the levels of the tree that asks for most: every level has twice the nodes, as far as rows
    /// and leaves go round. The root's rows are encrypted, and half of all on each level below.
    pub(crate) fn levels(&self) -> impl Iterator<Item = Level> {
        let most = self.rows / self.least_rows.max(1);
        let mut left = self.nodes;
        (0..self.depth).map_while(move |level| {
            let wide = 1_u64.checked_shl(level).unwrap_or(u64::MAX);
            let nodes = wide.min(most).min(left);
            // Below the root siblings are examined, or neither.
            let siblings = if level == 0 { 1 } else { 2 };
            let built = nodes / siblings;
            let nodes = built * siblings;
            left -= nodes;
            let rows = self.rows / siblings;
            (nodes > 0).then_some(Level { nodes, built, rows })
        })
    }

    /// Counts the nodes that are examined, and the blocks of their rows that are encrypted, of so many
    /// rows each.
    pub(crate) fn nodes_and_blocks(&self, block: u64) -> [u64; 2] {
        let (mut nodes, mut blocks) = (0, 0);
        for level in self.levels() {
            nodes += level.nodes;
            blocks += level.built * (level.rows / level.built).div_ceil(block);
        }
        [nodes, blocks]
    }

    /// Reckons what each party has of the tree's cost if `stride` candidates share a ciphertext: in the
    /// worst case, where the tree is as wide as its growth allows.
    pub fn shares(&self, set: Set, stride: u32) -> Shares {
        match set {
            Set::A => self.shares_in::<Native>(stride),
            Set::B => self.shares_in::<PrimePair>(stride),
        }
    }

    fn shares_in<R: Ring>(&self, stride: u32) -> Shares {
        let parameters = R::PARAMETERS;
        let block = (parameters.degree as u64 / u64::from(stride.max(1))).max(1);
        let [nodes, blocks] = self.nodes_and_blocks(block).map(|it| it as f64);
        let seconds = Seconds::of(parameters.set);
        let mut label_holder = Cost {
            bytes: 0.0,
            cpu: blocks * seconds.encrypt,
        };
        let share = |candidates: &u32| {
            let packs = f64::from(candidates.div_ceil(stride.max(1)));
            let slots = stride.min(*candidates) as usize;
            if *candidates > 0 {
                label_holder.bytes += blocks * Encrypted::bytes::<R>(1) as f64;
            }
            label_holder.cpu += nodes * packs * seconds.open;
            label_holder.cpu += nodes * f64::from(*candidates) * seconds.slot;
            let read = if packs > 0.0 { seconds.read } else { 0.0 };
            Cost {
                bytes: nodes * packs * Returned::bytes::<R>(slots) as f64,
                cpu: blocks * (read + packs * seconds.product) + nodes * packs * seconds.refresh,
            }
        };
        let feature_holders = self.candidates.iter().map(share).collect();
        Shares {
            label_holder,
            feature_holders,
        }
    }
}
