//! Bringing a database to this program's schema.

use sqlx::{
    AnyPool, SqlSafeStr as _,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use crate::StoreError;

/// A step of the schema: SQL that both engines take. Once released it is never changed.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Its place in the order; below 1000 are the steps that both daemons share.
    pub number: i64,
    /// What it is about.
    pub name: &'static str,
    /// The statements.
    pub sql: &'static str,
}

const COMMON: &[Step] = &[Step {
    number: 1,
    name: "common",
    sql: include_str!("../migrations/0001_common.sql"),
}];

pub(crate) async fn migrate(pool: &AnyPool, own: &[Step]) -> Result<(), StoreError> {
    let migrations = COMMON.iter().chain(own).map(|step| {
        let sql = step.sql.into_sql_str();
        Migration::new(
            step.number,
            step.name.into(),
            MigrationType::Simple,
            sql,
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
        .run(pool)
        .await
        .map_err(|error| match error {
            MigrateError::VersionMissing(step) => StoreError::SchemaNewer { step },
            MigrateError::VersionMismatch(step) => StoreError::SchemaChanged { step },
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            _ => StoreError::corrupted("the list of schema steps"),
        })
}
