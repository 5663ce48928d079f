//! Orders of common rows that later studies name.

use std::collections::BTreeMap;

use consilium_journal::StudyName;
use consilium_node::files::{self, FileError};
use consilium_store::StoreError;

use crate::{
    data::RegisterError,
    home::Home,
    store::{
        alignments::{self, Alignment},
        data_sets,
    },
    study::{Placed, Results, parse_aligned},
};

/// Why there is no order of common rows.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AlignmentError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Data(#[from] RegisterError),
    /// No study of that name has aligned rows here.
    #[error("no alignment {study} is known here")]
    Unknown { study: StudyName },
    /// The data set has another version by now, or was removed: row numbers mean nothing any more.
    #[error("the alignment ended with the version of data set {data} that it numbers")]
    Ended { data: String },
    /// The file is not the one that was written.
    #[error("the file of the alignment {study} was changed or is gone")]
    Damaged { study: StudyName },
}

impl Home {
    /// Gives the own rows that another institution has too, in the order that both have.
    ///
    /// # Errors
    ///
    /// [`AlignmentError::Ended`] unless the data set's registered version is the aligned one.
    pub(crate) async fn alignment(&self, study: &StudyName) -> Result<Vec<Placed>, AlignmentError> {
        let found = alignments::find(&self.store, study).await?;
        let unknown = || AlignmentError::Unknown {
            study: study.clone(),
        };
        let found = found.ok_or_else(unknown)?;
        let set = data_sets::find(&self.store, &found.data_set).await?;
        if set.is_none_or(|set| set.version != found.version) {
            let data = found.data_set;
            return Err(AlignmentError::Ended { data });
        }
        let path = Results::named(&self.state, study.as_str()).aligned_path();
        let table = files::read_if_there(&path)?;
        let placed = table.and_then(|table| parse_aligned(&table, &found.digest));
        placed.ok_or_else(|| AlignmentError::Damaged {
            study: study.clone(),
        })
    }

    /// Gives all alignments, each with its state: `current`, `changed`, `ended` or `damaged`.
    pub(crate) async fn alignments(
        &self,
    ) -> Result<Vec<(Alignment, &'static str)>, AlignmentError> {
        let (mut listed, mut unchanged) = (Vec::new(), BTreeMap::new());
        for found in alignments::all(&self.store).await? {
            let state = match self.alignment(&found.study).await {
                Ok(_)
                    if self
                        .is_file_unchanged(&found.data_set, &mut unchanged)
                        .await? =>
                {
                    "current"
                }
                Ok(_) => "changed",
                Err(AlignmentError::Ended { .. }) => "ended",
                Err(AlignmentError::Damaged { .. } | AlignmentError::File(_)) => "damaged",
                Err(error) => return Err(error),
            };
            listed.push((found, state));
        }
        Ok(listed)
    }

    /// Tells whether a data set's file is as it was registered; each file is read once, as `known`
    /// keeps.
    async fn is_file_unchanged(
        &self,
        data: &str,
        known: &mut BTreeMap<String, bool>,
    ) -> Result<bool, AlignmentError> {
        if let Some(unchanged) = known.get(data) {
            return Ok(*unchanged);
        }
        let unchanged = match data_sets::find(&self.store, data).await? {
            Some(set) => self.is_unchanged(&set).await?,
            None => false,
        };
        known.insert(data.to_owned(), unchanged);
        Ok(unchanged)
    }
}
