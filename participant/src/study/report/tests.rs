//! What a lying coordinator learns by asking before a run.

use std::{cell::RefCell, fs, path::Path, time::Duration};

use consilium_plan::{Code, DataReport, Failure, Room, Study, UnixTime};
use consilium_store::StoreError;
use tokio::{runtime::Builder, sync::mpsc, task::spawn_blocking, time::timeout};

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
    fs::remove_file(sample::rows_of(&asked.home)).unwrap();
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
    fs::write(sample::rows_of(&asked.home), "x,y\n1,0\n99,1\n").unwrap();
    assert_eq!(asked.answer(&own).await.unwrap_err(), changed);
    assert_eq!(asked.journalled().await, 4);
}

#[test]
fn a_reading_is_in_the_journal_even_if_it_is_cut_short() {
    let mut runtime = Builder::new_current_thread();
    let runtime = runtime.max_blocking_threads(1).enable_all().build();
    runtime.unwrap().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let mut asked = Asked::new(folder.path(), "").await;
        let version = sample::register(&asked.home).await;
        let own = sample::approved(&asked.home, &asked.plan, version);
        // No other reader begins before this one ends.
        let (release, held) = std::sync::mpsc::channel::<()>();
        let busy = spawn_blocking(move || held.recv().is_err());
        let (home, plan) = (asked.home.clone(), asked.plan.clone());
        let reading = tokio::spawn(report(home, plan, own, NOW * 1_000));
        let journalled = async { while asked.journalled().await == 0 {} };
        timeout(Duration::from_mins(1), journalled).await.unwrap();
        reading.abort();
        reading.await.unwrap_err();
        drop(release);
        assert!(busy.await.unwrap());
        assert_eq!(asked.journalled().await, 1);
        assert!(asked.said.try_recv().is_err());
    });
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
async fn whoever_can_not_look_says_so_and_is_not_taken_for_silent() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = Asked::new(folder.path(), "").await;
    let own = Own::new(asked.home.federation, &asked.plan);
    let mut change = asked.home.store.begin().await.unwrap();
    let damaging = sqlx::query("DROP TABLE run").execute(change.connection());
    damaging.await.unwrap();
    change.commit().await.unwrap();
    let failure = asked.answer(&own).await.unwrap_err();
    assert_eq!(
        (failure.code, failure.party),
        (Code::Internal, Some(asked.home.party.clone()))
    );
}

#[tokio::test(start_paused = true)]
async fn what_passes_ends_no_study_and_what_is_refused_is_not_asked_twice() {
    let lost = || RunError::Store(StoreError::DiskFull);
    let found = || Found {
        data: DataReport::Absent { only_split: false },
        verified: 2,
        disk: Room::Ample,
        memory: Room::Ample,
    };
    let refused = || RunError::Refused(Failure::new(Code::ApprovalMissing));
    let cases: [(Vec<Result<Found, RunError>>, _, _); 3] = [
        (vec![Ok(found()), Err(lost())], 0, true),
        (vec![Ok(found()), Err(refused())], 1, false),
        (vec![Ok(found()), Err(lost()), Err(lost())], 1, false),
    ];
    for (answers, left, is_found) in cases {
        let answers = RefCell::new(answers);
        let look = || async { answers.borrow_mut().pop().unwrap() };
        assert_eq!(at_most_twice(look).await.is_ok(), is_found);
        assert_eq!(answers.borrow().len(), left);
    }
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
