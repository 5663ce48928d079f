//! Laws: what comes out is the plain intersection, and its size.

use std::time::Duration;

use consilium_mailbox::{
    Fault,
    sim::{Link, World},
};
use consilium_psi::{
    Epsilon, PsiError,
    ecdh::{Counted, Shown},
};
use proptest::prelude::*;
use tokio::time::Instant;

use crate::{
    pair::{Pair, distinct, insurer},
    transcript::paused,
};

#[tokio::test(start_paused = true)]
async fn overlaps_of_none_one_all_but_one_and_all_are_found() {
    for size in [1, 2, 15, 16, 17, 31, 33, 63, 64, 65] {
        for common in [0, 1, size - 1, size] {
            let mut pair = Pair::new(size, size, common);
            let ended = pair.align(&World::new(1)).await;
            pair.check(ended);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sets_of_very_different_sizes_are_aligned() {
    for (one, other, common) in [
        (0, 0, 0),
        (0, 50, 0),
        (1, 300, 1),
        (300, 2, 1),
        (129, 17, 17),
    ] {
        let mut pair = Pair::new(one, other, common);
        let ended = pair.align(&World::new(1)).await;
        pair.check(ended);
    }
}

#[test]
fn random_sets_of_random_shape_give_the_plain_intersection() {
    let config = ProptestConfig::with_cases(40);
    proptest!(config, |(one: Vec<u8>, other: Vec<u8>, chunk in 1_u32..40, threads in 1_usize..5)| {
        let mut pair = Pair::new(0, 0, 0);
        (pair.hospital, pair.insurer) = (distinct(one), distinct(other));
        (pair.terms.chunk, pair.threads) = (chunk, threads);
        let ended = paused(async { pair.align(&World::new(1)).await });
        pair.check(ended);
    });
}

#[tokio::test(start_paused = true)]
async fn the_aligned_order_is_the_run_s_and_not_the_rows() {
    let mut pair = Pair::new(60, 60, 60);
    let (one, _) = pair.align_seeded(&World::new(1), 0).await.both();
    pair.spills = Default::default();
    let (other, _) = pair.align_seeded(&World::new(1), 1).await.both();
    assert!(!one.rows.is_sorted());
    assert_ne!(one.rows, other.rows);
    // Of sixty places a random order keeps one on average; the seed is fixed.
    let kept = one.rows.iter().zip(&other.rows).filter(|(a, b)| a == b);
    assert!(kept.count() < 8);
}

#[tokio::test(start_paused = true)]
async fn both_learn_the_exact_size_if_the_plan_says_so() {
    for (one, other, common) in [(0, 0, 0), (40, 40, 0), (40, 33, 1), (40, 70, 40)] {
        let mut pair = Pair::new(one, other, common);
        let counted = pair.count(&World::new(1), &Shown::Exact).await.both();
        let exact = Counted::Exact(u32::try_from(common).unwrap());
        assert_eq!(counted, (exact, exact));
    }
}

#[tokio::test(start_paused = true)]
async fn noise_goes_to_the_one_that_does_not_count_and_is_drawn_once() {
    let mut answers = Vec::new();
    for thousandths in [100, 200] {
        let epsilon = Epsilon::thousandths(thousandths).unwrap();
        let mut pair = Pair::new(100, 100, 50);
        let shown = Shown::Noised {
            counter: insurer(),
            epsilon,
        };
        for _ in 0..2 {
            let (told, counted) = pair.count(&World::new(1), &shown).await.both();
            assert_eq!(counted, Counted::Exact(50));
            let Counted::Noised(told) = told else {
                panic!("it is told with noise")
            };
            assert!((told - 50).abs() < 300, "{told}");
            answers.push(told);
        }
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[2], answers[3]);
    assert_ne!(answers[0], answers[2]);
    assert_ne!(answers[0], 50);
}

#[tokio::test(start_paused = true)]
async fn a_counter_from_elsewhere_is_refused() {
    let epsilon = Epsilon::thousandths(100).unwrap();
    let shown = Shown::Noised {
        counter: "regulator".parse().unwrap(),
        epsilon,
    };
    for error in Pair::new(10, 10, 5)
        .count(&World::new(1), &shown)
        .await
        .errors()
    {
        assert_eq!(error.fault(), Fault::Input);
    }
}

#[tokio::test(start_paused = true)]
async fn an_intersection_below_the_minimum_stays_hidden_from_both() {
    let mut pair = Pair::new(100, 90, 19);
    pair.terms.minimum = 20;
    let world = World::new(1);
    for error in pair.align(&world).await.errors() {
        assert!(matches!(error, PsiError::BelowMinimum { minimum: 20 }));
        assert_eq!(error.fault(), Fault::Input);
    }
    let released = world
        .transcript()
        .into_iter()
        .any(|it| &*it.step == "psi-ecdh.1.released");
    assert!(!released);

    let mut pair = Pair::new(100, 90, 20);
    pair.terms.minimum = 20;
    let ended = pair.align(&World::new(1)).await;
    pair.check(ended);
}

#[tokio::test(start_paused = true)]
async fn a_set_below_the_minimum_ends_the_run_before_any_point_leaves() {
    let mut pair = Pair::new(100, 19, 19);
    pair.terms.minimum = 20;
    let world = World::new(1);
    let errors = pair.align(&world).await.errors();
    assert_eq!(errors.len(), 2);
    for error in errors {
        let PsiError::TooSmall {
            party, size: 19, ..
        } = error
        else {
            panic!("{error}")
        };
        assert_eq!(party, insurer());
    }
    let steps: Vec<_> = world.transcript().into_iter().map(|it| it.step).collect();
    assert!(!steps.contains(&"psi-ecdh.1.blinded".into()));
}

#[tokio::test(start_paused = true)]
async fn own_sets_that_break_the_plan_never_leave_the_house() {
    let mut pair = Pair::new(20, 20, 5);
    pair.hospital[17] = pair.hospital[3];
    let ended = pair.align(&World::new(1)).await;
    assert!(matches!(
        ended.hospital,
        Err(PsiError::Repeated {
            first: 3,
            second: 17
        })
    ));

    let mut pair = Pair::new(21, 20, 5);
    pair.terms.largest = 20;
    let ended = pair.align(&World::new(1)).await;
    assert!(matches!(
        ended.hospital,
        Err(PsiError::TooLarge {
            size: 21,
            largest: 20
        })
    ));

    let mut pair = Pair::new(20, 20, 5);
    pair.terms.chunk = 0;
    let ended = pair.align(&World::new(1)).await;
    assert!(matches!(ended.hospital, Err(PsiError::Terms(_))));
}

/// On links of 100 ms, chunks of sixteen: m1; m2 and m3 for each of the longer set's four chunks;
/// m4 for the shorter set's two, and what is left of the longer one's meanwhile; m5; m6 twice.
#[tokio::test(start_paused = true)]
async fn a_run_takes_two_messages_for_each_chunk_of_points_and_one_for_the_others() {
    let link = Link {
        latency: Duration::from_millis(100),
        ..Link::default()
    };
    let (mut pair, began) = (Pair::new(64, 32, 17), Instant::now());
    let ended = pair.align(&World::new(1).with_link(link)).await;
    pair.check(ended);
    let took = began.elapsed().as_millis();
    assert!((1400..1410).contains(&took), "{took}");
}
