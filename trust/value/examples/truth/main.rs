//! What institutions' rows are worth by each method, held against fitting anew without them.
//!
//! Prints a line of JSON for each seed and one for each setting: `truth [SEEDS]`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints, and stops where its own files are not as they were"
)]

mod experiment;
mod tables;

use experiment::{Judges, Noise, Setting};

fn main() {
    let seeds: u64 = std::env::args().nth(1).map_or(20, |it| it.parse().unwrap());
    let diabetes = tables::Diabetes::read();
    for (noise, judges, rank) in [
        (Noise::Flipped, Judges::Unpoisoned, true),
        (Noise::Coin, Judges::Unpoisoned, true),
        (Noise::Dealt, Judges::Unpoisoned, false),
        (Noise::Coin, Judges::All, false),
    ] {
        let setting = Setting {
            noise,
            judges,
            must_rank: rank,
        };
        experiment::diabetes(&diabetes, setting, seeds);
    }
    experiment::heart(&tables::heart());
}
