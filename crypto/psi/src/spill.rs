//! Where parties keep what a repeated run, or a later study, need not compute again.

use std::collections::BTreeMap;

use consilium_base::Secret;
use tracing::warn;

/// Keeps pieces under names, until it is told to forget them.
///
/// One store serves one step of one study, or one table of `psi-unbalanced` for as long as its key
/// lives. Calls may block.
///
/// # Security
///
/// The pieces hold secrets. Keep them readable for this process only, and [`clear`](Spill::clear)
/// them as soon as the step is committed, or the table's key has ended.
pub trait Spill: Send {
    /// Gives what was written under this name.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, SpillError>;

    /// Writes a piece: durably, and whole or not at all.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    fn write(&mut self, name: &str, piece: &[u8]) -> Result<(), SpillError>;

    /// Forgets a piece, or leaves it empty.
    ///
    /// # Errors
    ///
    /// If it can't be removed.
    fn remove(&mut self, name: &str) -> Result<(), SpillError> {
        self.write(name, &[])
    }

    /// Forgets all pieces.
    ///
    /// # Errors
    ///
    /// If they can't be removed.
    fn clear(&mut self) -> Result<(), SpillError>;

    /// Hears how many chunks of the sets are kept, or exchanged in a bucket that is kept as a whole:
    /// for whoever watches that a run goes on; no result depends on it.
    fn kept(&mut self, _chunks: u32) {}
}

/// A store that can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpillError {
    /// Reading or writing failed.
    #[error("the store of the run can't be used")]
    Io(#[source] std::io::Error),
    /// What must outlive a run was written, and is not there.
    #[error("the store of the run keeps nothing: a noisy answer needs one that does")]
    KeepsNothing,
    /// A noisy answer was given and is not what was written: nobody can have it again, or another.
    #[error("the noisy answer that the store keeps is damaged: there is no second one")]
    AnswerDamaged,
    /// A piece is not what was written. Before a run has gone on from it, that is no error: what it
    /// is of is made or fetched anew.
    #[error("the store of the run is damaged: {name} has {bytes} bytes")]
    Damaged {
        /// Its name.
        name: String,
        /// Its length.
        bytes: usize,
    },
}

impl SpillError {
    pub(crate) fn damaged(name: &str, bytes: usize) -> SpillError {
        let name = name.to_owned();
        SpillError::Damaged { name, bytes }
    }
}

/// Reads a piece without which a run begins anew, in whole or in part: a damaged one is none.
pub(crate) fn read_whole(spill: &mut dyn Spill, name: &str) -> Result<Option<Vec<u8>>, SpillError> {
    match spill.read(name) {
        Err(SpillError::Damaged { name, .. }) => {
            warn!(name, "what was kept of a run is damaged, and begun anew");
            Ok(None)
        }
        read => read,
    }
}

/// Takes up a piece that was kept; nothing is as bad as bytes that can't be parsed.
pub(crate) fn take_up<T>(
    spill: &mut dyn Spill,
    name: &str,
    parse: impl FnOnce(&[u8]) -> Option<T>,
) -> Result<T, SpillError> {
    let bytes = spill.read(name)?.unwrap_or_default();
    parse(&bytes).ok_or_else(|| SpillError::damaged(name, bytes.len()))
}

/// Keeps pieces in memory: for tests, and for runs that resume within one process.
#[derive(Default)]
#[expect(missing_debug_implementations, reason = "it holds secrets")]
pub struct MemorySpill(BTreeMap<String, Secret<Vec<u8>>>);

impl Spill for MemorySpill {
    fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, SpillError> {
        Ok(self.0.get(name).map(|piece| piece.expose().clone()))
    }

    fn write(&mut self, name: &str, piece: &[u8]) -> Result<(), SpillError> {
        let piece = Secret::new(piece.to_vec());
        self.0.insert(name.to_owned(), piece);
        Ok(())
    }

    fn clear(&mut self) -> Result<(), SpillError> {
        self.0.clear();
        Ok(())
    }
}

/// Keeps nothing: a repeated run begins at the beginning.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unkept;

impl Spill for Unkept {
    fn read(&mut self, _: &str) -> Result<Option<Vec<u8>>, SpillError> {
        Ok(None)
    }

    fn write(&mut self, _: &str, _: &[u8]) -> Result<(), SpillError> {
        Ok(())
    }

    fn clear(&mut self) -> Result<(), SpillError> {
        Ok(())
    }
}
