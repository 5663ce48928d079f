use std::collections::{BTreeMap, BTreeSet};

use consilium_base::Digest;
use consilium_schema::{Codes, ColumnFault};
use serde::{Deserialize, Serialize};

use crate::{CodesError, Form, sheet, sheet::Sheet, table::kind};

mod join;
mod rows;

const KIND: &str = "map";

/// What codes of one version of a system become in a version of another.
///
/// One code may have several targets to choose from, may need several targets together, or may
/// expressly have none; a map says all of it and chooses nothing. [`crate::Rule`] does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeMap {
    head: MapHead,
    forms: [Form; 2],
    entries: BTreeMap<String, Entry>,
}

/// What is said of a map as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapHead {
    /// Always `map`.
    pub kind: String,
    /// Where the map was taken from.
    pub source: String,
    /// Under which terms it may be passed on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
    /// Where it starts.
    pub from: Edition,
    /// Where it leads.
    pub to: Edition,
}

/// A version of a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// The system, such as `icd-9-cm`.
    pub system: String,
    /// The version, as its publisher writes it.
    pub version: String,
}

impl TryFrom<&Edition> for Codes {
    type Error = ColumnFault;

    /// As a column of a schema says it.
    fn try_from(edition: &Edition) -> Result<Codes, ColumnFault> {
        Codes::new(&edition.system, Some(&edition.version))
    }
}

/// What becomes of one code: the ways in which it can be written, none of them chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    scenarios: Vec<Scenario>,
}

/// Lists of targets; a way takes one code from each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scenario {
    /// At least one list, none empty.
    pub lists: Vec<Vec<String>>,
    /// Whether the targets together say the same as the source, or only nearly.
    pub approximate: bool,
}

/// How well a map knows a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mapping {
    /// One code says the same.
    Exact,
    /// One code says nearly the same.
    Approximate,
    /// Several codes together say it, and they are the only ones.
    Combination,
    /// There is more than one way to write it.
    Ambiguous,
    /// The map says that nothing corresponds.
    NoMap,
    /// The map doesn't know the code.
    Absent,
}

impl MapHead {
    /// Begins a map between two versions.
    pub fn new(from: Edition, to: Edition, source: &str) -> MapHead {
        let (kind, source, licence) = (KIND.to_owned(), source.to_owned(), String::new());
        MapHead {
            kind,
            source,
            licence,
            from,
            to,
        }
    }

    /// How codes are written where the map starts, and where it leads.
    pub(crate) fn forms(&self) -> Result<[Form; 2], CodesError> {
        let [from, to] = [&self.from, &self.to].map(|it| Form::named(&it.system));
        Ok([from?, to?])
    }
}

impl Entry {
    /// One code, that says the same or nearly the same.
    pub fn single(target: &str, approximate: bool) -> Entry {
        let lists = vec![vec![target.to_owned()]];
        Entry {
            scenarios: vec![Scenario { lists, approximate }],
        }
    }

    /// The scenarios in the order of the file.
    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    /// In how many ways the code can be written; all that is above 2⁶⁴ counts as 2⁶⁴ − 1.
    pub fn ways(&self) -> u64 {
        self.scenarios
            .iter()
            .fold(0, |sum: u64, it| sum.saturating_add(it.ways()))
    }

    /// Gives one of the ways, from 0: the codes that are written together.
    pub fn way(&self, mut number: u64) -> Option<Vec<&str>> {
        for scenario in &self.scenarios {
            let ways = scenario.ways();
            if number < ways {
                return Some(scenario.way(number));
            }
            number -= ways;
        }
        None
    }

    /// All targets, each once, in order.
    pub fn targets(&self) -> BTreeSet<&str> {
        let lists = self.scenarios.iter().flat_map(|it| &it.lists);
        lists.flatten().map(String::as_str).collect()
    }

    /// How well the code is known.
    pub fn mapping(&self) -> Mapping {
        match &self.scenarios[..] {
            [] => Mapping::NoMap,
            [one] if one.ways() == 1 && one.lists.len() > 1 => Mapping::Combination,
            [one] if one.ways() == 1 && one.approximate => Mapping::Approximate,
            [one] if one.ways() == 1 => Mapping::Exact,
            _ => Mapping::Ambiguous,
        }
    }
}

impl Scenario {
    fn ways(&self) -> u64 {
        let lens = self.lists.iter().map(|list| list.len() as u64);
        lens.fold(1, u64::saturating_mul)
    }

    fn way(&self, mut number: u64) -> Vec<&str> {
        let pick = |list: &'_ Vec<String>| {
            let len = list.len() as u64;
            let at = number % len;
            number /= len;
            at
        };
        let picks: Vec<u64> = self.lists.iter().map(pick).collect();
        let of = |(list, at): (&'_ Vec<String>, u64)| {
            usize::try_from(at).map_or(0, |at| at.min(list.len() - 1))
        };
        self.lists
            .iter()
            .zip(picks)
            .map(|(list, at)| list[of((list, at))].as_str())
            .collect()
    }
}

impl CodeMap {
    /// Reads a map strictly.
    ///
    /// # Errors
    ///
    /// Names the line.
    pub fn read(bytes: &[u8]) -> Result<CodeMap, CodesError> {
        let text = sheet::text(bytes)?;
        let sheet = Sheet::of(&text)?;
        let head: MapHead = sheet.head()?;
        kind(KIND, &head.kind)?;
        let forms = head.forms()?;
        let entries = rows::read(&sheet, forms)?;
        Ok(CodeMap {
            head,
            forms,
            entries,
        })
    }

    /// Makes a map; its text is [`Self::to_text`].
    ///
    /// # Errors
    ///
    /// What [`Self::read`] refuses.
    pub fn new(
        head: &MapHead,
        entries: impl IntoIterator<Item = (String, Entry)>,
    ) -> Result<CodeMap, CodesError> {
        CodeMap::read(rows::written(head, &entries.into_iter().collect()).as_bytes())
    }

    /// Writes the map.
    pub fn to_text(&self) -> String {
        rows::written(&self.head, &self.entries)
    }

    /// What is said of it as a whole.
    pub fn head(&self) -> &MapHead {
        &self.head
    }

    /// How codes are written where it starts, and where it leads.
    pub fn forms(&self) -> [Form; 2] {
        self.forms
    }

    /// The hash of what it says: of [`Self::to_text`], however the file was written and packed.
    pub fn hash(&self) -> Digest {
        sheet::hash(&self.to_text())
    }

    /// What becomes of a code in normal form; none if the map doesn't know it.
    pub fn get(&self, source: &str) -> Option<&Entry> {
        self.entries.get(source)
    }

    /// All codes in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries
            .iter()
            .map(|(source, entry)| (source.as_str(), entry))
    }

    /// How well a code is known.
    pub fn mapping(&self, source: &str) -> Mapping {
        self.get(source).map_or(Mapping::Absent, Entry::mapping)
    }
}
