//! The chain of hashes.

use std::{fmt, str::FromStr};

use consilium_base::{Digest, Tagged, hex, written_as_hex};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::Entry;

/// Thirty-two bytes in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Hex(pub(crate) Digest);

written_as_hex!(Hex);

/// Random bytes that keep an entry's hash from being guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

/// A journal up to one of its entries. Written as `12:` and 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Head {
    /// How many entries.
    pub seq: u64,
    /// The hash that fixes them all.
    pub hash: Digest,
}

/// A text that is no head.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a head is a number, ':' and 64 hexadecimal digits")]
pub struct BadHead;

/// An entry in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Line", into = "Line")]
pub struct Record {
    /// The place, from 1.
    pub seq: u64,
    /// The entry, or what stands in for it.
    pub body: Body,
    /// The journal's hash after this entry.
    pub head: Digest,
}

/// What a record shows of its entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Everything.
    Open {
        /// The entry.
        entry: Entry,
        /// Its salt.
        salt: Salt,
    },
    /// The entry's hash only.
    Redacted {
        /// The salted hash.
        leaf: Digest,
    },
}

/// Where the next entry goes.
#[derive(Clone, Debug)]
pub struct Chain(Head);

impl Head {
    /// Gives the head of an owner's journal before its first entry.
    pub fn origin(owner: &str) -> Head {
        let hash = Tagged::new("consilium-journal.1.origin")
            .field(owner.as_bytes())
            .digest();
        Head { seq: 0, hash }
    }

    /// Gives the head after one more entry.
    pub(crate) fn after(&self, leaf: &Digest) -> Head {
        let hash = Tagged::new("consilium-journal.1.head")
            .field(&self.hash)
            .field(leaf)
            .digest();
        Head {
            seq: self.seq.saturating_add(1),
            hash,
        }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, hex::encode(&self.hash))
    }
}

impl FromStr for Head {
    type Err = BadHead;

    fn from_str(text: &str) -> Result<Head, BadHead> {
        let (seq, hash) = text.split_once(':').ok_or(BadHead)?;
        let seq = seq.parse().map_err(|_| BadHead)?;
        Ok(Head {
            seq,
            hash: hex::decode(hash).ok_or(BadHead)?,
        })
    }
}

impl Chain {
    /// Begins the journal of an owner.
    pub fn new(owner: &str) -> Chain {
        Chain(Head::origin(owner))
    }

    /// Goes on after a head.
    pub fn resume(head: Head) -> Chain {
        Chain(head)
    }

    /// Gives the head.
    pub fn head(&self) -> Head {
        self.0
    }

    /// Puts an entry in its place.
    pub fn append(&mut self, entry: Entry, rng: &mut (impl CryptoRng + ?Sized)) -> Record {
        let mut salt = Salt([0; 32]);
        rng.fill_bytes(&mut salt.0);
        let seq = self.0.seq.saturating_add(1);
        self.0 = self.0.after(&entry.leaf(seq, &salt));
        Record {
            seq,
            body: Body::Open { entry, salt },
            head: self.0.hash,
        }
    }
}

impl Record {
    /// Gives the record without its entry; it verifies all the same.
    #[must_use]
    pub fn redacted(&self) -> Record {
        let body = Body::Redacted { leaf: self.leaf() };
        Record { body, ..*self }
    }

    /// Gives the head after this record.
    pub fn head(&self) -> Head {
        Head {
            seq: self.seq,
            hash: self.head,
        }
    }

    pub(crate) fn leaf(&self) -> Digest {
        match &self.body {
            Body::Open { entry, salt } => entry.leaf(self.seq, salt),
            Body::Redacted { leaf } => *leaf,
        }
    }

    /// Tells whether this record comes next after `before`.
    pub(crate) fn follows(&self, before: &Head) -> bool {
        before.after(&self.leaf()) == self.head()
    }
}

/// A record as one line of JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<Hex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leaf: Option<Hex>,
    head: Hex,
}

impl From<Record> for Line {
    fn from(record: Record) -> Line {
        let (entry, salt, leaf) = match record.body {
            Body::Open { entry, salt } => (Some(entry), Some(Hex(salt.0)), None),
            Body::Redacted { leaf } => (None, None, Some(Hex(leaf))),
        };
        Line {
            seq: record.seq,
            entry,
            salt,
            leaf,
            head: Hex(record.head),
        }
    }
}

impl TryFrom<Line> for Record {
    type Error = &'static str;

    fn try_from(line: Line) -> Result<Record, &'static str> {
        let body = match (line.entry, line.salt, line.leaf) {
            (Some(entry), Some(Hex(salt)), None) => Body::Open {
                entry,
                salt: Salt(salt),
            },
            (None, None, Some(Hex(leaf))) => Body::Redacted { leaf },
            _ => return Err("a record has an entry and its salt, or a leaf"),
        };
        Ok(Record {
            seq: line.seq,
            body,
            head: line.head.0,
        })
    }
}
