//! A plan as it is typed, before it is checked.

mod kinds;

use std::{collections::BTreeMap, fmt, path::Path};

use consilium_entities::Key;
use consilium_gbdt::Specification;
use consilium_glm::{ConstantColumns, Family};
use consilium_lwe::Set;
use consilium_mailbox::PartyId;
use consilium_preparation::{RawPreparation, RawPrepared};
use consilium_schema::{RawColumn, RawLabel};
use consilium_scorecard::Dimension;
use consilium_value::Method;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use toml::{Spanned, value::Datetime};

pub(crate) use kinds::{
    RawAlign, RawDictionary, RawMode, RawPeriod, RawProtocol, RawScarcity, RawStatistics,
};

use crate::{Missing, OnDropout, OwnMetrics, PlanError, PlanHash, error::place};

/// A plan as it is typed. Keys that are no `Option` are required; defaults are those of
/// docs/guide/plans.md.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPlan {
    pub(crate) format: Option<Spanned<u32>>,
    pub(crate) title: Spanned<String>,
    pub(crate) purpose: Spanned<String>,
    pub(crate) kind: RawKind,
    pub(crate) attempt: Option<Spanned<u32>>,
    pub(crate) coordinator: Option<Spanned<PartyId>>,
    pub(crate) party: Spanned<Vec<RawParty>>,
    pub(crate) schema: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) column: Vec<RawColumn>,
    pub(crate) prepare: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) prepared: Vec<Spanned<RawPrepared>>,
    pub(crate) features: Option<Spanned<Vec<Spanned<String>>>>,
    pub(crate) label: Option<Spanned<RawLabel>>,
    #[serde(default, deserialize_with = "model")]
    pub(crate) model: RawModel,
    pub(crate) trees: Option<Spanned<Specification>>,
    pub(crate) test: Option<Spanned<RawTest>>,
    #[serde(default)]
    pub(crate) evaluation: RawEvaluation,
    #[serde(default)]
    pub(crate) comparison: RawComparison,
    #[serde(default)]
    pub(crate) statistics: RawStatistics,
    pub(crate) value: Option<Spanned<RawValue>>,
    pub(crate) alignment: Option<Spanned<String>>,
    pub(crate) vertical: Option<RawVertical>,
    pub(crate) hybrid: Option<RawHybrid>,
    pub(crate) key: Option<Spanned<Key>>,
    pub(crate) trust: Option<Spanned<RawTrust>>,
    #[serde(default)]
    pub(crate) align: RawAlign,
    pub(crate) dictionary: Option<RawDictionary>,
    pub(crate) scarcity: Option<RawScarcity>,
    #[serde(default)]
    pub(crate) protection: RawProtection,
    #[serde(default)]
    pub(crate) limits: RawLimits,
    #[serde(default)]
    pub(crate) patience: RawPatience,
    /// What the file holds that `prepare` names, where it was given.
    #[serde(skip)]
    pub(crate) preparation: Option<RawPreparation>,
    /// The text itself, so that errors can name a line.
    #[serde(skip)]
    pub(crate) text: String,
}

impl RawPlan {
    /// Parses TOML.
    ///
    /// # Errors
    ///
    /// [`PlanError::Toml`] with the place; [`PlanError::TooLong`] before anything is parsed.
    pub fn parse(text: &str) -> Result<RawPlan, PlanError> {
        check_length(text)?;
        let mut raw: RawPlan = toml::from_str(text).map_err(|error| PlanError::Toml {
            place: place(text, error.span().map_or(0, |span| span.start)),
            message: in_words(error.message()),
        })?;
        text.clone_into(&mut raw.text);
        Ok(raw)
    }

    /// Gives the files of the plans that are named in the place of studies, beside the plan's own.
    pub fn study_files(&self) -> Vec<&str> {
        let of_parties = self.party.get_ref().iter();
        let of_parties = of_parties.map(|party| party.alignment.as_ref());
        let alignments = [self.alignment.as_ref()].into_iter().chain(of_parties);
        let alignments = alignments.flatten().map(Spanned::get_ref);
        let named = alignments.chain(&self.model.grown_by).map(String::as_str);
        named.filter(|name| is_file(name)).collect()
    }

    /// Names studies by the hashes of their plans, in the place of the plans' files.
    #[must_use]
    pub fn with_studies(mut self, studies: &BTreeMap<String, PlanHash>) -> RawPlan {
        let of_parties = self.party.get_mut().iter_mut();
        let of_parties = of_parties.map(|party| party.alignment.as_mut());
        let alignments = [self.alignment.as_mut()].into_iter().chain(of_parties);
        let alignments = alignments.flatten().map(Spanned::get_mut);
        for name in alignments.chain(&mut self.model.grown_by) {
            if let Some(hash) = studies.get(name) {
                *name = hash.to_string();
            }
        }
        self
    }

    /// Gives the file that says how columns are prepared, beside the plan's own; none where the plan
    /// says it itself, or prepares none.
    pub fn preparation_file(&self) -> Option<&str> {
        self.prepare.as_ref().map(|name| name.get_ref().as_str())
    }

    /// Takes what stands in the file that [`preparation_file`](RawPlan::preparation_file) names.
    #[must_use]
    pub fn with_preparation(self, preparation: RawPreparation) -> RawPlan {
        RawPlan {
            preparation: Some(preparation),
            ..self
        }
    }

    /// Gives the file that declares a party's columns, beside the plan's own; none where the plan
    /// declares them itself.
    pub fn schema_file_of(&self, party: &PartyId) -> Option<&str> {
        let mut parties = self.party.get_ref().iter();
        let party = parties.find(|it| it.name.get_ref() == party)?;
        // Of a hybrid only hospitals have the columns that the plan declares for several.
        let has_shared = !self.kind.is_hybrid() || party.alignment.is_some();
        let shared = self.schema.as_ref().filter(|_| has_shared);
        let named = party.schema.as_ref().or(shared)?;
        Some(named.get_ref().as_str())
    }

    /// Gives the files that declare the columns, beside the plan's own, each once; none where the
    /// plan declares them itself.
    pub fn schema_files(&self) -> Vec<&str> {
        let of_parties = self.party.get_ref().iter().map(|party| &party.schema);
        let named = [&self.schema].into_iter().chain(of_parties);
        let mut files: Vec<&str> = Vec::new();
        for file in named.flatten().map(|name| name.get_ref().as_str()) {
            if !files.contains(&file) {
                files.push(file);
            }
        }
        files
    }
}

/// Says what the parser says, in words of the plan's.
fn in_words(message: &str) -> String {
    message.replace('\n', ", ").replace(
        "unit variant, expected struct variant",
        "a name alone, expected a table such as { NAME = { … } }",
    )
}

/// Tells a plan's file from a study's hash.
fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "toml")
}

/// The longest text of a plan, in bytes: a thousand columns with their descriptions fit in, and the
/// result that repeats it fits into one control message.
const LONGEST_TEXT: usize = 512 << 10;

/// Refuses a text that is too long.
pub(crate) fn check_length(text: &str) -> Result<(), PlanError> {
    let most = LONGEST_TEXT;
    if text.len() > most {
        return Err(PlanError::TooLong { most });
    }
    Ok(())
}

/// What is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawKind {
    TrainGlm,
    TrainGbdt,
    Align,
    TrainVerticalGbdt,
    PredictVerticalGbdt,
    TrainHybridGbdt,
    PredictHybridGbdt,
    Statistics,
    StatisticsVertical,
    Dictionary,
    Scarcity,
}

impl RawKind {
    /// Gives the kind as it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            RawKind::TrainGlm => "train-glm",
            RawKind::TrainGbdt => "train-gbdt",
            RawKind::Align => "align",
            RawKind::TrainVerticalGbdt => "train-vertical-gbdt",
            RawKind::PredictVerticalGbdt => "predict-vertical-gbdt",
            RawKind::TrainHybridGbdt => "train-hybrid-gbdt",
            RawKind::PredictHybridGbdt => "predict-hybrid-gbdt",
            RawKind::Statistics => "statistics",
            RawKind::StatisticsVertical => "statistics-vertical",
            RawKind::Dictionary => "dictionary",
            RawKind::Scarcity => "scarcity",
        }
    }

    /// Says whether hospitals with one schema, each with its own people, are among the parties.
    pub(crate) fn is_hybrid(self) -> bool {
        matches!(self, RawKind::TrainHybridGbdt | RawKind::PredictHybridGbdt)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawTrust {
    pub(crate) purpose: Spanned<String>,
    pub(crate) min_score: Option<Spanned<f64>>,
    #[serde(default)]
    pub(crate) least: BTreeMap<Dimension, Spanned<f64>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawParty {
    pub(crate) name: Spanned<PartyId>,
    pub(crate) role: Option<RawRole>,
    pub(crate) data: Option<Spanned<String>>,
    pub(crate) version: Option<Spanned<String>>,
    pub(crate) receives: Option<Spanned<bool>>,
    pub(crate) weight: Option<Spanned<f64>>,
    pub(crate) schema: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) column: Vec<RawColumn>,
    pub(crate) features: Option<Spanned<Vec<Spanned<String>>>>,
    pub(crate) label: Option<Spanned<RawLabel>>,
    pub(crate) label_holder: Option<Spanned<bool>>,
    pub(crate) alignment: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawRole {
    #[default]
    Contributor,
    Receiver,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawModel {
    pub(crate) family: Option<Spanned<Family>>,
    pub(crate) penalty: Option<Spanned<f64>>,
    pub(crate) missing: Option<Missing>,
    pub(crate) constant_columns: Option<RawConstantColumns>,
    pub(crate) method: Option<Spanned<RawMethod>>,
    pub(crate) steps: Option<Spanned<u32>>,
    pub(crate) noise: Option<Spanned<RawNoise>>,
    pub(crate) lead: Option<Spanned<PartyId>>,
    pub(crate) rounds: Option<Spanned<u32>>,
    pub(crate) order: Option<Spanned<u32>>,
    /// The study that grew the model, where the key is a text.
    #[serde(skip)]
    pub(crate) grown_by: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { epsilon = 8.0, delta = 1e-5, clip = 3.0 }"
)]
pub(crate) struct RawNoise {
    pub(crate) epsilon: f64,
    pub(crate) delta: f64,
    pub(crate) clip: f64,
}

/// How the rows of institutions are valued.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawValue {
    pub(crate) method: Option<Method>,
    pub(crate) judged_by: Option<Spanned<Vec<Spanned<PartyId>>>>,
}

/// Reads a table of a regression's terms, or the name of a model that there is.
fn model<'de, D: Deserializer<'de>>(from: D) -> Result<RawModel, D::Error> {
    struct Model;

    impl<'de> Visitor<'de> for Model {
        type Value = RawModel;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table of a regression's terms, or the hash of a study")
        }

        fn visit_str<E>(self, hash: &str) -> Result<RawModel, E> {
            Ok(RawModel {
                grown_by: Some(hash.to_owned()),
                ..RawModel::default()
            })
        }

        fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<RawModel, A::Error> {
            RawModel::deserialize(MapAccessDeserializer::new(table))
        }
    }

    from.deserialize_any(Model)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawVertical {
    pub(crate) first_tree: Option<RawFirstTree>,
    pub(crate) own_trees: Option<u32>,
    pub(crate) min_side: Option<u64>,
    pub(crate) min_gap: Option<u64>,
    pub(crate) min_node: Option<u64>,
    pub(crate) sum_noise: Option<f64>,
    pub(crate) parameters: Option<Set>,
    pub(crate) stride: Option<u32>,
    pub(crate) bytes_a_second: Option<f64>,
}

/// Whose columns the first tree grows on: that of the label holder alone, or those of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawFirstTree {
    Own,
    Joint,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawHybrid {
    pub(crate) group: Option<PartyId>,
    pub(crate) colluding: Option<u32>,
    pub(crate) min_hospitals: Option<u32>,
    pub(crate) repeated_patients: Option<bool>,
}

/// How a regression is fitted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawMethod {
    #[default]
    Newton,
    Surrogate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawConstantColumns {
    Refuse,
    Drop,
}

impl From<RawConstantColumns> for ConstantColumns {
    fn from(raw: RawConstantColumns) -> ConstantColumns {
        match raw {
            RawConstantColumns::Refuse => ConstantColumns::Refuse,
            RawConstantColumns::Drop => ConstantColumns::Drop,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as { share = 0.25, seed = 7 }"
)]
pub(crate) struct RawTest {
    pub(crate) share: Option<f64>,
    pub(crate) seed: Option<u32>,
    pub(crate) split: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawEvaluation {
    pub(crate) own_metrics: Option<Spanned<OwnMetrics>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawComparison {
    pub(crate) fedavg: Option<Spanned<RawAveraging>>,
    pub(crate) fedprox: Option<Spanned<RawAveraging>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawAveraging {
    pub(crate) rounds: Option<u32>,
    pub(crate) epochs: Option<u32>,
    pub(crate) batch: Option<u32>,
    pub(crate) learning_rate: Option<f64>,
    pub(crate) proximal: Option<f64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawProtection {
    pub(crate) colluding: Option<Spanned<u32>>,
    pub(crate) dropouts: Option<Spanned<u32>>,
    pub(crate) on_dropout: Option<Spanned<OnDropout>>,
    pub(crate) bits: Option<Spanned<u8>>,
    pub(crate) ask_waiver: Option<Spanned<bool>>,
    pub(crate) relax_from_twenty: Option<Spanned<bool>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawLimits {
    pub(crate) expires: Option<Spanned<Datetime>>,
    pub(crate) runs: Option<Spanned<u32>>,
    pub(crate) most_rows: Option<Spanned<u64>>,
    pub(crate) minimum_rows: Option<Spanned<u64>>,
    pub(crate) minimum_cohort: Option<Spanned<u64>>,
    pub(crate) minimum_cell: Option<Spanned<u64>>,
    pub(crate) minimum_verified: Option<Spanned<u32>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(crate) struct RawPatience {
    pub(crate) answer: Option<Spanned<String>>,
    pub(crate) outage: Option<Spanned<String>>,
    pub(crate) study: Option<Spanned<String>>,
}
