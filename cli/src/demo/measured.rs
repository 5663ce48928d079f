//! What a run of the demo gave and cost, in whichever world.

use std::time::Duration;

use consilium_glm::{Candidate, Evaluation, Fit};
use serde::Serialize;

/// A run of the demo.
#[derive(Debug)]
pub(crate) struct Measured {
    /// `simulated` or `processes`.
    pub(crate) mode: &'static str,
    pub(crate) fit: Fit,
    /// Over the test rows of all hospitals, from sums.
    pub(crate) overall: Evaluation,
    /// The same model by federated averaging.
    pub(crate) averaged: Option<Candidate>,
    /// On the simulated network's clock, or from submitting the study to its end.
    pub(crate) wall: Duration,
    pub(crate) rounds: u64,
    pub(crate) sums: u64,
    /// Of all frames, counted once.
    pub(crate) bytes: u64,
    pub(crate) parties: Vec<PartyCost>,
}

/// What a run cost one party.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PartyCost {
    pub(crate) party: String,
    pub(crate) cpu_s: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peak_rss_mb: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sent_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) received_bytes: Option<u64>,
}
