//! A fit that breaks off and goes on.

use consilium_gbdt::{
    Objective,
    vertical::{FeatureSide, LabelModel, LabelSide, Protections, VerticalError},
};
use consilium_mailbox::{
    Fault,
    sim::{Crash, Link, Moment, World},
};

use super::{
    wire::STEPS,
    world::{Case, OPEN, Stores, insurer, party},
};
use crate::world::{boosting, specification};

const MOMENTS: [Moment; 3] = [Moment::BeforeSend, Moment::AfterSend, Moment::OnReceive];

fn case() -> Case {
    let mut spec = specification(Objective::Logistic);
    spec.trees = 4;
    let mut case = Case::new(Objective::Logistic, 300, &[1, 2, 1]);
    case.terms.boosting = boosting(spec);
    case.terms.protections = Protections {
        min_side: 5,
        min_node: 20,
        sum_noise: 0.5,
        ..OPEN
    };
    case
}

#[tokio::test(start_paused = true)]
async fn a_crash_of_any_party_at_any_step_leads_to_the_same_model() {
    let whole = case().fit().await;
    let senders = ["offered", "summed", "sides", "kept"];
    for step in STEPS
        .iter()
        .filter(|step| step.starts_with("gbdt-vertical"))
    {
        let name = step.rsplit('.').next().unwrap();
        for moment in MOMENTS {
            let is_feature = senders.contains(&name) != (moment == Moment::OnReceive);
            let dead = if is_feature {
                party("hospital-0")
            } else {
                insurer()
            };
            let (world, mut case) = (World::new(1), case());
            let mut stores = Stores::default();
            world.crash(Crash {
                party: dead.clone(),
                step: (*step).into(),
                // In the second or third tree of four; the label holder sends to both.
                nth: match (name, moment) {
                    ("turn" | "blocks", Moment::OnReceive) => 6,
                    ("summed" | "turn" | "blocks", _) => 14,
                    _ => 3,
                },
                moment,
            });
            let ended = case.run(&world, &mut stores).await;
            assert!(ended.label.is_err(), "{step} {moment:?}");
            assert!(stores.label.kept.is_some(), "{step} {moment:?}");
            case.run += 1;
            let again = case.run(&world, &mut stores).await.all();
            assert!(again == whole, "{step} {moment:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn any_party_killed_in_the_sixth_of_ten_trees_leads_to_the_same_model() {
    let mut case = case();
    let mut spec = case.terms.boosting.specification().clone();
    spec.trees = 10;
    case.terms.boosting = boosting(spec);
    let whole = case.fit().await;
    for (dead, step, nth) in [
        (insurer(), "gbdt-vertical.1.opened", 10),
        (party("hospital-0"), "gbdt-vertical.1.offered", 5),
        (party("hospital-1"), "gbdt-vertical.1.offered", 5),
    ] {
        let (world, mut stores) = (World::new(1), Stores::default());
        let (step, moment) = (step.into(), Moment::AfterSend);
        world.crash(Crash {
            party: dead.clone(),
            step,
            nth,
            moment,
        });
        case.run += 1;
        assert!(case.run(&world, &mut stores).await.label.is_err());
        let kept = stores.label.kept.as_ref().map(LabelSide::trees);
        assert_eq!(kept, Some(5), "{dead}");
        case.run += 1;
        assert!(case.run(&world, &mut stores).await.all() == whole, "{dead}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_goes_on_after_it_was_written_and_read() {
    let whole = case().fit().await;
    let (world, mut case) = (World::new(1), case());
    let mut stores = Stores::default();
    world.crash(Crash {
        party: insurer(),
        step: "gbdt-vertical.1.turn".into(),
        nth: 14,
        moment: Moment::BeforeSend,
    });
    assert!(case.run(&world, &mut stores).await.label.is_err());
    let kept = stores.label.kept.take().unwrap();
    let bytes = postcard::to_stdvec(&kept).unwrap();
    stores.label.kept = Some(postcard::from_bytes::<LabelSide>(&bytes).unwrap());
    for store in stores.features.values_mut() {
        let json = serde_json::to_string(&store.kept.take().unwrap()).unwrap();
        store.kept = Some(serde_json::from_str::<FeatureSide>(&json).unwrap());
    }
    case.run += 1;
    assert!(case.run(&world, &mut stores).await.all() == whole);
}

#[tokio::test(start_paused = true)]
async fn a_feature_holder_that_lacks_splits_says_so_and_blames_nobody() {
    let (world, mut case) = (World::new(1), case());
    let mut stores = Stores::default();
    case.run(&world, &mut stores).await.all();
    for store in stores.features.values_mut() {
        store.kept = None;
    }
    case.run += 1;
    let ended = case.run(&world, &mut stores).await;
    let error = ended.features.into_iter().next().unwrap().unwrap_err();
    assert!(
        matches!(error, VerticalError::Behind { kept: 0, .. }),
        "{error}"
    );
    assert_eq!(error.fault(), Fault::Input);
}

#[tokio::test(start_paused = true)]
async fn a_label_holder_that_goes_back_gets_no_sums_of_trees_before_the_last() {
    let mut case = case();
    let mut stores = Stores::default();
    // All break off in the second tree, before any of its sums.
    let world = World::new(1);
    world.crash(Crash {
        party: insurer(),
        step: "gbdt-vertical.1.opened".into(),
        nth: 3,
        moment: Moment::BeforeSend,
    });
    assert!(case.run(&world, &mut stores).await.label.is_err());
    let kept = |stores: &Stores| {
        let side = stores.features[&party("hospital-0")].kept.clone();
        serde_json::to_value(side.unwrap()).unwrap()
    };
    assert_eq!(stores.label.kept.as_ref().unwrap().trees(), 1);
    // That it was begun is kept before it is grown.
    let side = kept(&stores);
    assert_eq!(
        [&side["next"], &side["begun"]].map(serde_json::Value::as_u64),
        [Some(1), Some(2)]
    );
    stores.label.kept = None;
    case.run += 1;
    let world = World::new(1);
    let ended = case.run(&world, &mut stores).await;
    for feature in ended.features {
        let error = feature.unwrap_err();
        let gone = matches!(&error, VerticalError::Gone { tree: 0, .. });
        assert!(gone, "{error}");
        assert_eq!(error.fault(), Fault::Peer(insurer()));
    }
    let summed = world.transcript();
    assert!(!summed.iter().any(|frame| frame.step.ends_with("summed")));
    // Having refused, they know no less.
    assert_eq!(kept(&stores), side);
}

#[tokio::test(start_paused = true)]
async fn progress_tells_trees_levels_and_losses_that_fall() {
    let mut stores = Stores::default();
    case().run(&World::new(1), &mut stores).await.all();
    let heard = stores.label.heard;
    assert_eq!(heard.first().map(|it| (it.tree, it.level)), Some((0, 0)));
    assert_eq!(heard.last().map(|it| it.tree), Some(4));
    assert!(heard.last().unwrap().losses.trained < heard[0].losses.trained);
}

#[tokio::test(start_paused = true)]
async fn slow_and_lossy_links_change_nothing() {
    let whole = case().fit().await;
    let link = Link {
        latency: std::time::Duration::from_millis(300),
        bandwidth: Some(500_000),
        loss: 0.02,
    };
    let world = World::new(5).with_link(link).without_transcript();
    let slow = case().run(&world, &mut Stores::default()).await.all();
    assert!(slow == whole);
}

#[test]
fn parts_that_are_none_are_refused() {
    let mut json = serde_json::json!({
        "format": 1, "objective": "logistic", "columns": ["age"],
        "holders": [["hospital", 1]], "base_score": 0.0,
        "trees": [[
            {"branch": {"choice": {"theirs": {"holder": 0, "split": 0}}, "left": 1, "right": 2,
                        "gain": 1.0, "cover": 2.0}},
            {"leaf": {"value": 0.1, "cover": 1.0}}, {"leaf": {"value": -0.1, "cover": 1.0}},
        ]],
    });
    let read = |json: &serde_json::Value| serde_json::from_value::<LabelModel>(json.clone());
    assert_eq!(read(&json).unwrap().margin(&[], |_, _| true), 0.1);
    for (place, value) in [("holder", 1), ("split", 1)] {
        let choice = &mut json["trees"][0][0]["branch"]["choice"]["theirs"];
        let before = std::mem::replace(&mut choice[place], value.into());
        assert!(read(&json).is_err(), "{place}");
        json["trees"][0][0]["branch"]["choice"]["theirs"][place] = before;
    }
    json["format"] = 2.into();
    assert!(read(&json).is_err());
}
