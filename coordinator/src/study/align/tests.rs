//! Who is waited for, and whose progress is told.

use std::{future::Future, time::Duration};

use consilium_mailbox::mem;
use consilium_plan::{Plan, Task};
use futures_util::future::join_all;
use tokio::time::sleep;

use super::*;

/// Gives a plan's task and its parties, in order of their names.
fn study(protocol: &str, names: &[&str]) -> (Task, Vec<PartyId>) {
    let parties = names
        .iter()
        .map(|name| format!("[[party]]\nname = \"{name}\"\ndata = \"d\"\n"));
    let text = format!(
        "title = \"t\"\npurpose = \"p\"\nkind = \"align\"\n\
         [[key.part]]\ncolumn = \"id\"\nkind = \"text\"\n\
         [align]\nprotocol = {protocol}\n{}",
        parties.collect::<String>()
    );
    let plan = Plan::from_toml(&text).unwrap();
    let parties = plan.contributors().map(|(party, _)| party.clone());
    (plan.task().clone(), parties.collect())
}

/// Gives what is told while the parties do theirs, and how it ends.
async fn witnessed<F: Future<Output = ()>>(
    (task, parties): (Task, Vec<PartyId>),
    doing: impl Fn(Mailbox) -> F,
) -> (Vec<u32>, Result<(), AttemptError>) {
    let all = [&[coordinator()], &parties[..]].concat();
    let mut mails = mem::mailboxes(&all).into_iter();
    let mail = mails.next().unwrap();
    let others = join_all(mails.map(|mail| doing(mail.scope(Phase::Align.name()))));
    let (reports, mut told) = mpsc::channel::<Report>(1);
    let keeping = async {
        let mut chunks = Vec::new();
        while let Some(Report { what, kept }) = told.recv().await {
            if let Achieved::Compared(so_many) = what {
                chunks.push(so_many);
            }
            kept.send(()).ok();
        }
        chunks
    };
    let witnessing = async {
        let ended = witness(&mail, &task, &parties, &reports).await;
        drop(reports);
        ended
    };
    let (ended, chunks, _) = tokio::join!(witnessing, keeping, others);
    (chunks, ended)
}

fn coordinator() -> PartyId {
    "coordinator".parse().unwrap()
}

async fn tell(mail: &Mailbox, compared: Compared) {
    mail.send(&coordinator(), &compared).await.unwrap();
}

async fn tell_chunks(mail: &Mailbox, every: Duration, chunks: &[u32]) {
    for so_many in chunks {
        sleep(every).await;
        tell(mail, Compared::Chunks(*so_many)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn several_are_as_far_as_the_slowest_of_them() {
    let several = study("\"star\"", &["a", "b", "c"]);
    let (told, ended) = witnessed(several, async |mail| {
        let seconds = Duration::from_secs;
        match mail.me().as_str() {
            "a" => tell_chunks(&mail, seconds(1), &[5, 6]).await,
            "b" => tell_chunks(&mail, seconds(10), &[1, 4, 9]).await,
            _ => tell_chunks(&mail, seconds(2), &[3, 5]).await,
        }
        tell(&mail, Compared::Done).await;
    })
    .await;
    assert_eq!(told, [1, 4]);
    assert!(ended.is_ok(), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_a_holder_may_be_silent_while_it_makes_its_table() {
    let two = study("\"unbalanced\"\nholder = \"b\"", &["a", "b"]);
    let (told, ended) = witnessed(two, async |mail| {
        let seconds = Duration::from_secs;
        match mail.me().as_str() {
            "b" => tell_chunks(&mail, seconds(40), &[1, 2, 3, 4, 5, 6]).await,
            _ => sleep(seconds(245)).await,
        }
        tell(&mail, Compared::Done).await;
    })
    .await;
    assert_eq!(told, [0; 0]);
    assert!(ended.is_ok(), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn a_holder_may_be_silent_while_the_other_one_fetches_its_table() {
    let two = study("\"unbalanced\"\nholder = \"b\"", &["a", "b"]);
    let (told, ended) = witnessed(two, async |mail| {
        let seconds = Duration::from_secs;
        tell_chunks(&mail, seconds(1), &[1, 2]).await;
        if mail.me().as_str() == "b" {
            sleep(seconds(245)).await;
        } else {
            tell_chunks(&mail, seconds(40), &[3, 4, 5, 6, 7, 8]).await;
        }
        tell(&mail, Compared::Done).await;
    })
    .await;
    assert_eq!(told, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(ended.is_ok(), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_awaited_for_ever_when_all_are_silent() {
    let two = study("\"ecdh\"", &["a", "b"]);
    let (told, ended) = witnessed(two, async |mail| {
        tell_chunks(&mail, Duration::from_secs(1), &[2]).await;
        sleep(Duration::from_mins(5)).await;
    })
    .await;
    assert_eq!(told, [2]);
    assert!(matches!(
        ended,
        Err(AttemptError::Mailbox(MailboxError::Silent { .. }))
    ));
}

#[tokio::test(start_paused = true)]
async fn whoever_claims_to_have_done_more_than_there_can_be_is_told_of_once() {
    let two = study("\"ecdh\"", &["a", "b"]);
    let (told, ended) = witnessed(two, async |mail| {
        tell_chunks(&mail, Duration::from_secs(1), &[u32::MAX, u32::MAX]).await;
        sleep(Duration::from_secs(1)).await;
        tell(&mail, Compared::Done).await;
    })
    .await;
    assert_eq!(told, [u32::MAX]);
    assert!(ended.is_ok(), "{ended:?}");
}
