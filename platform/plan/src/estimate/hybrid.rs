//! What each party of a group of hospitals has of a tree's cost, as docs/protocols/gbdt-hybrid.md has
//! it.

use consilium_gbdt::vertical::{Agreement, Work};
use consilium_lwe::Set;

use super::{BYTES_OF_A_NEIGHBOUR, BYTES_OF_A_SUM};

/// Words of the mask of a ciphertext of set A, and bytes of each.
const MASK_WORDS: u64 = 2_048;
const BYTES_OF_A_WORD: u64 = 8;
/// Words that a sum of ciphertexts has at most.
const WORDS_OF_A_SUM: u64 = 1 << 21;
/// Numbers that are counted for a candidate: its rows, and of how many hospitals there are rows on
/// either side of either child.
const COUNTS_OF_A_CANDIDATE: u64 = 5;
/// Bytes of mask that are made and added in a second, and the seconds in which two hospitals agree on a
/// key: docs/protocols/secagg.md measures both.
const MASKED_A_SECOND: f64 = 24e9;
const SECONDS_OF_A_PAIR: f64 = 50e-6;
/// Sums that columns are cut by, and missing values found.
pub(super) const SUMS_OF_A_SETUP: u64 = 5;

/// What a tree costs those who are in its sums.
pub(super) struct OfHospitals {
    /// Sums of counts and of ciphertexts.
    pub(super) sums: u64,
    /// Bytes that a hospital sends, and seconds that it computes.
    pub(super) hospital: (f64, f64),
    /// The same of the label holder, for all hospitals.
    pub(super) label_holder: (f64, f64),
}

impl OfHospitals {
    /// Reckons with an equal share of the rows at each of so many hospitals, and so many candidates.
    pub(super) fn of(whole: (&Agreement, &Work), hospitals: u64, candidates: u32) -> OfHospitals {
        let (agreement, work) = whole;
        let stride = agreement.stride();
        let own = Work {
            rows: work.rows / hospitals,
            least_rows: (work.least_rows / hospitals).max(1),
            candidates: vec![candidates],
            ..work.clone()
        };
        let shares = own.shares(Set::A, stride);
        let packs = u64::from(candidates.div_ceil(stride.max(1)));
        let slots = u64::from(stride.min(candidates));
        let words_of_a_node = (MASK_WORDS + 2 * slots) * packs;
        let bits_of_a_count = u64::from(work.rows.max(1).ilog2()) + 1;
        let (mut sums, mut words, mut counted) = (0, 0, 0);
        for level in 0..work.depth {
            let wide = 1_u64.checked_shl(level).unwrap_or(u64::MAX);
            let nodes = wide.min(work.rows / work.least_rows.max(1));
            let here = nodes.saturating_mul(words_of_a_node);
            sums += 1 + here.div_ceil(WORDS_OF_A_SUM);
            words += here;
            counted += nodes.div_ceil(2) * COUNTS_OF_A_CANDIDATE * u64::from(candidates);
        }
        let masked = words * BYTES_OF_A_WORD + (counted * bits_of_a_count).div_ceil(8);
        let fixed = BYTES_OF_A_SUM + (hospitals - 1) * BYTES_OF_A_NEIGHBOUR;
        let masks = masked as f64 * hospitals as f64 / MASKED_A_SECOND;
        let agreeing = (sums * (hospitals - 1)) as f64 * SECONDS_OF_A_PAIR;
        let examining: f64 = shares.feature_holders.iter().map(|it| it.cpu).sum();
        let of_label_holder = shares.label_holder;
        OfHospitals {
            sums,
            hospital: ((masked + sums * fixed) as f64, examining + masks + agreeing),
            // To add up a hospital's vector takes about what opening its sums alone would.
            label_holder: (
                of_label_holder.bytes * hospitals as f64,
                of_label_holder.cpu * hospitals as f64 + masks,
            ),
        }
    }
}
