//! The table: made once, fetched once for each key, taken up where it broke off.

use consilium_mailbox::{
    Fault, Frame, Message as _,
    sim::{Crash, Moment, World},
};
use consilium_psi::{PsiError, SpillError};

use super::{
    desk::{Damage, Desk},
    laws::{LARGE, large_and_made},
    wire::{Blinded, Described, Tabled},
};
use crate::{
    pair::{hospital, insurer, item},
    wire::read,
};

fn sent(world: &World, step: &str) -> usize {
    let frames = world.transcript();
    frames.iter().filter(|it| *it.step == *step).count()
}

#[test]
fn making_a_table_repeats_no_chunk_that_was_kept() {
    let (shelf, [resumed, finished]) = &*LARGE;
    // The set's name and two chunks were written before it broke off, three chunks afterwards.
    let values = shelf
        .written
        .iter()
        .filter(|name| name.starts_with("values-"));
    let values: Vec<&str> = values.map(String::as_str).collect();
    assert_eq!(
        values[..5],
        ["values-0", "values-1", "values-2", "values-3", "values-4"]
    );
    assert_eq!(*resumed, [16_384, 32_768, 49_152, 65_536, 70_000]);
    assert_eq!(*finished, [70_000]);
    let names: Vec<&str> = shelf
        .pieces
        .iter()
        .filter(|(_, piece)| !piece.is_empty())
        .map(|(name, _)| name.as_str())
        .collect();
    let due = [
        "header", "rows-0", "rows-1", "rows-2", "set", "table-0", "table-1", "table-2",
    ];
    assert_eq!(names, due);
}

#[tokio::test(start_paused = true)]
async fn the_table_is_fetched_once_and_a_second_study_sends_no_piece() {
    let (world, mut desk) = (World::new(1), Desk::new(40, 500, 20));
    for study in 0..3 {
        desk.terms.study[0] = study;
        let ended = desk.align(&world).await;
        desk.check(ended);
        let pieces = (sent(&world, Described::STEP), sent(&world, Tabled::STEP));
        assert_eq!(pieces, (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn another_key_context_set_order_of_rows_or_larger_cap_is_another_table() {
    type Change = fn(&mut Desk);
    let changes: [(&str, Change); 5] = [
        ("key", |desk| {
            desk.key = consilium_base::Seed::from_bytes([44; 32]);
        }),
        ("context", |desk| desk.context[0] ^= 1),
        ("set", |desk| desk.insurer[400] = item(7000)),
        ("order of rows", |desk| desk.insurer.swap(0, 1)),
        ("queries", |desk| desk.uses.queries = 2000),
    ];
    for (what, change) in changes {
        let (world, mut desk) = (World::new(1), Desk::new(40, 500, 20));
        let ended = desk.align(&world).await;
        desk.check(ended);
        change(&mut desk);
        let ended = desk.align(&world).await;
        desk.check(ended);
        // Of the same items in other rows the table is the same, but the holder's rows are others.
        let fetched = if what == "order of rows" { 1 } else { 2 };
        assert_eq!(sent(&world, Tabled::STEP), fetched, "{what}");
        let made = desk.shelves[1].written.iter();
        assert_eq!(made.filter(|name| *name == "header").count(), 2, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_broke_off_is_taken_up_at_the_piece() {
    for nth in 0..3 {
        for (party, moment) in [
            (insurer(), Moment::BeforeSend),
            (insurer(), Moment::AfterSend),
            (hospital(), Moment::OnReceive),
        ] {
            let (world, mut desk) = (World::new(1), large_and_made());
            world.crash(Crash {
                party,
                step: Tabled::STEP.into(),
                nth,
                moment,
            });
            assert_eq!(desk.align(&world).await.errors().len(), 2);
            let kept = |desk: &Desk| {
                let names = desk.shelves[0].pieces.keys();
                names.filter(|name| name.starts_with("table-")).count()
            };
            let (before, held) = (sent(&world, Tabled::STEP), kept(&desk));
            assert!((nth..=nth + 1).contains(&held));
            let again = desk.align(&world).await;
            desk.check(again);
            assert_eq!(sent(&world, Tabled::STEP) - before, 3 - held);
            assert_eq!(kept(&desk), 3);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_run_sends_the_same_queries() {
    let (world, mut desk) = (World::new(1), Desk::new(40, 50, 20));
    let queries = |frames: &[Frame]| {
        let points = frames.iter().filter_map(read::<Blinded>);
        points.map(|it| it.points).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        let ended = desk.align(&world).await;
        desk.check(ended);
    }
    let all = queries(&world.transcript());
    let (one, other) = all.split_at(all.len() / 2);
    assert_eq!(one, other);
    assert_eq!(one.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_smaller_cap_is_served_by_the_table_that_is_there_and_a_larger_one_by_one_of_a_larger_class()
 {
    let (world, mut desk) = (World::new(1), Desk::new(30, 60, 20));
    for (queries, tables) in [
        (1000, 1),
        (1024, 1),
        (500, 1),
        (10_000, 2),
        (1000, 2),
        (100_000, 3),
        (10_000, 3),
    ] {
        desk.uses.queries = queries;
        let ended = desk.align(&world).await;
        desk.check(ended);
        let made = desk.shelves[1].written.iter();
        assert_eq!(made.filter(|name| *name == "header").count(), tables);
        assert_eq!(sent(&world, Described::STEP), tables, "{queries}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_broke_off_under_one_cap_is_taken_up_under_another() {
    let mut desk = Desk::new(30, 60, 20);
    desk.shelves[1].lasts = Some(3);
    desk.build().await.unwrap_err();
    (desk.shelves[1].lasts, desk.uses.queries) = (None, 100_000);
    let ended = desk.align(&World::new(1)).await;
    desk.check(ended);
    let written = desk.shelves[1].written.iter();
    assert_eq!(written.filter(|name| *name == "values-0").count(), 2);
}

const DAMAGES: [Damage; 4] = [
    |pieces, name| pieces.get_mut(name).unwrap()[20] ^= 1,
    // Rows by one place.
    |pieces, name| pieces.get_mut(name).unwrap().rotate_left(4),
    |pieces, name| pieces.get_mut(name).unwrap().truncate(20),
    |pieces, name| drop(pieces.remove(name)),
];

/// Nothing is asked before the store is whole, so nothing is charged for nothing.
#[tokio::test(start_paused = true)]
async fn what_is_damaged_between_two_studies_is_made_or_fetched_anew_and_charged_once() {
    for (who, name) in [
        (0, "header"),
        (0, "table-0"),
        (1, "header"),
        (1, "rows-0"),
        (1, "table-0"),
    ] {
        for damage in DAMAGES {
            let (world, mut desk) = (World::new(1), Desk::new(30, 60, 20));
            let ended = desk.align(&world).await;
            desk.check(ended);
            let before = desk.shelves[who].pieces.clone();
            damage(&mut desk.shelves[who].pieces, name);
            desk.terms.study[0] ^= 1;
            let ended = desk.align(&world).await;
            desk.check(ended);
            assert_eq!((desk.ledger.calls, desk.ledger.used()), (2, 60));
            assert!(desk.shelves[who].pieces == before, "{who} {name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_fetched_table_the_pieces_before_a_damaged_one_stay() {
    let (world, mut desk) = (World::new(1), large_and_made());
    let ended = desk.align(&world).await;
    desk.check(ended);
    desk.shelves[0].pieces.get_mut("table-1").unwrap()[9] ^= 1;
    let ended = desk.align(&world).await;
    desk.check(ended);
    let fetched = (sent(&world, Described::STEP), sent(&world, Tabled::STEP));
    assert_eq!(fetched, (1, 3 + 2));
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_of_a_broken_off_table_and_damaged_is_evaluated_again() {
    for damage in DAMAGES {
        let mut desk = Desk::new(30, 60, 20);
        desk.shelves[1].lasts = Some(2);
        desk.build().await.unwrap_err();
        desk.shelves[1].lasts = None;
        damage(&mut desk.shelves[1].pieces, "values-0");
        let ended = desk.align(&World::new(1)).await;
        desk.check(ended);
    }
}

/// The piece is changed after the look at all of them: in the midst of the run.
#[tokio::test(start_paused = true)]
async fn a_store_that_is_damaged_under_a_run_is_our_own_fault_named_and_mended_by_the_next() {
    for (who, name) in [(0, "table-0"), (1, "rows-0"), (1, "table-0")] {
        for damage in DAMAGES {
            let (world, mut desk) = (World::new(1), Desk::new(30, 60, 20));
            if name.starts_with("rows") || who == 0 {
                let ended = desk.align(&world).await;
                desk.check(ended);
            } else {
                desk.build().await.unwrap();
            }
            desk.shelves[who].spoiled = Some((name, 1, damage));
            let ended = desk.align(&world).await;
            let error = [ended.hospital, ended.insurer][who]
                .as_ref()
                .err()
                .map(damaged);
            assert_eq!(error.as_deref(), Some(name));
            let again = desk.align(&world).await;
            desk.check(again);
            assert_eq!(desk.ledger.used(), 30);
        }
    }
}

fn damaged(error: &PsiError) -> String {
    assert_eq!(error.fault(), Fault::Ours, "{error}");
    let PsiError::Spill(SpillError::Damaged { name, .. }) = error else {
        panic!("{error}")
    };
    name.clone()
}
