//! Seeds that are drawn once and stay: a repeated step gives the same numbers bit for bit.

use consilium_base::Seed;
use consilium_journal::StudyName;
use consilium_store::{Change, StoreError, columns::Columns as _};
use rand_core::CryptoRng;

/// What a seed is for. A name stands for one purpose for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose(pub &'static str);

/// Gives this party's seed for a purpose in a study, and draws it if there is none.
///
/// Nothing that depends on a new seed may leave before the change is committed.
///
/// # Errors
///
/// If it can't be read or written.
pub async fn of_study(
    change: &mut Change,
    study: &StudyName,
    purpose: Purpose,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Seed, StoreError> {
    seed(change, study.as_str(), purpose, rng).await
}

/// Gives the institution's own seed for a purpose, such as keying the hashes of its data sets, and
/// draws it if there is none.
///
/// # Errors
///
/// If it can't be read or written.
pub async fn of_institution(
    change: &mut Change,
    purpose: Purpose,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Seed, StoreError> {
    // No study has an empty name.
    seed(change, "", purpose, rng).await
}

/// Gives the institution's seed for a purpose in a period, such as a quarter of a year, and draws
/// it if there is none.
///
/// # Errors
///
/// If it can't be read or written.
pub async fn of_period(
    change: &mut Change,
    period: &str,
    purpose: Purpose,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Seed, StoreError> {
    // No study is named like a period: their names are hashes.
    seed(change, period, purpose, rng).await
}

/// Forgets the seeds for a purpose of all earlier periods, and one that was for all: names of
/// periods ascend as text.
///
/// # Errors
///
/// If it can't be written.
pub async fn forget_before(
    change: &mut Change,
    period: &str,
    purpose: Purpose,
) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM secret WHERE purpose = $1 AND study < $2");
    let query = query.bind(purpose.0).bind(period);
    query.execute(change.connection()).await?;
    Ok(())
}

/// Forgets the seeds of a study that has come to its end.
///
/// # Errors
///
/// If it can't be written.
pub async fn forget(change: &mut Change, study: &StudyName) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM secret WHERE study = $1").bind(study.as_str());
    query.execute(change.connection()).await?;
    Ok(())
}

async fn seed(
    change: &mut Change,
    study: &str,
    purpose: Purpose,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Seed, StoreError> {
    let fresh = Seed::random(rng);
    sqlx::query(
        "INSERT INTO secret (study, purpose, seed) VALUES ($1, $2, $3) \
         ON CONFLICT (study, purpose) DO NOTHING",
    )
    .bind(study)
    .bind(purpose.0)
    .bind(&fresh.expose()[..])
    .execute(change.connection())
    .await?;
    let query = sqlx::query("SELECT seed FROM secret WHERE study = $1 AND purpose = $2");
    let row = query
        .bind(study)
        .bind(purpose.0)
        .fetch_one(change.connection())
        .await?;
    Ok(Seed::from_bytes(row.array("seed")?))
}
