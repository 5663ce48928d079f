//! Laws: what comes out is the plain intersection of all sets, whatever their sizes and buckets.

use consilium_mailbox::{Fault, sim::World};
use consilium_psi::PsiError;
use proptest::prelude::*;

use super::institutions::{Institutions, LEADER};
use crate::{pair::item, transcript::paused};

#[tokio::test(start_paused = true)]
async fn overlaps_of_none_one_all_but_one_and_all_are_found_among_three_four_and_five() {
    for parties in [3, 4, 5] {
        for common in [0, 1, 32, 33] {
            let mut institutions = Institutions::new(&[33, 33, 33, 33, 33][..parties], common);
            let ended = institutions.align(&World::new(1)).await;
            institutions.check(ended);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sizes_of_one_and_around_a_power_of_two_are_aligned_whoever_has_more() {
    for (sizes, common) in [
        ([1, 1, 1, 1], 1),
        ([63, 64, 65, 127], 9),
        ([128, 1, 129, 40], 1),
        ([2, 255, 3, 256], 2),
        ([257, 16, 17, 15], 15),
    ] {
        let mut institutions = Institutions::new(&sizes, common);
        let ended = institutions.align(&World::new(1)).await;
        institutions.check(ended);
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_set_at_the_leader_or_a_member_has_nothing_in_common() {
    for empty in [0, LEADER, 2] {
        let mut sizes = [40, 50, 60];
        sizes[empty] = 0;
        let mut institutions = Institutions::new(&sizes, 0);
        let ended = institutions.align(&World::new(1)).await;
        institutions.check(ended);
    }
}

#[tokio::test(start_paused = true)]
async fn results_that_fill_chunks_and_several_buckets_are_told_whole() {
    for (common, chunk, bucket) in [(64, 64, 1 << 20), (64, 32, 80), (65, 64, 60), (63, 64, 100)] {
        let mut institutions = Institutions::new(&[90, 100, 110], common);
        (institutions.terms.chunk, institutions.sizes.bucket) = (chunk, bucket);
        let ended = institutions.align(&World::new(1)).await;
        institutions.check(ended);
    }
}

#[test]
fn random_sets_of_random_shape_give_the_plain_intersection() {
    let config = ProptestConfig::with_cases(8);
    let set = || proptest::collection::btree_set(0_u64..120, 0..110);
    let sets = proptest::collection::vec(set(), 3..5);
    proptest!(config, |(sets in sets, bucket in 60_u32..200, chunk in 1_u32..99)| {
        let sets: Vec<Vec<u64>> = sets.into_iter().map(|set| set.into_iter().collect()).collect();
        let mut institutions = Institutions::of(&sets);
        (institutions.terms.chunk, institutions.sizes.bucket) = (chunk, bucket);
        let ended = paused(async { institutions.align(&World::new(1)).await });
        institutions.check(ended);
    });
}

#[tokio::test(start_paused = true)]
async fn the_aligned_order_is_the_session_s_and_not_the_rows() {
    let mut institutions = Institutions::new(&[60; 3], 60);
    let mut orders = Vec::new();
    for _ in 0..2 {
        institutions.spills = Institutions::new(&[60; 3], 60).spills;
        let ended = institutions.align(&World::new(1)).await;
        orders.push(ended.into_iter().next().unwrap().unwrap().rows);
    }
    assert!(!orders[0].is_sorted());
    // Of sixty places a random order keeps one on average; the seeds are fixed.
    let kept = orders[0].iter().zip(&orders[1]).filter(|(a, b)| a == b);
    assert!(kept.count() < 8);
}

#[tokio::test(start_paused = true)]
async fn a_result_below_the_minimum_is_shown_to_nobody() {
    let mut institutions = Institutions::new(&[70, 80, 90], 19);
    institutions.terms.minimum = 20;
    let world = World::new(1);
    for ended in institutions.align(&world).await {
        let error = ended.err().unwrap();
        let below = matches!(error, PsiError::BelowMinimum { minimum: 20 });
        assert!(below, "{error}");
        assert_eq!(error.fault(), Fault::Input);
    }
    let told = world.transcript();
    assert!(told.iter().all(|it| &*it.step != "psi-star.1.listed"));
}

#[tokio::test(start_paused = true)]
async fn a_set_below_the_minimum_ends_the_run_before_anything_large() {
    let mut institutions = Institutions::new(&[70, 80, 19], 10);
    institutions.terms.minimum = 20;
    let world = World::new(1);
    for ended in institutions.align(&world).await {
        let error = ended.err().unwrap();
        assert!(
            matches!(error, PsiError::TooSmall { size: 19, .. }),
            "{error}"
        );
    }
    let steps = world.transcript().into_iter().map(|it| it.step);
    let large = steps.filter(|it| !it.is_empty() && &**it != "psi-star.1.declared");
    assert_eq!(large.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn parties_that_do_not_fit_and_own_sets_that_break_the_plan_are_refused() {
    let three = || Institutions::new(&[40; 3], 5);
    let two = Institutions::new(&[40; 2], 5);
    let mut shapeless = three();
    shapeless.sizes.bucket = 0;
    for mut institutions in [two, shapeless] {
        for ended in institutions.align(&World::new(1)).await {
            assert!(matches!(ended, Err(PsiError::Terms(_))));
        }
    }

    let mut institutions = three();
    institutions.sets[0][37] = institutions.sets[0][3];
    let ended = institutions.align(&World::new(1)).await;
    let twice = matches!(
        ended[0],
        Err(PsiError::Repeated {
            first: 3,
            second: 37
        })
    );
    assert!(twice);

    let mut institutions = three();
    institutions.sets[2].push(item(7));
    institutions.terms.largest = 40;
    let ended = institutions.align(&World::new(1)).await;
    let (size, largest) = (41, 40);
    assert!(
        matches!(ended[2], Err(PsiError::TooLarge { size: s, largest: l }) if (s, l) == (size, largest))
    );
}
