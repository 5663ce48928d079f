//! What passes the coordinator, and what contributors show each other.

use consilium_mailbox::{Content, Frame, RunId, sim::World};

use crate::world::{SCHEMA, contract, parties, run, table};

async fn transcript(contracts: &[consilium_contract::Contract]) -> Vec<Frame> {
    let world = World::new(9);
    let mail = world.mailboxes(&parties(contracts.len()), RunId([7; 16]));
    run(mail, contracts).await;
    world.transcript()
}

fn body(frame: &Frame) -> &[u8] {
    match &frame.content {
        Content::Body(body) => body,
        Content::Aborted(_) => &[],
    }
}

fn shape(frames: &[Frame]) -> Vec<(String, String, String, usize)> {
    let mut shape: Vec<_> = frames
        .iter()
        .map(|frame| {
            let way = (frame.sender.to_string(), frame.receiver.to_string());
            (way.0, way.1, frame.step.to_string(), body(frame).len())
        })
        .collect();
    shape.sort();
    shape
}

#[tokio::test(start_paused = true)]
async fn other_meanings_that_are_alike_give_the_same_steps_and_lengths() {
    let other = SCHEMA
        .replace("intensive", "care")
        .replace("1000000", "9")
        .replace("2026", "the version of 2019")
        .replace("{CNY}", "1");
    let held = contract(SCHEMA).with_table("diagnosis", table(1));
    let one = transcript(&vec![contract(SCHEMA); 3]).await;
    for contracts in [vec![contract(&other); 3], vec![held; 3]] {
        assert_eq!(shape(&one), shape(&transcript(&contracts).await));
    }
}

#[tokio::test(start_paused = true)]
async fn the_coordinator_gets_nothing() {
    let other = contract(&SCHEMA.replace("2026", "2025"));
    let frames = transcript(&[contract(SCHEMA), other, contract(SCHEMA)]).await;
    let coordinator = &parties(0)[0];
    let of_coordinator =
        |frame: &&Frame| frame.sender == *coordinator || frame.receiver == *coordinator;
    assert_eq!(frames.iter().filter(of_coordinator).count(), 0);
}

/// Each field of the page: the key and hashes of 32 bytes, names, units and versions; no bound and no level.
#[tokio::test(start_paused = true)]
async fn contracts_that_differ_show_names_units_and_versions_and_no_value() {
    let other = SCHEMA
        .replace("2026", "2025")
        .replace("max = 1000000", "max = 31415926.5");
    let contracts = [contract(SCHEMA), contract(&other), contract(SCHEMA)];
    let frames = transcript(&contracts).await;
    let all: Vec<u8> = frames.iter().flat_map(body).copied().collect();
    let holds = |part: &[u8]| all.windows(part.len()).any(|window| window == part);
    assert!(holds(b"icd-10-cm") && holds(b"2025") && holds(b"{CNY}"));
    for canary in ["intensive", "ward", "31415926", "1000000"] {
        assert!(!holds(canary.as_bytes()), "{canary}");
    }
    assert!(!holds(&31_415_926.5_f64.to_le_bytes()));
    let steps: std::collections::BTreeSet<&str> =
        frames.iter().map(|frame| frame.step.as_ref()).collect();
    let known = ["contract.1.items", "contract.1.key", "contract.1.seal"];
    assert_eq!(steps.into_iter().collect::<Vec<_>>(), known);
    // Between those alone who differ.
    let items = frames
        .iter()
        .filter(|frame| frame.step.as_ref() == "contract.1.items");
    assert_eq!(items.count(), 4);
    for contract in &contracts {
        let hash = contract.hash();
        assert!(!holds(&hash), "what is not keyed can be guessed");
    }
}

/// The same contract under another key looks like another one.
#[tokio::test(start_paused = true)]
async fn hashes_of_two_studies_have_nothing_in_common() {
    let seal = |frames: &[Frame]| {
        let seal = frames
            .iter()
            .find(|frame| frame.step.as_ref() == "contract.1.seal");
        body(seal.unwrap()).to_vec()
    };
    let one = transcript(&vec![contract(SCHEMA); 2]).await;
    let world = World::new(9);
    let parties = parties(2);
    let mail = world.mailboxes(&parties, RunId([7; 16]));
    let seed = consilium_base::Seed::from_bytes([1; 32]);
    let contract = contract(SCHEMA);
    let proving = mail.iter().skip(1).map(async |mail| {
        consilium_contract::prove(mail, &parties[1..], (&contract, &[5; 32]), &seed).await
    });
    futures_util::future::join_all(proving).await;
    assert_ne!(seal(&one), seal(&world.transcript()));
}
