//! The protocols' pages say what the code does.

use consilium_evaluation::Role;
use consilium_glm::{Family, Protocol, Setting, disclosures};
use consilium_mailbox::{RunId, sim::World};
use insta::assert_snapshot;

use crate::world::{fit_with, parties, study};

const GLM_NEWTON: &str = include_str!("../../../../docs/protocols/glm-newton.md");
const FEDAVG: &str = include_str!("../../../../docs/protocols/fedavg.md");

#[test]
fn every_disclosure_stands_on_its_page_in_both_languages_in_the_code() {
    let everything = Setting {
        family: Family::Logistic,
        most: 3,
        fewest: 2,
    };
    for (protocol, page) in [
        (Protocol::GlmNewton, GLM_NEWTON),
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
    let mut lines = Vec::new();
    for frame in world.transcript() {
        let step = &*frame.step;
        assert!(
            GLM_NEWTON.contains(step) || step == "plain-sum.1.input",
            "{step}"
        );
        let bytes = frame.wire_len();
        lines.push(format!(
            "{} {} -> {} {bytes}",
            frame.scope, frame.sender, frame.receiver
        ));
    }
    let of_one_hospital = lines.iter().filter(|line| line.contains("hospital-0"));
    let costs: Vec<&str> = of_one_hospital.map(String::as_str).collect();
    assert_snapshot!(costs.join("\n"), @r"
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
