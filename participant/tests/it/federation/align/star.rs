//! Three and four houses that find out who is known to all of them.

use std::collections::BTreeSet;

use consilium_plan::Plan;
use consilium_proto::v1;

use super::{File, amid_a_run, approve, file, places, plan_of, report, run, until_amid_a_run};
use crate::federation::{
    house::House,
    world::{PATIENCE, World},
};

const ALL: [&str; 4] = ["a", "b", "c", "d"];

/// Gives each house those whom all know, and all others but every so-many-th: two of them share
/// many more.
fn files(names: &[&str], known_to_all: std::ops::Range<u64>) -> Vec<File> {
    let several = names.len() as u64;
    let of_house = |(number, name): (u64, &&str)| {
        let known = |person: &u64| known_to_all.contains(person) || person % several != number;
        file(name, (0..400).filter(known), true)
    };
    (0..).zip(names).map(of_house).collect()
}

async fn registered(world: &World, names: &[&str], files: &[File]) -> Vec<House> {
    let houses = world.houses(names).await;
    for (house, file) in houses.iter().zip(files) {
        file.register(house).await;
    }
    houses
}

/// Sees that all houses have the same people at the same places, and those whom all know.
async fn assert_fits(houses: &[House], files: &[File], study: &str, expected: &BTreeSet<u64>) {
    let mut first: Option<Vec<u64>> = None;
    for (house, file) in houses.iter().zip(files) {
        let mut people = Vec::new();
        for (place, rows) in (1..).zip(places(house, study, file).await) {
            let [Some(person), ..] = rows.1[..] else {
                panic!("{place} is of nobody");
            };
            assert_eq!(rows.0, place);
            assert!(rows.1.iter().all(|row| *row == Some(person)));
            people.push(person);
        }
        let set: BTreeSet<u64> = people.iter().copied().collect();
        assert_eq!((&set, set.len()), (expected, people.len()));
        assert_eq!(first.get_or_insert_with(|| people.clone()), &people);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_and_four_houses_learn_who_is_known_to_all_and_no_more() {
    for several in [3, 4] {
        let names = &ALL[..several];
        let world = World::new().await;
        let files = files(names, 100..160);
        let houses = registered(&world, names, &files).await;
        let star = "protocol = \"star\"\nleader = \"b\"";
        let (study, last) = run(&world, &houses, &plan_of(names, "star", "all", star)).await;
        assert!(last.contains("finished"), "{last}");
        assert_fits(&houses, &files, &study, &(100..160).collect()).await;
        for (number, house) in houses.iter().enumerate() {
            let own = report(house, &study).await;
            assert_eq!(own["common"]["exact"], 60);
            let peers = own["peers"].as_object().unwrap();
            assert_eq!(peers.len(), several - 1);
            for (name, file) in names.iter().zip(&files) {
                let keys = peers.get(*name).map(|keys| keys.as_u64().unwrap());
                let other = (*name != names[number]).then(|| file.persons().len() as u64);
                assert_eq!(keys, other, "{name} at {number}");
            }
            let mut client = house.client().await;
            let listed = client.alignments(v1::AlignmentsRequest {}).await;
            let listed = listed.unwrap().into_inner().alignments;
            assert_eq!(listed[0].peers.len(), several - 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_which_rows_are_common_to_too_few() {
    let names = &ALL[..3];
    let world = World::new().await;
    let houses = registered(&world, names, &files(names, 100..102)).await;
    let text = plan_of(names, "few", "all", "protocol = \"star\"");
    let (study, last) = run(&world, &houses, &text).await;
    assert!(last.contains("ALIGN-TOO-FEW"), "{last}");
    for house in &houses {
        assert!(house.result(&study).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_of_several_is_restarted_amid_a_run_comes_to_the_same_rows() {
    let names = &ALL[..3];
    let world = World::new().await;
    let files = files(names, 100..160);
    let mut houses = registered(&world, names, &files).await;
    for restarted in [0, 1] {
        until_amid_a_run(async |attempt| {
            let title = format!("restarted {restarted} {attempt}");
            let text = plan_of(names, &title, "all", "protocol = \"star\"");
            let plan: Plan = text.parse().unwrap();
            let (study, mut watch) = world.submit(&text).await;
            for house in &houses {
                approve(house, &plan).await;
            }
            amid_a_run(&houses[restarted], &plan).await;
            houses[restarted].stop().await;
            houses[restarted].start().await;
            let last = tokio::time::timeout(PATIENCE, watch.last()).await.unwrap();
            assert!(last.contains("finished"), "{last}");
            assert_fits(&houses, &files, &study, &(100..160).collect()).await;
            houses[restarted].study(&plan).await.runs > 1
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_knows_one_of_the_others_by_name_only_aligns_with_none() {
    let names = &ALL[..3];
    let world = World::new().await;
    let files = files(names, 100..160);
    let mut houses = Vec::new();
    for (name, seed) in names.iter().zip(1..) {
        houses.push(House::join(&world, name, seed).await);
    }
    for house in &houses[1..] {
        houses[0].verify(house).await;
    }
    houses[1].verify(&houses[0]).await;
    for (house, file) in houses.iter().zip(&files) {
        file.register(house).await;
    }
    let text = plan_of(names, "strangers", "all", "protocol = \"star\"");
    let plan: Plan = text.parse().unwrap();
    world.submit(&text).await;
    approve(&houses[0], &plan).await;
    let refused = super::decided(&houses[1], &plan).await.unwrap_err();
    assert!(refused.contains("VERIFIED-TOO-FEW"), "{refused}");
}
