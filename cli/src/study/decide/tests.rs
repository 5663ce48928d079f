//! What stewards read of an approval that stands.

use std::collections::BTreeSet;

use super::*;
use crate::study::page;

fn own() -> v1::OwnStudy {
    let plan: Plan = include_str!("../../../../platform/plan/tests/it/expected/heart.toml")
        .parse()
        .unwrap();
    let statement = Statement {
        federation: FederationId([1; 32]),
        signer: "cleveland/li".parse().unwrap(),
        plan: plan.hash(),
        decision: Decision::Approve(Grant {
            data: DataVersion([7; 32]),
            runs: 20,
            until: consilium_plan::UnixTime(1_795_003_200),
            waiver: false,
            beside: BTreeSet::new(),
        }),
        at: consilium_plan::UnixTime(1_795_000_000),
        nonce: [9; 16],
    };
    v1::OwnStudy {
        study: plan.hash().as_bytes().to_vec().into(),
        plan: plan.to_string(),
        state: "approved".to_owned(),
        approval: serde_json::to_vec(&statement).unwrap().into(),
        ..v1::OwnStudy::default()
    }
}

#[test]
fn another_approval_says_which_it_takes_the_place_of() {
    for lang in [Lang::En, Lang::Zh] {
        let said = replaced(&own(), lang).unwrap();
        for told in ["cleveland/li", "20", "2026-11-18T12:00:00Z"] {
            assert!(said.contains(told), "{said}");
        }
    }
    let none = v1::OwnStudy::default();
    assert_eq!(replaced(&none, Lang::En), None);
}

#[test]
fn a_page_shows_the_approval_that_stands() {
    let mut shown = Vec::new();
    page::at_participant(&own(), &[], &mut shown, Lang::En).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    for told in [
        "# The approval that stands\ncleveland/li approves",
        "at most 20 runs, until 2026-11-18T12:00:00Z",
        "must not become derivable",
    ] {
        assert!(shown.contains(told), "{shown}");
    }
}
