//! Reading columns as what they stand for.

use std::str::FromStr;

use consilium_journal::UnixTime;
use sqlx::{Row as _, any::AnyRow};

use crate::StoreError;

/// Columns by name, as our types.
///
/// # Errors
///
/// All name the column if it is not there or does not hold such a value.
#[expect(
    missing_docs,
    reason = "each reads a column as the type that it returns"
)]
pub trait Columns {
    fn number(&self, column: &'static str) -> Result<i64, StoreError>;
    fn text(&self, column: &'static str) -> Result<String, StoreError>;
    fn optional_text(&self, column: &'static str) -> Result<Option<String>, StoreError>;
    fn bytes(&self, column: &'static str) -> Result<Vec<u8>, StoreError>;
    fn optional_bytes(&self, column: &'static str) -> Result<Option<Vec<u8>>, StoreError>;
    fn optional_number(&self, column: &'static str) -> Result<Option<i64>, StoreError>;

    fn parsed<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| damaged(column))
    }

    fn optional_parsed<T: FromStr>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let text = self.optional_text(column)?;
        text.map(|text| text.parse().map_err(|_| damaged(column)))
            .transpose()
    }

    fn array<const N: usize>(&self, column: &'static str) -> Result<[u8; N], StoreError> {
        self.bytes(column)?.try_into().map_err(|_| damaged(column))
    }

    fn count(&self, column: &'static str) -> Result<u64, StoreError> {
        self.number(column)?.try_into().map_err(|_| damaged(column))
    }

    fn time(&self, column: &'static str) -> Result<UnixTime, StoreError> {
        self.number(column).map(UnixTime)
    }

    fn optional_time(&self, column: &'static str) -> Result<Option<UnixTime>, StoreError> {
        Ok(self.optional_number(column)?.map(UnixTime))
    }
}

impl Columns for AnyRow {
    fn number(&self, column: &'static str) -> Result<i64, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn optional_number(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn text(&self, column: &'static str) -> Result<String, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn optional_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn bytes(&self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn optional_bytes(&self, column: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.try_get(column)?)
    }
}

/// Names a column that holds what was never written there.
pub fn damaged(column: &'static str) -> StoreError {
    StoreError::corrupted(format!("column {column}"))
}
