use std::collections::BTreeSet;

use consilium_base::{Digest, Tagged, written_as_hex};
use consilium_schema::Schema;

use crate::{Feature, Operation, PreparationError, RawPreparation, Term, check};

/// What becomes of a table's columns before a model takes them, with all numbers written out.
///
/// `to_string` gives the canonical text: every feature in its order with defaults written out, so
/// equal preparations have equal texts; over the same columns it parses back to the same
/// preparation.
#[derive(Debug, Clone, PartialEq)]
pub struct Preparation {
    pub(crate) features: Vec<Feature>,
    /// In the order of their features.
    pub(crate) terms: Vec<Term>,
}

impl Preparation {
    /// The most columns that come out.
    pub const MOST_TERMS: usize = 10_000;

    /// The most levels, cuts or weights of a feature.
    pub const MOST_LEVELS: usize = 1_000;

    /// Parses TOML and checks it against the columns that it names.
    ///
    /// # Errors
    ///
    /// A [`PreparationError`] that names line and column of the text.
    pub fn from_toml(text: &str, schema: &Schema) -> Result<Self, PreparationError> {
        Self::check(&RawPreparation::parse(text)?, schema)
    }

    /// Checks a parsed preparation against the columns that it names.
    ///
    /// # Errors
    ///
    /// A [`PreparationError`] that names line and column of the text.
    pub fn check(raw: &RawPreparation, schema: &Schema) -> Result<Self, PreparationError> {
        check::preparation(raw, schema)
    }

    /// The features, at least one, in declared order.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The feature of that name.
    pub fn feature(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.name == name)
    }

    /// The columns that come out, in the order of their features.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The columns that come out of the feature in a place.
    pub fn terms_of(&self, feature: usize) -> impl Iterator<Item = &Term> {
        let begin = self.terms.partition_point(|term| term.feature < feature);
        let terms = self.terms[begin..].iter();
        terms.take_while(move |term| term.feature == feature)
    }

    /// The table's columns that are used, each once, in the order of their first use.
    pub fn columns(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let columns = self.features.iter().filter_map(Feature::column);
        columns.filter(|column| seen.insert(*column)).collect()
    }

    /// The table's columns that a feature is made of, those of a product's factors.
    pub fn columns_of<'a>(&'a self, feature: &'a Feature) -> Vec<&'a str> {
        let Operation::Product(product) = &feature.operation else {
            return feature.column().into_iter().collect();
        };
        let of_term = |place: &usize| self.features[self.terms[*place].feature].column();
        let mut columns: Vec<&str> = product.places.iter().filter_map(of_term).collect();
        columns.dedup();
        columns
    }

    /// Keeps the features of these names and those that products among them are made of, in declared
    /// order.
    ///
    /// # Errors
    ///
    /// [`PreparationError::NoSuchFeature`], [`PreparationError::Nothing`] without names.
    pub fn select(&self, names: &[&str]) -> Result<Self, PreparationError> {
        let mut kept = BTreeSet::new();
        for name in names {
            let place = self.features.iter().position(|it| it.name == *name);
            let place = place.ok_or_else(|| PreparationError::NoSuchFeature {
                name: (*name).to_owned(),
            })?;
            kept.insert(place);
            if let Operation::Product(product) = &self.features[place].operation {
                kept.extend(product.places.map(|term| self.terms[term].feature));
            }
        }
        if kept.is_empty() {
            return Err(PreparationError::Nothing);
        }
        let is_kept = |place: &usize| kept.contains(&self.terms[*place].feature);
        let old: Vec<usize> = (0..self.terms.len()).filter(is_kept).collect();
        let new_term = |place: usize| old.partition_point(|other| *other < place);
        let new_feature = |place: usize| kept.range(..place).count();
        let features = kept.iter().map(|place| {
            let mut feature = self.features[*place].clone();
            if let Operation::Product(product) = &mut feature.operation {
                product.places = product.places.map(new_term);
            }
            feature
        });
        let terms = old.iter().map(|place| Term {
            feature: new_feature(self.terms[*place].feature),
            ..self.terms[*place].clone()
        });
        Ok(Self {
            features: features.collect(),
            terms: terms.collect(),
        })
    }

    /// The hash of the canonical text.
    pub fn hash(&self) -> PreparationHash {
        let hash = Tagged::new("preparation.1.hash").field(self.to_string().as_bytes());
        PreparationHash(hash.digest())
    }
}

/// The hash of a preparation's canonical text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PreparationHash(pub(crate) Digest);

impl PreparationHash {
    /// The bytes.
    pub fn as_bytes(&self) -> &Digest {
        &self.0
    }
}

written_as_hex!(PreparationHash);
