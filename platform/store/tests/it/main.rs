//! Tests of the store on SQLite; the coordinator's tests run the tables on both engines.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod damage;
mod formats;
mod sharing;
mod wiping;

use std::path::Path;

use consilium_base::Seed;
use consilium_store::{Location, Opening, Step, Store, StoreError};

/// Opens the store of a hospital, making it where there is none.
async fn open(folder: &Path, owner: &str, steps: &[Step]) -> Result<Store, StoreError> {
    Store::create(Opening {
        location: &Location::Folder(folder.to_owned()),
        owner: &owner.parse().unwrap(),
        steps,
        salts: Seed::from_bytes([7; 32]),
    })
    .await
}
