//! What reports and studies say, read from the JSON that commands leave.

mod privacy;
mod quality;
mod scarcity;
mod value;

use consilium_base::{Tagged, UnixTime};
use consilium_mailbox::PartyId;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    CardError, Countersignature, Dimension, Evidence, EvidenceHash, EvidenceKind, Found,
    ReportError, Score, Subscore, VersionHash,
};

impl Found {
    /// The most bytes of a report.
    pub const LONGEST: usize = 64 << 20;

    /// Reads what `consilium data quality` has left: its headings, with the weights of the rule file.
    ///
    /// # Errors
    ///
    /// [`ReportError`]; also where rules could not be run, since they might have lowered a score.
    pub fn of_quality(json: &str) -> Result<Found, ReportError> {
        quality::read(json)
    }

    /// Reads what `consilium data privacy` has left.
    ///
    /// # Errors
    ///
    /// [`ReportError`].
    pub fn of_privacy(json: &str) -> Result<Found, ReportError> {
        privacy::read(json)
    }

    /// Reads what a study of scarcity has left at an institution.
    ///
    /// # Errors
    ///
    /// [`ReportError`]; also if it is another institution's, or of another version than the registered one.
    pub fn of_scarcity(
        json: &str,
        institution: &PartyId,
        version: Option<VersionHash>,
    ) -> Result<Found, ReportError> {
        scarcity::read(json, institution, version)
    }

    /// Reads what a study that measured values has left at an institution.
    ///
    /// # Errors
    ///
    /// As [`Found::of_scarcity`].
    pub fn of_value(
        json: &str,
        institution: &PartyId,
        version: Option<VersionHash>,
    ) -> Result<Found, ReportError> {
        value::read(json, institution, version)
    }

    /// Adds what another says of the study that this was found in.
    ///
    /// # Errors
    ///
    /// [`CardError::Elsewhere`] if it is about another study.
    pub fn countersign(&mut self, by: Countersignature) -> Result<(), CardError> {
        if by.statement.study != self.evidence.hash {
            return Err(CardError::Elsewhere {
                signer: by.signer,
                what: "study",
            });
        }
        self.evidence.countersigned.push(by);
        Ok(())
    }
}

/// What every report begins with.
#[derive(Debug, Deserialize)]
struct Head {
    format: u32,
}

/// Reads JSON of a form that this program knows.
fn parse<T: DeserializeOwned>(json: &str, of: Dimension) -> Result<T, ReportError> {
    if json.len() > Found::LONGEST {
        return Err(ReportError::TooLong { of });
    }
    let wrong = |error: serde_json::Error| ReportError::Json {
        of,
        message: error.to_string(),
    };
    let Head { format } = serde_json::from_str(json).map_err(wrong)?;
    if format != 1 {
        return Err(ReportError::Format { of, format });
    }
    serde_json::from_str(json).map_err(wrong)
}

/// Evidence that is a report of the institution itself.
fn own_report(json: &str, tool: String, at: UnixTime) -> Evidence {
    let hash = Tagged::new("scorecard.1.report").field(json.as_bytes());
    Evidence {
        kind: EvidenceKind::Report,
        hash: EvidenceHash(hash.digest()),
        tool,
        at: Some(at),
        countersigned: Vec::new(),
    }
}

/// Whose rows a study was about, at whichever institution.
#[derive(Debug, Deserialize)]
struct Whose {
    study: EvidenceHash,
    party: PartyId,
    /// Which of its rows, where the study says so.
    version: Option<VersionHash>,
}

impl Whose {
    /// Sees that it is the card's institution, and its registered version where both are known.
    fn check(
        &self,
        institution: &PartyId,
        version: Option<VersionHash>,
        of: Dimension,
    ) -> Result<(), ReportError> {
        if self.party != *institution {
            let party = self.party.clone();
            return Err(ReportError::Elsewhere { of, party });
        }
        let both = version.zip(self.version);
        if both.is_some_and(|(registered, its)| registered != its) {
            return Err(ReportError::Outdated { of });
        }
        Ok(())
    }

    /// The study as evidence.
    fn evidence(&self, of: Dimension) -> Evidence {
        Evidence {
            kind: EvidenceKind::Study,
            hash: self.study,
            tool: format!("study of {}", of.id()),
            at: None,
            countersigned: Vec::new(),
        }
    }
}

/// A score and its bounds as a sub-score; none of them may be anything but a number.
fn subscore(
    of: Dimension,
    id: &str,
    [score, low, high]: [f64; 3],
    weight: f64,
) -> Result<Subscore, ReportError> {
    let known = of.subscores().iter().any(|[known, ..]| *known == id);
    let score = Score::of(score, low, high);
    match score {
        Some(score) if known && weight.is_finite() && weight > 0.0 => Ok(Subscore {
            id: id.to_owned(),
            score,
            weight,
        }),
        _ => Err(ReportError::Number {
            of,
            id: id.to_owned(),
        }),
    }
}
