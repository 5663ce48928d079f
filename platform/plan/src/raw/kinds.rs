//! Tables that plans of one kind have.

use std::collections::BTreeMap;

use consilium_mailbox::PartyId;
use serde::Deserialize;
use toml::Spanned;

use crate::Calendar;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawAlign {
    pub(crate) protocol: Option<Spanned<RawProtocol>>,
    pub(crate) minimum: Option<Spanned<u32>>,
    pub(crate) counter: Option<Spanned<PartyId>>,
    pub(crate) epsilon: Option<Spanned<f64>>,
    pub(crate) leader: Option<Spanned<PartyId>>,
    pub(crate) holder: Option<Spanned<PartyId>>,
    pub(crate) queries: Option<Spanned<u32>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawProtocol {
    #[default]
    Ecdh,
    Vole,
    Star,
    Unbalanced,
    Cardinality,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawDictionary {
    pub(crate) holder: Spanned<PartyId>,
    pub(crate) system: Spanned<String>,
    pub(crate) column: Spanned<String>,
    pub(crate) list: Option<Spanned<String>>,
    pub(crate) most_codes: Option<Spanned<u32>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawScarcity {
    pub(crate) epsilon: Spanned<f64>,
    pub(crate) delta: Option<Spanned<f64>>,
    pub(crate) pseudo_count: Option<Spanned<f64>>,
    pub(crate) entities: Option<Spanned<u64>>,
    pub(crate) buckets: Option<Spanned<u32>>,
    pub(crate) falsely: Option<Spanned<f64>>,
    #[serde(default)]
    pub(crate) cuts: BTreeMap<String, Spanned<Vec<f64>>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawStatistics {
    pub(crate) quantiles: Option<Spanned<Vec<f64>>>,
    pub(crate) quantile_error: Option<Spanned<f64>>,
    pub(crate) correlations: Option<bool>,
    pub(crate) codes: Option<Spanned<u32>>,
    pub(crate) longest_code: Option<Spanned<u32>>,
    pub(crate) mode: Option<Spanned<RawMode>>,
    pub(crate) period: Option<Spanned<RawPeriod>>,
    pub(crate) bins: Option<Spanned<u64>>,
}

/// Whether counts are exact, or contributors add noise to theirs.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum RawMode {
    Exact,
    Threshold { epsilon: f64, delta: f64 },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { column = \"admitted\", length = \"quarter\", from = \"2025-01\", until = \"2026-12\" }"
)]
pub(crate) struct RawPeriod {
    pub(crate) column: String,
    pub(crate) length: Option<Calendar>,
    pub(crate) from: String,
    pub(crate) until: String,
}
