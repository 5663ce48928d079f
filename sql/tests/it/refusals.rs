//! What is not run.

use super::*;

const ROWS: &[u8] = b"k,n\na,1\nb,2\n";
const T: [(&str, &str, &str); 1] = [("t", "t.csv", "types = { n = \"number\" }")];

fn house() -> House {
    House::new(&[
        ("t.csv", ROWS),
        ("other.csv", ROWS),
        ("other.parquet", ROWS),
    ])
}

#[test]
fn nothing_but_one_select_is_run() {
    for sql in [
        "CREATE EXTERNAL TABLE o STORED AS CSV LOCATION 'other.csv'",
        "CREATE TABLE o AS SELECT * FROM t",
        "CREATE VIEW o AS SELECT * FROM t",
        "DROP TABLE t",
        "INSERT INTO t VALUES ('c', 3)",
        "COPY (SELECT * FROM t) TO 'out.csv'",
        "SET datafusion.execution.target_partitions = 8",
        "EXPLAIN SELECT * FROM t",
        "SHOW TABLES",
        "SELECT n FROM t; SELECT n FROM t",
        "SELECT n INTO o FROM t",
        "PREPARE p AS SELECT n FROM t",
    ] {
        let fault = house().fault(&mapping(sql, &T));
        let refused = matches!(
            &fault,
            Fault::Statement { place } if (place.line, place.column) == (3, 1)
        );
        let not_parsed = matches!(&fault, Fault::Query { .. });
        assert!(refused || not_parsed, "{sql}: {fault}");
    }
    let ddl = house().fault(&mapping("DROP TABLE t", &T)).to_string();
    assert!(
        ddl.starts_with("line 3, column 1: the query is not one SELECT"),
        "{ddl}"
    );
}

#[test]
fn what_would_change_something_is_no_select_whatever_else_is_wrong_in_it() {
    for sql in ["DELETE 2009 n FROM t", "update t 5"] {
        let fault = house().fault(&mapping(sql, &T));
        assert!(matches!(fault, Fault::Statement { .. }), "{sql}: {fault}");
    }
}

#[test]
fn lists_are_refused_with_what_takes_their_place() {
    let sql = "SELECT count(*) AS n\nFROM (SELECT unnest([k, n]) AS x FROM t)";
    let fault = house().fault(&mapping(sql, &T));
    let said = fault.to_string();
    assert!(said.starts_with("line 4, column 14: "), "{said}");
    assert!(
        said.contains("UNION ALL") && !said.contains("feature"),
        "{said}"
    );
    assert!(fault.in_chinese().contains("不支持列表"));
}

#[test]
fn where_a_column_is_not_those_that_there_are_are_named() {
    let sql =
        "SELECT t.n FROM t, (SELECT 1 AS one) AS u JOIN (SELECT 2 AS two) AS v ON t.n = v.two";
    let said = house().fault(&mapping(sql, &T)).to_string();
    assert!(said.ends_with("Valid fields are u.one, v.two."), "{said}");
}

#[test]
fn no_other_file_is_read() {
    let house = house();
    let absolute = house.path().join("other.parquet");
    for table in [
        "'other.csv'",
        "\"other.parquet\"",
        "other",
        &format!("'{}'", absolute.display()),
        "read_csv('other.csv')",
        "information_schema.tables",
    ] {
        let fault = house.fault(&mapping(&format!("SELECT n FROM {table}"), &T));
        assert!(matches!(fault, Fault::Query { .. }), "{table}: {fault}");
    }
}

#[test]
fn a_mistake_is_named_by_its_line_in_the_mapping() {
    for (sql, line, word) in [
        ("SELECT k,\n  nn AS n\nFROM t", 4, "nn"),
        ("SELECT n\nFROM t\nWHERE WHERE", 5, "WHERE"),
        ("SELECT n\nFROM unknown", 4, "unknown"),
        ("SELECT sum(k)\n AS n FROM t", 3, "sum"),
        ("SELECT now() AS n FROM t", 3, "now"),
        ("SELECT random() AS n FROM t", 3, "random"),
        ("SELECT n, n FROM t", 3, "n"),
    ] {
        let fault = house().fault(&mapping(sql, &T));
        let Fault::Query { place, message } = &fault else {
            panic!("{sql}: {fault}");
        };
        assert!(message.contains(word), "{sql}: {message}");
        assert!((3..=line).contains(&place.line), "{sql}: {fault}");
    }
}

#[test]
fn a_column_that_goes_into_no_table_is_named() {
    let fault = house().fault(&mapping("SELECT INTERVAL '1 day' AS n FROM t", &T));
    assert!(
        matches!(&fault, Fault::Type { column, .. } if column == "n"),
        "{fault}"
    );
}

#[test]
fn a_value_that_a_query_trips_over_is_not_told() {
    for sql in [
        "SELECT CAST(k AS DOUBLE) AS n FROM t",
        "SELECT 1 / (CAST(n AS INT) - 2) AS n FROM t",
    ] {
        let fault = house().fault(&mapping(sql, &T));
        let said = fault.to_string();
        assert!(matches!(fault, Fault::Value { .. }), "{sql}: {said}");
        assert!(!said.contains("'a'") && !said.contains("\"a\""), "{said}");
    }
}

#[test]
fn the_engine_is_the_one_that_versions_of_data_sets_name() {
    let engine = datafusion::DATAFUSION_VERSION;
    assert!(consilium_mapping::ENGINE.ends_with(&format!("DataFusion {engine}")));
}

#[test]
fn another_release_is_told_from_a_broken_query() {
    let mut child = std::process::Command::new(program().path())
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"{\"format\":0}").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let fault: Fault = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(fault, Fault::Request);
}
