//! What an institution keeps of a result: the model, its own scores and measures, the report to all.

use std::{fmt::Write as _, path::PathBuf, sync::Arc};

use consilium_evaluation::{Measures, Scored};
use consilium_journal::Entry;
use consilium_mailbox::PartyId;
use consilium_node::files::{self, FileError};
use consilium_plan::{DataVersion, Name, Plan, PlanHash};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tracing::warn;

use super::received::{Received, Verdict};

/// The folder of one study's result in the state folder, readable by its owner alone.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    folder: PathBuf,
}

/// What is there of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) model: String,
    /// The institution's own report, if it brought rows.
    pub(crate) own_report: Option<String>,
    /// The report to all receivers, if this is one and the study has ended.
    pub(crate) report: Option<String>,
}

/// What the institution measured on its own rows: for its own eyes.
#[derive(Debug, Serialize)]
pub(crate) struct OwnReport<'a> {
    pub(crate) plan: PlanHash,
    pub(crate) data: &'a Name,
    pub(crate) version: DataVersion,
    /// Own rows that the model was fitted to.
    pub(crate) fitted_rows: usize,
    /// Own rows that were scored.
    pub(crate) scored_rows: usize,
    /// Whether those were kept for testing.
    pub(crate) tested: bool,
    /// Measures on the own rows.
    pub(crate) own: Option<Measures>,
    /// Measures over all contributors, once they are known.
    pub(crate) overall: Option<Measures>,
}

const ALIGNED: &str = "aligned.csv";
const FINDINGS: &str = "findings.json";
const MODEL: &str = "model.json";
const OWN_REPORT: &str = "own-report.json";
const REPORT: &str = "report.json";
const SCORES: &str = "scores.csv";

impl Results {
    pub(crate) fn new(state: &std::path::Path, study: &PlanHash) -> Results {
        Results::named(state, &study.to_string())
    }

    /// The same by the study's name, which is its plan's hash.
    pub(crate) fn named(state: &std::path::Path, study: &str) -> Results {
        Results {
            folder: state.join("results").join(study),
        }
    }

    /// Where the order of rows lies that are common with another institution.
    pub(crate) fn aligned_path(&self) -> PathBuf {
        self.folder.join(ALIGNED)
    }

    pub(crate) fn scores_path(&self) -> PathBuf {
        self.folder.join(SCORES)
    }

    pub(super) fn report_path(&self) -> PathBuf {
        self.folder.join(OWN_REPORT)
    }

    /// Where what each run cost is kept.
    pub(super) fn costs_path(&self) -> PathBuf {
        self.folder.join("costs")
    }

    /// Gives what is there, once there is a model with a report of either kind.
    pub(crate) fn read(&self) -> Result<Option<Kept>, FileError> {
        let Some(model) = self.file(MODEL)? else {
            return Ok(None);
        };
        let kept = Kept {
            model,
            own_report: self.file(OWN_REPORT)?,
            report: self.file(REPORT)?,
        };
        let is_complete = kept.own_report.is_some() || kept.report.is_some();
        Ok(is_complete.then_some(kept))
    }

    /// Gives the model, or the own part of one, once it is there.
    pub(crate) fn read_model(&self) -> Result<Option<String>, FileError> {
        self.file(MODEL)
    }

    /// Gives the statistics over all rows, once they are there.
    pub(crate) fn read_findings(&self) -> Result<Option<String>, FileError> {
        self.file(FINDINGS)
    }

    /// Gives the own report, once it is there.
    pub(crate) fn read_own_report(&self) -> Result<Option<String>, FileError> {
        self.file(OWN_REPORT)
    }

    /// Gives the report to all receivers, once it is there.
    pub(crate) fn read_report(&self) -> Result<Option<String>, FileError> {
        self.file(REPORT)
    }

    /// Says whether the own report is there.
    pub(super) fn has_own_report(&self) -> Result<bool, FileError> {
        Ok(self.file(OWN_REPORT)?.is_some())
    }

    fn file(&self, name: &str) -> Result<Option<String>, FileError> {
        files::read_if_there(&self.folder.join(name))
    }

    /// Takes a result in place of the own copy of the model, if it can be the study's: an
    /// institution that dropped out may have none, or one of a fit that began anew without it.
    /// Adds to the entry what came and what became of it.
    pub(crate) fn receive(
        &self,
        result: &Received,
        (plan, me): (&Plan, &PartyId),
        entry: Entry,
    ) -> Result<Entry, FileError> {
        let verdict = result.judge((plan, me), self.file(MODEL)?.as_deref());
        if verdict == Verdict::Taken {
            files::write(&self.folder.join(REPORT), result.report.as_bytes())?;
            if !result.model.is_empty() {
                files::write(&self.folder.join(MODEL), result.model.as_bytes())?;
            }
        } else {
            let verdict = verdict.name();
            warn!(study = %plan.hash(), verdict, "the coordinator's result is not taken");
        }
        let hash = |text: &str| blake3::hash(text.as_bytes()).to_hex();
        let entry = entry.with("result", verdict.name());
        let entry = if result.model.is_empty() {
            entry
        } else {
            entry.with("model", hash(&result.model))
        };
        Ok(entry.with("report", hash(&result.report)))
    }

    /// Keeps the model in the shape in which the coordinator gives it to receivers.
    pub(crate) fn keep_model(&self, kind: &str, fit: &impl Serialize) -> Result<(), FileError> {
        let model = json!({ "format": 1, "kind": kind, "fit": fit });
        self.write_model(&model)
    }

    /// Keeps the own part of a model that several institutions hold together.
    pub(super) fn write_model(&self, part: &impl Serialize) -> Result<(), FileError> {
        files::write(&self.folder.join(MODEL), &json(part))
    }

    /// Keeps statistics over all rows.
    pub(super) fn keep_findings(&self, findings: &impl Serialize) -> Result<(), FileError> {
        files::write(&self.folder.join(FINDINGS), &json(findings))
    }

    /// Keeps what this institution alone is told.
    pub(super) fn keep_own_report(&self, report: &impl Serialize) -> Result<(), FileError> {
        files::write(&self.folder.join(OWN_REPORT), &json(report))
    }

    /// Adds to the own report what the own rows are worth.
    ///
    /// # Errors
    ///
    /// If the report can't be read or written, or is none: it is left as it is.
    pub(crate) fn add_value(&self, value: &impl Serialize) -> Result<(), FileError> {
        let report = self.read_own_report()?;
        let report: Result<Map<String, Value>, _> =
            report.map_or_else(|| Ok(Map::new()), |report| serde_json::from_str(&report));
        let mut report = report.map_err(|error| FileError {
            path: self.report_path(),
            source: Arc::new(error.into()),
        })?;
        report.insert("value".to_owned(), json!(value));
        self.keep_own_report(&report)
    }

    /// Writes a line for each row: its number in the data file, its label, its score.
    pub(crate) fn keep_scores(
        &self,
        scored: &[Scored],
        numbers: &[usize],
    ) -> Result<(), FileError> {
        let mut table = String::from("row,label,score\n");
        for (Scored { score, label }, number) in scored.iter().zip(numbers) {
            writeln!(table, "{number},{label},{score}").expect("a string takes all");
        }
        files::write(&self.scores_path(), table.as_bytes())
    }

    /// Writes a line for each row that was scored without a label.
    pub(super) fn keep_predictions(
        &self,
        means: &[f64],
        numbers: &[usize],
    ) -> Result<(), FileError> {
        let mut table = String::from("row,score\n");
        for (mean, number) in means.iter().zip(numbers) {
            writeln!(table, "{number},{mean}").expect("a string takes all");
        }
        files::write(&self.scores_path(), table.as_bytes())
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("numbers and texts always serialise")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_value_joins_the_own_report_and_replaces_no_damaged_one() {
        let state = tempfile::tempdir().unwrap();
        let results = Results::named(state.path(), "study");
        results.keep_own_report(&json!({ "own": 1 })).unwrap();
        results.add_value(&json!({ "score": 2 })).unwrap();
        let kept = results.read_own_report().unwrap().unwrap();
        let kept: Value = serde_json::from_str(&kept).unwrap();
        assert_eq!(kept, json!({ "own": 1, "value": { "score": 2 } }));
        for damaged in ["{\"own\": 1, ", "[]"] {
            fs::write(results.report_path(), damaged).unwrap();
            let error = results.add_value(&json!({ "score": 3 })).unwrap_err();
            assert_eq!(error.path, results.report_path());
            let kept = results.read_own_report().unwrap();
            assert_eq!(kept.as_deref(), Some(damaged));
        }
    }
}
