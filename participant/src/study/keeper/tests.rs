//! What a keeper lets the coordinator set going.

use tokio::task::yield_now;

use super::*;
use crate::home::sample;

#[tokio::test]
async fn however_often_it_is_asked_one_report_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let (home, mut said) = sample::home(folder.path(), Vec::new()).await;
    sample::write_rows(&home, 30);
    let version = sample::register(&home).await;
    let plan = sample::plan(&["a", "b", "c"], "");
    let own = sample::approved(&home, &plan, version);
    let study = sample::submit(&home, &plan, &own).await;
    let mut keeper = Keeper::new(home.clone(), &study).unwrap();

    let turn = home.reading.clone().acquire_owned().await.unwrap();
    let mut older: Vec<tokio::task::AbortHandle> = Vec::new();
    for _ in 0..10 {
        older.extend(keeper.reporting.as_ref().map(|report| report.0.clone()));
        keeper.obey(Command::Preflight { now_ms: 0 }).await.unwrap();
    }
    while !older.iter().all(tokio::task::AbortHandle::is_finished) {
        yield_now().await;
    }
    assert_eq!(older.len(), 9);
    drop(turn);
    assert!(matches!(said.recv().await, Some(Said::Preflight(_))));
    assert!(said.try_recv().is_err());
}

#[tokio::test]
async fn a_receiver_that_dropped_out_has_the_result_and_whoever_receives_none_has_none() {
    for receives in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let (home, _said) = sample::home(folder.path(), Vec::new()).await;
        let text = sample::plan(&["a", "b", "c"], "").to_string();
        let ours = format!("receives = {receives}");
        let plan: Plan = text.replacen("receives = true", &ours, 1).parse().unwrap();
        let own = Own::new(home.federation, &plan);
        let study = sample::submit(&home, &plan, &own).await;
        let mut keeper = Keeper::new(home.clone(), &study).unwrap();
        let finished = Study::Finished {
            at: home.ambient.now(),
        };
        let given = Received {
            model: "{}".to_owned(),
            report: "{\"format\": 1}".to_owned(),
        };
        let end = Command::End {
            state: Box::new(finished.clone()),
            result: Some(given.clone()),
        };
        keeper.obey(end).await.unwrap();
        assert_eq!(keeper.own.end, Some(finished));
        let kept = Results::new(&home.state, &plan.hash()).read().unwrap();
        let kept = kept.map(|kept| (kept.model, kept.report, kept.own_report));
        let expected = (given.model, Some(given.report), None);
        assert_eq!(kept, receives.then_some(expected));
    }
}
