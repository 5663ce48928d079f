use consilium_schema::{RawLevel, TextPlace};
use serde::Deserialize;
use toml::Spanned;

use crate::{PreparationError, Unseen};

/// A preparation as it is typed, before it is checked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPreparation {
    /// The features.
    #[serde(default)]
    pub prepared: Vec<Spanned<RawPrepared>>,
    /// The text itself, so that errors can name a line.
    #[serde(skip)]
    pub(crate) text: String,
}

impl RawPreparation {
    /// Parses TOML.
    ///
    /// # Errors
    ///
    /// [`PreparationError::Toml`] with the place.
    pub fn parse(text: &str) -> Result<Self, PreparationError> {
        let mut raw: Self = toml::from_str(text).map_err(|error| PreparationError::Toml {
            place: TextPlace::of(text, error.span().map_or(0, |span| span.start)),
            message: error.message().replace('\n', ", "),
        })?;
        text.clone_into(&mut raw.text);
        Ok(raw)
    }

    /// Takes features out of a longer text; errors about them name places of that text.
    pub fn within(text: &str, prepared: Vec<Spanned<RawPrepared>>) -> Self {
        Self {
            prepared,
            text: text.to_owned(),
        }
    }
}

/// One `[[prepared]]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPrepared {
    /// Default: the column's, of a product its factors' with `×` between them.
    pub name: Option<Spanned<String>>,
    /// The column that it is made of; required of all but products.
    pub column: Option<Spanned<String>>,
    /// What a missing value becomes; default: it stays missing.
    pub missing: Option<Spanned<RawMissing>>,
    /// Default `false`.
    pub mark_missing: Option<Spanned<bool>>,
    /// The ends that values beyond become.
    pub clip: Option<Spanned<[f64; 2]>>,
    /// Default `false`.
    pub log: Option<Spanned<bool>>,
    /// Default 0.
    pub centre: Option<Spanned<f64>>,
    /// Default 1.
    pub spread: Option<Spanned<f64>>,
    /// The levels; default: those that the column declares.
    pub levels: Option<Spanned<Vec<RawLevel>>>,
    /// The level without a column; default: none, or the declared one where levels are left out.
    pub reference: Option<Spanned<RawLevel>>,
    /// What becomes of other levels; default: `"other"`.
    pub unseen: Option<Spanned<Unseen>>,
    /// Where one interval ends and the next one begins.
    pub cuts: Option<Spanned<Vec<f64>>>,
    /// The weights of intervals or levels.
    pub weights: Option<Spanned<Vec<f64>>>,
    /// The weight of a missing value; default: it stays missing.
    pub missing_weight: Option<Spanned<f64>>,
    /// The weight of other levels; required where there can be any.
    pub unseen_weight: Option<Spanned<f64>>,
    /// The names of two terms that are multiplied.
    pub product: Option<Spanned<Vec<Spanned<String>>>>,
}

/// What a missing value becomes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a number, \"zero\", \"other\" or { level = … }"
)]
pub enum RawMissing {
    /// A number.
    Number(f64),
    /// What is said by a word.
    Rule(MissingRule),
    /// A level.
    Level(RawLevelFill),
}

/// What a missing value of a category becomes, if no level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingRule {
    /// All columns are 0.
    Zero,
    /// One of the levels that are not named.
    Other,
}

/// The level that a missing value becomes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLevelFill {
    /// One of those that are named.
    pub level: RawLevel,
}
