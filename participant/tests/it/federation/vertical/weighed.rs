//! Houses that hold their columns against the labels of one of them.

use std::collections::BTreeMap;

use consilium_plan::Plan;
use serde_json::Value;

use super::{
    super::joint::{json, number, run, ward},
    LABELS, aligned, ill, parties, places,
};

const MINIMUM: u64 = 10;

fn weighing(alignment: &str) -> String {
    format!(
        "title = \"evidence\"\npurpose = \"testing\"\nkind = \"statistics-vertical\"\n\
         alignment = \"{alignment}\"\n[statistics]\nbins = 4\n[limits]\nminimum_cell = {MINIMUM}\n{}",
        parties(true)
    )
}

/// Evidence by party and column, as a house keeps it.
fn evidence(report: &Value) -> BTreeMap<(String, String), Value> {
    let text = |column: &Value, key: &str| column[key].as_str().unwrap().to_owned();
    let columns = report["weighed"].as_array().unwrap().iter();
    let columns = columns.map(|it| ((text(it, "party"), text(it, "name")), it.clone()));
    columns.collect()
}

/// Counts people with the label, and without.
fn count(people: &[u64], is_one: impl Fn(u64) -> bool) -> [u64; 2] {
    let mut rows = [0, 0];
    for person in people.iter().filter(|it| is_one(**it)) {
        rows[usize::from(!ill(*person))] += 1;
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_tell_of_the_labels_what_they_tell_in_one_place() {
    let (world, houses, alignment) = aligned().await;
    let people = places(&houses[0], 0, &alignment).await;
    let text = weighing(&alignment);
    let (study, last) = run(&world, &houses, &text).await;
    assert!(last.contains("finished"), "{last}");
    let mut reports = Vec::new();
    for house in &houses {
        let [_, report] = json(house, &study).await;
        assert_eq!(report["rows"], people.len());
        reports.push(report);
    }
    let all = evidence(&reports[LABELS]);
    let names: Vec<_> = all
        .keys()
        .map(|(party, name)| format!("{party}.{name}"))
        .collect();
    assert_eq!(names, ["a.dose", "a.pressure", "b.age", "c.cost", "c.ward"]);

    // A column of levels, at whoever has it: each bin by its name.
    let own = &evidence(&reports[2])[&("c".to_owned(), "ward".to_owned())];
    let [yes, no] = count(&people, |_| true).map(|rows| rows as f64);
    let mut value = 0.0;
    for (bin, told) in own["bins"]
        .as_array()
        .unwrap()
        .iter()
        .zip(own["evidence"]["bins"].as_array().unwrap())
    {
        let wards: Vec<&str> = bin
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["level"].as_str().unwrap())
            .collect();
        let rows = count(&people, |it| wards.contains(&["x", "y", "z"][ward(it)]));
        assert_eq!([&told["positives"], &told["negatives"]], [rows[0], rows[1]]);
        assert!(rows.iter().all(|rows| *rows >= MINIMUM));
        let (p, q) = (rows[0] as f64 / yes, rows[1] as f64 / no);
        value += (p - q) * (p / q).ln();
    }
    let told = |column: &Value| column["evidence"]["information_value"].as_f64().unwrap();
    assert!((told(own) - value).abs() < 1e-12, "{own}");

    // A number: what its bins say of their ends is so, and missing values are in a bin too.
    let own = &evidence(&reports[0])[&("a".to_owned(), "pressure".to_owned())];
    let mut seen = 0;
    let values = people.iter().filter_map(|it| number("pressure", *it));
    let greatest = values.fold(f64::NEG_INFINITY, f64::max);
    for (bin, told) in own["bins"]
        .as_array()
        .unwrap()
        .iter()
        .zip(own["evidence"]["bins"].as_array().unwrap())
    {
        let rows = count(&people, |it| {
            let cells = bin.as_array().unwrap();
            match number("pressure", it) {
                None => cells.iter().any(Value::is_null),
                Some(value) => cells.iter().filter(|it| !it.is_null()).any(|cell| {
                    let [from, to] =
                        ["from", "to"].map(|end| cell["interval"][end].as_f64().unwrap());
                    from <= value && (value < to || (to >= greatest && value <= to))
                }),
            }
        });
        assert_eq!(
            [&told["positives"], &told["negatives"]],
            [rows[0], rows[1]],
            "{bin}"
        );
        seen += rows[0] + rows[1];
    }
    assert_eq!(seen, people.len() as u64);

    // The label holder knows how others' bins tell its labels apart, not which they are.
    for (key, theirs) in &all {
        let holder = ["a", "b", "c"]
            .iter()
            .position(|name| name == &key.0)
            .unwrap();
        let own = &evidence(&reports[holder])[key];
        assert_eq!(
            own["evidence"]["information_value"],
            theirs["evidence"]["information_value"]
        );
        assert_eq!(theirs.get("bins").is_some(), holder == LABELS, "{theirs}");
    }
    // Nobody else knows anything of a column.
    for (place, name) in [(0, "a"), (2, "c")] {
        assert!(
            evidence(&reports[place])
                .keys()
                .all(|(party, _)| party == name)
        );
    }
    let plan: Plan = text.parse().unwrap();
    assert_eq!(plan.task().kind(), "statistics-vertical");
}
