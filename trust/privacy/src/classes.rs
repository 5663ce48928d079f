//! Rows that nobody can tell apart by their quasi-identifiers.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use crate::{Column, PrivacyError};

/// The sizes of classes at which a [`Curve`] is told: 3, 5, 11 and 20 are those by which health data
/// have been given away in practice (El Emam, Guide to the De-Identification of Personal Health
/// Information, 2013), the others lie between and beyond.
pub const STEPS: [u64; 10] = [1, 2, 3, 5, 10, 11, 20, 50, 100, 1000];

/// The equivalence classes of a table: rows with the same values in all quasi-identifiers.
#[derive(Debug, Clone)]
pub struct Classes {
    /// The class of each row.
    of: Vec<u32>,
    /// The rows of each class.
    sizes: Vec<u64>,
}

/// How many rows hide among how many others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    /// Rows of the table.
    pub rows: u64,
    /// Equivalence classes.
    pub classes: u64,
    /// The *k* of k-anonymity (Sweeney 2002): rows of the smallest class.
    pub smallest: u64,
    /// Rows of the largest class.
    pub largest: u64,
    /// Rows of a class in the mean over classes.
    pub mean: f64,
    /// Rows that are alone in their class.
    pub unique: u64,
    /// Their share in all rows: sample uniqueness.
    pub uniqueness: f64,
    /// For each of [`STEPS`].
    pub steps: Vec<Step>,
}

/// How many rows are in classes of at least a size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Step {
    /// The size.
    pub k: u64,
    /// Rows in classes that are no smaller.
    pub rows: u64,
    /// Their share in all rows.
    pub share: f64,
}

impl Classes {
    /// Puts rows into classes by the values of columns.
    ///
    /// # Errors
    ///
    /// If there is no column or no row, or columns differ in length.
    pub fn of<'a>(columns: impl IntoIterator<Item = &'a Column>) -> Result<Classes, PrivacyError> {
        let mut columns = columns.into_iter();
        let first = columns.next().ok_or(PrivacyError::NoQuasiIdentifier)?;
        let expected = first.rows();
        if expected == 0 {
            return Err(PrivacyError::NoRows);
        }
        let mut of = numbered(first.codes().iter().map(|code| (0, *code)));
        for column in columns {
            check_rows(column, expected)?;
            of = numbered(of.into_iter().zip(column.codes().iter().copied()));
        }
        let mut sizes = Vec::new();
        for class in &of {
            let class = *class as usize;
            if class == sizes.len() {
                sizes.push(0);
            }
            sizes[class] += 1;
        }
        Ok(Classes { of, sizes })
    }

    /// The same classes, in which a person counts once however many rows it has; who has rows in two classes counts
    /// in both, and rows without a person are those of one.
    ///
    /// # Errors
    ///
    /// [`PrivacyError::RowsDiffer`] for the column of another table.
    pub fn of_people(&self, person: &Column) -> Result<Classes, PrivacyError> {
        check_rows(person, self.of.len())?;
        let rows = self.of.iter().copied().zip(person.codes().iter().copied());
        let mut seen = HashSet::new();
        let (mut of, mut sizes) = (Vec::new(), vec![0; self.sizes.len()]);
        for (class, person) in rows {
            if seen.insert((class, person)) {
                of.push(class);
                sizes[class as usize] += 1;
            }
        }
        Ok(Classes { of, sizes })
    }

    /// The class of each row; classes are numbered by their first rows.
    pub fn of_rows(&self) -> &[u32] {
        &self.of
    }

    /// The rows of each class.
    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// Rows of the table.
    pub fn rows(&self) -> u64 {
        self.of.len() as u64
    }

    /// How many classes there are of each size.
    pub fn histogram(&self) -> BTreeMap<u64, u64> {
        let mut histogram = BTreeMap::new();
        for size in &self.sizes {
            *histogram.entry(*size).or_insert(0) += 1;
        }
        histogram
    }

    /// Tells how many rows hide among how many others.
    pub fn curve(&self) -> Curve {
        let histogram = self.histogram();
        let rows = self.rows();
        let classes = self.sizes.len() as u64;
        let at_least = |k: u64| {
            histogram
                .range(k..)
                .map(|(size, classes)| size * classes)
                .sum()
        };
        let step = |k: u64| {
            let of_rows: u64 = at_least(k);
            Step {
                k,
                rows: of_rows,
                share: of_rows as f64 / rows as f64,
            }
        };
        let unique = histogram.get(&1).copied().unwrap_or(0);
        Curve {
            rows,
            classes,
            smallest: histogram.keys().next().copied().unwrap_or(0),
            largest: histogram.keys().next_back().copied().unwrap_or(0),
            mean: rows as f64 / classes as f64,
            unique,
            uniqueness: unique as f64 / rows as f64,
            steps: STEPS.map(step).to_vec(),
        }
    }
}

/// Refuses a column of another table.
pub(crate) fn check_rows(column: &Column, expected: usize) -> Result<(), PrivacyError> {
    if column.rows() == expected {
        return Ok(());
    }
    Err(PrivacyError::RowsDiffer {
        column: column.name().to_owned(),
        rows: column.rows(),
        expected,
    })
}

/// Numbers pairs in the order in which they come first.
fn numbered(pairs: impl Iterator<Item = (u32, u32)>) -> Vec<u32> {
    let mut numbers = HashMap::new();
    pairs
        .map(|pair| {
            let next = u32::try_from(numbers.len()).expect("there are no more classes than rows");
            *numbers.entry(pair).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, cells: &[u32]) -> Column {
        Column::of(name, cells.iter().map(|cell| Some(*cell))).unwrap()
    }

    #[test]
    fn rows_are_counted_by_the_size_of_their_class() {
        let (sex, year) = (
            column("sex", &[1, 1, 2, 1, 1]),
            column("year", &[7, 7, 7, 8, 7]),
        );
        let classes = Classes::of([&sex, &year]).unwrap();
        assert_eq!(classes.of_rows(), [0, 0, 1, 2, 0]);
        let curve = classes.curve();
        assert_eq!((curve.rows, curve.classes), (5, 3));
        assert_eq!((curve.smallest, curve.largest, curve.unique), (1, 3, 2));
        let rows: Vec<u64> = curve.steps.iter().map(|step| step.rows).collect();
        assert_eq!(rows, [5, 3, 3, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert_eq!(
            Classes::of([]).unwrap_err(),
            PrivacyError::NoQuasiIdentifier
        );
        let none = column("none", &[]);
        assert_eq!(Classes::of([&none]).unwrap_err(), PrivacyError::NoRows);
        let (two, one) = (column("two", &[1, 2]), column("one", &[1]));
        let differ = Classes::of([&two, &one]).unwrap_err();
        assert_eq!(
            differ.to_string(),
            "column one has 1 rows, where the table has 2"
        );
    }
}
