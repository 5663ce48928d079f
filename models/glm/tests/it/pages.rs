//! The protocols' pages say what the code does.

use consilium_evaluation::Role;
use consilium_glm::{Family, Protocol, Setting, disclosures, surrogate::Order};
use consilium_mailbox::{RunId, sim::World};
use insta::assert_snapshot;

use crate::{
    surrogate,
    world::{fit_with, parties, study},
};

const GLM_NEWTON: &str = include_str!("../../../../docs/protocols/glm-newton.md");
const GLM_SURROGATE: &str = include_str!("../../../../docs/protocols/glm-surrogate.md");
const GLM_NOISE: &str = include_str!("../../../../docs/protocols/glm-noise.md");
const FEDAVG: &str = include_str!("../../../../docs/protocols/fedavg.md");

#[test]
fn every_disclosure_stands_on_its_page_in_both_languages_in_the_code() {
    let everything = Setting {
        family: Family::Logistic,
        most: 3,
        fewest: 2,
        counts_cells: true,
    };
    for (protocol, page) in [
        (Protocol::GlmNewton, GLM_NEWTON),
        (Protocol::GlmNoise, GLM_NOISE),
        (Protocol::GlmSurrogate(Order::First), GLM_SURROGATE),
        (Protocol::GlmSurrogate(Order::Second), GLM_SURROGATE),
        (Protocol::Fedavg, FEDAVG),
    ] {
        let lines = protocol.disclosures(everything);
        for role in [Role::Aggregator, Role::Contributor] {
            assert!(lines.iter().any(|line| line.to == role));
        }
        for disclosure in lines {
            let to = match disclosure.to {
                Role::Aggregator => "aggregator",
                Role::Contributor => "contributor",
            };
            let line = format!("| {to} | {} |", disclosure.learns);
            assert!(page.contains(&line), "{line}");
            assert!(disclosure.zh.chars().any(|c| ('一'..='龥').contains(&c)));
        }
    }
}

#[test]
fn what_two_protocols_tell_is_said_once_and_only_where_it_can_come_true() {
    let said = |family, (most, fewest)| -> Vec<&str> {
        let setting = Setting {
            family,
            most,
            fewest,
            counts_cells: false,
        };
        let lines = disclosures([Protocol::GlmNewton, Protocol::Fedavg], setting);
        lines.iter().map(|line| line.learns).collect()
    };
    let has = |said: &[&str], part: &str| said.iter().any(|line| line.contains(part));
    let all = said(Family::Logistic, (3, 2));
    for (place, line) in all.iter().enumerate() {
        assert!(!all[..place].contains(line), "{line}");
    }
    for part in [
        "counts by level",
        "set of institutions shrinks",
        "one other",
    ] {
        assert!(has(&all, part), "{part}");
    }
    assert!(!has(&said(Family::Gamma, (3, 2)), "counts by level"));
    assert!(!has(&all, "each cell"));
    assert!(!has(&said(Family::Logistic, (4, 3)), "one other"));
    assert!(!has(&said(Family::Logistic, (3, 3)), "shrinks"));
}

#[tokio::test(start_paused = true)]
async fn every_message_of_a_fit_stands_on_its_page_and_costs_what_it_did() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180], 4);
    let world = World::new(1);
    let mail = world.mailboxes(&parties(3), RunId([7; 16]));
    fit_with(mail, 3, &regression, &tables)
        .await
        .aggregator
        .unwrap();
    assert_snapshot!(costs_of(&world, "hospital-0", GLM_NEWTON), @r"
    turn-0 aggregator -> hospital-0 75
    turn-0/sum hospital-0 -> aggregator 262
    turn-1 aggregator -> hospital-0 234
    turn-1/sum hospital-0 -> aggregator 328
    turn-2 aggregator -> hospital-0 234
    turn-2/sum hospital-0 -> aggregator 328
    turn-3 aggregator -> hospital-0 234
    turn-3/sum hospital-0 -> aggregator 328
    turn-4 aggregator -> hospital-0 234
    turn-4/sum hospital-0 -> aggregator 328
    turn-5 aggregator -> hospital-0 234
    turn-5/sum hospital-0 -> aggregator 328
    turn-6 aggregator -> hospital-0 690
    ");
}

#[tokio::test(start_paused = true)]
async fn every_message_of_a_surrogate_stands_on_its_page_and_costs_what_it_did() {
    assert_snapshot!(costs_of_leading(1, Order::First).await, @r"
     aggregator -> hospital-0 69
    sum-0 hospital-0 -> aggregator 257
     aggregator -> hospital-0 179
     hospital-0 -> aggregator 118
     aggregator -> hospital-0 228
    sum-1 hospital-0 -> aggregator 153
     aggregator -> hospital-0 138
     hospital-0 -> aggregator 175
     aggregator -> hospital-0 685
    ");
    assert_snapshot!(costs_of_leading(2, Order::Second).await, @r"
     aggregator -> hospital-0 69
    sum-0 hospital-0 -> aggregator 257
     aggregator -> hospital-0 179
     hospital-0 -> aggregator 118
     aggregator -> hospital-0 228
    sum-1 hospital-0 -> aggregator 323
     aggregator -> hospital-0 309
     hospital-0 -> aggregator 175
     aggregator -> hospital-0 228
    sum-2 hospital-0 -> aggregator 323
     aggregator -> hospital-0 309
     hospital-0 -> aggregator 175
     aggregator -> hospital-0 685
    ");
}

async fn costs_of_leading(rounds: u32, order: Order) -> String {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180], 4);
    let world = World::new(1);
    let mail = world.mailboxes(&parties(3), RunId([7; 16]));
    let agreed = surrogate::agreed(0, rounds, order);
    let outcome = surrogate::fit_with(mail, (&regression, &tables), &agreed).await;
    outcome.aggregator.unwrap();
    costs_of(&world, "hospital-0", GLM_SURROGATE)
}

/// The frames of one hospital, each of a step that the page has.
fn costs_of(world: &World, hospital: &str, page: &str) -> String {
    let mut lines = Vec::new();
    for frame in world.transcript() {
        let step = &*frame.step;
        assert!(page.contains(step) || step == "plain-sum.1.input", "{step}");
        if ![&frame.sender, &frame.receiver]
            .iter()
            .any(|party| party.as_str() == hospital)
        {
            continue;
        }
        let bytes = frame.wire_len();
        let (sender, receiver) = (&frame.sender, &frame.receiver);
        lines.push(format!("{} {sender} -> {receiver} {bytes}", frame.scope));
    }
    lines.join("\n")
}
