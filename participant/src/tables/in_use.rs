//! Which tables runs use now.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The folders of tables that runs use. Cloning is cheap.
#[derive(Clone, Default)]
pub(crate) struct InUse(Arc<Mutex<Vec<PathBuf>>>);

/// A folder that stays until this is dropped.
pub(crate) struct InUseGuard {
    all: InUse,
    folder: PathBuf,
}

impl InUse {
    /// Lets a folder stay.
    pub(super) fn begin(&self, folder: &Path) -> InUseGuard {
        self.all().push(folder.to_owned());
        let (all, folder) = (self.clone(), folder.to_owned());
        InUseGuard { all, folder }
    }

    /// Gives all of them; while it is held, none can be added.
    pub(super) fn all(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        // The list changes in single steps that don't panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InUseGuard {
    fn drop(&mut self) {
        let mut all = self.all.all();
        // Several runs may use one folder: any of its places is as good as another.
        if let Some(place) = all.iter().position(|folder| *folder == self.folder) {
            all.swap_remove(place);
        }
    }
}
