//! How many candidates share a ciphertext, and how many ciphertexts a message.

use consilium_lwe::{Encrypted, LweError, Packing, Returned, Ring, Set};

use super::{
    agreement::Price,
    messages::CHUNK,
    work::{Cost, Work},
};

/// Lets `stride` candidates share a ciphertext, whose sums have so many bits.
pub(crate) fn packing<R: Ring>(stride: u32, sum_bits: u8) -> Result<Packing, LweError> {
    Packing::new::<R>(stride)?.with_sums_below::<R>(sum_bits.into())
}

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

/// Chooses r, the number of candidates that share a ciphertext, so that a tree costs least: among
/// those that can, or 1 if none can.
///
/// A higher r makes blocks shorter, so that more of them carry the rows, and lets fewer ciphertexts
/// return: bytes are about `12 · r · rows · (1 + (depth − 1) / 2)` up and
/// `10 KiB · nodes · candidates / r` down for set A.
pub(crate) fn choose_stride(set: Set, work: &Work, price: Price) -> u32 {
    let most = work.candidates.iter().copied().max().unwrap_or(1);
    let cost = |stride| {
        let fits = work.check(set, stride).is_ok();
        fits.then(|| work.cost(set, stride))
    };
    cheapest(most, cost, price).unwrap_or(1)
}

/// Gives the stride up to `most` by which a tree costs least: `cost` gives none of those that can't be.
pub(crate) fn cheapest(most: u32, cost: impl Fn(u32) -> Option<Cost>, price: Price) -> Option<u32> {
    let totals = (1..=self::most(most)).filter_map(|stride| {
        let Cost { bytes, cpu } = cost(stride)?;
        Some((stride, cpu + bytes / price.bytes_a_second))
    });
    let cheapest = totals.reduce(|a, b| if b.1 < a.1 { b } else { a });
    cheapest.map(|(stride, _)| stride)
}

/// Gives how many of so many candidates share a ciphertext at most, unless a number was agreed on.
pub(crate) fn most(candidates: u32) -> u32 {
    candidates.clamp(1, MOST_STRIDE)
}

/// Beyond it blocks would hold a few rows only.
const MOST_STRIDE: u32 = 512;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vertical::work::Unfit;

    fn total(work: &Work, set: Set, stride: u32) -> f64 {
        let cost = work.cost(set, stride);
        cost.cpu + cost.bytes / Price::default().bytes_a_second
    }

    #[test]
    fn the_stride_grows_with_candidates_and_shrinks_with_rows_and_dearer_bytes_change_it() {
        let work = |rows, candidates| Work {
            rows,
            candidates: vec![candidates],
            depth: 5,
            nodes: 31,
            least_rows: 200,
            kept_nodes: 16,
            sum_bits: 29,
        };
        let chosen =
            |rows, candidates| choose_stride(Set::A, &work(rows, candidates), Price::default());
        assert!(chosen(10_000, 930) > chosen(100_000, 930));
        assert!(chosen(100_000, 930) > chosen(1_000_000, 930));
        assert!(chosen(10_000, 930) > chosen(10_000, 93));
        let lines = [10_000, 100_000, 1_000_000].map(|rows| {
            let stride = chosen(rows, 930);
            let cost = work(rows, 930).cost(Set::A, stride);
            format!(
                "{rows}: r = {stride}, {:.1} MB, {:.2} s",
                cost.bytes / 1e6,
                cost.cpu
            )
        });
        insta::assert_snapshot!(lines.join("\n"), @"
        10000: r = 31, 21.2 MB, 0.16 s
        100000: r = 10, 66.3 MB, 0.92 s
        1000000: r = 3, 207.2 MB, 7.24 s
        ");
    }

    #[test]
    fn no_other_stride_costs_less() {
        let work = Work {
            rows: 20_000,
            candidates: vec![300, 40],
            depth: 4,
            nodes: 15,
            least_rows: 100,
            kept_nodes: 8,
            sum_bits: 29,
        };
        let price = Price::default();
        for set in [Set::A, Set::B] {
            let chosen = choose_stride(set, &work, price);
            let least = total(&work, set, chosen);
            assert!((1..300).all(|stride| total(&work, set, stride) >= least));
        }
    }

    #[test]
    fn strides_that_leave_no_room_are_not_chosen() {
        let work = Work {
            rows: 3_000_000,
            candidates: vec![20_000],
            depth: 12,
            nodes: 4095,
            least_rows: 200,
            kept_nodes: 4,
            sum_bits: 29,
        };
        let price = Price::default();
        let chosen = choose_stride(Set::A, &work, price);
        assert!(total(&work, Set::A, 60) < total(&work, Set::A, chosen));
        assert_eq!(work.check(Set::A, chosen), Ok(()));
        assert_eq!(work.check(Set::A, 60), Err(Unfit::Noise));
        let one = Work { rows: 1000, ..work };
        assert_eq!(one.check(Set::A, 1), Ok(()));
        let kept_nodes = 100;
        let kept = Work { kept_nodes, ..one };
        assert_eq!(kept.check(Set::A, 1), Err(Unfit::Memory));
        assert!(
            kept.check(Set::A, choose_stride(Set::A, &kept, price))
                .is_ok()
        );
    }
}
