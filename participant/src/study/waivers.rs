//! Who allows that its own aggregate becomes derivable: asked of themselves.

use std::collections::BTreeSet;

use consilium_mailbox::{Mailbox, Message, PartyId};
use consilium_plan::{Code, Failure};
use serde::{Deserialize, Serialize};

use super::failure::RunError;

/// Whether the sender's steward allows it.
#[derive(Debug, Serialize, Deserialize)]
struct Waiver(bool);

impl Message for Waiver {
    const STEP: &'static str = "study.1.waiver";
    const LIMIT: usize = 1;
}

/// Sees that the coordinator's list of waivers is what the contributors say themselves.
///
/// # Security
///
/// The coordinator names the waivers, and whoever is named loses protection. The named are asked
/// over sealed ways, so that the coordinator can name nobody who has not allowed it.
///
/// # Errors
///
/// [`Code::AggregatorLied`] if the list is another.
pub(super) async fn confirm(
    mail: &Mailbox,
    coordinator: &PartyId,
    contributors: &[PartyId],
    (listed, own): (&BTreeSet<PartyId>, bool),
) -> Result<(), RunError> {
    let lied = || {
        Failure::new(Code::AggregatorLied)
            .of(coordinator)
            .at("waivers")
    };
    let me = mail.me();
    if listed.contains(me) != own {
        return Err(lied().into());
    }
    if listed.is_empty() {
        return Ok(());
    }
    let mail = mail.scope("waivers");
    let others: Vec<PartyId> = contributors
        .iter()
        .filter(|party| *party != me)
        .cloned()
        .collect();
    mail.broadcast(&others, &Waiver(own)).await?;
    for party in &others {
        let Waiver(theirs) = mail.recv(party).await?;
        if listed.contains(party) != theirs {
            return Err(lied().into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use consilium_mailbox::mem;

    use super::*;

    async fn confirmed(listed: &[&str], waiving: &[&str]) -> Vec<Result<(), RunError>> {
        let party = |name: &&str| -> PartyId { name.parse().unwrap() };
        let contributors: Vec<PartyId> = ["a", "b", "c"].iter().map(party).collect();
        let coordinator = party(&"coordinator");
        let listed: BTreeSet<PartyId> = listed.iter().map(party).collect();
        let mails = mem::mailboxes(&contributors);
        let all = mails.into_iter().map(|mail| {
            let own = waiving.contains(&mail.me().as_str());
            let (listed, coordinator, contributors) = (&listed, &coordinator, &contributors);
            async move {
                let confirmed = confirm(&mail, coordinator, contributors, (listed, own)).await;
                if confirmed.is_ok() {
                    mail.finish();
                }
                confirmed
            }
        });
        futures_util::future::join_all(all).await
    }

    #[tokio::test]
    async fn a_true_list_is_confirmed_by_all() {
        for named in [&[][..], &["a"], &["a", "c"]] {
            assert!(
                confirmed(named, named).await.iter().all(Result::is_ok),
                "{named:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_waiver_that_nobody_gave_is_noticed_by_everybody() {
        let confirmed = confirmed(&["a", "b"], &["a"]).await;
        for refused in confirmed {
            let failure = refused.unwrap_err().failure(&"a".parse().unwrap());
            assert!(
                matches!(failure.code, Code::AggregatorLied | Code::PartyAborted),
                "{failure}"
            );
        }
    }
}
