//! The number of its format before what is kept of a study, so that no program misreads another's.

use std::cmp::Ordering;

use consilium_journal::StudyName;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{StoreError, studies::Study};

/// The number of the format in which something is kept, from 1 on.
///
/// Whoever keeps it in a way that programs before can't read takes the next number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Format(pub u32);

/// Something with the number of its format before it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Numbered<'a, T> {
    format: Format,
    state: &'a T,
}

/// The number alone; what was kept before there were numbers has none.
#[derive(Deserialize)]
struct Head {
    #[serde(default = "before_all")]
    format: Format,
}

fn before_all() -> Format {
    Format(0)
}

#[derive(Deserialize)]
struct Body<T> {
    state: T,
}

impl Format {
    /// Puts this number before something.
    pub fn of<T>(self, state: &T) -> Numbered<'_, T> {
        Numbered {
            format: self,
            state,
        }
    }

    /// Sees that what was found of a study is of this format.
    ///
    /// # Errors
    ///
    /// [`StoreError::FormatNewer`] and [`StoreError::FormatOlder`] say what to do.
    pub fn check(self, study: &StudyName, found: Format) -> Result<(), StoreError> {
        let (study, format) = (study.clone(), found.0);
        match found.cmp(&self) {
            Ordering::Equal => Ok(()),
            Ordering::Greater => Err(StoreError::FormatNewer { study, format }),
            Ordering::Less => Err(StoreError::FormatOlder { study, format }),
        }
    }
}

impl Study {
    /// Reads its state: the JSON of what [`Format::of`] gives.
    ///
    /// # Errors
    ///
    /// If it is of another format, or damaged; the error names the study.
    pub fn read_state<T: DeserializeOwned>(&self, format: Format) -> Result<T, StoreError> {
        let damaged = |_| self.damaged("state");
        let head: Head = serde_json::from_str(&self.state).map_err(damaged)?;
        format.check(&self.name, head.format)?;
        let body: Body<T> = serde_json::from_str(&self.state).map_err(damaged)?;
        Ok(body.state)
    }
}
