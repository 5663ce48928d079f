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
    /// Says whether values of one catalogue would be misread under the other: type, unit, levels, code
    /// system, window or zone differ, and not names, sources or the like alone.
    pub fn changes_meaning(&self) -> bool {
        let keys = [
            "type",
            "unit",
            "width",
            "levels",
            "code_system",
            "window",
            "zone",
        ];
        keys.contains(&self.key)
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

/// What a feature says under each key, in the order of a catalogue.
fn said(feature: &Feature) -> [(&'static str, Option<String>); 16] {
    let bounds = feature.bounds().unwrap_or_default();
    let bound = |bound: Option<f64>| bound.map(|bound| bound.to_string());
    let list = |texts: &[String]| (!texts.is_empty()).then(|| texts.join(" | "));
    let width = match feature.kind() {
        consilium_schema::Kind::Code { width } => width.map(|width| width.to_string()),
        _ => None,
    };
    let levels: Vec<String> = feature
        .levels
        .iter()
        .map(|level| level.join(" = "))
        .collect();
    let system = feature
        .code_system
        .as_ref()
        .map(|system| match &system.version {
            Some(version) => format!("{} {version}", system.name),
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
        ("code_system", system),
        ("window", feature.window.clone()),
        ("zone", feature.zone.clone()),
        ("sensitivity", Some(feature.sensitivity.level().to_string())),
        ("identifies", Some(feature.identifies.name().to_owned())),
        ("certainty", Some(feature.certainty.name().to_owned())),
        ("sources", list(&feature.sources)),
    ]
}
