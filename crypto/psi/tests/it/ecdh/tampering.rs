//! One changed frame: the error blames its sender.

use std::collections::VecDeque;

use bytes::Bytes;
use consilium_mailbox::{Fault, Message, sim::World};
use consilium_psi::{Breach, Epsilon, PsiError, ecdh::Shown};

use super::wire::{Blinded, Common, Declared, Doubled, Kept, Noised, Released, STEPS};
use crate::{
    pair::{Pair, hospital, insurer},
    wire::{change, read},
};

/// The hospital's breach when `lie` changes what the insurer sends in its `nth` such message.
async fn breach_in<M: Message + 'static>(
    nth: usize,
    lie: impl Fn(&mut M) + Send + 'static,
) -> Breach {
    let (world, mut pair) = (World::new(1), Pair::new(40, 50, 20));
    pair.terms.minimum = 10;
    let mut seen = 0;
    world.tamper(move |frame| {
        if frame.sender == insurer() && *frame.step == *M::STEP {
            if seen == nth {
                change::<M>(frame, &lie);
            }
            seen += 1;
        }
    });
    let error = pair.align(&world).await.hospital.err().unwrap();
    assert_eq!(error.fault(), Fault::Peer(insurer()), "{error}");
    let PsiError::Breach { breach, .. } = error else {
        panic!("{error}")
    };
    breach
}

fn with(bytes: &Bytes, change: impl FnOnce(&mut Vec<u8>)) -> Bytes {
    let mut bytes = bytes.to_vec();
    change(&mut bytes);
    bytes.into()
}

#[tokio::test(start_paused = true)]
async fn other_terms_blame_their_sender() {
    let breach = breach_in(0, |it: &mut Declared| it.terms[0] ^= 1).await;
    assert_eq!(breach, Breach::OtherTerms);
}

#[tokio::test(start_paused = true)]
async fn a_set_larger_than_the_plan_allows_blames_its_owner_before_any_point_leaves() {
    let breach = breach_in(0, |it: &mut Declared| it.size = 5001).await;
    assert_eq!(
        breach,
        Breach::TooLarge {
            size: 5001,
            largest: 5000
        }
    );
}

#[tokio::test(start_paused = true)]
async fn too_few_and_too_many_points_blame_their_sender() {
    let short = breach_in(1, |it: &mut Blinded| it.points.truncate(15 * 32)).await;
    let (expected, got) = (16 * 32, 15 * 32);
    assert_eq!(short, Breach::WrongLength { expected, got });
    let long = |it: &mut Blinded| it.points = with(&it.points, |bytes| bytes.push(0));
    let got = expected + 1;
    assert_eq!(
        breach_in(0, long).await,
        Breach::WrongLength { expected, got }
    );
    // Fifty points in chunks of sixteen leave two.
    let none = breach_in(3, |it: &mut Blinded| it.points = Bytes::new()).await;
    let expected = 2 * 32;
    assert_eq!(none, Breach::WrongLength { expected, got: 0 });
}

#[tokio::test(start_paused = true)]
async fn invalid_points_and_the_identity_blame_their_sender_by_position() {
    for bad in [0_u8, 0xff] {
        let lie = move |it: &mut Blinded| {
            it.points = with(&it.points, |bytes| bytes[5 * 32..6 * 32].fill(bad));
        };
        assert_eq!(breach_in(2, lie).await, Breach::BadPoint { index: 37 });
    }
}

#[tokio::test(start_paused = true)]
async fn a_point_that_comes_twice_blames_its_sender() {
    let lie = |it: &mut Blinded| {
        it.points = with(&it.points, |bytes| bytes.copy_within(0..32, 9 * 32));
    };
    assert_eq!(
        breach_in(1, lie).await,
        Breach::Repeated {
            first: 16,
            second: 25
        }
    );
}

#[tokio::test(start_paused = true)]
async fn acknowledgements_of_what_was_not_sent_blame_their_sender() {
    let breach = breach_in(1, |it: &mut Kept| it.chunks = 3).await;
    let (claimed, most) = (3, 2);
    assert_eq!(breach, Breach::Chunks { claimed, most });
}

#[tokio::test(start_paused = true)]
async fn tags_that_are_too_few_repeated_or_out_of_order_blame_their_sender() {
    let short = breach_in(0, |it: &mut Doubled| it.tags.truncate(100)).await;
    let (expected, got) = (256, 100);
    assert_eq!(short, Breach::WrongLength { expected, got });
    let twice = |it: &mut Doubled| {
        it.tags = with(&it.tags, |bytes| bytes.copy_within(0..16, 16));
    };
    assert_eq!(breach_in(1, twice).await, Breach::NotAscending);
    let first = |it: &mut Doubled| it.tags = with(&it.tags, |bytes| bytes[..16].fill(0));
    assert_eq!(breach_in(1, first).await, Breach::NotAscending);
}

#[tokio::test(start_paused = true)]
async fn foreign_tags_lower_the_count_and_so_blame_their_sender() {
    // A tag that stands where it may, but is nobody's.
    let lie = |it: &mut Doubled| {
        it.tags = with(&it.tags, |bytes| {
            let halves: Vec<u8> = bytes
                .chunks_exact(16)
                .flat_map(|tag| {
                    let tag = u128::from_le_bytes(tag.try_into().unwrap());
                    (tag ^ 1).to_le_bytes()
                })
                .collect();
            *bytes = halves;
        });
    };
    let breach = breach_in(0, lie).await;
    let Breach::OtherCount { ours, theirs: 20 } = breach else {
        panic!("{breach}")
    };
    assert!(ours < 20);
}

#[tokio::test(start_paused = true)]
async fn another_count_blames_its_sender_and_nothing_is_released() {
    let breach = breach_in(0, |it: &mut Common| it.count[0] += 1).await;
    assert_eq!(
        breach,
        Breach::OtherCount {
            ours: 20,
            theirs: 21
        }
    );
}

/// The same run twice, the second time with what was sent before for an answer.
#[tokio::test(start_paused = true)]
async fn tags_that_come_back_as_they_were_sent_find_nothing() {
    let world = World::new(1);
    Pair::new(40, 40, 20).align(&world).await.both();
    let sent = world.transcript();
    let sent = sent.iter().filter(|frame| frame.sender == hospital());
    let mut sent: VecDeque<Doubled> = sent.filter_map(read).collect();
    let world = World::new(1);
    world.tamper(move |frame| {
        if frame.sender == insurer() && *frame.step == *Doubled::STEP {
            let echo = sent.pop_front().unwrap();
            change::<Doubled>(frame, |it| *it = echo.clone());
        }
    });
    let error = Pair::new(40, 40, 20).align(&world).await.hospital.err();
    let Some(PsiError::Breach { breach, .. }) = error else {
        panic!("{error:?}")
    };
    let (ours, theirs) = (0, 20);
    assert_eq!(breach, Breach::OtherCount { ours, theirs });
}

#[tokio::test(start_paused = true)]
async fn positions_that_are_too_few_repeated_or_outside_blame_their_sender() {
    let short = breach_in(0, |it: &mut Released| it.positions.truncate(60)).await;
    let (expected, got) = (64, 60);
    assert_eq!(short, Breach::WrongLength { expected, got });
    let twice = |it: &mut Released| {
        it.positions = with(&it.positions, |bytes| bytes.copy_within(0..4, 4));
    };
    assert_eq!(breach_in(0, twice).await, Breach::BadPositions);
    let outside = |it: &mut Released| {
        it.positions = with(&it.positions, |bytes| {
            bytes[..4].copy_from_slice(&40_u32.to_le_bytes());
        });
    };
    assert_eq!(breach_in(1, outside).await, Breach::BadPositions);
}

#[tokio::test(start_paused = true)]
async fn a_session_taken_up_with_another_set_or_false_progress_blames_its_owner() {
    for (lie, expected) in [
        (
            (|it: &mut Declared| it.commitment[0] ^= 1) as fn(&mut Declared),
            Breach::OtherSet,
        ),
        (|it| it.size -= 1, Breach::OtherSet),
        (
            |it| it.held = 4,
            Breach::Chunks {
                claimed: 4,
                most: 3,
            },
        ),
    ] {
        let (world, mut pair) = (World::new(1), Pair::new(40, 50, 20));
        let whole = pair.align(&world).await;
        pair.check(whole);
        world.tamper(move |frame| {
            if frame.sender == insurer() {
                change::<Declared>(frame, lie);
            }
        });
        let error = pair.align(&world).await.hospital.err().unwrap();
        let PsiError::Breach { peer, breach } = error else {
            panic!("{error}")
        };
        assert_eq!((peer, breach), (insurer(), expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_malformed_message_of_any_step_blames_its_sender() {
    let epsilon = Epsilon::thousandths(100).unwrap();
    let shown = Shown::Noised {
        counter: insurer(),
        epsilon,
    };
    for step in STEPS {
        let (world, mut pair) = (World::new(1), Pair::new(40, 50, 20));
        world.tamper(move |frame| {
            if frame.sender == insurer() && *frame.step == **step {
                frame.content = consilium_mailbox::Content::Body(vec![0xff; 3].into());
            }
        });
        let error = if *step == Noised::STEP {
            pair.count(&world, &shown).await.hospital.err().unwrap()
        } else {
            pair.align(&world).await.hospital.err().unwrap()
        };
        assert_eq!(error.fault(), Fault::Peer(insurer()), "{step}: {error}");
        assert_ne!(error.fault(), Fault::Peer(hospital()));
    }
}
