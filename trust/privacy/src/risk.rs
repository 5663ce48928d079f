//! How likely it is that somebody finds a person again.
//!
//! Definitions: El Emam, Guide to the De-Identification of Personal Health Information (2013), chapters
//! 15 to 19, and Dankar and El Emam, A method for evaluating marketer re-identification risk (EDBT
//! workshops 2010); ARX computes the same.

use std::collections::BTreeMap;

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
}

/// A table's rows together with those of the population that its people are from.
#[derive(Debug, Clone)]
pub struct Population {
    rows: u64,
    /// Classes of the table by their rows here and in the population.
    pairs: BTreeMap<(u64, u64), u64>,
}

impl Population {
    /// Takes columns of which the first rows are the table's, and the others those of the population;
    /// who has a row in the table has one in the population too.
    ///
    /// # Errors
    ///
    /// As [`Classes::of`]; and [`PrivacyError::NotOfPopulation`] if somebody in the table can't be in
    /// the population.
    pub fn of(columns: &[Column], table_rows: usize) -> Result<Population, PrivacyError> {
        let first = columns.first().ok_or(PrivacyError::NoQuasiIdentifier)?;
        check_rows(first, first.rows().max(table_rows))?;
        let classes = Classes::of(columns)?;
        let mut here = vec![0u64; classes.sizes().len()];
        for class in classes.of_rows().iter().take(table_rows) {
            here[*class as usize] += 1;
        }
        let mut pairs = BTreeMap::new();
        let mut strangers = 0;
        for (here, both) in here.iter().zip(classes.sizes()) {
            let there = both - here;
            if there < *here {
                strangers += here;
            }
            if *here > 0 {
                *pairs.entry((*here, there)).or_insert(0) += 1;
            }
        }
        if strangers > 0 {
            return Err(PrivacyError::NotOfPopulation { rows: strangers });
        }
        let rows = classes.rows() - table_rows as u64;
        Ok(Population { rows, pairs })
    }

    /// How many rows the population has.
    pub fn rows(&self) -> u64 {
        self.rows
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
        let population = Population::of(&[both], 3).unwrap();
        assert_eq!(population.rows(), 5);
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
        let refused = Population::of(&[of(&[30, 30, 50, 30, 50])], 3).unwrap_err();
        assert_eq!(refused, PrivacyError::NotOfPopulation { rows: 2 });
        let short = Population::of(&[of(&[30])], 3).unwrap_err();
        assert!(matches!(short, PrivacyError::RowsDiffer { .. }), "{short}");
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
