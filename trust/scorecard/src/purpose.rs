//! What data are wanted for, and what counts for it.

mod raw;

use std::{collections::BTreeMap, fmt, str::FromStr};

use consilium_base::{Digest, Tagged, hex, written_as_hex};
use serde::{Deserialize, Serialize};

use crate::{Dimension, PurposeError, Text, signed::canonical};

/// The hash of what a purpose says; comments and order in its file don't count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PurposeHash(pub Digest);

written_as_hex!(PurposeHash);

/// What data are wanted for: how much each dimension counts, and which must be there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Purpose {
    pub(crate) id: String,
    pub(crate) name: Text,
    pub(crate) needs: Vec<Dimension>,
    pub(crate) weights: BTreeMap<Dimension, f64>,
    pub(crate) subscores: BTreeMap<Dimension, BTreeMap<String, f64>>,
}

impl Purpose {
    /// The most bytes that a purpose's file may have.
    pub const LONGEST: usize = 64 << 10;

    /// The ids of those that the program brings along.
    pub const BUILT_IN: [&'static str; 2] = ["training", "release"];

    /// Parses and checks TOML.
    ///
    /// # Errors
    ///
    /// A [`PurposeError`] that names line and column of the text.
    pub fn from_toml(text: &str) -> Result<Purpose, PurposeError> {
        raw::read(text)
    }

    /// The file of a purpose that the program brings along, to be read and changed.
    pub fn built_in_text(id: &str) -> Option<&'static str> {
        match id {
            "training" => Some(include_str!("../purposes/training.toml")),
            "release" => Some(include_str!("../purposes/release.toml")),
            _ => None,
        }
    }

    /// A purpose that the program brings along.
    pub fn built_in(id: &str) -> Option<Purpose> {
        Self::built_in_text(id).and_then(|text| Self::from_toml(text).ok())
    }

    /// What cards of it are called by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is called.
    pub fn name(&self) -> &Text {
        &self.name
    }

    /// The dimensions without which there is no composite.
    pub fn needs(&self) -> &[Dimension] {
        &self.needs
    }

    /// How much each dimension counts; their sum is 1, and those that don't count are not there.
    pub fn weights(&self) -> &BTreeMap<Dimension, f64> {
        &self.weights
    }

    /// How much a sub-score counts within its dimension, where the purpose says so.
    pub fn subscore(&self, dimension: Dimension, id: &str) -> Option<f64> {
        self.subscores.get(&dimension)?.get(id).copied()
    }

    /// The hash of what it says.
    pub fn hash(&self) -> PurposeHash {
        let said = canonical(self);
        PurposeHash(Tagged::new("scorecard.1.purpose").field(&said).digest())
    }

    /// Whether weights are above 0 with a sum of 1, and what is needed has one.
    pub(crate) fn is_weighed(&self) -> bool {
        let mut weights = self.weights.values();
        let sum: f64 = weights.clone().sum();
        let is_one = (sum - 1.0).abs() < 1e-6;
        let has = |it: &Dimension| self.weights.contains_key(it);
        is_one && weights.all(|it| *it > 0.0) && self.needs.iter().all(has)
    }

    /// Whether cards and plans that call a purpose so mean this one.
    pub(crate) fn is_called(&self, name: &PurposeName) -> bool {
        self.id == name.id && self.hash() == name.hash
    }

    /// What is said of it in cards and plans.
    pub fn named(&self) -> PurposeName {
        PurposeName {
            id: self.id.clone(),
            hash: self.hash(),
        }
    }
}

/// Which purpose is meant: `training` of those that the program brings along, and `ID@HASH` of others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PurposeName {
    id: String,
    hash: PurposeHash,
}

/// A text that names no purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a purpose is named training or release, or ID@HASH as `consilium data score purpose FILE` says"
)]
pub struct BadPurposeName;

impl PurposeName {
    /// The purpose's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The hash of what it says: purposes of one id may differ.
    pub fn hash(&self) -> PurposeHash {
        self.hash
    }
}

impl FromStr for PurposeName {
    type Err = BadPurposeName;

    fn from_str(text: &str) -> Result<PurposeName, BadPurposeName> {
        let Some((id, hash)) = text.split_once('@') else {
            let known = Purpose::built_in(text).ok_or(BadPurposeName)?;
            return Ok(known.named());
        };
        if !raw::is_id(id) {
            return Err(BadPurposeName);
        }
        Ok(PurposeName {
            id: id.to_owned(),
            hash: PurposeHash(hex::decode(hash).ok_or(BadPurposeName)?),
        })
    }
}

impl fmt::Display for PurposeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let built_in = Purpose::built_in(&self.id);
        if built_in.is_some_and(|known| known.hash() == self.hash) {
            return f.write_str(&self.id);
        }
        write!(f, "{}@{}", self.id, self.hash)
    }
}

impl TryFrom<String> for PurposeName {
    type Error = BadPurposeName;

    fn try_from(text: String) -> Result<PurposeName, BadPurposeName> {
        text.parse()
    }
}

impl From<PurposeName> for String {
    fn from(name: PurposeName) -> String {
        name.to_string()
    }
}
