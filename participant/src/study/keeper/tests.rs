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
