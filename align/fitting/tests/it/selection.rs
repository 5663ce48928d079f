//! Which columns stay.

use consilium_fitting::{Fitted, Intent, LeftOut, Prepared, Reason, Unjudged};
use consilium_schema::Schema;
use consilium_statistics::{ColumnFindings, Correlation, Evidence, Findings, Period, Stability};
use std::fmt::Write as _;

/// A column: its information value, rows without a value, stability index.
type Column = (&'static str, Option<f64>, Option<u64>, Option<f64>);

const ROWS: u64 = 1_000;

fn statistics(columns: &[Column], correlations: &[(&str, &str, f64)]) -> Findings {
    let column = |(name, value, missing, index): &Column| ColumnFindings {
        name: (*name).to_owned(),
        missing: *missing,
        outside: Some(0),
        cells: Vec::new(),
        others: Some(0),
        incomplete: false,
        numbers: None,
        evidence: value.map(|information_value| Evidence {
            information_value,
            bins: Vec::new(),
        }),
        stability: index
            .iter()
            .map(|index| Stability {
                from: 0,
                to: 1,
                index: *index,
            })
            .collect(),
    };
    let period = |name: &str| Period {
        name: name.to_owned(),
        rows: Some(500),
    };
    let pair = |(one, other, r): &(&str, &str, f64)| Correlation {
        one: (*one).to_owned(),
        other: (*other).to_owned(),
        r: *r,
    };
    Findings {
        contributors: ["a", "b", "c"].map(|name| name.parse().unwrap()).into(),
        minimum_cell: 10,
        rows: Some(ROWS),
        columns: columns.iter().map(column).collect(),
        periods: ["one", "two"].map(period).into(),
        correlations: correlations.iter().map(pair).collect(),
        vif: [].into(),
    }
}

fn select(limits: &str, findings: &Findings) -> Fitted {
    let mut schema = "[[column]]\nname = \"label\"\ntype = \"boolean\"\n".to_owned();
    for column in &findings.columns {
        write!(
            schema,
            "[[column]]\nname = \"{}\"\ntype = \"number\"\n",
            column.name
        )
        .unwrap();
    }
    let intent = format!("label = \"label\"\ndefault.number = {{}}\n[select]\n{limits}");
    let intent = Intent::from_toml(&intent).unwrap();
    intent
        .fit(findings, &Schema::from_toml(&schema).unwrap())
        .unwrap()
}

fn left(fitted: &Fitted) -> Vec<&str> {
    fitted.prepared.iter().map(Prepared::called).collect()
}

fn out(fitted: &Fitted) -> Vec<&str> {
    fitted.left_out.iter().map(|it| it.name.as_str()).collect()
}

fn unjudged(column: &str, by: &'static str, with: Option<&str>) -> Unjudged {
    Unjudged {
        column: column.to_owned(),
        by,
        with: with.map(str::to_owned),
    }
}

#[test]
fn columns_beyond_a_limit_go_those_at_it_stay_and_unknown_ones_are_named() {
    let columns: [Column; 4] = [
        ("at", Some(0.02), Some(600), Some(0.25)),
        ("beyond", Some(0.019), Some(601), Some(0.251)),
        ("unknown", None, None, None),
        ("fine", Some(0.3), Some(0), Some(0.0)),
    ];
    let findings = statistics(&columns, &[]);
    for (limit, by) in [
        ("missing = 0.6", "missing"),
        ("information_value = 0.02", "information_value"),
        ("stability = 0.25", "stability"),
    ] {
        let fitted = select(limit, &findings);
        assert_eq!(left(&fitted), ["at", "unknown", "fine"], "{limit}");
        assert_eq!(fitted.unjudged, [unjudged("unknown", by, None)]);
    }
    let fitted = select("missing = 0.6", &findings);
    let reason = Reason::Missing {
        share: 0.601,
        limit: 0.6,
    };
    assert_eq!(
        fitted.left_out,
        [LeftOut {
            name: "beyond".into(),
            reason
        }]
    );
    let text = fitted.to_string();
    assert!(
        text.contains(
            "# Left out: beyond, of which 60.1 % of the rows lack a value, more than 60.0 %\n"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "# Not judged by missing: unknown, as the statistics don't tell of it; it stays\n"
        ),
        "{text}"
    );
}

#[test]
fn rows_that_are_held_back_can_t_be_missing_beyond_those_not_told() {
    let mut findings = statistics(&[("one", Some(0.1), None, None)], &[]);
    findings.columns[0].others = Some(500);
    assert_eq!(select("missing = 0.5", &findings).unjudged, []);
    assert_eq!(
        select("missing = 0.4", &findings).unjudged,
        [unjudged("one", "missing", None)]
    );
}

#[test]
fn of_a_pair_the_column_that_tells_less_goes_the_strongest_pair_first() {
    let columns: [Column; 4] = [
        ("weak", Some(0.1), Some(0), None),
        ("strong", Some(0.3), Some(0), None),
        ("middle", Some(0.2), Some(0), None),
        ("silent", None, Some(0), None),
    ];
    let pairs = [
        ("weak", "strong", 0.91),
        ("weak", "middle", -0.95),
        ("weak", "silent", 0.2),
        ("strong", "middle", 0.92),
        ("strong", "silent", 0.93),
        ("middle", "silent", 0.9),
    ];
    let fitted = select("correlation = 0.9", &statistics(&columns, &pairs));
    assert_eq!(left(&fitted), ["strong"]);
    // weak for middle at 0.95, silent for strong at 0.93, middle for strong at 0.92.
    assert_eq!(out(&fitted), ["weak", "silent", "middle"]);
    let reason = Reason::Correlation {
        with: "middle".into(),
        r: -0.95,
        limit: 0.9,
    };
    assert_eq!(fitted.left_out[0].reason, reason);

    // What stays whatever it is like drives the other out.
    let fitted = select(
        "correlation = 0.9\nkeep = [\"weak\"]",
        &statistics(&columns, &pairs),
    );
    assert_eq!(left(&fitted), ["weak"]);
    assert_eq!(out(&fitted), ["middle", "silent", "strong"]);
}

#[test]
fn among_equals_the_later_column_goes() {
    let columns: [Column; 3] = [
        ("a", Some(0.1), Some(0), None),
        ("b", Some(0.1), Some(0), None),
        ("c", Some(0.1), Some(0), None),
    ];
    let pairs = [("a", "b", 0.95), ("a", "c", 0.95), ("b", "c", 0.95)];
    for _ in 0..3 {
        let fitted = select("correlation = 0.9", &statistics(&columns, &pairs));
        assert_eq!((left(&fitted), out(&fitted)), (vec!["a"], vec!["b", "c"]));
    }
}

#[test]
fn a_pair_without_a_correlation_is_named_and_stays() {
    let columns: [Column; 3] = [
        ("a", Some(0.1), Some(0), None),
        ("b", Some(0.1), Some(0), None),
        ("c", Some(0.1), Some(0), None),
    ];
    let fitted = select(
        "correlation = 0.9",
        &statistics(&columns, &[("a", "b", 0.5), ("b", "c", 0.5)]),
    );
    assert_eq!(left(&fitted), ["a", "b", "c"]);
    assert_eq!(fitted.unjudged, [unjudged("a", "correlation", Some("c"))]);
}

#[test]
fn inflation_is_reckoned_anew_among_those_that_are_left() {
    let columns: [Column; 3] = [
        ("a", Some(0.3), Some(0), None),
        ("b", Some(0.1), Some(0), None),
        ("c", Some(0.2), Some(0), None),
    ];
    // a is nearly the sum of the others, which don't depend on each other: without it both have 1.
    let pairs = [("a", "b", 0.7), ("a", "c", 0.7), ("b", "c", 0.0)];
    let fitted = select("vif = 10", &statistics(&columns, &pairs));
    assert_eq!((left(&fitted), out(&fitted)), (vec!["b", "c"], vec!["a"]));
    let Reason::Inflation {
        factor: Some(factor),
        limit: 10.0,
    } = fitted.left_out[0].reason
    else {
        panic!("{fitted:?}");
    };
    // 1/(1 − R²), R² = 0.7² + 0.7².
    assert!((factor - 1.0 / (1.0 - 0.98)).abs() < 1e-9, "{factor}");

    let fitted = select("vif = 10\nkeep = [\"a\"]", &statistics(&columns, &pairs));
    assert_eq!((left(&fitted), out(&fitted)), (vec!["a", "c"], vec!["b"]));
}

#[test]
fn a_column_that_follows_from_others_goes() {
    let columns: [Column; 2] = [
        ("a", Some(0.3), Some(0), None),
        ("b", Some(0.1), Some(0), None),
    ];
    let fitted = select("vif = 10", &statistics(&columns, &[("a", "b", 1.0)]));
    assert_eq!((left(&fitted), out(&fitted)), (vec!["a"], vec!["b"]));
    assert_eq!(
        fitted.left_out[0].reason,
        Reason::Inflation {
            factor: None,
            limit: 10.0
        }
    );
}

#[test]
fn a_column_that_follows_from_a_kept_one_goes() {
    let columns: [Column; 2] = [
        ("a", Some(0.3), Some(0), None),
        ("b", Some(0.1), Some(0), None),
    ];
    let findings = statistics(&columns, &[("a", "b", 1.0)]);
    let fitted = select("vif = 10\nkeep = [\"b\"]", &findings);
    assert_eq!((left(&fitted), out(&fitted)), (vec!["b"], vec!["a"]));
    assert_eq!(fitted.unjudged, []);
}

#[test]
fn each_criterion_judges_what_the_ones_before_it_left() {
    let columns: [Column; 3] = [
        ("empty", Some(0.9), Some(999), None),
        ("good", Some(0.2), Some(0), None),
        ("poor", Some(0.001), Some(0), None),
    ];
    // Without the empty one the good one has no rival.
    let pairs = [
        ("empty", "good", 0.99),
        ("good", "poor", 0.99),
        ("empty", "poor", 0.99),
    ];
    let limits = "vif = 10\ncorrelation = 0.9\ninformation_value = 0.02\nmissing = 0.6";
    let fitted = select(limits, &statistics(&columns, &pairs));
    assert_eq!(
        (left(&fitted), out(&fitted)),
        (vec!["good"], vec!["empty", "poor"])
    );
}

#[test]
fn a_criterion_that_the_statistics_can_t_serve_is_refused_with_what_their_plan_needs() {
    let findings = statistics(&[("a", None, Some(0), None)], &[]);
    let schema = "[[column]]\nname = \"a\"\ntype = \"number\"\n";
    let schema = Schema::from_toml(schema).unwrap();
    for (limit, needs) in [
        ("information_value = 0.02", "their plan needs a label"),
        ("stability = 0.25", "their plan needs statistics.period"),
        (
            "correlation = 0.9",
            "their plan needs statistics.correlations",
        ),
        ("vif = 10.0", "their plan needs statistics.correlations"),
    ] {
        let intent =
            Intent::from_toml(&format!("default.number = {{}}\n[select]\n{limit}")).unwrap();
        let said = intent.fit(&findings, &schema).unwrap_err().to_string();
        assert!(
            said.starts_with("line 3, ") && said.contains(needs),
            "{said}"
        );
    }
}
