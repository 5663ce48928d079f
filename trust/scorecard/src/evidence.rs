//! Where a dimension's scores come from.

use consilium_base::{Digest, UnixTime, written_as_hex};
use serde::{Deserialize, Serialize};

use crate::Countersignature;

/// The hash of a report, or of the study that something was found in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EvidenceHash(pub Digest);

written_as_hex!(EvidenceHash);

/// How something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// The institution measured its own rows: nobody else has seen it.
    Report,
    /// Institutions found it together, in a study that their stewards signed.
    Study,
}

/// What a dimension's scores were made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// How it was found.
    pub kind: EvidenceKind,
    /// The hash of the report, or of the study.
    pub hash: EvidenceHash,
    /// The program that measured, with its version.
    pub tool: String,
    /// When, where the report says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<UnixTime>,
    /// What others say of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countersigned: Vec<Countersignature>,
}
