//! Laws: what comes out is the plain intersection.

use std::{sync::LazyLock, thread, time::Duration};

use consilium_mailbox::{
    Fault,
    sim::{Link, World},
};
use consilium_psi::{PsiError, unbalanced::Uses};
use proptest::prelude::*;
use tokio::time::Instant;

use super::desk::{Desk, Shelf, uses};
use crate::{
    pair::{distinct, hospital, insurer, item},
    transcript::paused,
};

#[tokio::test(start_paused = true)]
async fn overlaps_of_none_one_all_but_one_and_all_are_found() {
    for size in [1, 2, 15, 16, 17, 31, 33, 63, 64, 65] {
        for common in [0, 1, size - 1, size] {
            let mut desk = Desk::new(size, size, common);
            let ended = desk.align(&World::new(1)).await;
            desk.check(ended);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sets_of_very_different_sizes_are_aligned_whichever_is_the_larger() {
    for (asks, holds, common) in [
        (0, 0, 0),
        (0, 50, 0),
        (50, 0, 0),
        (1, 300, 1),
        (300, 2, 1),
        (300, 1, 0),
        (129, 17, 17),
    ] {
        let mut desk = Desk::new(asks, holds, common);
        let ended = desk.align(&World::new(1)).await;
        desk.check(ended);
    }
}

#[test]
fn random_sets_of_random_shape_give_the_plain_intersection() {
    let config = ProptestConfig::with_cases(40);
    proptest!(config, |(
        one: Vec<u8>, other: Vec<u8>, chunk in 1_u32..40, threads in 1_usize..5,
        queries in 256_u32..2000,
    )| {
        let mut desk = Desk::new(0, 0, 0);
        (desk.hospital, desk.insurer) = (distinct(one), distinct(other));
        (desk.terms.chunk, desk.threads, desk.uses) = (chunk, threads, uses(queries));
        let ended = paused(async { desk.align(&World::new(1)).await });
        desk.check(ended);
    });
}

/// The store of a table of 70,000 items, three pieces, that was broken off in between.
pub(crate) static LARGE: LazyLock<(Shelf, [Vec<u32>; 2])> = LazyLock::new(|| {
    let made = async {
        let mut desk = large();
        desk.shelves[1].lasts = Some(3);
        let error = desk.build().await.err().unwrap();
        assert_eq!(error.fault(), Fault::Ours, "{error}");
        desk.shelves[1].lasts = None;
        let resumed = desk.build().await.unwrap();
        let finished = desk.build().await.unwrap();
        let [_, shelf] = desk.shelves;
        (shelf, [resumed, finished])
    };
    // The test that comes first may be in a runtime.
    let other = thread::spawn(|| paused(made));
    other.join().unwrap()
});

/// Forty items against 70,000, of which one piece has 32,768.
pub(crate) fn large() -> Desk {
    let mut desk = Desk::new(40, 70_000, 0);
    desk.hospital = [40, 41, 42, 29_999, 34_000, 34_001, 70_038, 70_039]
        .into_iter()
        .chain(80_000..80_032)
        .map(item)
        .collect();
    desk
}

/// The same, the table made already.
pub(crate) fn large_and_made() -> Desk {
    let mut desk = large();
    desk.shelves[1] = LARGE.0.clone();
    desk
}

#[tokio::test(start_paused = true)]
async fn common_items_are_found_all_over_a_table_of_several_pieces() {
    let mut desk = large_and_made();
    let ended = desk.align(&World::new(1)).await;
    desk.check(ended);
}

#[tokio::test(start_paused = true)]
async fn the_common_order_is_the_key_s_and_not_the_rows() {
    let mut desk = Desk::new(60, 60, 60);
    let (one, _) = desk.align(&World::new(1)).await.both();
    let (again, _) = desk.align(&World::new(1)).await.both();
    assert_eq!(one.rows, again.rows);
    desk.context = [33; 32];
    let (other, _) = desk.align(&World::new(1)).await.both();
    assert!(!one.rows.is_sorted());
    // Of sixty positions a random order keeps one on average; the seed is fixed.
    let kept = one.rows.iter().zip(&other.rows).filter(|(a, b)| a == b);
    assert!(kept.count() < 8);
}

#[tokio::test(start_paused = true)]
async fn an_intersection_below_the_minimum_stops_both_before_any_position_is_told() {
    let mut desk = Desk::new(100, 90, 19);
    desk.terms.minimum = 20;
    let world = World::new(1);
    let errors = desk.align(&world).await.errors();
    assert_eq!(errors.len(), 2);
    for error in errors {
        let PsiError::BelowMinimum { minimum: 20 } = error else {
            panic!("{error}")
        };
    }
    let frames = world.transcript();
    assert!(
        frames
            .iter()
            .all(|it| *it.step != *"psi-unbalanced.1.matched")
    );

    let mut desk = Desk::new(100, 90, 20);
    desk.terms.minimum = 20;
    let ended = desk.align(&World::new(1)).await;
    desk.check(ended);
}

#[tokio::test(start_paused = true)]
async fn a_set_below_the_minimum_ends_the_run_before_the_table_leaves() {
    for (asks, holds, small) in [(19, 100, hospital()), (100, 19, insurer())] {
        let mut desk = Desk::new(asks, holds, 19);
        desk.terms.minimum = 20;
        let world = World::new(1);
        let errors = desk.align(&world).await.errors();
        assert_eq!(errors.len(), 2);
        for error in errors {
            let PsiError::TooSmall {
                party, size: 19, ..
            } = error
            else {
                panic!("{error}")
            };
            assert_eq!(party, small);
        }
        let frames = world.transcript();
        assert!(
            frames
                .iter()
                .all(|it| *it.step != *"psi-unbalanced.1.tabled")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn own_sets_that_break_the_plan_never_leave_the_house() {
    type Change = fn(&mut Desk);
    let mut desk = Desk::new(20, 20, 5);
    desk.hospital[17] = desk.hospital[3];
    desk.insurer[16] = desk.insurer[2];
    let ended = desk.align(&World::new(1)).await;
    let first_of = |error: Option<PsiError>| match error {
        Some(PsiError::Repeated { first, second }) => (first, second),
        _ => panic!("it is repeated"),
    };
    assert_eq!(first_of(ended.hospital.err()), (3, 17));
    assert_eq!(first_of(ended.insurer.err()), (2, 16));

    let changes: [(Change, usize); 3] = [
        (|desk| desk.terms.largest = 20, 20),
        (|desk| desk.uses.queries = 20, 20),
        (
            |desk| (desk.uses.queries, desk.terms.largest) = (18, 20),
            18,
        ),
    ];
    for (change, allowed) in changes {
        let mut desk = Desk::new(21, 20, 5);
        change(&mut desk);
        let error = desk.align(&World::new(1)).await.hospital.err().unwrap();
        let PsiError::TooLarge { size: 21, largest } = error else {
            panic!("{error}")
        };
        assert_eq!(largest as usize, allowed);
    }
}

#[tokio::test(start_paused = true)]
async fn terms_that_nobody_can_keep_are_refused() {
    type Change = fn(&mut Desk);
    let changes: [Change; 5] = [
        |desk| desk.terms.chunk = 0,
        |desk| desk.uses.queries = 0,
        |desk| desk.uses.queries = Uses::MOST_QUERIES + 1,
        |desk| desk.uses.holder = hospital(),
        |desk| desk.uses.holder = "regulator".parse().unwrap(),
    ];
    for change in changes {
        let mut desk = Desk::new(20, 20, 5);
        change(&mut desk);
        let errors = desk.align(&World::new(1)).await.errors();
        assert_eq!(errors.len(), 2);
        for error in errors {
            assert!(matches!(error, PsiError::Terms(_)), "{error}");
        }
    }
}

/// On links of 100 ms: m1; m2 and m3; m4; m5 and m6; m7 and m8. With the table there m4 follows m1.
#[tokio::test(start_paused = true)]
async fn a_run_takes_five_messages_one_after_the_other_and_later_ones_four() {
    let link = Link {
        latency: Duration::from_millis(100),
        ..Link::default()
    };
    let mut desk = Desk::new(64, 500, 17);
    for due in [500..510, 400..410] {
        let began = Instant::now();
        let ended = desk.align(&World::new(1).with_link(link)).await;
        desk.check(ended);
        let took = began.elapsed().as_millis();
        assert!(due.contains(&took), "{took}");
    }
}
