//! What a run of the demo gave and cost, in whichever world.

use std::time::Duration;

use consilium_evaluation::Evaluation;
use consilium_glm::Fit;

use crate::local::cost::PartyCost;

/// A run of the demo.
#[derive(Debug)]
pub(crate) struct Measured {
    /// `simulated` or `processes`.
    pub(crate) mode: &'static str,
    pub(crate) fit: Fit,
    /// Over the test rows of all hospitals, from sums.
    pub(crate) overall: Evaluation,
    /// The same of the model of federated averaging.
    pub(crate) averaged: Option<Evaluation>,
    /// On the simulated network's clock, or from submitting the study to its end.
    pub(crate) wall: Duration,
    pub(crate) rounds: u64,
    pub(crate) sums: u64,
    /// Of all parties' frames, each counted once at its sender; sealing and TLS come on top.
    pub(crate) bytes: u64,
    /// Over all connections, TLS and all, if there are any.
    pub(crate) wire_bytes: Option<u64>,
    pub(crate) parties: Vec<PartyCost>,
}
