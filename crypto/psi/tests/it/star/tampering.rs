//! One changed frame: the error blames its sender.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use consilium_mailbox::{Content, Fault, Message, sim::World};
use consilium_psi::{Breach, PsiError};

use super::{
    institutions::{Ended, Institutions, LEADER},
    wire::{Answered, Confirmed, Counted, Declared, LEADERS, Listed, ORDER, Seeded},
};
use crate::wire::change;

/// Widths: sums of 46 bits in six bytes, prefixes of at most 52 bits in seven.
fn institutions() -> Institutions {
    let mut institutions = Institutions::new(&[50, 60, 40], 32);
    (institutions.terms.minimum, institutions.terms.chunk) = (2, 16);
    institutions
}

/// How the run ends when `lie` changes the `nth` such message from `liar` to `victim`.
async fn ended_with<M: Message + 'static>(
    (liar, victim, nth): (usize, usize, usize),
    lie: impl Fn(&mut M) + Send + 'static,
) -> Ended {
    let (world, mut institutions) = (World::new(1), institutions());
    let [from, to] = [liar, victim].map(|who| institutions.parties[who].clone());
    let mut seen = 0;
    world.tamper(move |frame| {
        if frame.sender == from && frame.receiver == to && *frame.step == *M::STEP {
            if seen == nth {
                change::<M>(frame, &lie);
            }
            seen += 1;
        }
    });
    institutions.align(&world).await
}

/// The victim's breach; it must blame the liar.
async fn breach_of<M: Message + 'static>(
    (liar, victim, nth): (usize, usize, usize),
    lie: impl Fn(&mut M) + Send + 'static,
) -> Breach {
    let mut ended = ended_with((liar, victim, nth), lie).await;
    let error = ended.swap_remove(victim).err().unwrap();
    let PsiError::Breach { peer, breach } = error else {
        panic!("{error}")
    };
    assert_eq!(peer, institutions().parties[liar], "{breach}");
    breach
}

fn with(bytes: &Bytes, change: impl FnOnce(&mut Vec<u8>)) -> Bytes {
    let mut bytes = bytes.to_vec();
    change(&mut bytes);
    bytes.into()
}

#[tokio::test(start_paused = true)]
async fn other_terms_and_sets_larger_than_the_plan_allows_blame_their_owner() {
    for (liar, victim) in [(0, LEADER), (LEADER, 2), (2, 0)] {
        let way = (liar, victim, 0);
        let terms = breach_of(way, |it: &mut Declared| it.terms[0] ^= 1).await;
        assert_eq!(terms, Breach::OtherTerms);
        let large = breach_of(way, |it: &mut Declared| it.size = 5001).await;
        let (size, largest) = (5001, 5000);
        assert_eq!(large, Breach::TooLarge { size, largest });
    }
}

#[tokio::test(start_paused = true)]
async fn who_declares_different_things_to_different_parties_is_named_by_those_that_were_told() {
    let lies: [fn(&mut Declared); 4] = [
        |it| it.nonce[3] ^= 1,
        |it| it.commitment[0] ^= 1,
        |it| it.size += 1,
        |it| it.session = Some([1; 32]),
    ];
    for lie in lies {
        for (liar, victim) in [(0, LEADER), (LEADER, 2), (2, 0)] {
            let ended = ended_with((liar, victim, 0), lie).await;
            for (who, ended) in ended.into_iter().enumerate() {
                let error = ended.err().unwrap();
                let two_faced = matches!(
                    error,
                    PsiError::Breach {
                        breach: Breach::TwoFaced,
                        ..
                    }
                );
                if who == victim {
                    assert!(two_faced, "{error}");
                }
                if who != liar && two_faced {
                    let name = institutions().parties[liar].clone();
                    assert_eq!(error.fault(), Fault::Peer(name));
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_false_word_on_what_this_party_declared_blames_whoever_says_it() {
    // Views by name: the own one of the clinic is the first.
    let false_word = |it: &mut Confirmed| it.views = with(&it.views, |bytes| bytes[0] ^= 1);
    assert_eq!(breach_of((2, 0, 0), false_word).await, Breach::TwoFaced);
    let short = |it: &mut Confirmed| it.views.truncate(64);
    let (expected, got) = (96, 64);
    let breach = breach_of((2, 0, 0), short).await;
    assert_eq!(breach, Breach::WrongLength { expected, got });
}

#[tokio::test(start_paused = true)]
async fn too_few_and_too_many_columns_blame_their_sender() {
    let short = |it: &mut Answered| it.columns.truncate(15 * 6);
    let (expected, got) = (16 * 6, 15 * 6);
    let breach = breach_of((0, LEADER, 1), short).await;
    assert_eq!(breach, Breach::WrongLength { expected, got });
    let long = |it: &mut Answered| it.columns = with(&it.columns, |bytes| bytes.push(0));
    let breach = breach_of((2, LEADER, 0), long).await;
    assert_eq!(breach, Breach::WrongLength { expected, got: 97 });
}

#[tokio::test(start_paused = true)]
async fn columns_and_seeds_of_nobody_s_items_lose_items_and_add_none() {
    let flipped = ended_with((0, LEADER, 0), |it: &mut Answered| {
        it.columns = with(&it.columns, |bytes| {
            for byte in bytes {
                *byte ^= 1;
            }
        });
    });
    let reseeded = ended_with((2, LEADER, 0), |it: &mut Seeded| it.seed[0] ^= 1);
    let all = Institutions::new(&[50, 60, 40], 32);
    for (who, ended) in flipped.await.into_iter().enumerate() {
        let rows = ended.unwrap_or_else(|error| panic!("{error}")).rows;
        assert!(rows.len() < 32);
        for row in rows {
            let item = &all.sets[who][row as usize];
            assert!(all.sets.iter().all(|set| set.contains(item)));
        }
    }
    // Nothing is left.
    for ended in reseeded.await {
        assert!(matches!(ended, Err(PsiError::BelowMinimum { .. })));
    }
}

#[tokio::test(start_paused = true)]
async fn another_count_and_lists_that_do_not_fit_blame_the_leader() {
    // Thirty-two in chunks of sixteen: two full ones and a last one of none.
    for (count, expected, got) in [
        (33, 7, 0),
        (31, 15 * 7, 16 * 7),
        (48, 16 * 7, 0),
        (16, 0, 16 * 7),
    ] {
        let lie = move |it: &mut Counted| it.count = u32::to_le_bytes(count);
        let breach = breach_of((LEADER, 0, 0), lie).await;
        assert_eq!(breach, Breach::WrongLength { expected, got }, "{count}");
    }
    let short = |it: &mut Listed| it.prefixes.truncate(7);
    let breach = breach_of((LEADER, 2, 1), short).await;
    let (expected, got) = (16 * 7, 7);
    assert_eq!(breach, Breach::WrongLength { expected, got });
}

#[tokio::test(start_paused = true)]
async fn items_that_are_unknown_repeated_or_out_of_order_blame_the_leader() {
    let unknown = |it: &mut Listed| it.prefixes = with(&it.prefixes, |bytes| bytes[14] ^= 1);
    assert_eq!(breach_of((LEADER, 0, 0), unknown).await, Breach::NotHeld);
    let twice = |it: &mut Listed| {
        it.prefixes = with(&it.prefixes, |bytes| bytes.copy_within(0..7, 7));
    };
    assert_eq!(breach_of((LEADER, 2, 1), twice).await, Breach::NotAscending);
    let first = |it: &mut Listed| it.prefixes = with(&it.prefixes, |bytes| bytes[21..28].fill(0));
    assert_eq!(breach_of((LEADER, 0, 1), first).await, Breach::NotAscending);
}

#[tokio::test(start_paused = true)]
async fn a_session_taken_up_with_another_set_or_false_progress_blames_its_owner() {
    type Lie = fn(&mut Declared);
    let cases: [(usize, Lie, Breach); 4] = [
        (2, |it| it.commitment[0] ^= 1, Breach::OtherSet),
        (LEADER, |it| it.size -= 1, Breach::OtherSet),
        (
            LEADER,
            |it| it.held = 2,
            Breach::Chunks {
                claimed: 2,
                most: 1,
            },
        ),
        (
            2,
            |it| it.held = 1,
            Breach::Chunks {
                claimed: 1,
                most: 0,
            },
        ),
    ];
    for (liar, lie, expected) in cases {
        let (world, mut institutions) = (World::new(1), institutions());
        institutions.sizes.bucket = 30;
        let whole = institutions.align(&world).await;
        institutions.check(whole);
        let name = institutions.parties[liar].clone();
        let from = name.clone();
        world.tamper(move |frame| {
            if frame.sender == from {
                change::<Declared>(frame, lie);
            }
        });
        let error = institutions.align(&world).await.swap_remove(0).err();
        let Some(PsiError::Breach { peer, breach }) = error else {
            panic!("{error:?}")
        };
        assert_eq!((peer, breach), (name, expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_malformed_message_of_any_step_blames_its_sender() {
    for step in ORDER {
        for malformed in [&[0xff; 3][..], &[0; 2000]] {
            let liar = if LEADERS.contains(&step) { LEADER } else { 0 };
            let (world, mut institutions) = (World::new(1), institutions());
            let name = institutions.parties[liar].clone();
            let (from, victim) = (name.clone(), Arc::new(Mutex::new(None)));
            let noted = victim.clone();
            world.tamper(move |frame| {
                let mut noted = noted.lock().unwrap();
                if frame.sender == from && *frame.step == *step && noted.is_none() {
                    frame.content = Content::Body(malformed.to_vec().into());
                    *noted = Some(frame.receiver.clone());
                }
            });
            let mut ended = institutions.align(&world).await;
            let victim = victim.lock().unwrap().clone().unwrap();
            let victim = institutions.parties.iter().position(|it| *it == victim);
            let error = ended.swap_remove(victim.unwrap()).err().unwrap();
            assert_eq!(error.fault(), Fault::Peer(name), "{step}: {error}");
        }
    }
}
