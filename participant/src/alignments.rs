//! In which state orders of common rows are.

use std::collections::BTreeMap;

use consilium_node::files;

use crate::{
    data::RegisterError,
    home::Home,
    store::{
        alignments::{self, Alignment},
        data_sets::{self, DataSet},
    },
    study::{Results, is_aligned},
};

impl Home {
    /// Gives all alignments, each with its state: `current`, `changed`, `ended` or `damaged`.
    pub(crate) async fn alignments(&self) -> Result<Vec<(Alignment, &'static str)>, RegisterError> {
        let (mut listed, mut unchanged) = (Vec::new(), BTreeMap::new());
        for found in alignments::all(&self.store).await? {
            let set = data_sets::find(&self.store, &found.data_set).await?;
            let state = match set {
                Some(set) if set.version == found.version => {
                    if !self.is_whole(&found) {
                        "damaged"
                    } else if self.is_file_unchanged(set, &mut unchanged).await? {
                        "current"
                    } else {
                        "changed"
                    }
                }
                _ => "ended",
            };
            listed.push((found, state));
        }
        Ok(listed)
    }

    /// Tells whether the file with the order is as it was written.
    fn is_whole(&self, found: &Alignment) -> bool {
        let path = Results::named(&self.state, found.study.as_str()).aligned_path();
        let table = files::read_if_there(&path);
        table.is_ok_and(|table| table.is_some_and(|table| is_aligned(&table, &found.digest)))
    }

    /// Tells whether a data set's file is as it was registered; each file is read once, as `known`
    /// keeps.
    async fn is_file_unchanged(
        &self,
        set: DataSet,
        known: &mut BTreeMap<String, bool>,
    ) -> Result<bool, RegisterError> {
        if let Some(unchanged) = known.get(&set.name) {
            return Ok(*unchanged);
        }
        let unchanged = self.is_unchanged(&set).await?;
        known.insert(set.name, unchanged);
        Ok(unchanged)
    }
}
