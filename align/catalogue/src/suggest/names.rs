//! How alike the name of a column and those of features are.

use std::collections::{HashMap, HashSet};

use super::abbreviation::cover;
use super::words::{Parts, parts, telling};
use crate::{Catalogue, Feature};

/// How well a word that only the table tells is taken as told.
const TOLD_BY_TABLE: f64 = 0.8;
/// What is left of a likeness if one of the names has Chinese characters besides its words.
const HALF_SAID: f64 = 0.7;
/// The weight of a word that stands for nothing in the catalogue.
const UNKNOWN: f64 = 2.0;

/// All that the features of a catalogue are called, with how telling each word is.
#[derive(Debug)]
pub(super) struct Index {
    phrases: Vec<Vec<Phrase>>,
    /// What each table is called, by its place in the catalogue.
    tables: Vec<Vec<Phrase>>,
    weights: HashMap<String, f64>,
    unseen: f64,
}

#[derive(Debug)]
pub(super) struct Phrase {
    said: String,
    text: String,
    parts: Parts,
}

/// The words of a column's name, with how much each counts in its table.
#[derive(Debug)]
pub(super) struct Name {
    text: String,
    parts: Parts,
    weights: Vec<f64>,
}

/// How alike two names are, and by which of the feature's names.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Alike {
    /// From 0 to 1.
    pub(super) score: f64,
    /// The name that is most alike.
    pub(super) phrase: String,
}

impl Index {
    pub(super) fn of(catalogue: &Catalogue) -> Index {
        let phrases: Vec<Vec<Phrase>> = catalogue.features().iter().map(phrases).collect();
        let tables = catalogue.tables().iter().map(|table| {
            let names = [&table.id, &table.name.en, &table.name.zh];
            names
                .into_iter()
                .chain(&table.synonyms)
                .map(|text| Phrase::of(text))
                .collect()
        });
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for phrases in &phrases {
            let words: HashSet<&str> = phrases
                .iter()
                .flat_map(|phrase| phrase.parts.words.iter().map(String::as_str))
                .collect();
            for word in words {
                *counts.entry(word).or_default() += 1;
            }
        }
        let all = phrases.len() as f64;
        let weight = |count: usize| (1.0 + all / count as f64).ln();
        let weights = counts
            .iter()
            .map(|(word, count)| ((*word).to_owned(), weight(*count)))
            .collect();
        Index {
            tables: tables.collect(),
            weights,
            unseen: weight(1),
            phrases,
        }
    }

    /// Takes the names of a table's columns apart; a word that many of them share tells little.
    pub(super) fn names(&self, columns: &[&str]) -> Vec<Name> {
        let split: Vec<Parts> = columns.iter().map(|name| parts(name)).collect();
        let mut shared: HashMap<&str, usize> = HashMap::new();
        for parts in &split {
            for word in parts.words.iter().collect::<HashSet<_>>() {
                *shared.entry(word).or_default() += 1;
            }
        }
        let weight = |word: &String| {
            let times = shared.get(word.as_str()).copied().unwrap_or(1) as f64;
            self.told(word) / (1.0 + times.ln() / 2.0)
        };
        let weights: Vec<Vec<f64>> = split
            .iter()
            .map(|parts| parts.words.iter().map(weight).collect())
            .collect();
        let whole = columns.iter().map(|name| plain(name));
        whole
            .zip(split)
            .zip(weights)
            .map(|((text, parts), weights)| Name {
                text,
                parts,
                weights,
            })
            .collect()
    }

    /// How telling a word of a column is: as the best word that it stands for.
    fn told(&self, word: &str) -> f64 {
        if let Some(weight) = self.weights.get(word) {
            return *weight;
        }
        let best = self
            .weights
            .iter()
            .map(|(known, weight)| (super::abbreviation::piece(word, known), *weight, known))
            .filter(|(quality, ..)| *quality >= 0.8)
            .max_by(|one, other| one.0.total_cmp(&other.0).then_with(|| other.2.cmp(one.2)));
        match best {
            Some((_, weight, _)) => weight,
            None if word.len() > 6 => self.unseen / 2.0,
            None => UNKNOWN,
        }
    }

    /// Says how alike a column's name is to those of a feature; `told` are the words that the table tells.
    pub(super) fn alike(&self, name: &Name, feature: usize, told: &HashSet<&str>) -> Alike {
        let mut best = Alike::default();
        for phrase in &self.phrases[feature] {
            let score = if phrase.text == name.text {
                1.0
            } else {
                self.score(name, &phrase.parts, told)
                    .max(han(&name.parts.han, &phrase.parts.han))
            };
            if score > best.score {
                best = Alike {
                    score,
                    phrase: phrase.said.clone(),
                };
            }
        }
        best
    }

    /// Says how alike a table's name is to those of each table of the catalogue.
    pub(super) fn tables_alike(&self, name: &str) -> Vec<f64> {
        let names = self.names(&[name]);
        let name = &names[0];
        let none = HashSet::new();
        let alike = |phrase: &Phrase| {
            let same = phrase.text == name.text;
            let score = self.score(name, &phrase.parts, &none);
            if same {
                1.0
            } else {
                score.max(han(&name.parts.han, &phrase.parts.han))
            }
        };
        let best = |phrases: &Vec<Phrase>| phrases.iter().map(alike).fold(0.0, f64::max);
        self.tables.iter().map(best).collect()
    }

    /// The words that a table of the catalogue is called by.
    pub(super) fn words_of_table(&self, table: usize) -> impl Iterator<Item = &str> {
        let phrases = self.tables[table].iter();
        phrases.flat_map(|phrase| phrase.parts.words.iter().map(String::as_str))
    }

    /// The harmonic mean of how much of the column's name the phrase explains and how much of the
    /// phrase the column's name says.
    fn score(&self, name: &Name, phrase: &Parts, told: &HashSet<&str>) -> f64 {
        if name.parts.words.is_empty() || phrase.words.is_empty() {
            return 0.0;
        }
        let mut said = vec![0.0_f64; phrase.words.len()];
        let (mut explained, mut all) = (0.0, 0.0);
        for (word, weight) in name.parts.words.iter().zip(&name.weights) {
            let cover = cover(word, &phrase.words);
            explained += weight * cover.quality;
            all += weight;
            for (place, quality) in cover.words {
                said[place] = said[place].max(quality);
            }
        }
        if explained == 0.0 {
            return 0.0;
        }
        let (mut told_weight, mut phrase_weight) = (0.0, 0.0);
        for (word, said) in phrase.words.iter().zip(said) {
            let weight = self.weights.get(word).copied().unwrap_or(self.unseen);
            let by_table = if told.contains(word.as_str()) {
                TOLD_BY_TABLE
            } else {
                0.0
            };
            told_weight += weight * said.max(by_table);
            phrase_weight += weight;
        }
        let (precision, recall) = (explained / all, told_weight / phrase_weight);
        let alike = 2.0 * precision * recall / (precision + recall);
        let one_script = name.parts.han.is_empty() == phrase.han.is_empty();
        alike * ordinals(&name.parts, phrase) * if one_script { 1.0 } else { HALF_SAID }
    }
}

impl Phrase {
    fn of(text: &str) -> Phrase {
        Phrase {
            said: text.to_owned(),
            text: plain(text),
            parts: telling(text),
        }
    }
}

fn phrases(feature: &Feature) -> Vec<Phrase> {
    let names = [&feature.name().en, &feature.name().zh].into_iter();
    let id = feature.id().replace(['.', '_'], " ");
    names
        .chain(feature.synonyms())
        .map(|text| Phrase::of(text))
        .chain([Phrase::of(&id)])
        .collect()
}

/// A name without what separates its words.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The first column of several is not the second.
fn ordinals(name: &Parts, phrase: &Parts) -> f64 {
    let last = |parts: &Parts| {
        let last = parts.words.last()?;
        let number = last.bytes().all(|byte| byte.is_ascii_digit());
        number.then(|| last.trim_start_matches('0').to_owned())
    };
    match (last(name), last(phrase)) {
        (one, other) if one == other => 1.0,
        (Some(_), Some(_)) => 0.3,
        (Some(_), None) => 0.85,
        (None, _) => 0.7,
    }
}

/// How alike two runs of Chinese characters are: twice the pairs that both have over all pairs.
fn han(one: &[char], other: &[char]) -> f64 {
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    if one == other {
        return 1.0;
    }
    let pairs = |run: &[char]| -> Vec<[char; 2]> {
        run.windows(2).map(|pair| [pair[0], pair[1]]).collect()
    };
    let (ours, mut theirs) = (pairs(one), pairs(other));
    let all = ours.len() + theirs.len();
    if all == 0 {
        return 0.0;
    }
    let mut both = 0;
    for pair in &ours {
        if let Some(place) = theirs.iter().position(|other| other == pair) {
            theirs.swap_remove(place);
            both += 1;
        }
    }
    2.0 * f64::from(both) / all as f64
}
