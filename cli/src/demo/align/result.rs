//! What programs read of the demo of alignment.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::Done;
use crate::local::{aligned::found, cost::PartyCost, kept::PartyKept};

/// The demo's last line with `--json`, and its `result.json`.
#[derive(Debug, Serialize)]
pub(super) struct AlignResult<'a> {
    demo: &'static str,
    mode: &'static str,
    /// Whether each study found the people that its tables have in common.
    ok: bool,
    /// Of all studies, each from its submission to its end.
    wall_s: f64,
    /// Of all parties' frames, each counted once at its sender; sealing and TLS come on top.
    bytes: u64,
    metrics: BTreeMap<String, u64>,
    studies: Vec<StudyResult<'a>>,
}

#[derive(Debug, Serialize)]
struct StudyResult<'a> {
    protocol: &'static str,
    study: &'a str,
    ok: bool,
    wall_s: f64,
    bytes: u64,
    /// Of each institution: rows, valid, repaired, refused and repeated keys.
    keys: BTreeMap<&'a str, Value>,
    parties: &'a [PartyCost],
}

impl AlignResult<'_> {
    pub(super) fn new(done: &[Done]) -> AlignResult<'_> {
        let mut metrics = BTreeMap::new();
        for done in done {
            let name = done.study.name;
            metrics.insert(format!("{name}_expected"), done.expected as u64);
            let found = done.aligned.parties.first().and_then(common);
            metrics.extend(found.map(|found| (format!("{name}_common"), found)));
        }
        let studies: Vec<_> = done.iter().map(StudyResult::new).collect();
        AlignResult {
            demo: "align",
            mode: "processes",
            ok: studies.iter().all(|study| study.ok),
            wall_s: studies.iter().map(|study| study.wall_s).sum(),
            bytes: studies.iter().map(|study| study.bytes).sum(),
            metrics,
            studies,
        }
    }
}

impl StudyResult<'_> {
    fn new(done: &Done) -> StudyResult<'_> {
        StudyResult {
            protocol: done.study.name,
            study: &done.aligned.study,
            ok: done.fits,
            wall_s: done.aligned.wall.as_secs_f64(),
            bytes: done.aligned.frame_bytes(),
            keys: found::of(&done.aligned.parties)
                .into_iter()
                .map(|(party, counts)| (party.as_str(), counts))
                .collect(),
            parties: &done.aligned.costs,
        }
    }
}

/// Gives how many keys an institution found to be common.
pub(super) fn common(own: &PartyKept) -> Option<u64> {
    own.report.pointer("/common/exact").and_then(Value::as_u64)
}
