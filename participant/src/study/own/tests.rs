//! What an earlier program kept is still read, and written alike.

use consilium_store::studies::Version;

use super::*;
use crate::home::{sample, study_name};

fn kept(state: &str) -> studies::Study {
    let plan = sample::plan(&["a", "b", "c"], "");
    studies::Study {
        name: study_name(&plan.hash()),
        plan_hash: *plan.hash().as_bytes(),
        plan: plan.to_string().into(),
        state: state.to_owned(),
        version: Version(1),
        submitted: UnixTime(100),
        changed: UnixTime(100),
    }
}

#[test]
fn what_is_kept_of_a_study_is_read_and_written_as_ever() {
    let lines = include_str!("../../../tests/formats/own.jsonl").lines();
    for (place, line) in lines.enumerate() {
        let read = Own::read(&kept(line)).map(|(_, own)| own.text());
        assert_eq!(read.unwrap(), line, "line {place}");
    }
}

#[test]
fn what_a_later_program_kept_is_named_as_that() {
    let error = Own::read(&kept(r#"{"format":2,"state":{}}"#)).unwrap_err();
    assert!(
        matches!(error, StoreError::FormatNewer { format: 2, .. }),
        "{error}"
    );
}
