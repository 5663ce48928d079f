//! What keeps a study from running.

use std::{collections::BTreeMap, time::Duration};

use consilium_mailbox::PartyId;
use consilium_plan::{
    Code, DataReport, DataVersion, Failure, Found, Lang, Obstacle, PartyReport, Plan, Room, Speed,
    Task, Verdict, Warning,
};
use consilium_schema::{Codes, Differing, Schema};

use crate::{failures::assert_closed, full_text, heart, party};

const SPEED: Speed = Speed {
    round_trip: Duration::from_millis(20),
    bytes_per_second: 1_000_000,
};

fn report() -> PartyReport {
    PartyReport {
        plan: heart().hash(),
        clock_ahead: 0,
        found: Ok(Found {
            data: read(&[]),
            verified: 4,
            disk: Room::Ample,
            memory: Room::Ample,
        }),
    }
}

fn found(report: &mut PartyReport) -> &mut Found {
    report.found.as_mut().unwrap()
}

fn read(obstacles: &[Obstacle]) -> DataReport {
    let obstacles = obstacles.to_vec();
    DataReport::Read {
        version: DataVersion([1; 32]),
        obstacles,
        one_class: false,
    }
}

fn reports() -> BTreeMap<PartyId, PartyReport> {
    heart()
        .contributors()
        .map(|(party, _)| (party.clone(), report()))
        .collect()
}

/// The verdict when one hospital's report is changed.
fn verdict(change: impl FnOnce(&mut PartyReport)) -> Verdict {
    let mut reports = reports();
    change(reports.get_mut(&party("switzerland")).unwrap());
    heart().verdict(&reports)
}

fn code(change: impl FnOnce(&mut PartyReport)) -> Code {
    let verdict = verdict(change);
    assert_eq!(verdict.failures.len(), 1, "{:?}", verdict.failures);
    let failure = &verdict.failures[0];
    assert_eq!(failure.party, Some(party("switzerland")));
    assert_closed(failure);
    assert!(!verdict.may_run());
    failure.code
}

#[test]
fn a_study_runs_when_all_is_there() {
    let verdict = heart().verdict(&reports());
    assert!(verdict.may_run() && verdict.warnings.is_empty());
    let said = verdict.describe(SPEED, Lang::En);
    assert!(
        said.starts_with("Everything that this study needs is there.\nExpected: about"),
        "{said}"
    );
}

#[test]
fn labels_of_one_class_at_one_party_are_a_warning() {
    let verdict = verdict(|report| {
        found(report).data = DataReport::Read {
            version: DataVersion([1; 32]),
            obstacles: vec![],
            one_class: true,
        };
    });
    assert!(verdict.may_run());
    assert_eq!(verdict.warnings, [Warning::OneClass(party("switzerland"))]);
    assert!(
        verdict
            .describe(SPEED, Lang::Zh)
            .contains("switzerland 的标签只有一类")
    );
}

#[test]
fn a_party_that_did_not_answer_is_named() {
    let mut reports = reports();
    reports.remove(&party("va"));
    let failures = heart().verdict(&reports).failures;
    assert_eq!(
        failures[0].to_string(),
        "PARTY-SILENT: va did not answer at preflight for 1m"
    );
}

#[test]
fn what_one_party_reports_is_judged_without_the_others() {
    let va = party("va");
    let mut report = reports().remove(&va).unwrap();
    assert_eq!(heart().obstacles(&va, &report), []);
    found(&mut report).verified = 2;
    report.clock_ahead = -612;
    let obstacles = heart().obstacles(&va, &report);
    let told: Vec<_> = obstacles.iter().map(|why| (why.code, &why.party)).collect();
    let named = Some(va);
    assert_eq!(
        told,
        [(Code::ClockSkew, &named), (Code::VerifiedTooFew, &named)]
    );
}

#[test]
fn every_obstacle_has_its_code() {
    let column = || "chol".to_owned();
    assert_eq!(code(|r| r.clock_ahead = -612), Code::ClockSkew);
    assert_eq!(
        code(|r| r.plan = consilium_plan::PlanHash::from_bytes([0; 32])),
        Code::PlanDiffers
    );
    assert_eq!(code(|r| found(r).verified = 2), Code::VerifiedTooFew);
    assert_eq!(code(|r| found(r).disk = Room::Short), Code::DiskFull);
    assert_eq!(code(|r| found(r).memory = Room::Short), Code::MemoryLow);
    assert_eq!(
        code(|r| found(r).data = DataReport::Absent { only_split: false }),
        Code::DataMissing
    );
    assert_eq!(
        code(|r| found(r).data = DataReport::Absent { only_split: true }),
        Code::DataSplitMissing
    );
    assert_eq!(
        code(|r| found(r).data = read(&[Obstacle::Missing(column())])),
        Code::DataColumnMissing
    );
    assert_eq!(
        code(|r| found(r).data = read(&[Obstacle::DiffersIn(column(), vec![Differing::Range])])),
        Code::DataColumnDiffers
    );
    assert_eq!(
        code(|r| found(r).data = read(&[Obstacle::RowsTooFew])),
        Code::DataRowsTooFew
    );
    assert_eq!(
        code(|r| found(r).data = read(&[Obstacle::RowsTooMany])),
        Code::DataRowsTooMany
    );
    let cut = Failure::new(Code::DataCut).of(&party("switzerland"));
    let cut = cut.with("data", "heart").with("place", "line 61");
    assert_eq!(
        code(|r| found(r).data = DataReport::Unreadable(cut)),
        Code::DataCut
    );
    let missing = Failure::new(Code::ApprovalMissing).of(&party("switzerland"));
    assert_eq!(code(|r| r.found = Err(missing)), Code::ApprovalMissing);
}

#[test]
fn whoever_reports_a_failure_is_its_party() {
    let anothers = || Failure::new(Code::DataCut).of(&party("va"));
    let failed: [fn(&mut PartyReport, Failure); 2] = [
        |report, failure| report.found = Err(failure),
        |report, failure| found(report).data = DataReport::Unreadable(failure),
    ];
    for fail in failed {
        let verdict = verdict(|report| fail(report, anothers()));
        assert_eq!(verdict.failures[0].party, Some(party("switzerland")));
    }
}

#[test]
fn a_report_names_each_column_of_the_plan_once_at_most() {
    let is_answered_by = |obstacles: &[Obstacle]| {
        let mut report = report();
        found(&mut report).data = read(obstacles);
        heart().is_answered_by(&report)
    };
    let missing = |name: &str| Obstacle::Missing(name.to_owned());
    assert!(is_answered_by(&[missing("chol"), Obstacle::RowsTooFew]));
    assert!(!is_answered_by(&[missing("not of the plan")]));
    assert!(!is_answered_by(&vec![missing("chol"); 13]));
}

#[test]
fn parties_that_nobody_verified_count_as_colluding() {
    let trusting = |text: String| text.replace("[limits]\n", "[limits]\nminimum_verified = 0\n");
    let plan = crate::try_heart(trusting).unwrap();
    let verdict = |verified| {
        let mut report = report();
        report.plan = plan.hash();
        found(&mut report).verified = verified;
        let all = plan.contributors().map(|(party, _)| party.clone());
        plan.verdict(&all.map(|party| (party, report.clone())).collect())
    };
    assert!(verdict(3).may_run());
    let refused = verdict(2).failures;
    assert_eq!(refused.len(), 4);
    assert_eq!(
        refused[0].to_string(),
        "VERIFIED-TOO-FEW: contributors verified at cleveland, itself among them: 2; the plan needs 3"
    );
}

#[test]
fn small_margins_are_warnings() {
    let verdict = verdict(|report| {
        report.clock_ahead = 31;
        let found = found(report);
        (found.disk, found.memory) = (Room::Tight, Room::Tight);
    });
    assert!(verdict.may_run());
    assert_eq!(verdict.warnings.len(), 3);
    let said = verdict.describe(SPEED, Lang::En);
    assert!(
        said.contains("- The clock of switzerland is 31 s off."),
        "{said}"
    );
    assert!(
        said.contains("- switzerland has less than twice the disk space"),
        "{said}"
    );
}

#[test]
fn a_pinned_version_is_held_to() {
    let plan = Plan::from_toml(full_text()).unwrap();
    let reports = plan.contributors().map(|(party, _)| {
        (
            party.clone(),
            PartyReport {
                plan: plan.hash(),
                ..report()
            },
        )
    });
    let failures = plan.verdict(&reports.collect()).failures;
    assert_eq!(failures.len(), 1);
    assert_eq!(
        (failures[0].code, &failures[0].party),
        (Code::DataChanged, &Some(party("east")))
    );
}

#[test]
fn a_data_set_is_compared_with_the_plan_and_not_with_its_file_format() {
    let plan = heart();
    let Task::Train(task) = plan.task() else {
        panic!("it is a fit");
    };
    let text = include_str!("../../../../examples/heart-disease/schema.toml");
    let obstacles = |text: &str| task.obstacles(&Schema::from_toml(text).unwrap());
    assert_eq!(obstacles(text), []);
    assert_eq!(obstacles(&text.replace("\"?\", ", "\"??\", ")), []);
    assert_eq!(
        obstacles(&text.replace("max = 100\n", "max = 99\n")),
        [Obstacle::DiffersIn("age".into(), vec![Differing::Range])]
    );
    let months = Differing::Unit(Some("mo".parse().unwrap()));
    assert_eq!(
        obstacles(&text.replace("\"a\"", "\"mo\"")),
        [Obstacle::DiffersIn("age".into(), vec![months])]
    );
    let renamed = text.replace("\"chol\"", "\"cholesterol\"");
    assert_eq!(obstacles(&renamed), [Obstacle::Missing("chol".into())]);
}

#[test]
fn the_estimate_grows_with_what_costs() {
    let estimate = heart().estimate();
    // `consilium demo` counts 62 and 252.
    assert_eq!((estimate.sums, estimate.rounds), (62, 258));
    assert!(estimate.time(SPEED) > Duration::from_secs(5));
    let plain = crate::try_heart(|text| text.replace("fedavg = { rounds = 50 }", "")).unwrap();
    assert_eq!(plain.estimate().sums, 9);
    assert!(plain.estimate().sent_by_each < estimate.sent_by_each);
    let stored = serde_json::to_string(&heart().verdict(&reports())).unwrap();
    assert_eq!(
        serde_json::from_str::<Verdict>(&stored).unwrap(),
        heart().verdict(&reports())
    );
}

#[test]
fn a_column_that_differs_is_told_with_both_units_and_versions_and_no_value() {
    let plan = heart();
    let parts = vec![
        Differing::Unit(Some("mo".parse().unwrap())),
        Differing::Codes(Some(Codes::new("icd-10-cm", Some("2025")).unwrap())),
        Differing::Range,
    ];
    let told = plan.told_of(&party("va"), &Obstacle::DiffersIn("age".into(), parts));
    assert_eq!(
        told.what(Lang::En),
        "column age of va is not the plan's: unit mo (plan: a); \
         code system icd-10-cm 2025 (plan: none); range"
    );
    assert_eq!(
        told.what(Lang::Zh),
        "va 的列 age 与方案不同：单位 mo（方案：a）；编码体系 icd-10-cm 2025（方案：无）；范围"
    );
    // As it was kept before more was said.
    let kept: Failure = serde_json::from_str(
        r#"{"code":"DATA-COLUMN-DIFFERS","party":"va","details":{"column":"age","data":"va"}}"#,
    )
    .unwrap();
    assert_eq!(
        kept.what(Lang::En),
        "column age of va is not the plan's: type, unit, code system, range or levels"
    );
}

#[test]
fn a_party_names_nothing_as_differing_that_the_plan_does_not_ask_about() {
    let plan = heart();
    let answers = |column: &str, parts: Vec<Differing>| {
        let mut report = report();
        let obstacles = vec![Obstacle::DiffersIn(column.to_owned(), parts)];
        let data = DataReport::Read {
            version: DataVersion([9; 32]),
            obstacles,
            one_class: false,
        };
        if let Ok(found) = &mut report.found {
            found.data = data;
        }
        plan.is_answered_by(&report)
    };
    assert!(answers("age", vec![Differing::Range]));
    assert!(!answers("diagnosis", vec![Differing::Range]));
    assert!(!answers("age", Vec::new()));
    assert!(!answers("age", vec![Differing::Range; 5]));
}
