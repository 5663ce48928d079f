//! What programs read of the demo of trees over columns of several institutions.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Done, common::Common, compared::Compared, losses::Losses};
use crate::local::{cost::PartyCost, joint::label_holder};

/// The demo's last line with `--json`, and its `result.json`.
#[derive(Debug, Serialize)]
pub(super) struct VerticalResult<'a> {
    demo: &'static str,
    mode: &'static str,
    /// Whether the studies found whom the tables have in common, predict what they measured, are no
    /// further from the pooled model than chance explains, and fit the training rows nearly as it does.
    ok: bool,
    /// Of all studies, each from its submission to its end.
    wall_s: f64,
    /// Trees.
    iterations: Option<u64>,
    /// Of all parties' frames, each counted once at its sender; sealing and TLS come on top.
    bytes: u64,
    /// Over all connections, TLS and all.
    wire_bytes: u64,
    /// People whom all institutions know.
    rows: usize,
    /// Of these, kept for testing.
    test_rows: usize,
    metrics: BTreeMap<String, f64>,
    /// Over all studies.
    parties: Vec<PartyCost>,
    studies: Vec<StudyResult<'a>>,
}

#[derive(Debug, Serialize)]
struct StudyResult<'a> {
    name: &'static str,
    study: &'a str,
    wall_s: f64,
    bytes: u64,
    wire_bytes: u64,
    parties: &'a [PartyCost],
}

impl VerticalResult<'_> {
    pub(super) fn new<'a>(
        demo: &'static str,
        done: &'a [Done],
        (common, compared): (&Common, &Compared),
    ) -> VerticalResult<'a> {
        let mut metrics = BTreeMap::from([
            ("auc".to_owned(), compared.joint),
            ("auc_pooled".to_owned(), compared.pooled),
            ("auc_difference".to_owned(), compared.difference()),
            ("auc_difference_bound".to_owned(), compared.bound),
            ("loss".to_owned(), compared.losses.joint),
            ("loss_pooled".to_owned(), compared.losses.pooled),
            ("loss_none".to_owned(), compared.losses.none),
            ("gain_missed".to_owned(), compared.losses.missed()),
            ("gain_missed_bound".to_owned(), Losses::bound()),
        ]);
        for (party, auc) in &compared.alone {
            metrics.insert(format!("auc_{party}"), *auc);
        }
        let trees = |done: &Done| label_holder(&done.kept)?.report.get("trees")?.as_u64();
        let studies: Vec<_> = done.iter().map(StudyResult::new).collect();
        VerticalResult {
            demo,
            mode: "processes",
            ok: compared.odd(common.fits).is_none(),
            wall_s: studies.iter().map(|study| study.wall_s).sum(),
            iterations: done.iter().find_map(trees),
            bytes: studies.iter().map(|study| study.bytes).sum(),
            wire_bytes: studies.iter().map(|study| study.wire_bytes).sum(),
            rows: common.labels.len(),
            test_rows: common.tested.len(),
            metrics,
            parties: in_all(done),
            studies,
        }
    }
}

impl StudyResult<'_> {
    fn new(done: &Done) -> StudyResult<'_> {
        StudyResult {
            name: done.study.name,
            study: &done.kept.study,
            wall_s: done.kept.wall.as_secs_f64(),
            bytes: done.kept.frame_bytes(),
            wire_bytes: done.kept.wire_bytes(),
            parties: &done.kept.costs,
        }
    }
}

/// Adds up what the studies cost each party, in the order of the last ones, which all take part in.
fn in_all(done: &[Done]) -> Vec<PartyCost> {
    let mut studies = done.iter().map(|done| &done.kept.costs).rev();
    let mut all = studies.next().cloned().unwrap_or_default();
    for more in studies.flatten() {
        if let Some(cost) = all.iter_mut().find(|cost| cost.party == more.party) {
            cost.add(more);
        }
    }
    all
}
