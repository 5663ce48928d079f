//! What plans of several hospitals will cost.

use std::ops::Range;

use consilium_plan::{Plan, RowsBy};

use super::{changed, grown, predicted};

#[test]
fn more_rows_trees_columns_and_hospitals_cost_more() {
    let plan = grown();
    let least = plan.estimate();
    for (from, to) in [
        ("most_rows = 200_000", "most_rows = 400_000"),
        ("trees = 40", "trees = 80"),
        ("bins = 32", "bins = 128"),
        ("depth = 4", "depth = 6"),
        ("first_tree = \"own\"", "first_tree = \"joint\""),
    ] {
        let more = changed(0, from, to).unwrap().estimate();
        assert!(more.through_coordinator > least.through_coordinator, "{to}");
        assert!(more.core_seconds >= least.core_seconds, "{to}");
    }
    let south = format!(
        "[[party]]\nname = \"south\"\ndata = \"d\"\nalignment = \"{}\"\n[[party]]\nname = \"insurer\"",
        "7".repeat(64)
    );
    let more = changed(0, "[[party]]\nname = \"insurer\"", &south).unwrap();
    assert!(more.estimate().through_coordinator > least.through_coordinator);
    let costs = plan.costs(&RowsBy::each(200_000)).parties;
    let costs = &costs[1..];
    let parties: Vec<&str> = costs.iter().map(|cost| cost.party.as_str()).collect();
    assert_eq!(parties, ["commercial", "east", "insurer", "north", "west"]);
    // Of hospitals the first one deals a key besides.
    let apart = costs[1].sent - costs[3].sent;
    assert!(apart > 0 && apart < 300, "{apart}");
    assert!(costs.iter().all(|cost| cost.sent > 0 && cost.memory > 0));
    assert!(least.sums > 2 * 39 * 4, "{}", least.sums);
    assert!(plan.costs(&RowsBy::each(0)).parties.is_empty());
    assert!(predicted().estimate().sent_by_each > 0);
}

#[test]
fn the_estimate_is_what_was_measured() {
    // `consilium bench vertical-gbdt --hospitals 3`: 30 columns of the label holder and 30 of three
    // hospitals, depth 5, 32 bins, all trees together and nothing kept back; megabytes that a hospital
    // and the label holder send for a tree.
    let (rows, hospital, label_holder) = (10_000, 8.3, 18.0);
    let declared = |key: &str, own: Range<u32>| -> String {
        let number = "type = \"number\"\nmin = -10\nmax = 10\n";
        let columns = own.map(|n| format!("[[{key}]]\nname = \"c{n}\"\n{number}"));
        columns.collect::<Vec<_>>().concat()
    };
    let names = |own: Range<u32>| own.map(|n| format!("c{n}")).collect::<Vec<_>>();
    let hospitals = ["7", "8", "9"].map(|digit| {
        let hash = digit.repeat(64);
        format!("[[party]]\nname = \"h{digit}\"\ndata = \"d\"\nalignment = \"{hash}\"\n")
    });
    let text = format!(
        "title = \"t\"\npurpose = \"p\"\nkind = \"train-hybrid-gbdt\"\nfeatures = {:?}\n\
         [trees]\nobjective = \"logistic\"\ntrees = 10\nbins = 32\nmin_node = 2\n\
         growth = {{ depth-wise = {{ depth = 5 }} }}\n\
         [vertical]\nfirst_tree = \"joint\"\nmin_side = 1\nmin_gap = 0\nmin_node = 2\n\
         [hybrid]\nmin_hospitals = 1\n[limits]\nmost_rows = {rows}\n{}{}\
         [[party]]\nname = \"labels\"\ndata = \"d\"\nfeatures = {:?}\nlabel = {{ column = \"y\" }}\n{}\
         [[party.column]]\nname = \"y\"\ntype = \"boolean\"\n",
        names(30..60),
        declared("column", 30..60),
        hospitals.concat(),
        names(0..30),
        declared("party.column", 0..30),
    );
    let costs = Plan::from_toml(&text)
        .unwrap()
        .costs(&RowsBy::each(rows))
        .parties;
    let costs = &costs[1..];
    let parties: Vec<&str> = costs.iter().map(|cost| cost.party.as_str()).collect();
    assert_eq!(parties, ["h7", "h8", "h9", "labels"]);
    for (cost, measured) in [(&costs[0], hospital), (&costs[3], label_holder)] {
        let sent = cost.sent as f64 / 10.0 / 1e6;
        let ratio = sent / measured;
        let is_near = (1.0 / 1.5..1.5).contains(&ratio);
        assert!(is_near, "{}: {sent} MB, not {measured}", cost.party);
    }
}
