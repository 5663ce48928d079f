//! What travels as JSON inside the wire's messages, as peers of the last release write and read it.

use std::{collections::BTreeSet, fmt::Debug, fs};

use consilium_plan::{
    Code, DataReport, DataVersion, Decision, Doing, Event, Failure, FederationId, Found, Grant,
    Obstacle, PartyReport, PlanHash, Room, Statement, StepNumber, Study, UnixTime, Unlike, Waiting,
    texts::failure::ALL,
};
use consilium_schema::{Codes, Differing, RawKind};
use serde::{Serialize, de::DeserializeOwned};

use crate::{NOW, party};

/// Compares what is written with a committed file, and what is read from that file with `values`.
///
/// `BLESS=1` writes the file anew once its values have grown; what it holds must be read then, too.
fn assert_format<T>(name: &str, values: &[T])
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let path = format!("{}/tests/formats/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let lines: Vec<String> = values
        .iter()
        .map(|value| serde_json::to_string(value).unwrap())
        .collect();
    let written = format!("[\n{}\n]\n", lines.join(",\n"));
    let there = fs::read_to_string(&path).unwrap_or_else(|_| "[]".to_owned());
    let read: Vec<T> = serde_json::from_str(&there).expect("peers of the last release break");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, written).unwrap();
        return;
    }
    assert_eq!(there, written, "run BLESS=1 cargo test -p consilium-plan");
    assert_eq!(read, values);
}

/// Sees that each variant of an enum is in some value; `probe` writes one that it does not have.
fn assert_every_variant<T: DeserializeOwned + Debug>(probe: &str, values: &impl Serialize) {
    let written = serde_json::to_string(values).unwrap();
    let refused = serde_json::from_str::<T>(probe).unwrap_err().to_string();
    let variants: Vec<&str> = refused.split('`').skip(3).step_by(2).collect();
    assert!(!variants.is_empty(), "{refused}");
    for variant in variants {
        assert!(written.contains(&format!("\"{variant}\"")), "{variant}");
    }
}

fn parties(names: &[&str]) -> BTreeSet<consilium_mailbox::PartyId> {
    names.iter().map(|name| party(name)).collect()
}

fn failure() -> Failure {
    Failure::new(Code::PartyLost)
        .of(&party("va"))
        .at("secagg.1.masked")
        .with("length", "1h")
}

#[test]
fn states_of_a_study_are_written_as_ever() {
    let (deadline, step) = (UnixTime(NOW.0 + 86_400), StepNumber(2));
    let without = parties(&["va"]);
    let studies = [
        Study::Drafted,
        Study::Submitted { deadline },
        Study::WaitingForApproval {
            deadline,
            approved: parties(&["cleveland", "va"]),
        },
        Study::Preflight { deadline },
        Study::Running {
            deadline,
            step,
            without: without.clone(),
        },
        Study::Paused {
            deadline,
            step,
            without,
            on: parties(&["hungarian"]),
            until: UnixTime(NOW.0 + 3_600),
        },
        Study::Finished { at: NOW },
        Study::Failed {
            at: NOW,
            failure: failure(),
        },
        Study::Cancelled {
            at: NOW,
            by: "op".to_owned(),
            reason: "标签有误".to_owned(),
        },
        Study::Expired {
            at: NOW,
            during: "paused".to_owned(),
        },
    ];
    assert_every_variant::<Study>(r#"{"state":"?"}"#, &studies);
    assert_format("study", &studies);
}

#[test]
fn events_of_a_study_are_written_as_ever() {
    let va = party("va");
    let events = [
        Event::Submitted,
        Event::Shown,
        Event::Approved(va.clone()),
        Event::Refused(va.clone()),
        Event::Revoked(va.clone()),
        Event::Ready,
        Event::Committed(StepNumber(1)),
        Event::Lost(parties(&["hungarian", "va"])),
        Event::Returned(va),
        Event::Finished(StepNumber(3)),
        Event::Failed(failure()),
        Event::Cancelled {
            by: "op".to_owned(),
            reason: "wrong label".to_owned(),
        },
        Event::Tick,
    ];
    assert_every_variant::<Event>(r#"{"event":"?"}"#, &events);
    assert_format("event", &events);
}

#[test]
fn what_a_step_is_at_is_written_as_ever() {
    let doings = [
        Doing::Standardising,
        Doing::Starting,
        Doing::Improving {
            iteration: 3,
            most: 98,
        },
        Doing::Measuring,
        Doing::Averaging {
            round: 7,
            rounds: 50,
        },
        Doing::Finishing,
        Doing::Comparing { chunks: 3 },
        Doing::Cutting,
        Doing::Growing {
            tree: 5,
            trees: 10,
            loss: Some(0.5),
            held_out: None,
        },
        Doing::Predicting,
        Doing::Counting { sum: 3, sums: 7 },
    ];
    assert_every_variant::<Doing>(r#"{"doing":"?"}"#, &doings);
    assert_format("doing", &doings);
}

#[test]
fn whom_a_step_waits_for_is_written_as_ever() {
    let waiting = Waiting {
        on: parties(&["hungarian", "va"]),
        since: NOW,
    };
    assert_format("waiting", &[waiting]);
}

#[test]
fn failures_are_written_as_ever() {
    let mut failures = vec![failure()];
    failures.extend(ALL.iter().map(|entry| Failure::new(entry.code)));
    assert_format("failure", &failures);
}

#[test]
fn reports_of_a_preflight_are_written_as_ever() {
    let found = |data, disk, memory| PartyReport {
        plan: PlanHash::from_bytes([3; 32]),
        clock_ahead: -2,
        found: Ok(Found {
            data,
            verified: 4,
            disk,
            memory,
        }),
    };
    let read = |obstacles| DataReport::Read {
        version: DataVersion([7; 32]),
        obstacles,
        one_class: true,
    };
    let codes = Codes::new("icd-10-cm", Some("2026")).unwrap();
    let differing = vec![
        Differing::Type(RawKind::Integer),
        Differing::Unit(Some("mg/dL".parse().unwrap())),
        Differing::Codes(Some(codes)),
        Differing::Range,
        Differing::Levels,
        Differing::Width,
        Differing::Order,
    ];
    let obstacles = vec![
        Obstacle::Missing("chol".to_owned()),
        Obstacle::Differs("年龄".to_owned()),
        Obstacle::RowsTooFew,
        Obstacle::RowsTooMany,
        Obstacle::KeysRepeated,
        Obstacle::NoKeys,
        Obstacle::NoAlignment,
        Obstacle::OtherData,
        Obstacle::OrderDamaged,
        Obstacle::OtherParties,
        Obstacle::RowsRepeated,
        Obstacle::PatientsRepeated,
        Obstacle::LabelsMissing,
        Obstacle::NoPart,
        Obstacle::PartDiffers,
        Obstacle::PartUnlike(Unlike::Parties),
        Obstacle::PartUnlike(Unlike::Features(party("va"))),
        Obstacle::PartUnlike(Unlike::Column(party("va"), "年龄".to_owned())),
        Obstacle::CohortTooClose,
        Obstacle::DiffersIn("年龄".to_owned(), differing),
        Obstacle::CohortAskedOtherwise([PlanHash::from_bytes([5; 32])].into()),
        Obstacle::NoiseSpent([PlanHash::from_bytes([5; 32])].into()),
        Obstacle::JudgesDiffer([PlanHash::from_bytes([5; 32])].into()),
        Obstacle::RowsShown([PlanHash::from_bytes([5; 32])].into()),
    ];
    assert_every_variant::<Differing>(r#"{"?":null}"#, &obstacles);
    let reports = [
        found(read(Vec::new()), Room::Ample, Room::Ample),
        found(read(obstacles), Room::Tight, Room::Short),
        found(
            DataReport::Absent { only_split: true },
            Room::Ample,
            Room::Ample,
        ),
        found(DataReport::Unreadable(failure()), Room::Ample, Room::Ample),
        PartyReport {
            plan: PlanHash::from_bytes([3; 32]),
            clock_ahead: 0,
            found: Err(Failure::new(Code::ApprovalMissing)),
        },
    ];
    assert_every_variant::<DataReport>(r#"{"?":null}"#, &reports);
    assert_every_variant::<Obstacle>(r#""?""#, &reports);
    assert_every_variant::<Unlike>(r#""?""#, &reports);
    assert_every_variant::<Room>(r#""?""#, &reports);
    assert_format("party-report", &reports);
}

#[test]
fn statements_of_stewards_are_written_as_ever() {
    let statement = |decision| Statement {
        federation: FederationId([1; 32]),
        signer: "va/li".parse().unwrap(),
        plan: PlanHash::from_bytes([3; 32]),
        decision,
        at: NOW,
        nonce: [9; 16],
    };
    let grant = Grant {
        data: DataVersion([7; 32]),
        runs: 50,
        until: UnixTime(NOW.0 + 1_000),
        waiver: false,
        beside: BTreeSet::new(),
    };
    let approval = statement(Decision::Approve(grant.clone()));
    let of = approval.id();
    let statements = [
        approval,
        statement(Decision::Approve(Grant {
            beside: [PlanHash::from_bytes([5; 32])].into(),
            ..grant
        })),
        statement(Decision::Refuse),
        statement(Decision::Revoke { of }),
    ];
    assert_every_variant::<Decision>(r#"{"?":null}"#, &statements);
    assert_format("statement", &statements);
}
