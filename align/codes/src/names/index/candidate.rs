//! What is looked for, and what it may mean.

use serde::Serialize;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The name.
    pub name: &'a str,
    /// The code that stands beside it, where there is one: names with the same beginning of their code
    /// are preferred.
    pub code: Option<&'a str>,
}

/// Something that the query may mean.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate<'a> {
    /// Its canonical name.
    pub canonical: &'a str,
    /// Its code, empty where the library has none.
    pub code: &'a str,
    /// The one of its names that is most like the query.
    pub name: &'a str,
    /// From 0 to 1, where both are the same but for writing. No probability.
    pub score: f64,
    /// Why it is proposed.
    pub reasons: Vec<Reason>,
}

/// Why a candidate is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The same name was decided so before.
    Decided,
    /// Both are the same but for case, width, accents and marks.
    SameName,
    /// One of them stands in the other.
    Contained,
    /// They begin alike.
    SameBeginning,
    /// They share rare runs of characters.
    SharedRuns,
    /// Words of one stand for words of the other in pairs of names that are known.
    LearnedWords,
    /// Their codes begin alike.
    SameCategory,
}

impl Reason {
    /// Its name, as files write it.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Decided => "decided",
            Reason::SameName => "same-name",
            Reason::Contained => "contained",
            Reason::SameBeginning => "same-beginning",
            Reason::SharedRuns => "shared-runs",
            Reason::LearnedWords => "learned-words",
            Reason::SameCategory => "same-category",
        }
    }
}
