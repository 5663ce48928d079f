//! What studies find of an institution's rows.

use std::collections::BTreeMap;

use consilium_base::FederationId;
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use crate::{EvidenceHash, Measure, Salt, Score, Statement, Subject, VersionHash};

/// The form of what a study leaves for a card.
const FORMAT: u32 = 1;

/// What a study's finding begins with: whose rows it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whose {
    /// The form of it.
    pub format: u32,
    /// The study, by its plan's hash.
    pub study: EvidenceHash,
    /// The institution.
    pub party: PartyId,
    /// What it calls the data set.
    pub data: String,
    /// Which of its rows.
    pub version: VersionHash,
}

impl Whose {
    /// Says whose rows these are.
    pub fn new(study: EvidenceHash, party: PartyId, data: String, version: VersionHash) -> Whose {
        Whose {
            format: FORMAT,
            study,
            party,
            data,
            version,
        }
    }
}

/// What a study has found of several institutions, as one of those knows it that found it.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// In which federation.
    pub federation: FederationId,
    /// The study.
    pub study: EvidenceHash,
    /// What each institution was found to be.
    pub scores: BTreeMap<PartyId, Vec<Measure>>,
}

impl Findings {
    /// Says what was found of one of them, in hundredths, of these rows of it; nothing if nothing was.
    pub fn statement(
        &self,
        about: &PartyId,
        (version, salt): (Option<VersionHash>, Salt),
    ) -> Option<Statement> {
        let scores = self.scores.get(about)?.iter();
        let scores = scores.map(|it| Some((it.id.clone(), Score::exact(it.score)?.score)));
        Some(Statement {
            subject: Subject {
                federation: self.federation,
                study: self.study,
                about: about.clone(),
                version,
            },
            salt,
            scores: scores.collect::<Option<_>>()?,
        })
    }
}
