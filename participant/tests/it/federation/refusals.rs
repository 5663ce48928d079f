//! What a house refuses, and how it says so.

use std::fs;

use consilium_node::{Shutdown, status::in_chinese};
use consilium_participant::{ParticipantError, join, start};
use consilium_plan::{Decision, Grant, Plan, UnixTime};
use consilium_proto::v1;
use tonic::Code;

use super::{
    house::{House, rows},
    world::{Watch, World, now_ms, plan},
};

const NAMES: [&str; 3] = ["a", "b", "c"];

#[tokio::test(flavor = "multi_thread")]
async fn a_file_changed_after_its_approval_ends_the_study_and_names_the_house() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, "");
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    houses[0].approve(&plan).await;
    fs::write(houses[0].file("patients.csv"), rows(9)).unwrap();
    let found = houses[0].obstacles(&plan, false).await;
    assert!(found[0].contains("DATA-CHANGED"), "{found:?}");
    for house in &houses[1..] {
        house.approve(&plan).await;
    }
    let end = watch.last().await;
    assert!(
        end.contains("DATA-CHANGED") && end.contains("\"a\""),
        "{end}"
    );
    houses[0].ended(&plan).await;
    assert_eq!(houses[0].obstacles(&plan, false).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_is_not_approved_until_it_is_registered_anew() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, "");
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    let house = &houses[0];
    let approval = Decision::Approve(house.grant(&plan).await);
    let approval = house.sign(&plan, approval, 1).await;
    assert_eq!(house.obstacles(&plan, true).await, [""; 0]);
    fs::write(house.file("patients.csv"), rows(9)).unwrap();
    let sets = v1::ListDataRequest {};
    let sets = house.client().await.list_data(sets).await.unwrap();
    assert!(!sets.into_inner().sets[0].unchanged);
    let found = house.obstacles(&plan, true).await;
    assert!(
        matches!(&found[..], [one] if one.contains("DATA-CHANGED")),
        "{found:?}"
    );

    let refused = house.client().await.decide(approval.clone()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    for told in ["DATA-CHANGED", "consilium data add patients"] {
        assert!(refused.message().contains(told), "{refused}");
    }
    let chinese = in_chinese(&refused).unwrap();
    assert!(chinese.contains("或按现状登记"), "{chinese}");
    assert_eq!(house.study(&plan).await.state, "awaiting");
    assert!(!house.journal().await.contains("\"kind\":\"approval\""));

    // What was signed before is another version than the one that is there now.
    house.register().await.unwrap();
    let refused = house.client().await.decide(approval).await.unwrap_err();
    assert!(refused.message().contains("DATA-CHANGED"), "{refused}");
    for house in &houses {
        assert_eq!(house.approve(&plan).await.state, "approved");
    }
    assert!(watch.last().await.contains("finished"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_a_known_steward_signed_counts_and_only_once() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, "");
    let plan: Plan = text.parse().unwrap();
    world.submit(&text).await;
    let house = &houses[0];
    let grant = house.grant(&plan).await;
    let approval = house.sign(&plan, Decision::Approve(grant.clone()), 1).await;
    let decide = async |request: &v1::DecideRequest| {
        let decided = house.client().await.decide(request.clone()).await;
        decided
            .map(|_| ())
            .map_err(|status| (status.code(), status.message().to_owned()))
    };

    let mut forged = approval.clone();
    forged.signature = vec![7; 64].into();
    let (_, message) = decide(&forged).await.unwrap_err();
    assert!(message.contains("APPROVAL-FORGED"), "{message}");

    let stranger = v1::DecideRequest {
        steward: houses[1].sign(&plan, Decision::Refuse, 1).await.steward,
        ..approval.clone()
    };
    assert_eq!(
        decide(&stranger).await.unwrap_err().0,
        Code::PermissionDenied
    );

    let over = Grant {
        until: UnixTime(now_ms() / 1_000 - 1),
        ..grant.clone()
    };
    let over = house.sign(&plan, Decision::Approve(over), 2).await;
    let (_, message) = decide(&over).await.unwrap_err();
    assert!(message.contains("APPROVAL-EXPIRED"), "{message}");

    let waiving = Grant {
        waiver: true,
        ..grant
    };
    let waiving = house.sign(&plan, Decision::Approve(waiving), 3).await;
    assert_eq!(decide(&waiving).await.unwrap_err().0, Code::InvalidArgument);

    assert_eq!(house.study(&plan).await.state, "awaiting");
    decide(&approval).await.unwrap();
    let (code, message) = decide(&approval).await.unwrap_err();
    assert_eq!(code, Code::FailedPrecondition);
    assert!(message.contains("APPROVAL-REPLAYED"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_data_sets_are_refused_with_their_place() {
    let world = World::new().await;
    let house = House::join(&world, "a", 1).await;
    let whole = rows(1);
    let cases = [
        (
            "age,dose,ill\n30,5,1\n40,NaN,0\n",
            "line 3, row 2, column 2 (dose)",
        ),
        (
            "age,dose,ill\n30,5,1\n400,5,0\n",
            "line 3, row 2, column 1 (age)",
        ),
        ("age,ill\n30,1\n", "dose"),
        ("age,dose,ill\n30,5,1\n40,", "ends in the middle"),
        ("", "empty"),
    ];
    for (contents, place) in cases {
        fs::write(house.file("patients.csv"), contents).unwrap();
        let status = house.register().await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains(place), "{}", status.message());
    }
    fs::write(house.file("patients.csv"), whole).unwrap();
    assert_eq!(house.register().await.unwrap().rows, 150);
    let removed = v1::RemoveDataRequest {
        name: "patients".to_owned(),
    };
    let left = house
        .client()
        .await
        .remove_data(removed.clone())
        .await
        .unwrap();
    assert!(left.into_inner().sets.is_empty());
    let again = house.client().await.remove_data(removed).await.unwrap_err();
    assert_eq!(again.code(), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_lets_one_house_in_once() {
    let world = World::new().await;
    let code = world.invite("a").await;
    let first = House::prepared(&world, "a", 1);
    join(&first.config, &code, &first.ambient()).await.unwrap();
    let again = join(&first.config, &code, &first.ambient())
        .await
        .unwrap_err();
    assert!(matches!(again, ParticipantError::Joined { .. }), "{again}");

    let mut thief = House::prepared(&world, "a", 2);
    thief.config.state = world.folder.path().join("thief");
    let refused = join(&thief.config, &code, &thief.ambient())
        .await
        .unwrap_err();
    assert!(
        matches!(refused, ParticipantError::Refused { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("used"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_for_experiments_alone_is_not_taken_in() {
    let world = World::new().await;
    let text = plan(&NAMES, "[model]\nmethod = \"surrogate\"\nlead = \"b\"\n");
    assert!(text.parse::<Plan>().is_ok());
    let request = v1::SubmitRequest { plan: text };
    let refused = world.operator().await.submit(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(
        refused.message().contains("is for experiments with mode"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_of_another_federation_gets_no_token() {
    let (world, other) = (World::new().await, World::new().await);
    let code = world.invite("a").await;
    let mut house = House::prepared(&world, "a", 1);
    // The same seed founds the same authority; another one is needed here.
    house.config.coordinator = Some(other.address.clone());
    let same = consilium_identity::Invitation::parse(&code)
        .unwrap()
        .federation();
    let elsewhere = consilium_identity::Invitation::parse(&other.invite("a").await).unwrap();
    assert_ne!(same, elsewhere.federation());
    let refused = join(&house.config, &code, &house.ambient())
        .await
        .unwrap_err();
    assert!(
        matches!(refused, ParticipantError::OtherFederation { .. }),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_that_has_not_joined_does_not_start() {
    let world = World::new().await;
    let house = House::prepared(&world, "a", 1);
    let started = start(house.config.clone(), house.ambient(), Shutdown::default()).await;
    assert!(matches!(started, Err(ParticipantError::NotJoined { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_daemons_cannot_share_a_state_folder() {
    let world = World::new().await;
    let house = House::join(&world, "a", 1).await;
    let second = start(house.config.clone(), house.ambient(), Shutdown::default()).await;
    let refused = second.unwrap_err();
    assert!(matches!(refused, ParticipantError::Store(_)), "{refused}");
    let status = house
        .client()
        .await
        .status(v1::StatusRequest {})
        .await
        .unwrap()
        .into_inner();
    assert!(status.connected);
}

/// Gives a plan that takes long.
fn long() -> String {
    plan(&NAMES, "[comparison]\nfedavg = { rounds = 10000 }\n")
}

/// Submits a plan that takes long and lets all approve, the first house as `limit` says.
async fn limited(world: &World, houses: &[House], limit: impl Fn(&mut Grant)) -> Watch {
    let text = long();
    let plan: Plan = text.parse().unwrap();
    let (_, watch) = world.submit(&text).await;
    for house in &houses[1..] {
        house.approve(&plan).await;
    }
    let mut grant = houses[0].grant(&plan).await;
    limit(&mut grant);
    let decision = houses[0].sign(&plan, Decision::Approve(grant), 1).await;
    houses[0].client().await.decide(decision).await.unwrap();
    watch
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_beyond_the_approved_number_is_refused() {
    let world = World::new().await;
    let mut houses = world.houses(&NAMES).await;
    let mut watch = limited(&world, &houses, |grant| grant.runs = 1).await;
    watch.until("committed").await;
    let plan: Plan = long().parse().unwrap();
    let own = houses[0].study(&plan).await;
    assert!(own.running_since > 0 && own.end.is_empty());
    houses[2].stop().await;
    houses[2].start().await;
    let end = watch.last().await;
    assert!(
        end.contains("RUNS-EXHAUSTED") && end.contains("\"a\""),
        "{end}"
    );
    // The others have a model of the fit that was done; it is no result.
    let hash = plan.hash().to_string();
    let model = houses[1].kept("results").join(&hash).join("model.json");
    assert!(model.exists());
    let own = houses[1].ended(&plan).await;
    assert!(own.running_since == 0 && own.end.contains("RUNS-EXHAUSTED"));
    let refused = houses[1].result(&hash).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert_eq!(refused.message(), "the study has no result: it is failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_ends_in_the_midst_of_a_run_ends_the_run() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let soon = |grant: &mut Grant| grant.until = UnixTime(now_ms() / 1_000 + 3);
    let end = limited(&world, &houses, soon).await.last().await;
    assert!(
        end.contains("APPROVAL-EXPIRED") && end.contains("\"a\""),
        "{end}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_among_strangers_is_not_approved_until_they_are_verified() {
    let world = World::new().await;
    let mut houses = Vec::new();
    for (name, seed) in NAMES.into_iter().zip(1..) {
        houses.push(House::join(&world, name, seed).await);
    }
    let text = plan(&NAMES, "");
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    for house in &houses {
        assert_eq!(house.offered(&plan).await.unverified.len(), 2);
        let approval = Decision::Approve(house.grant(&plan).await);
        let approval = house.sign(&plan, approval, 1).await;
        let refused = house.client().await.decide(approval).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        for told in ["VERIFIED-TOO-FEW", "consilium participant verify"] {
            assert!(refused.message().contains(told), "{refused}");
        }
    }
    for house in &houses {
        for other in &houses {
            house.verify(other).await;
        }
        house.approve(&plan).await;
    }
    assert!(watch.last().await.contains("finished"));
}
