//! What a comparison costs.

use consilium_mailbox::{RunId, sim::World};

use crate::world::{SCHEMA, contract, parties, run};

#[tokio::test(start_paused = true)]
async fn contracts_that_are_alike_cost_two_rounds_of_short_messages() {
    for contributors in [2_u64, 3, 10] {
        let world = World::new(1);
        let parties = parties(usize::try_from(contributors).unwrap());
        let mail = world.mailboxes(&parties, RunId([1; 16]));
        let ran = run(mail, &vec![contract(SCHEMA); parties.len() - 1]).await;
        assert!(ran.outcomes.iter().all(Result::is_ok));
        let frames = world.transcript();
        let (others, all) = (contributors - 1, contributors * (contributors - 1));
        let keys = frames
            .iter()
            .filter(|it| it.step.as_ref() == "contract.1.key");
        assert_eq!(keys.count() as u64, others);
        let seals = frames
            .iter()
            .filter(|it| it.step.as_ref() == "contract.1.seal");
        assert_eq!(seals.count() as u64, all);
        let longest = frames.iter().map(consilium_mailbox::Frame::wire_len).max();
        assert!(longest.unwrap() < 130, "{longest:?}");
        let sent = ran.accounts[2].total().sent_frames;
        assert_eq!(sent, others);
    }
}
