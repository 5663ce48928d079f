use std::future::pending;

use consilium_mailbox::{RunId, mem};
use consilium_plan::{Code, UnixTime};
use tokio::{join, task::yield_now};

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
    let asker: PartyId = "hospital".parse().unwrap();
    let quick = within(&asker, async {
        yield_now().await;
        Ok(7)
    });
    assert_eq!(quick.await.unwrap(), 7);
    let Err(over) = within::<()>(&asker, pending()).await else {
        panic!("nothing was answered");
    };
    let failure = over.failure(&"insurer".parse().unwrap());
    assert_eq!(failure.code, Code::PartySilent);
    assert_eq!(failure.party, Some(asker));
}
