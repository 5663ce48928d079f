//! Numbers of pycanon and of published definitions, made by `vectors/make.py`.

use consilium_privacy::{
    Attribute, Classes, Column, Distance, Population, Risk, Risks, Threshold, Uniques,
};
use serde_json::Value;

const TABLES: &str = include_str!("../../vectors/tables.json");

fn all() -> Value {
    serde_json::from_str(TABLES).unwrap()
}

fn tables() -> Vec<Value> {
    let all = all();
    assert_eq!(all["versions"]["pycanon"], "1.3.6");
    let tables = all["tables"].as_array().unwrap().clone();
    assert_eq!(tables.len(), 8);
    tables
}

/// The cells of one column, by its name.
fn cells<'a>(table: &'a Value, name: &Value) -> Vec<&'a Value> {
    let columns = table["columns"].as_array().unwrap();
    let place = columns.iter().position(|column| column == name).unwrap();
    let rows = table["rows"].as_array().unwrap();
    rows.iter().map(|row| &row[place]).collect()
}

/// A column of texts or of whole numbers.
fn column<'a>(name: &Value, cells: impl Iterator<Item = &'a Value>) -> Column {
    let cells = cells.map(|cell| Some((cell.as_i64(), cell.as_str())));
    Column::of(name.as_str().unwrap(), cells).unwrap()
}

fn quasi(table: &Value) -> Vec<Column> {
    let names = table["quasi"].as_array().unwrap();
    let of = |name: &Value| column(name, cells(table, name).into_iter());
    names.iter().map(of).collect()
}

#[track_caller]
fn same(found: f64, expected: &Value, what: &str) {
    within(1e-12, found, expected, what);
}

#[track_caller]
fn within(tolerance: f64, found: f64, expected: &Value, what: &str) {
    let expected = expected
        .as_f64()
        .unwrap_or_else(|| panic!("{what}: {expected}"));
    let most = tolerance * expected.abs().max(1.0);
    assert!(
        (found - expected).abs() <= most,
        "{what}: {found}, not {expected}"
    );
}

fn same_risk(found: &Risk, expected: &Value, what: &str) {
    same(found.highest, &expected["highest"], what);
    same(found.average, &expected["average"], what);
    same(found.at_risk, &expected["at_risk"], what);
}

fn same_risks(found: &Risks, expected: &Value, what: &str) {
    same_risk(&found.prosecutor, &expected["prosecutor"], what);
    same(found.marketer, &expected["marketer"], what);
    match &found.journalist {
        None => assert!(expected["journalist"].is_null(), "{what}"),
        Some(journalist) => same_risk(journalist, &expected["journalist"], what),
    }
}

#[test]
fn classes_and_risks_are_those_of_the_reference() {
    for table in tables() {
        let name = table["name"].as_str().unwrap();
        let classes = Classes::of(&quasi(&table)).unwrap();
        let curve = classes.curve();
        assert_eq!(Some(curve.smallest), table["k"].as_u64(), "{name}");
        let fifth = Threshold::new(0.2).unwrap();
        let risks = Risks::of(&classes, None, fifth);
        same(risks.prosecutor.highest, &table["highest"], name);
        same_risks(&risks, &table["risks"], name);
    }
}

#[test]
fn every_third_row_is_hidden_among_all_as_defined() {
    for table in tables() {
        let name = table["name"].as_str().unwrap();
        let (mut part, mut joint) = (Vec::new(), Vec::new());
        for quasi in table["quasi"].as_array().unwrap() {
            let all = cells(&table, quasi);
            let third = || all.iter().step_by(3).copied();
            part.push(column(quasi, third()));
            joint.push(column(quasi, third().chain(all.iter().copied())));
        }
        let population = Population::of(&joint, part[0].rows(), None).unwrap();
        let fifth = Threshold::new(0.2).unwrap();
        let risks = Risks::of(&Classes::of(&part).unwrap(), Some(&population), fifth);
        same_risks(&risks, &table["every_third"], name);
    }
}

#[test]
fn sensitive_columns_are_as_diverse_and_as_close_as_in_pycanon() {
    for table in tables() {
        let classes = Classes::of(&quasi(&table)).unwrap();
        for (name, expected) in table["sensitive"].as_object().unwrap() {
            let what = format!("{}: {name}", table["name"]);
            let name = Value::from(name.as_str());
            let mut column = column(&name, cells(&table, &name).into_iter());
            if expected["ordered"] == true {
                column = column.ordered();
            }
            let found = Attribute::of(&classes, &column).unwrap();
            assert_eq!(
                found.distance == Distance::Ordered,
                expected["ordered"] == true
            );
            assert_eq!(
                Some(found.distinct),
                expected["distinct"].as_u64(),
                "{what}"
            );
            same(found.entropy, &expected["entropy"], &what);
            // pycanon tells the whole part, and rounding may take a whole number below itself.
            let whole = expected["entropy_whole"].as_u64();
            let near = [found.entropy - 1e-9, found.entropy + 1e-9];
            let near = near.map(|entropy| (1..=found.distinct).rfind(|l| *l as f64 <= entropy));
            assert!(near.contains(&whole), "{what}: {whole:?}");
            same(found.closeness, &expected["closeness"], &what);
            same(found.alpha, &expected["alpha"], &what);
            same(found.beta, &expected["beta"], &what);
            for (found, expected) in [
                (found.enhanced_beta, &expected["enhanced_beta"]),
                (found.delta, &expected["delta"]),
            ] {
                match found {
                    None => assert!(expected.is_null(), "{what}: {expected}"),
                    Some(found) => same(found, expected, &what),
                }
            }
            let recursive = expected["recursive"].as_array().unwrap();
            assert_eq!(found.recursive.len(), recursive.len(), "{what}");
            for (found, expected) in found.recursive.iter().zip(recursive) {
                assert_eq!(Some(found.l), expected["l"].as_u64(), "{what}");
                same(found.c, &expected["c"], &what);
            }
        }
    }
}

#[test]
fn lone_people_of_a_population_are_estimated_as_published() {
    for table in tables() {
        let classes = Classes::of(&quasi(&table)).unwrap();
        same_uniques(&classes, &table);
    }
}

/// Nor does a class of thousands change that.
#[test]
fn lone_people_are_estimated_beside_large_classes_too() {
    let all = all();
    let of = all["classes"].as_array().unwrap();
    assert_eq!(of.len(), 2);
    for table in of {
        let mut cells = Vec::new();
        let mut class = 0_u64;
        for size in table["sizes"].as_array().unwrap() {
            let [rows, classes] = [0, 1].map(|at| size[at].as_u64().unwrap());
            for _ in 0..classes {
                cells.extend((0..rows).map(|_| Some(class)));
                class += 1;
            }
        }
        let column = Column::of("class", cells).unwrap();
        same_uniques(&Classes::of([&column]).unwrap(), table);
    }
}

fn same_uniques(classes: &Classes, table: &Value) {
    for expected in table["uniques"].as_array().unwrap() {
        let people = expected["population"].as_u64().unwrap();
        let what = format!("{} of {people}", table["name"]);
        let found = Uniques::of(classes, people).unwrap();
        within(1e-9, found.zayatz, &expected["zayatz"], &what);
        for (found, expected) in [
            (found.snb, &expected["snb"]),
            (found.pitman, &expected["pitman"]),
        ] {
            match found {
                None => assert!(expected.is_null(), "{what}: {expected}"),
                Some(found) => within(1e-7, found, expected, &what),
            }
        }
    }
}
