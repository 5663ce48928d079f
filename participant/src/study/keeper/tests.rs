//! What a keeper lets the coordinator set going.

mod called;
mod orders;

use std::{fs, path::PathBuf};

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
    let made = |keeper: &Keeper| {
        let (_, report) = keeper.reporting.as_ref().unwrap();
        report.0.clone()
    };

    let turn = home.reading.clone().acquire_owned().await.unwrap();
    keeper.obey(Command::Preflight { now_ms: 0 }).await.unwrap();
    let first = made(&keeper);
    for _ in 0..10 {
        keeper.obey(Command::Preflight { now_ms: 0 }).await.unwrap();
        assert_eq!(made(&keeper).id(), first.id());
    }
    // Only one that is made of something older makes way.
    keeper.own.waivers.insert(home.party.clone());
    keeper.obey(Command::Preflight { now_ms: 0 }).await.unwrap();
    assert_ne!(made(&keeper).id(), first.id());
    while !first.is_finished() {
        yield_now().await;
    }
    drop(turn);
    assert!(matches!(said.recv().await, Some(Said::Preflight(_))));
    assert!(said.try_recv().is_err());

    // Once it is made it is made anew: the answer may have been lost.
    while !made(&keeper).is_finished() {
        yield_now().await;
    }
    keeper.obey(Command::Preflight { now_ms: 0 }).await.unwrap();
    assert!(matches!(said.recv().await, Some(Said::Preflight(_))));
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
        let given = sample::result(&plan, &["a", "b", "c"]);
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

/// A keeper of an institution that has a copy of the model, and what it is told at the end.
struct Ending {
    keeper: Keeper,
    results: Results,
    folder: PathBuf,
    copy: String,
    result: Received,
    _home: tempfile::TempDir,
}

impl Ending {
    async fn new() -> Ending {
        let folder = tempfile::tempdir().unwrap();
        let (home, _said) = sample::home(folder.path(), Vec::new()).await;
        let plan = sample::plan(&["a", "b", "c"], "");
        let study = sample::submit(&home, &plan, &Own::new(home.federation, &plan)).await;
        let result = sample::result(&plan, &["a", "b", "c"]);
        let ending = Ending {
            keeper: Keeper::new(home.clone(), &study).unwrap(),
            results: Results::new(&home.state, &plan.hash()),
            folder: home.state.join("results").join(plan.hash().to_string()),
            copy: sample::copy(&result),
            result,
            _home: folder,
        };
        fs::create_dir_all(&ending.folder).unwrap();
        fs::write(ending.folder.join("model.json"), &ending.copy).unwrap();
        fs::write(ending.folder.join("own-report.json"), "{}").unwrap();
        ending
    }

    async fn end(&mut self, result: Received) -> Result<(), KeepError> {
        let at = self.keeper.home.ambient.now();
        let end = Command::End {
            state: Box::new(Study::Finished { at }),
            result: Some(result),
        };
        self.keeper.obey(end).await
    }

    async fn journal(&self) -> String {
        self.keeper.home.store.export_journal().await.unwrap()
    }
}

#[tokio::test]
async fn a_model_that_the_coordinator_swapped_does_not_replace_the_own_one() {
    let mut ending = Ending::new().await;
    let mut swapped: serde_json::Value = serde_json::from_str(&ending.result.model).unwrap();
    swapped["fit"]["estimates"][1]["coefficient"] = (-99.0).into();
    let lie = Received {
        model: swapped.to_string(),
        ..ending.result.clone()
    };
    ending.end(lie.clone()).await.unwrap();
    assert!(ending.keeper.own.end.is_some());
    let kept = ending.results.read().unwrap().unwrap();
    assert_eq!((kept.model, kept.report), (ending.copy.clone(), None));
    let journal = ending.journal().await;
    assert!(journal.contains("\"result\":\"differs\""), "{journal}");
    let hash = blake3::hash(lie.model.as_bytes()).to_hex();
    assert!(journal.contains(hash.as_str()), "{journal}");
}

#[tokio::test]
async fn an_end_whose_result_cannot_be_written_is_taken_once_it_can() {
    let mut ending = Ending::new().await;
    let block = ending.folder.join("report.json");
    fs::create_dir(&block).unwrap();
    let result = ending.result.clone();
    let failed = ending.end(result.clone()).await;
    assert!(matches!(failed, Err(KeepError::Result(_))), "{failed:?}");
    assert_eq!(ending.keeper.own.end, None);
    fs::remove_dir(&block).unwrap();
    ending.end(result.clone()).await.unwrap();
    let kept = ending.results.read().unwrap().unwrap();
    assert_eq!(kept.model, result.model);
    assert_eq!(kept.report, Some(result.report));
    assert!(ending.journal().await.contains("\"result\":\"taken\""));
}
