//! How likely it is that somebody finds a person again.
//!
//! Definitions: El Emam, Guide to the De-Identification of Personal Health Information (2013), chapters
//! 15 to 19, and Dankar and El Emam, A method for evaluating marketer re-identification risk (EDBT
//! workshops 2010); ARX computes the same.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use crate::{Classes, Column, PrivacyError, classes::check_rows};

/// The probability of being found again above which a row is at risk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Threshold(f64);

impl Threshold {
    /// The one up to which the European Medicines Agency (Policy 0070, guidance of 2016) and Health Canada
    /// (Public Release of Clinical Information) publish clinical reports, 0.09: that is one of 11, and a
    /// row in a class of 11 is not at risk here.
    pub const CLINICAL: Threshold = Threshold(1.0 / 11.0);

    /// Checks that it is a probability above 0.
    ///
    /// # Errors
    ///
    /// [`PrivacyError::Threshold`] otherwise.
    pub fn new(probability: f64) -> Result<Threshold, PrivacyError> {
        if probability > 0.0 && probability <= 1.0 {
            return Ok(Threshold(probability));
        }
        Err(PrivacyError::Threshold(probability))
    }

    /// The probability.
    pub fn probability(self) -> f64 {
        self.0
    }

    fn is_passed_by(self, size: u64) -> bool {
        1.0 / size as f64 > self.0
    }
}

/// How likely one kind of attacker finds people again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Risk {
    /// The risk of whoever is at the highest.
    pub highest: f64,
    /// The share of rows found again, if all are sought.
    pub average: f64,
    /// The share of rows whose risk is above the threshold.
    pub at_risk: f64,
}

/// The risks from three kinds of attackers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Risks {
    /// Above it a row is at risk.
    pub threshold: Threshold,
    /// From somebody who seeks one person and knows that the person has a row here.
    pub prosecutor: Risk,
    /// From somebody who seeks anybody, and doesn't know who has a row here; none without a table of the
    /// population, and then no greater than from a prosecutor.
    pub journalist: Option<Risk>,
    /// The share of rows that somebody finds again who matches all with a register of the population;
    /// without a table of it, with one of the very people who have a row here.
    pub marketer: f64,
    /// Rows that lack a quasi-identifier, and so could not be held against the table of the population: what a
    /// journalist and a marketer do is told of the others.
    pub unmatched: u64,
}

/// A table's rows together with those of the population that its people are from.
#[derive(Debug, Clone)]
pub struct Population {
    rows: u64,
    alone: u64,
    unmatched: u64,
    /// Classes of the table by their rows here and in the population.
    pairs: BTreeMap<(u64, u64), u64>,
}

impl Population {
    /// Takes columns of which the first rows are the table's, and the others those of the population;
    /// who has a row in the table has one in the population too. Rows of the table that lack a value are
    /// like nobody for certain, and are left out.
    ///
    /// With `person`, whose cells are the table's, a person counts once in a class.
    ///
    /// # Errors
    ///
    /// As [`Classes::of`]; and [`PrivacyError::NotOfPopulation`] if somebody in the table can't be in
    /// the population, [`PrivacyError::NoneMatched`] if all rows lack a value.
    pub fn of(
        columns: &[Column],
        table_rows: usize,
        person: Option<&Column>,
    ) -> Result<Population, PrivacyError> {
        let first = columns.first().ok_or(PrivacyError::NoQuasiIdentifier)?;
        check_rows(first, first.rows().max(table_rows))?;
        if let Some(person) = person {
            check_rows(person, table_rows)?;
        }
        let classes = Classes::of(columns)?;
        let is_there = |row: usize| columns.iter().all(|it| !it.is_missing(it.codes()[row]));
        let (mut there, mut here) = (classes.sizes().to_vec(), vec![0u64; classes.sizes().len()]);
        let mut first = vec![0; here.len()];
        let mut seen = HashSet::new();
        let (mut matched, mut unmatched) = (false, 0);
        for (row, class) in classes.of_rows().iter().take(table_rows).enumerate() {
            let at = *class as usize;
            there[at] -= 1;
            if person.is_some_and(|person| !seen.insert((*class, person.codes()[row]))) {
                continue;
            }
            if !is_there(row) {
                unmatched += 1;
                continue;
            }
            matched = true;
            if here[at] == 0 {
                first[at] = row;
            }
            here[at] += 1;
        }
        if table_rows > 0 && !matched {
            return Err(PrivacyError::NoneMatched);
        }
        let mut pairs = BTreeMap::new();
        let (mut strangers, mut row) = (0, usize::MAX);
        for ((here, there), first) in here.iter().zip(&there).zip(&first) {
            if there < here {
                strangers += here;
                row = row.min(*first);
            }
            if *here > 0 {
                *pairs.entry((*here, *there)).or_insert(0) += 1;
            }
        }
        if strangers > 0 {
            return Err(PrivacyError::NotOfPopulation {
                rows: strangers,
                first: row + 1,
            });
        }
        Ok(Population {
            rows: there.iter().sum(),
            alone: there.iter().filter(|there| **there == 1).count() as u64,
            unmatched,
            pairs,
        })
    }

    /// How many rows the population has.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// How many of them are like no other in the quasi-identifiers.
    pub fn alone(&self) -> u64 {
        self.alone
    }

    /// Risk of a journalist and of a marketer.
    fn risks(&self, threshold: Threshold) -> (Risk, f64) {
        let (mut rows, mut classes, mut others, mut at_risk) = (0, 0, 0, 0);
        let (mut least, mut expected) = (u64::MAX, 0.0);
        for ((here, there), count) in &self.pairs {
            rows += here * count;
            classes += count;
            others += there * count;
            least = least.min(*there);
            if threshold.is_passed_by(*there) {
                at_risk += here * count;
            }
            expected += (here * count) as f64 / *there as f64;
        }
        let rows = rows as f64;
        let marketer = expected / rows;
        let journalist = Risk {
            highest: 1.0 / least as f64,
            average: marketer.max(classes as f64 / others as f64),
            at_risk: at_risk as f64 / rows,
        };
        (journalist, marketer)
    }
}

impl Risks {
    /// Measures the risks of a table; of a journalist's and a marketer's attack, against a population
    /// where there is one.
    pub fn of(classes: &Classes, population: Option<&Population>, threshold: Threshold) -> Risks {
        let curve = classes.curve();
        let at_risk: u64 = classes
            .sizes()
            .iter()
            .filter(|size| threshold.is_passed_by(**size))
            .sum();
        let rows = curve.rows as f64;
        let prosecutor = Risk {
            highest: 1.0 / curve.smallest as f64,
            average: curve.classes as f64 / rows,
            at_risk: at_risk as f64 / rows,
        };
        let beyond = population.map(|population| population.risks(threshold));
        Risks {
            threshold,
            prosecutor,
            journalist: beyond.map(|(journalist, _)| journalist),
            marketer: beyond.map_or(prosecutor.average, |(_, marketer)| marketer),
            unmatched: population.map_or(0, |population| population.unmatched),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[u32]) -> Column {
        Column::of("age", cells.iter().map(|cell| Some(*cell))).unwrap()
    }

    #[test]
    fn a_journalist_hides_behind_the_population() {
        // Two of four people of one age, and one of one, have a row here.
        let (table, both) = (of(&[30, 30, 50]), of(&[30, 30, 50, 30, 30, 30, 30, 50]));
        let classes = Classes::of([&table]).unwrap();
        let population = Population::of(&[both], 3, None).unwrap();
        assert_eq!((population.rows(), population.alone()), (5, 1));
        let third = Threshold::new(0.33).unwrap();
        let risks = Risks::of(&classes, Some(&population), third);
        let prosecutor = Risk {
            highest: 1.0,
            average: 2.0 / 3.0,
            at_risk: 1.0,
        };
        assert_eq!(risks.prosecutor, prosecutor);
        let journalist = Risk {
            highest: 1.0,
            average: 0.5,
            at_risk: 1.0 / 3.0,
        };
        assert_eq!(risks.journalist, Some(journalist));
        assert!((risks.marketer - 0.5).abs() < 1e-15);
    }

    #[test]
    fn who_is_not_of_the_population_is_told() {
        let refused = Population::of(&[of(&[50, 30, 30, 30, 50])], 3, None).unwrap_err();
        assert_eq!(refused, PrivacyError::NotOfPopulation { rows: 2, first: 2 });
        let short = Population::of(&[of(&[30])], 3, None).unwrap_err();
        assert!(matches!(short, PrivacyError::RowsDiffer { .. }), "{short}");
    }

    #[test]
    fn who_lacks_a_value_is_counted_and_left_out() {
        let cells = [Some(30), None, Some(50), Some(30), Some(30), Some(50), None];
        let both = Column::of("age", cells).unwrap();
        let population = Population::of(&[both], 3, None).unwrap();
        let classes = Classes::of([&of(&[30, 0, 50])]).unwrap();
        let risks = Risks::of(&classes, Some(&population), Threshold::CLINICAL);
        assert_eq!((risks.unmatched, population.rows()), (1, 4));
        assert!((risks.marketer - 0.75).abs() < 1e-15);
        let nobody = Column::of("age", [None, Some(30)]).unwrap();
        let refused = Population::of(&[nobody], 1, None).unwrap_err();
        assert_eq!(refused, PrivacyError::NoneMatched);
    }

    #[test]
    fn a_person_counts_once_in_a_class() {
        let (table, person) = (of(&[30, 30, 30, 50]), of(&[1, 1, 2, 1]));
        let classes = Classes::of([&table]).unwrap().of_people(&person).unwrap();
        assert_eq!(classes.sizes(), [2, 1]);
        let both = of(&[30, 30, 30, 50, 30, 30, 50]);
        assert!(Population::of(std::slice::from_ref(&both), 4, None).is_err());
        let population = Population::of(&[both], 4, Some(&person)).unwrap();
        assert_eq!(population.rows(), 3);
    }

    #[test]
    fn a_threshold_is_a_probability() {
        for none in [0.0, -0.1, 1.1, f64::NAN] {
            assert!(Threshold::new(none).is_err(), "{none}");
        }
        let clinical = Threshold::CLINICAL;
        assert!(clinical.is_passed_by(10) && !clinical.is_passed_by(11));
    }
}
