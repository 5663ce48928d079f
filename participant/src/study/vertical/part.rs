//! An institution's part of a model that several hold together.

use consilium_gbdt::vertical::ModelPart;
use consilium_node::files::FileError;
use consilium_plan::PlanHash;
use serde::{Deserialize, Serialize};

use super::Results;

/// A part with the study whose model it is of, as it is written.
#[derive(Serialize, Deserialize)]
struct Written<P> {
    format: u32,
    kind: String,
    study: PlanHash,
    #[serde(flatten)]
    part: P,
}

/// Why there is no part of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPart {
    Absent,
    Damaged,
}

const FORMAT: u32 = 1;

impl Results {
    /// Keeps the own part of a study's model.
    pub(super) fn keep_part(&self, study: &PlanHash, part: &ModelPart) -> Result<(), FileError> {
        self.write_model(&Written {
            format: FORMAT,
            kind: ModelPart::KIND.to_owned(),
            study: *study,
            part,
        })
    }

    /// Reads the own part of a study's model.
    pub(super) fn read_part(&self, study: &PlanHash) -> Result<ModelPart, NoPart> {
        let text = self.read_model().map_err(|_| NoPart::Damaged)?;
        let text = text.ok_or(NoPart::Absent)?;
        let read: Written<ModelPart> = serde_json::from_str(&text).map_err(|_| NoPart::Damaged)?;
        let is_ours = read.format == FORMAT && read.kind == ModelPart::KIND && read.study == *study;
        if is_ours {
            Ok(read.part)
        } else {
            Err(NoPart::Damaged)
        }
    }
}
