//! Which features the columns of a table may be.

mod abbreviation;
mod names;
mod patterns;
mod sketch;
mod values;
mod words;

use std::collections::HashSet;

use serde::Serialize;

use crate::{Catalogue, Feature};
use names::{Alike, Index};
use values::{Fit, NEUTRAL, Sign};

pub use patterns::Pattern;
pub use sketch::Sketch;

/// How much of a score is the name's.
const BY_NAME: f64 = 0.65;
/// How much of it is the table's; the rest is the cells'.
const BY_TABLE: f64 = 0.15;
/// The least score of a first suggestion.
const LEAST: f64 = 0.45;
/// The least likeness of names, whatever the cells say.
const LEAST_ALIKE: f64 = 0.3;
/// Scores within this are as good as equal: two columns may then be the same feature.
const NEAR: f64 = 0.02;
/// From here on a table is taken for the feature's.
const LIKELY: f64 = 0.5;
/// How many suggestions a column gets.
const MOST: usize = 5;

/// Suggests features for columns, by names, cells and neighbours.
#[derive(Debug)]
pub struct Suggester<'a> {
    catalogue: &'a Catalogue,
    index: Index,
}

/// What is suggested for one column, the best first; nothing if nothing is alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggested {
    /// The column's name.
    pub column: String,
    /// The suggestions.
    pub features: Vec<Suggestion>,
}

/// A feature that a column may be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// The feature's id.
    pub feature: String,
    /// How much speaks for it, from 0 to 1; no probability.
    pub score: f64,
    /// What speaks for it, and against it.
    pub reasons: Vec<Reason>,
}

/// What speaks for a feature, or against it. No reason holds a value of a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "reason")]
#[non_exhaustive]
pub enum Reason {
    /// The names are alike.
    Name {
        /// Which of the feature's names.
        name: String,
        /// How alike, from 0 to 1.
        alike: f64,
    },
    /// The table, by its name and by what its other columns are, is the feature's.
    Table {
        /// The feature's table.
        table: String,
    },
    /// The cells are of the feature's type.
    Type {
        /// The type.
        kind: &'static str,
    },
    /// The numbers lie in the feature's range.
    Range,
    /// The cells are the feature's levels, in one of their spellings.
    Levels,
    /// The cells are 1 and 2, one of which means yes: a query has to say which.
    OneOrTwo,
    /// The cells look like the feature's codes.
    Pattern {
        /// What they look like.
        pattern: Pattern,
    },
    /// The cells go badly with the feature's type, range, levels or codes.
    CellsDiffer,
    /// No cell holds anything.
    NoCells,
}

/// What speaks for a feature before columns are held against each other.
struct Candidate {
    feature: usize,
    alike: Alike,
    fit: Fit,
    table: f64,
    score: f64,
}

impl<'a> Suggester<'a> {
    /// Prepares the names of a catalogue.
    pub fn new(catalogue: &'a Catalogue) -> Suggester<'a> {
        Suggester {
            catalogue,
            index: Index::of(catalogue),
        }
    }

    /// Suggests features for the columns of the table of that name, in their order; no feature comes
    /// first for two columns unless as much speaks for both.
    pub fn table(&self, name: &str, columns: &[Sketch]) -> Vec<Suggested> {
        let by_name = self.index.tables_alike(name);
        let first = self.candidates(columns, &by_name);
        let tables = self.vote(&by_name, &first);
        let mut candidates = self.candidates(columns, &tables);
        assign(&mut candidates);
        columns
            .iter()
            .zip(candidates)
            .map(|(column, candidates)| Suggested {
                column: column.name().to_owned(),
                features: candidates
                    .into_iter()
                    .take(MOST)
                    .map(|candidate| self.say(column, candidate))
                    .collect(),
            })
            .collect()
    }

    /// The features that each column may be, the best first; `tables` says how much speaks for each table.
    fn candidates(&self, columns: &[Sketch], tables: &[f64]) -> Vec<Vec<Candidate>> {
        let features = self.catalogue.features();
        let place = |feature: &Feature| {
            let tables = self.catalogue.tables();
            tables.binary_search_by(|table| table.id.as_str().cmp(feature.table()))
        };
        let table_of: Vec<usize> = features
            .iter()
            .map(|feature| place(feature).unwrap_or_default())
            .collect();
        let told: Vec<HashSet<&str>> = (0..tables.len())
            .map(|table| {
                if tables[table] > LIKELY {
                    self.index.words_of_table(table).collect()
                } else {
                    HashSet::new()
                }
            })
            .collect();
        let names: Vec<&str> = columns.iter().map(Sketch::name).collect();
        let names = self.index.names(&names);
        columns
            .iter()
            .zip(&names)
            .map(|(column, name)| {
                let mut candidates = Vec::new();
                for (place, feature) in features.iter().enumerate() {
                    let table = table_of[place];
                    let alike = self.index.alike(name, place, &told[table]);
                    if alike.score < LEAST_ALIKE {
                        continue;
                    }
                    let fit = values::fits(column, feature);
                    let score = score(alike.score, fit.score, tables[table]);
                    candidates.push(Candidate {
                        feature: place,
                        alike,
                        fit,
                        table: tables[table],
                        score,
                    });
                }
                candidates.sort_by(|one, other| other.score.total_cmp(&one.score));
                candidates.truncate(4 * MOST);
                candidates
            })
            .collect()
    }

    /// How much speaks for each table: its name, and the share of columns whose best feature is its.
    fn vote(&self, by_name: &[f64], candidates: &[Vec<Candidate>]) -> Vec<f64> {
        let mut votes = vec![0.0; by_name.len()];
        let mut all: f64 = 0.0;
        for best in candidates
            .iter()
            .filter_map(|candidates| candidates.first())
        {
            let feature = &self.catalogue.features()[best.feature];
            let tables = self.catalogue.tables();
            let table = tables.iter().position(|table| table.id == feature.table());
            if let Some(table) = table {
                votes[table] += best.score;
                all += best.score;
            }
        }
        let share = |votes: f64| (2.0 * votes / all.max(1.0)).min(1.0);
        by_name
            .iter()
            .zip(votes)
            .map(|(name, votes)| 0.6 * name + 0.4 * share(votes))
            .collect()
    }

    fn say(&self, column: &Sketch, candidate: Candidate) -> Suggestion {
        let feature = &self.catalogue.features()[candidate.feature];
        let mut reasons = vec![Reason::Name {
            name: candidate.alike.phrase,
            alike: rounded(candidate.alike.score),
        }];
        match candidate.fit.sign {
            Some(Sign::Type) => reasons.push(Reason::Type {
                kind: feature.kind().name(),
            }),
            Some(Sign::Range) => reasons.push(Reason::Range),
            Some(Sign::Levels) => reasons.push(Reason::Levels),
            Some(Sign::OneOrTwo) => reasons.push(Reason::OneOrTwo),
            Some(Sign::Pattern(pattern)) => reasons.push(Reason::Pattern { pattern }),
            None if column.present == 0 => reasons.push(Reason::NoCells),
            None if candidate.fit.score < NEUTRAL / 2.0 => reasons.push(Reason::CellsDiffer),
            None => {}
        }
        if candidate.table > LIKELY {
            let table = feature.table().to_owned();
            reasons.push(Reason::Table { table });
        }
        Suggestion {
            feature: feature.id().to_owned(),
            score: rounded(candidate.score),
            reasons,
        }
    }
}

/// Weighs what speaks for a feature; cells that can't be the feature's count against everything else.
fn score(name: f64, cells: f64, table: f64) -> f64 {
    let sum = BY_NAME * name + BY_TABLE * table + (1.0 - BY_NAME - BY_TABLE) * cells;
    let doubt = (cells / NEUTRAL).min(1.0);
    sum * (0.55 + 0.45 * doubt)
}

/// Gives each column the best feature that no other column has better claim to, as its first; columns
/// for which too little speaks get none.
fn assign(columns: &mut [Vec<Candidate>]) {
    let mut claims: Vec<(usize, usize, f64)> = Vec::new();
    for (column, candidates) in columns.iter().enumerate() {
        let strong = candidates
            .iter()
            .filter(|candidate| candidate.score >= LEAST);
        claims.extend(strong.map(|candidate| (column, candidate.feature, candidate.score)));
    }
    claims.sort_by(|one, other| other.2.total_cmp(&one.2).then(one.0.cmp(&other.0)));
    let mut given: Vec<Option<usize>> = vec![None; columns.len()];
    let mut taken: std::collections::HashMap<usize, f64> = std::collections::HashMap::new();
    for (column, feature, score) in claims {
        let free = taken.get(&feature).is_none_or(|best| best - score < NEAR);
        if given[column].is_none() && free {
            given[column] = Some(feature);
            taken.entry(feature).or_insert(score);
        }
    }
    for (candidates, given) in columns.iter_mut().zip(given) {
        match given {
            None => candidates.clear(),
            Some(feature) => {
                let first = candidates
                    .iter()
                    .position(|candidate| candidate.feature == feature);
                if let Some(first) = first {
                    candidates[..=first].rotate_right(1);
                }
            }
        }
    }
}

fn rounded(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}
