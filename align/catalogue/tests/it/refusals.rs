//! What is no catalogue is refused, with its place.

use consilium_catalogue::Catalogue;

use crate::SMALL;

/// Replaces a part of the small catalogue and gives the error.
fn refusal(old: &str, new: &str) -> String {
    assert!(SMALL.contains(old), "{old}");
    match Catalogue::from_toml(&SMALL.replacen(old, new, 1)) {
        Ok(_) => panic!("{new} is accepted"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_fault_is_named_with_line_and_column() {
    for (old, new, said) in [
        (
            "unit = \"d\"",
            "unit = \"d d\"",
            "line 20, column 6: feature \"stay.days\": the unit",
        ),
        (
            "unit = \"d\"",
            "units = \"d\"",
            "line 24, column 1: unknown field `units`",
        ),
        (
            "min = 0",
            "min = 4000",
            "feature \"stay.days\": the range is empty",
        ),
        ("stay.days", "days", "an id is table.field"),
        ("stay.days", "Stay.days", "an id is table.field"),
        (
            "stay.days",
            "visit.days",
            "no [[table]] \"visit\" is declared",
        ),
        (
            "stay.days",
            "stay.drg",
            "feature \"stay.drg\": declared twice",
        ),
        (
            "[\"b\", \"a\"]",
            "[\"b\", \"b\"]",
            "needs 2 sources or more, not 1",
        ),
        (
            "[\"b\", \"a\"]",
            "[\"b\", \"c\"]",
            "no [[source]] \"c\" is declared",
        ),
        (
            "sensitivity = 3",
            "sensitivity = 6",
            "sensitivity is 1 to 5",
        ),
        ("Asia/Shanghai", "CST", "the zone is no name"),
        ("P1Y", "one year", "the window is no duration"),
        ("\"急诊\"", "\"门诊\"", "two levels are written \"门诊\""),
        (
            "[\"clinic\", \"门诊\", \"2\"]",
            "[]",
            "a level is a list of texts",
        ),
        (
            "\"los\"",
            "\" los\"",
            "a name or synonym is empty, too long",
        ),
        (
            "type = \"code\"",
            "type = \"text\"",
            "width has no meaning for type \"text\"",
        ),
        ("id = \"b\"", "id = \"a\"", "source \"a\" is declared twice"),
        (
            "version = \"1\"",
            "version = \"\"",
            "line 3, column 11: version is empty",
        ),
        (
            "\"small\", zh = \"小\"",
            "\"small\", zh = \"\u{202e}小\"",
            "title is empty, too long",
        ),
    ] {
        let error = refusal(old, new);
        assert!(error.contains(said), "{new}: {error}");
    }
}

#[test]
fn a_code_system_belongs_to_a_code_and_a_zone_to_a_date() {
    let error = refusal(
        "unit = \"d\"",
        "unit = \"d\"\ncode_system = { name = \"x\" }",
    );
    assert!(
        error.contains("code_system has no meaning for type \"integer\""),
        "{error}"
    );
    let error = refusal("unit = \"d\"", "unit = \"d\"\nzone = \"UTC\"");
    assert!(
        error.contains("zone has no meaning for type \"integer\""),
        "{error}"
    );
}

#[test]
fn an_empty_catalogue_is_refused() {
    let head = SMALL.split("\n\n").next().unwrap();
    let error = Catalogue::from_toml(head).unwrap_err().to_string();
    assert!(error.contains("1 to 10000 features, not 0"), "{error}");
}
