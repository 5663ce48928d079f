//! What is kept of a session that goes bucket by bucket, so that another run can take it up.

use consilium_base::Digest;

use crate::{Spill, SpillError, spill::read_whole};

/// A session, and how far it has come. What it holds is no secret from the others.
pub(crate) struct Record {
    /// Under which name it lies.
    pub(crate) name: &'static str,
    /// What buckets and the order of items hang on.
    pub(crate) session: Digest,
    /// What this party committed to.
    pub(crate) own: Digest,
    /// What must not change at each other party, by name.
    pub(crate) theirs: Vec<Digest>,
    /// Buckets that are done, of those that this party keeps.
    pub(crate) done: u32,
}

impl Record {
    /// Reads what was kept of a run with so many others, if anything was and is whole.
    pub(crate) fn load(
        spill: &mut dyn Spill,
        name: &'static str,
        others: usize,
    ) -> Result<Option<Record>, SpillError> {
        let Some(bytes) = read_whole(spill, name)? else {
            return Ok(None);
        };
        let (digests, done) = bytes.as_chunks::<32>();
        let (Ok(done), [session, own, theirs @ ..]) = (done.try_into(), digests) else {
            return Ok(None);
        };
        Ok((theirs.len() == others).then(|| Record {
            name,
            session: *session,
            own: *own,
            theirs: theirs.to_vec(),
            done: u32::from_le_bytes(done),
        }))
    }

    /// Keeps the session, of which so many buckets are done.
    pub(crate) fn write(&self, spill: &mut dyn Spill, done: u32) -> Result<(), SpillError> {
        let mut bytes = [self.session, self.own].concat();
        bytes.extend_from_slice(self.theirs.as_flattened());
        bytes.extend(done.to_le_bytes());
        spill.write(self.name, &bytes)
    }
}
