//! What others have published, beside what was measured here.

use serde::Serialize;

use super::{ArmReport, Spread};
use crate::{Arm, Published};

/// A published figure beside those of its arms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PublishedReport {
    /// The figure.
    #[serde(flatten)]
    pub published: Published,
    /// What was measured here, arm by arm.
    pub here: Vec<Beside>,
}

/// An arm beside a published figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Beside {
    /// Which.
    #[serde(flatten)]
    pub arm: Arm,
    /// Its own mean and standard deviation; nothing where it has no model.
    pub found: Option<Spread>,
    /// How far its mean lies above the published one, in published standard deviations.
    pub deviations: Option<f64>,
}

impl PublishedReport {
    pub(super) fn new(published: &Published, arms: &[ArmReport]) -> PublishedReport {
        let beside = |arm: &Arm| {
            let report = arms.iter().find(|it| it.arm == *arm);
            let found = report.and_then(|it| it.measures.get(&published.measure).copied());
            let above = found.map(|found| found.mean - published.value);
            Beside {
                arm: arm.clone(),
                found,
                deviations: above.zip(published.deviation).map(|(above, by)| above / by),
            }
        };
        PublishedReport {
            published: published.clone(),
            here: published.beside.iter().map(beside).collect(),
        }
    }
}
