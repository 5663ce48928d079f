use consilium_statistics::{Cell, Period, Quantile, Stability};

use super::*;

fn column(name: &str) -> ColumnFindings {
    ColumnFindings {
        name: name.to_owned(),
        missing: Some(12),
        outside: Some(0),
        cells: Vec::new(),
        others: None,
        incomplete: false,
        numbers: None,
        evidence: None,
        stability: Vec::new(),
    }
}

#[test]
fn what_is_held_back_is_shown_as_such_and_never_as_zero() {
    let age = ColumnFindings {
        missing: None,
        numbers: Some(Numbers {
            mean: 53.51,
            variance: 9.0,
            is_approximate: true,
            mean_error: 0.5,
            deviation_error: 0.25,
            at_or_below: None,
            at_or_above: Some(77.0),
            quantiles: vec![Quantile {
                share: 0.5,
                within: Interval {
                    from: 54.0,
                    to: 54.5,
                },
            }],
        }),
        ..column("age")
    };
    let ward = ColumnFindings {
        cells: [("medical", Some(40)), ("other", None)]
            .map(|(name, rows)| Cell {
                of: Place::Level(name.to_owned()),
                rows,
            })
            .into(),
        ..column("ward")
    };
    let found = Findings {
        contributors: ["a", "b", "c"].map(|name| name.parse().unwrap()).into(),
        minimum_cell: 10,
        rows: Some(100),
        columns: vec![age, ward],
        periods: Vec::new(),
        correlations: Vec::new(),
        vif: [].into(),
    };
    let page = page(&found, Lang::En);
    assert!(page.starts_with("100 rows of 3 institutions"), "{page}");
    let line = |start: &str| -> Vec<String> {
        let lines = page
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>());
        let start: Vec<&str> = start.split(' ').collect();
        let mut found = lines.filter(|line| line.starts_with(&start));
        found
            .next()
            .unwrap()
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(
        line("age"),
        [
            "age",
            "–",
            "≈",
            "53.51",
            "±",
            "0.5",
            "≈",
            "3",
            "±",
            "0.25",
            "–",
            "54…54.5",
            "77"
        ]
    );
    assert_eq!(line("ward other")[2], "–");
    assert!(
        page.contains("10 rows ≤") && page.contains("10 rows ≥"),
        "{page}"
    );
    assert!(super::page(&found, Lang::Zh).contains("（缺失）"));
}

#[test]
fn periods_go_by_their_names_and_what_may_be_missing_is_marked() {
    let moved = Stability {
        from: 0,
        to: 2,
        index: 0.25,
    };
    let diagnosis = ColumnFindings {
        cells: vec![Cell {
            of: Place::Level("I10".to_owned()),
            rows: Some(40),
        }],
        incomplete: true,
        stability: vec![moved],
        ..column("diagnosis")
    };
    let periods = [
        ("2025-Q1", Some(60)),
        ("2025-Q2", None),
        ("2025-Q3", Some(30)),
    ];
    let mut found = Findings {
        contributors: ["a", "b", "c"].map(|name| name.parse().unwrap()).into(),
        minimum_cell: 10,
        rows: Some(100),
        columns: vec![diagnosis],
        periods: periods
            .map(|(name, rows)| Period {
                name: name.to_owned(),
                rows,
            })
            .into(),
        correlations: Vec::new(),
        vif: [].into(),
    };
    let shown = page(&found, Lang::En);
    let has = |page: &str, words: &[&str]| {
        let mut lines = page.lines().map(str::split_whitespace);
        lines.any(|line| line.collect::<Vec<_>>() == words)
    };
    for words in [
        &["2025-Q1", "60"][..],
        &["2025-Q2", "–"],
        &["diagnosis", "2025-Q1", "→", "2025-Q3", "0.2500"],
        &["diagnosis", "*", "I10", "40"],
    ] {
        assert!(has(&shown, words), "{words:?}: {shown}");
    }
    assert!(shown.contains("* more values are frequent"));
    found.columns[0].incomplete = false;
    assert!(!page(&found, Lang::En).contains('*'));
}

#[test]
fn values_beyond_the_most_frequent_are_added_up() {
    let cells = (0..15_u64).map(|value| Cell {
        of: Place::Level(format!("v{value}")),
        rows: Some(100 - value),
    });
    let mut wards = ColumnFindings {
        cells: cells.collect(),
        others: Some(7),
        ..column("ward")
    };
    let shown = levels(&wards, Lang::En);
    let further = ("(3 further values)".to_owned(), Some(88 + 87 + 86));
    assert!(shown.contains(&further), "{shown:?}");
    assert!(shown.contains(&("(values not named)".to_owned(), Some(7))));

    wards.cells[14].rows = None;
    let shown = levels(&wards, Lang::En);
    assert!(shown.contains(&(further.0, None)), "{shown:?}");
}

#[test]
fn numbers_are_shown_to_four_places() {
    for (value, shown) in [
        (0.0, "0"),
        (-0.000_001, "-1.000e-6"),
        (0.12345, "0.1235"),
        (12.0, "12"),
        (123.456, "123.5"),
        (12345.6, "12346"),
    ] {
        assert_eq!(short(value), shown);
    }
}
