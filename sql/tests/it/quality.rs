//! Rules about the quality of rows, held against files.

use std::sync::Arc;

use consilium_quality::{
    Check, Checked, Date, Given, Outcome, QualityError, Report, RuleResult, RuleSet,
};
use consilium_schema::DateOrder;
use datafusion::arrow::array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;

use super::*;

const STAYS: &str = "visit,patient,sex,admitted,discharged,total,code\n\
    v1,p1,m,2020-01-01,2020-01-05,30,A00.0\n\
    v2,p1,m,2020-01-04,2020-01-08,20,A00\n\
    v3,p2,f,2020-02-01,2020-01-20,10.5,Z99.9\n\
    v4,p3,x,2020-03-01,,5,\n\
    v4,p4,,not a day,2020-03-09,5,A00.9\n";
const FEES: &str = "visit,line,amount\nv1,1,10\nv1,2,20\nv2,1,19\nv3,1,10.5\nv9,1,7\nv9,1,7\n";
const ICD: &str = "system = \"icd-10\"\nversion = \"2019\"\nsource = \"x\"\n---\n\
    code,en,parent,status\nA00,Cholera,,active\nA00.0,Classical,A00,active\nA00.9,Other,A00,stopped\n";

const HEAD: &str = r#"title = "stays"
as_of = "2020-03-31"
[[source]]
name = "stays"
path = "stays.csv"
[[source]]
name = "fees"
path = "fees.csv"
[[source]]
name = "icd"
path = "icd.csv"
format = "codes"
[[table]]
name = "stays"
source = "stays"
key = ["visit"]
types = { admitted = "date", discharged = "date", total = "number" }
codes = { code = { system = "icd-10", table = "icd" } }
[[table]]
name = "fees"
source = "fees"
key = ["visit", "line"]
types = { amount = "number" }
"#;

fn day(text: &str) -> Date {
    Date::parse(text, DateOrder::Ymd).unwrap()
}

pub(super) fn rules(text: &str) -> RuleSet {
    let schema = |_: &str| Err("there is none".to_owned());
    let given = Given {
        today: day("2026-01-01"),
        schema: &schema,
    };
    RuleSet::from_toml(text, given).unwrap()
}

fn house() -> House {
    House::new(&[
        ("stays.csv", STAYS.as_bytes()),
        ("fees.csv", FEES.as_bytes()),
        ("icd.csv", ICD.as_bytes()),
    ])
}

impl House {
    pub(super) fn check(&self, rules: &RuleSet) -> Result<Checked, QualityError> {
        let program = program();
        let check = Check::new(rules, self.path(), &program).aside(self.path());
        let checked = check.run(&mut |_| {});
        self.assert_tidy();
        checked
    }

    pub(super) fn report(&self, text: &str) -> Report {
        self.check(&rules(text)).unwrap().report
    }
}

pub(super) fn rule<'a>(report: &'a Report, id: &str) -> &'a RuleResult {
    report.rules.iter().find(|it| it.id == id).unwrap()
}

/// Checked and failed of one rule over the stays.
fn counts(table: &str, heading: &str, test: &str) -> (u64, u64) {
    let text =
        format!("{HEAD}[[rule]]\nid = \"r\"\ntable = {table:?}\nheading = {heading:?}\n{test}\n");
    let report = house().report(&text);
    let rule = rule(&report, "r");
    assert_eq!(rule.outcome, Outcome::Applied, "{test}");
    (rule.checked, rule.failed)
}

#[test]
fn each_test_counts_what_it_checks_and_what_fails() {
    let stays = |test: &str| counts("stays", "accuracy", test);
    assert_eq!(stays("complete = [\"sex\", \"discharged\"]"), (10, 2));
    assert_eq!(stays("typed = [\"admitted\", \"total\"]"), (10, 1));
    assert_eq!(stays("holds = \"admitted <= discharged\""), (3, 1));
    assert_eq!(
        stays("where = \"patient = 'p1'\"\nholds = \"total > 25\""),
        (2, 1)
    );
    assert_eq!(
        stays("range = { column = \"total\", min = 6, max = 20 }"),
        (5, 3)
    );
    assert_eq!(
        stays("range = { column = \"admitted\", max = \"2020-02-01\" }"),
        (4, 1)
    );
    assert_eq!(
        stays("levels = { column = \"sex\", of = [\"m\", \"f\"] }"),
        (4, 1)
    );
    assert_eq!(
        stays("matches = { column = \"visit\", pattern = \"v[1-3]\" }"),
        (5, 2)
    );
    assert_eq!(stays("unique = [\"visit\"]"), (5, 1));
    assert_eq!(stays("duplicates = true"), (5, 0));
    assert_eq!(
        stays("overlap = { by = [\"patient\"], from = \"admitted\", until = \"discharged\" }"),
        (3, 1)
    );
    assert_eq!(
        stays("fresh = { column = \"admitted\", days = 60 }"),
        (4, 2)
    );
    assert_eq!(
        stays("delay = { from = \"admitted\", to = \"discharged\", days = 4 }"),
        (3, 1)
    );
}

#[test]
fn what_is_there_again_does_not_overlap_with_itself() {
    let stays = "visit,patient,sex,admitted,discharged,total,code\n\
        v1,p1,m,2020-01-01,2020-01-05,30,\nv1,p1,m,2020-01-01,2020-01-05,30,\n\
        v2,p1,m,2020-01-01,2020-01-05,30,\n";
    let house = House::new(&[
        ("stays.csv", stays.as_bytes()),
        ("fees.csv", FEES.as_bytes()),
        ("icd.csv", ICD.as_bytes()),
    ]);
    let report = house.report(&format!(
        "{HEAD}[[rule]]\nid = \"r\"\ntable = \"stays\"\nheading = \"consistency\"\n\
         overlap = {{ by = [\"patient\"], from = \"admitted\", until = \"discharged\" }}\n"
    ));
    let rule = rule(&report, "r");
    assert_eq!((rule.checked, rule.failed), (2, 1));
}

#[test]
fn codes_are_held_against_their_form_and_their_table() {
    let codes = |keys: &str| {
        let test = format!("codes = {{ column = \"code\", {keys} }}");
        counts("stays", "conformity", &test)
    };
    assert_eq!(codes("system = \"icd-10\""), (4, 0));
    // Z99.9 is not in the table, A00.9 is stopped, A00 has codes under it.
    assert_eq!(codes("known = true"), (4, 2));
    assert_eq!(codes("leaf = true"), (4, 3));
    // The row of A00.9 has no day.
    assert_eq!(codes("table = \"icd\", at = \"admitted\""), (3, 1));
}

#[test]
fn rules_over_two_tables_count_the_rows_of_their_own() {
    let adds_up =
        "adds_up = { of = \"fees.amount\", by = [\"visit\"], to = \"total\", within = 0.01 }";
    // The second visit lacks 1; the fourth and fifth have no lines, which says nothing about their sums.
    assert_eq!(counts("stays", "consistency", adds_up), (3, 1));
    let refers = "refers = { columns = [\"visit\"], to = \"stays\" }";
    assert_eq!(counts("fees", "consistency", refers), (6, 2));
    assert_eq!(counts("fees", "uniqueness", "duplicates = true"), (6, 1));
}

#[test]
fn the_first_rows_that_fail_are_named_with_their_cells() {
    let text = format!(
        "{HEAD}[[rule]]\nid = \"order\"\ntable = \"stays\"\nheading = \"consistency\"\n\
         holds = \"admitted <= discharged\"\n\
         [[rule]]\nid = \"once\"\ntable = \"stays\"\nheading = \"uniqueness\"\nunique = [\"visit\"]\n\
         [[rule]]\nid = \"sum\"\ntable = \"stays\"\nheading = \"consistency\"\n\
         adds_up = {{ of = \"fees.amount\", by = [\"visit\"], to = \"total\" }}\n"
    );
    let checked = house().check(&rules(&text)).unwrap();
    let told: Vec<String> = checked
        .offences
        .iter()
        .map(|it| {
            let cells = it.cells.iter();
            let cells: Vec<String> = cells
                .map(|(name, cell)| format!("{name}={}", cell.as_deref().unwrap_or("-")))
                .collect();
            format!("{} {} {:?} {}", it.rule, it.row, it.file, cells.join(" "))
        })
        .collect();
    let expected = [
        "stays/typed 5 Some(\"stays.csv\") admitted=not a day discharged=2020-03-09 total=5",
        "order 3 Some(\"stays.csv\") admitted=2020-02-01 discharged=2020-01-20",
        "once 5 Some(\"stays.csv\") visit=v4",
        "sum 2 Some(\"stays.csv\") visit=v2 total=20",
    ];
    assert_eq!(told, expected);
    let key = &checked.offences[1].key;
    assert_eq!(key, &[("visit".to_owned(), Some("v3".to_owned()))]);
}

#[test]
fn a_file_that_is_not_there_lowers_accessibility_and_stops_nothing_else() {
    let house = House::new(&[("stays.csv", STAYS.as_bytes()), ("icd.csv", ICD.as_bytes())]);
    let text = format!(
        "{HEAD}[[rule]]\nid = \"a\"\ntable = \"stays\"\nheading = \"completeness\"\ncomplete = [\"sex\"]\n\
         [[rule]]\nid = \"b\"\ntable = \"fees\"\nheading = \"completeness\"\ncomplete = [\"line\"]\n"
    );
    let report = house.report(&text);
    assert_eq!(rule(&report, "fees/accessible").failed, 1);
    assert_eq!(rule(&report, "stays/accessible").failed, 0);
    assert_eq!(rule(&report, "a").failed, 1);
    assert!(matches!(
        &rule(&report, "b").outcome,
        Outcome::NotRun { .. }
    ));
    assert_eq!(rule(&report, "b").score, None);
}

#[test]
fn a_file_that_breaks_off_can_not_be_read_and_its_rules_say_why() {
    let damaged = format!("{FEES}v3,\"1\n");
    let house = House::new(&[
        ("stays.csv", STAYS.as_bytes()),
        ("fees.csv", damaged.as_bytes()),
        ("icd.csv", ICD.as_bytes()),
    ]);
    let text = format!(
        "{HEAD}[[rule]]\nid = \"a\"\ntable = \"fees\"\nheading = \"completeness\"\ncomplete = [\"line\"]\n\
         [[rule]]\nid = \"b\"\ntable = \"stays\"\nheading = \"uniqueness\"\nduplicates = true\n"
    );
    let report = house.report(&text);
    assert_eq!(rule(&report, "fees/accessible").failed, 1);
    assert!(
        matches!(&rule(&report, "a").outcome, Outcome::NotRun { en, .. } if en.contains("fees.csv"))
    );
    assert_eq!(rule(&report, "b").checked, 5);
    let accessible = report.headings.last().unwrap().score.score;
    assert_eq!(accessible.to_bits(), 50.0_f64.to_bits());
}

#[test]
fn a_table_without_rows_has_no_scores() {
    let text = format!(
        "{HEAD}[[table]]\nname = \"none\"\nsql = \"SELECT * FROM stays WHERE visit = 'x'\"\n\
         [[rule]]\nid = \"a\"\ntable = \"none\"\nheading = \"completeness\"\ncomplete = [\"sex\"]\n\
         [[rule]]\nid = \"b\"\ntable = \"none\"\nheading = \"uniqueness\"\nduplicates = true\n"
    );
    let report = house().report(&text);
    assert_eq!(report.tables[2].rows, Some(0));
    assert_eq!(rule(&report, "a").score, None);
    assert_eq!(
        (rule(&report, "b").checked, rule(&report, "b").score),
        (0, None)
    );
    // That tables can be read, and the types of the other two, is all that is known.
    assert_eq!(report.headings.len(), 2);
    assert_eq!(report.unchecked, 2);
}

#[test]
fn a_condition_that_is_wrong_is_named_by_its_line() {
    let text = format!(
        "{HEAD}[[rule]]\nid = \"a\"\ntable = \"stays\"\nheading = \"accuracy\"\nholds = \"total > 0\"\n\
         [[rule]]\nid = \"b\"\ntable = \"stays\"\nheading = \"accuracy\"\nholds = \"total > nothing\"\n"
    );
    let line = 1 + text.lines().position(|it| it.contains("nothing")).unwrap();
    let error = house().check(&rules(&text)).unwrap_err().to_string();
    let begins = format!("line {line}, column 10: rule \"b\": ");
    assert!(error.starts_with(&begins), "{error}");
    let pattern = "matches = { column = \"sex\", pattern = \"(\" }";
    let broken = text.replace("holds = \"total > nothing\"", pattern);
    let schema = |_: &str| Err(String::new());
    let given = Given {
        today: day("2026-01-01"),
        schema: &schema,
    };
    let error = RuleSet::from_toml(&broken, given).unwrap_err().to_string();
    let expected = "rule \"b\": matches.pattern is no regular expression: ";
    assert!(error.contains(expected), "{error}");
    let number = text.replace("total > nothing", "total - 1");
    let error = house().check(&rules(&number)).unwrap_err().to_string();
    assert!(error.starts_with(&begins), "{error}");
}

#[test]
fn a_value_that_a_rule_can_not_take_stops_that_rule_alone() {
    let text = format!(
        "{HEAD}[[rule]]\nid = \"a\"\ntable = \"stays\"\nheading = \"accuracy\"\nholds = \"total > 6\"\n\
         [[rule]]\nid = \"b\"\ntable = \"stays\"\nheading = \"accuracy\"\n\
         holds = \"CAST(sex AS BIGINT) > 0\"\n"
    );
    let report = house().report(&text);
    assert_eq!(
        (rule(&report, "a").checked, rule(&report, "a").failed),
        (5, 2)
    );
    assert!(matches!(
        &rule(&report, "b").outcome,
        Outcome::NotRun { .. }
    ));
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let text = format!(
        "{HEAD}[[rule]]\nid = \"a\"\ntable = \"stays\"\nheading = \"completeness\"\n\
         complete = [\"sex\", \"code\"]\n\
         [[rule]]\nid = \"b\"\ntable = \"fees\"\nheading = \"uniqueness\"\nunique = [\"visit\", \"line\"]\n\
         [[rule]]\nid = \"c\"\ntable = \"stays\"\nheading = \"consistency\"\n\
         overlap = {{ by = [\"patient\"], from = \"admitted\", until = \"discharged\" }}\n"
    );
    let turned = |text: &str| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines[1..].reverse();
        lines.join("\n")
    };
    let house_turned = House::new(&[
        ("stays.csv", turned(STAYS).as_bytes()),
        ("fees.csv", turned(FEES).as_bytes()),
        ("icd.csv", ICD.as_bytes()),
    ]);
    assert_eq!(house().report(&text), house_turned.report(&text));
}

/// The stays as Parquet: days and numbers have their types, blanks and empty texts are cells.
fn as_parquet() -> Vec<u8> {
    let rows = STAYS.lines().skip(1).map(|row| row.split(',').collect());
    let rows: Vec<Vec<&str>> = rows.collect();
    let texts = |at: usize| -> ArrayRef {
        let blank = |it: &'static str| if it.is_empty() { "  " } else { it };
        Arc::new(StringArray::from_iter_values(
            rows.iter().map(|row| blank(row[at])),
        ))
    };
    let days = rows
        .iter()
        .map(|row| Date::parse(row[4], DateOrder::Ymd).map(Date::days));
    let totals = rows.iter().map(|row| row[5].parse::<f64>().ok());
    let columns: [(&str, ArrayRef); 7] = [
        ("visit", texts(0)),
        ("patient", texts(1)),
        ("sex", texts(2)),
        ("admitted", texts(3)),
        ("discharged", Arc::new(days.collect::<Date32Array>())),
        ("total", Arc::new(totals.collect::<Float64Array>())),
        ("code", texts(6)),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, cells)| (name, cells, true)),
    );
    let batch = batch.unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn the_format_and_the_encoding_of_files_change_nothing() {
    let text = format!(
        "{HEAD}[[rule]]\nid = \"a\"\ntable = \"stays\"\nheading = \"completeness\"\n\
         complete = [\"sex\", \"code\", \"discharged\", \"total\"]\n\
         [[rule]]\nid = \"b\"\ntable = \"stays\"\nheading = \"consistency\"\nholds = \"admitted <= discharged\"\n\
         [[rule]]\nid = \"c\"\ntable = \"stays\"\nheading = \"conformity\"\ncodes = {{ column = \"code\", leaf = true }}\n\
         [[rule]]\nid = \"d\"\ntable = \"stays\"\nheading = \"consistency\"\n\
         adds_up = {{ of = \"fees.amount\", by = [\"visit\"], to = \"total\" }}\n\
         [[rule]]\nid = \"e\"\ntable = \"stays\"\nheading = \"conformity\"\n\
         levels = {{ column = \"sex\", of = [\"m\", \"f\"] }}\n\
         [[rule]]\nid = \"f\"\ntable = \"stays\"\nheading = \"conformity\"\ntyped = [\"admitted\", \"total\"]\n\
         [[rule]]\nid = \"g\"\ntable = \"stays\"\nheading = \"uniqueness\"\nunique = [\"visit\", \"sex\"]\n"
    );
    let other = House::new(&[
        ("stays.parquet", &as_parquet()),
        ("fees.csv", &encoding_rs::GB18030.encode(FEES).0),
        ("icd.csv", ICD.as_bytes()),
    ]);
    let of_text = house().report(&text);
    let mut of_parquet = other.report(&text.replace("stays.csv", "stays.parquet"));
    // The rule file itself names another file.
    of_parquet.rules_hash.clone_from(&of_text.rules_hash);
    assert_eq!(of_text, of_parquet);
}

#[test]
fn names_of_columns_are_bound_and_a_query_is_a_table() {
    let text = r#"title = "bound"
as_of = "2020-03-31"
[[source]]
name = "stays"
path = "stays.csv"
[[table]]
name = "women"
sql = """
SELECT * FROM stays
WHERE sex = 'f'"""
key = ["visit"]
columns = { in = "admitted", out = "discharged", sum = "TRY_CAST(total AS DOUBLE) * 2" }
types = { in = "date", out = "date" }
[[rule]]
id = "order"
table = "women"
heading = "consistency"
holds = "in <= out OR sum < 0"
"#;
    let report = house().report(text);
    assert_eq!(
        (
            rule(&report, "order").checked,
            rule(&report, "order").failed
        ),
        (1, 1)
    );
    assert_eq!(report.tables[0].rows, Some(1));
}

#[test]
fn the_guides_pack_is_held_against_a_file() {
    const GUIDE: &str = include_str!("../../../docs/guide/quality.md");
    let blocks = GUIDE.split("```toml\n").skip(1);
    let mut blocks = blocks.map(|it| it.split("```").next().unwrap());
    let text = blocks.find(|it| it.starts_with("packs =")).unwrap();
    let settlement = "setl_id,mdtrt_id,adm_time,dscg_time,medfee_sumamt,fund_pay_sumamt,psn_part_amt,hosp_part_amt\n\
        1,1,2020-01-01,2020-01-03,30,20,10,\n2,2,2020-02-01,2020-02-03,30,20,5,4\n3,3,2020-02-05,2020-02-04,x,20,5,5\n";
    let house = House::new(&[("settlement.csv", settlement.as_bytes())]);
    let source = "[[source]]\nname = \"settlement\"\npath = \"settlement.csv\"\n";
    let text = text.replacen("[[table]]", &format!("{source}[[table]]"), 1);
    let report = house.report(&format!("title = \"guide\"\n{text}"));
    let failed = |id: &str| {
        let id = format!("medical-insurance/{id}");
        (rule(&report, &id).checked, rule(&report, &id).failed)
    };
    assert_eq!(failed("shares-add-up"), (2, 1));
    assert_eq!(failed("admission-before-discharge"), (3, 1));
    let typed = rule(&report, "stays/typed");
    assert_eq!((typed.checked, typed.failed), (15, 1));
}

#[test]
fn the_guides_rules_are_held_against_files() {
    const GUIDE: &str = include_str!("../../../docs/guide/quality.md");
    let text = GUIDE.split("```toml\n").nth(1).unwrap();
    let text = text.split("```").next().unwrap();
    let settlement = "mdtrt_id,adm_time,dscg_time,dx,medfee_sumamt\n\
        1,2020-01-01,2020-01-03,A000,30\n2,2020-02-09,2020-02-03,Z99.9,20\n";
    let fees =
        "mdtrt_id,line,cnt,price,amount\n1,1,2,10,20\n1,2,1,10,10\n2,1,1,20,21\n2,1,0,20,1\n";
    let house = House::new(&[
        ("settlement.csv", settlement.as_bytes()),
        ("fees.csv", fees.as_bytes()),
        ("icd-10.csv", ICD.as_bytes()),
    ]);
    let report = house.report(text);
    let failed = |id: &str| (rule(&report, id).checked, rule(&report, id).failed);
    assert_eq!(failed("stay-complete"), (6, 0));
    assert_eq!(failed("stay-order"), (2, 1));
    assert_eq!(failed("diagnosis-valid"), (2, 1));
    assert_eq!(failed("line-product"), (3, 1));
    assert_eq!(failed("fees-add-up"), (2, 1));
    assert_eq!(failed("line-once"), (4, 1));
}
