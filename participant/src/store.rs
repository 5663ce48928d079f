//! What a participant keeps: its data sets, who the others are, what it was told to do and has
//! done. A SQLite file in its state folder.
//!
//! Functions that write take a [`Change`], so that what belongs together is kept together, with
//! its entry in the journal; functions that read take the [`Store`].

use std::path::Path;

use consilium_base::Seed;
use consilium_mailbox::PartyId;

pub use consilium_store::{
    Change, Location, Opening, Step, Store, StoreError, decisions, settings, studies,
};

pub mod alignments;
mod book;
pub mod cards;
pub mod cohorts;
pub mod data_sets;
pub mod noised;
pub mod peers;
pub mod queries;
pub mod runs;
pub mod secrets;

pub use book::{Book, Clock, StudyBook};

const STEPS: &[Step] = &[
    Step {
        number: 1000,
        name: "participant",
        sql: include_str!("../migrations/1000_participant.sql"),
    },
    Step {
        number: 1001,
        name: "alignments",
        sql: include_str!("../migrations/1001_alignments.sql"),
    },
    Step {
        number: 1002,
        name: "several-parties",
        sql: include_str!("../migrations/1002_several_parties.sql"),
    },
    Step {
        number: 1003,
        name: "several-books",
        sql: include_str!("../migrations/1003_several_books.sql"),
    },
    Step {
        number: 1004,
        name: "cohorts",
        sql: include_str!("../migrations/1004_cohorts.sql"),
    },
    Step {
        number: 1005,
        name: "imprints",
        sql: include_str!("../migrations/1005_imprints.sql"),
    },
    Step {
        number: 1006,
        name: "scorecards",
        sql: include_str!("../migrations/1006_scorecards.sql"),
    },
    Step {
        number: 1007,
        name: "noised",
        sql: include_str!("../migrations/1007_noised.sql"),
    },
    Step {
        number: 1008,
        name: "valued",
        sql: include_str!("../migrations/1008_valued.sql"),
    },
];

/// Opens an institution's store, making it where there is none; `salts` is fresh every time.
///
/// # Errors
///
/// See [`Store::create`].
pub async fn create(
    folder: &Path,
    institution: &PartyId,
    salts: Seed,
) -> Result<Store, StoreError> {
    let location = Location::Folder(folder.to_owned());
    Store::create(opening(&location, institution, salts)).await
}

/// Opens an institution's store; `salts` is fresh at every start.
///
/// # Errors
///
/// See [`Store::open`].
pub async fn open(folder: &Path, institution: &PartyId, salts: Seed) -> Result<Store, StoreError> {
    let location = Location::Folder(folder.to_owned());
    Store::open(opening(&location, institution, salts)).await
}

fn opening<'a>(location: &'a Location, owner: &'a PartyId, salts: Seed) -> Opening<'a> {
    Opening {
        location,
        owner,
        steps: STEPS,
        salts,
    }
}
