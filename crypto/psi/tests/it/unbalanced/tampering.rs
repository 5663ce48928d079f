//! One changed frame: the error blames its sender.

use std::collections::BTreeMap;

use bytes::Bytes;
use consilium_base::Tagged;
use consilium_mailbox::{Content, Fault, Message, PartyId, sim::World};
use consilium_psi::{Breach, PsiError, unbalanced::Refused};

use super::{
    desk::Desk,
    laws::large_and_made,
    wire::{Blinded, Charged, Counted, Declared, Described, Evaluated, Matched, STEPS, Tabled},
};
use crate::{
    pair::{hospital, insurer},
    wire::change,
};

/// Changes what `liar` sends in its `nth` such message.
fn lying<M: Message + 'static>(
    world: &World,
    liar: PartyId,
    nth: usize,
    lie: impl Fn(&mut M) + Send + 'static,
) {
    let mut seen = 0;
    world.tamper(move |frame| {
        if frame.sender == liar && *frame.step == *M::STEP {
            if seen == nth {
                change::<M>(frame, &lie);
            }
            seen += 1;
        }
    });
}

/// The other one's breach when `lie` changes what `liar` sends in its `nth` such message.
async fn breach_in<M: Message + 'static>(
    liar: PartyId,
    nth: usize,
    lie: impl Fn(&mut M) + Send + 'static,
) -> Breach {
    let (world, mut desk) = (World::new(1), Desk::new(40, 50, 20));
    lying(&world, liar.clone(), nth, lie);
    breach(&mut desk, &world, &liar).await
}

async fn breach(desk: &mut Desk, world: &World, liar: &PartyId) -> Breach {
    let ended = desk.align(world).await;
    let error = if *liar == insurer() {
        ended.hospital
    } else {
        ended.insurer
    };
    let error = error.err().unwrap();
    assert_eq!(error.fault(), Fault::Peer(liar.clone()), "{error}");
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
async fn other_terms_and_too_large_sets_blame_their_sender_before_the_table_leaves() {
    for liar in [hospital(), insurer()] {
        let lie = |it: &mut Declared| it.terms[0] ^= 1;
        assert_eq!(breach_in(liar, 0, lie).await, Breach::OtherTerms);
    }
    for (liar, size, largest) in [(hospital(), 1001, 1000), (insurer(), 100_001, 100_000)] {
        let lie = move |it: &mut Declared| it.size = size;
        let found = breach_in(liar, 0, lie).await;
        assert_eq!(found, Breach::TooLarge { size, largest });
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_not_the_declared_one_blames_the_holder() {
    type Lie = fn(&mut Declared);
    type Change = fn(&mut Tabled);
    let lies: [Lie; 3] = [
        |it| it.table = None,
        |it| it.table = Some([1; 32]),
        |it| it.size += 1,
    ];
    for lie in lies {
        assert_eq!(breach_in(insurer(), 0, lie).await, Breach::BadTable);
    }
    // Items, queries, context, a piece's hash.
    for byte in [0, 4, 8, 40] {
        let lie = move |it: &mut Described| {
            it.header = with(&it.header, |bytes| bytes[byte] ^= 1);
        };
        assert_eq!(breach_in(insurer(), 0, lie).await, Breach::BadTable);
    }
    let short = |it: &mut Described| it.header.truncate(40);
    assert_eq!(breach_in(insurer(), 0, short).await, Breach::BadTable);
    let long = |it: &mut Described| it.header = with(&it.header, |bytes| bytes.push(0));
    assert_eq!(breach_in(insurer(), 0, long).await, Breach::BadTable);
    let pieces: [Change; 3] = [
        |it| it.piece = with(&it.piece, |bytes| bytes[20] ^= 1),
        |it| it.piece.truncate(100),
        |it| it.piece = Bytes::new(),
    ];
    for lie in pieces {
        assert_eq!(breach_in(insurer(), 0, lie).await, Breach::BadTable);
    }
}

/// Makes the hashes right that a holder keeps of a piece and its rows.
fn rehash(pieces: &mut BTreeMap<String, Vec<u8>>, number: usize) {
    let piece = &pieces[&format!("table-{number}")];
    let hash = Tagged::new("psi-unbalanced.1.tabled").field(piece).digest();
    let at = 40 + 32 * number;
    pieces.get_mut("header").unwrap()[at..at + 32].copy_from_slice(&hash);
    let kept = Tagged::new("psi-unbalanced.1.kept-rows").field(&pieces["set"]);
    let rows = pieces.get_mut(&format!("rows-{number}")).unwrap();
    rows.truncate(rows.len() - 32);
    let kept = kept.field(&hash).field(rows).digest();
    rows.extend_from_slice(&kept);
}

#[tokio::test(start_paused = true)]
async fn a_malformed_table_under_right_hashes_blames_the_holder() {
    let (world, mut desk) = (World::new(1), Desk::new(40, 50, 20));
    desk.build().await.unwrap();
    let shelf = &mut desk.shelves[1].pieces;
    shelf.get_mut("table-0").unwrap().push(0);
    rehash(shelf, 0);
    let found = breach(&mut desk, &world, &insurer()).await;
    assert_eq!(found, Breach::BadTable);
    assert_eq!(desk.ledger.calls, 0);
}

#[tokio::test(start_paused = true)]
async fn pieces_in_another_order_under_right_hashes_blame_the_holder() {
    let (world, mut desk) = (World::new(1), large_and_made());
    let shelf = &mut desk.shelves[1].pieces;
    let first = shelf.remove("table-0").unwrap();
    let second = shelf.insert("table-1".to_owned(), first).unwrap();
    shelf.insert("table-0".to_owned(), second);
    rehash(shelf, 0);
    rehash(shelf, 1);
    let found = breach(&mut desk, &world, &insurer()).await;
    assert_eq!(found, Breach::NotAscending);
}

#[tokio::test(start_paused = true)]
async fn pieces_that_nobody_has_blame_the_one_that_claims_them() {
    let (world, mut desk) = (World::new(1), Desk::new(40, 50, 20));
    let whole = desk.align(&world).await;
    desk.check(whole);
    lying(&world, hospital(), 0, |it: &mut Declared| it.held = 2);
    let found = breach(&mut desk, &world, &hospital()).await;
    let (claimed, most) = (2, 1);
    assert_eq!(found, Breach::Chunks { claimed, most });
}

#[tokio::test(start_paused = true)]
async fn queries_that_are_too_few_too_many_or_invalid_blame_the_asker() {
    let (expected, got) = (16 * 32, 15 * 32);
    let short = |it: &mut Blinded| it.points.truncate(15 * 32);
    let found = breach_in(hospital(), 1, short).await;
    assert_eq!(found, Breach::WrongLength { expected, got });
    let long = |it: &mut Blinded| it.points = with(&it.points, |bytes| bytes.push(0));
    let got = expected + 1;
    let found = breach_in(hospital(), 0, long).await;
    assert_eq!(found, Breach::WrongLength { expected, got });
    for bad in [0, 0xff] {
        let lie = move |it: &mut Blinded| {
            it.points = with(&it.points, |bytes| bytes[5 * 32..6 * 32].fill(bad));
        };
        let found = breach_in(hospital(), 2, lie).await;
        assert_eq!(found, Breach::BadPoint { index: 37 });
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_too_few_too_many_or_invalid_blame_the_holder() {
    let (expected, got) = (16 * 32, 0);
    let none = |it: &mut Evaluated| it.points = Bytes::new();
    let found = breach_in(insurer(), 1, none).await;
    assert_eq!(found, Breach::WrongLength { expected, got });
    let long = |it: &mut Evaluated| it.points = with(&it.points, |bytes| bytes.push(0));
    let got = expected + 1;
    let found = breach_in(insurer(), 0, long).await;
    assert_eq!(found, Breach::WrongLength { expected, got });
    for bad in [0, 0xff] {
        let lie = move |it: &mut Evaluated| {
            it.points = with(&it.points, |bytes| bytes[5 * 32..6 * 32].fill(bad));
        };
        let found = breach_in(insurer(), 2, lie).await;
        assert_eq!(found, Breach::BadPoint { index: 37 });
    }
}

/// The page says so: nothing proves that answers are made with the table's key.
#[tokio::test(start_paused = true)]
async fn answers_of_another_key_make_fewer_items_common_and_are_not_found_out() {
    let (world, mut desk) = (World::new(1), Desk::new(40, 50, 40));
    let lie = |it: &mut Evaluated| {
        it.points = with(&it.points, |bytes| {
            let (one, other) = bytes.split_at_mut(32);
            one.swap_with_slice(&mut other[..32]);
        });
    };
    lying(&world, insurer(), 0, lie);
    let (one, other) = desk.align(&world).await.both();
    assert_eq!((one.rows.len(), other.rows.len()), (38, 38));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_taken_at_its_word() {
    let (world, mut desk) = (World::new(1), Desk::new(40, 50, 20));
    lying(&world, insurer(), 0, |it: &mut Charged| {
        it.refused = Some((7, 9));
    });
    let error = desk.align(&world).await.hospital.err().unwrap();
    let PsiError::Refused(Refused::Cap { used: 7, most: 9 }) = error else {
        panic!("{error}")
    };
}

#[tokio::test(start_paused = true)]
async fn a_count_that_can_t_be_blames_the_asker() {
    let lie = |it: &mut Counted| it.count = [41, 0, 0, 0];
    let found = breach_in(hospital(), 0, lie).await;
    assert_eq!(
        found,
        Breach::TooMany {
            count: 41,
            most: 40
        }
    );
    let fewer = |it: &mut Counted| it.count = [10, 0, 0, 0];
    let found = breach_in(hospital(), 0, fewer).await;
    let (expected, got) = (40, 64);
    assert_eq!(found, Breach::WrongLength { expected, got });
}

#[tokio::test(start_paused = true)]
async fn positions_that_are_too_few_repeated_unordered_or_outside_blame_the_asker() {
    let short = |it: &mut Matched| it.positions.truncate(60);
    let (expected, got) = (64, 60);
    let found = breach_in(hospital(), 0, short).await;
    assert_eq!(found, Breach::WrongLength { expected, got });
    let twice = |it: &mut Matched| {
        it.positions = with(&it.positions, |bytes| bytes.copy_within(0..4, 4));
    };
    let found = breach_in(hospital(), 0, twice).await;
    assert_eq!(found, Breach::NotAscending);
    let back = |it: &mut Matched| it.positions = with(&it.positions, |bytes| bytes[..4].fill(0));
    let found = breach_in(hospital(), 1, back).await;
    assert_eq!(found, Breach::NotAscending);
    for outside in [50_u32, 1 << 15, u32::MAX] {
        let lie = move |it: &mut Matched| {
            it.positions = with(&it.positions, |bytes| {
                let last = bytes.len() - 4;
                bytes[last..].copy_from_slice(&outside.to_le_bytes());
            });
        };
        let found = breach_in(hospital(), 1, lie).await;
        assert_eq!(found, Breach::BadPositions);
    }
}

#[tokio::test(start_paused = true)]
async fn a_malformed_message_of_any_step_blames_its_sender() {
    for step in STEPS {
        for liar in [hospital(), insurer()] {
            let (world, mut desk) = (World::new(1), Desk::new(40, 50, 20));
            let lies = liar.clone();
            world.tamper(move |frame| {
                if frame.sender == lies && *frame.step == **step {
                    frame.content = Content::Body(vec![0xff; 3].into());
                }
            });
            let ended = desk.align(&world).await;
            let (sent, error) = if liar == insurer() {
                (&*world.transcript(), ended.hospital.err())
            } else {
                (&*world.transcript(), ended.insurer.err())
            };
            if sent
                .iter()
                .any(|it| it.sender == liar && *it.step == **step)
            {
                let error = error.unwrap();
                assert_eq!(error.fault(), Fault::Peer(liar.clone()), "{step}: {error}");
            }
        }
    }
}
