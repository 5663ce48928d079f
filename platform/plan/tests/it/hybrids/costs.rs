//! What plans of several hospitals will cost.

use super::{changed, grown, hybrid, predicted};

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
    let costs = hybrid(&plan).costs(200_000);
    let parties: Vec<&str> = costs.iter().map(|cost| cost.party.as_str()).collect();
    assert_eq!(parties, ["commercial", "east", "insurer", "north", "west"]);
    assert_eq!(costs[1].sent, costs[3].sent);
    assert!(costs.iter().all(|cost| cost.sent > 0 && cost.memory > 0));
    assert!(least.sums > 2 * 39 * 4, "{}", least.sums);
    assert!(hybrid(&plan).costs(0).is_empty());
    assert!(predicted().estimate().sent_by_each > 0);
}
