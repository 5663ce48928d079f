//! What an institution keeps of a result: the model, its own scores, its own measures.

use std::{io, path::PathBuf};

use consilium_glm::{Evaluation, Family, Fit, Published, Scored};
use consilium_plan::{DataVersion, Name, PlanHash};
use serde::Serialize;

use super::rows::Sample;
use crate::files;

/// The folder of one study's result in the state folder, readable by its owner alone.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    folder: PathBuf,
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
    pub(crate) own: Option<Evaluation>,
    /// Measures over all contributors, once they are known.
    pub(crate) overall: Option<Evaluation>,
}

const MODEL: &str = "model.json";
const REPORT: &str = "own-report.json";
const SCORES: &str = "scores.csv";

impl Results {
    pub(crate) fn new(state: &std::path::Path, study: &PlanHash) -> Results {
        Results {
            folder: state.join("results").join(study.to_string()),
        }
    }

    pub(crate) fn scores_path(&self) -> PathBuf {
        self.folder.join(SCORES)
    }

    /// Gives the model and the own report, once they are there.
    pub(crate) fn read(&self) -> io::Result<Option<(String, String)>> {
        let read = |name| files::read_if_there(&self.folder.join(name));
        Ok(read(MODEL)?.zip(read(REPORT)?))
    }

    pub(crate) fn keep_model(&self, fit: &Published) -> io::Result<()> {
        files::write(&self.folder.join(MODEL), &json(fit))
    }

    pub(crate) fn keep_report(&self, report: &OwnReport<'_>) -> io::Result<()> {
        files::write(&self.folder.join(REPORT), &json(report))
    }

    /// Writes a line for each row: its number in the data file, its label, its score.
    pub(crate) fn keep_scores(&self, fit: &Fit, sample: &Sample) -> io::Result<()> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["row", "label", "score"])?;
        for ((features, label), number) in sample.table.iter().zip(&sample.numbers) {
            let score = fit.predict(features);
            table.write_record([number.to_string(), label.to_string(), score.to_string()])?;
        }
        let table = table
            .into_inner()
            .map_err(csv::IntoInnerError::into_error)?;
        files::write(&self.scores_path(), &table)
    }
}

/// Scores rows of a classification; nothing for other families.
pub(crate) fn scored(fit: &Fit, sample: &Sample) -> Vec<Scored> {
    if fit.family != Family::Logistic {
        return Vec::new();
    }
    let score = |(features, label): (&[f64], f64)| Scored {
        score: fit.predict(features),
        label: label > 0.5,
    };
    sample.table.iter().map(score).collect()
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("numbers and texts always serialise")
}
