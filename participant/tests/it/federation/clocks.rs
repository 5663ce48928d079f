//! A house whose clock is ten minutes off.

use consilium_plan::{Decision, Plan};
use consilium_proto::v1;
use tokio::time::timeout;
use tonic::Code;

use super::{
    house::House,
    world::{PATIENCE, World, plan},
};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// Starts the first house again with another clock.
async fn reset(houses: &mut [House], minutes_ahead: i64) {
    houses[0].stop().await;
    houses[0].minutes_ahead = minutes_ahead;
    houses[0].start().await;
}

/// Waits until a house has compared its clock with the coordinator's.
async fn measured(house: &House) -> i64 {
    loop {
        let status = house.client().await.status(v1::StatusRequest {}).await;
        match status.unwrap().into_inner().clock_offset_ms {
            0 => tokio::task::yield_now().await,
            offset => return offset,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_ten_minutes_ahead_is_measured_and_named_before_anything_runs() {
    let world = World::new().await;
    let mut houses = world.houses(&NAMES).await;
    // Certificates hold, the house connects, and it is told what time it is there.
    reset(&mut houses, 10).await;
    let offset = timeout(PATIENCE, measured(&houses[0])).await.unwrap();
    assert!((-630_000..=-600_000).contains(&offset), "{offset}");
    let text = plan(&NAMES, "");
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    let approval = Decision::Approve(houses[0].grant(&plan).await);
    let approval = houses[0].sign(&plan, approval, 1).await;
    let refused = houses[0].client().await.decide(approval).await.unwrap_err();
    let told = refused.message();
    assert!(
        told.contains("CLOCK-SKEW") && told.contains("the clock of a is 60"),
        "{told}"
    );

    // With the clock put right the same houses go on.
    reset(&mut houses, 0).await;
    for house in &houses {
        house.approve(&plan).await;
    }
    assert!(watch.last().await.contains("finished"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_ten_minutes_behind_takes_no_approval_and_says_by_how_much() {
    let world = World::new().await;
    let mut houses = world.houses(&NAMES).await;
    reset(&mut houses, -10).await;
    let text = plan(&NAMES, "");
    let plan: Plan = text.parse().unwrap();
    world.submit(&text).await;
    let approval = Decision::Approve(houses[0].grant(&plan).await);
    let approval = houses[0].sign(&plan, approval, 1).await;
    let refused = houses[0].client().await.decide(approval).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let told = refused.message();
    assert!(
        told.contains("a/li") && told.contains("s ahead") && told.contains("APPROVAL-TIME"),
        "{told}"
    );
    assert_eq!(houses[0].study(&plan).await.state, "awaiting");
}
