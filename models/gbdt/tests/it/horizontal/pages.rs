//! The protocol's page says what the code does.

use consilium_evaluation::{Disclosure, Role};
use consilium_gbdt::{Boosting, Objective, Specification, horizontal::disclosures};
use consilium_mailbox::{RunId, sim::World};
use insta::assert_snapshot;

use super::world::{fit_with, parties, specification, study};

const PAGE: &str = include_str!("../../../../../docs/protocols/gbdt-histogram.md");

fn boosting(learning_curve: bool) -> Boosting {
    let spec = Specification {
        learning_curve,
        ..Specification::new(Objective::Logistic)
    };
    spec.try_into().unwrap()
}

#[test]
fn every_disclosure_stands_on_its_page_in_both_languages_in_the_code() {
    let all: Vec<Disclosure> = [true, false]
        .into_iter()
        .flat_map(|learning_curve| disclosures(&boosting(learning_curve), (3, 2)))
        .collect();
    for disclosure in &all {
        let to = match disclosure.to {
            Role::Aggregator => "aggregator",
            Role::Contributor => "contributor",
        };
        let line = format!("| {to} | {} |", disclosure.learns);
        assert!(PAGE.contains(&line), "{line}");
        assert!(disclosure.zh.chars().any(|c| ('一'..='龥').contains(&c)));
    }
    assert!(all.iter().any(|line| line.to == Role::Contributor));
}

#[test]
fn a_line_is_said_only_where_it_can_come_true() {
    let says = |counts, part: &str| {
        let lines = disclosures(&boosting(true), counts);
        lines.iter().any(|line| line.learns.contains(part))
    };
    assert!(says((3, 2), "shrinks") && says((3, 2), "one other"));
    assert!(says((4, 3), "shrinks") && !says((4, 3), "one other"));
    assert!(!says((3, 3), "shrinks"));
}

#[tokio::test(start_paused = true)]
async fn every_message_of_a_fit_stands_on_its_page_and_costs_what_it_did() {
    let spec = Specification {
        trees: 2,
        ..specification(Objective::Logistic)
    };
    let (agreement, tables) = study(spec, &[160, 170, 180]);
    let world = World::new(1);
    let mail = world.mailboxes(&parties(3), RunId([7; 16]));
    let outcome = fit_with(mail, 3, &agreement, &tables).await;
    outcome.aggregator.unwrap();
    let mut lines = Vec::new();
    for frame in world.transcript() {
        let step = &*frame.step;
        assert!(PAGE.contains(step) || step == "plain-sum.1.input", "{step}");
        let bytes = frame.wire_len();
        lines.push(format!(
            "{} {} -> {} {bytes}",
            frame.scope, frame.sender, frame.receiver
        ));
    }
    let of_one_hospital = lines.iter().filter(|line| line.contains("hospital-0"));
    let costs: Vec<&str> = of_one_hospital.map(String::as_str).collect();
    assert_snapshot!(costs.join("\n"), @r"
    turn-0 aggregator -> hospital-0 87
    turn-0/sum hospital-0 -> aggregator 6222
    turn-1 aggregator -> hospital-0 152
    turn-1/sum hospital-0 -> aggregator 8528
    turn-2 aggregator -> hospital-0 150
    turn-2/sum hospital-0 -> aggregator 8272
    turn-3 aggregator -> hospital-0 115
    turn-3/sum hospital-0 -> aggregator 2896
    turn-4 aggregator -> hospital-0 816
    turn-4/sum hospital-0 -> aggregator 150
    turn-5 aggregator -> hospital-0 90
    turn-5/sum hospital-0 -> aggregator 280
    turn-6 aggregator -> hospital-0 87
    turn-6/sum hospital-0 -> aggregator 872
    turn-7 aggregator -> hospital-0 90
    turn-7/sum hospital-0 -> aggregator 880
    turn-8 aggregator -> hospital-0 97
    turn-8/sum hospital-0 -> aggregator 1680
    turn-9 aggregator -> hospital-0 374
    turn-9/sum hospital-0 -> aggregator 280
    turn-10 aggregator -> hospital-0 88
    turn-10/sum hospital-0 -> aggregator 873
    turn-11 aggregator -> hospital-0 91
    turn-11/sum hospital-0 -> aggregator 881
    turn-12 aggregator -> hospital-0 98
    turn-12/sum hospital-0 -> aggregator 1681
    turn-13 aggregator -> hospital-0 336
    turn-13/sum hospital-0 -> aggregator 281
    turn-14 aggregator -> hospital-0 148
    ");
}
