//! Rows of fee detail that nobody was charged, the same ones each time.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    path::Path,
};

/// Patients, of whom each has about as many rows as the next.
const PATIENTS: u64 = 400_000;
/// Items of the catalogue, the first of which are asked for most.
const ITEMS: u64 = 20_000;

/// Writes so many rows and gives the bytes they take. Columns are named as the settlement list
/// names them.
pub(in crate::slow) fn write(path: &Path, rows: u64) -> io::Result<u64> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(
        b"psn_no,fee_ocur_time,med_list_codg,chrgitm_type,cnt,pric,det_item_fee_sumamt\n",
    )?;
    let mut draws = Draws(20_261_123);
    for _ in 0..rows {
        let patient = draws.below(PATIENTS);
        let (month, day) = (1 + draws.below(12), 1 + draws.below(28));
        let (hour, minute) = (draws.below(24), draws.below(60));
        let item = draws.below(ITEMS).min(draws.below(ITEMS));
        let (kind, pieces) = (1 + item % 14, 1 + draws.below(9));
        let price = 50 + item * 7919 % 50_000;
        let sum = price * pieces;
        writeln!(
            file,
            "{patient:018},2025-{month:02}-{day:02} {hour:02}:{minute:02}:00,X{item:022},{kind:02},\
             {pieces},{}.{:02},{}.{:02}",
            price / 100,
            price % 100,
            sum / 100,
            sum % 100
        )?;
    }
    file.into_inner()?.metadata().map(|about| about.len())
}

/// A linear congruential generator with Knuth's constants for 64 bits (MMIX), of which the upper
/// half is used: enough for rows that only have to be many.
struct Draws(u64);

impl Draws {
    fn below(&mut self, most: u64) -> u64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) % most
    }
}
