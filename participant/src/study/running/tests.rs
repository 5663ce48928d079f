//! The end of a run.

use std::future::pending;

use super::*;

/// Tells when it is dropped.
struct Told(Option<std::sync::mpsc::Sender<()>>);

impl Drop for Told {
    fn drop(&mut self) {
        let told = self.0.take().map(|to| to.send(()));
        told.unwrap().unwrap();
    }
}

#[tokio::test]
async fn nothing_of_a_run_is_left_once_it_was_ended() {
    let (left, has_left) = std::sync::mpsc::channel();
    let (ended, outcome) = oneshot::channel();
    let task = tokio::spawn(async move {
        let part = async {
            let _part = Told(Some(left));
            pending().await
        };
        ended.send(part.await).ok();
    });
    tokio::task::yield_now().await;
    let running = Running {
        run: RunId([1; 16]),
        confirmed: None,
        contributors: Vec::new(),
        outcome,
        task: Held(task.abort_handle()),
    };
    assert!(has_left.try_recv().is_err());
    running.end().await;
    has_left.try_recv().unwrap();
}

#[tokio::test]
async fn a_run_that_ends_before_waivers_are_confirmed_confirms_none() {
    let (confirmed, is_confirmed) = oneshot::channel();
    let (ended, outcome) = oneshot::channel();
    let mut running = Running {
        run: RunId([1; 16]),
        confirmed: Some(is_confirmed),
        contributors: Vec::new(),
        outcome,
        task: Held(tokio::spawn(async {}).abort_handle()),
    };
    drop(confirmed);
    ended.send(Ok(())).unwrap();
    let Progress::Ended(Some(Ok(()))) = running.next().await else {
        panic!("nothing was confirmed");
    };
}
