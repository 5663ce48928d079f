//! Rules about how a column's values lie.

use std::fmt::Write as _;

use consilium_quality::{Check, Given, Reading, Repaired, RuleResult, RuleSet};

use super::*;

const HEAD: &str = r#"title = "laboratory"
as_of = "2026-01-31"
[[source]]
name = "results"
path = "results.csv"
[[table]]
name = "results"
source = "results"
key = ["id"]
types = { value = "number" }
[[rule]]
id = "shape"
table = "results"
heading = "accuracy"
"#;

/// Cholesterol in mg/dL; cuts are fifths of the numbers from 100 to 300.
const MG: &str = "shape = { column = \"value\", against = { quantiles = [140, 180, 220, 260] }, \
                  factors = [38.67, 18.0182] }\n";

/// A thousand results, the numbers from 100 to 300 again and again; of those in mmol/L there are so many.
fn results(in_mmol: usize) -> String {
    let mut text = "id,value,unit\n".to_owned();
    for number in 0..1000 {
        // Coprime with their number, so that others are not of few values.
        let value = 100.0 + f64::from(number * 7 % 200) + 0.5;
        let is_other = (number * 13 % 1000) < i32::try_from(in_mmol).unwrap();
        let (value, unit) = if is_other {
            (value / 38.67, "mmol/L")
        } else {
            (value, "mg/dL")
        };
        writeln!(text, "r{number},{value},{unit}").unwrap();
    }
    text
}

fn said(test: &str, rows: &str) -> (RuleResult, usize) {
    let house = House::new(&[("results.csv", rows.as_bytes())]);
    let schema = |_: &str| Err("there is none".to_owned());
    let given = Given {
        today: consilium_quality::Date::at(20_000).unwrap(),
        schema: &schema,
    };
    let rules = RuleSet::from_toml(&format!("{HEAD}{test}"), given).unwrap();
    let program = program();
    let check = Check::new(&rules, house.path(), &program).aside(house.path());
    let checked = check.run(&mut |_| {}).unwrap();
    let rule = checked.report.rules.iter().find(|it| it.id == "shape");
    let json = serde_json::to_string(&checked.report).unwrap();
    assert_eq!(
        serde_json::from_str::<consilium_quality::Report>(&json).unwrap(),
        checked.report
    );
    (rule.unwrap().clone(), checked.offences.len())
}

#[test]
fn values_that_lie_as_the_reference_pass() {
    let (rule, offences) = said(MG, &results(0));
    let shape = rule.shape.unwrap();
    assert_eq!((rule.checked, rule.failed, offences), (1000, 0, 0));
    assert_eq!(shape.reading, Reading::Stable);
    assert!(shape.index < 1e-9, "{shape:?}");
    let names: Vec<&str> = shape.cells.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["< 140", "140–180", "180–220", "220–260", "≥ 260"]);
}

#[test]
fn all_values_of_another_unit_are_told_with_the_factor_that_brings_them_back() {
    let (rule, offences) = said(MG, &results(1000));
    let shape = rule.shape.unwrap();
    assert_eq!(shape.reading, Reading::Major);
    let repair = shape.repair.unwrap();
    assert_eq!(
        (repair.factor, repair.which, repair.rows),
        (38.67, Repaired::All, 1000)
    );
    assert!(repair.index < 0.01, "{repair:?}");
    // All lie in the first fifth, where a fifth belongs.
    assert_eq!(rule.failed, 800);
    assert_eq!(offences, 5);
}

#[test]
fn some_values_of_another_unit_are_told_too() {
    let (rule, _) = said(MG, &results(300));
    let shape = rule.shape.unwrap();
    assert_eq!(shape.reading, Reading::Major);
    let repair = shape.repair.unwrap();
    assert_eq!((repair.factor, repair.which), (38.67, Repaired::Outlying));
    // Three of five lie between the outer cuts.
    assert!((170..=190).contains(&repair.rows), "{repair:?}");
    let score = rule.score.unwrap();
    assert!(
        score.low < score.score && score.score < score.high,
        "{score:?}"
    );
    assert!((70.0..80.0).contains(&score.score), "{score:?}");
}

#[test]
fn a_shift_that_no_factor_explains_is_told_without_one() {
    let test = MG.replace("[140, 180, 220, 260]", "[240, 250, 260, 270]");
    let (rule, _) = said(&test, &results(0));
    let shape = rule.shape.unwrap();
    assert_eq!((shape.reading, shape.repair), (Reading::Major, None));
}

#[test]
fn a_condition_and_missing_cells_leave_rows_out() {
    let rows = results(300) + "r1000,,mg/dL\nr1001,none,mg/dL\n";
    let test = format!("where = \"unit = 'mg/dL'\"\n{MG}");
    let (rule, _) = said(&test, &rows);
    assert_eq!((rule.checked, rule.failed), (700, 0));
    let test = test.replace("mg/dL", "mmol/L");
    let (rule, _) = said(&test, &rows);
    let repair = rule.shape.unwrap().repair.unwrap();
    assert_eq!((rule.checked, repair.rows), (300, 300));
}

#[test]
fn levels_have_shares_and_those_that_are_not_named_the_rest() {
    let test = "shape = { column = \"unit\", against = { levels = { \"mg/dL\" = 0.7, \"mmol/L\" = 0.3 } } }\n";
    let (rule, _) = said(test, &results(300));
    assert_eq!(rule.failed, 0);
    let (rule, _) = said(test, &results(900).replace("mmol/L", "g/L"));
    let shape = rule.shape.unwrap();
    let found: Vec<(&str, f64)> = shape
        .cells
        .iter()
        .map(|it| (it.name.as_str(), it.found))
        .collect();
    assert_eq!(found, [("mg/dL", 0.1), ("mmol/L", 0.0), ("*", 0.9)]);
    assert_eq!((shape.reading, rule.failed), (Reading::Major, 900));
}

#[test]
fn few_rows_are_not_said_to_lie_elsewhere() {
    let all = results(0);
    let (header, rows) = all.split_once('\n').unwrap();
    let few: Vec<&str> = rows.lines().step_by(41).take(8).collect();
    let (rule, _) = said(MG, &format!("{header}\n{}\n", few.join("\n")));
    assert!(rule.shape.unwrap().index > 0.2);
    assert_eq!((rule.checked, rule.failed), (8, 0));
}
