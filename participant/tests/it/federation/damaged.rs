//! A study whose state can't be read.

use std::collections::BTreeMap;

use consilium_participant::store::studies::{self, Advance};
use consilium_plan::Plan;
use consilium_proto::v1;

use super::world::{World, plan};

const NAMES: [&str; 3] = ["a", "b", "c"];

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_study_is_listed_as_that_and_the_others_go_on() {
    let world = World::new().await;
    let mut houses = world.houses(&NAMES).await;
    let whole = plan(&NAMES, "");
    let damaged = format!("attempt = 2\n{whole}");
    for text in [&whole, &damaged] {
        world.submit(text).await;
    }
    let [whole, damaged] = [whole, damaged].map(|text| text.parse::<Plan>().unwrap());
    let house = &mut houses[0];
    house.offered(&whole).await;
    house.offered(&damaged).await;
    house
        .in_store(async |store| {
            let name = damaged.hash().to_string().parse().unwrap();
            let kept = studies::find(store, &name).await.unwrap().unwrap();
            let mut change = store.begin().await.unwrap();
            let advance = Advance {
                study: &name,
                from: kept.version,
                state: r#"{"format":1,"state":{"register":null}}"#,
                now: kept.changed,
            };
            studies::advance(&mut change, advance).await.unwrap();
            change.commit().await.unwrap();
        })
        .await;

    let list = house.client().await.studies(v1::OwnStudiesRequest {}).await;
    let list = list.unwrap().into_inner().studies;
    let states: BTreeMap<Vec<u8>, String> = list
        .into_iter()
        .map(|own| (own.study.to_vec(), own.state))
        .collect();
    let expected = [(whole.hash(), "awaiting"), (damaged.hash(), "unreadable")];
    let expected = expected.map(|(hash, state)| (hash.as_bytes().to_vec(), state.to_owned()));
    assert_eq!(states, expected.into());
    assert_eq!(house.approve(&whole).await.state, "approved");
}
