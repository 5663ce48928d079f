//! What the daemon keeps: made with the federation, opened ever after.

use consilium_identity::FederationId;
use consilium_node::{Ambient, files};
use consilium_store::{Location, Store, StoreError, settings};

use crate::{Config, CoordinatorError, store};

const FEDERATION: &str = "federation";

/// Makes the store of a federation that is being founded.
pub(crate) async fn create(
    config: &Config,
    federation: FederationId,
    ambient: &Ambient,
) -> Result<(), CoordinatorError> {
    let store = store::create(&location(config)?, &config.name, ambient.seed()).await?;
    if settings::get(&store, FEDERATION).await?.is_none() {
        let mut change = store.begin().await?;
        settings::set(&mut change, FEDERATION, &federation.to_string()).await?;
        change.commit().await?;
    }
    let is_its = belongs_to(&store, federation).await;
    store.close().await;
    is_its
}

/// Opens the store of a federation.
///
/// # Errors
///
/// If there is none, it can't be used, or is another federation's.
pub(crate) async fn open(
    config: &Config,
    federation: FederationId,
    ambient: &Ambient,
) -> Result<Store, CoordinatorError> {
    let store = store::open(&location(config)?, &config.name, ambient.seed()).await?;
    belongs_to(&store, federation).await?;
    Ok(store)
}

async fn belongs_to(store: &Store, expected: FederationId) -> Result<(), CoordinatorError> {
    match settings::get(store, FEDERATION).await? {
        Some(found) if found == expected.to_string() => Ok(()),
        Some(found) => Err(CoordinatorError::OtherFederation { expected, found }),
        None => Err(StoreError::Lost.into()),
    }
}

fn location(config: &Config) -> Result<Location, CoordinatorError> {
    let Some(path) = &config.database else {
        return Ok(Location::Folder(config.state.clone()));
    };
    let not_one = || CoordinatorError::Database { path: path.clone() };
    let url = files::read_if_there(path)?.ok_or_else(not_one)?;
    let url = url.trim().parse().map_err(|_| not_one())?;
    Ok(Location::Postgres(url))
}
