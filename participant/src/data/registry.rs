//! The data sets that are registered here.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use consilium_journal::{Entry, Kind, band};
use consilium_mapping::{Mapping, MappingError};
use consilium_plan::{DataVersion, Name};
use consilium_schema::{Schema, SchemaError};

use super::{DataError, Fence, Mapped, Source, TableError, blocking, tables::Tables};
use crate::{
    home::Home,
    store::{
        StoreError, cards,
        data_sets::{self, DataSet, Registered},
        settings,
    },
};

/// A data set to be registered.
#[derive(Clone, Debug)]
pub(crate) struct NewDataSet {
    pub(crate) name: Name,
    pub(crate) path: PathBuf,
    /// TOML.
    pub(crate) schema: String,
    pub(crate) splits: BTreeMap<Name, PathBuf>,
    /// TOML, where `path` is the file of a mapping.
    pub(crate) mapping: Option<String>,
    /// Tables of codes that values are held against.
    pub(crate) codes: Vec<PathBuf>,
}

/// A registered data set, and whether its file is still the one that was registered.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) set: DataSet,
    pub(crate) is_unchanged: bool,
    /// The files that a mapping's query reads.
    pub(crate) sources: Vec<PathBuf>,
}

/// Why a data set is not registered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Schema(#[from] SchemaError),
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Data(#[from] DataError),
    /// The daemon does not share the caller's working folder.
    #[error("{} is not an absolute path", path.display())]
    Relative { path: PathBuf },
    /// Paths are kept as text.
    #[error("{} is not UTF-8", path.display())]
    NotText { path: PathBuf },
    #[error("no data set {name} is registered")]
    Unknown { name: String },
}

impl Home {
    /// Reads a data set and registers it, or a new version of it.
    pub(crate) async fn register(&self, new: NewDataSet) -> Result<Listed, RegisterError> {
        for path in new.splits.values().chain(&new.codes).chain([&new.path]) {
            if !path.is_absolute() {
                return Err(RegisterError::Relative { path: path.clone() });
            }
        }
        let mut source = Source {
            mapping: self.mapped(new.mapping.as_deref(), &new.path)?,
            path: new.path.clone(),
            schema: Schema::from_toml(&new.schema)?,
            splits: new.splits.clone(),
            tables: BTreeMap::new(),
            fence: self.fence(),
        };
        let key = self.data_key.clone();
        let mapped = source.mapping.as_ref().map(|_| source.files());
        let codes = new.codes.clone();
        let reading = self.read_alone(move || {
            let tables = match tables_at(&codes, &source)? {
                Ok(tables) => tables,
                Err(error) => return Ok(Err(error)),
            };
            source.tables = tables.held_against();
            let contents = source.read(&key)?;
            let checked = tables.check(&contents.table);
            Ok(checked.map(|()| (contents, source.tables)))
        });
        let (contents, tables) = reading.await??;
        let path = new.path.to_str().map(str::to_owned);
        let set = DataSet {
            name: new.name.to_string(),
            path: path.ok_or(RegisterError::NotText { path: new.path })?,
            schema: new.schema,
            version: contents.version,
            rows: contents.counts.rows_read.0,
            registered: self.ambient.now(),
        };
        let mut change = self.store.begin().await?;
        let registered = data_sets::register(&mut change, &set).await?;
        let splits = serde_json::to_string(&new.splits).map_err(|_| RegisterError::NotText {
            path: set.path.clone().into(),
        })?;
        settings::set(&mut change, &splits_setting(new.name.as_str()), &splits).await?;
        let tables = serde_json::to_string(&tables).expect("names and hashes serialise");
        settings::set(&mut change, &tables_setting(new.name.as_str()), &tables).await?;
        let mapping = new.mapping.as_deref().unwrap_or_default();
        settings::set(&mut change, &mapping_setting(new.name.as_str()), mapping).await?;
        let what = match registered {
            Registered::New => "registered",
            Registered::Unchanged => "unchanged",
            Registered::Moved => "moved",
            Registered::Replaced { .. } => "replaced",
        };
        let entry = Entry::new(set.registered, Kind::DATA_SET)
            .with("data", &set.name)
            .with("what", what)
            .with("version", contents.version)
            .with("rows", band(set.rows));
        change.log(&entry).await?;
        change.commit().await?;
        tracing::info!(data = set.name, what, "a data set was read");
        // Cards of an earlier version are not shown any more, those of this one are again.
        let kept = cards::all(&self.store).await?;
        if kept.iter().any(|kept| kept.card.data_set == set.name) {
            self.show_cards().await?;
        }
        Ok(Listed {
            set,
            is_unchanged: true,
            sources: mapped.unwrap_or_default(),
        })
    }

    /// Gives the registered data sets, each held against its file.
    pub(crate) async fn data_sets(&self) -> Result<Vec<Listed>, RegisterError> {
        let mut listed = Vec::new();
        for set in data_sets::all(&self.store).await? {
            let is_unchanged = self.is_unchanged(&set).await?;
            let mapping = match self.of(&set).await {
                Err(RegisterError::Store(error)) => return Err(error.into()),
                source => source.ok().filter(|source| source.mapping.is_some()),
            };
            listed.push(Listed {
                set,
                is_unchanged,
                sources: mapping.map(|source| source.files()).unwrap_or_default(),
            });
        }
        Ok(listed)
    }

    /// Tells whether a data set's file is still the one that was registered; reads it in full.
    ///
    /// One whose schema this program refuses has to be registered anew, as a changed one.
    pub(crate) async fn is_unchanged(&self, set: &DataSet) -> Result<bool, RegisterError> {
        let source = match self.of(set).await {
            Err(RegisterError::Schema(_) | RegisterError::Mapping(_)) => return Ok(false),
            source => source?,
        };
        let key = self.data_key.clone();
        let version = blocking(move || source.version(&key)).await;
        Ok(version.is_ok_and(|version| version == set.version))
    }

    /// Forgets a data set; its file is left alone.
    pub(crate) async fn forget_data(&self, name: &str) -> Result<(), RegisterError> {
        let now = self.ambient.now();
        let mut change = self.store.begin().await?;
        if !data_sets::remove(&mut change, name, now).await? {
            let name = name.to_owned();
            return Err(RegisterError::Unknown { name });
        }
        let had_cards = cards::remove(&mut change, name).await?;
        let entry = Entry::new(now, Kind::DATA_SET)
            .with("data", name)
            .with("what", "removed");
        change.log(&entry).await?;
        change.commit().await?;
        if had_cards {
            self.show_cards().await?;
        }
        Ok(())
    }

    /// Gives where a registered data set lies and how it is read.
    pub(crate) async fn source(&self, name: &Name) -> Result<Option<Source>, RegisterError> {
        match data_sets::find(&self.store, name.as_str()).await? {
            Some(set) => Ok(Some(self.of(&set).await?)),
            None => Ok(None),
        }
    }

    /// Gives the version of a data set that was registered last.
    pub(crate) async fn registered(&self, name: &Name) -> Result<Option<DataVersion>, StoreError> {
        let set = data_sets::find(&self.store, name.as_str()).await?;
        Ok(set.map(|set| set.version))
    }

    async fn of(&self, set: &DataSet) -> Result<Source, RegisterError> {
        let splits = settings::get(&self.store, &splits_setting(&set.name)).await?;
        let splits = splits.map(|splits| serde_json::from_str(&splits));
        let damaged = |_| consilium_store::columns::damaged("value");
        let mapping = settings::get(&self.store, &mapping_setting(&set.name)).await?;
        let mapping = mapping.filter(|text| !text.is_empty());
        let tables = settings::get(&self.store, &tables_setting(&set.name)).await?;
        let tables = tables.map(|tables| serde_json::from_str(&tables));
        let path = PathBuf::from(&set.path);
        Ok(Source {
            mapping: self.mapped(mapping.as_deref(), &path)?,
            path,
            schema: Schema::from_toml(&set.schema)?,
            splits: splits.transpose().map_err(damaged)?.unwrap_or_default(),
            tables: tables.transpose().map_err(damaged)?.unwrap_or_default(),
            fence: self.fence(),
        })
    }

    /// Gives where files may lie.
    fn fence(&self) -> Fence {
        Fence {
            state: self.state.clone(),
            root: self.data_root.clone(),
        }
    }

    /// Gives a mapping of that text, whose file is at `path`.
    fn mapped(&self, text: Option<&str>, path: &Path) -> Result<Option<Mapped>, MappingError> {
        let mapping = text.map(Mapping::from_toml).transpose()?;
        let here = || (self.fence(), self.mappings.clone());
        Ok(mapping.map(|mapping| Mapped::new(mapping, path, here())))
    }
}

/// Reads the tables of codes that a data set is held against. Blocks.
fn tables_at(paths: &[PathBuf], source: &Source) -> Result<Result<Tables, TableError>, DataError> {
    let mut places = Vec::with_capacity(paths.len());
    for path in paths {
        match source.fence.place(path) {
            Ok(place) => places.push(place),
            Err(DataError::Rows(error)) => return Ok(Err(TableError::Unread(error))),
            Err(error) => return Err(error),
        }
    }
    Ok(Tables::read(&places, &source.schema))
}

fn mapping_setting(data: &str) -> String {
    format!("data-set.{data}.mapping")
}

fn tables_setting(data: &str) -> String {
    format!("data-set.{data}.codes")
}

fn splits_setting(data: &str) -> String {
    format!("data-set.{data}.splits")
}
