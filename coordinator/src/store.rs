//! What the coordinator keeps: who belongs to the federation, studies, opened sums, results.
//!
//! Functions that write take a [`Change`], so that what belongs together is kept together, with
//! its entry in the journal; functions that read take the [`Store`].

use consilium_base::Seed;
use consilium_mailbox::PartyId;

pub use consilium_store::{
    Change, Location, Opening, Step, Store, StoreError, decisions, settings, studies,
};

pub mod cards;
mod error;
pub mod institutions;
pub mod invitations;
pub mod openings;
pub mod people;
pub mod results;

pub use error::{EnrolError, Taken};

const STEPS: &[Step] = &[
    Step {
        number: 1000,
        name: "coordinator",
        sql: include_str!("../migrations/1000_coordinator.sql"),
    },
    Step {
        number: 1001,
        name: "withdrawn",
        sql: include_str!("../migrations/1001_withdrawn.sql"),
    },
    Step {
        number: 1002,
        name: "scorecards",
        sql: include_str!("../migrations/1002_scorecards.sql"),
    },
];

/// Opens the coordinator's store, making it where there is none; `salts` is fresh every time.
///
/// # Errors
///
/// See [`Store::create`].
pub async fn create(
    location: &Location,
    coordinator: &PartyId,
    salts: Seed,
) -> Result<Store, StoreError> {
    Store::create(opening(location, coordinator, salts)).await
}

/// Opens the coordinator's store; `salts` is fresh at every start.
///
/// # Errors
///
/// See [`Store::open`].
pub async fn open(
    location: &Location,
    coordinator: &PartyId,
    salts: Seed,
) -> Result<Store, StoreError> {
    Store::open(opening(location, coordinator, salts)).await
}

fn opening<'a>(location: &'a Location, owner: &'a PartyId, salts: Seed) -> Opening<'a> {
    Opening {
        location,
        owner,
        steps: STEPS,
        salts,
    }
}

/// Whether the same thing was kept before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is new.
    First,
    /// It was kept before, and is the same; nothing was written.
    Again,
}
