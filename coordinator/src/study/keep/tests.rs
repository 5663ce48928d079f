//! Runs that come to nothing new are told from others by this.

use std::collections::BTreeSet;

use consilium_base::Seed;
use consilium_plan::Plan;

use super::*;

#[tokio::test]
async fn a_sum_that_was_opened_in_an_earlier_run_is_not_new() {
    let folder = tempfile::tempdir().unwrap();
    let location = folder.path().join("state");
    let location = location.to_str().unwrap().parse().unwrap();
    let (me, salts) = ("coordinator".parse().unwrap(), Seed::from_bytes([7; 32]));
    let store = crate::store::create(&location, &me, salts).await.unwrap();
    let text = include_str!("../../../../platform/plan/tests/it/expected/heart.toml");
    let plan: Plan = text.parse().unwrap();
    let hash = plan.hash();
    let name = crate::study::name(&hash);
    let jobs = include_str!("../../../tests/formats/job.jsonl");
    let new = studies::NewStudy {
        name: &name,
        plan_hash: hash.as_bytes(),
        plan: text.as_bytes(),
        state: jobs.lines().next().unwrap(),
        submitted: UnixTime(100),
    };
    let mut change = store.begin().await.unwrap();
    studies::submit(&mut change, new).await.unwrap();
    change.commit().await.unwrap();
    for (number, expected) in [
        (Some(3), true),
        (Some(3), false),
        (Some(4), true),
        (None, false),
    ] {
        let study = studies::find(&store, &name).await.unwrap().unwrap();
        let (_, job) = Job::read(&study).unwrap();
        let opened = number.map(|number| OpenedSum {
            study: name.clone(),
            number,
            contributors: BTreeSet::from(["va".parse().unwrap()]),
            sum: vec![7],
            opened: UnixTime(150),
        });
        let deed = Deed {
            opened,
            ..Deed::default()
        };
        let at = (study.version, UnixTime(200));
        let (_, is_new) = keep(&store, &name, at, &job, &deed).await.unwrap();
        assert_eq!(is_new, expected, "{number:?}");
    }
}
