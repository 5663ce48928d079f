#![doc = include_str!("../README.md")]

mod band;
mod card;
mod compare;
mod dimension;
mod error;
mod evidence;
mod floors;
mod latest;
mod protocol;
mod public;
mod purpose;
mod reports;
mod score;
mod sentence;
mod signed;
mod statement;
mod study;

pub use band::{BadBand, Band};
pub use card::{
    About, Card, CardId, Countersigned, FORMAT, Found, Measured, Salt, Subscore, Version,
    VersionHash,
};
pub use compare::{Change, Comparison, Difference, DimensionChange, SubscoreChange};
pub use dimension::{Dimension, Text};
pub use error::{CardError, PurposeError, PurposeFault, ReportError};
pub use evidence::{Evidence, EvidenceHash, EvidenceKind};
pub use floors::{Floors, Shortfall};
pub use latest::Latest;
pub use protocol::{Announced, Heard, exchange, sign};
pub use public::{Public, PublicDimension};
pub use purpose::{BadPurposeName, Purpose, PurposeHash, PurposeName};
pub use reports::Measure;
pub use score::Score;
pub use signed::{SignatureHex, Signed, SignedPublic};
pub use statement::{Countersignature, PublicCountersignature, ScoresHash, Statement, Subject};
pub use study::{Findings, Whose};
