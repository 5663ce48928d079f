//! One changed frame: the error blames its sender.

use bytes::Bytes;
use consilium_mailbox::{Content, Fault, Message, PartyId, sim::World};
use consilium_psi::{Breach, PsiError};

use super::wire::{Counted, Declared, Evaluated, Marked, Masked, ORDER, Seeded};
use crate::{
    pair::{Pair, hospital, insurer},
    wire::change,
};

/// The hospital is the receiver: 60 items against 90, of which 30 are common.
fn pair() -> Pair {
    let mut pair = Pair::new(60, 90, 30);
    pair.terms.minimum = 2;
    (pair.sizes.sample, pair.sizes.bucket) = (80, 90);
    pair
}

/// The other party's breach when `lie` changes what `liar` sends in its `nth` such message.
async fn breach_of<M: Message + 'static>(
    mut pair: Pair,
    liar: PartyId,
    nth: usize,
    lie: impl Fn(&mut M) + Send + 'static,
) -> Breach {
    let world = World::new(1);
    let (mut seen, from) = (0, liar.clone());
    world.tamper(move |frame| {
        if frame.sender == from && *frame.step == *M::STEP {
            if seen == nth {
                change::<M>(frame, &lie);
            }
            seen += 1;
        }
    });
    let ended = pair.align_large(&world).await;
    let other = if liar == hospital() {
        ended.insurer
    } else {
        ended.hospital
    };
    let error = other.err().unwrap();
    assert_eq!(error.fault(), Fault::Peer(liar), "{error}");
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
async fn other_terms_and_sets_larger_than_the_plan_allows_blame_their_owner() {
    for liar in [hospital(), insurer()] {
        let terms = |it: &mut Declared| it.terms[0] ^= 1;
        assert_eq!(
            breach_of(pair(), liar.clone(), 0, terms).await,
            Breach::OtherTerms
        );
        let large = breach_of(pair(), liar, 0, |it: &mut Declared| it.size = 5001).await;
        let (size, largest) = (5001, 5000);
        assert_eq!(large, Breach::TooLarge { size, largest });
    }
}

#[tokio::test(start_paused = true)]
async fn too_few_and_too_many_columns_and_tags_blame_their_sender() {
    let short = |it: &mut Masked| it.columns.truncate(15 * 16);
    let (expected, got) = (16 * 16, 15 * 16);
    let breach = breach_of(pair(), hospital(), 1, short).await;
    assert_eq!(breach, Breach::WrongLength { expected, got });
    let long = |it: &mut Masked| it.columns = with(&it.columns, |bytes| bytes.push(0));
    let breach = breach_of(pair(), hospital(), 0, long).await;
    assert_eq!(breach, Breach::WrongLength { expected, got: 257 });

    // Tags of 53 bits in seven bytes; ninety in chunks of sixteen leave ten.
    let none = breach_of(pair(), insurer(), 5, |it: &mut Evaluated| it.tags.clear()).await;
    assert_eq!(
        none,
        Breach::WrongLength {
            expected: 70,
            got: 0
        }
    );
    let long = |it: &mut Evaluated| it.tags = with(&it.tags, |bytes| bytes.extend([255; 7]));
    let breach = breach_of(pair(), insurer(), 0, long).await;
    let (expected, got) = (112, 119);
    assert_eq!(breach, Breach::WrongLength { expected, got });
}

#[tokio::test(start_paused = true)]
async fn tags_that_are_repeated_or_out_of_order_blame_their_sender() {
    let twice = |it: &mut Evaluated| {
        it.tags = with(&it.tags, |bytes| bytes.copy_within(0..7, 7));
    };
    assert_eq!(
        breach_of(pair(), insurer(), 2, twice).await,
        Breach::NotAscending
    );
    let first = |it: &mut Evaluated| it.tags = with(&it.tags, |bytes| bytes[..7].fill(0));
    assert_eq!(
        breach_of(pair(), insurer(), 1, first).await,
        Breach::NotAscending
    );
}

#[tokio::test(start_paused = true)]
async fn tags_of_nobody_s_items_are_noticed_by_the_sample() {
    let lie = |it: &mut Evaluated| {
        it.tags = with(&it.tags, |bytes| {
            for tag in bytes.chunks_exact_mut(7) {
                tag[0] ^= 1;
            }
        });
    };
    let breach = breach_of(pair(), insurer(), 0, lie).await;
    let Breach::OtherSample { counted, found } = breach else {
        panic!("{breach}")
    };
    assert!(found < counted);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_none_and_another_seed_end_the_run_without_a_result() {
    for step in ["psi-vole.1.seeded", "psi-vole.1.masked"] {
        let (world, mut pair) = (World::new(1), pair());
        world.tamper(move |frame| {
            if *frame.step == *step {
                change::<Seeded>(frame, |it| it.seed[0] ^= 1);
                change::<Masked>(frame, |it| {
                    it.columns = with(&it.columns, |bytes| bytes.fill(7));
                });
            }
        });
        let ended = pair.align_large(&world).await;
        assert!(ended.hospital.is_err() && ended.insurer.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn another_count_and_marks_that_do_not_fit_blame_their_sender() {
    let breach = breach_of(pair(), hospital(), 0, |it: &mut Counted| it.count[0] += 1).await;
    let (ours, theirs) = (30, 31);
    assert_eq!(breach, Breach::OtherCount { ours, theirs });

    let fewer = |it: &mut Marked| it.marks = with(&it.marks, |bytes| bytes.fill(0));
    let breach = breach_of(pair(), hospital(), 0, fewer).await;
    assert_eq!(
        breach,
        Breach::OtherCount {
            ours: 0,
            theirs: 30
        }
    );

    let turned = |it: &mut Marked| {
        it.marks = with(&it.marks, |bytes| {
            let common: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
            bytes.fill(0);
            bytes[..3].fill(255);
            bytes[3] = (1 << (common - 24)) - 1;
        });
    };
    let breach = breach_of(pair(), hospital(), 0, turned).await;
    assert!(matches!(breach, Breach::OtherSample { .. }), "{breach}");

    let short = breach_of(pair(), hospital(), 0, |it: &mut Marked| {
        it.marks.truncate(3);
    })
    .await;
    let (expected, got) = (12, 3);
    assert_eq!(short, Breach::WrongLength { expected, got });
}

#[tokio::test(start_paused = true)]
async fn marks_of_tags_that_are_padding_or_beyond_the_last_blame_their_sender() {
    for bucket in [90, 45] {
        let mut pair = pair();
        pair.sizes.bucket = bucket;
        let all = |it: &mut Marked| it.marks = with(&it.marks, |bytes| bytes.fill(255));
        let breach = breach_of(pair, hospital(), 0, all).await;
        assert_eq!(breach, Breach::BadPositions);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_taken_up_with_another_set_or_false_progress_blames_its_owner() {
    let most = 1;
    for (lie, expected) in [
        (
            (|it: &mut Declared| it.commitment[0] ^= 1) as fn(&mut Declared),
            Breach::OtherSet,
        ),
        (|it| it.size -= 1, Breach::OtherSet),
        (|it| it.held = 2, Breach::Chunks { claimed: 2, most }),
    ] {
        let (world, mut pair) = (World::new(1), pair());
        pair.sizes.bucket = 45;
        let whole = pair.align_large(&world).await;
        pair.check(whole);
        world.tamper(move |frame| {
            if frame.sender == insurer() {
                change::<Declared>(frame, lie);
            }
        });
        let error = pair.align_large(&world).await.hospital.err().unwrap();
        let PsiError::Breach { peer, breach } = error else {
            panic!("{error}")
        };
        assert_eq!((peer, breach), (insurer(), expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_malformed_message_of_any_step_blames_its_sender() {
    for step in ORDER {
        for liar in [hospital(), insurer()] {
            let (world, mut pair) = (World::new(1), pair());
            let (mut lied, from) = (false, liar.clone());
            let said = std::sync::Arc::new(std::sync::Mutex::new(false));
            let noted = said.clone();
            world.tamper(move |frame| {
                if frame.sender == from && *frame.step == *step && !lied {
                    frame.content = Content::Body(vec![0xff; 3].into());
                    lied = true;
                    *noted.lock().unwrap() = true;
                }
            });
            let ended = pair.align_large(&world).await;
            if !*said.lock().unwrap() {
                pair.check(ended);
                continue;
            }
            let other = if liar == hospital() {
                ended.insurer
            } else {
                ended.hospital
            };
            let error = other.err().unwrap();
            assert_eq!(error.fault(), Fault::Peer(liar), "{step}: {error}");
        }
    }
}
