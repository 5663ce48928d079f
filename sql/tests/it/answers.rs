//! What queries give.

use std::fmt::Write as _;

use consilium_mapping::{Mapping, OutputColumn, OutputType, Query, QueryError, compare};

use super::*;

const PATIENTS: &[u8] = b"id,sex,born\n 01 ,f,1960-02-03\n02,m,1980-11-30\n03,f,\n";
const FEES: &[u8] =
    b"patient,amount,day\n01,10.5,2024-01-01\n02,3,2024-01-02\n01,2,2024-02-01\n01,NA,2024-02-02\n";

fn house() -> House {
    House::new(&[("patients.csv", PATIENTS), ("fees.csv", FEES)])
}

const SOURCES: [(&str, &str, &str); 2] = [
    ("patients", "patients.csv", "types = { born = \"date\" }"),
    (
        "fees",
        "fees.csv",
        "types = { amount = \"number\", day = \"date\" }",
    ),
];

#[test]
fn files_are_joined_and_grouped() {
    let sql = "SELECT p.id, p.sex = 'f' AS female, p.born, count(f.amount) AS n, sum(f.amount) AS spent\n\
               FROM patients p LEFT JOIN fees f ON f.patient = p.id\n\
               GROUP BY p.id, p.sex, p.born ORDER BY p.id";
    let columns = [
        ("id", "code"),
        ("female", "boolean"),
        ("born", "date"),
        ("n", "integer"),
        ("spent", "number"),
    ];
    let loaded = house().rows(&mapping(sql, &SOURCES), &columns).unwrap();
    assert_eq!(cells(&loaded, "id"), ["01", "02", "03"]);
    assert_eq!(cells(&loaded, "female"), ["true", "false", "true"]);
    assert_eq!(cells(&loaded, "born"), ["1960-02-03", "1980-11-30", "-"]);
    assert_eq!(cells(&loaded, "n"), ["2", "1", "0"]);
    assert_eq!(cells(&loaded, "spent"), ["12.5", "3", "-"]);
    assert_eq!(loaded.report.counts.rows_read.0, 3);
}

#[test]
fn windows_look_back_over_rows() {
    let sql = "SELECT patient, sum(amount) OVER (PARTITION BY patient ORDER BY day) AS so_far,\n\
               day - lag(day) OVER (PARTITION BY patient ORDER BY day) > 29 AS late\n\
               FROM fees ORDER BY patient, day";
    let columns = [
        ("patient", "code"),
        ("so_far", "number"),
        ("late", "boolean"),
    ];
    let loaded = house().rows(&mapping(sql, &SOURCES), &columns);
    let loaded = loaded.unwrap();
    assert_eq!(cells(&loaded, "patient"), ["01", "01", "01", "02"]);
    assert_eq!(cells(&loaded, "so_far"), ["10.5", "12.5", "12.5", "3"]);
    assert_eq!(cells(&loaded, "late"), ["-", "true", "false", "-"]);
}

#[test]
fn rows_come_in_the_order_of_the_files_without_being_asked_to() {
    let mut fees = String::from("patient,amount\n");
    for row in 0..30_000 {
        writeln!(fees, "{:05},{}.1", row * 7919 % 20_011, row % 13).unwrap();
    }
    let house = House::new(&[("fees.csv", fees.as_bytes())]);
    let sql = "SELECT patient, sum(amount) AS n FROM fees GROUP BY patient";
    let text = mapping(
        sql,
        &[("fees", "fees.csv", "types = { amount = \"number\" }")],
    );
    let columns = [("patient", "code"), ("n", "number")];
    let first = house.rows(&text, &columns).unwrap();
    assert_eq!(cells(&first, "patient")[1], "07919");
    for _ in 0..2 {
        let again = house.rows(&text, &columns).unwrap();
        assert!(first.table == again.table, "rows or sums differ");
    }
}

#[test]
fn a_plan_gives_columns_and_types_without_a_row() {
    let house = house();
    let sql = "SELECT id, born, sex = 'f' AS f, 1 AS one, 0.5 AS half FROM patients";
    let mapping = Mapping::from_toml(&mapping(sql, &SOURCES)).unwrap();
    let program = program();
    let columns = Query::new(&mapping, mapping.files(house.path()), &program)
        .plan()
        .unwrap();
    let expected = [
        ("id", OutputType::Text),
        ("born", OutputType::Date),
        ("f", OutputType::Boolean),
        ("one", OutputType::Integer),
        ("half", OutputType::Number),
    ];
    let expected = expected.map(|(name, kind)| OutputColumn {
        name: name.to_owned(),
        kind,
    });
    assert_eq!(columns, expected);
    let wanted = schema(&[("id", "number"), ("one", "number"), ("two", "number")]);
    let differ = compare(&mapping, &columns, &wanted);
    let said: Vec<_> = differ.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].starts_with("line 3, column 8: column \"id\" is of type text"),
        "{said:?}"
    );
    assert!(said[1].contains("no column \"two\""), "{said:?}");
}

#[test]
fn rows_are_held_against_the_schema() {
    let sql = "SELECT amount AS n FROM fees";
    let schema = Schema::from_toml("[[column]]\nname = \"n\"\ntype = \"number\"\nmax = 5\n");
    let house = house();
    let mapping = Mapping::from_toml(&mapping(sql, &SOURCES)).unwrap();
    let program = program();
    let query = Query::new(&mapping, mapping.files(house.path()), &program);
    let refused = query.rows(&schema.unwrap(), None, 20).unwrap_err();
    let said = refused.to_string();
    assert!(
        matches!(refused, QueryError::Rows(_)) && said.contains("row 1"),
        "{said}"
    );
    assert!(!said.contains("10.5"), "no value is told: {said}");
}

#[test]
fn the_first_rows_are_given_by_themselves() {
    let house = house();
    let mapping = Mapping::from_toml(&mapping("SELECT id FROM patients", &SOURCES)).unwrap();
    let program = program();
    let query = Query::new(&mapping, mapping.files(house.path()), &program);
    let loaded = query.rows(&schema(&[("id", "code")]), Some(2), 20).unwrap();
    assert_eq!(cells(&loaded, "id"), ["01", "02"]);
}

#[test]
fn names_keep_the_case_of_their_letters() {
    let house = House::new(&[("a.csv", "ID,费用\nx,1\ny,2\n".as_bytes())]);
    let sql = "SELECT SUM(费用) AS Total, max(ID) AS ID FROM Fees";
    let text = mapping(
        sql,
        &[("Fees", "a.csv", "types = { \"费用\" = \"integer\" }")],
    );
    let loaded = house
        .rows(&text, &[("Total", "integer"), ("ID", "code")])
        .unwrap();
    assert_eq!(cells(&loaded, "Total"), ["3"]);
}

#[test]
fn rows_are_counted_without_a_column() {
    let text = mapping("SELECT count(*) AS n FROM fees", &SOURCES);
    let loaded = house().rows(&text, &[("n", "integer")]).unwrap();
    assert_eq!(cells(&loaded, "n"), ["4"]);
}

#[test]
fn a_query_without_a_row_is_told() {
    let text = mapping("SELECT amount AS n FROM fees WHERE amount < 0", &SOURCES);
    let outcome = house().rows(&text, &[("n", "number")]);
    assert!(matches!(outcome, Err(QueryError::NoRows)));
}
