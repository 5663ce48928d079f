//! An experiment as it is typed, before it is checked.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::places::Places;
use crate::{LabError, LabFault, Measure, error::of_parser};

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
    pub(super) bargain: Option<RawBargain>,
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
    pub(super) parties: Option<RawParties>,
    pub(super) rest: Option<Rest>,
    pub(super) alpha: Option<f64>,
    pub(super) shares: Option<BTreeMap<String, f64>>,
}

/// What becomes of rows whose value no party names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rest {
    /// There may be none.
    #[default]
    Refuse,
    /// They are left out, and counted.
    Drop,
}

/// Which values of a column are whose.
#[derive(Debug)]
pub(super) enum RawParties {
    /// Each is a party.
    EveryValue,
    /// Each party has some.
    Given(BTreeMap<String, Vec<String>>),
}

/// How values are written that are parties each.
pub(super) const EVERY_VALUE: &str = "every-value";

impl<'de> Deserialize<'de> for RawParties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = RawParties;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(
                    f,
                    "a table such as {{ north = [\"1\"] }}, or {EVERY_VALUE:?}"
                )
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawParties, E> {
                let unknown = || E::invalid_value(de::Unexpected::Str(text), &self);
                (text == EVERY_VALUE)
                    .then_some(RawParties::EveryValue)
                    .ok_or_else(unknown)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawParties, A::Error> {
                let given = BTreeMap::deserialize(MapAccessDeserializer::new(map))?;
                Ok(RawParties::Given(given))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { lost = 0.03, saved = 0.1 }"
)]
pub(super) struct RawBargain {
    pub(super) lost: Option<f64>,
    pub(super) saved: Option<f64>,
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
        if is_plan(places.text()) {
            return LabError::of_file(places.file(), LabFault::NotExperiment);
        }
        let offset = error.span().map_or(0, |span| span.start);
        places.at_byte(offset, LabFault::Toml(of_parser(error.message())))
    })
}

/// Says whether a text is a plan, which has a kind, and no experiment, which names a plan.
fn is_plan(text: &str) -> bool {
    let table: Option<toml::Table> = text.parse().ok();
    table.is_some_and(|it| it.contains_key("kind") && !it.contains_key("plan"))
}

/// Says whether a text is an experiment, which names a plan, and no plan, which has a kind.
pub(super) fn is_experiment(text: &str) -> bool {
    let table: Option<toml::Table> = text.parse().ok();
    table.is_some_and(|it| it.contains_key("plan") && !it.contains_key("kind"))
}
