//! What secure aggregation adds to a tree's cost, as docs/protocols/secagg.md has it.

use consilium_gbdt::{hybrid::Shares, vertical::Cost};

use super::sums::{SECONDS_OF_A_PAIR, bytes_of_a_neighbour, bytes_of_a_sum};

/// Bytes of mask that are made and added in a second: docs/protocols/secagg.md measures it.
const MASKED_A_SECOND: f64 = 24e9;
/// Sums that columns are cut by, and missing values found.
pub(super) const SUMS_OF_A_SETUP: u64 = 5;

/// Gives what a tree costs the label holder and each of so many hospitals, if what they add up is masked.
pub(super) fn masked(shares: &Shares, hospitals: u64) -> Shares {
    let others = hospitals - 1;
    let (sums, pairs) = (shares.sums as f64, (shares.sums * others) as f64);
    let sent = sums * bytes_of_a_sum() as f64 + pairs * bytes_of_a_neighbour() as f64;
    // Each masks for every other one and for itself; the label holder takes off each one's own mask.
    let masks = shares.hospital.bytes * hospitals as f64 / MASKED_A_SECOND;
    Shares {
        label_holder: Cost {
            bytes: shares.label_holder.bytes,
            cpu: shares.label_holder.cpu + masks,
        },
        hospital: Cost {
            bytes: shares.hospital.bytes + sent,
            cpu: shares.hospital.cpu + masks + pairs * SECONDS_OF_A_PAIR,
        },
        sums: shares.sums,
    }
}
