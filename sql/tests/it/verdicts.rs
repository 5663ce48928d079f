//! Cells and rows on which a verdict is easily wrong.

use std::sync::Arc;

use consilium_quality::{Outcome, Report};
use datafusion::arrow::array::{ArrayRef, Float64Array, RecordBatch};
use datafusion::parquet::arrow::ArrowWriter;

use super::quality::rule;
use super::*;

/// The report of rules over `rows.csv`, `types` being keys of its table.
fn report(csv: &str, table: &str, rules: &str) -> Report {
    let text = format!(
        "title = \"t\"\nas_of = \"2020-12-31\"\n[[source]]\nname = \"s\"\npath = \"rows.csv\"\n\
         [[table]]\nname = \"t\"\nsource = \"s\"\n{table}\n{rules}"
    );
    House::new(&[("rows.csv", csv.as_bytes())]).report(&text)
}

/// Checked and failed of one rule.
fn counts(csv: &str, table: &str, test: &str) -> (u64, u64) {
    let of = format!("[[rule]]\nid = \"r\"\ntable = \"t\"\nheading = \"accuracy\"\n{test}\n");
    let report = report(csv, table, &of);
    let rule = rule(&report, "r");
    assert_eq!(rule.outcome, Outcome::Applied, "{test}");
    (rule.checked, rule.failed)
}

#[test]
fn the_key_of_a_table_does_not_say_what_overlaps() {
    let stays = "person,visit,in,out\np,1,2020-01-01,2020-01-05\np,2,2020-01-01,2020-01-05\n";
    let test = "overlap = { by = [\"person\"], from = \"in\", until = \"out\" }";
    for key in ["", "key = [\"person\"]", "key = [\"visit\"]"] {
        assert_eq!(counts(stays, key, test), (2, 1), "{key}");
    }
    // Two settlements of one visit are one stay; the third person's visit is not known.
    let settled = "person,visit,in,out\np,1,2020-01-01,2020-01-31\np,1,2020-01-20,2020-02-05\n\
        p,2,2020-02-03,2020-02-09\nq,,2020-01-01,2020-01-02\n";
    let named = "overlap = { by = [\"person\"], from = \"in\", until = \"out\", id = [\"visit\"] }";
    assert_eq!(counts(settled, "", named), (2, 1));
}

#[test]
fn what_can_not_be_read_is_no_duplicate() {
    let table = "types = { id = \"integer\", day = \"date\" }";
    let rows = "id,day\n1,2020-01-01\n01,31.12.2019\nA1,bad\nB2,\n4,2020-01-01\n";
    assert_eq!(counts(rows, table, "unique = [\"id\"]"), (3, 1));
    assert_eq!(counts(rows, table, "unique = [\"day\"]"), (2, 1));
}

#[test]
fn cells_that_are_not_of_their_type_are_counted_without_a_rule() {
    let table = "types = { day = \"date\", n = \"integer\", f = \"boolean\" }";
    let rows = "day,n,f\n2020-01-01,7,是\n13.02.2019,NaN,on\n2020-01-02,1e400,否\n,99999999999999999999,t\n";
    let report = report(rows, table, "");
    let typed = rule(&report, "t/typed");
    assert_eq!((typed.checked, typed.failed), (11, 5));
    let of_column = |name: &str| {
        let column = typed.columns.iter().find(|it| it.column == name).unwrap();
        (column.checked, column.failed)
    };
    assert_eq!(of_column("day"), (3, 1));
    assert_eq!(of_column("n"), (4, 3));
    assert_eq!(of_column("f"), (4, 1));
    assert_eq!(
        counts(rows, table, "range = { column = \"n\", min = 0 }"),
        (2, 0)
    );
}

#[test]
fn a_schema_says_what_is_missing() {
    let schema = "[file]\nmissing = [\"NA\"]\n[[column]]\nname = \"n\"\ntype = \"number\"\nmin = 0\nmax = 100\n\
        missing = [\"999\"]\n[[column]]\nname = \"m\"\ntype = \"integer\"\nmin = 0\noutside = \"missing\"\n";
    let rows = "n,m\n5,1\n999.0,-5\nNA,2\n101,x\n";
    let schema = |_: &str| Ok(Schema::from_toml(schema).unwrap());
    let text = "title = \"t\"\n[[source]]\nname = \"s\"\npath = \"rows.csv\"\n\
        [[table]]\nname = \"t\"\nsource = \"s\"\nschema = \"schema.toml\"\n";
    let given = consilium_quality::Given {
        today: consilium_quality::Date::at(20_000).unwrap(),
        schema: &schema,
    };
    let rules = consilium_quality::RuleSet::from_toml(text, given).unwrap();
    let house = House::new(&[("rows.csv", rows.as_bytes())]);
    let report = house.check(&rules).unwrap().report;
    let count = |id: &str| (rule(&report, id).checked, rule(&report, id).failed);
    assert_eq!(count("t/schema/complete"), (8, 3));
    assert_eq!(count("t/schema/typed"), (5, 1));
    assert_eq!(count("t/schema/n/range"), (2, 1));
    assert!(report.rules.iter().all(|it| it.id != "t/schema/m/range"));
}

#[test]
fn numbers_of_a_column_file_are_written_as_in_a_text() {
    let text = |path: &str| {
        format!(
            "title = \"t\"\nas_of = \"2020-12-31\"\n[[source]]\nname = \"s\"\npath = {path:?}\n\
             [[table]]\nname = \"t\"\nsource = \"s\"\nkey = [\"id\"]\n\
             [[rule]]\nid = \"levels\"\ntable = \"t\"\nheading = \"conformity\"\n\
             levels = {{ column = \"sex\", of = [\"1\", \"2\"] }}\n\
             [[rule]]\nid = \"form\"\ntable = \"t\"\nheading = \"conformity\"\n\
             matches = {{ column = \"sex\", pattern = \"[0-9]\" }}\n"
        )
    };
    let sexes: Vec<Option<f64>> = (0..320_u32)
        .map(|at| [Some(1.0), Some(2.0), None, Some(3.5)][at as usize % 4])
        .collect();
    let csv = sexes.iter().enumerate();
    let csv = csv.fold(String::new(), |csv, (at, sex)| {
        let sex = sex.map(|it| it.to_string()).unwrap_or_default();
        csv + &format!("{at},{sex}\n")
    });
    let ids: ArrayRef = Arc::new(
        (0..320_u32)
            .map(|at| Some(f64::from(at)))
            .collect::<Float64Array>(),
    );
    let sexes: ArrayRef = Arc::new(sexes.into_iter().collect::<Float64Array>());
    let batch = RecordBatch::try_from_iter_with_nullable([("id", ids, true), ("sex", sexes, true)]);
    let batch = batch.unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    let house = House::new(&[
        ("s.csv", format!("id,sex\n{csv}").as_bytes()),
        ("s.parquet", &writer.into_inner().unwrap()),
    ]);
    for key in ["key = [\"id\"]", ""] {
        let text = |path| text(path).replace("key = [\"id\"]", key);
        let mut of_parquet = house.report(&text("s.parquet"));
        let of_text = house.report(&text("s.csv"));
        of_parquet.rules_hash.clone_from(&of_text.rules_hash);
        assert_eq!(of_text, of_parquet);
        assert_eq!(rule(&of_text, "levels").failed, 80);
    }
}

#[test]
fn rows_that_begin_and_end_together_fail_alike_in_any_order() {
    let mut rows: Vec<String> = (0..200)
        .map(|at| format!("p{},2020-01-01,2020-01-05,{at}", at % 60))
        .collect();
    let rules = "[[rule]]\nid = \"r\"\ntable = \"t\"\nheading = \"consistency\"\n\
        overlap = { by = [\"person\"], from = \"in\", until = \"out\" }\n";
    let mut of = |turn: bool| {
        if turn {
            rows.reverse();
        }
        report(&format!("person,in,out,x\n{}", rows.join("\n")), "", rules)
    };
    assert_eq!(of(false), of(true));
}

#[test]
fn sums_say_nothing_where_a_part_can_not_be_read() {
    let text = |keys: &str| {
        format!(
            "title = \"t\"\n[[source]]\nname = \"s\"\npath = \"s.csv\"\n[[source]]\nname = \"p\"\npath = \"p.csv\"\n\
             [[table]]\nname = \"t\"\nsource = \"s\"\ntypes = {{ id = \"integer\" }}\n\
             [[table]]\nname = \"parts\"\nsource = \"p\"\n\
             [[rule]]\nid = \"r\"\ntable = \"t\"\nheading = \"consistency\"\n\
             adds_up = {{ of = \"parts.amount\", by = [\"id\"], to = \"total\"{keys} }}\n\
             [[rule]]\nid = \"refers\"\ntable = \"t\"\nheading = \"consistency\"\n\
             refers = {{ columns = [\"id\"], to = \"parts\" }}\n"
        )
    };
    // 1 adds up, 2 has a part that can't be read, 3 has none, 4 is settled, taken back and settled again.
    let sums = "id,total\n1,30\n2,5\n3,100\n4,100\n4,-100\n4,90\nx,1\n";
    let parts = "id,amount\n1,10\n1,20\n2,abc\n2,5\n4,100\n4,-100\n4,90\n";
    let house = House::new(&[("s.csv", sums.as_bytes()), ("p.csv", parts.as_bytes())]);
    let counts = |keys: &str| {
        let report = house.report(&text(keys));
        let rule = rule(&report, "r");
        (rule.checked, rule.failed)
    };
    assert_eq!(counts(""), (4, 2));
    assert_eq!(counts(", none_is_zero = true"), (5, 3));
    assert_eq!(counts(", together = true"), (4, 0));
    // The sides are of different types, and are held against each other as texts.
    assert_eq!(rule(&house.report(&text("")), "refers").failed, 1);
}

#[test]
fn what_a_rule_needs_and_a_row_lacks_is_not_checked() {
    let table = "types = { a = \"date\", b = \"date\" }\ncodes = { code = { system = \"icd-10\", table = \"icd\" } }";
    let icd = "system = \"icd-10\"\nversion = \"2019\"\nsource = \"x\"\n---\n\
        code,en,parent,from,until,status\nA00,Cholera,,,2019-01-01,active\n";
    let rows =
        "code,a,b\nA00,2020-01-01,2020-01-05\nA00,bad,2020-01-05\nA00,2020-02-01,2019-01-05\n";
    let text = format!(
        "title = \"t\"\nas_of = \"2020-12-31\"\n[[source]]\nname = \"s\"\npath = \"rows.csv\"\n\
         [[source]]\nname = \"icd\"\npath = \"icd.csv\"\nformat = \"codes\"\n\
         [[table]]\nname = \"t\"\nsource = \"s\"\n{table}\n\
         [[rule]]\nid = \"codes\"\ntable = \"t\"\nheading = \"conformity\"\n\
         codes = {{ column = \"code\", at = \"a\" }}\n\
         [[rule]]\nid = \"delay\"\ntable = \"t\"\nheading = \"timeliness\"\n\
         delay = {{ from = \"a\", to = \"b\", days = 30 }}\n"
    );
    let house = House::new(&[("rows.csv", rows.as_bytes()), ("icd.csv", icd.as_bytes())]);
    let report = house.report(&text);
    let count = |id: &str| (rule(&report, id).checked, rule(&report, id).failed);
    assert_eq!(count("codes"), (2, 2));
    // The later day is a year before the earlier one.
    assert_eq!(count("delay"), (2, 1));
}

#[test]
fn a_long_condition_is_run_and_one_that_takes_all_memory_stops_alone() {
    let chain: Vec<String> = (0..100).map(|at| format!("x = '{at}'")).collect();
    let rules = format!(
        "[limits]\nmemory_mb = 512\n\
         [[rule]]\nid = \"chain\"\ntable = \"t\"\nheading = \"accuracy\"\nholds = \"{}\"\n\
         [[rule]]\nid = \"greedy\"\ntable = \"t\"\nheading = \"accuracy\"\n\
         holds = \"length(repeat(x, 2000000000)) > 1\"\n",
        chain.join(" OR ")
    );
    let report = report("x\n7\n100\n", "", &rules);
    let chain = rule(&report, "chain");
    assert_eq!((chain.checked, chain.failed), (2, 1));
    assert!(matches!(
        &rule(&report, "greedy").outcome,
        Outcome::NotRun { .. }
    ));
    assert_eq!(report.not_run, 1);
}

#[test]
fn a_column_that_a_file_has_lost_stops_its_rules_alone() {
    let rules = "[[rule]]\nid = \"x\"\ntable = \"t\"\nheading = \"accuracy\"\nholds = \"x > y\"\n\
        [[rule]]\nid = \"there\"\ntable = \"t\"\nheading = \"completeness\"\ncomplete = [\"y\"]\n";
    let report = report("y\n1\n\n", "expects = [\"x\", \"y\"]", rules);
    let expects = rule(&report, "t/expects");
    assert_eq!((expects.checked, expects.failed), (2, 1));
    assert!(
        matches!(&rule(&report, "x").outcome, Outcome::NotRun { en, .. } if en == "the table has no column x")
    );
    assert_eq!(rule(&report, "there").outcome, Outcome::Applied);
    assert_eq!(report.not_run, 1);
}

#[test]
fn a_table_of_codes_that_can_not_be_read_stops_the_rules_that_need_it() {
    let text = "title = \"t\"\n[[source]]\nname = \"s\"\npath = \"rows.csv\"\n\
        [[source]]\nname = \"icd\"\npath = \"icd.csv\"\nformat = \"codes\"\n\
        [[table]]\nname = \"t\"\nsource = \"s\"\ncodes = { code = { system = \"icd-10\", table = \"icd\" } }\n\
        [[rule]]\nid = \"codes\"\ntable = \"t\"\nheading = \"conformity\"\n\
        codes = { column = \"code\", known = true }\n\
        [[rule]]\nid = \"there\"\ntable = \"t\"\nheading = \"completeness\"\ncomplete = [\"code\"]\n";
    let rows: &[u8] = b"code,x\nA00,1\n,2\n";
    for files in [
        &[("rows.csv", rows)][..],
        &[("rows.csv", rows), ("icd.csv", b"code,en\nA00,Cholera\n")],
    ] {
        let report = House::new(files).report(text);
        assert!(matches!(
            &rule(&report, "codes").outcome,
            Outcome::NotRun { .. }
        ));
        let there = rule(&report, "there");
        assert_eq!(
            (there.checked, there.outcome.clone()),
            (2, Outcome::Applied)
        );
        assert_eq!(rule(&report, "t/accessible").failed, 0);
    }
}

#[test]
fn what_is_wrong_in_a_condition_is_told_where_it_stands() {
    let of = |test: &str| {
        let text = format!(
            "title = \"t\"\n[[source]]\nname = \"s\"\npath = \"rows.csv\"\n[[table]]\nname = \"t\"\nsource = \"s\"\n\
             [[rule]]\nid = \"r\"\ntable = \"t\"\nheading = \"accuracy\"\n{test}\n"
        );
        let schema = |_: &str| Err(String::new());
        let given = consilium_quality::Given {
            today: consilium_quality::Date::at(20_000).unwrap(),
            schema: &schema,
        };
        let rules = consilium_quality::RuleSet::from_toml(&text, given).unwrap();
        let house = House::new(&[("rows.csv", b"x,y\n1,2\n")]);
        house.check(&rules).unwrap_err().to_string()
    };
    let of_rows = of("where = \"nothing > 1\"\nholds = \"x > 0\"");
    assert!(
        of_rows.starts_with("line 12, column 10: rule \"r\": "),
        "{of_rows}"
    );
    let of_groups = of("where = \"nothing > 1\"\nunique = [\"x\"]");
    assert!(
        of_groups.starts_with("line 12, column 10: rule \"r\": "),
        "{of_groups}"
    );
    let types =
        of("unique = [\"x\"]\n[[table]]\nname = \"u\"\nsource = \"s\"\ntypes = { z = \"text\" }");
    assert!(
        types.contains("table \"u\": there is no column \"z\"; there are x, y"),
        "{types}"
    );
}
