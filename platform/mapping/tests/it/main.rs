//! What a mapping may say.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use consilium_mapping::{Format, Mapping, MappingError, SourceFault};
use consilium_schema::Schema;
use proptest::prelude::*;

const SOURCE: &str = "[[source]]\nname = \"t\"\npath = \"t.csv\"\n";

fn error(text: &str) -> MappingError {
    Mapping::from_toml(text).unwrap_err()
}

/// A mapping whose only source has these further keys, of which the first stands in line 6.
fn source(keys: &str) -> String {
    format!("schema = \"s.toml\"\nsql = \"SELECT 1\"\n{SOURCE}{keys}\n")
}

#[test]
fn a_schema_reads_what_the_mapping_writes() {
    let mapping = Mapping::from_toml(&source("")).unwrap();
    let accepts = |file: &str| {
        let text = format!("[file]\n{file}\n[[column]]\nname = \"n\"\ntype = \"integer\"\n");
        mapping.accepts(&Schema::from_toml(&text).unwrap())
    };
    for file in [
        "",
        "encoding = \"utf-8\"\ndelimiter = \",\"",
        "missing = [\"\"]",
    ] {
        assert_eq!(accepts(file), Ok(()), "{file}");
    }
    for (file, expected) in [
        ("encoding = \"gb18030\"", "encoding"),
        ("delimiter = \";\"", "delimiter"),
        ("header = false", "header"),
        ("header = false\nnames = [\"n\"]", "header"),
        ("missing = [\"\", \"-9\"]", "missing"),
        // An empty cell would be no number.
        ("missing = [\"NA\"]", "missing"),
    ] {
        let refused = accepts(file).unwrap_err();
        let MappingError::SchemaFile { place, key } = refused else {
            panic!("{file}: {refused}");
        };
        assert_eq!((place.line, place.column, key), (1, 10, expected), "{file}");
    }
}

#[test]
fn formats_are_told_by_the_names_of_files() {
    for (path, expected) in [
        ("a.csv.gz", "csv"),
        ("a", "csv"),
        ("A.PARQUET", "parquet"),
        ("费用.xlsx", "xlsx"),
    ] {
        let text = source("").replace("t.csv", path);
        let mapping = Mapping::from_toml(&text).unwrap();
        let found = match mapping.sources()[0].format {
            Format::Csv(_) => "csv",
            Format::Parquet => "parquet",
            Format::Xlsx { .. } => "xlsx",
        };
        assert_eq!(found, expected, "{path}");
    }
}

#[test]
fn what_is_wrong_is_named_by_its_line() {
    for (keys, line, fault) in [
        ("sheet = \"x\"", 6, SourceFault::Misplaced { key: "sheet" }),
        ("types = { a = \"category\" }", 6, SourceFault::Category),
        ("file = { header = false }", 6, SourceFault::NoNames),
        (
            "file = { names = [\"a\"] }",
            6,
            SourceFault::NamesBesideHeader,
        ),
        (
            "[[source]]\nname = \"T\"\npath = \"u.csv\"",
            7,
            SourceFault::Twice,
        ),
        (
            "[[source]]\nname = \" u\"\npath = \"u.csv\"",
            7,
            SourceFault::Name,
        ),
        (
            "[[source]]\nname = \"u\"\npath = \"\"",
            8,
            SourceFault::Path,
        ),
    ] {
        let MappingError::Source {
            place,
            fault: found,
            ..
        } = error(&source(keys))
        else {
            panic!("{keys}");
        };
        assert_eq!((place.line, &found), (line, &fault), "{keys}");
    }
    let limit = error(&source("[limits]\nseconds = 0"));
    assert_eq!(
        limit.to_string(),
        "line 7, column 11: seconds is from 1 to 86400"
    );
    let unknown = error(&source("colour = 1")).to_string();
    assert!(
        unknown.starts_with("line 6, column 1: unknown field `colour`"),
        "{unknown}"
    );
    assert!(matches!(
        error("schema = \"s\"\nsql = \"SELECT 1\"\n"),
        MappingError::NoSource
    ));
    let empty = source("").replace("SELECT 1", " ");
    assert_eq!(
        error(&empty).to_string(),
        "line 2, column 7: sql is empty: it is one SELECT"
    );
}

#[test]
fn places_in_the_query_are_places_in_the_mapping() {
    for (sql, line, column) in [
        ("\"SELECT b\"", 2, 15),
        ("\"\"\"\nSELECT\n  b\"\"\"", 4, 3),
        ("'''\r\nSELECT b'''", 3, 8),
        ("'''SELECT b'''", 2, 17),
    ] {
        let text = source("").replace("\"SELECT 1\"", sql);
        let place = Mapping::from_toml(&text).unwrap().place_of_name("b");
        assert_eq!((place.line, place.column), (line, column), "{sql}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,200}") {
        let _ = Mapping::from_toml(&text);
        let _ = Mapping::from_toml(&source(&text));
        if let Ok(mapping) = Mapping::from_toml(&source("").replace("SELECT 1", "SELECT 费用")) {
            let _ = mapping.place_of_name(&text);
        }
    }
}
