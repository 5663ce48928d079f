//! Runs that broke off: what is repeated, and what never is.

use std::collections::BTreeMap;

use bytes::Bytes;
use consilium_mailbox::sim::{Crash, Moment, World};
use consilium_psi::{
    Epsilon, MemorySpill, PsiError, Spill as _, SpillError,
    ecdh::{Counted, Shown},
};

use super::wire::{Blinded, Declared, Doubled};
use crate::{
    damage::{DAMAGES, befall},
    pair::{MOMENTS, Pair, hospital, insurer, item},
    wire::{change, read},
};

/// The blinded chunks that each party sent, in order.
fn blinded(world: &World) -> BTreeMap<String, Vec<Bytes>> {
    let mut chunks: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for frame in world.transcript() {
        if let Some(Blinded { points }) = read(&frame) {
            chunks
                .entry(frame.sender.to_string())
                .or_default()
                .push(points);
        }
    }
    chunks
}

#[tokio::test(start_paused = true)]
async fn a_killed_run_repeats_one_chunk_at_most() {
    for dead in [hospital(), insurer()] {
        for moment in MOMENTS {
            for step in ["psi-ecdh.1.blinded", "psi-ecdh.1.kept"] {
                for nth in 0..4 {
                    let (world, mut pair) = (World::new(1), Pair::new(100, 130, 60));
                    world.crash(Crash {
                        party: dead.clone(),
                        step: step.into(),
                        nth,
                        moment,
                    });
                    pair.align(&world).await;
                    let ended = pair.align(&world).await;
                    pair.check(ended);
                    let chunks = blinded(&world);
                    // Seven chunks of a hundred items, nine of a hundred and thirty.
                    for (party, due) in [("hospital", 7), ("insurer", 9)] {
                        let sent = &chunks[party];
                        assert!((due..=due + 1).contains(&sent.len()), "{party} {nth}");
                        let mut distinct = sent.clone();
                        distinct.sort();
                        distinct.dedup();
                        assert_eq!(distinct.len(), due, "what is repeated is the same");
                    }
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_complete_is_repeated_without_a_point() {
    let (world, mut pair) = (World::new(1), Pair::new(100, 130, 60));
    let first = pair.align(&world).await.both().0;
    let before = blinded(&world);
    let second = pair.align(&world).await.both().0;
    assert!(first == second);
    assert_eq!(blinded(&world), before);
}

/// A crash of the hospital in the middle, then a run with a change; gives the points of both runs.
async fn interrupted(change: impl FnOnce(&mut Pair)) -> [Vec<Bytes>; 2] {
    let (world, mut pair) = (World::new(1), Pair::new(100, 130, 60));
    world.crash(Crash {
        party: hospital(),
        step: "psi-ecdh.1.blinded".into(),
        nth: 3,
        moment: Moment::AfterSend,
    });
    pair.align(&world).await;
    let first = blinded(&world)["hospital"].clone();
    change(&mut pair);
    let ended = pair.align(&world).await;
    pair.check(ended);
    let second = blinded(&world)["hospital"][first.len()..].to_vec();
    [first, second]
}

fn points(chunks: &[Bytes]) -> Vec<&[u8]> {
    chunks.iter().flat_map(|chunk| chunk.chunks(32)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_secret_never_serves_two_sets_peers_or_terms() {
    type Change = fn(&mut Pair);
    let changes: [(&str, Change); 6] = [
        ("own set", |pair| pair.hospital[50] = item(7000)),
        ("own order of rows", |pair| pair.hospital.swap(1, 2)),
        ("peer's set", |pair| pair.insurer[50] = item(7000)),
        ("terms", |pair| pair.terms.study[0] ^= 1),
        ("peer's store lost", |pair| {
            pair.spills[1].clear().unwrap();
        }),
        ("own store lost", |pair| pair.spills[0].clear().unwrap()),
    ];
    for (what, change) in changes {
        let [first, second] = interrupted(change).await;
        assert_eq!(points(&second).len(), 100, "{what}");
        let old = points(&first);
        let reused = points(&second).iter().any(|point| old.contains(point));
        assert!(!reused, "{what}");
    }
}

/// The points that both sent again tell what was taken up of what is kept, and what was not.
#[tokio::test(start_paused = true)]
async fn damage_costs_points_and_no_row_is_taken_for_another_one() {
    for (what, damage) in DAMAGES {
        for who in [0, 1] {
            for (name, whole) in [("session", None), ("tags-0", Some(0)), ("tags-2", Some(2))] {
                let (world, mut pair) = (World::new(1), Pair::new(100, 130, 60));
                world.crash(Crash {
                    party: hospital(),
                    step: "psi-ecdh.1.common".into(),
                    nth: 0,
                    moment: Moment::BeforeSend,
                });
                pair.align(&world).await;
                befall(&mut pair.spills[who], name, damage);
                let world = World::new(1);
                let ended = pair.align(&world).await;
                pair.check(ended);
                let sent = blinded(&world);
                let sent = ["hospital", "insurer"].map(|it| sent.get(it).map_or(0, Vec::len));
                let all = [7, 9];
                let mut due = all;
                if let Some(whole) = whole {
                    (due[who], due[1 - who]) = (0, all[1 - who] - whole);
                }
                assert_eq!(sent, due, "{who} {name} {what}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tags_leave_only_when_all_points_have_come() {
    let (world, mut pair) = (World::new(1), Pair::new(100, 130, 60));
    let ended = pair.align(&world).await;
    pair.check(ended);
    for (sender, peer_chunks) in [(hospital(), 9), (insurer(), 7)] {
        let mut seen = 0;
        for frame in world.transcript() {
            if frame.sender != sender && read::<Blinded>(&frame).is_some() {
                seen += 1;
            }
            if frame.sender == sender && read::<Doubled>(&frame).is_some() {
                assert_eq!(seen, peer_chunks);
            }
        }
    }
    let offered = world
        .transcript()
        .iter()
        .filter_map(read::<Declared>)
        .count();
    assert_eq!(offered, 2);
}

/// Two answers of one study would tell the difference of two counts, whatever their noise.
#[tokio::test(start_paused = true)]
async fn a_counter_answers_once_whatever_the_peer_brings() {
    let epsilon = Epsilon::thousandths(100).unwrap();
    let shown = Shown::Noised {
        counter: hospital(),
        epsilon,
    };
    let (world, mut pair) = (World::new(1), Pair::new(70, 90, 33));
    world.tamper(|frame| {
        if frame.sender == insurer() {
            change::<Doubled>(frame, |it| {
                let mut tags = it.tags.to_vec();
                for tag in tags.chunks_exact_mut(16) {
                    tag[0] ^= 1;
                }
                it.tags = tags.into();
            });
        }
    });
    let (of_nobody, answer) = pair.count(&world, &shown).await.both();
    assert_eq!(of_nobody, Counted::Exact(0));
    let resumed = pair.count(&World::new(1), &shown).await.both();
    assert_eq!(resumed, (Counted::Exact(33), answer));

    pair.insurer = (500..590).map(item).collect();
    pair.spills[1] = MemorySpill::default();
    let other_set = pair.count(&World::new(1), &shown).await.both();
    assert_eq!(other_set, (Counted::Exact(0), answer));
}

#[tokio::test(start_paused = true)]
async fn a_damaged_answer_is_neither_given_nor_replaced() {
    let epsilon = Epsilon::thousandths(100).unwrap();
    let counter = hospital();
    let shown = Shown::Noised { counter, epsilon };
    for (what, damage) in DAMAGES {
        let mut pair = Pair::new(70, 90, 33);
        pair.count(&World::new(1), &shown).await.both();
        befall(&mut pair.spills[0], "answer", damage);
        for _ in 0..2 {
            let ended = pair.count(&World::new(1), &shown).await;
            ended.check_survivor(&hospital());
            let error = ended.hospital.err().unwrap();
            let named = matches!(error, PsiError::Spill(SpillError::AnswerDamaged));
            assert!(named, "{what}: {error}");
            assert!(ended.insurer.is_err(), "{what}");
        }
    }
}
