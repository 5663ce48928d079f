//! Which rows are for testing.

use serde::Serialize;

use super::{Source, places::Places, raw::RawTest, table::number};
use crate::{LabError, LabFault};

/// Which rows are for testing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum TestRows {
    /// Files say it.
    Files,
    /// They are drawn for each seed.
    Drawn {
        /// How many.
        part: TestPart,
        /// The column whose values keep rows together, on one side.
        group: Option<String>,
        /// Whether parts have each class in the same proportion, where classes are predicted.
        stratify: bool,
    },
}

/// How many rows are for testing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestPart {
    /// This share: over 0, at most 0.9.
    Share(f64),
    /// One of so many parts of equal size, each in its turn: 2 to 20.
    Folds(u32),
}

impl TestRows {
    /// Gives how many folds each seed runs: 1 where rows are not split into folds.
    pub fn folds(&self) -> u32 {
        match self {
            TestRows::Drawn {
                part: TestPart::Folds(folds),
                ..
            } => *folds,
            _ => 1,
        }
    }
}

pub(super) fn check(
    raw: Option<&RawTest>,
    source: &Source,
    places: &Places,
) -> Result<TestRows, LabError> {
    let said = match source {
        Source::Files(files) => files.values().any(|file| file.split.is_some()),
        Source::Table { .. } => false,
    };
    let test = match (raw, said) {
        (None, true) => return Ok(TestRows::Files),
        (Some(_), true) => return Err(places.at("test", LabFault::TestTwice)),
        (None, false) => return Err(places.at_byte(0, LabFault::TestMissing)),
        (Some(test), false) => test,
    };
    let part = match (test.share, test.folds) {
        (Some(share), None) if share > 0.0 && share <= 0.9 => TestPart::Share(share),
        (Some(_), None) => {
            let allowed = "over 0 and at most 0.9";
            return Err(places.at("test.share", number("test.share", allowed)));
        }
        (None, Some(folds)) if (2..=20).contains(&folds) => TestPart::Folds(folds),
        (None, Some(_)) => return Err(places.at("test.folds", number("test.folds", "2 to 20"))),
        _ => return Err(places.at("test", LabFault::Test)),
    };
    Ok(TestRows::Drawn {
        part,
        group: test.group.clone(),
        stratify: test.stratify,
    })
}
