//! Who takes part in a run, and whose waiver counts.

use std::collections::BTreeSet;

use consilium_mailbox::RunId;
use consilium_plan::FederationId;

use super::*;
use crate::home::sample;

const PARTIES: [&str; 4] = ["a", "b", "c", "d"];

fn plan(protection: &str) -> Plan {
    sample::plan(&PARTIES, &format!("[protection]\n{protection}"))
}

fn call(present: &[&str]) -> Call {
    Call {
        run: RunId([1; 16]),
        attempt: 1,
        from: None,
        contributors: parse(present),
        waivers: BTreeSet::new(),
    }
}

fn parse<C: FromIterator<PartyId>>(names: &[&str]) -> C {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn checked(plan: &Plan, present: &[&str], waivers: &[&str], heard: &[&str]) -> Option<Code> {
    let call = Call {
        waivers: parse(waivers),
        ..call(present)
    };
    let mut own = Own::new(FederationId([1; 32]), plan);
    own.waivers = parse(heard);
    let me = "a".parse().unwrap();
    check_company(plan, &own, &call, &me)
        .err()
        .map(|failure| failure.code)
}

#[test]
fn a_run_without_somebody_is_refused_where_the_plan_waits() {
    let plan = plan("on_dropout = \"pause\"");
    assert_eq!(checked(&plan, &PARTIES, &[], &[]), None);
    for present in [
        &["a", "b", "c"][..],
        &["a"],
        &[],
        &["a", "b", "c", "e"],
        &["b", "a", "c", "d"],
    ] {
        assert_eq!(
            checked(&plan, present, &[], &[]),
            Some(Code::PlanDiffers),
            "{present:?}"
        );
    }
}

#[test]
fn a_run_goes_on_with_the_quorum_where_the_plan_says_so() {
    let plan = plan("on_dropout = \"continue\"\ndropouts = 1");
    assert_eq!(checked(&plan, &["a", "b", "d"], &[], &[]), None);
    assert_eq!(
        checked(&plan, &["a", "d"], &[], &[]),
        Some(Code::PlanDiffers)
    );
    assert_eq!(
        checked(&plan, &["b", "c", "d"], &[], &[]),
        Some(Code::PlanDiffers)
    );
}

#[test]
fn the_waiver_of_an_absent_party_counts_only_if_it_said_so_itself() {
    let plan = plan("on_dropout = \"continue\"\ndropouts = 1\nask_waiver = true");
    let refused = Some(Code::RosterShrinkRefused);
    assert_eq!(checked(&plan, &["a", "b", "d"], &["c"], &[]), refused);
    assert_eq!(checked(&plan, &["a", "b", "d"], &["c"], &["c"]), None);
    assert_eq!(checked(&plan, &["a", "b", "d"], &["b"], &[]), None);
}

#[test]
fn a_waiver_that_was_withdrawn_counts_no_more() {
    let plan = plan("on_dropout = \"continue\"\ndropouts = 1\nask_waiver = true");
    let mut own = Own::new(FederationId([1; 32]), &plan);
    own.waivers = own.waivers_after(&parse::<Vec<_>>(&PARTIES), parse(&["b", "c"]));
    assert_eq!(own.waivers, parse(&["b", "c"]));
    own.waivers = own.waivers_after(&parse::<Vec<_>>(&["a", "b", "d"]), parse(&["d"]));
    assert_eq!(
        own.waivers,
        parse(&["c", "d"]),
        "c was away and was not heard"
    );
}

async fn identified(verified: &[&str], plan: &Plan, present: &[&str]) -> Option<Failure> {
    let folder = tempfile::tempdir().unwrap();
    let (home, _) = sample::home(folder.path(), Vec::new()).await;
    for (name, seed) in verified.iter().zip(10..) {
        sample::verify(&home, name, seed).await;
    }
    let checked = check_identities(&home, plan, &call(present)).await;
    checked.err().map(|error| error.failure(&home.party))
}

#[tokio::test]
async fn parties_that_nobody_verified_count_as_colluding() {
    let trusting = "[protection]\ncolluding = 1\n[limits]\nminimum_verified = 0";
    let plan = sample::plan(&PARTIES, trusting);
    let failure = identified(&["b"], &plan, &PARTIES).await.unwrap();
    assert_eq!(failure.code, Code::VerifiedTooFew);
    assert_eq!(failure.details["minimum"], "3");
    // However few of them the coordinator calls to this one run.
    let failure = identified(&["b"], &plan, &["a", "b", "c"]).await;
    assert_eq!(failure.unwrap().code, Code::VerifiedTooFew);
    assert_eq!(identified(&["b", "c"], &plan, &PARTIES).await, None);
}

#[tokio::test]
async fn a_verified_party_that_is_away_keeps_nobody_company() {
    let plan = plan("on_dropout = \"continue\"\ndropouts = 1");
    let verified = ["b", "c"];
    assert_eq!(identified(&verified, &plan, &PARTIES).await, None);
    assert_eq!(identified(&verified, &plan, &["a", "b", "c"]).await, None);
    let failure = identified(&verified, &plan, &["a", "b", "d"])
        .await
        .unwrap();
    assert_eq!(failure.code, Code::VerifiedTooFew);
    assert_eq!(failure.details["verified"], "2");
}

#[tokio::test]
async fn a_run_is_counted_before_a_row_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _) = sample::home(folder.path(), Vec::new()).await;
    sample::write_rows(&home, 30);
    let version = sample::register(&home).await;
    sample::verify(&home, "b", 10).await;
    sample::verify(&home, "c", 11).await;
    let plan = Arc::new(sample::plan(&["a", "b", "c"], ""));
    let own = sample::approved(&home, &plan, version);
    sample::submit(&home, &plan, &own).await;
    let begun = async || {
        let call = call(&["a", "b", "c"]);
        begin(&home, plan.clone(), own.clone(), call)
            .await
            .map(drop)
    };
    sample::write_rows(&home, 20);
    let changed = begun().await.unwrap_err().failure(&home.party);
    assert_eq!(changed.code, Code::DataChanged);
    let study = study_name(&plan.hash());
    assert_eq!(runs::counted(&home.store, &study).await.unwrap(), 1);
    let again = begun().await.unwrap_err().failure(&home.party);
    assert_eq!(again.code, Code::FrameReplayed);
}

#[tokio::test]
async fn nothing_is_read_for_a_run_that_nobody_approved() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _) = sample::home(folder.path(), Vec::new()).await;
    let plan = Arc::new(sample::plan(&["a", "b", "c"], ""));
    let own = Own::new(home.federation, &plan);
    let call = call(&["a", "b", "c"]);
    let refused = begin(&home, plan.clone(), own, call).await.map(drop);
    let failure = refused.unwrap_err().failure(&home.party);
    assert_eq!(failure.code, Code::ApprovalMissing);
    let study = study_name(&plan.hash());
    assert_eq!(runs::counted(&home.store, &study).await.unwrap(), 0);
}

#[tokio::test]
async fn where_a_changed_file_is_at_fault_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    let (home, _) = sample::home(folder.path(), Vec::new()).await;
    sample::write_rows(&home, 30);
    let version = sample::register(&home).await;
    sample::verify(&home, "b", 10).await;
    sample::verify(&home, "c", 11).await;
    let plan = Arc::new(sample::plan(&["a", "b", "c"], ""));
    let own = sample::approved(&home, &plan, version);
    sample::submit(&home, &plan, &own).await;
    std::fs::write(sample::rows_of(&home), "x,y\n1,0\n99,1\n").unwrap();
    let call = call(&["a", "b", "c"]);
    let refused = begin(&home, plan.clone(), own.clone(), call)
        .await
        .map(drop);
    let changed = refused.unwrap_err().failure(&home.party);
    assert_eq!(changed.code, Code::DataChanged);
    assert!(!changed.details.contains_key("place"), "{changed:?}");
}
