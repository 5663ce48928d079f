//! What runs keep to be taken up again, and how it is forgotten.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

use consilium_node::FileSpill;
use consilium_plan::PlanHash;
use consilium_psi::{Spill as _, SpillError};

use crate::{home::Home, sweep::keep_only};

/// Forgets what a study's runs have kept to be taken up again.
///
/// # Errors
///
/// If it can't be removed.
pub(super) fn forget(home: &Home, plan: &PlanHash) -> Result<(), SpillError> {
    of_study(home, plan).clear()
}

/// Forgets what runs of all other studies have kept: of some it could not be removed when they ended.
///
/// # Errors
///
/// If it can't be removed.
pub(super) fn forget_all_but(home: &Home, studies: &BTreeSet<String>) -> io::Result<()> {
    let name = |path: &Path| {
        path.file_name()?
            .to_str()
            .map(|name| studies.contains(name))
    };
    keep_only(&folder(home), |path| name(path) == Some(true))
}

/// Where a study's runs keep it.
pub(super) fn of_study(home: &Home, plan: &PlanHash) -> FileSpill {
    FileSpill::new(folder_of(home, plan))
}

/// The folder in which a study's runs keep it.
pub(super) fn folder_of(home: &Home, plan: &PlanHash) -> PathBuf {
    folder(home).join(plan.to_string())
}

fn folder(home: &Home) -> PathBuf {
    home.state.join("spill")
}
