//! A study whose state can't be read.

use consilium_coordinator::store::studies::{self, Advance};
use consilium_journal::UnixTime;
use consilium_proto::v1;

use super::{
    life::{NAMES, enrolled, started},
    world::{World, plan},
};
use crate::place::open;

/// Writes a state that is none.
async fn damage(world: &World, study: &str) {
    let store = open(world.state().to_str().unwrap()).await;
    let name = study.parse().unwrap();
    let kept = studies::find(&store, &name).await.unwrap().unwrap();
    let mut change = store.begin().await.unwrap();
    let advance = Advance {
        study: &name,
        from: kept.version,
        state: r#"{"format":1,"state":{"study":null}}"#,
        now: UnixTime(kept.changed.0),
    };
    studies::advance(&mut change, advance).await.unwrap();
    change.commit().await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_study_is_listed_as_that_and_the_others_go_on() {
    let mut world = World::new().await;
    let homes = enrolled(&world).await;
    let whole = plan(&NAMES, "");
    let (damaged, _) = world.submit(&whole.replace("A test", "Damaged")).await;
    let (study, _) = world.submit(&whole).await;
    world.stop().await;
    damage(&world, &damaged).await;
    world.start().await;

    let list = world.operator().await.list(v1::ListRequest {}).await;
    let list = list.unwrap().into_inner().studies;
    let of = |name: &str| {
        let listed = list.iter().find(|listed| listed.study == name).unwrap();
        (listed.title.as_str(), listed.state.as_str())
    };
    assert_eq!(list.len(), 2);
    assert_eq!(of(&damaged), ("Damaged", "unreadable"));
    assert_eq!(of(&study), ("A test", "submitted"));

    let _hospitals = started(&world, &homes);
    world.watch(&study).await.rest().await;
    assert_eq!(world.status(&study).await.state, "finished");
}
