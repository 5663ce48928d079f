use consilium_schema::{RawKind, TextPlace};
use serde::Deserialize;
use toml::Spanned;

use crate::{CatalogueError, Certainty, Identifies};

/// A catalogue as it is typed, before it is checked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCatalogue {
    pub(crate) name: Spanned<String>,
    pub(crate) version: Spanned<String>,
    pub(crate) title: RawNames,
    #[serde(default)]
    pub(crate) source: Vec<RawSource>,
    #[serde(default)]
    pub(crate) table: Vec<RawTable>,
    #[serde(default)]
    pub(crate) feature: Vec<RawFeature>,
}

impl RawCatalogue {
    pub(crate) fn parse(text: &str) -> Result<Self, CatalogueError> {
        toml::from_str(text).map_err(|error| CatalogueError::Toml {
            place: TextPlace::of(text, error.span().map_or(0, |span| span.start)),
            message: error.message().replace('\n', ", "),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawNames {
    pub(crate) en: String,
    pub(crate) zh: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSource {
    pub(crate) id: Spanned<String>,
    pub(crate) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTable {
    pub(crate) id: Spanned<String>,
    pub(crate) name: RawNames,
    #[serde(default)]
    pub(crate) synonyms: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFeature {
    pub(crate) id: Spanned<String>,
    pub(crate) name: RawNames,
    #[serde(default)]
    pub(crate) synonyms: Vec<String>,
    #[serde(rename = "type")]
    pub(crate) kind: RawKind,
    pub(crate) unit: Option<String>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) width: Option<u32>,
    pub(crate) levels: Option<Vec<Vec<String>>>,
    pub(crate) code_system: Option<RawCodeSystem>,
    pub(crate) window: Option<String>,
    pub(crate) zone: Option<String>,
    pub(crate) sensitivity: u8,
    pub(crate) identifies: Identifies,
    pub(crate) certainty: Certainty,
    #[serde(default)]
    pub(crate) sources: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCodeSystem {
    pub(crate) name: String,
    pub(crate) system: Option<String>,
    pub(crate) version: Option<String>,
}
