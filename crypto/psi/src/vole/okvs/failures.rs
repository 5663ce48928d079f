//! How often bands shorter than ours depend on each other: what their length goes by.

use super::{tests::blocks, *};

/// A band cut down to its first bits, from its word on.
fn cut(mut bits: [u64; 5], width: u32) -> [u64; 5] {
    let first = bits[0].trailing_zeros();
    for (index, word) in (0..).zip(&mut bits) {
        let kept = (first + width).saturating_sub(64 * index).min(64);
        *word &= u64::MAX.checked_shr(64 - kept).unwrap_or(0);
    }
    bits
}

/// Says whether rows with such bands are independent: the elimination of stores, without values.
fn are_independent(rows: &Rows, placed: &[Placed], width: u32) -> bool {
    let mut pivots = vec![[0; 5]; rows.shape().columns()];
    for band in rows.bands(placed) {
        let (mut word, bits) = band.by_word();
        let mut row = cut(bits, width);
        loop {
            let empty = row.iter().take_while(|word| **word == 0).count();
            if empty == row.len() {
                return false;
            }
            row.copy_within(empty.., 0);
            row[5 - empty..].fill(0);
            word += empty;
            let pivot = &mut pivots[word * 64 + row[0].trailing_zeros() as usize];
            if pivot[0] == 0 {
                *pivot = row;
                break;
            }
            for (word, other) in row.iter_mut().zip(&*pivot) {
                *word ^= other;
            }
        }
    }
    true
}

/// Stores of 2^16 keys that fail, of so many.
#[test]
#[ignore = "slow: counts failures of 24,000 stores"]
fn shorter_bands_fail_less_and_less_often() {
    const KEYS: usize = 1 << 16;
    let trials = [(64, 2000_u32), (72, 6000), (80, 16_000)];
    let mut rates = Vec::new();
    for (width, trials) in trials {
        let shape = Shape::of(KEYS);
        let mut seed = Digest::default();
        let mut failures = 0;
        let keys = blocks(11, KEYS);
        for trial in 0..trials {
            seed[..4].copy_from_slice(&trial.to_le_bytes());
            let rows = Rows::new(&seed, shape);
            failures += u32::from(!are_independent(&rows, &rows.place(&keys), width));
        }
        println!(
            "{{\"bench\": \"psi-vole-band\", \"params\": {{\"keys\": {KEYS}, \"band\": {width}}}, \
             \"trials\": {trials}, \"failures\": {failures}}}"
        );
        rates.push(f64::from(failures) / f64::from(trials));
    }
    // Each eight bits more make failures about four times rarer.
    assert!(rates[0] > 0.004 && rates[0] < 0.03, "{rates:?}");
    assert!(
        rates[1] < rates[0] / 2.0 && rates[2] < rates[1],
        "{rates:?}"
    );
}

#[test]
fn a_band_is_cut_after_its_first_bits() {
    for (first, width) in [(0, 64), (63, 64), (5, 80), (60, 200)] {
        let mut bits = [u64::MAX; 5];
        bits[0] = u64::MAX << first;
        let set: u32 = cut(bits, width).iter().map(|word| word.count_ones()).sum();
        assert_eq!(set, width);
    }
}
