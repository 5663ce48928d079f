//! What such plans will cost.

use consilium_plan::{Plan, RowsBy};

use super::{changed, grown, predicted, texts};

#[test]
fn more_rows_trees_and_columns_cost_more() {
    let least = grown().estimate();
    assert_eq!(least.sums, 0);
    // Of 39 trees on the columns of all: two before the first sums, two on each of four levels.
    assert_eq!(least.rounds, 4 + 39 * (2 + 4 * 2));
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
    let plan = grown();
    let costs = plan.costs(&RowsBy::each(200_000)).parties;
    let costs = &costs[1..];
    assert_eq!(
        costs.iter().map(|cost| cost.sent).sum::<u64>(),
        least.through_coordinator
    );
    assert_eq!(
        costs.iter().map(|cost| cost.memory).max(),
        Some(least.memory)
    );
    let few = plan.costs(&RowsBy::each(1_000)).parties;
    assert!(
        few[1..]
            .iter()
            .zip(costs)
            .all(|(few, all)| few.sent < all.sent)
    );
    assert!(plan.costs(&RowsBy::each(0)).parties.is_empty());
    let asked = predicted().estimate();
    assert_eq!((asked.sums, asked.rounds), (0, 5));
    assert!(asked.sent_by_each > 0 && asked.memory > 0);
}

/// What plans of trees say of costs where something is written otherwise: bytes sent by all, and rounds.
fn cost_of(changes: &[(&str, &str)]) -> (u64, u64) {
    let text = changes
        .iter()
        .fold(texts()[0].to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
    let found = Plan::from_toml(&text).unwrap().estimate();
    (found.through_coordinator, found.rounds)
}

#[test]
fn what_is_not_asked_for_costs_nothing() {
    let (all, rounds) = cost_of(&[]);
    for (from, to) in [
        ("share = 0.25", "share = 0.5"),
        ("bins = 32", "bins = 32\nrows = { share = 0.5 }"),
        ("bins = 32", "bins = 32\ncolumn_share = 0.5"),
        (
            "name = \"claims\"\ntype = \"integer\"",
            "name = \"claims\"\ntype = \"boolean\"",
        ),
        (
            "name = \"claims\"\ntype = \"integer\"",
            "name = \"claims\"\ntype = \"integer\"\nmin = 0\nmax = 5",
        ),
    ] {
        let (sent, same) = cost_of(&[(from, to)]);
        assert!(sent < all, "{to}");
        assert_eq!(same, rounds, "{to}");
    }
}

#[test]
fn trees_that_grow_leaf_by_leaf_examine_as_many_nodes_as_they_have_leaves_for() {
    let by_leaves = |leaves: u32, depth: u32| {
        let growth = format!("leaf-wise = {{ leaves = {leaves}, depth = {depth} }}");
        cost_of(&[("depth-wise = { depth = 4 }", &growth)])
    };
    let (by_depth, _) = cost_of(&[]);
    let (full, rounds) = by_leaves(16, 4);
    // Sixteen leaves at depth 4 are the whole tree: in steps of their own, by fifteen splits.
    assert!(full.abs_diff(by_depth) < by_depth / 10, "{full} {by_depth}");
    assert_eq!(rounds, 4 + 39 * (2 + 15 * 2));
    assert_eq!(by_leaves(4_096, 4).1, rounds);
    // Of eight leaves, 13 nodes are examined however deep they may lie; of depth 8 there were 255.
    let (few, rounds) = by_leaves(8, 8);
    assert_eq!(rounds, 4 + 39 * (2 + 7 * 2));
    assert!(few < by_leaves(16, 8).0 && few < cost_of(&[("depth = 4", "depth = 8")]).0 / 2);
}

#[test]
fn the_estimate_is_what_was_measured() {
    // docs/protocols/gbdt-vertical.md: 30 columns of one feature holder, depth 5, 32 bins, all trees
    // together and nothing kept back; megabytes both ways, seconds of the feature holder, and the
    // peak of its memory, which `consilium bench vertical-gbdt` tells.
    for (rows, megabytes, seconds, peak) in [
        ("10_000", 19.3, 0.12, 110.0),
        ("100_000", 61.5, 0.66, 277.0),
        ("1_000_000", 196.0, 6.0, 1_270.0),
    ] {
        let names: Vec<String> = (0..30).map(|n| format!("c{n}")).collect();
        let columns = names
            .iter()
            .map(|name| format!("\n[[party.column]]\nname = {name:?}\ntype = \"number\"\n"));
        let text = format!(
            "title = \"t\"\npurpose = \"p\"\nkind = \"train-vertical-gbdt\"\nalignment = \"{}\"\n\
             [trees]\nobjective = \"logistic\"\ntrees = 50\nbins = 32\n\
             growth = {{ depth-wise = {{ depth = 5 }} }}\n\
             [vertical]\nfirst_tree = \"joint\"\nmin_side = 1\nmin_gap = 0\nmin_node = 2\n\
             [limits]\nmost_rows = {rows}\n\
             [[party]]\nname = \"a\"\ndata = \"d\"\nlabel = {{ column = \"y\" }}\n\
             [[party.column]]\nname = \"y\"\ntype = \"boolean\"\n\
             [[party]]\nname = \"b\"\ndata = \"d\"\nfeatures = {names:?}\n{}",
            "0".repeat(64),
            columns.collect::<String>(),
        );
        let found = Plan::from_toml(&text).unwrap().estimate();
        let sent = found.through_coordinator as f64 / 50.0 / 1e6;
        assert!((sent / megabytes - 1.0).abs() < 0.15, "{rows}: {sent} MB");
        let core = found.core_seconds as f64 / 50.0;
        assert!((core / seconds - 1.0).abs() < 0.35, "{rows}: {core} s");
        let memory = found.memory as f64 / 1e6;
        assert!((memory / peak - 1.0).abs() < 0.35, "{rows}: {memory} MB");
    }
}
