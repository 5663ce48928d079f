//! How far codes and names are covered, by rows and money.

use std::collections::{BTreeMap, BTreeSet};

use consilium_codes::{
    CodeMap, Coverage as Counting, CoverageReport, Form, Library, Mapping, Matcher, Query, Weight,
};

use super::{
    files,
    sources::{Claims, Stay},
};
use crate::codes::matching::THRESHOLD;

/// What maps and libraries cover of what stands in the institutions' files.
#[derive(Debug)]
pub(super) struct Coverage {
    /// Of each institution with ICD-9-CM, what the map to ICD-10-CM knows of its codes.
    pub(super) codes: Vec<(&'static str, CoverageReport)>,
    pub(super) names: Names,
}

/// What of the hospital's items the first candidate of the matcher is right.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) all: Weight,
    pub(super) first: Weight,
    /// Right and with a score that would be filled in without a person.
    pub(super) filled: Weight,
    /// Filled in, and wrong.
    pub(super) wrong: Weight,
    /// Among five.
    pub(super) five: Weight,
    /// Drugs that the hospital's items are of, and drugs that the library knows.
    pub(super) drugs: usize,
    pub(super) known: usize,
}

/// How well the map knows a code, the best first.
pub(super) const KINDS: [Mapping; 6] = [
    Mapping::Exact,
    Mapping::Approximate,
    Mapping::Combination,
    Mapping::Ambiguous,
    Mapping::NoMap,
    Mapping::Absent,
];

impl Coverage {
    pub(super) fn new(claims: &Claims) -> anyhow::Result<Coverage> {
        let map = CodeMap::read(files::bytes("gem.csv.gz")?)?;
        let of = |stays: &[Stay]| {
            let mut counting = Counting::new(Form::Icd9Cm, Some(&map), None);
            for stay in stays {
                // What was paid for a stay is shared among its diagnoses.
                let share = stay.paid / stay.codes.len().max(1) as f64;
                for code in &stay.codes {
                    counting.push(code, None, share);
                }
            }
            counting.report(5)
        };
        Ok(Coverage {
            codes: vec![
                ("hospital", of(&claims.hospital)),
                ("commercial", of(&claims.commercial)),
            ],
            names: Names::new(claims)?,
        })
    }
}

impl Names {
    fn new(claims: &Claims) -> anyhow::Result<Names> {
        let library = Library::read(files::bytes("drugs.csv")?)?;
        let matcher = Matcher::new(&library);
        let mut items: BTreeMap<&str, Weight> = BTreeMap::new();
        for (item, paid) in &claims.items {
            let weight = items.entry(item).or_default();
            weight.codes = 1;
            weight.rows += 1;
            weight.money += paid;
        }
        let known: BTreeSet<&str> = library
            .names()
            .iter()
            .map(|it| it.canonical.as_str())
            .collect();
        let drugs: BTreeSet<Option<&String>> =
            items.keys().map(|item| claims.decided.get(*item)).collect();
        let mut names = Names {
            drugs: drugs.len(),
            known: known.len(),
            ..Names::default()
        };
        for (item, weight) in items {
            let truth = claims.decided.get(item).map(String::as_str);
            let query = Query {
                name: item,
                code: None,
            };
            let found = matcher.find(query, 5);
            let first = found.first();
            let is_right = first.map(|it| it.canonical) == truth;
            let is_sure = first.is_some_and(|it| it.score >= THRESHOLD);
            let is_there = found.iter().any(|it| Some(it.canonical) == truth);
            for (count, counts) in [
                (&mut names.all, true),
                (&mut names.first, is_right),
                (&mut names.filled, is_right && is_sure),
                (&mut names.wrong, !is_right && is_sure),
                (&mut names.five, is_there),
            ] {
                if counts {
                    count.codes += weight.codes;
                    count.rows += weight.rows;
                    count.money += weight.money;
                }
            }
        }
        Ok(names)
    }
}
