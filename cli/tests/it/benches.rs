//! Measurements run and tell what they should; what they say means something in a release build.

use serde_json::Value;

use crate::printed;

fn measured(args: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    serde_json::from_str(&printed(folder.path(), args)).unwrap()
}

#[test]
fn idle_daemons_are_weighed_one_by_one() {
    let line = measured(&[
        "bench",
        "idle",
        "--daemons",
        "2",
        "--seconds",
        "0",
        "--json",
    ]);
    let parties = line["parties"].as_array().unwrap();
    let names: Vec<&str> = parties
        .iter()
        .map(|party| party["party"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["coordinator", "house-0", "house-1"]);
    for party in parties {
        let (now, peak) = (&party["rss_mb"], &party["peak_rss_mb"]);
        assert!(
            now.as_f64().unwrap() > 1.0 && now.as_f64() <= peak.as_f64(),
            "{party}"
        );
        assert!(
            party["sent_bytes"].is_u64() && party["received_bytes"].is_u64(),
            "{party}"
        );
    }
}

#[test]
fn the_relays_bytes_are_told_as_they_went_over_the_network() {
    let line = measured(&["bench", "relay", "--megabytes", "1", "--json"]);
    let payload = line["params"]["bytes"].as_u64().unwrap();
    let [all] = &line["parties"].as_array().unwrap()[..] else {
        panic!("{line}");
    };
    // Relay and plain forwarder, three times each, over two hops.
    let sent = all["sent_bytes"].as_u64().unwrap();
    assert!(sent > 12 * payload, "{sent}");
    assert!(all["received_bytes"].as_u64().unwrap() > 12 * payload);
}

#[test]
fn a_round_over_daemons_tells_what_it_cost_each_party() {
    let few = ["--parties", "3", "--dim", "2", "--rounds", "20", "--json"];
    let line = measured(&[&["bench", "round"], &few[..]].concat());
    assert_eq!(line["params"]["rounds"], 20);
    crate::costs::are_consistent(&line);
}

#[test]
fn two_sets_are_compared_by_processes_of_their_own() {
    for protocol in ["ecdh", "vole", "cardinality"] {
        let args = [
            "bench",
            "psi",
            "--protocol",
            protocol,
            "--sizes",
            "64x40",
            "--json",
        ];
        let line = measured(&args);
        assert_eq!(line["params"]["sizes"], "64x40");
        assert_eq!(line["params"]["common"], 20);
        let parties = line["parties"].as_array().unwrap();
        let names: Vec<&str> = parties
            .iter()
            .map(|party| party["party"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["coordinator", "hospital", "insurer"]);
        for party in parties {
            assert!(party["peak_rss_mb"].as_f64().unwrap() > 1.0, "{party}");
            assert!(party["sent_bytes"].as_u64().unwrap() > 0, "{party}");
        }
    }
}

#[test]
fn several_parties_are_measured_by_star() {
    let line = measured(&[
        "bench",
        "psi",
        "--protocol",
        "star",
        "--sizes",
        "64x40x50",
        "--json",
    ]);
    assert_eq!(line["params"]["sizes"], "64x40x50");
    assert_eq!(line["params"]["common"], 20);
    assert_eq!(line["parties"].as_array().unwrap().len(), 4);
}

#[test]
fn a_small_set_is_measured_against_a_large_one_with_its_table_and_without() {
    let folder = tempfile::tempdir().unwrap();
    let args = [
        "bench",
        "psi",
        "--protocol",
        "unbalanced",
        "--sizes",
        "40x400",
        "--json",
    ];
    let lines = printed(folder.path(), &args);
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [first, second] = &lines[..] else {
        panic!("there are two studies");
    };
    assert!(
        first["table_bytes_a_key"].as_f64().unwrap() > 5.0,
        "{first}"
    );
    assert_eq!(
        (&second["study"], &second["table_bytes"]),
        (&2.into(), &0.into())
    );
    let online = &second["online"];
    assert!(online["wall_s"].as_f64().unwrap() > 0.0, "{second}");
    let bytes = online["bytes"].as_u64().unwrap();
    assert!((40 * 64..100_000).contains(&bytes), "{second}");
}

#[test]
fn encrypted_sums_are_measured_by_both_sets_of_parameters() {
    let folder = tempfile::tempdir().unwrap();
    let few = ["--rows", "3000", "--features", "2", "--bins", "16"];
    let args = [&["bench", "lwe", "--stride", "4", "--json"], &few[..]].concat();
    let lines = printed(folder.path(), &args);
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let sets: Vec<&Value> = lines.iter().map(|line| &line["params"]["set"]).collect();
    assert_eq!(sets, ["a", "b"]);
    for line in &lines {
        assert_eq!(line["ok"], true);
        // 30 candidates, four to a ciphertext.
        assert_eq!(line["ciphertexts"], 8);
        assert!(line["us_row_feature"]["all"].as_f64().unwrap() > 0.0);
        let [label, feature] = &line["parties"].as_array().unwrap()[..] else {
            panic!("{line}");
        };
        assert_eq!(label["sent_bytes"], feature["received_bytes"]);
        assert!(label["cpu_s"].as_f64().unwrap() > 0.0);
        assert!(feature["cpu_s"].as_f64().unwrap() > 0.0);
    }
}

#[test]
fn trees_over_columns_of_several_parties_are_measured_in_processes_of_their_own() {
    let few = ["--rows", "1000", "--features", "2x3x2", "--trees", "2"];
    let args = [
        &["bench", "vertical-gbdt", "--depth", "2", "--json"],
        &few[..],
    ]
    .concat();
    let line = measured(&args);
    assert_eq!(line["params"]["features"], "2x3x2");
    assert!(line["stride"].as_u64().unwrap() > 0);
    let parties = line["parties"].as_array().unwrap();
    let names: Vec<&Value> = parties.iter().map(|party| &party["party"]).collect();
    let holders = ["feature-holder-1", "feature-holder-2"];
    assert_eq!(
        names,
        [&["coordinator", "label-holder"], &holders[..]].concat()
    );
    for party in parties {
        assert!(party["peak_rss_mb"].as_f64().unwrap() > 1.0, "{party}");
    }
    are_as_estimated(&line);
    let tree = line["tree"]["bytes"].as_f64().unwrap();
    assert!((2.0 * tree - line["bytes"].as_f64().unwrap()).abs() < 0.5);
    assert!(line["align_s"].as_f64().unwrap() > 0.0);
    assert!(line["protocol_cpu_s"].as_f64().unwrap() > 0.0);
}

#[test]
fn trees_over_columns_of_hospitals_are_measured_with_the_coordinators_share() {
    let few = ["--rows", "1000", "--features", "2x3x1", "--trees", "2"];
    let args = [
        &["bench", "vertical-gbdt", "--hospitals", "3", "--json"][..],
        &["--depth", "2"],
        &few[..],
    ]
    .concat();
    let line = measured(&args);
    assert_eq!(line["params"]["hospitals"], 3);
    assert!(line["stride"].as_u64().unwrap() > 0);
    let parties = line["parties"].as_array().unwrap();
    let names: Vec<&Value> = parties.iter().map(|party| &party["party"]).collect();
    let hospitals = ["hospital-1", "hospital-2", "hospital-3"];
    let others = ["coordinator", "label-holder"];
    assert_eq!(
        names,
        [&others[..], &hospitals, &["feature-holder-1"]].concat()
    );
    for party in parties {
        assert!(party["peak_rss_mb"].as_f64().unwrap() > 1.0, "{party}");
        assert!(party["sent_bytes"].as_u64().unwrap() > 0, "{party}");
    }
    are_as_estimated(&line);
    let tree = line["tree"]["bytes"].as_f64().unwrap();
    assert!((2.0 * tree - line["bytes"].as_f64().unwrap()).abs() < 0.5);
    assert!(line["align_s"].as_f64().unwrap() > 0.0);
    assert!(line["protocol_cpu_s"].as_f64().unwrap() > 0.0);
}

/// Checks that each party sends about what the plan tells: by at most one and a half times more or less,
/// connections, seals and what ends a study included.
fn are_as_estimated(line: &Value) {
    let told = line["estimate"].as_array().unwrap();
    let parties = line["parties"].as_array().unwrap();
    assert_eq!(told.len(), parties.len());
    // The coordinator only passes on.
    for told in &told[1..] {
        let party = parties
            .iter()
            .find(|it| it["party"] == told["party"])
            .unwrap();
        let [told, sent] = [told, party].map(|it| it["sent_bytes"].as_f64().unwrap());
        let ratio = sent / told;
        assert!((1.0 / 1.5..1.5).contains(&ratio), "{told} told: {party}");
    }
}

#[test]
fn statistics_tell_what_they_cost_and_are_those_of_all_rows() {
    let few = [
        "--parties",
        "3",
        "--features",
        "12",
        "--rows",
        "400",
        "--json",
    ];
    let line = measured(&[&["bench", "statistics"], &few[..]].concat());
    let parties = line["parties"].as_array().unwrap();
    assert_eq!(parties.len(), 4);
    let elements = line["elements"].as_u64().unwrap();
    for party in &parties[1..] {
        // Each element takes eight bytes of a masked vector.
        assert!(
            party["sent_bytes"].as_u64().unwrap() > 8 * elements,
            "{party}"
        );
    }
    assert!(line["sums"].as_u64().unwrap() > 3, "{line}");
}

#[test]
fn scarcity_over_daemons_tells_what_it_cost_each_party() {
    let few = ["--rows", "400", "--features", "4", "--buckets", "1024"];
    let line = measured(&[&["bench", "scarcity", "--json"], &few[..]].concat());
    // One row of all, 6 + 6 + 3 + 5 bins, six pairs of them, and what the mask checks.
    assert_eq!(line["cells"], 1 + 20 + 36 + 18 + 30 + 18 + 30 + 15 + 66);
    let parties = line["parties"].as_array().unwrap();
    assert_eq!(parties.len(), 5);
    for party in &parties[1..] {
        // Five vectors of four bytes a bucket.
        let (sent, peak) = (&party["sent_bytes"], &party["peak_rss_mb"]);
        assert!(sent.as_u64().unwrap() > 5 * 4 * 1024, "{party}");
        assert!(peak.as_f64().unwrap() > 1.0, "{party}");
    }
    crate::costs::are_consistent(&line);
}
