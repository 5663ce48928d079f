//! An intent as it is typed.

use consilium_schema::TextPlace;
use serde::Deserialize;
use toml::Spanned;

use crate::FitError;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawIntent {
    pub(crate) label: Option<Spanned<String>>,
    pub(crate) columns: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(crate) default: RawDefaults,
    #[serde(default)]
    pub(crate) select: RawSelect,
    #[serde(default)]
    pub(crate) feature: Vec<RawFeature>,
}

impl RawIntent {
    pub(crate) fn parse(text: &str) -> Result<Self, FitError> {
        toml::from_str(text).map_err(|error| FitError::Toml {
            place: TextPlace::of(text, error.span().map_or(0, |span| span.start)),
            message: error.message().replace('\n', ", "),
        })
    }
}

/// What is done to columns of a type that no `[[feature]]` names.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDefaults {
    pub(crate) number: Option<RawFeature>,
    pub(crate) integer: Option<RawFeature>,
    pub(crate) boolean: Option<RawFeature>,
    pub(crate) category: Option<RawFeature>,
    pub(crate) code: Option<RawFeature>,
}

/// One `[[feature]]`, or a default, which has no name, column and product.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFeature {
    pub(crate) name: Option<Spanned<String>>,
    pub(crate) column: Option<Spanned<String>>,
    pub(crate) product: Option<Spanned<[String; 2]>>,
    pub(crate) impute: Option<Spanned<RawImpute>>,
    pub(crate) mark_missing: Option<Spanned<bool>>,
    pub(crate) winsorise: Option<Spanned<RawWinsorise>>,
    pub(crate) log: Option<Spanned<bool>>,
    pub(crate) scale: Option<Spanned<Scale>>,
    pub(crate) one_hot: Option<Spanned<RawOneHot>>,
    pub(crate) woe: Option<Spanned<bool>>,
}

/// What stands for a missing value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    untagged,
    expecting = "expected \"mean\", \"median\", \"most-frequent\", \"none\" or a value"
)]
pub(crate) enum RawImpute {
    Flag(bool),
    Number(f64),
    Word(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected two shares, as [0.01, 0.99], or false")]
pub(crate) enum RawWinsorise {
    Shares([f64; 2]),
    Not(bool),
}

/// By what numbers are centred and divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scale {
    None,
    Standard,
    Robust,
    Range,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawOneHot {
    pub(crate) minimum: Option<u64>,
    pub(crate) unseen: Option<Unseen>,
    pub(crate) reference: Option<String>,
}

/// What becomes of a value that has no column of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unseen {
    Other,
    Zero,
    Missing,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSelect {
    pub(crate) missing: Option<Spanned<f64>>,
    pub(crate) information_value: Option<Spanned<f64>>,
    pub(crate) stability: Option<Spanned<f64>>,
    pub(crate) correlation: Option<Spanned<f64>>,
    pub(crate) vif: Option<Spanned<f64>>,
    #[serde(default)]
    pub(crate) keep: Vec<Spanned<String>>,
}
