//! What an earlier program kept is still read, and written alike.

use consilium_journal::UnixTime;
use consilium_store::studies::Version;

use super::*;

/// A study of the four hospitals with a state.
fn kept(state: &str) -> studies::Study {
    let plan = include_str!("../../../../platform/plan/tests/it/expected/heart.toml");
    let hash = plan.parse::<Plan>().unwrap().hash();
    studies::Study {
        name: crate::study::name(&hash),
        plan_hash: *hash.as_bytes(),
        plan: plan.into(),
        state: state.to_owned(),
        version: Version(1),
        submitted: UnixTime(100),
        changed: UnixTime(100),
    }
}

#[test]
fn jobs_are_read_and_written_as_ever() {
    let lines = include_str!("../../../tests/formats/job.jsonl").lines();
    for (place, line) in lines.enumerate() {
        let read = Job::read(&kept(line)).map(|(_, job)| job.text());
        assert_eq!(read.unwrap(), line, "job {place}");
    }
}

#[test]
fn every_stage_of_a_fit_and_every_outcome_is_among_them() {
    let text = include_str!("../../../tests/formats/job.jsonl");
    for stage in ["Standardising", "Starting", "Stepping", "Done", "Failed"] {
        assert!(
            text.contains(&format!("{{\"fit\":{{\"{stage}\"")),
            "{stage}"
        );
    }
    for outcome in ["evaluation", "averaged", "without"] {
        assert!(text.contains(&format!("{{\"{outcome}\":")), "{outcome}");
    }
}

#[test]
fn a_job_of_a_later_program_is_named_as_that() {
    let error = Job::read(&kept(r#"{"format":2,"state":{}}"#)).unwrap_err();
    assert!(
        matches!(error, StoreError::FormatNewer { format: 2, .. }),
        "{error}"
    );
}
