use std::collections::{BTreeMap, HashMap};

use super::{Library, Named, Product, Subject, plain, plain::is_ideograph};

mod candidate;
mod grams;
mod likeness;
mod taught;
mod wording;

pub use candidate::{Candidate, Query, Reason};
use grams::{grams, packed};
use wording::Wording;

/// Finds the names of a library that are most like a name.
///
/// Names are compared by the runs of characters that they share: words of two to four characters with
/// their ends, ideographs one by one (and in pairs for drugs), each weighed by how rare it is in the
/// library (TF-IDF and cosine; Salton and Buckley, Information Processing & Management 1988;24(5):513-523).
/// The best by that are looked at again: how much of the library's name stands in the query, and how far
/// the codes beside both begin alike.
///
/// Of diagnoses in Chinese, the library itself teaches which words stand for which others: where it has a
/// code and its first extension (`A00.000`, `A00.000x001`), their names are a pair, and so is each name
/// that a person has decided on. With enough pairs, names are found and ordered by the probability that
/// one is a wording of the other (IBM Model 1; Brown and others, Computational Linguistics
/// 1993;19(2):263-311; for finding: Berger and Lafferty, SIGIR 1999:222-229).
#[derive(Debug)]
pub struct Matcher<'a> {
    library: &'a Library,
    ids: HashMap<u128, u32>,
    /// The weight of each gram.
    rarity: Vec<f32>,
    /// Where each gram's names begin in `postings`.
    starts: Vec<usize>,
    /// Names by gram, with the gram's share of the name.
    postings: Vec<(u32, f32)>,
    /// Grams by name, in order, with their share.
    names: Vec<Forward>,
    wording: Option<Wording>,
    /// Names of the library that were decided on, by the plain name that was asked for.
    decided: HashMap<String, &'a Named>,
}

/// A name as the index keeps it.
#[derive(Debug)]
struct Forward {
    plain: Vec<char>,
    grams: Vec<(u32, f32)>,
    /// Where words were learned.
    words: Vec<u32>,
}

/// Entries of inverted lists that are gone through for one query, the rarest grams first.
const MOST_POSTINGS: usize = 24_000;

/// The bits of a gram that is a single letter.
const LETTER: u128 = (1 << 21) - 1;

/// Names that are looked at again.
const LOOKED_AT: usize = 64;

impl<'a> Matcher<'a> {
    /// Makes the index of a library.
    pub fn new(library: &'a Library) -> Matcher<'a> {
        Matcher::with_decided(library, &[])
    }

    /// Makes the index of a library for names of which some were decided on before: they are found again,
    /// and of diagnoses, they teach how others may be worded. What leads to a canonical name that the
    /// library doesn't have teaches only.
    pub fn with_decided(library: &'a Library, decided: &[Named]) -> Matcher<'a> {
        let subject = library.head().subject;
        let wording = match subject {
            Subject::Drug => None,
            Subject::Diagnosis => taught::wording(library, decided),
        };
        let mut ids = HashMap::new();
        let mut counts: Vec<u32> = Vec::new();
        let mut names: Vec<Forward> = Vec::with_capacity(library.names().len());
        for named in library.names() {
            let plain = compared(subject, &named.name);
            let mut own: BTreeMap<u32, f32> = BTreeMap::new();
            for gram in grams(subject, &plain) {
                let next = u32::try_from(ids.len()).unwrap_or(u32::MAX);
                let id = *ids.entry(gram).or_insert(next);
                *own.entry(id).or_default() += 1.0;
            }
            counts.resize(ids.len(), 0);
            for id in own.keys() {
                counts[*id as usize] += 1;
            }
            let words = wording.as_ref().map_or(Vec::new(), |it| it.words(&plain));
            let (plain, grams) = (plain.chars().collect(), own.into_iter().collect());
            names.push(Forward {
                plain,
                grams,
                words,
            });
        }
        let rarity: Vec<f32> = counts
            .iter()
            .map(|count| rarity(names.len(), *count))
            .collect();
        let mut starts = vec![0; counts.len() + 1];
        for (id, count) in counts.iter().enumerate() {
            starts[id + 1] = starts[id] + *count as usize;
        }
        let mut next = starts.clone();
        let mut postings = vec![(0, 0.0); starts.last().copied().unwrap_or_default()];
        for (number, name) in (0_u32..).zip(&mut names) {
            weigh(&mut name.grams, &rarity);
            for (id, share) in &name.grams {
                let place = &mut next[*id as usize];
                postings[*place] = (number, *share);
                *place += 1;
            }
        }
        Matcher {
            library,
            ids,
            rarity,
            starts,
            postings,
            names,
            wording,
            decided: taught::decided(library, decided),
        }
    }

    /// Gives the best candidates, each canonical name once, the best first.
    pub fn find(&self, query: Query<'_>, most: usize) -> Vec<Candidate<'a>> {
        let subject = self.library.head().subject;
        let plain = compared(subject, query.name);
        let grams = self.grams_of(&plain);
        let wording = self
            .wording
            .as_ref()
            .filter(|_| plain.contains(is_ideograph));
        let mut asked = wording.map(|it| it.ask(&plain));
        let plain: Vec<char> = plain.chars().collect();
        let mut best: BTreeMap<&str, Candidate<'a>> = BTreeMap::new();
        for number in self.near(&grams) {
            let name = &self.names[number as usize];
            let named: &'a Named = &self.library.names()[number as usize];
            let likeness = likeness::of(&likeness::Pair {
                subject,
                query: (&plain, &grams),
                name: (&name.plain, &name.grams),
                codes: query.code.map(|code| (code, named.code.as_str())),
                rarity: &self.rarity,
                wording: asked
                    .as_mut()
                    .filter(|_| name.plain.iter().copied().any(is_ideograph))
                    .map(|it| it.likeness(&name.words)),
            });
            let is_better = best
                .get(named.canonical.as_str())
                .is_none_or(|it| it.score < likeness.score);
            if is_better {
                let candidate = Candidate {
                    canonical: &named.canonical,
                    code: &named.code,
                    name: &named.name,
                    score: likeness.score,
                    reasons: likeness.reasons,
                };
                best.insert(&named.canonical, candidate);
            }
        }
        if let Some(named) = self.decided.get(&super::plain(query.name)) {
            let decided = Candidate {
                canonical: &named.canonical,
                code: &named.code,
                name: &named.name,
                score: 1.0,
                reasons: vec![Reason::Decided],
            };
            best.insert(&named.canonical, decided);
        }
        let mut best: Vec<Candidate<'a>> = best.into_values().collect();
        let is_open = |it: &Candidate<'_>| !it.reasons.contains(&Reason::Decided);
        best.sort_by(|a, b| {
            b.score
                .total_cmp(&a.score)
                .then(is_open(a).cmp(&is_open(b)))
                .then(a.canonical.cmp(b.canonical))
        });
        best.truncate(most);
        best
    }

    /// The query's grams with their shares, in order of their ids; those that the library doesn't have
    /// weigh too, under an id of their own.
    fn grams_of(&self, plain: &str) -> Vec<(u32, f32)> {
        let mut own: BTreeMap<u32, f32> = BTreeMap::new();
        let id = |gram| self.ids.get(&gram).copied().unwrap_or(u32::MAX);
        let is_reworded = |gram: &u128| self.wording.is_some() && *gram == gram & LETTER;
        for gram in grams(self.library.head().subject, plain) {
            if !is_reworded(&gram) {
                *own.entry(id(gram)).or_default() += 1.0;
            }
        }
        for (letter, chance) in self.wording.iter().flat_map(|it| it.stand_for(plain)) {
            *own.entry(id(packed(&[letter]))).or_default() += chance;
        }
        let mut grams = own.into_iter().collect();
        weigh(&mut grams, &self.rarity);
        grams
    }

    /// The names that share most with the query, as far as its rarest grams tell.
    fn near(&self, grams: &[(u32, f32)]) -> Vec<u32> {
        let mut known: Vec<(u32, f32)> = grams
            .iter()
            .copied()
            .filter(|it| it.0 != u32::MAX)
            .collect();
        known.sort_by(|a, b| self.len_of(a.0).cmp(&self.len_of(b.0)).then(a.0.cmp(&b.0)));
        let mut sums = vec![0.0_f32; self.names.len()];
        let mut met: Vec<u32> = Vec::new();
        let mut seen = 0;
        for (id, share) in known {
            if seen > 0 && seen + self.len_of(id) > MOST_POSTINGS {
                break;
            }
            seen += self.len_of(id);
            for (name, other) in
                &self.postings[self.starts[id as usize]..self.starts[id as usize + 1]]
            {
                let sum = &mut sums[*name as usize];
                if *sum == 0.0 {
                    met.push(*name);
                }
                *sum += share * other;
            }
        }
        let with_sum = |name: u32| (name, sums[name as usize]);
        let mut near: Vec<(u32, f32)> = met.into_iter().map(with_sum).collect();
        let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if near.len() > LOOKED_AT {
            near.select_nth_unstable_by(LOOKED_AT, order);
            near.truncate(LOOKED_AT);
        }
        near.into_iter().map(|(name, _)| name).collect()
    }

    fn len_of(&self, id: u32) -> usize {
        self.starts[id as usize + 1] - self.starts[id as usize]
    }
}

type Fast = std::hash::BuildHasherDefault<grams::Multiply>;

/// A name in the form in which it is compared.
fn compared(subject: Subject, name: &str) -> String {
    match subject {
        Subject::Drug
            if name.contains(is_ideograph) || name.contains(|it: char| it.is_ascii_digit()) =>
        {
            plain(&Product::parse(name).name)
        }
        Subject::Drug | Subject::Diagnosis => plain(name),
    }
}

/// How rare a gram is that so many of all names have.
#[expect(clippy::cast_possible_truncation, reason = "a weight needs few digits")]
fn rarity(names: usize, having: u32) -> f32 {
    let share = (1.0 + names as f64) / (1.0 + f64::from(having));
    (share.ln() + 1.0) as f32
}

/// Makes counts into shares of a vector of length 1.
fn weigh(grams: &mut Vec<(u32, f32)>, rarity: &[f32]) {
    let unknown = rarity.iter().copied().fold(1.0, f32::max);
    for (id, share) in grams.iter_mut() {
        *share *= rarity.get(*id as usize).copied().unwrap_or(unknown);
    }
    let length = grams
        .iter()
        .map(|(_, share)| share * share)
        .sum::<f32>()
        .sqrt();
    for (_, share) in grams {
        *share /= length.max(f32::MIN_POSITIVE);
    }
}
