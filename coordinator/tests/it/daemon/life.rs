//! The life of a study.

use std::sync::{Arc, atomic::Ordering};

use consilium_plan::{Code, Failure, Plan};
use consilium_proto::v1::{self, to_coordinator::Kind as Says};

use super::{
    hospital::{Home, Hospital, say},
    world::{Watch, World, plan},
};

pub(super) const NAMES: [&str; 3] = ["a", "b", "c"];

pub(super) async fn enrolled(world: &World) -> Vec<Arc<Home>> {
    enrolled_as(world, &NAMES).await
}

pub(super) async fn enrolled_as(world: &World, names: &[&str]) -> Vec<Arc<Home>> {
    let mut homes = Vec::new();
    for (name, seed) in names.iter().zip(1..) {
        homes.push(Home::enrol(world, name, seed).await);
    }
    homes
}

pub(super) fn started(world: &World, homes: &[Arc<Home>]) -> Vec<Hospital> {
    homes
        .iter()
        .map(|home| home.start(&world.address))
        .collect()
}

/// Patience short enough for tests in which somebody stays away.
const SHORT: &str = "[patience]\nanswer = \"3s\"\noutage = \"60s\"\n";

async fn fitted(world: &World, study: &str) -> serde_json::Value {
    let model: serde_json::Value = serde_json::from_str(&world.result(study).await.model).unwrap();
    model["fit"]["estimates"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_lives_from_submission_to_its_result() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    let _hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;

    let events = watch.rest().await;
    let expected = [
        "submitted",
        "shown",
        "approved",
        "approved",
        "approved",
        "ready",
    ];
    assert_eq!(events[..6], expected);
    assert_eq!(events[6..], ["committed", "finished"]);
    assert_eq!(world.status(&study).await.state, "finished");

    let result = world.result(&study).await;
    let report: serde_json::Value = serde_json::from_str(&result.report).unwrap();
    assert_eq!(report["opened_sets"], serde_json::json!([["a", "b", "c"]]));
    assert_eq!(report["runs"], 1);
    assert!(
        report["outcomes"]["evaluation"]["evaluation"]["auc"]
            .as_f64()
            .unwrap()
            > 0.7
    );
    assert_eq!(fitted(&world, &study).await.as_array().unwrap().len(), 3);
    for home in &homes {
        assert_eq!(home.finished.load(Ordering::Relaxed), 1, "{}", home.name);
    }

    let log = world
        .operator()
        .await
        .export_log(v1::ExportLogRequest {})
        .await
        .unwrap();
    let verified = consilium_journal::verify(log.into_inner().lines.as_bytes());
    assert!(verified.is_ok(), "{verified:?}");
}

/// Runs a study to its end; in between, stops the coordinator and starts it again when `moment`
/// has come.
async fn model_in_spite_of(
    what: impl std::fmt::Display,
    moment: impl AsyncFnOnce(&mut Watch, &[Arc<Home>]),
) -> serde_json::Value {
    let mut world = World::new().await;
    let homes = enrolled(&world).await;
    let _hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, SHORT)).await;
    moment(&mut watch, &homes).await;
    world.stop().await;
    world.start().await;
    world.watch(&study).await.rest().await;
    let status = world.status(&study).await;
    assert_eq!(
        status.state, "finished",
        "stopped after {what}: {}",
        status.detail
    );
    fitted(&world, &study).await
}

async fn undisturbed() -> serde_json::Value {
    model_in_spite_of("the end", async |watch, _| _ = watch.rest().await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_stopped_at_every_state_goes_on_to_the_same_model() {
    let undisturbed = undisturbed().await;
    for event in ["submitted", "shown", "approved", "ready", "committed"] {
        let model = model_in_spite_of(event, async |watch, _| _ = watch.until(event).await).await;
        assert_eq!(model, undisturbed, "stopped after {event}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_stopped_in_the_middle_of_sums_goes_on_to_the_same_model() {
    let undisturbed = undisturbed().await;
    for lines in [1, 2, 4, 7] {
        let what = format!("{lines} lines in a book");
        let model = model_in_spite_of(&what, async |_, homes| homes[0].wrote(lines).await).await;
        assert_eq!(model, undisturbed, "stopped after {what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_waits_for_a_hospital_that_was_killed() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    let mut hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, SHORT)).await;
    watch.until("ready").await;
    hospitals.pop();
    let lost = watch.until("lost").await;
    assert!(lost.contains("\"c\""), "{lost}");
    hospitals.push(homes[2].start(&world.address));
    watch.until("returned").await;
    watch.rest().await;
    let status = world.status(&study).await;
    assert_eq!(status.state, "finished", "{}", status.detail);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_a_step_waiting_is_named_once_and_no_longer_than_that() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[2].hold(true);
    let _hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;
    let [waits, goes_on] = watch.spell(|| homes[2].hold(false)).await;
    assert!(waits.waiting.starts_with(r#"{"on":["c"],"since":"#));
    assert_eq!(goes_on.waiting, "");
    for event in [waits, goes_on] {
        assert_eq!(
            (event.event.as_str(), event.doing.contains("standardising")),
            ("", true)
        );
    }
    watch.rest().await;
    let status = world.status(&study).await;
    assert_eq!(
        (status.state.as_str(), status.waiting.as_str()),
        ("finished", "")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_its_data_for_long_is_told_of_and_nobody_is_asked_again() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[2].ponders.send_replace(true);
    let _hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;
    let goes_on = || {
        homes[2].ponders.send_replace(false);
    };
    let [waits, _] = watch.spell(goes_on).await;
    assert!(waits.waiting.starts_with(r#"{"on":["c"],"since":"#));
    watch.rest().await;
    assert_eq!(world.status(&study).await.state, "finished");
    for home in &homes {
        assert_eq!(home.bothered.load(Ordering::Relaxed), 0, "{}", home.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_was_lost_on_its_way_comes_again_when_the_hospital_is_back() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[2].misses.send_replace(true);
    let mut misses = homes[2].misses.subscribe();
    let hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;
    misses.wait_for(|misses| !misses).await.unwrap();
    // The same life of the daemon makes another stream.
    hospitals[2].link.attach().end();
    watch.rest().await;
    assert_eq!(world.status(&study).await.state, "finished");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_lost_on_its_way_comes_again_when_the_hospital_is_back() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[2].sleeps.store(true, Ordering::Relaxed);
    let mut slept = homes[2].slept.subscribe();
    let hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;
    slept.wait_for(|slept| *slept > 0).await.unwrap();
    homes[2].sleeps.store(false, Ordering::Relaxed);
    // Another stream cuts the one that there is; the same life of the daemon makes a third.
    hospitals[2].link.attach().end();
    watch.rest().await;
    assert_eq!(world.status(&study).await.state, "finished");
    let report: serde_json::Value =
        serde_json::from_str(&world.result(&study).await.report).unwrap();
    assert_eq!(report["runs"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_that_comes_back_anew_in_every_run_ends_the_study_by_name() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[2].sleeps.store(true, Ordering::Relaxed);
    let mut slept = homes[2].slept.subscribe();
    let mut hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;
    let restarting = async {
        while slept.changed().await.is_ok() {
            hospitals.pop();
            hospitals.push(homes[2].start(&world.address));
        }
    };
    tokio::select! {
        _ = watch.rest() => {}
        () = restarting => {}
    }
    let status = world.status(&study).await;
    assert!(status.detail.contains("PARTY-ABORTED"), "{}", status.detail);
    assert!(status.detail.contains("\"c\""), "{}", status.detail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_that_gives_every_run_up_is_named_after_a_few() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[2].gives_up.store(true, Ordering::Relaxed);
    let _hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;
    watch.rest().await;
    let status = world.status(&study).await;
    assert_eq!(status.state, "failed");
    assert!(
        status.detail.contains("\"party\":\"c\""),
        "{}",
        status.detail
    );
    assert_eq!(homes[2].runs.load(Ordering::Relaxed), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_hospital_gave_a_run_up_counts_also_if_it_is_heard_after_the_end() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[2].gives_up.store(true, Ordering::Relaxed);
    let failure = Failure::new(Code::DiskFull).of(&homes[2].name);
    *homes[2].explains.lock().unwrap() = Some(failure);
    let _hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;
    watch.rest().await;
    let status = world.status(&study).await;
    assert_eq!(status.state, "failed");
    assert!(status.detail.contains("DISK-FULL"), "{}", status.detail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_that_refuses_ends_the_study_by_name() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[1].approves.store(false, Ordering::Relaxed);
    let _hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;
    watch.rest().await;
    let status = world.status(&study).await;
    assert_eq!(status.state, "failed");
    assert!(
        status.detail.contains("APPROVAL-REFUSED"),
        "{}",
        status.detail
    );
    assert!(status.detail.contains("\"b\""), "{}", status.detail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hospital_whose_data_changed_ends_the_study_by_name() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    let failure = Failure::new(Code::DataChanged)
        .of(&homes[0].name)
        .with("data", "patients");
    *homes[0].refuses.lock().unwrap() = Some(failure);
    let _hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;
    watch.rest().await;
    let status = world.status(&study).await;
    assert_eq!(status.state, "failed");
    assert!(status.detail.contains("DATA-CHANGED"), "{}", status.detail);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_ends_a_study_with_a_reason() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    let (study, mut watch) = world.submit(&plan(&NAMES, "")).await;
    drop(homes);
    let cancel = |why: &str| v1::CancelRequest {
        study: study[..12].to_owned(),
        why: why.to_owned(),
    };
    let mut operator = world.operator().await;
    assert!(operator.cancel(cancel(" ")).await.is_err());
    let status = operator
        .cancel(cancel("the question is answered"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(status.state, "cancelled");
    assert_eq!(watch.rest().await, ["submitted", "cancelled"]);
    assert!(operator.cancel(cancel("again")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_ended_without_a_result_is_tried_again_as_another_study() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[1].approves.store(false, Ordering::Relaxed);
    let hospitals = started(&world, &homes);
    let text = plan(&NAMES, "");
    let (first, mut watch) = world.submit(&text).await;
    watch.rest().await;
    drop(hospitals);

    let (second, mut watch) = world.submit(&text).await;
    assert_ne!(first, second);
    let mut operator = world.operator().await;
    let again = operator
        .submit(v1::SubmitRequest { plan: text.clone() })
        .await
        .unwrap_err();
    assert_eq!(again.code(), tonic::Code::AlreadyExists);

    homes[1].approves.store(true, Ordering::Relaxed);
    let earlier: Plan = text.parse().unwrap();
    // It approves what it refused before: a statement of the first attempt, as all others have.
    homes[1].approval(&earlier);
    let hospitals = started(&world, &homes);
    watch.until("shown").await;
    let present = earlier.next_attempt().unwrap();
    let mut replayed = homes[0].approval(&earlier);
    replayed.study = present.hash().as_bytes().to_vec().into();
    let control = hospitals[0].link.control();
    say(&control, Says::Decision(replayed)).await;
    // What comes after it on the same link says that it was looked at.
    say(&control, Says::Decision(homes[0].refusal(&present))).await;
    assert_eq!(watch.rest().await, ["refused"]);
    assert_eq!(world.status(&second).await.state, "failed");

    let log = operator.export_log(v1::ExportLogRequest {}).await.unwrap();
    let lines = log.into_inner().lines;
    assert!(lines.contains(&first) && lines.contains(&second));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_refused_with_its_reason() {
    let world = World::new().await;
    let mut operator = world.operator().await;
    let mut refused = async |plan: String| {
        let status = operator
            .submit(v1::SubmitRequest { plan })
            .await
            .unwrap_err();
        status.message().to_owned()
    };
    let unknown = refused(plan(&NAMES, "")).await;
    assert!(unknown.contains("PARTY-UNKNOWN"), "{unknown}");
    let misspelt = refused(plan(&NAMES, "") + "colour = \"red\"\n").await;
    assert!(misspelt.contains("colour"), "{misspelt}");
    let elsewhere = refused(format!("coordinator = \"other\"\n{}", plan(&NAMES, ""))).await;
    assert!(elsewhere.contains("other"), "{elsewhere}");
}

pub(super) const FOUR: [&str; 4] = ["a", "b", "c", "d"];
/// A plan's lines by which it soon goes on without one of four.
pub(super) const GOES_ON: &str = "[protection]\non_dropout = \"continue\"\ndropouts = 1\n\
                       [patience]\nanswer = \"2s\"\noutage = \"4s\"\n";

async fn went_on_without_d(world: &World, study: &str) {
    let status = world.status(study).await;
    assert_eq!(status.state, "finished", "{}", status.detail);
    let report = world.result(study).await.report;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["opened_sets"], serde_json::json!([["a", "b", "c"]]));
    assert_eq!(report["left_out"], serde_json::json!(["d"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_goes_on_without_a_hospital_where_the_plan_says_so() {
    let world = World::new().await;
    let homes = enrolled_as(&world, &FOUR).await;
    homes[3].sleeps.store(true, Ordering::Relaxed);
    let mut hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&FOUR, GOES_ON)).await;
    watch.until("ready").await;
    hospitals.pop();
    watch.rest().await;
    went_on_without_d(&world, &study).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_left_out_stays_out_when_the_coordinator_is_restarted_at_once() {
    let mut world = World::new().await;
    let homes = enrolled_as(&world, &FOUR).await;
    homes[3].sleeps.store(true, Ordering::Relaxed);
    let mut hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&plan(&FOUR, GOES_ON)).await;
    watch.until("ready").await;
    hospitals.pop();
    watch.until("lost").await;
    // While another one is away no run begins, with which more would be kept.
    hospitals.pop();
    watch.until("tick").await;
    world.stop().await;
    homes[3].sleeps.store(false, Ordering::Relaxed);
    world.start().await;
    hospitals.extend(started(&world, &homes[2..]));
    world.watch(&study).await.rest().await;
    went_on_without_d(&world, &study).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_fails_by_name_when_patience_with_a_lost_hospital_ends() {
    let world = World::new().await;
    let homes = enrolled(&world).await;
    homes[2].sleeps.store(true, Ordering::Relaxed);
    let mut hospitals = started(&world, &homes);
    let more = "[patience]\nanswer = \"1s\"\noutage = \"2s\"\n";
    let (study, mut watch) = world.submit(&plan(&NAMES, more)).await;
    watch.until("ready").await;
    hospitals.pop();
    watch.rest().await;
    let status = world.status(&study).await;
    assert_eq!(status.state, "failed");
    assert!(status.detail.contains("PARTY-LOST"), "{}", status.detail);
    assert!(status.detail.contains("\"c\""), "{}", status.detail);
}
