//! Which words of one name stand for which of another, learned from pairs of names.

use std::collections::{BTreeMap, HashMap};

use super::{Fast, is_ideograph};

/// How probable it is that a word stands where the other name has a given one.
///
/// Learned by expectation and maximisation (IBM Model 1; Brown and others, Computational Linguistics
/// 1993;19(2):263-311) in both directions, and used to find names as Berger and Lafferty do (Information
/// retrieval as statistical translation, SIGIR 1999:222-229): a name is good if each of both is probable
/// as a wording of the other. A word is one ideograph, or a run of other letters.
#[derive(Debug)]
pub(super) struct Wording {
    words: HashMap<String, u32>,
    /// How much of the library each word is.
    shares: Vec<f32>,
    /// Of words of a query, given one of a name.
    asked: Chances,
    /// Of words of a name, given one of a query.
    named: Chances,
    /// By words of a query, the ideographs that stand for it.
    stand_for: HashMap<u32, Vec<(char, f32)>>,
}

/// Probabilities by the word that is given and the one that stands for it.
type Chances = HashMap<(u32, u32), f32, Fast>;

/// With fewer pairs, runs of characters alone are as good: on cross-validated pairs, 25 taught nothing, 50
/// did.
const FEWEST: usize = 50;

/// What isn't in the other name stands for nothing: a word that each name has.
const NOTHING: u32 = 0;

// The numbers from here on were chosen on pairs of a code's name and that of its first extension,
// cross-validated by category; others near them do as well.

const ROUNDS: usize = 5;

/// What a word that stands for itself begins with, and any other.
const BEGINNING: [f32; 2] = [1.0, 0.05];

/// How often each word stands for itself before any pair is looked at.
const KEPT: f32 = 5.0;

/// From which probability on a word is looked for in place of another.
const LIKELY: f32 = 0.05;

/// What counts of a word's probability: the other name's words, nothing, the library as a whole.
const MIXED: [f32; 3] = [0.85, 0.1, 0.05];

impl Wording {
    /// Learns from pairs of names, both as [`super::plain`] gives them; the first of a pair is as it is
    /// asked for, the second as in the library. Gives nothing where there are too few pairs.
    pub(super) fn learn(
        library: impl Iterator<Item = String>,
        pairs: &[(String, String)],
    ) -> Option<Wording> {
        if pairs.len() < FEWEST {
            return None;
        }
        let mut words = HashMap::new();
        let mut counts = vec![0_u32];
        for name in library {
            for id in numbered(&mut words, &name) {
                counts.resize(counts.len().max(id as usize + 1), 0);
                counts[id as usize] += 1;
            }
        }
        let pairs: Vec<(Vec<u32>, Vec<u32>)> = pairs
            .iter()
            .map(|(query, name)| (numbered(&mut words, query), numbered(&mut words, name)))
            .collect();
        counts.resize(words.len() + 1, 0);
        let all: f32 = counts.iter().map(|count| *count as f32).sum();
        let shares = counts
            .iter()
            .map(|count| (*count as f32 + 0.5) / all.max(1.0));
        let (to_query, to_name): (Vec<_>, Vec<_>) = pairs
            .iter()
            .map(|(query, name)| ((&name[..], &query[..]), (&query[..], &name[..])))
            .unzip();
        let asked = chances(words.len(), &to_query);
        let named = chances(words.len(), &to_name);

        let spelled: HashMap<u32, char> = words
            .iter()
            .filter_map(|(word, id)| {
                Some((*id, word.chars().next().filter(|it| is_ideograph(*it))?))
            })
            .collect();
        let mut stand_for: HashMap<u32, Vec<(char, f32)>> = HashMap::new();
        for ((given, word), chance) in named.iter().filter(|(_, chance)| **chance > LIKELY) {
            if let Some(word) = spelled.get(word).filter(|_| spelled.contains_key(given)) {
                stand_for.entry(*given).or_default().push((*word, *chance));
            }
        }
        Some(Wording {
            shares: shares.collect(),
            words,
            asked,
            named,
            stand_for,
        })
    }

    /// The words of a name by their numbers; those that are unknown have one of their own.
    pub(super) fn words(&self, plain: &str) -> Vec<u32> {
        words(plain)
            .map(|word| self.words.get(word).copied().unwrap_or(u32::MAX))
            .collect()
    }

    /// The ideographs that stand for those of a query, itself included, with their probabilities.
    pub(super) fn stand_for(&self, query: &str) -> BTreeMap<char, f32> {
        let mut found = BTreeMap::new();
        for word in words(query) {
            let Some(itself) = word.chars().next().filter(|it| is_ideograph(*it)) else {
                continue;
            };
            let known = self.words.get(word).and_then(|id| self.stand_for.get(id));
            let itself = [(itself, 1.0)];
            let others = known.map_or(&itself[..], Vec::as_slice);
            for (other, chance) in others {
                *found.entry(*other).or_default() += chance;
            }
        }
        found
    }

    /// Begins to compare names with a query.
    pub(super) fn ask(&self, query: &str) -> Asked<'_> {
        Asked {
            wording: self,
            query: self.words(query),
            places: HashMap::default(),
            chances: Vec::new(),
        }
    }

    /// What is left of a word's probability where the other name has nothing that it stands for.
    fn rest(&self, chances: &Chances, word: u32) -> f32 {
        let [_, nothing, library] = MIXED;
        let share = self.shares.get(word as usize).or(self.shares.first());
        nothing * chance(chances, NOTHING, word) + library * share.copied().unwrap_or_default()
    }
}

/// A query, with the probabilities of its words and those of the names compared so far.
pub(super) struct Asked<'a> {
    wording: &'a Wording,
    query: Vec<u32>,
    /// By words of names, where their probabilities begin.
    places: HashMap<u32, usize, Fast>,
    /// For each word of a name: those of the query's words given it, the sum of its own given each of the
    /// query's words, and what is left of its own.
    chances: Vec<f32>,
}

impl Asked<'_> {
    /// How well each of both names is a wording of the other, from 0 to 1.
    pub(super) fn likeness(&mut self, name: &[u32]) -> f64 {
        let others = MIXED[0];
        let (ours, theirs) = (self.query.len(), name.len().max(1));
        let mut asked = vec![0.0_f32; ours];
        let mut named = 0.0;
        for word in name {
            let place = self.place(*word);
            let row = &self.chances[place..];
            for (sum, chance) in asked.iter_mut().zip(row) {
                *sum += chance;
            }
            named += f64::from(others * row[ours] / ours as f32 + row[ours + 1]).ln();
        }
        let mut both = named / theirs as f64;
        for (word, sum) in self.query.iter().zip(asked) {
            let rest = self.wording.rest(&self.wording.asked, *word);
            both += f64::from(others * sum / theirs as f32 + rest).ln() / ours as f64;
        }
        // The length of the query says nothing of the name; without it, a score of 1 is near.
        (both / 2.0 + (ours as f64).ln()).exp().min(1.0)
    }

    fn place(&mut self, word: u32) -> usize {
        if let Some(place) = self.places.get(&word) {
            return *place;
        }
        let place = self.chances.len();
        let wording = self.wording;
        let given_it = self
            .query
            .iter()
            .map(|it| chance(&wording.asked, word, *it));
        self.chances.extend(given_it);
        let own = self
            .query
            .iter()
            .map(|it| chance(&wording.named, *it, word));
        self.chances.push(own.sum());
        self.chances.push(wording.rest(&wording.named, word));
        self.places.insert(word, place);
        place
    }
}

/// The words of a plain name, in order.
fn words(plain: &str) -> impl Iterator<Item = &str> {
    plain.split(' ').flat_map(|word| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let end = if is_ideograph(first) {
                first.len_utf8()
            } else {
                rest.find(is_ideograph).unwrap_or(rest.len())
            };
            let (word, left) = rest.split_at(end);
            rest = left;
            Some(word)
        })
    })
}

/// The words of a name by their numbers; new ones get the next.
fn numbered(known: &mut HashMap<String, u32>, plain: &str) -> Vec<u32> {
    let mut numbers = Vec::new();
    for word in words(plain) {
        let next = u32::try_from(known.len() + 1).unwrap_or(u32::MAX);
        let number = known.get(word).copied();
        numbers.push(number.unwrap_or_else(|| {
            known.insert(word.to_owned(), next);
            next
        }));
    }
    numbers
}

/// Learns from pairs of what is given and what stands for it.
fn chances(words: usize, pairs: &[(&[u32], &[u32])]) -> Chances {
    let mut chances = Chances::default();
    for (given, said) in pairs {
        for word in *said {
            for other in with_nothing(given) {
                let beginning = BEGINNING[usize::from(other != *word)];
                chances.insert((other, *word), beginning);
            }
        }
    }
    normalise(&mut chances, words);
    for _ in 0..ROUNDS {
        let mut counts = Chances::default();
        for word in 1..=words {
            let word = u32::try_from(word).unwrap_or(u32::MAX);
            counts.insert((word, word), KEPT);
        }
        for (given, said) in pairs {
            for word in *said {
                let from = || with_nothing(given).map(|other| (other, *word));
                let all: f32 = from().filter_map(|key| chances.get(&key)).sum();
                for key in from() {
                    let share = chances.get(&key).copied().unwrap_or_default() / all;
                    *counts.entry(key).or_default() += share;
                }
            }
        }
        normalise(&mut counts, words);
        chances = counts;
    }
    chances
}

/// Makes what stands for each word sum to 1.
fn normalise(chances: &mut Chances, words: usize) {
    let mut sums = vec![0.0; words + 1];
    for ((given, _), chance) in chances.iter() {
        sums[*given as usize] += chance;
    }
    for ((given, _), chance) in chances {
        *chance /= sums[*given as usize];
    }
}

fn with_nothing(given: &[u32]) -> impl Iterator<Item = u32> {
    given.iter().copied().chain([NOTHING])
}

fn chance(chances: &Chances, given: u32, word: u32) -> f32 {
    chances.get(&(given, word)).copied().unwrap_or_default()
}
