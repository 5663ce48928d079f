//! What is kept of a run, so that another can take it up.

use consilium_base::{Digest, Secret, Seed};

use super::steps::{Tags, read_tags};
use crate::{Spill, SpillError, spill::read_whole};

/// Under which name the record lies.
const RECORD: &str = "session";

/// What is kept of a session, so that a repeated run can take it up again.
///
/// The seed, from which exponent and order follow, serves one session only: this set against
/// that set, under these terms.
pub(super) struct Record {
    pub(super) seed: Seed,
    pub(super) session: Digest,
    pub(super) own: Digest,
    pub(super) theirs: Digest,
}

impl Record {
    /// Reads what was kept, if anything was and is whole.
    pub(super) fn load(spill: &mut dyn Spill) -> Result<Option<Record>, SpillError> {
        let Some(bytes) = read_whole(spill, RECORD)? else {
            return Ok(None);
        };
        let bytes = Secret::new(bytes);
        let (&[seed, session, own, theirs], []) = bytes.expose().as_chunks::<32>() else {
            return Ok(None);
        };
        let seed = Seed::from_bytes(seed);
        Ok(Some(Record {
            seed,
            session,
            own,
            theirs,
        }))
    }

    /// Keeps the record.
    pub(super) fn write(&self, spill: &mut dyn Spill) -> Result<(), SpillError> {
        let parts = [self.seed.expose(), &self.session, &self.own, &self.theirs];
        let bytes = Secret::new(parts.map(|part| &part[..]).concat());
        spill.write(RECORD, bytes.expose())
    }
}

/// Keeps the tags of one of the peer's chunks.
pub(super) fn keep_tags(
    spill: &mut dyn Spill,
    chunk: usize,
    tags: &[Tags],
) -> Result<(), SpillError> {
    let halves = tags.as_flattened().iter();
    let piece: Vec<u8> = halves.flat_map(|tag| tag.to_le_bytes()).collect();
    spill.write(&chunk_name(chunk), &piece)
}

/// The name under which the tags of one of the peer's chunks lie.
fn chunk_name(chunk: usize) -> String {
    format!("tags-{chunk}")
}

/// Reads the tags of as many of the peer's chunks as were kept and are whole.
pub(super) fn load_tags(spill: &mut dyn Spill) -> Result<Vec<Tags>, SpillError> {
    let (mut tags, mut number) = (Vec::new(), 0);
    while let Some(bytes) = read_whole(spill, &chunk_name(number))? {
        tags.extend(bytes.as_chunks().0.iter().map(read_tags));
        number += 1;
    }
    Ok(tags)
}
