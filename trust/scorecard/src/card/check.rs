//! What a card must be, whoever wrote it.

use consilium_schema::{MOST_NAME, is_plain};

use super::{Card, FORMAT, Measured, Score};
use crate::{CardError, Dimension};

/// The most sub-scores of a dimension, the most pieces of evidence, and the most countersignatures of one.
const MOST: usize = 64;

/// How far rounding to hundredths may take a score from one that another machine makes.
pub(crate) const NEAR: f64 = 0.011;

impl Card {
    /// Sees that a card is one: numbers between their bounds, weights that are those of its purpose, parts that
    /// their dimension has, and means that are those of their parts.
    ///
    /// # Errors
    ///
    /// [`CardError::Format`], [`CardError::Name`], [`CardError::Weights`], [`CardError::TooMany`],
    /// [`CardError::Number`] or [`CardError::Mean`]; [`CardError::Purpose`], [`CardError::Part`] or
    /// [`CardError::Evidence`]; [`CardError::OwnWord`], [`CardError::Elsewhere`] or [`CardError::Contradicted`] if
    /// somebody countersigned its own or something else.
    pub fn check(&self) -> Result<(), CardError> {
        if self.format != FORMAT {
            return Err(CardError::Format {
                format: self.format,
            });
        }
        let names = [&self.data_set, &self.purpose_name.en, &self.purpose_name.zh];
        if !names.into_iter().all(|it| is_plain(it, MOST_NAME)) {
            return Err(CardError::Name);
        }
        let said = self.says();
        if !said.is_weighed() {
            return Err(CardError::Weights);
        }
        if !said.is_called(&self.purpose) {
            return Err(CardError::Purpose);
        }
        for (dimension, measured) in &self.dimensions {
            measured.check(*dimension)?;
            measured.is_sound(*dimension, &said)?;
        }
        if !is_near(self.composite, self.joined()) {
            return Err(CardError::Mean { dimension: None });
        }
        self.is_agreed()
    }
}

impl Measured {
    fn check(&self, dimension: Dimension) -> Result<(), CardError> {
        let said = self.evidence.iter().map(|it| it.countersigned.len());
        let lengths = said.chain([self.subscores.len(), self.evidence.len()]);
        if lengths.max() > Some(MOST) {
            return Err(CardError::TooMany { dimension });
        }
        for part in &self.subscores {
            if !(part.score.is_one() && part.weight.is_finite() && part.weight >= 0.0) {
                return Err(CardError::Number { dimension });
            }
        }
        let evidence = self.evidence.iter();
        if !evidence.clone().all(|it| is_plain(&it.tool, MOST_NAME)) {
            return Err(CardError::Name);
        }
        let said = evidence.flat_map(|it| &it.countersigned);
        if !said.clone().all(|it| is_plain(&it.signer, MOST_NAME)) {
            return Err(CardError::Name);
        }
        if !self.score.is_one() || !is_near(Some(self.score), Self::joined(&self.subscores)) {
            return Err(CardError::Mean {
                dimension: Some(dimension),
            });
        }
        Ok(())
    }
}

fn is_near(said: Option<Score>, made: Option<Score>) -> bool {
    match (said, made) {
        (None, None) => true,
        (Some(said), Some(made)) => {
            let pairs = [
                (said.score, made.score),
                (said.low, made.low),
                (said.high, made.high),
            ];
            pairs.iter().all(|(said, made)| (said - made).abs() < NEAR)
        }
        _ => false,
    }
}
