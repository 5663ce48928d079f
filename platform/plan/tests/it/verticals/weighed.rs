//! What a plan that holds columns against labels may not say.

use consilium_plan::{Plan, PlanError};

#[test]
fn what_columns_can_t_be_held_against_is_refused_where_it_stands() {
    let text = super::weighed_text();
    let refused = [
        ("bins = 16", "bins = 64", "statistics.bins"),
        ("bins = 16", "bins = 1", "statistics.bins"),
        ("bins = 16", "bins = 12", "statistics.bins"),
        (
            "bins = 16",
            "correlations = false",
            "statistics.correlations",
        ),
        ("bins = 16", "quantiles = [0.5]", "statistics.quantiles"),
        (
            "minimum_cell = 20",
            "minimum_cell = 1",
            "limits.minimum_cell",
        ),
        (
            "minimum_cell = 20",
            "minimum_cohort = 50",
            "limits.minimum_cohort",
        ),
        (
            "minimum_cell = 20",
            "most_rows = 5_000_000",
            "limits.most_rows",
        ),
        (
            "[statistics]",
            "test = { share = 0.2 }\n[statistics]",
            "test",
        ),
        (
            "type = \"boolean\"",
            "type = \"integer\"\nmin = 0\nmax = 9",
            "party.label",
        ),
        ("label = {", "label_holder = true\n#", "party.label_holder"),
    ];
    for (from, to, named) in refused {
        assert!(text.contains(from), "{from}");
        match Plan::from_toml(&text.replacen(from, to, 1)) {
            Err(PlanError::Key { key, place, .. }) => {
                assert_eq!(key, named, "{to}");
                assert!(place.line > 1, "{to}");
            }
            other => panic!("{to}: {other:?}"),
        }
    }
    // Of plans over all contributors' rows bins are none.
    let stays = crate::statistics::stays().to_string();
    let with = stays.replace("[statistics]\n", "[statistics]\nbins = 10\n");
    assert!(
        matches!(Plan::from_toml(&with), Err(PlanError::Key { key, .. }) if key == "statistics.bins")
    );
}
