//! A contributor's way through the sums: own parts, and what follows from what is opened.

use std::collections::BTreeMap;

use consilium_base::Seed;
use consilium_mailbox::PartyId;
use consilium_secagg::group::GroupKey;

use crate::{
    Agreement, Findings, Outcome, Table, codes::Vocabulary, known::Known, local::Local,
    noise::Element, own, publish, specification::Kind,
};

/// One run of a contributor: what it holds follows from its rows, its seed and what was opened.
pub(crate) struct Course<'a> {
    agreement: &'a Agreement,
    table: &'a Table,
    seed: &'a Seed,
    vocabularies: BTreeMap<usize, Vocabulary>,
    known: Known,
}

impl<'a> Course<'a> {
    /// Begins over rows that suit the agreement.
    pub(crate) fn begin(
        (agreement, table, seed): (&'a Agreement, &'a Table, &'a Seed),
        key: &GroupKey,
    ) -> Course<'a> {
        Course {
            agreement,
            table,
            seed,
            vocabularies: vocabularies(agreement, key),
            known: Known::nothing(agreement),
        }
    }

    fn local(&self) -> Local<'_> {
        Local {
            agreement: self.agreement,
            table: self.table,
            vocabularies: &self.vocabularies,
        }
    }

    /// Gives own integers for the sum of a place; the same whenever they are asked for.
    pub(crate) fn own(&self, place: u32) -> Vec<u64> {
        let (stage, scale) = &self.agreement.stages()[place as usize];
        let body: Vec<Element> = self.local().body(*stage, &self.known);
        let seed = self
            .seed
            .derive("statistics.1.noise", &[&place.to_le_bytes()]);
        scale.encode(&body, &seed)
    }

    /// Goes on by an opened sum.
    pub(crate) fn learn(&mut self, place: u32, sum: &[u64]) {
        let (stage, scale) = &self.agreement.stages()[place as usize];
        self.known
            .learn(self.agreement, (*stage, scale), sum, &self.vocabularies);
    }

    /// Draws up what is told and what stays at home.
    pub(crate) fn outcome(&self, contributors: Vec<PartyId>) -> Outcome {
        let findings = publish::findings(self.agreement, &self.known, contributors);
        let own = own::compare(&self.local(), &self.known, &findings);
        Outcome { findings, own }
    }
}

fn vocabularies(agreement: &Agreement, key: &GroupKey) -> BTreeMap<usize, Vocabulary> {
    let columns = agreement.specification().columns.iter().enumerate();
    columns
        .filter_map(|(place, column)| match column.kind {
            Kind::Code { longest, most } => {
                let seed = key.seed("statistics.1.codes", place);
                Some((place, Vocabulary::new(seed, (longest, most))))
            }
            _ => None,
        })
        .collect()
}

/// Finds the same statistics of tables that lie in one place: nothing is protected.
///
/// Nothing if there are no tables. `seed` stands for the contributors' secrets; findings of an exact
/// agreement don't depend on it, but for which names of a vocabulary larger than agreed are found.
pub fn pooled(agreement: &Agreement, tables: &[Table], seed: &Seed) -> Option<Findings> {
    let key = GroupKey::new(seed.derive("statistics.1.key", &[]), &[0; 32]);
    let seeds: Vec<Seed> = (0..tables.len() as u64)
        .map(|place| seed.derive("statistics.1.pooled", &[&place.to_le_bytes()]))
        .collect();
    let mut courses: Vec<Course<'_>> = tables
        .iter()
        .zip(&seeds)
        .filter(|(table, _)| table.suits(agreement))
        .map(|(table, seed)| Course::begin((agreement, table, seed), &key))
        .collect();
    for place in 0..agreement.sums() {
        let mut bodies = courses.iter().map(|course| course.own(place));
        let mut sum = bodies.next()?;
        for body in bodies {
            for (total, element) in sum.iter_mut().zip(body) {
                *total = total.wrapping_add(element);
            }
        }
        for course in &mut courses {
            course.learn(place, &sum);
        }
    }
    let course = courses.first()?;
    Some(publish::findings(agreement, &course.known, Vec::new()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        Values,
        specification::{Column, Mode, Specification},
    };

    fn agreement() -> Agreement {
        let column = |name: &str, kind| Column {
            name: name.to_owned(),
            kind,
        };
        let levels = ["a".to_owned(), "b".to_owned()].into();
        Agreement::new(Specification {
            columns: vec![
                column(
                    "x",
                    Kind::Number {
                        low: 0.0,
                        high: 1.0,
                    },
                ),
                column("n", Kind::Integer { low: 0, high: 1 }),
                column("yes", Kind::Boolean),
                column("level", Kind::Category { levels }),
                column(
                    "code",
                    Kind::Code {
                        longest: 4,
                        most: 2,
                    },
                ),
            ],
            label: Some(2),
            periods: ["one".to_owned(), "two".to_owned()].into(),
            quantiles: vec![0.5],
            quantile_error: 0.01,
            correlations: true,
            minimum_cell: 5,
            mode: Mode::Exact,
            most_rows: 1_000,
            most_contributors: 3,
        })
        .unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn sums_of_anything_make_findings(seed: [u8; 32], few in 0_u32..64) {
            let agreement = agreement();
            let values = vec![
                Values::Numbers(vec![0.5; 20]),
                Values::Numbers(vec![1.0; 20]),
                Values::Booleans(vec![Some(true); 20]),
                Values::Levels(vec![Some(1); 20]),
                Values::Codes(vec![Some("I10".into()); 20]),
            ];
            let table = Table::new(&agreement, values, vec![Some(1); 20]).unwrap();
            let seed = Seed::from_bytes(seed);
            let key = GroupKey::new(seed.derive("statistics.1.key", &[]), &[0; 32]);
            let mut course = Course::begin((&agreement, &table, &seed), &key);
            let mut words = seed.generator();
            for place in 0..agreement.sums() {
                let own = course.own(place);
                let sum = own.iter().map(|own| own.wrapping_add(words.next_u64() >> few));
                course.learn(place, &sum.collect::<Vec<_>>());
            }
            let outcome = course.outcome(Vec::new());
            prop_assert_eq!(outcome.findings.columns.len(), 5);
            let told = outcome.findings.columns.iter().flat_map(|column| &column.cells);
            for cell in told {
                prop_assert!(cell.rows.is_none_or(|rows| rows == 0 || rows >= 5));
            }
        }
    }
}
