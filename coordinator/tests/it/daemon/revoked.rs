//! Approvals and memberships that are taken back while a study goes on.

use std::sync::atomic::Ordering;

use consilium_proto::v1::{self, to_coordinator::Kind as Says};

use super::{
    hospital::say,
    life::{NAMES, enrolled, started},
    world::{World, plan},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_approval_ends_a_running_study_by_name() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[2].sleeps.store(true, Ordering::Relaxed);
    let hospitals = started(&world, &homes);
    let text = plan(&NAMES, "");
    let (study, mut watch) = world.submit(&text).await;
    watch.until("ready").await;
    let revocation = homes[0].revocation(&text.parse().unwrap());
    say(&hospitals[0].link.control(), Says::Decision(revocation)).await;
    watch.until("revoked").await;
    watch.rest().await;
    let status = world.status(&study).await;
    assert_eq!(status.state, "failed");
    assert!(
        status.detail.contains("APPROVAL-REVOKED"),
        "{}",
        status.detail
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_of_another_institution_is_not_taken() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[1].sleeps.store(true, Ordering::Relaxed);
    let hospitals = started(&world, &homes);
    let text = plan(&NAMES, "");
    let (_, mut watch) = world.submit(&text).await;
    watch.until("ready").await;
    let forged = homes[0].revocation(&text.parse().unwrap());
    say(&hospitals[1].link.control(), Says::Decision(forged)).await;
    homes[1].sleeps.store(false, Ordering::Relaxed);
    drop(hospitals);
    let _hospitals = started(&world, &homes);
    let names = watch.rest().await;
    assert!(!names.contains(&"revoked".to_owned()), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_hospital_ends_its_studies_by_name() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[2].sleeps.store(true, Ordering::Relaxed);
    let _hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;
    watch.until("ready").await;
    let request = v1::RevokeRequest {
        name: "b".to_owned(),
    };
    world.operator().await.revoke(request).await.unwrap();
    watch.rest().await;
    let status = world.status(&study).await;
    assert_eq!(status.state, "failed");
    assert!(status.detail.contains("PARTY-REVOKED"), "{}", status.detail);
}
