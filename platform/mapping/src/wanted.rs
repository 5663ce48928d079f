use std::path::{Path, PathBuf};

use consilium_catalogue::{Catalogue, CatalogueError};
use consilium_schema::Schema;

use crate::raw::RawMapping;
use crate::{Mapping, MappingError, TextPlace};

/// What must come out of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// What a schema file says.
    Schema {
        /// Where the file lies, from the mapping's folder.
        path: PathBuf,
        /// Where the mapping names it, in bytes.
        begins: usize,
    },
    /// Features of a catalogue: whoever names them has the same definitions.
    Features(Features),
}

/// Features that a mapping names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    /// Their ids, each with where the mapping names it, in bytes; at least one.
    ids: Vec<(String, usize)>,
    catalogue: Option<PathBuf>,
}

impl Features {
    /// The catalogue's file, from the mapping's folder; where none is named, it is the one that comes
    /// with the program.
    pub fn catalogue(&self) -> Option<&Path> {
        self.catalogue.as_deref()
    }
}

impl Wanted {
    pub(crate) fn check(raw: &RawMapping, text: &str) -> Result<Self, MappingError> {
        let at = |begins| TextPlace::of(text, begins);
        let Some(features) = &raw.features else {
            if let Some(catalogue) = &raw.catalogue {
                let place = at(catalogue.span().start);
                return Err(MappingError::NoFeatures { place });
            }
            let begins = raw.schema.as_ref().map_or(0, |it| it.span().start);
            let named = raw.schema.as_ref().map(|it| it.get_ref().as_str());
            return match named.filter(|it| !it.trim().is_empty()) {
                Some(path) => Ok(Self::Schema {
                    path: path.into(),
                    begins,
                }),
                None => Err(MappingError::NoSchema { place: at(begins) }),
            };
        };
        let place = at(features.span().start);
        if raw.schema.is_some() {
            return Err(MappingError::SchemaTwice { place });
        }
        let ids = features.get_ref().iter();
        let ids: Vec<_> = ids
            .map(|it| (it.get_ref().clone(), it.span().start))
            .collect();
        if ids.is_empty() {
            return Err(MappingError::NoSchema { place });
        }
        let catalogue = raw.catalogue.as_ref().map(|it| it.get_ref().into());
        Ok(Self::Features(Features { ids, catalogue }))
    }

    /// Where the mapping says it, in bytes.
    pub(crate) fn begins(&self) -> usize {
        match self {
            Self::Schema { begins, .. } => *begins,
            Self::Features(features) => features.ids.first().map_or(0, |(_, begins)| *begins),
        }
    }
}

impl Mapping {
    /// The schema of features that the mapping names, as a catalogue defines them.
    ///
    /// # Errors
    ///
    /// [`MappingError::Feature`] for one that the catalogue has not, or that is named twice.
    pub fn schema_of(
        &self,
        features: &Features,
        catalogue: &Catalogue,
    ) -> Result<Schema, MappingError> {
        let ids: Vec<&str> = features.ids.iter().map(|(id, _)| id.as_str()).collect();
        catalogue.schema(&ids).map_err(|error| {
            let number = match &error {
                CatalogueError::Unknown { id } => ids.iter().position(|it| it == id),
                _ => (0..ids.len()).find(|at| ids[..*at].contains(&ids[*at])),
            };
            let (feature, begins) = features.ids[number.unwrap_or(0)].clone();
            MappingError::Feature {
                place: TextPlace::of(self.text(), begins),
                feature,
            }
        })
    }
}
