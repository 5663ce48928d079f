//! How far a run has come: what it keeps of its buckets, and what whoever watches hears.

use std::sync::{Mutex, PoisonError};

use crate::{MemorySpill, PsiError, Spill, SpillError, record::Record, session::Session};

/// The store of a run, and how many chunks were exchanged: some at once, with several parties.
pub(crate) struct Progress<'a> {
    record: &'a Record,
    store: Mutex<(u32, &'a mut dyn Spill)>,
}

impl<'a> Progress<'a> {
    /// Goes on after so many chunks; in memory if the store keeps nothing.
    pub(crate) fn begin(
        session: &'a Session,
        exchanged: u32,
        spill: &'a mut dyn Spill,
        memory: &'a mut MemorySpill,
    ) -> Result<Progress<'a>, SpillError> {
        let record = &session.record;
        if session.new {
            spill.clear()?;
        }
        // What is made again is not done, should the run break off between the pieces of a bucket.
        record.write(spill, record.done)?;
        let kept = spill.read(record.name)?.is_some();
        let spill: &mut dyn Spill = if kept { spill } else { memory };
        let store = Mutex::new((exchanged, spill));
        Ok(Progress { record, store })
    }

    /// Counts one more chunk.
    pub(crate) fn count(&self) {
        // A number and a store: a panic elsewhere leaves them whole.
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let (exchanged, spill) = &mut *store;
        *exchanged = exchanged.saturating_add(1);
        spill.kept(*exchanged);
    }

    /// Gives the store.
    pub(crate) fn spill(&mut self) -> &mut dyn Spill {
        let store = self.store.get_mut();
        store.unwrap_or_else(PoisonError::into_inner).1
    }

    /// Keeps that so many buckets are done.
    pub(crate) fn done(&mut self, buckets: u32) -> Result<(), SpillError> {
        let record = self.record;
        record.write(self.spill(), buckets)
    }

    /// Ends the run: forgets what can't be gone on with.
    pub(crate) fn end<T>(mut self, ended: Result<T, PsiError>) -> Result<T, PsiError> {
        let anew = matches!(
            ended,
            Err(PsiError::Misfit(_) | PsiError::Spill(SpillError::Damaged { .. }))
        );
        if anew {
            self.spill().clear()?;
        }
        ended
    }
}

/// Gives the number of chunks of so many elements.
pub(crate) fn chunks(elements: usize, chunk: u32) -> u32 {
    u32::try_from(elements.div_ceil(chunk as usize)).unwrap_or(u32::MAX)
}
