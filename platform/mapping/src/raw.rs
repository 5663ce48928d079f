//! A mapping as it is typed, before it is checked.

use std::collections::BTreeMap;

use consilium_schema::{RawFile, RawKind};
use serde::Deserialize;
use toml::Spanned;

use crate::Recoding;

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawMapping {
    pub(crate) schema: Option<Spanned<String>>,
    pub(crate) features: Option<Spanned<Vec<Spanned<String>>>>,
    pub(crate) catalogue: Option<Spanned<String>>,
    pub(crate) sql: Spanned<String>,
    #[serde(default)]
    pub(crate) limits: RawLimits,
    #[serde(default)]
    pub(crate) source: Vec<RawSource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawLimits {
    pub(crate) memory_mb: Option<Spanned<u64>>,
    pub(crate) seconds: Option<Spanned<u64>>,
    pub(crate) rows: Option<Spanned<u64>>,
    pub(crate) disk_mb: Option<Spanned<u64>>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub(crate) struct RawSource {
    pub(crate) name: Spanned<String>,
    pub(crate) path: Spanned<String>,
    pub(crate) format: Option<RawFormat>,
    pub(crate) sheet: Option<Spanned<String>>,
    pub(crate) file: Option<Spanned<RawFile>>,
    #[serde(default)]
    pub(crate) types: BTreeMap<Spanned<String>, RawKind>,
    pub(crate) rule: Option<Spanned<Recoding>>,
    pub(crate) together: Option<Spanned<bool>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawFormat {
    #[default]
    Auto,
    Csv,
    Parquet,
    Xlsx,
    Codes,
}
