use std::{
    future::pending,
    sync::{Arc, LazyLock},
};

use consilium_mailbox::{BoxFuture, Frame, RunId, Transport, TransportError, mem};
use consilium_plan::{Code, UnixTime};
use tokio::{join, sync::watch, task::yield_now, time::sleep};

use super::*;
use crate::study::under_way::UnderWay;

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_its_turn_says_so_and_has_it_when_the_other_is_done() {
    let names = ["insurer", "hospital", "coordinator"].map(|name| name.parse().unwrap());
    let mails = mem::mailboxes(&names);
    let [mail, asker, coordinator] = &mails[..] else {
        panic!("there are three");
    };
    let hearers = [&names[1], &names[2]];
    let (all, study) = (UnderWay::default(), "01".repeat(32).parse().unwrap());
    let goes_on = all.begin(RunId([1; 16]), Clone::clone(&study), UnixTime(1));
    let waits = || all.of(&study).unwrap().waits;

    let turns = Mutex::new(());
    let first = wait(&turns, &goes_on, mail, hearers).await.unwrap();
    assert!(!waits(), "nobody else has it");
    let other = async {
        for _ in 0..100 {
            let heard: TableProgress = asker.recv(&names[0]).await.unwrap();
            assert!(matches!(heard, TableProgress::Waits));
            let heard: Compared = coordinator.recv(&names[0]).await.unwrap();
            assert_eq!(heard, Compared::Chunks(0));
            assert!(waits());
        }
        drop(first);
    };
    let (second, ()) = join!(wait(&turns, &goes_on, mail, hearers), other);
    assert!(!waits() && turns.try_lock().is_err());
    drop(second);
    assert!(turns.try_lock().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_an_asker_does_not_end_ends_by_itself_and_it_is_named() {
    let (asker, turns) = ("hospital".parse().unwrap(), Mutex::new(()));
    let turn = Turn::new(&asker, turns.try_lock().unwrap());
    let quick = turn.within(async {
        yield_now().await;
        Ok::<_, MailboxError>(7)
    });
    assert_eq!(quick.await.unwrap(), 7);
    let began = Instant::now();
    let slow = turn.within(async {
        sleep(LONGEST / 3).await;
        Ok::<_, MailboxError>(())
    });
    slow.await.unwrap();
    // The own work.
    sleep(LONGEST).await;
    let over = turn.within(pending::<Result<(), MailboxError>>()).await;
    let failure = over.unwrap_err().failure(&"insurer".parse().unwrap());
    assert_eq!(failure.code, Code::PartySilent);
    assert_eq!(failure.party, Some(asker));
    let off = began.elapsed().abs_diff(2 * LONGEST);
    assert!(off < Duration::from_secs(1), "{off:?}");
}

/// The insurer's place in a run where the hospital reads nothing, though its link is up.
#[derive(Debug)]
struct Full {
    peers: [PartyId; 2],
    up: watch::Sender<bool>,
}

impl Transport for Full {
    fn me(&self) -> &PartyId {
        static ME: LazyLock<PartyId> = LazyLock::new(|| "insurer".parse().unwrap());
        &ME
    }

    fn peers(&self) -> &[PartyId] {
        &self.peers
    }

    fn send(&self, frame: Frame) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(async move {
            if frame.receiver == self.peers[0] {
                pending::<()>().await;
            }
            Ok(())
        })
    }

    fn recv<'a>(&'a self, _: &'a PartyId) -> BoxFuture<'a, Result<Frame, TransportError>> {
        Box::pin(pending())
    }

    fn link(&self, _: &PartyId) -> watch::Receiver<bool> {
        self.up.subscribe()
    }

    fn abort(&self, _: Frame) {}
}

/// How long others wait for an asker that reads nothing and has the turn, under a plan with these
/// lengths of patience.
async fn waited(answer: &str, outage: &str) -> (Duration, RunError) {
    let text = format!(
        "title = \"t\"\npurpose = \"p\"\nkind = \"align\"\n\
         [patience]\nanswer = \"{answer}\"\noutage = \"{outage}\"\n\
         [[key.part]]\ncolumn = \"id\"\nkind = \"text\"\n\
         [align]\nprotocol = \"unbalanced\"\nholder = \"insurer\"\n\
         [[party]]\nname = \"hospital\"\ndata = \"d\"\n\
         [[party]]\nname = \"insurer\"\ndata = \"d\"\n"
    );
    let plan: Plan = text.parse().unwrap();
    let peers = ["hospital", "coordinator"].map(|name| name.parse().unwrap());
    let full = Full {
        peers: peers.clone(),
        up: watch::Sender::new(true),
    };
    let mail = Mailbox::new(Arc::new(full), RunId([1; 16]), patience(&plan));
    let (all, study) = (UnderWay::default(), "01".repeat(32).parse().unwrap());
    let goes_on = all.begin(RunId([1; 16]), study, UnixTime(1));
    let turns = Mutex::new(());
    let first = turns.try_lock().unwrap();
    let next = async {
        sleep(PAUSE).await;
        drop(first);
        let began = Instant::now();
        let _turn = turns.lock().await;
        began.elapsed()
    };
    let hearers = [&peers[0], &peers[1]];
    let (ended, waited) = join!(wait(&turns, &goes_on, &mail, hearers), next);
    let Err(error) = ended else {
        panic!("the asker has heard nothing");
    };
    (waited, error)
}

#[tokio::test(start_paused = true)]
async fn whatever_its_plan_says_others_wait_an_hour_at_most_for_an_asker_that_reads_nothing() {
    let (long, error) = waited("3d", "4d").await;
    assert!(matches!(error, RunError::TurnOver { .. }), "{error}");
    let off = long.abs_diff(LONGEST);
    assert!(off < Duration::from_secs(1), "{off:?}");
    let (short, error) = waited("1m", "4d").await;
    assert!(matches!(error, RunError::Mailbox(_)), "{error}");
    assert!(short <= Duration::from_mins(5), "{short:?}");
}
