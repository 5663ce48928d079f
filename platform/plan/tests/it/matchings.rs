//! Plans of three institutions and more, and of a small set against a large one.

use std::collections::{BTreeMap, HashSet};

use consilium_base::Digest;
use consilium_plan::{
    Align, Code, DataReport, DataVersion, Failure, Found, Lang, Matching, Obstacle, PartyReport,
    Plan, Room, Task,
};

use crate::{alignments, failures::assert_closed, party};

/// The guide's plan of three institutions.
pub(crate) fn star() -> Plan {
    Plan::from_toml(alignments()[1]).unwrap()
}

/// The guide's plan of a small set against a large one.
pub(crate) fn unbalanced() -> Plan {
    Plan::from_toml(alignments()[2]).unwrap()
}

fn task(plan: &Plan) -> &Align {
    match plan.task() {
        Task::Align(task) => task,
        _ => panic!("it is an alignment"),
    }
}

/// Changes one of the guide's plans.
fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

/// Adds institutions to a plan, up to so many.
fn up_to(text: &str, parties: usize) -> String {
    let more = (text.matches("[[party]]").count()..parties)
        .map(|number| format!("\n[[party]]\nname = \"p{number}\"\ndata = \"d\"\n"));
    text.to_owned() + &more.collect::<String>()
}

#[test]
fn of_several_one_leads_and_all_are_verified() {
    let plan = star();
    let leader = party("hospital");
    assert_eq!(task(&plan).matching, Matching::Star { leader });
    assert_eq!((task(&plan).protocol(), task(&plan).minimum), ("star", 100));
    assert!(task(&plan).gives_rows());
    assert_eq!((plan.quorum(), plan.verified_needed()), (3, 3));
    let eight = Plan::from_toml(&up_to(alignments()[1], 8)).unwrap();
    assert_eq!((eight.quorum(), eight.verified_needed()), (8, 8));
}

#[test]
fn where_nobody_is_named_the_first_by_name_leads() {
    let unsaid = changed(alignments()[1], "leader = \"hospital\"\n", "");
    let leader = party("fund");
    let [_, later] = [0, 1].map(|turn| {
        let (head, parties) = unsaid.split_once("[[party]]").unwrap();
        let mut parties: Vec<&str> = parties.split("[[party]]").collect();
        parties.rotate_left(turn);
        let plan = Plan::from_toml(&format!("{head}[[party]]{}", parties.join("\n[[party]]")));
        let plan = plan.unwrap();
        let matching = &task(&plan).matching;
        assert_eq!(
            *matching,
            Matching::Star {
                leader: leader.clone()
            }
        );
        plan
    });
    assert!(later.to_string().contains("leader = \"fund\"\n"));
}

#[test]
fn a_large_set_has_its_holder_and_its_number_of_queries() {
    let plan = unbalanced();
    let (holder, asker) = (party("insurer"), party("hospital"));
    let queries = 5_000;
    assert!(task(&plan).gives_rows());
    assert_eq!(task(&plan).protocol(), "unbalanced");
    assert_eq!(plan.verified_needed(), 2);
    let most = |party| task(&plan).most_keys(party, plan.limits());
    assert_eq!([most(&holder), most(&asker)], [20_000_000, 5_000]);
    assert_eq!(
        task(&plan).matching,
        Matching::Unbalanced { holder, queries }
    );
    let unsaid = changed(alignments()[2], "queries = 5_000\n", "");
    let unsaid = Plan::from_toml(&unsaid).unwrap();
    assert!(unsaid.to_string().contains("queries = 1000\n"));
    // Whoever must have so many keys must be allowed to ask about them.
    let minimum = changed(alignments()[2], "queries = 5_000", "minimum = 20_000");
    let minimum = Plan::from_toml(&minimum).unwrap();
    assert!(minimum.to_string().contains("queries = 20000\n"));
}

#[test]
fn of_a_number_alone_one_counts_and_no_row_is_given() {
    let plan = Plan::from_toml(alignments()[3]).unwrap();
    let Matching::Cardinality(Some(noisy)) = &task(&plan).matching else {
        panic!("it counts");
    };
    assert_eq!(noisy.counter, party("hospital"));
    assert_eq!(noisy.epsilon.as_thousandths(), 100);
    assert!(!task(&plan).gives_rows());
}

/// Holds each refusal of a changed plan against what it must say.
fn assert_refused(text: &str, cases: &[(&str, &str, &str)]) {
    for (from, to, said) in cases {
        let error = Plan::from_toml(&changed(text, from, to));
        let error = error.expect_err(to).to_string();
        assert!(error.contains(said), "{to}: {error}");
    }
}

#[test]
fn two_have_no_leader_no_holder_and_no_queries() {
    let [cardinality, star, unbalanced, vole] = ["cardinality", "star", "unbalanced", "vole"]
        .map(|protocol| format!("protocol = \"{protocol}\"\n"));
    let ecdh = "protocol = \"ecdh\"\n";
    let leads = "leader = \"hospital\"\n";
    let holds = "holder = \"hospital\"\n";
    let said = "align.holder: holder and queries belong to protocol = \"unbalanced\"";
    let cases = [
        (
            ecdh,
            leads,
            "align.leader: leader belongs to protocol = \"star\"",
        ),
        (ecdh, &(cardinality + leads), "align.leader: leader belongs"),
        (ecdh, holds, said),
        (ecdh, &(vole + holds), said),
        (ecdh, "queries = 100\n", "align.queries: holder and queries"),
        (
            ecdh,
            &star,
            "party: with protocol = \"star\" three to eight contributors",
        ),
        (ecdh, &unbalanced, said),
    ];
    assert_refused(alignments()[0], &cases);
}

#[test]
fn several_have_a_leader_among_them_and_nothing_of_other_protocols() {
    let text = alignments()[1];
    let star = "protocol = \"star\"\nleader = \"hospital\"";
    let more = "party: two contributors align their rows, and both receive the result: no others, \
                and more only with protocol = \"star\"";
    let three = "party: with protocol = \"star\" three to eight";
    let cases = [
        (star, "", more),
        (star, "protocol = \"vole\"", more),
        (star, "protocol = \"unbalanced\"\nholder = \"fund\"", more),
        (
            "leader = \"hospital\"",
            "leader = \"x\"",
            "align.leader: x is no contributor of this plan",
        ),
        (
            "leader",
            "queries = 100\nleader",
            "align.queries: holder and",
        ),
        (
            "leader",
            "epsilon = 1.0\nleader",
            "align.epsilon: counter and",
        ),
        ("\"members\"", "\"members\"\nreceives = false", three),
        ("data = \"members\"", "role = \"receiver\"", three),
    ];
    assert_refused(text, &cases);
    let nine = Plan::from_toml(&up_to(text, 9)).unwrap_err().to_string();
    assert!(nine.contains(three), "{nine}");
}

#[test]
fn a_large_set_has_a_holder_among_both_and_as_many_queries_as_can_be_counted() {
    let holder = "line 14, column 10: align.holder: fund is no contributor of this plan";
    let unnamed = "line 13, column 12: align.holder: holder and queries belong";
    let both = "holder = \"insurer\"\nleader = \"insurer\"";
    let few = "align.queries: 100 to 1000000 is allowed, not 99";
    let cases = [
        ("holder = \"insurer\"", "holder = \"fund\"", holder),
        ("holder = \"insurer\"\n", "", unnamed),
        ("holder = \"insurer\"", both, "align.leader: leader belongs"),
        ("5_000", "99", few),
        ("5_000", "1_000_001", "align.queries: 100 to 1000000"),
        (
            "queries = 5_000",
            "minimum = 1_000_001",
            "align.minimum: 10 to 1000000",
        ),
        (
            "20_000_000",
            "67_108_865",
            "limits.most_rows: 100 to 67108864",
        ),
    ];
    assert_refused(alignments()[2], &cases);
}

#[test]
fn a_minimum_is_within_what_the_protocol_compares() {
    let [two, several, ..] = alignments();
    for (text, from, to, most) in [
        (
            two,
            "minimum = 100",
            "minimum = 2_000_000_000",
            "1000000000",
        ),
        (
            two,
            "\"ecdh\"\nminimum = 100",
            "\"vole\"\nminimum = 300_000_000",
            "268435456",
        ),
        (
            several,
            "\"star\"",
            "\"star\"\nminimum = 300_000_000",
            "268435456",
        ),
    ] {
        let error = Plan::from_toml(&changed(text, from, to));
        let error = error.unwrap_err().to_string();
        let said = format!("align.minimum: 10 to {most} is allowed");
        assert!(error.contains(&said), "{error}");
    }
}

#[test]
fn every_change_of_meaning_is_another_hash() {
    let [_, several, table, _] = alignments();
    let mut hashes = HashSet::<Digest>::new();
    for text in [
        several.to_owned(),
        changed(several, "leader = \"hospital\"", "leader = \"insurer\""),
        changed(several, "leader = \"hospital\"\n", ""),
        up_to(several, 4),
        table.to_owned(),
        changed(table, "\"insurer\"", "\"hospital\""),
        changed(table, "5_000", "5_001"),
        changed(table, "queries = 5_000\n", ""),
    ] {
        let plan = Plan::from_toml(&text).unwrap();
        assert!(hashes.insert(*plan.hash().as_bytes()), "{text}");
        assert_eq!(Plan::from_toml(&plan.to_string()).unwrap(), plan);
    }
}

#[test]
fn a_plan_for_large_sets_keeps_its_hash() {
    let [two, ..] = alignments();
    let plan = Plan::from_toml(&changed(two, "\"ecdh\"", "\"vole\"")).unwrap();
    let hash = "84d2eaee64ed1e67e4828b95e7e20c7e423faff6f0553669c80e727b333e6a0a";
    assert_eq!(plan.hash().to_string(), hash);
}

#[test]
fn whoever_asks_about_too_many_keys_is_told_how_many_it_may() {
    let plan = unbalanced();
    let report = PartyReport {
        plan: plan.hash(),
        clock_ahead: 0,
        found: Ok(Found {
            data: DataReport::Read {
                version: DataVersion([7; 32]),
                obstacles: vec![Obstacle::RowsTooMany],
                one_class: false,
            },
            verified: 2,
            disk: Room::Ample,
            memory: Room::Ample,
        }),
    };
    let parties = [party("hospital"), party("insurer")];
    let reports = BTreeMap::from(parties.map(|party| (party, report.clone())));
    let told = plan.verdict(&reports).failures;
    let most = told.iter().map(|failure| &failure.details["most"]);
    assert_eq!(most.collect::<Vec<_>>(), ["5000", "20000000"]);
    assert!(
        told.iter()
            .all(|failure| failure.code == Code::AlignSetTooLarge)
    );
}

#[test]
fn whoever_has_asked_enough_is_told_what_to_do() {
    let spent = Failure::new(Code::AlignQueries)
        .at("align")
        .with("most", 5_000);
    assert_closed(&spent);
    assert_eq!(spent.code.to_string(), "ALIGN-QUERIES");
    for (lang, said) in [(Lang::En, "5000"), (Lang::Zh, "align.queries")] {
        let text = spent.what(lang) + &spent.remedy(lang);
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn the_leader_bears_the_cost_of_every_other_institution() {
    let of = |parties, most: &str| {
        let limits = format!("[limits]\nmost_rows = {most}\n[align]");
        let text = changed(alignments()[1], "[align]", &limits);
        Plan::from_toml(&up_to(&text, parties)).unwrap().estimate()
    };
    let [three, five] = [3, 5].map(|parties| of(parties, "1_048_576"));
    assert_eq!(five.sent_by_each, 2 * three.sent_by_each);
    assert_eq!(five.through_coordinator, 2 * three.through_coordinator);
    assert_eq!(five.rounds, three.rounds);
    assert!(five.core_seconds > three.core_seconds && three.core_seconds < 10);
    // docs/protocols/psi-star.md: 47.7 MB sent by the leader to two and 71.5 to three, with half of
    // the items common, which are ten bytes each.
    for (parties, megabytes) in [(3_u32, 47.7), (4, 71.5)] {
        let told = u64::from(parties - 1) * 10 * (1 << 19);
        let sent = of(parties as usize, "1_048_576").sent_by_each - told;
        let found = f64::from(u32::try_from(sent).unwrap()) / 1e6;
        assert!((found / megabytes - 1.0).abs() < 0.02, "{parties}: {found}");
    }
    assert!(of(3, "10_000_000").rounds > 5 * three.rounds);
}

#[test]
fn the_estimate_for_a_large_set_is_that_of_its_table() {
    let estimate = unbalanced().estimate();
    for (queries, bits) in [("1_024", 51), ("5_000", 55), ("20_000", 61)] {
        let plan = changed(alignments()[2], "5_000", queries);
        let sent = Plan::from_toml(&plan).unwrap().estimate().sent_by_each;
        assert_eq!(sent * 8 / 20_000_000, bits);
    }
    assert!(estimate.through_coordinator < estimate.sent_by_each + 500_000);
    assert_eq!(estimate.core_seconds, 362);
    assert!(estimate.rounds < 20);
}
