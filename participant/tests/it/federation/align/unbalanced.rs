//! A house that asks another one, whose set is large, about its own few people.

use std::{
    fs,
    path::{Path, PathBuf},
};

use consilium_plan::Plan;
use consilium_proto::v1;
use serde_json::Value;

use super::{
    NAMES, approve, decided, file, files_under, places, plan, plan_of, report, run,
    until_amid_a_run,
};
use crate::federation::{
    house::House,
    world::{PATIENCE, World},
};

const PROTOCOL: &str = "protocol = \"unbalanced\"\nholder = \"b\"\nqueries = 100";

/// Frames of a step that a house has sent in a study.
fn sent(own: &Value, party: &str, step: &str) -> u64 {
    let step = format!("psi-unbalanced.1.{step}");
    own["costs"][party][&step]["sent_frames"]
        .as_u64()
        .unwrap_or(0)
}

async fn asked(house: &House) -> Vec<v1::Asked> {
    let mut client = house.client().await;
    let listed = client.queries(v1::QueriesRequest {}).await.unwrap();
    listed.into_inner().asked
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_fetched_once_and_answers_as_many_queries_as_the_plan_says() {
    let world = World::new().await;
    let mut houses = world.houses(&NAMES).await;
    let many = file("b", 0..1000, true);
    many.register(&houses[1]).await;
    for (number, people) in [(1, 10..50), (2, 980..1020)] {
        let few = file("a", people.clone(), true);
        few.register(&houses[0]).await;
        let title = format!("ask {number}");
        // Another cap leaves the table as it is.
        let most = 60 + 20 * number;
        let protocol = PROTOCOL.replace("100", &most.to_string());
        let (study, last) = run(&world, &houses, &plan(&title, "all", &protocol)).await;
        assert!(last.contains("finished"), "{last}");
        let ones = places(&houses[0], &study, &few).await;
        let others = places(&houses[1], &study, &many).await;
        let first = |places: &std::collections::BTreeMap<u64, Vec<Option<u64>>>| -> Vec<u64> {
            places.values().map(|rows| rows[0].unwrap()).collect()
        };
        assert_eq!(first(&ones), first(&others));
        let mut found = first(&ones);
        found.sort_unstable();
        let expected: Vec<u64> = people.filter(|person| *person < 1000).collect();
        assert_eq!(found, expected);

        let own = report(&houses[1], &study).await;
        assert_eq!(own["queries"]["number"], 40);
        assert_eq!(own["queries"]["used"], 40 * number);
        assert_eq!(own["queries"]["most"], most);
        let of_asker = report(&houses[0], &study).await;
        assert_eq!(of_asker["queries"]["number"], 40);
        assert!(of_asker["queries"].get("used").is_none());
        assert_eq!(own["peers"]["a"], 40);
        assert_eq!(sent(&own, "b", "tabled") > 0, number == 1);
        let [listed] = &asked(&houses[1]).await[..] else {
            panic!("there is one key");
        };
        assert_eq!((listed.peer.as_str(), listed.queries), ("a", 40 * number));
        assert_eq!(listed.studies, number);
        houses[1].stop().await;
        houses[1].start().await;
        houses[1].connected().await;
    }
    assert!(asked(&houses[0]).await.is_empty());
    let (study, last) = run(&world, &houses, &plan("ask 3", "all", PROTOCOL)).await;
    assert!(
        last.contains("ALIGN-QUERIES") && last.contains("100") && !last.contains("80"),
        "{last}"
    );
    assert!(houses[0].result(&study).await.is_err());
    assert_eq!(asked(&houses[1]).await[0].queries, 80);
    let journal = houses[1].journal().await;
    assert_eq!(
        journal.matches("\"kind\":\"queries\"").count(),
        2,
        "{journal}"
    );
    assert!(journal.contains("\"used\":\"80\""), "{journal}");

    let tables = houses[1].kept("tables/own");
    assert!(files_under(&tables) > 0);
    file("b", 0..900, true).register(&houses[1]).await;
    assert_eq!(files_under(&tables), 0, "it ends with its version");
    assert!(files_under(&houses[0].kept("tables/from")) > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_would_ask_about_more_than_the_key_answers_is_told_before_it_signs() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    file("a", 0..101, false).register(&houses[0]).await;
    file("b", 0..300, false).register(&houses[1]).await;
    let text = plan("too many", "all", PROTOCOL);
    let plan: Plan = text.parse().unwrap();
    world.submit(&text).await;
    approve(&houses[1], &plan).await;
    let refused = decided(&houses[0], &plan).await.unwrap_err();
    assert!(
        refused.contains("ALIGN-SET-TOO-LARGE") && refused.contains("100"),
        "{refused}"
    );
}

/// Frames of queries that the holder has received, in all runs of a study.
fn heard(own: &Value) -> u64 {
    own["costs"]["b"]["psi-unbalanced.1.blinded"]["received_frames"]
        .as_u64()
        .unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_of_a_run_that_is_repeated_are_counted_once() {
    let world = World::new().await;
    let mut houses = world.houses(&NAMES).await;
    let files = [file("a", 0..60, true), file("b", 0..600, true)];
    for (file, house) in files.iter().zip(&houses) {
        file.register(house).await;
    }
    let mut studies = 0;
    for restarted in [0, 1] {
        until_amid_a_run(async |attempt| {
            let text = plan(&format!("restarted {restarted} {attempt}"), "all", PROTOCOL);
            let text = text.replace("queries = 100", "queries = 1000");
            let plan: Plan = text.parse().unwrap();
            let (study, mut watch) = world.submit(&text).await;
            for house in &houses {
                approve(house, &plan).await;
            }
            studies += 1;
            let counted = async {
                while asked(&houses[1]).await.first().map(|it| it.studies) != Some(studies) {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(PATIENCE, counted).await.unwrap();
            houses[restarted].stop().await;
            houses[restarted].start().await;
            let last = tokio::time::timeout(PATIENCE, watch.last()).await.unwrap();
            assert!(last.contains("finished"), "{last}");
            let ones = places(&houses[0], &study, &files[0]).await;
            let others = places(&houses[1], &study, &files[1]).await;
            assert_eq!(ones.len(), 60);
            assert!(ones.iter().all(|(place, rows)| rows[0] == others[place][0]));
            assert_eq!(asked(&houses[1]).await[0].queries, 60 * studies);
            heard(&report(&houses[1], &study).await) == 2
        })
        .await;
    }
}

/// Finds the file of that name somewhere under a folder.
fn found(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    paths.find_map(|path| {
        if path.is_dir() {
            found(&path, name)
        } else {
            path.ends_with(name).then_some(path)
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_damaged_between_two_studies_is_made_or_fetched_anew() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let files = [file("a", 0..60, true), file("b", 0..600, true)];
    for (file, house) in files.iter().zip(&houses) {
        file.register(house).await;
    }
    let cases = [
        (0, None),
        (60, Some((0, "table-0"))),
        (120, Some((1, "rows-0"))),
    ];
    for (before, damaged) in cases {
        if let Some((house, piece)) = damaged {
            let piece = found(&houses[house].kept("tables"), piece).unwrap();
            let mut bytes = fs::read(&piece).unwrap();
            bytes[7] ^= 1;
            fs::write(&piece, bytes).unwrap();
        }
        let text = plan(&format!("after {before}"), "all", PROTOCOL);
        let text = text.replace("queries = 100", "queries = 1000");
        let (study, last) = run(&world, &houses, &text).await;
        assert!(last.contains("finished"), "{damaged:?}: {last}");
        let ones = places(&houses[0], &study, &files[0]).await;
        let others = places(&houses[1], &study, &files[1]).await;
        assert_eq!(ones.len(), 60);
        assert!(ones.iter().all(|(place, rows)| rows[0] == others[place][0]));
        assert_eq!(asked(&houses[1]).await[0].queries, before + 60);
        let own = report(&houses[1], &study).await;
        let is_fetched = sent(&own, "b", "tabled") > 0;
        let is_asked_for = damaged.is_none_or(|(house, _)| house == 0);
        assert_eq!(is_fetched, is_asked_for, "{damaged:?}");
    }
}

/// Waits until a house's part in a study is as it should be; tells whether it was before the
/// study's end.
async fn comes_to(house: &House, plan: &Plan, is: impl Fn(&v1::OwnStudy) -> bool) -> bool {
    let coming = async {
        loop {
            let now = house.study(plan).await;
            if is(&now) || now.state == "finished" {
                return is(&now);
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, coming).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_set_is_held_for_one_institution_after_the_other_and_both_see_who_waits() {
    let world = World::new().await;
    let mut houses = world.houses(&["a", "b", "c"]).await;
    let files = [file("a", 0..60, true), file("c", 30..90, true)];
    files[0].register(&houses[0]).await;
    files[1].register(&houses[2]).await;
    let mut studies = 0;
    until_amid_a_run(async |attempt| {
        // Another table has to be made in each attempt.
        let many = file("b", 0..600 + u64::from(attempt), true);
        many.register(&houses[1]).await;
        let plans = ["a", "c"].map(|asker| {
            let text = plan_of(&["b", asker], &format!("turn {attempt}"), "all", PROTOCOL);
            text.replace("queries = 100", "queries = 1000")
        });
        let [first, second]: [Plan; 2] = plans.each_ref().map(|text| text.parse().unwrap());
        let (one, mut watch) = world.submit(&plans[0]).await;
        for house in &houses[..2] {
            approve(house, &first).await;
        }
        let begun = comes_to(&houses[1], &first, |it| it.running_since > 0).await;
        houses[0].stop().await;
        let (other, mut watch_other) = world.submit(&plans[1]).await;
        for house in &houses[1..] {
            approve(house, &second).await;
        }
        let is_queued = |it: &v1::OwnStudy| it.state == "queued";
        let waits = comes_to(&houses[1], &second, is_queued).await
            && comes_to(&houses[2], &second, is_queued).await;
        houses[0].start().await;
        studies += 1;
        for (watch, study, asker) in [(&mut watch, one, 0), (&mut watch_other, other, 1)] {
            let last = tokio::time::timeout(PATIENCE, watch.last()).await.unwrap();
            assert!(last.contains("finished"), "{last}");
            let ones = places(&houses[2 * asker], &study, &files[asker]).await;
            let others = places(&houses[1], &study, &many).await;
            assert_eq!(ones.len(), 60);
            assert!(ones.iter().all(|(place, rows)| rows[0] == others[place][0]));
        }
        begun && waits
    })
    .await;
    // There is a line for each version.
    let asked = asked(&houses[1]).await;
    for name in ["a", "c"] {
        let of_name = asked.iter().filter(|it| it.peer == name);
        assert_eq!(of_name.map(|it| it.queries).sum::<u64>(), 60 * studies);
    }
}
