//! Houses and coordinators that are stopped in the middle of trees.

use tokio::time::timeout;

use super::houses::{FUND, HOSPITALS, LABELS, NAMES, aligned, growing};
use crate::federation::{
    house::House,
    joint::{Spoil, amid_the_fifth_tree, damage, ended, lose, parts, run},
    world::{PATIENCE, World},
};

/// Protections as they are by default, with few enough rows for trees over all columns.
const KEPT_BACK: &str = "rows = { share = 0.8 }\n[vertical]\nmin_side = 6\nmin_node = 20\n";

const TREES: u32 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_the_insurer_or_the_coordinator_stopped_in_the_fifth_tree_changes_no_bit_of_the_model()
 {
    let (mut world, mut houses, alignments) = aligned().await;
    let text = growing("undisturbed", &alignments, (TREES, KEPT_BACK));
    for house in &mut houses {
        house.plant_secret(&text.parse().unwrap()).await;
    }
    let (study, last) = run(&world, &houses, &text).await;
    assert!(last.contains("finished"), "{last}");
    let undisturbed = parts(&houses, &study).await;
    let splits = |place: usize| undisturbed[place]["rules"].as_array().unwrap().len();
    assert!(
        splits(0) > 0 && splits(FUND) > 0,
        "{} {}",
        splits(0),
        splits(FUND)
    );
    for victim in [None, Some(HOSPITALS.start + 1), Some(FUND), Some(LABELS)] {
        let mut was_amid = false;
        for attempt in 0..8 {
            let title = format!("stopped {victim:?} {attempt}");
            let text = growing(&title, &alignments, (TREES, KEPT_BACK));
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

/// Stops a house in the fifth tree, spoils what it has kept, and starts it again; gives the last event.
async fn spoilt(
    (world, houses, alignments): (&World, &mut [House], &[String]),
    (victim, spoil): (usize, Spoil),
    title: &str,
) -> [String; 2] {
    for attempt in 0..8 {
        let title = format!("{title} {attempt}");
        let text = growing(&title, alignments, (TREES, KEPT_BACK));
        let study = amid_the_fifth_tree(world, houses, &text).await;
        houses[victim].stop().await;
        let kept = houses[victim].kept("spill").join(&study).join("trees");
        // It may have just done its part.
        let was_amid = spoil(&kept).is_ok();
        houses[victim].start().await;
        let last = timeout(PATIENCE, world.watch(&study).await.last()).await;
        let last = last.unwrap();
        if was_amid {
            return [study, last];
        }
    }
    panic!("it was never stopped amid a run");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_damaged_or_lost_what_it_kept_of_trees_ends_the_study_by_name() {
    let (world, mut houses, alignments) = aligned().await;
    let cases: [(usize, Spoil); 4] = [(LABELS, damage), (LABELS, lose), (1, damage), (1, lose)];
    for (number, case) in cases.into_iter().enumerate() {
        let of = (&world, &mut houses[..], &alignments[..]);
        let [study, last] = spoilt(of, case, &format!("spoilt {number}")).await;
        assert!(last.contains("VERTICAL-STATE-LOST"), "{last}");
        let name = format!("\"party\":\"{}\"", NAMES[case.0]);
        assert!(last.contains(&name), "{last}");
        assert!(houses[LABELS].result(&study).await.is_err());
    }
}
