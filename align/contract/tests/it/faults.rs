//! Parties that crash, and frames that are changed on their way.

use consilium_contract::ContractError;
use consilium_mailbox::{
    Content, Fault, RunId,
    sim::{Crash, Moment, World},
};

use crate::world::{SCHEMA, contract, parties, run, table};

const STEPS: [&str; 3] = ["contract.1.key", "contract.1.seal", "contract.1.items"];

#[tokio::test(start_paused = true)]
async fn a_crash_anywhere_is_named_and_nobody_waits_for_ever() {
    let differing = [
        contract(SCHEMA),
        contract(SCHEMA).with_table("diagnosis", table(1)),
        contract(SCHEMA),
    ];
    let mut failed = 0;
    for party in &parties(3)[1..] {
        for step in STEPS {
            for moment in [Moment::BeforeSend, Moment::AfterSend, Moment::OnReceive] {
                for nth in [0, 1] {
                    let world = World::new(1).without_transcript();
                    world.crash(Crash {
                        party: party.clone(),
                        step: step.to_owned(),
                        nth,
                        moment,
                    });
                    let mail = world.mailboxes(&parties(3), RunId([7; 16]));
                    let ran = run(mail, &differing).await;
                    for (outcome, hospital) in ran.outcomes.iter().zip(&parties(3)[1..]) {
                        let Err(error) = outcome else { continue };
                        assert!(matches!(error, ContractError::Mailbox(_)), "{error}");
                        failed += 1;
                        let blamed =
                            matches!(error.fault(), Fault::Peer(peer) if peer != *hospital);
                        assert!(blamed || hospital == party || error.fault() == Fault::Network);
                    }
                }
            }
        }
    }
    assert!(failed > 54, "{failed}");
}

#[tokio::test(start_paused = true)]
async fn a_changed_frame_lets_nobody_go_on_as_if_nothing_were() {
    let differing = [
        contract(SCHEMA),
        contract(&SCHEMA.replace("{CNY}", "{USD}")),
        contract(SCHEMA),
    ];
    let alike = vec![contract(SCHEMA); 3];
    for (step, contracts) in [
        ("contract.1.key", &alike[..]),
        ("contract.1.seal", &alike[..]),
        ("contract.1.items", &differing[..]),
    ] {
        for place in [0_usize, 5, 20] {
            let world = World::new(1).without_transcript();
            let mut is_done = false;
            world.tamper(move |frame| {
                let Content::Body(body) = &mut frame.content else {
                    return;
                };
                if frame.step.as_ref() == step && !std::mem::replace(&mut is_done, true) {
                    let mut changed = body.to_vec();
                    changed[place] ^= 1;
                    *body = changed.into();
                }
            });
            let mail = world.mailboxes(&parties(3), RunId([7; 16]));
            let ran = run(mail, contracts).await;
            assert!(ran.outcomes.iter().any(Result::is_err), "{step} {place}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_none_of_the_contributors_takes_no_part() {
    let world = World::new(1);
    let parties = parties(3);
    let mail = world.mailboxes(&parties, RunId([7; 16]));
    let seed = consilium_base::Seed::from_bytes([1; 32]);
    let contract = contract(SCHEMA);
    let twice = [parties[1].clone(), parties[1].clone()];
    for roster in [&parties[2..], &twice[..]] {
        let proved = consilium_contract::prove(&mail[1], roster, (&contract, &[4; 32]), &seed);
        let refused = proved.await.unwrap_err();
        assert!(matches!(refused, ContractError::BadRoster { .. }));
        assert_eq!(refused.fault(), Fault::Input);
    }
    assert!(world.transcript().is_empty());
}
