//! Tests of the journal from outside.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod laws;
mod witnesses;

use consilium_base::Seed;
use consilium_journal::{Chain, Entry, Kind, Record, UnixTime};

/// A journal of a hospital with so many entries.
fn journal(entries: u64) -> Vec<Record> {
    let mut rng = Seed::from_bytes([1; 32]).generator();
    let mut chain = Chain::new("hospital-a");
    (0..entries)
        .map(|number| {
            let time = UnixTime(1_700_000_000 + number.cast_signed());
            let entry = Entry::new(time, Kind::OPENING).with("number", number);
            let study = "heart-disease".parse().unwrap();
            chain.append(
                if number % 2 == 0 {
                    entry.about(&study)
                } else {
                    entry
                },
                &mut rng,
            )
        })
        .collect()
}
