//! How many candidates share a ciphertext, and how many ciphertexts a message.

use consilium_lwe::{Encrypted, Native, Packing, PrimePair, Returned, Ring, Set};

use super::{agreement::Price, messages::CHUNK};

/// Rows that one message carries.
pub(crate) fn chunk_rows<R: Ring>(packing: Packing) -> usize {
    // Blocks are added up eight at a time.
    let blocks = CHUNK / Encrypted::bytes::<R>(1) / 8 * 8;
    packing.block() * blocks.max(1)
}

/// Returned ciphertexts that one message carries.
pub(crate) fn chunk_packs<R: Ring>(packing: Packing) -> usize {
    let slots = packing.candidates() as usize;
    (CHUNK / Returned::bytes::<R>(slots)).max(1)
}

/// What a tree is expected to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Rows drawn for the tree.
    pub rows: u64,
    /// Candidates of each feature holder.
    pub candidates: Vec<u32>,
    /// Most splits on the way to a leaf.
    pub depth: u32,
    /// The fewest rows of a node that is examined.
    pub least_rows: u64,
}

/// What a tree costs with a stride.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Bytes of ciphertexts, both ways.
    pub bytes: f64,
    /// Seconds of one core, of all parties together.
    pub cpu: f64,
}

/// Seconds of one core for a ciphertext, as whole fits spent them on the machine of
/// docs/protocols/lwe-sums.md.
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
    /// Reckons what the tree costs if `stride` candidates share a ciphertext.
    ///
    /// The root's rows are encrypted, and half of all on each level below, in the worst case;
    /// every level has twice the nodes, as far as rows go round.
    pub fn cost(&self, set: Set, stride: u32) -> Cost {
        match set {
            Set::A => self.cost_in::<Native>(stride),
            Set::B => self.cost_in::<PrimePair>(stride),
        }
    }

    fn cost_in<R: Ring>(&self, stride: u32) -> Cost {
        let parameters = R::PARAMETERS;
        let block = (parameters.degree as u64 / u64::from(stride.max(1))).max(1);
        let (mut blocks, mut nodes) = (0, 0);
        for level in 0..self.depth {
            let wide = 1_u64.checked_shl(level).unwrap_or(u64::MAX);
            let here = wide.min(self.rows / self.least_rows.max(1));
            if here == 0 {
                break;
            }
            let built = here.div_ceil(2);
            let rows = if level == 0 { self.rows } else { self.rows / 2 };
            blocks += built * (rows / built).div_ceil(block);
            nodes += here;
        }
        let (blocks, nodes) = (blocks as f64, nodes as f64);
        let seconds = Seconds::of(parameters.set);
        let mut cost = Cost {
            bytes: 0.0,
            cpu: blocks * seconds.encrypt,
        };
        for candidates in self.candidates.iter().filter(|it| **it > 0) {
            let packs = f64::from(candidates.div_ceil(stride.max(1)));
            let slots = stride.min(*candidates) as usize;
            cost.bytes += blocks * Encrypted::bytes::<R>(1) as f64;
            cost.bytes += nodes * packs * Returned::bytes::<R>(slots) as f64;
            cost.cpu += blocks * (seconds.read + packs * seconds.product);
            cost.cpu += nodes * packs * (seconds.refresh + seconds.open);
            cost.cpu += nodes * f64::from(*candidates) * seconds.slot;
        }
        cost
    }
}

/// Chooses r, the number of candidates that share a ciphertext, so that a tree costs least.
///
/// A higher r makes blocks shorter, so that more of them carry the rows, and lets fewer ciphertexts
/// return: bytes are about `12 · r · rows · (1 + (depth − 1) / 2)` up and
/// `10 KiB · nodes · candidates / r` down for set A.
pub fn choose_stride(set: Set, work: &Work, price: Price) -> u32 {
    let most = work
        .candidates
        .iter()
        .copied()
        .max()
        .unwrap_or(1)
        .clamp(1, MOST_STRIDE);
    let total = |stride: &u32| {
        let cost = work.cost(set, *stride);
        cost.cpu + cost.bytes / price.bytes_a_second
    };
    let costs = (1..=most).map(|stride| (stride, total(&stride)));
    let cheapest = costs.reduce(|a, b| if b.1 < a.1 { b } else { a });
    cheapest.map_or(1, |(stride, _)| stride)
}

/// Beyond it blocks would hold a few rows only.
const MOST_STRIDE: u32 = 512;
