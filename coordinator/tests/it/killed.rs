//! A real process, really killed in the middle of its commits.

use std::{
    env,
    io::{self, BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use consilium_coordinator::store::{
    openings::{self, OpenedSum},
    studies::{self, Advance},
};
use consilium_journal::{Entry, Kind, StudyName, UnixTime, verify};

use crate::place::{self, Place, open, with_study};

/// Tells the process that is to be killed where to write.
const WRITE_TO: &str = "CONSILIUM_TEST_WRITE_TO";
const COMMITTED: &str = "committed ";

#[tokio::test]
async fn a_writer_killed_on_sqlite_loses_nothing() {
    if let Ok(location) = env::var(WRITE_TO) {
        write(&location).await;
    }
    kill(
        "killed::a_writer_killed_on_sqlite_loses_nothing",
        place::sqlite(),
    )
    .await;
}

#[tokio::test]
async fn a_writer_killed_on_postgres_loses_nothing() {
    if let Ok(location) = env::var(WRITE_TO) {
        write(&location).await;
    }
    if let Some(place) = place::postgres().await {
        kill("killed::a_writer_killed_on_postgres_loses_nothing", place).await;
    }
}

/// Starts this test program as a writer, kills it after some commits, looks what is there.
async fn kill(test: &str, place: Place) {
    let (store, study) = with_study(&place.location).await;
    store.close().await;
    let mut at_least = 0;
    for commits in [1, 2, 5, 11, 23, 47] {
        at_least = acknowledged(test, &place, commits).max(at_least);

        let store = open(&place.location).await;
        // A server may still be at the dead writer's last commit; a change waits for it.
        drop(store.begin().await.unwrap());
        let kept = studies::find(&store, &study).await.unwrap().unwrap();
        let written = u64::try_from(kept.version.0 - 1).unwrap();
        assert!(
            written >= at_least,
            "{at_least} were acknowledged, {written} are there"
        );
        let sums = openings::of(&store, &study).await.unwrap();
        let journal = store.export_journal().await.unwrap();
        let verification = verify(journal.as_bytes()).unwrap();
        assert_eq!(verification.flaw(), None);
        assert_eq!(
            (verification.entries(), sums.len() as u64),
            (written, written)
        );
        store.close().await;
    }
}

/// Gives the last commit that a writer told us about before it was killed.
fn acknowledged(test: &str, place: &Place, commits: usize) -> u64 {
    let mut writer = Command::new(env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(WRITE_TO, &place.location)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let told = lines.filter_map(|line| {
        let line = line.unwrap();
        let (_, number) = line.split_once(COMMITTED)?;
        number.parse().ok()
    });
    let last = told.take(commits).last().unwrap();
    writer.kill().unwrap();
    writer.wait().unwrap();
    last
}

/// Commits a state, an opened sum and a journal entry at a time, and tells so, without end.
async fn write(location: &str) -> ! {
    let store = open(location).await;
    let mut told = io::stdout();
    let study: StudyName = "heart-disease".parse().unwrap();
    loop {
        let kept = studies::find(&store, &study).await.unwrap().unwrap();
        let now = UnixTime(kept.version.0);
        let mut change = store.begin().await.unwrap();
        let next = Advance {
            study: &study,
            from: kept.version,
            state: "{}",
            now,
        };
        studies::advance(&mut change, next).await.unwrap();
        let sum = OpenedSum {
            study: study.clone(),
            number: u32::try_from(kept.version.0).unwrap(),
            contributors: ["a".parse().unwrap()].into(),
            sum: vec![0x5a; 20_000],
            opened: now,
        };
        openings::keep(&mut change, &sum).await.unwrap();
        change
            .log(&Entry::new(now, Kind::OPENING).about(&study))
            .await
            .unwrap();
        change.commit().await.unwrap();
        writeln!(told, "{COMMITTED}{}", kept.version.0).unwrap();
    }
}
