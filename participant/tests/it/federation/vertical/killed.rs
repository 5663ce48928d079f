//! Houses and coordinators that are stopped in the middle of trees.

use consilium_plan::Plan;
use consilium_proto::v1;
use serde_json::Value;
use tokio::time::timeout;

use super::{LABELS, NAMES, aligned, growing, predicting};
use crate::federation::{
    house::House,
    joint::{Spoil, amid_the_fifth_tree, damage, decided, ended, lose, parts, run},
    world::{PATIENCE, World},
};

/// Protections as they are by default, with few enough rows for trees over all columns.
const KEPT_BACK: &str = "rows = { share = 0.8 }\n\
    [vertical]\nmin_side = 5\nmin_node = 20\nsum_noise = 0.1\n";

const TREES: u32 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_stopped_in_the_fifth_tree_of_ten_the_model_is_the_same_bit_for_bit() {
    let (mut world, mut houses, alignment) = aligned().await;
    let text = growing("undisturbed", &alignment, (TREES, KEPT_BACK));
    for house in &mut houses {
        house.plant_secret(&text.parse().unwrap()).await;
    }
    let (study, last) = run(&world, &houses, &text).await;
    assert!(last.contains("finished"), "{last}");
    let undisturbed = parts(&houses, &study).await;
    let splits = |part: &Value| part["rules"].as_array().unwrap().len();
    assert!(splits(&undisturbed[0]) > 5 && splits(&undisturbed[2]) > 5);
    let victims = [None].into_iter().chain((0..NAMES.len()).map(Some));
    for victim in victims {
        let mut was_amid = false;
        for attempt in 0..8 {
            let title = format!("stopped {victim:?} {attempt}");
            let text = growing(&title, &alignment, (TREES, KEPT_BACK));
            let study = amid_the_fifth_tree(&world, &mut houses, &text).await;
            match victim {
                None => {
                    world.stop().await;
                    world.start().await;
                }
                Some(victim) => {
                    houses[victim].stop().await;
                    houses[victim].start().await;
                }
            }
            let (parts, runs) = ended(&world, &houses, (&study, &text)).await;
            assert_eq!(parts, undisturbed, "{title}");
            was_amid |= runs > 1;
            if was_amid {
                break;
            }
        }
        assert!(was_amid, "{victim:?} was never stopped amid a run");
    }
}

/// Stops a house in the fifth tree, spoils what it has kept, and starts it again.
async fn spoilt(victim: usize, spoil: Spoil) -> (World, Vec<House>, [String; 2]) {
    let (world, mut houses, alignment) = aligned().await;
    for attempt in 0..8 {
        let title = format!("spoilt {attempt}");
        let text = growing(&title, &alignment, (TREES, KEPT_BACK));
        let study = amid_the_fifth_tree(&world, &mut houses, &text).await;
        houses[victim].stop().await;
        let kept = houses[victim].kept("spill").join(&study).join("trees");
        // It may have just done its part.
        let was_amid = spoil(&kept).is_ok();
        houses[victim].start().await;
        let last = timeout(PATIENCE, world.watch(&study).await.last()).await;
        let last = last.unwrap();
        if was_amid {
            return (world, houses, [study, last]);
        }
    }
    panic!("it was never stopped amid a run");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_damaged_or_lost_what_it_kept_of_trees_that_stand_ends_the_study_by_name() {
    let cases: [(usize, Spoil); 4] = [(LABELS, damage), (LABELS, lose), (0, damage), (0, lose)];
    for (victim, spoil) in cases {
        let (_world, houses, [study, last]) = spoilt(victim, spoil).await;
        assert!(last.contains("VERTICAL-STATE-LOST"), "{last}");
        let name = format!("\"party\":\"{}\"", NAMES[victim]);
        assert!(last.contains(&name), "{last}");
        assert!(houses[LABELS].result(&study).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_study_that_is_cancelled_amid_its_trees_nothing_is_left_to_go_on_from() {
    let (world, mut houses, alignment) = aligned().await;
    let text = growing("cancelled", &alignment, (40 * TREES, KEPT_BACK));
    let study = amid_the_fifth_tree(&world, &mut houses, &text).await;
    let request = v1::CancelRequest {
        study: study.clone(),
        why: "enough".to_owned(),
    };
    world.operator().await.cancel(request).await.unwrap();
    for house in &houses {
        let ended = house.ended(&text.parse().unwrap()).await;
        assert_eq!(ended.state, "cancelled");
        assert!(!house.kept("spill").join(&study).exists());
        assert!(house.result(&study).await.is_err());
    }
    let scores: Plan = predicting(&alignment, &study).parse().unwrap();
    world.submit(&scores.to_string()).await;
    let refused = decided(&houses[0], &scores).await.unwrap_err();
    assert!(refused.contains("VERTICAL-NO-PART"), "{refused}");
}
