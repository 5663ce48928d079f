use serde::{Deserialize, Serialize};

use super::{Duplicates, Key, Part};
use crate::{Characters, KeyError, KeyFault, Kind};

/// A key as it is typed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawKey {
    #[serde(default)]
    duplicates: Duplicates,
    part: Vec<RawPart>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPart {
    column: String,
    kind: RawKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    lengths: Option<Vec<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    characters: Option<Characters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serials: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawKind {
    CitizenId,
    InsuranceNumber,
    Text,
    Date,
    Phone,
    Name,
}

impl TryFrom<RawKey> for Key {
    type Error = KeyError;

    fn try_from(raw: RawKey) -> Result<Key, KeyError> {
        let parts = raw.part.into_iter().enumerate();
        let parts = parts.map(|(place, raw)| raw.checked(place));
        Key::new(parts.collect::<Result<_, _>>()?, raw.duplicates)
    }
}

impl RawPart {
    fn checked(self, place: usize) -> Result<Part, KeyError> {
        let of_insurance = self.kind == RawKind::InsuranceNumber;
        let misplaced = [
            ("lengths", self.lengths.is_some() && !of_insurance),
            ("characters", self.characters.is_some() && !of_insurance),
            (
                "serials",
                self.serials.is_some() && self.kind != RawKind::Date,
            ),
        ];
        let kind = match self.kind {
            RawKind::CitizenId => Kind::CitizenId,
            RawKind::InsuranceNumber => Kind::InsuranceNumber {
                lengths: self.lengths.unwrap_or_default(),
                characters: self.characters.unwrap_or(Characters::Digits),
            },
            RawKind::Text => Kind::Text,
            RawKind::Date => Kind::Date {
                serials: self.serials.unwrap_or(false),
            },
            RawKind::Phone => Kind::Phone,
            RawKind::Name => Kind::Name,
        };
        let column = self.column;
        let part = Part { column, kind };
        match misplaced.into_iter().find(|(_, misplaced)| *misplaced) {
            Some((key, _)) => Err(part.blame(place, KeyFault::MisplacedKey { key })),
            None => Ok(part),
        }
    }
}

impl From<Key> for RawKey {
    fn from(key: Key) -> RawKey {
        RawKey {
            duplicates: key.duplicates,
            part: key.parts.into_iter().map(RawPart::from).collect(),
        }
    }
}

impl From<Part> for RawPart {
    fn from(Part { column, kind }: Part) -> RawPart {
        let mut raw = RawPart {
            column,
            kind: RawKind::Text,
            lengths: None,
            characters: None,
            serials: None,
        };
        raw.kind = match kind {
            Kind::CitizenId => RawKind::CitizenId,
            Kind::InsuranceNumber {
                lengths,
                characters,
            } => {
                raw.lengths = Some(lengths);
                raw.characters = Some(characters);
                RawKind::InsuranceNumber
            }
            Kind::Text => RawKind::Text,
            Kind::Date { serials } => {
                raw.serials = Some(serials);
                RawKind::Date
            }
            Kind::Phone => RawKind::Phone,
            Kind::Name => RawKind::Name,
        };
        raw
    }
}
