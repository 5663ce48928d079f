//! Runs that broke off: what is repeated, and what never is.

use std::collections::BTreeSet;

use bytes::Bytes;
use consilium_mailbox::sim::{Crash, Moment, World};
use consilium_psi::{MemorySpill, PsiError, Spill as _, SpillError};

use super::wire::{Evaluated, Masked, Seeded};
use crate::{
    damage::{Damage, ONE_BIT, UNSTAMPED, befall},
    pair::{MOMENTS, Pair, hospital, insurer, item},
    wire::read,
};

const BUCKETS: usize = 3;

/// Three buckets; the hospital has the smaller set and is the receiver.
fn pair() -> Pair {
    let mut pair = Pair::new(100, 120, 60);
    (pair.sizes.bucket, pair.terms.chunk) = (40, 4096);
    pair
}

/// The stores that were sent, one for each bucket or repetition.
fn stores(world: &World) -> Vec<Bytes> {
    let frames = world.transcript();
    let masked = frames.iter().filter_map(read::<Masked>);
    masked.map(|it| it.columns).collect()
}

fn crash(world: &World, nth: usize, moment: Moment) {
    let (party, step) = match moment {
        Moment::OnReceive => (hospital(), "psi-vole.1.evaluated"),
        _ => (insurer(), "psi-vole.1.evaluated"),
    };
    world.crash(Crash {
        party,
        step: step.into(),
        nth,
        moment,
    });
}

#[tokio::test(start_paused = true)]
async fn a_killed_run_repeats_one_bucket_at_most_and_with_fresh_randomness() {
    for nth in [0, BUCKETS - 1] {
        for moment in MOMENTS {
            let (world, mut pair) = (World::new(1), pair());
            crash(&world, nth, moment);
            pair.align_large(&world).await;
            let ended = pair.align_large(&world).await;
            pair.check(ended);
            let stores = stores(&world);
            assert!(
                (BUCKETS..=BUCKETS + 1).contains(&stores.len()),
                "{nth} {moment:?}"
            );
            let columns = stores.iter().flat_map(|it| it.chunks(16));
            let distinct: BTreeSet<&[u8]> = columns.clone().collect();
            assert_eq!(distinct.len(), columns.count(), "no column is sent twice");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_complete_is_repeated_by_its_last_bucket_with_the_same_order() {
    let (world, mut pair) = (World::new(1), pair());
    let first = pair.align_large(&world).await.both();
    assert_eq!(stores(&world).len(), BUCKETS);
    let second = pair.align_large(&world).await.both();
    assert!(first == second);
    assert_eq!(stores(&world).len(), BUCKETS + 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_never_serves_two_sets_peers_or_terms() {
    type Change = fn(&mut Pair);
    let changes: [(&str, Change); 7] = [
        ("own set", |pair| pair.hospital[50] = item(7000)),
        ("own order of rows", |pair| pair.hospital.swap(1, 2)),
        ("peer's set", |pair| pair.insurer[50] = item(7000)),
        ("terms", |pair| pair.terms.study[0] ^= 1),
        ("sizes", |pair| pair.sizes.sample += 1),
        ("peer's store lost", |pair| pair.spills[1].clear().unwrap()),
        ("own store lost", |pair| pair.spills[0].clear().unwrap()),
    ];
    for (what, change) in changes {
        let (world, mut pair) = (World::new(1), pair());
        crash(&world, 2, Moment::OnReceive);
        pair.align_large(&world).await;
        let before = stores(&world).len();
        change(&mut pair);
        let ended = pair.align_large(&world).await;
        pair.check(ended);
        assert_eq!(stores(&world).len() - before, BUCKETS, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_session_is_begun_anew() {
    for (who, damage) in [(0, UNSTAMPED), (1, ONE_BIT)] {
        let (world, mut pair) = (World::new(1), pair());
        crash(&world, 2, Moment::OnReceive);
        pair.align_large(&world).await;
        befall(&mut pair.spills[who], "vole", damage);
        let world = World::new(1);
        let ended = pair.align_large(&world).await;
        pair.check(ended);
        assert_eq!(stores(&world).len(), BUCKETS, "{who}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_bucket_ends_the_run_by_our_own_fault_and_the_next_begins_anew() {
    let pieces: [(usize, &str, Damage); 4] = [
        (0, "vole-own-0", |tags| tags.fill(0)),
        (0, "vole-theirs-1", ONE_BIT),
        (1, "vole-places-0", |places| places.rotate_left(4)),
        (1, "vole-places-1", UNSTAMPED),
    ];
    for (who, name, damage) in pieces {
        let (world, mut pair) = (World::new(1), pair());
        crash(&world, 2, Moment::OnReceive);
        pair.align_large(&world).await;
        befall(&mut pair.spills[who], name, damage);
        let ended = pair.align_large(&world).await;
        ended.check_survivor(&[hospital(), insurer()][who]);
        let ended = [ended.hospital.err(), ended.insurer.err()];
        let Some(PsiError::Spill(SpillError::Damaged { name: named, .. })) = &ended[who] else {
            panic!("{name}: {ended:?}")
        };
        assert_eq!(named, name);
        let world = World::new(1);
        let ended = pair.align_large(&world).await;
        pair.check(ended);
        assert_eq!(stores(&world).len(), BUCKETS, "{name}");
    }
}

/// A receiver keeps a bucket in two pieces: until both are new, an old one with it is not done.
#[tokio::test(start_paused = true)]
async fn buckets_that_are_made_again_are_none_that_are_done() {
    let done = |spill: &mut MemorySpill| spill.read("vole").unwrap().unwrap()[96];
    let (world, mut pair) = (World::new(1), pair());
    world.crash(Crash {
        party: insurer(),
        step: "psi-vole.1.masked".into(),
        nth: 0,
        moment: Moment::OnReceive,
    });
    pair.align_large(&world).await;
    let begun = pair.spills[1].read("vole").unwrap().unwrap();
    assert_eq!(done(&mut pair.spills[1]), 0);
    pair.align_large(&World::new(1)).await.both();
    assert_eq!(pair.spills.each_mut().map(done), [2, 2]);
    pair.spills[1].write("vole", &begun).unwrap();
    let world = World::new(1);
    crash(&world, 0, Moment::OnReceive);
    pair.align_large(&world).await;
    assert_eq!(done(&mut pair.spills[0]), 0);
    let ended = pair.align_large(&World::new(1)).await;
    pair.check(ended);
}

#[tokio::test(start_paused = true)]
async fn the_count_leaves_only_when_all_tags_have_come() {
    let (world, mut pair) = (World::new(1), pair());
    let ended = pair.align_large(&world).await;
    pair.check(ended);
    let frames = world.transcript();
    let last_tags = frames
        .iter()
        .rposition(|it| read::<Evaluated>(it).is_some());
    let count = frames
        .iter()
        .position(|it| &*it.step == "psi-vole.1.counted");
    assert!(last_tags < count);
    let seeds = frames.iter().filter_map(read::<Seeded>);
    let distinct: BTreeSet<_> = seeds.map(|it| it.seed).collect();
    assert_eq!(distinct.len(), BUCKETS);
}

/// A store that keeps nothing serves several buckets too, from memory.
#[tokio::test(start_paused = true)]
async fn a_run_needs_no_store() {
    let mut pair = pair();
    pair.forgetful = true;
    let ended = pair.align_large(&World::new(1)).await;
    pair.check(ended);
}

/// Stores of 23 chunks and tags of 7 in each bucket, and a run that breaks off amid the last one.
#[tokio::test(start_paused = true)]
async fn whoever_watches_hears_of_every_chunk_of_a_bucket_and_of_those_that_are_repeated() {
    let (world, mut pair) = (World::new(1), pair());
    pair.terms.chunk = 16;
    crash(&world, 2 * 7 + 3, Moment::BeforeSend);
    pair.align_large(&world).await;
    let [_, insurer] = std::mem::take(&mut pair.heard);
    let frames = world.transcript();
    let tags = frames.iter().filter(|it| read::<Evaluated>(it).is_some());
    assert_eq!((stores(&world).len(), tags.count()), (3 * 23, 2 * 7 + 3));
    assert!(insurer.into_iter().eq(1..=2 * 30 + 23 + 3));
    let ended = pair.align_large(&world).await;
    pair.check(ended);
    for heard in pair.heard {
        assert!(heard.into_iter().eq(2 * 30 + 1..=3 * 30));
    }
}
