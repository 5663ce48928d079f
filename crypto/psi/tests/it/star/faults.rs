//! Crashes of each party at each step, slow and lossy links.

use std::time::Duration;

use consilium_mailbox::{
    Fault, MailboxError,
    sim::{Crash, Link, Moment, World},
};
use consilium_psi::PsiError;

use super::{
    institutions::{Ended, Institutions, LEADER},
    wire::{LEADERS, ORDER},
};

/// Three, of whom the middle one leads.
fn institutions() -> Institutions {
    Institutions::new(&[40, 50, 60], 20)
}

/// Who lives names the one that died, or one that gave up for its sake, or was done already.
fn check_survivors(institutions: &Institutions, ended: Ended, dead: usize, what: &str) {
    let (mut named, mut failed) = (false, false);
    for (who, ended) in ended.into_iter().enumerate() {
        let Err(error) = ended else {
            assert_ne!(who, dead, "{what}");
            continue;
        };
        if who == dead {
            continue;
        }
        let PsiError::Mailbox(inner) = &error else {
            panic!("{what}: {error}")
        };
        let gone = matches!(
            inner,
            MailboxError::Silent { .. }
                | MailboxError::Aborted { .. }
                | MailboxError::Unread { .. }
        );
        assert!(gone, "{what}: {error}");
        let Fault::Peer(peer) = error.fault() else {
            panic!("{what}: {error}")
        };
        failed = true;
        named |= peer == institutions.parties[dead];
    }
    assert!(named || !failed, "{what}");
}

#[tokio::test(start_paused = true)]
async fn a_crash_of_any_party_at_any_step_is_named_and_the_repetition_succeeds() {
    for step in ORDER {
        // Before a message is sent is after the one before it.
        for moment in [Moment::AfterSend, Moment::OnReceive] {
            let leaders = LEADERS.contains(&step) != (moment == Moment::OnReceive);
            let dead = match step {
                // From the first member by name to the last.
                "psi-star.1.shared" if moment == Moment::OnReceive => 2,
                "psi-star.1.shared" => 0,
                _ if leaders => LEADER,
                _ => 2,
            };
            let (world, mut institutions) = (World::new(1), institutions());
            world.crash(Crash {
                party: institutions.parties[dead].clone(),
                step: step.into(),
                nth: 0,
                moment,
            });
            let ended = institutions.align(&world).await;
            let what = format!("{dead} {step} {moment:?}");
            check_survivors(&institutions, ended, dead, &what);
            let again = institutions.align(&world).await;
            institutions.check(again);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slow_and_lossy_links_change_nothing() {
    for seed in 0..2 {
        let link = Link {
            latency: Duration::from_millis(300),
            bandwidth: Some(50_000),
            loss: 0.2,
        };
        let mut institutions = institutions();
        let world = World::new(seed).with_link(link);
        let ended = institutions.align(&world).await;
        institutions.check(ended);
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_cut_ends_the_run_by_the_network_s_fault() {
    for cut in [0, LEADER] {
        let (world, mut institutions) = (World::new(1), institutions());
        let [one, other] = [cut, 2].map(|who| institutions.parties[who].clone());
        world.cut(&one, &other);
        let ended = institutions.align(&world).await;
        let faults: Vec<Fault> = ended
            .into_iter()
            .filter_map(|it| Some(it.err()?.fault()))
            .collect();
        assert_eq!(faults.len(), 3);
        assert!(faults.contains(&Fault::Network), "{faults:?}");
        world.mend(&one, &other);
        let again = institutions.align(&world).await;
        institutions.check(again);
    }
}
