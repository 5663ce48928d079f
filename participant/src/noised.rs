//! Studies that told of a data set with noise. What noise lets through of one row adds up over studies, so a steward
//! names those beside which a further one may run.

use std::collections::BTreeSet;

use consilium_journal::{Entry, Kind};
use consilium_plan::{DataVersion, Grant, Name, Obstacle, Plan, PlanHash};
use consilium_store::{StoreError, columns::damaged};

use crate::{
    home::{Home, study_name},
    store::noised::{self, Noised},
};

/// Gives what was told of a data set before, the latest first; nothing of a plan that adds no noise. Further runs of
/// one study over one version repeat its noise, and tell nothing more.
///
/// # Errors
///
/// If it can't be read.
pub(crate) async fn earlier(
    home: &Home,
    plan: &Plan,
    (data, version): (&Name, &DataVersion),
) -> Result<Vec<Noised>, StoreError> {
    if plan.noise().is_none() {
        return Ok(Vec::new());
    }
    let study = study_name(&plan.hash());
    let mut all = noised::of(&home.store, (data.as_str(), version)).await?;
    all.retain(|it| it.study != study || it.version != *version);
    Ok(all)
}

/// Gives what keeps a data set from being told of once more: studies before that the steward has not named.
///
/// # Errors
///
/// If they can't be read, or one is damaged.
pub(crate) async fn spent(
    home: &Home,
    plan: &Plan,
    (data, grant): (&Name, &Grant),
) -> Result<Option<Obstacle>, StoreError> {
    let mut unnamed = BTreeSet::new();
    for before in earlier(home, plan, (data, &grant.data)).await? {
        let study: PlanHash = before
            .study
            .as_str()
            .parse()
            .map_err(|_| damaged("study"))?;
        if !grant.beside.contains(&study) && unnamed.len() < Obstacle::MOST_STUDIES {
            unnamed.insert(study);
        }
    }
    Ok((!unnamed.is_empty()).then_some(Obstacle::NoiseSpent(unnamed)))
}

/// Takes down what is about to be told, before anything of it leaves.
///
/// # Errors
///
/// If it can't be written.
pub(crate) async fn note(
    home: &Home,
    plan: &Plan,
    (data, version): (&Name, DataVersion),
) -> Result<(), StoreError> {
    let Some((epsilon, delta)) = plan.noise() else {
        return Ok(());
    };
    let now = home.ambient.now();
    let told = Noised {
        study: study_name(&plan.hash()),
        data_set: data.to_string(),
        version,
        answered: now,
        epsilon,
        delta,
    };
    let mut change = home.store.begin().await?;
    if noised::keep(&mut change, &told).await? {
        let entry = Entry::new(now, Kind::RUN).about(&told.study);
        let entry = entry.with("noised", data).with("version", version);
        change
            .log(&entry.with("epsilon", epsilon).with("delta", delta))
            .await?;
    }
    change.commit().await
}
