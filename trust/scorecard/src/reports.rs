//! What reports and studies say, read from the JSON that commands leave.

mod predicted;
mod privacy;
mod quality;
mod scarcity;
mod value;

use consilium_base::{Tagged, UnixTime};
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    CardError, Countersignature, Dimension, Evidence, EvidenceHash, EvidenceKind, Found,
    ReportError, Score, Subscore, VersionHash, Whose,
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

    /// Reads what a study that predicts a column of this institution by others' columns has left here, the label holder:
    /// its own report.
    ///
    /// # Errors
    ///
    /// As [`Found::of_scarcity`]; also if the model goes by own columns, too.
    pub fn of_predicted(
        json: &str,
        institution: &PartyId,
        version: Option<VersionHash>,
    ) -> Result<Found, ReportError> {
        predicted::read(json, institution, version)
    }

    /// Reads what is known of an institution's value: what a study that measured values has left there, with
    /// what others say of it; a [`Countersignature`], where another found the value and tells it; or the report
    /// of a declared proxy.
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
        if by.statement.subject.study != self.evidence.hash {
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
    let Head { format } = read_json(json, of)?;
    if format != 1 {
        return Err(ReportError::Format { of, format });
    }
    read_json(json, of)
}

/// Reads JSON that is not too long.
fn read_json<T: DeserializeOwned>(json: &str, of: Dimension) -> Result<T, ReportError> {
    if json.len() > Found::LONGEST {
        return Err(ReportError::TooLong { of });
    }
    serde_json::from_str(json).map_err(|error| ReportError::Json {
        of,
        message: error.to_string(),
    })
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

impl Whose {
    /// Sees that it is the card's institution, and its registered version where one is known.
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
        if version.is_some_and(|registered| registered != self.version) {
            return Err(ReportError::Outdated { of });
        }
        Ok(())
    }
}

/// A study as evidence.
fn of_study(study: EvidenceHash, of: Dimension) -> Evidence {
    Evidence {
        kind: EvidenceKind::Study,
        hash: study,
        tool: format!("study of {}", of.id()),
        at: None,
        countersigned: Vec::new(),
    }
}

/// What one part of a dimension was found to be, as reports write it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Which part: the id of a sub-score.
    pub id: String,
    /// From 0 to 100; the higher the better.
    pub score: f64,
    /// The lower bound of its 95 % interval; the score itself where it has none.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Measure {
    /// Takes a score that has no interval.
    pub fn exact(id: &str, score: f64) -> Measure {
        Measure {
            id: id.to_owned(),
            score,
            low: score,
            high: score,
        }
    }
}

/// Makes sub-scores of equal weight of measures; there must be some.
fn subscores(of: Dimension, measures: &[Measure]) -> Result<Vec<Subscore>, ReportError> {
    if measures.is_empty() {
        return Err(ReportError::Nothing { of });
    }
    let subscores = measures.iter();
    subscores
        .map(|it| subscore(of, &it.id, [it.score, it.low, it.high], 1.0))
        .collect()
}

/// A score and its bounds as a sub-score; none of them may be anything but a number.
fn subscore(
    of: Dimension,
    id: &str,
    [score, low, high]: [f64; 3],
    weight: f64,
) -> Result<Subscore, ReportError> {
    let score = Score::of(score, low, high);
    match score {
        Some(score) if of.has(id) && weight.is_finite() && weight > 0.0 => Ok(Subscore {
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
