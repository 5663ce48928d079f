//! What lies where a run looks for what an earlier one has kept, and is not what that wrote.

use std::fs;

use consilium_plan::Plan;

use super::{file, plan_of, report, run};
use crate::federation::{house::House, world::World};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// For each protocol how many take part, and the name and length that the record of its session had
/// before it was stamped.
const PROTOCOLS: [(&str, usize, &str, usize); 3] = [
    ("ecdh", 2, "session", 4 * 32),
    ("vole", 2, "vole", 3 * 32 + 4),
    ("star", 3, "star", 4 * 32 + 4),
];

/// How many people all have: more than are in a sample, so that all protocols divide and keep.
const PEOPLE: u64 = 1100;

async fn registered(world: &World) -> Vec<House> {
    let houses = world.houses(&NAMES).await;
    for (house, name) in houses.iter().zip(NAMES) {
        file(name, 0..PEOPLE, false).register(house).await;
    }
    houses
}

/// Gives a plan, and leaves a record of so many bytes at a house where its study will look.
fn left(house: &House, protocol: &str, several: usize, (name, length): (&str, usize)) -> String {
    let line = format!("protocol = \"{protocol}\"");
    let text = plan_of(&NAMES[..several], protocol, "all", &line);
    let study = text.parse::<Plan>().unwrap().hash().to_string();
    let kept = house.kept("spill").join(study);
    fs::create_dir_all(&kept).unwrap();
    fs::write(kept.join(name), vec![7; length]).unwrap();
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_record_of_this_study_is_begun_anew_and_the_journal_says_so() {
    let world = World::new().await;
    let houses = registered(&world).await;
    for (protocol, several, name, length) in PROTOCOLS {
        let text = left(&houses[0], protocol, several, (name, length));
        let (study, last) = run(&world, &houses[..several], &text).await;
        assert!(last.contains("finished"), "{protocol}: {last}");
        for house in &houses[..several] {
            let own = report(house, &study).await;
            assert_eq!(own["common"]["exact"], PEOPLE, "{protocol}");
            let anew = house.journal().await;
            let anew = anew.lines().filter(|line| line.contains(&study));
            let anew = anew.filter(|line| line.contains("\"session\":\"anew\""));
            assert_eq!(anew.count(), usize::from(house.name == "a"), "{protocol}");
        }
    }
}
