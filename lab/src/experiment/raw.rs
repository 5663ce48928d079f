//! An experiment as it is typed, before it is checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::places::Places;
use crate::{LabError, LabFault, Measure};

/// How parties run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// As tasks of one thread, over simulated links.
    #[default]
    Simulated,
    /// Those of a plan as daemons, each a process of its own, over the links of this machine.
    Processes,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) format: Option<u32>,
    pub(super) title: String,
    pub(super) plan: String,
    pub(super) seeds: Vec<u64>,
    #[serde(default)]
    pub(super) mode: Mode,
    #[serde(default)]
    pub(super) data: BTreeMap<String, RawData>,
    pub(super) table: Option<RawTable>,
    pub(super) test: Option<RawTest>,
    pub(super) link: Option<RawLinks>,
    #[serde(default)]
    pub(super) approximate: Vec<toml::Table>,
    #[serde(default)]
    pub(super) published: Vec<RawPublished>,
}

#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { name = \"FedAvg\", source = \"…\", measure = \"auc\", value = 0.7, beside = \"exact\" }"
)]
pub(super) struct RawPublished {
    pub(super) name: String,
    pub(super) source: String,
    pub(super) measure: Measure,
    pub(super) value: f64,
    pub(super) deviation: Option<f64>,
    pub(super) beside: String,
}

#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { file = \"rows.csv\" }"
)]
pub(super) struct RawData {
    pub(super) file: String,
    pub(super) split: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct RawTable {
    pub(super) file: String,
    pub(super) split: RawSplit,
}

#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { by = \"quantity\" }"
)]
pub(super) struct RawSplit {
    pub(super) by: RawBy,
    pub(super) column: Option<String>,
    pub(super) parties: Option<BTreeMap<String, Vec<String>>>,
    pub(super) alpha: Option<f64>,
    pub(super) shares: Option<BTreeMap<String, f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawBy {
    Column,
    LabelSkew,
    Quantity,
    Columns,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as { share = 0.3 }")]
pub(super) struct RawTest {
    pub(super) share: Option<f64>,
    pub(super) folds: Option<u32>,
    pub(super) group: Option<String>,
    #[serde(default = "yes")]
    pub(super) stratify: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as { latency_ms = 20 }")]
pub(super) struct RawLinks {
    pub(super) latency_ms: Option<f64>,
    pub(super) megabits: Option<f64>,
    pub(super) loss: Option<f64>,
    #[serde(default)]
    pub(super) party: BTreeMap<String, RawLink>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as { latency_ms = 20 }")]
pub(super) struct RawLink {
    pub(super) latency_ms: Option<f64>,
    pub(super) megabits: Option<f64>,
    pub(super) loss: Option<f64>,
}

/// Parses an experiment's text.
pub(super) fn parse(places: &Places) -> Result<Raw, LabError> {
    toml::from_str(places.text()).map_err(|error| {
        let message = error.message().replace('\n', ", ");
        let offset = error.span().map_or(0, |span| span.start);
        places.at_byte(offset, LabFault::Toml(message))
    })
}
