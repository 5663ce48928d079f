//! What a lying coordinator learns by asking before a run.

use std::{fs, path::Path};

use consilium_plan::{Code, DataReport, Failure, Study, UnixTime};
use tokio::sync::mpsc;

use super::*;
use crate::home::sample::{self, NOW};

/// A home whose coordinator asks; the data set is there.
struct Asked {
    home: Home,
    said: mpsc::UnboundedReceiver<Said>,
    plan: Arc<Plan>,
}

impl Asked {
    async fn new(folder: &Path, more: &str) -> Asked {
        let (home, said) = sample::home(folder, Vec::new()).await;
        sample::write_rows(&home, 30);
        sample::register(&home).await;
        let plan = Arc::new(sample::plan(&["a", "b", "c"], more));
        Asked { home, said, plan }
    }

    async fn answer(&mut self, own: &Own) -> Result<Found, Failure> {
        let (home, plan, own) = (self.home.clone(), self.plan.clone(), own.clone());
        report(home, plan, own, NOW * 1_000).await;
        let Some(Said::Preflight(said)) = self.said.recv().await else {
            panic!("it is a report");
        };
        serde_json::from_str::<PartyReport>(&said.report)
            .unwrap()
            .found
    }

    async fn journalled(&self) -> usize {
        let journal = self.home.store.export_journal().await.unwrap();
        journal.matches("\"kind\":\"preflight\"").count()
    }
}

#[tokio::test]
async fn a_plan_that_nobody_approved_tells_nothing_of_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = Asked::new(folder.path(), "limits.minimum_rows = 25").await;
    let own = Own::new(asked.home.federation, &asked.plan);
    let enough = asked.answer(&own).await;
    assert_eq!(enough.as_ref().unwrap_err().code, Code::ApprovalMissing);
    sample::write_rows(&asked.home, 20);
    sample::register(&asked.home).await;
    assert_eq!(asked.answer(&own).await, enough);
    fs::remove_file(asked.home.state.join("rows.csv")).unwrap();
    assert_eq!(asked.answer(&own).await, enough);
    assert_eq!(asked.journalled().await, 0);
}

#[tokio::test]
async fn an_approval_opens_the_approved_version_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = Asked::new(folder.path(), "").await;
    let version = sample::register(&asked.home).await;
    let own = sample::approved(&asked.home, &asked.plan, version);
    let found = asked.answer(&own).await.unwrap();
    assert!(
        matches!(&found.data, DataReport::Read { obstacles, .. } if obstacles.is_empty()),
        "{found:?}"
    );
    assert_eq!(asked.journalled().await, 1);
    sample::write_rows(&asked.home, 2);
    let changed = asked.answer(&own).await.unwrap_err();
    assert_eq!(changed.code, Code::DataChanged);
    sample::register(&asked.home).await;
    assert_eq!(asked.answer(&own).await.unwrap_err(), changed);
    assert_eq!(asked.journalled().await, 3);
    fs::write(asked.home.state.join("rows.csv"), "x,y\n1,0\n99,1\n").unwrap();
    assert_eq!(asked.answer(&own).await.unwrap_err(), changed);
    assert_eq!(asked.journalled().await, 4);
}

#[tokio::test]
async fn a_reading_is_in_the_journal_even_if_a_younger_question_cut_it_short() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = Asked::new(folder.path(), "").await;
    let version = sample::register(&asked.home).await;
    let own = sample::approved(&asked.home, &asked.plan, version);
    // A reader that ends when it is told to: the file is a pipe.
    let rows = asked.home.state.join("rows.csv");
    fs::remove_file(&rows).unwrap();
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mkfifoat(rustix::fs::CWD, &rows, mode).unwrap();
    let (home, plan) = (asked.home.clone(), asked.plan.clone());
    let reading = tokio::spawn(report(home, plan, own, NOW * 1_000));
    // Opening a pipe for writing waits for its reader.
    let path = rows.clone();
    let opening = tokio::task::spawn_blocking(move || fs::File::options().write(true).open(path));
    let pipe = opening.await.unwrap().unwrap();
    reading.abort();
    reading.await.unwrap_err();
    assert_eq!(asked.journalled().await, 1);
    fs::remove_file(rows).unwrap();
    drop(pipe);
    assert!(asked.said.try_recv().is_err());
}

#[tokio::test]
async fn an_approval_ends_with_the_plan_and_with_the_study() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = Asked::new(folder.path(), "").await;
    let version = sample::register(&asked.home).await;
    let mut own = sample::approved(&asked.home, &asked.plan, version);
    own.end = Some(Study::Finished { at: UnixTime(NOW) });
    assert_eq!(
        asked.answer(&own).await.unwrap_err().code,
        Code::PlanExpired
    );
    let over = "limits.expires = 2020-01-01T00:00:00Z";
    asked.plan = Arc::new(sample::plan(&["a", "b", "c"], over));
    let own = sample::approved(&asked.home, &asked.plan, version);
    assert_eq!(
        asked.answer(&own).await.unwrap_err().code,
        Code::PlanExpired
    );
    assert_eq!(asked.journalled().await, 0);
}

#[tokio::test]
async fn no_clock_of_a_coordinator_is_too_far_off() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = Asked::new(folder.path(), "").await;
    let own = Own::new(asked.home.federation, &asked.plan);
    for now_ms in [i64::MIN, i64::MAX] {
        report(asked.home.clone(), asked.plan.clone(), own.clone(), now_ms).await;
        let Some(Said::Preflight(said)) = asked.said.recv().await else {
            panic!("it is a report");
        };
        let report: PartyReport = serde_json::from_str(&said.report).unwrap();
        assert!(report.clock_ahead.unsigned_abs() > 1 << 50, "{report:?}");
    }
}
