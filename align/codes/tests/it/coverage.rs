use consilium_codes::{Coverage, Form, Mapping, Validity};

use crate::{map, table};

#[test]
#[expect(clippy::float_cmp, reason = "whole numbers")]
fn codes_rows_and_money_are_counted_apart() {
    let map = map();
    let mut coverage = Coverage::new(Form::Icd9Cm, Some(&map), None);
    for (code, money) in [
        ("001.0", 10.0),
        ("0010", 5.0),
        ("250.50", 100.0),
        ("1.0", 1.0),
        ("", 3.0),
        ("999.9", 2.0),
    ] {
        coverage.push(code, None, money);
    }
    let report = coverage.report(2);
    assert_eq!(
        (report.total.codes, report.total.rows, report.total.money),
        (4, 5, 118.0)
    );
    assert_eq!(report.empty_rows, 1);
    let exact = report.mapping[&Mapping::Exact];
    assert_eq!((exact.codes, exact.rows, exact.money), (1, 2, 15.0));
    assert_eq!(report.ways[&3].money, 100.0);
    assert_eq!(report.unclear["leading-zeros"].rows, 1);
    let offenders: Vec<&str> = report.offenders.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(offenders, ["250.50", "999.9"]);
}

#[test]
fn a_code_is_held_against_the_table_on_the_day_of_its_row() {
    let table = table();
    let mut coverage = Coverage::new(Form::Icd10Yb, None, Some(&table));
    for day in ["2021-01-01", "2021-01-02", "2023-05-05"] {
        coverage.push("A00.900", Some(day.parse().unwrap()), 0.0);
    }
    let report = coverage.report(5);
    assert_eq!(report.validity[&Validity::Valid].rows, 2);
    assert_eq!(report.validity[&Validity::Stopped].rows, 1);
    assert_eq!(report.offenders[0].validity, Some(Validity::Stopped));
}
