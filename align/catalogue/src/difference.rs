use consilium_base::{Digest, Tagged};
use serde::Serialize;

use crate::{Catalogue, Feature};

/// What differs between two catalogues, by names and versions.
///
/// # Security
///
/// It holds what is declared, and nothing that was read from rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Name and version of the first.
    pub before: (String, String),
    /// Name and version of the second.
    pub after: (String, String),
    /// Ids that only the second has.
    pub added: Vec<String>,
    /// Ids that only the first has.
    pub removed: Vec<String>,
    /// Features that both have and that differ, by id.
    pub changed: Vec<Change>,
}

/// A feature that two catalogues declare differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// What differs.
    pub parts: Vec<Part>,
}

/// A part of a declaration that differs, with what it was and is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The key as a catalogue writes it.
    pub key: &'static str,
    /// What the first says, if anything.
    pub before: Option<String>,
    /// What the second says, if anything.
    pub after: Option<String>,
}

impl Part {
    /// Says whether values of one catalogue would be misread or refused under the other: one of
    /// [`Feature::MEANING`] differs, and not names, spellings, sources or the like alone.
    pub fn changes_meaning(&self) -> bool {
        Feature::MEANING.contains(&self.key)
    }
}

impl Difference {
    /// Compares two catalogues.
    pub fn between(before: &Catalogue, after: &Catalogue) -> Difference {
        let missing = |there: &Catalogue, here: &Catalogue| -> Vec<String> {
            let ids = there.features.iter().map(Feature::id);
            ids.filter(|id| here.feature(id).is_none())
                .map(str::to_owned)
                .collect()
        };
        let change = |old: &Feature| {
            let parts = parts(old, after.feature(old.id())?);
            let id = old.id().to_owned();
            (!parts.is_empty()).then_some(Change { id, parts })
        };
        let called = |one: &Catalogue| (one.name.clone(), one.version.clone());
        Difference {
            before: called(before),
            after: called(after),
            added: missing(after, before),
            removed: missing(before, after),
            changed: before.features.iter().filter_map(change).collect(),
        }
    }

    /// Says whether there is none, names and versions of the catalogues aside.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

fn parts(old: &Feature, new: &Feature) -> Vec<Part> {
    said(old)
        .into_iter()
        .zip(said(new))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((key, before), (_, after))| Part { key, before, after })
        .collect()
}

impl Feature {
    /// The parts of a declaration that a value's meaning hangs on: a value that one institution's columns hold
    /// says the same at another only if they agree in all of them. A range is one: what lies outside is
    /// refused here and let in there.
    pub const MEANING: [&'static str; 9] = [
        "type",
        "unit",
        "min",
        "max",
        "width",
        "levels",
        "code_system",
        "window",
        "zone",
    ];

    /// Hashes the id and the parts of [`Self::MEANING`]: a better name, synonym or source leaves it as it is.
    pub fn meaning(&self) -> Digest {
        let is_meant = |(key, _): &(&'static str, Option<String>)| Self::MEANING.contains(key);
        let hash = Tagged::new("catalogue.1.meaning").field(self.id.as_bytes());
        let parts = said(self).into_iter().filter(is_meant);
        let hash = parts.fold(hash, |hash, (key, text)| match text {
            Some(text) => hash.field(key.as_bytes()).field(text.as_bytes()),
            None => hash,
        });
        hash.digest()
    }
}

/// What a feature says under each key, in the order of a catalogue.
fn said(feature: &Feature) -> [(&'static str, Option<String>); 18] {
    let bounds = feature.bounds().unwrap_or_default();
    let bound = |bound: Option<f64>| bound.map(|bound| bound.to_string());
    let list = |texts: &[String]| (!texts.is_empty()).then(|| texts.join(" | "));
    let width = match feature.kind() {
        consilium_schema::Kind::Code { width } => width.map(|width| width.to_string()),
        _ => None,
    };
    let levels = feature.levels.iter();
    let spellings: Vec<String> = levels.clone().map(|level| level.join(" = ")).collect();
    let levels: Vec<String> = levels.filter_map(|level| level.first().cloned()).collect();
    let system = feature.code_system.as_ref();
    let codes = system.map(|system| match &system.codes {
        Some(codes) => codes.to_string(),
        None => system.name.clone(),
    });
    [
        ("name.en", Some(feature.name.en.clone())),
        ("name.zh", Some(feature.name.zh.clone())),
        ("synonyms", list(&feature.synonyms)),
        ("type", Some(feature.kind().name().to_owned())),
        ("unit", feature.unit().map(ToString::to_string)),
        ("min", bound(bounds.min)),
        ("max", bound(bounds.max)),
        ("width", width),
        ("levels", list(&levels)),
        ("spellings", list(&spellings)),
        ("code_system", codes),
        ("code_system.name", system.map(|system| system.name.clone())),
        ("window", feature.window.clone()),
        ("zone", feature.zone.clone()),
        ("sensitivity", Some(feature.sensitivity.level().to_string())),
        ("identifies", Some(feature.identifies.name().to_owned())),
        ("certainty", Some(feature.certainty.name().to_owned())),
        ("sources", list(&feature.sources)),
    ]
}
