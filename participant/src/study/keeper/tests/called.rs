//! What becomes of a run whose beginning, or end, takes long.

use consilium_mailbox::{Content, Frame, Transport as _};
use consilium_node::{
    link::{Epoch, Limits, Link},
    relay::{Relay, RelayLimits},
};
use tokio::time;

use super::*;
use crate::store::runs;

/// A keeper of a study that its steward has approved, and its home.
async fn keeper(folder: &std::path::Path) -> (Keeper, Home) {
    let (home, _said) = sample::home(folder, Vec::new()).await;
    sample::write_rows(&home, 30);
    let version = sample::register(&home).await;
    sample::verify(&home, "b", 10).await;
    sample::verify(&home, "c", 11).await;
    let plan = sample::plan(&["a", "b", "c"], "");
    let own = sample::approved(&home, &plan, version);
    let study = sample::submit(&home, &plan, &own).await;
    (Keeper::new(home.clone(), &study).unwrap(), home)
}

fn call(run: u8) -> Call {
    Call {
        run: RunId([run; 16]),
        attempt: run.into(),
        from: Some(consilium_plan::Phase::Fit),
        contributors: ["a", "b", "c"].map(|name| name.parse().unwrap()).into(),
        waivers: BTreeSet::new(),
    }
}

/// Gives the link of another institution, over which it reaches this one.
fn other(home: &Home) -> Link {
    let relay = Relay::new(home.coordinator.clone(), RelayLimits::default());
    let other = Link::new("b".parse().unwrap(), Epoch([2; 16]), Limits::default());
    for link in [home.link.clone(), other.clone()] {
        let relay = relay.clone();
        tokio::spawn(async move { relay.host(&link).await });
    }
    other
}

/// Lets more time pass than frames are kept for which nobody has asked.
async fn long() {
    time::pause();
    time::advance(10 * Limits::default().early).await;
    time::resume();
}

impl Keeper {
    /// Waits until so many runs have begun to read: what each needs of the store it has by then, so
    /// that nothing waits for the store while time leaps.
    async fn counted(&self, runs: u32) {
        while runs::counted(&self.home.store, &self.name).await.unwrap() < runs.into() {
            yield_now().await;
        }
        while !self.has_secret().await {
            yield_now().await;
        }
    }

    async fn has_secret(&self) -> bool {
        let query = sqlx::query("SELECT 1 FROM secret WHERE study = $1").bind(self.name.as_str());
        let found = query.fetch_optional(self.home.store.readers()).await;
        found.unwrap().is_some()
    }
}

#[tokio::test]
async fn what_others_send_waits_for_a_run_however_long_its_beginning_takes() {
    let folder = tempfile::tempdir().unwrap();
    let (mut keeper, home) = keeper(folder.path()).await;
    let other = other(&home);
    let reading = home.reading.clone().acquire_owned().await.unwrap();
    // Something of a run before is left.
    let left = keeper.turn.clone().lock_owned().await;
    keeper.obey(Command::Call(call(1))).await.unwrap();
    let stop = Command::Stop {
        run: RunId([1; 16]),
        failure: None,
    };
    keeper.obey(stop).await.unwrap();
    keeper.obey(Command::Call(call(2))).await.unwrap();

    let ways = other.transport(RunId([2; 16]), std::slice::from_ref(&home.party));
    let ways = ways.unwrap();
    let mut there = other.presence(&home.party);
    there.wait_for(Option::is_some).await.unwrap();
    let frame = Frame {
        run: RunId([2; 16]),
        sender: other.me().clone(),
        receiver: home.party.clone(),
        scope: "".into(),
        step: "test.1.early".into(),
        number: 0,
        content: Content::Body(vec![1].into()),
    };
    ways.send(frame).await.unwrap();
    other.settled().await;
    long().await;
    drop(left);
    keeper.counted(1).await;
    long().await;
    drop(reading);
    let running = keeper.running.as_mut().unwrap();
    tokio::select! {
        heard = ways.recv(&home.party) => assert_eq!(*heard.unwrap().step, *"seal.1.hello"),
        Progress::Ended(outcome) = running.next() => panic!("it takes part: {outcome:?}"),
    }
}

#[tokio::test]
async fn a_call_that_comes_again_begins_nothing_whether_the_run_goes_on_or_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let (mut keeper, home) = keeper(folder.path()).await;
    let other = other(&home);
    let ways = other.transport(RunId([1; 16]), std::slice::from_ref(&home.party));
    let ways = ways.unwrap();
    let reading = home.reading.clone().acquire_owned().await.unwrap();
    keeper.obey(Command::Call(call(1))).await.unwrap();
    keeper.counted(1).await;
    keeper.obey(Command::Call(call(1))).await.unwrap();
    drop(reading);
    let running = keeper.running.as_mut().unwrap();
    tokio::select! {
        heard = ways.recv(&home.party) => assert_eq!(*heard.unwrap().step, *"seal.1.hello"),
        Progress::Ended(outcome) = running.next() => panic!("it takes part: {outcome:?}"),
    }

    keeper.leave(Failure::new(Code::ApprovalRevoked)).await;
    keeper.obey(Command::Call(call(1))).await.unwrap();
    assert!(keeper.running.is_none());
    keeper.obey(Command::Call(call(2))).await.unwrap();
    assert!(keeper.running.is_some());
}

#[tokio::test]
async fn nothing_of_a_run_is_left_once_its_study_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (mut keeper, home) = keeper(folder.path()).await;
    let _reading = home.reading.clone().acquire_owned().await.unwrap();
    keeper.obey(Command::Call(call(1))).await.unwrap();
    keeper.counted(1).await;
    let taken = || home.link.transport(RunId([1; 16]), &[]).is_err();
    assert!(taken());
    let state = Study::Finished {
        at: home.ambient.now(),
    };
    let end = Command::End {
        state: Box::new(state),
        result: None,
    };
    keeper.obey(end).await.unwrap();
    assert!(!taken());
}
