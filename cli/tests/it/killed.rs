//! Daemons that are killed while sets of keys are compared, or trees grow.

mod amid;
mod trees;

use amid::Amid;

const PARTIES: [&str; 2] = ["hospital", "insurer"];

/// What one of both sends and receives: a frame of each for each chunk.
const POINTS: &str = "psi-ecdh.1.blinded";
/// What one of both sends and the other receives, once for each bucket.
const SEED: &str = "psi-vole.1.seeded";

fn killed(victim: &str, protocol: &str) -> Amid {
    const SIZES: (u32, u32) = (40_000, 15_000);
    let mut amid = Amid::begin(protocol, SIZES);
    amid.until(1);
    amid.kill(victim);
    amid.finish(SIZES);
    amid
}

#[test]
fn a_party_that_is_killed_repeats_one_chunk_at_most() {
    const CHUNKS: u64 = 40_000_u64.div_ceil(8192);
    for victim in PARTIES {
        let frames = killed(victim, "ecdh").frames(POINTS, &PARTIES);
        assert_eq!(frames.len(), 2);
        let sum: u64 = frames.iter().sum();
        assert!((2 * CHUNKS..=2 * CHUNKS + 2).contains(&sum), "{frames:?}");
    }
}

#[test]
fn whoever_is_killed_amid_a_run_by_vole_comes_to_the_same_rows() {
    for victim in PARTIES {
        let frames = killed(victim, "vole").frames(SEED, &PARTIES);
        // What is left of a bucket is short: it may be done before the signal comes.
        assert!(frames == [1] || frames == [1, 1], "{frames:?}");
    }
}

/// Kills daemons one after the other, each when so many parts are compared.
fn killed_in_turn(protocol: &str, sizes: (u32, u32), deaths: &[(&str, u64)]) -> Amid {
    let mut amid = Amid::begin(protocol, sizes);
    amid.adopt();
    for (victim, parts) in deaths {
        amid.another_run();
        amid.until(*parts);
        amid.kill(victim);
    }
    amid.finish(sizes);
    amid
}

#[test]
#[ignore = "slow: two million multiplications in the curve at each party"]
fn a_million_against_a_million_outlive_the_death_of_each_daemon() {
    let sizes = (1_000_000, 300_000);
    let deaths = [("hospital", 20), ("insurer", 60), ("coordinator", 100)];
    let frames = killed_in_turn("ecdh", sizes, &deaths).frames(POINTS, &PARTIES);
    assert_eq!(frames.len(), 4, "each died amid a run: {frames:?}");
    let (sum, chunks) = (frames.iter().sum::<u64>(), 1_000_000_u64.div_ceil(8192));
    assert!((2 * chunks..=2 * (chunks + 3)).contains(&sum), "{frames:?}");
}

/// Sets that are compared in two buckets.
const TWO_BUCKETS: (u32, u32) = (1_100_000, 350_000);

/// Each bucket has 75 chunks of the store and 68 of tags.
#[test]
#[ignore = "slow: reads millions of rows, again and again"]
fn two_buckets_outlive_the_death_of_each_daemon() {
    let deaths = [("hospital", 1), ("insurer", 144), ("coordinator", 144)];
    let amid = killed_in_turn("vole", TWO_BUCKETS, &deaths);
    let runs = amid.frames("psi-vole.1.declared", &PARTIES);
    assert_eq!(runs.len(), 4, "each died amid a run");
    let seeds = amid.frames(SEED, &PARTIES);
    let sum: u64 = seeds.iter().sum();
    assert!((2..=2 + 3).contains(&sum), "{seeds:?}");
}

/// Each bucket has 75 chunks of the leader's store, and as many of each member's.
#[test]
#[ignore = "slow: reads millions of rows, again and again"]
fn two_buckets_of_three_parties_outlive_the_death_of_a_member_and_of_the_leader() {
    let deaths = [("insurer", 1), ("hospital", 151)];
    let amid = killed_in_turn("star", TWO_BUCKETS, &deaths);
    let runs = amid.frames("psi-star.1.declared", &["fund"]);
    assert_eq!(runs.len(), 3, "each died amid a run");
    // Whoever has outlived both sends one for each bucket.
    let answers = amid.frames("psi-star.1.seeded", &["fund"]);
    let sum: u64 = answers.iter().sum();
    assert!((2..=2 + 2).contains(&sum), "{answers:?}");
}
