//! Rule files, read and refused.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod adjusted;

use consilium_quality::{
    Date, Given, Heading, Origin, Outcome, Pack, Report, RuleResult, RuleSet, Test,
};
use consilium_schema::Schema;
use proptest::prelude::*;

const RULES: &str = r#"title = "t"
as_of = "2026-03-31"
[weights]
accuracy = 2.0
[[source]]
name = "s"
path = "s.csv"
[[table]]
name = "a"
source = "s"
key = ["id"]
types = { n = "number" }
[[rule]]
id = "r"
table = "a"
heading = "accuracy"
holds = "n > 0"
"#;

const SCHEMA: &str = "[[column]]\nname = \"n\"\ntype = \"integer\"\nmin = 0\n\
    [[column]]\nname = \"sex\"\ntype = \"category\"\nlevels = [\"f\", \"m\"]\n\
    [[column]]\nname = \"dx\"\ntype = \"code\"\ncodes = { system = \"icd-10\" }\n";

fn read(text: &str) -> Result<RuleSet, String> {
    read_by(text, SCHEMA)
}

/// Reads rules where `schema.toml` has this text.
fn read_by(text: &str, schema: &str) -> Result<RuleSet, String> {
    let schema = |path: &str| match path {
        "schema.toml" => Ok(Schema::from_toml(schema).unwrap()),
        _ => Err("no such file".to_owned()),
    };
    let given = Given {
        today: Date::at(20_000).unwrap(),
        schema: &schema,
    };
    RuleSet::from_toml(text, given).map_err(|error| error.to_string())
}

/// What is said of the rules with one piece of them replaced by another.
fn said(from: &str, to: &str) -> String {
    assert!(RULES.contains(from), "{from}");
    read(&RULES.replace(from, to)).unwrap_err()
}

#[test]
fn a_rule_file_is_read() {
    let rules = read(RULES).unwrap();
    assert_eq!(rules.as_of().to_string(), "2026-03-31");
    assert_eq!(rules.weight(Heading::Accuracy).to_bits(), 2.0_f64.to_bits());
    let ids: Vec<&str> = rules.rules().iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["a/accessible", "a/typed", "r"]);
    assert_eq!(rules.rules()[2].name.zh, "r");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of slips")]
fn what_is_wrong_is_named_by_line_and_column() {
    let begins = [
        (
            "\nid = \"r\"",
            "\nid = \"r\"\nnothing = 1",
            "line 15, column 1: ",
        ),
        (
            "as_of = \"2026-03-31\"",
            "as_of = \"soon\"",
            "line 2, column 9: ",
        ),
        ("accuracy = 2.0", "accuracy = 0.0", "line 4, column 12: "),
        (
            "path = \"s.csv\"",
            "path = \"\"",
            "line 5, column 1: source \"s\": the path is empty",
        ),
        (
            "source = \"s\"",
            "source = \"x\"",
            "line 10, column 10: table \"a\": there is no source \"x\"",
        ),
        (
            "table = \"a\"",
            "table = \"b\"",
            "line 15, column 9: rule \"r\": there is no table \"b\"",
        ),
        (
            "holds = \"n > 0\"",
            "",
            "line 14, column 6: rule \"r\": a rule has one test",
        ),
        (
            "holds = \"n > 0\"",
            "range = { column = \"n\", min = 2, max = 1 }",
            "line 14, column 6: rule \"r\": range",
        ),
        (
            "holds = \"n > 0\"",
            "codes = { column = \"n\", system = \"icd\" }",
            "line 14, column 6: rule \"r\": there is no code system",
        ),
        (
            "holds = \"n > 0\"",
            "typed = [\"m\"]",
            "line 14, column 6: rule \"r\": there is no declared type of column \"m\"",
        ),
        (
            "holds = \"n > 0\"",
            "complete = []",
            "line 14, column 6: rule \"r\": complete is empty",
        ),
        (
            "holds = \"n > 0\"",
            "shape = { column = \"n\", against = { quantiles = [2, 1] } }",
            "line 14, column 6: rule \"r\": shape.against must be numbers that rise",
        ),
        (
            "holds = \"n > 0\"",
            "shape = { column = \"n\", against = { cuts = [1], shares = [0.5, 0.6] } }",
            "line 14, column 6: rule \"r\": shape.against must be shares that sum to 1",
        ),
        (
            "holds = \"n > 0\"",
            "shape = { column = \"n\", against = { cuts = [1], shares = [1] } }",
            "line 14, column 6: rule \"r\": shape.against must be cuts with one more share",
        ),
        (
            "holds = \"n > 0\"",
            "shape = { column = \"n\", against = { levels = { a = -0.1, b = 1 } } }",
            "line 14, column 6: rule \"r\": shape.against must be shares from 0 to 1",
        ),
        (
            "holds = \"n > 0\"",
            "shape = { column = \"n\", against = { } }",
            "line 14, column 6: rule \"r\": shape.against must be quantiles, or",
        ),
        (
            "holds = \"n > 0\"",
            "shape = { column = \"n\", against = { quantiles = [1], levels = { a = 1 } } }",
            "line 14, column 6: rule \"r\": shape.against must be quantiles, or",
        ),
        (
            "holds = \"n > 0\"",
            "shape = { column = \"n\", against = { quantiles = [1] }, factors = [0] }",
            "line 14, column 6: rule \"r\": shape.factors must be at most 8 numbers",
        ),
        (
            "holds = \"n > 0\"",
            "refers = { columns = [\"n\"], to = \"z\" }",
            "line 14, column 6: rule \"r\": there is no table \"z\"",
        ),
        (
            "key = [\"id\"]",
            "schema = \"none.toml\"",
            "line 11, column 10: the schema \"none.toml\": no such file",
        ),
        (
            "source = \"s\"",
            "",
            "line 9, column 8: table \"a\": a table is a source or an sql query",
        ),
        (
            "title = \"t\"",
            "title = \"t\"\npacks = [\"x\"]",
            "line 2, column 10: packs \"x\": there is no pack",
        ),
    ];
    for (from, to, expected) in begins {
        let said = said(from, to);
        assert!(said.starts_with(expected), "{said}");
    }
}

#[test]
fn what_would_end_a_query_is_refused_where_it_stands() {
    let begins = [
        (
            "holds = \"n > 0\"",
            "holds = \"n > 0) OR (n\"",
            "line 17, column 15: rule \"r\": expected: the end, found: )",
        ),
        (
            "holds = \"n > 0\"",
            "where = \"n IN (SELECT n FROM s)\"\nholds = \"n > 0\"",
            "line 17, column 10: rule \"r\": a condition looks at one row",
        ),
        (
            "types = { n = \"number\" }",
            "columns = { m = \"n) AS m, (n\" }",
            "line 12, column 19: table \"a\": expected: the end, found: )",
        ),
        (
            "holds = \"n > 0\"",
            "weight = 1e308\nholds = \"n > 0\"",
            "line 17, column 10: rule \"r\": weight must be a number from",
        ),
        (
            "holds = \"n > 0\"",
            "matches = { column = \"n\", pattern = \"a)|(?:b\" }",
            "line 14, column 6: rule \"r\": matches.pattern is no regular expression: ",
        ),
    ];
    for (from, to, expected) in begins {
        let said = said(from, to);
        assert!(said.starts_with(expected), "{said}");
    }
}

#[test]
fn a_rule_and_a_table_are_declared_once() {
    let again = |from: &str| {
        let begin = RULES.find(from).unwrap();
        let end = RULES[begin + 2..]
            .find("\n[[")
            .map_or(RULES.len(), |at| begin + 2 + at);
        read(&format!("{RULES}{}\n", &RULES[begin..end])).unwrap_err()
    };
    assert!(again("[[rule]]").contains("declared twice"));
    assert!(again("[[table]]").contains("declared twice"));
    assert!(again("[[source]]").contains("declared twice"));
}

#[test]
fn a_schema_gives_rules_of_its_own() {
    let rules = read(&RULES.replace("key = [", "schema = \"schema.toml\"\nkey = [")).unwrap();
    let of_schema = rules
        .rules()
        .iter()
        .filter(|it| it.origin == Origin::Schema);
    let ids: Vec<&str> = of_schema.map(|it| it.id.as_str()).collect();
    let expected = [
        "a/schema/complete",
        "a/schema/typed",
        "a/schema/n/range",
        "a/schema/sex/levels",
        "a/schema/dx/code",
    ];
    assert_eq!(ids, expected);
    let levels = rules
        .rules()
        .iter()
        .find(|it| it.id == "a/schema/sex/levels")
        .unwrap();
    assert!(matches!(&levels.test, Test::Levels { of, .. } if of == &["f", "m"]));
}

#[test]
fn the_hash_is_that_of_all_that_rules_say() {
    let hash = |text: &str| read(text).unwrap().hash().to_owned();
    assert_ne!(hash(RULES), hash(&RULES.replace("n > 0", "n > 1")));
    let declared = RULES.replace("key = [\"id\"]", "schema = \"schema.toml\"");
    let by = |schema: &str| read_by(&declared, schema).unwrap().hash().to_owned();
    assert_ne!(hash(RULES), by(SCHEMA));
    assert_ne!(by(SCHEMA), by(&SCHEMA.replace("min = 0", "min = 1")));
    let packed = RULES.replace("title = \"t\"", "title = \"t\"\npacks = [\"clinical\"]");
    assert_ne!(hash(RULES), hash(&packed));
}

#[test]
fn a_role_that_no_pack_has_is_a_slip() {
    let packed = RULES.replace("title = \"t\"", "title = \"t\"\npacks = [\"clinical\"]");
    let packed = packed.replace("key = [\"id\"]", "role = \"observations\"");
    let expected = "line 10, column 8: table \"a\": there is no table of packs \"observations\"; there are patient, encounter, observation";
    assert_eq!(read(&packed).unwrap_err(), expected);
}

#[test]
fn packs_that_come_with_the_program_are_read() {
    for name in Pack::NAMES {
        assert_eq!(Pack::built_in(name).unwrap().name(), name);
    }
}

#[test]
fn a_report_reads_back() {
    let text = r#"{"format":1,"title":"t","as_of":"2026-01-01","rules_hash":"00","seed":1,
        "tables":[{"name":"a","rows":2}],
        "rules":[{"id":"r","name":{"en":"r","zh":"r"},"heading":"accuracy","severity":"major",
        "weight":1.0,"table":"a","origin":{"pack":"clinical"},"outcome":"not-applicable",
        "missing":["n"],"checked":0,"failed":0,"score":null}],"headings":[],"total":null}"#;
    let report: Report = serde_json::from_str(text).unwrap();
    let missing = vec!["n".to_owned()];
    assert_eq!(report.rules[0].outcome, Outcome::NotApplicable { missing });
    let again = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&again).unwrap(), report);
}

#[test]
fn a_share_of_failures_that_a_rule_accepts_does_not_break_it() {
    let broken = |failed: u64, checked: u64, tolerate: f64| {
        let text = format!(
            r#"{{"id":"r","name":{{"en":"r","zh":"r"}},"heading":"accuracy","severity":"major","weight":1.0,
            "tolerate":{tolerate},"table":"a","origin":"file","outcome":"applied","checked":{checked},
            "failed":{failed},"score":null}}"#
        );
        serde_json::from_str::<RuleResult>(&text)
            .unwrap()
            .is_broken()
    };
    assert!(!broken(0, 0, 0.0) && !broken(0, 9, 0.0) && broken(1, 9, 0.0));
    // As many as are accepted are accepted, whatever 0.29 is as a binary number.
    assert!(!broken(29, 100, 0.29) && broken(30, 100, 0.29));
    assert!(!broken(7, 100, 0.07) && broken(8, 100, 0.07));
}

proptest! {
    #[test]
    fn reading_never_panics(at in 0..RULES.len(), piece in "[\\[\\]\"'a-z=. 0-9\n]{0,12}") {
        let mut text = RULES.to_owned();
        text.insert_str(at, &piece);
        let _ = read(&text);
    }
}
