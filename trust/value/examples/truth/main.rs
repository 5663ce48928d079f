//! What institutions' rows are worth by each method, held against fitting anew without them.
//!
//! Prints a line of JSON for each seed and one for each setting: `truth [SEEDS]`. `truth label-noise [SEEDS]` lets wrong
//! labels grow at one institution, and prints a line for each data set.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints, and stops where its own files are not as they were"
)]

mod experiment;
mod noise;
mod tables;

use experiment::{Judges, Noise, Setting};

fn main() {
    let mut args = std::env::args().skip(1).peekable();
    let of_noise = args.next_if(|it| it == "label-noise").is_some();
    let seeds: Option<u64> = args.next().map(|it| it.parse().unwrap());
    let diabetes = tables::Diabetes::read();
    if of_noise {
        noise::diabetes(&diabetes, seeds.unwrap_or(5));
        return noise::heart(&tables::heart(), seeds.unwrap_or(20));
    }
    let seeds = seeds.unwrap_or(20);
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
