//! Rules of packs that a rule file has otherwise, and a time for all queries together.

use consilium_quality::{Check, Outcome, Report};

use super::quality::{rule, rules};
use super::*;

const PATIENTS: &str = "id,born_on,died_on,late,rate\n\
    1,2000-01-01,1990-01-01,1,60\n\
    2,2000-01-01,2010-01-01,0,61\n\
    3,2000-01-01,1999-01-01,0,62\n\
    4,2000-01-01,,0,63\n";

const HEAD: &str = r#"title = "t"
as_of = "2020-12-31"
packs = ["clinical"]
[[source]]
name = "s"
path = "rows.csv"
[[table]]
name = "t"
role = "patient"
source = "s"
key = ["id"]
columns = { code = "id", systolic_presure = "rate", pulse = "rate" }
types = { rate = "integer" }
[[rule]]
id = "pulse"
table = "t"
heading = "accuracy"
tolerate = 0.25
holds = "pulse > 60"
"#;

fn house() -> House {
    House::new(&[("rows.csv", PATIENTS.as_bytes())])
}

/// The report with an adjustment of the pack's rule that deaths follow births.
fn report(said: &str) -> Report {
    let adjust = "[[adjust]]\nrule = \"clinical/death-after-birth\"\nreason = \"told so\"\n";
    house().report(&format!("{HEAD}{adjust}{said}\n"))
}

#[test]
fn a_rule_of_a_pack_is_switched_off_or_passes_rows_over() {
    let plain = house().report(HEAD);
    let before = rule(&plain, "clinical/death-after-birth");
    assert_eq!((before.checked, before.failed), (3, 2));
    assert!(before.is_broken() && before.certainty.is_some());

    let off = report("off = true");
    let of = rule(&off, "clinical/death-after-birth");
    assert_eq!(
        (&of.outcome, of.checked, of.score),
        (&Outcome::Off, 0, None)
    );
    assert_eq!(of.adjusted.as_deref(), Some("told so"));
    assert_eq!(
        (off.not_run, off.unchecked),
        (plain.not_run, plain.unchecked)
    );

    let unless = report("unless = \"late = '1' -- reported late\"");
    let of = rule(&unless, "clinical/death-after-birth");
    assert_eq!((of.checked, of.failed), (2, 1));

    let tolerated = report("tolerate = 0.7");
    let of = rule(&tolerated, "clinical/death-after-birth");
    assert_eq!((of.failed, of.is_broken()), (2, false));
    assert_eq!(of.score, before.score, "scores count them all the same");
}

#[test]
fn what_a_table_binds_and_nothing_uses_is_told() {
    let report = house().report(HEAD);
    assert_eq!(report.unused, ["t.code", "t.systolic_presure"]);
    let pulse = rule(&report, "pulse");
    assert_eq!(
        (pulse.checked, pulse.failed, pulse.is_broken()),
        (4, 1, false)
    );
}

#[test]
fn the_time_for_all_queries_is_one() {
    let (house, program, rules) = (house(), program(), rules(HEAD));
    let all = Check::new(&rules, house.path(), &program);
    let none = all.left(&|| 0).run(&mut |_| {}).unwrap().report;
    let of_table = none.rules.iter().filter(|it| it.table == "t");
    for of in of_table {
        let is_over = matches!(&of.outcome, Outcome::NotRun { en, .. } if en.contains("together"));
        assert!(is_over, "{of:?}");
    }
    assert!(none.total.is_none() && none.not_run > 5);
    let enough = all.left(&|| 600).run(&mut |_| {}).unwrap().report;
    assert_eq!(enough, house.report(HEAD));
}

#[test]
fn a_query_that_takes_what_is_left_ends_with_it() {
    let (house, program) = (house(), program());
    // Some 10^12 pairs.
    let rows: String = "1\n".repeat(1_000_000);
    std::fs::write(house.path().join("many.csv"), format!("n\n{rows}")).unwrap();
    let slow = HEAD.replace(
        "[[rule]]",
        "[[source]]\nname = \"many\"\npath = \"many.csv\"\n[[table]]\nname = \"pairs\"\n\
         sql = \"SELECT sum(CAST(a.n AS BIGINT) * length(b.n)) AS n FROM many AS a JOIN many AS b ON a.n <= b.n\"\n\
         [[rule]]\nid = \"slow\"\ntable = \"pairs\"\nheading = \"accuracy\"\nholds = \"n > 0\"\n[[rule]]",
    );
    let rules = rules(&slow);
    let check = Check::new(&rules, house.path(), &program).rows(0);
    // Both tables are looked at, one is read, and then it is the other's turn.
    let asked = std::cell::Cell::new(0);
    let left = || {
        asked.set(asked.get() + 1);
        if asked.get() == 4 { 1 } else { 600 }
    };
    let report = check.left(&left).run(&mut |_| {}).unwrap().report;
    let of = rule(&report, "slow");
    assert!(
        matches!(&of.outcome, Outcome::NotRun { zh, .. } if zh.contains("总时间")),
        "{of:?}"
    );
    assert_eq!(rule(&report, "pulse").outcome, Outcome::Applied);
}
