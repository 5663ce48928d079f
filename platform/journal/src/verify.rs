//! Checking an export: against itself, and against the heads that others hold.

use std::cmp::Ordering;

use consilium_base::Digest;

use crate::{
    ExportError, Head, Record,
    export::{Header, parse},
};

/// The first thing wrong with an export. Lines count from 1, the header's is the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// An entry, its salt or its head is not what was written.
    #[error("entry {seq} (line {line}) was changed")]
    Changed {
        /// Which entry.
        seq: u64,
        /// Its line.
        line: u64,
    },
    /// An entry was taken out.
    #[error("entry {seq} is missing (before line {line})")]
    Missing {
        /// Which entry.
        seq: u64,
        /// The line where it should be.
        line: u64,
    },
    /// An entry stands further down.
    #[error("entry {seq} is not in its place (line {line})")]
    Reordered {
        /// Which entry.
        seq: u64,
        /// The line where it should be.
        line: u64,
    },
    /// A line was put in.
    #[error("line {line}, which says that it is entry {seq}, was inserted")]
    Inserted {
        /// What it says to be.
        seq: u64,
        /// The line.
        line: u64,
    },
    /// A line is not as the program writes it.
    #[error("line {line} can't be read as entry {seq}")]
    Unreadable {
        /// The entry that should be there.
        seq: u64,
        /// The line.
        line: u64,
    },
    /// The journal ends early.
    #[error("the journal is cut off after entry {after}, it had {entries}")]
    Cut {
        /// The last entry that is left.
        after: u64,
        /// How many there were.
        entries: u64,
    },
    /// The header's head is not that of the entries.
    #[error("the header was changed")]
    Header,
    /// The export agrees with itself, but another party was told other entries.
    #[error("entries after {after}, up to {at}, are not those of the witnessed head")]
    Rewritten {
        /// The last witnessed entry that agrees, 0 if none.
        after: u64,
        /// The entry of the witnessed head that does not.
        at: u64,
    },
}

/// What came of checking an export.
#[derive(Clone, Debug)]
pub struct Verification {
    owner: String,
    /// The head before the first entry and after each one that is sound.
    heads: Vec<Digest>,
    head: Head,
    redacted: u64,
    flaw: Option<Flaw>,
}

/// Checks that an export agrees with itself and says where it first does not.
///
/// # Errors
///
/// If it is no export that this program can read; flaws of entries are in the [`Verification`].
///
/// # Security
///
/// Whoever keeps a journal can write another that agrees with itself: only
/// [`compare`](Verification::compare) with heads from elsewhere shows that.
pub fn verify(export: &[u8]) -> Result<Verification, ExportError> {
    let mut lines = export.split_inclusive(|byte| *byte == b'\n');
    let header = Header::read(lines.next().unwrap_or_default())?;
    let lines: Vec<&[u8]> = lines.collect();
    let origin = Head::origin(&header.owner);
    let mut verification = Verification {
        heads: vec![origin.hash],
        head: origin,
        owner: header.owner.clone(),
        redacted: 0,
        flaw: None,
    };
    for (index, text) in lines.iter().enumerate() {
        let line = index as u64 + 2;
        let later = lines.get(index + 1..).unwrap_or_default();
        match verification.next(line, text, later) {
            Ok(record) => verification.accept(&record),
            Err(flaw) => {
                verification.flaw = Some(flaw);
                return Ok(verification);
            }
        }
    }
    verification.flaw = verification.against(&header.head());
    Ok(verification)
}

impl Verification {
    /// Gives the name of the journal's owner.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Counts the entries before the first flaw.
    pub fn entries(&self) -> u64 {
        self.head.seq
    }

    /// Counts those among them whose text was left out.
    pub fn redacted(&self) -> u64 {
        self.redacted
    }

    /// Gives the head of the entries before the first flaw.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Gives the first flaw.
    pub fn flaw(&self) -> Option<&Flaw> {
        self.flaw.as_ref()
    }

    /// Tells whether the export's sound part begins with the entries of this head.
    pub fn includes(&self, head: &Head) -> bool {
        let index = usize::try_from(head.seq).ok();
        index.and_then(|index| self.heads.get(index)) == Some(&head.hash)
    }

    /// Compares with heads that others hold and tells the last entry that a witness confirms, 0 if
    /// there is none. Entries after it are not witnessed yet.
    ///
    /// # Errors
    ///
    /// The export's own flaw; else [`Flaw::Cut`] if a witness knows more entries,
    /// [`Flaw::Rewritten`] if it knows others.
    pub fn compare(&self, witnessed: &[Head]) -> Result<u64, Flaw> {
        if let Some(flaw) = &self.flaw {
            return Err(flaw.clone());
        }
        let mut witnessed = witnessed.to_vec();
        witnessed.sort_by_key(|head| head.seq);
        let mut confirmed = 0;
        for head in witnessed {
            if head.seq > self.entries() {
                return Err(Flaw::Cut {
                    after: self.entries(),
                    entries: head.seq,
                });
            }
            if !self.includes(&head) {
                return Err(Flaw::Rewritten {
                    after: confirmed,
                    at: head.seq,
                });
            }
            confirmed = head.seq;
        }
        Ok(confirmed)
    }

    fn accept(&mut self, record: &Record) {
        self.head = record.head();
        self.heads.push(record.head);
        self.redacted += u64::from(matches!(record.body, crate::Body::Redacted { .. }));
    }

    /// Reads the record that is due, or says what stands there instead.
    fn next(&self, line: u64, text: &[u8], later: &[&[u8]]) -> Result<Record, Flaw> {
        let before = self.head();
        let due = before.seq + 1;
        let record: Record = parse(text).ok_or(Flaw::Unreadable { seq: due, line })?;
        if record.follows(&before) {
            return Ok(record);
        }
        let mut later = later.iter().filter_map(|text| parse::<Record>(text));
        let seq = record.seq;
        Err(match seq.cmp(&due) {
            Ordering::Less => Flaw::Inserted { seq, line },
            Ordering::Equal if later.any(|other| other.follows(&before)) => {
                Flaw::Inserted { seq, line }
            }
            Ordering::Equal => Flaw::Changed { seq, line },
            Ordering::Greater => {
                let further_down: Vec<u64> = later.map(|other| other.seq).collect();
                if further_down.contains(&seq) {
                    Flaw::Inserted { seq, line }
                } else if further_down.contains(&due) {
                    Flaw::Reordered { seq: due, line }
                } else {
                    Flaw::Missing { seq: due, line }
                }
            }
        })
    }

    /// Finds what is wrong at the end, given the head that the header states.
    fn against(&self, stated: &Head) -> Option<Flaw> {
        if *stated == self.head() {
            None
        } else if stated.seq > self.entries() {
            Some(Flaw::Cut {
                after: self.entries(),
                entries: stated.seq,
            })
        } else {
            Some(Flaw::Header)
        }
    }
}
