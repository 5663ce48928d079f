//! What a mapping may say.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use consilium_catalogue::{Catalogue, Feature};
use consilium_mapping::{Format, Mapping, MappingError, SourceFault, Wanted};
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
        ("gem.csv\"\nformat = \"codes", "codes"),
    ] {
        let text = source("").replace("t.csv", path);
        let mapping = Mapping::from_toml(&text).unwrap();
        let found = match mapping.sources()[0].format {
            Format::Csv(_) => "csv",
            Format::Parquet => "parquet",
            Format::Xlsx { .. } => "xlsx",
            Format::Codes { .. } => "codes",
        };
        assert_eq!(found, expected, "{path}");
    }
}

#[test]
fn what_is_wrong_is_named_by_its_line() {
    for (keys, line, fault) in [
        ("sheet = \"x\"", 6, SourceFault::Misplaced { key: "sheet" }),
        ("types = { a = \"category\" }", 6, SourceFault::Category),
        (
            "rule = \"first\"",
            6,
            SourceFault::Misplaced { key: "rule" },
        ),
        (
            "format = \"codes\"\ntypes = { a = \"number\" }",
            7,
            SourceFault::Misplaced { key: "types" },
        ),
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
    for (head, place) in [
        ("features = [\"x\"]\nschema = \"s\"", "line 1, column 12"),
        ("catalogue = \"c\"", "line 1, column 13"),
        ("features = []", "line 1, column 12"),
        ("schema = \"\"", "line 1, column 10"),
    ] {
        let text = source("").replace("schema = \"s.toml\"", head);
        let said = error(&text).to_string();
        assert!(said.starts_with(place), "{head}: {said}");
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

#[test]
fn features_are_those_of_a_catalogue() {
    let text = |features: &str| {
        source("").replace("schema = \"s.toml\"", &format!("features = {features}"))
    };
    let catalogue = Catalogue::starter();
    let schema = |features: &str| {
        let mapping = Mapping::from_toml(&text(features)).unwrap();
        let Wanted::Features(wanted) = mapping.wanted() else {
            panic!("features are named");
        };
        mapping.schema_of(wanted, &catalogue)
    };
    let known: Vec<&str> = catalogue
        .features()
        .iter()
        .take(2)
        .map(Feature::id)
        .collect();
    let drawn = schema(&format!("{known:?}")).unwrap();
    assert_eq!(drawn, catalogue.schema(&known).unwrap());
    let twice = schema(&format!("[{0:?}, {0:?}]", known[0])).unwrap_err();
    assert!(matches!(twice, MappingError::Feature { .. }), "{twice}");
    let unknown = schema(&format!("[{:?},\n\"unheard-of\"]", known[0])).unwrap_err();
    let said = unknown.to_string();
    assert!(
        said.starts_with("line 2, column 1: ") && said.contains("unheard-of"),
        "{said}"
    );
}

#[test]
fn what_shapes_the_rows_is_another_meaning_and_nothing_else_is() {
    let meaning = |text: &str| Mapping::from_toml(text).unwrap().meaning();
    let usual = meaning(&source(""));
    for same in [
        source("# a remark"),
        source("[limits]\nrows = 5"),
        source("").replace("t.csv", "elsewhere/u.csv"),
    ] {
        assert_eq!(meaning(&same), usual, "{same}");
    }
    for other in [
        source("").replace("SELECT 1", "SELECT 2"),
        source("").replace("\"t\"", "\"u\""),
        source("types = { a = \"number\" }"),
        source("file = { encoding = \"gb18030\" }"),
        source("file = { missing = [\"-9\"] }"),
        source("format = \"parquet\""),
        source("format = \"codes\""),
        source("format = \"codes\"\nrule = \"first\""),
    ] {
        assert_ne!(meaning(&other), usual, "{other}");
    }
}

#[test]
fn a_mapping_of_many_types_is_parsed_in_one_go() {
    use std::fmt::Write as _;
    let mut text = source("[source.types]");
    for number in 0.. {
        if text.len() > Mapping::LONGEST - 40 {
            break;
        }
        writeln!(text, "c{number} = \"code\"").unwrap();
    }
    let mapping = Mapping::from_toml(&text).unwrap();
    let types = &mapping.sources()[0].types;
    let last = text.lines().last().unwrap().split(' ').next().unwrap();
    let last = types.iter().find(|it| it.name == last).unwrap();
    assert_eq!(mapping.place_of_type(last).line, text.lines().count());
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
