mod check;

use std::collections::{HashMap, HashSet};

use consilium_base::{Digest, hex};
use consilium_schema::{MOST_NAME, RawFile, RawSchema, Schema, TextPlace, is_plain};
use serde::Serialize;
use toml::Spanned;

use crate::raw::{RawCatalogue, RawNames};
use crate::{CatalogueError, Feature, FeatureFault, Names};

/// Canonical features under a name and a version.
///
/// Sources, tables and features stand in the order of their ids, so a file that is written in
/// another order gives the same catalogue. `to_string` gives the canonical text, which parses back
/// to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: Names,
    pub(crate) sources: Vec<Source>,
    pub(crate) tables: Vec<Table>,
    pub(crate) features: Vec<Feature>,
}

/// Where declarations come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Different from all others of the catalogue.
    pub id: String,
    /// A standard, a documentation, or a public implementation.
    pub text: String,
}

/// What features are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The part of the features' ids before the point.
    pub id: String,
    /// What it is called.
    pub name: Names,
    /// What else it is called in the field, sorted.
    pub synonyms: Vec<String>,
}

/// The hash of a catalogue's canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CatalogueHash(pub(crate) Digest);

impl CatalogueHash {
    /// Gives the bytes.
    pub fn as_bytes(&self) -> &Digest {
        &self.0
    }
}

impl std::fmt::Display for CatalogueHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl Catalogue {
    /// The most features of a catalogue.
    pub const MOST: usize = 10_000;

    /// Parses and checks TOML.
    ///
    /// # Errors
    ///
    /// A [`CatalogueError`] that names line and column of the text.
    pub fn from_toml(text: &str) -> Result<Catalogue, CatalogueError> {
        let raw = RawCatalogue::parse(text)?;
        if raw.feature.is_empty() || raw.feature.len() > Self::MOST {
            let found = raw.feature.len();
            return Err(CatalogueError::Count { found });
        }
        let whole = TextPlace::of(text, 0);
        let title = names(raw.title).ok_or(CatalogueError::Hidden {
            place: whole,
            what: "title",
        })?;
        let mut catalogue = Catalogue {
            name: shown(raw.name, "name", text)?,
            version: shown(raw.version, "version", text)?,
            title,
            sources: Vec::with_capacity(raw.source.len()),
            tables: Vec::with_capacity(raw.table.len()),
            features: Vec::with_capacity(raw.feature.len()),
        };
        let mut seen = HashSet::new();
        for source in raw.source {
            let place = place(&source.id, text);
            let id = shown(source.id, "source", text)?;
            if !seen.insert(id.clone()) {
                let what = "source";
                return Err(CatalogueError::Twice { place, what, id });
            }
            if !is_plain(&source.text, check::MOST_TEXT) {
                let what = "the text of a source";
                return Err(CatalogueError::Hidden { place, what });
            }
            let text = source.text;
            catalogue.sources.push(Source { id, text });
        }
        let mut seen = HashSet::new();
        for table in raw.table {
            let place = place(&table.id, text);
            let id = shown(table.id, "table", text)?;
            if !seen.insert(id.clone()) {
                let what = "table";
                return Err(CatalogueError::Twice { place, what, id });
            }
            let hidden = CatalogueError::Hidden {
                place,
                what: "the name of a table",
            };
            let (Some(name), Some(synonyms)) = (names(table.name), check::synonyms(table.synonyms))
            else {
                return Err(hidden);
            };
            catalogue.tables.push(Table { id, name, synonyms });
        }
        let mut seen = HashSet::new();
        for feature in raw.feature {
            let place = place(&feature.id, text);
            let id = feature.id.get_ref().clone();
            let checked = if seen.insert(id.clone()) {
                check::feature(feature, &catalogue)
            } else {
                Err(FeatureFault::Twice)
            };
            let feature = checked.map_err(|fault| CatalogueError::Feature { place, id, fault })?;
            catalogue.features.push(feature);
        }
        catalogue.sort();
        Ok(catalogue)
    }

    /// Joins catalogues under a name; version and title are those of the first.
    ///
    /// # Errors
    ///
    /// [`CatalogueError::Clash`] if two declare the same id differently.
    pub fn join(
        name: &str,
        parts: impl IntoIterator<Item = Catalogue>,
    ) -> Result<Catalogue, CatalogueError> {
        let mut parts = parts.into_iter();
        let mut all = parts.next().ok_or(CatalogueError::Count { found: 0 })?;
        name.clone_into(&mut all.name);
        for part in parts {
            merge(&mut all.sources, part.sources, |source| &source.id)?;
            merge(&mut all.tables, part.tables, |table| &table.id)?;
            merge(&mut all.features, part.features, |feature| &feature.id)?;
        }
        all.sort();
        Ok(all)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What it is called.
    pub fn title(&self) -> &Names {
        &self.title
    }

    /// The sources, by id.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The tables, by id.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The features, by id.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The feature of that id.
    pub fn feature(&self, id: &str) -> Option<&Feature> {
        let place = self
            .features
            .binary_search_by(|one| one.id.as_str().cmp(id));
        place.ok().map(|place| &self.features[place])
    }

    /// Gives the schema of a table whose columns are these features, in this order, named by their ids.
    ///
    /// Features that are not [`Certain`](crate::Certainty::Certain) have their type and unit there, but no
    /// range, width or levels: what is not certain validates nothing.
    ///
    /// # Errors
    ///
    /// [`CatalogueError::Unknown`], and [`CatalogueError::Choice`] if a feature comes twice or none at all.
    pub fn schema(&self, features: &[&str]) -> Result<Schema, CatalogueError> {
        let columns: Vec<_> = features
            .iter()
            .map(|id| match self.feature(id) {
                Some(feature) => Ok(feature.column()),
                None => Err(CatalogueError::Unknown {
                    id: (*id).to_owned(),
                }),
            })
            .collect::<Result<_, _>>()?;
        RawSchema::new(RawFile::default(), columns)
            .try_into()
            .map_err(|_| CatalogueError::Choice)
    }

    fn sort(&mut self) {
        self.sources.sort_by(|one, other| one.id.cmp(&other.id));
        self.tables.sort_by(|one, other| one.id.cmp(&other.id));
        self.features.sort_by(|one, other| one.id.cmp(&other.id));
    }
}

fn merge<T: PartialEq>(
    all: &mut Vec<T>,
    more: Vec<T>,
    id: fn(&T) -> &String,
) -> Result<(), CatalogueError> {
    let known: HashMap<String, usize> = all
        .iter()
        .enumerate()
        .map(|(place, one)| (id(one).clone(), place))
        .collect();
    for one in more {
        match known.get(id(&one)) {
            None => all.push(one),
            Some(place) if all[*place] == one => {}
            Some(_) => {
                return Err(CatalogueError::Clash {
                    id: id(&one).clone(),
                });
            }
        }
    }
    Ok(())
}

fn names(raw: RawNames) -> Option<Names> {
    let plain = is_plain(&raw.en, MOST_NAME) && is_plain(&raw.zh, MOST_NAME);
    plain.then_some(Names {
        en: raw.en,
        zh: raw.zh,
    })
}

fn shown(raw: Spanned<String>, what: &'static str, text: &str) -> Result<String, CatalogueError> {
    let place = place(&raw, text);
    let name = raw.into_inner();
    if !is_plain(&name, MOST_NAME) {
        return Err(CatalogueError::Hidden { place, what });
    }
    Ok(name)
}

fn place(name: &Spanned<String>, text: &str) -> TextPlace {
    TextPlace::of(text, name.span().start)
}
