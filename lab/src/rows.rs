//! Rows as learners take them.

use consilium_gbdt::Column;

/// Rows of one place, column by column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// The model's columns: a category has one for each level but its reference. A missing value is
    /// no number.
    pub columns: Vec<Column>,
    /// Of each row; none where the labels are elsewhere.
    pub labels: Vec<f64>,
}

impl Rows {
    /// Counts them.
    pub fn count(&self) -> usize {
        let columns = self.columns.iter().map(|column| column.values.len());
        columns.chain([self.labels.len()]).max().unwrap_or(0)
    }

    /// Gives some of them, by their places, in that order.
    #[must_use]
    pub fn pick(&self, places: &[usize]) -> Rows {
        let picked = |values: &[f64]| -> Vec<f64> {
            let known = places.iter().filter_map(|&place| values.get(place));
            known.copied().collect()
        };
        let column = |column: &Column| Column {
            name: column.name.clone(),
            values: picked(&column.values),
        };
        Rows {
            columns: self.columns.iter().map(column).collect(),
            labels: picked(&self.labels),
        }
    }

    /// Puts rows with the same columns one after the other.
    pub fn stacked<'a>(parts: impl IntoIterator<Item = &'a Rows>) -> Rows {
        let mut parts = parts.into_iter();
        let mut all = parts.next().cloned().unwrap_or_default();
        for part in parts {
            for (column, more) in all.columns.iter_mut().zip(&part.columns) {
                column.values.extend_from_slice(&more.values);
            }
            all.labels.extend_from_slice(&part.labels);
        }
        all
    }

    /// Puts columns of the same rows side by side, with the labels of whoever has them.
    pub fn joined<'a>(parts: impl IntoIterator<Item = &'a Rows>) -> Rows {
        let mut all = Rows::default();
        for part in parts {
            all.columns.extend_from_slice(&part.columns);
            if all.labels.is_empty() {
                all.labels.clone_from(&part.labels);
            }
        }
        all
    }

    /// Gives the values of each column.
    pub fn values(&self) -> Vec<&[f64]> {
        self.columns.iter().map(|it| it.values.as_slice()).collect()
    }

    /// Gives the values row by row, one row after the other.
    pub(crate) fn by_row(&self) -> Vec<f64> {
        let values = |row: usize| self.columns.iter().map(move |column| column.values[row]);
        (0..self.count()).flat_map(values).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(columns: &[&[f64]], labels: &[f64]) -> Rows {
        let column = |(place, values): (usize, &&[f64])| Column {
            name: format!("x{place}"),
            values: values.to_vec(),
        };
        Rows {
            columns: columns.iter().enumerate().map(column).collect(),
            labels: labels.to_vec(),
        }
    }

    #[test]
    fn rows_are_stacked_joined_and_picked() {
        let (one, other) = (rows(&[&[1.0, 2.0]], &[0.0, 1.0]), rows(&[&[3.0]], &[1.0]));
        let all = Rows::stacked([&one, &other]);
        assert_eq!(all, rows(&[&[1.0, 2.0, 3.0]], &[0.0, 1.0, 1.0]));
        assert_eq!(all.pick(&[2, 0]), rows(&[&[3.0, 1.0]], &[1.0, 0.0]));
        let beside = rows(&[&[7.0, 8.0]], &[]);
        let joined = Rows::joined([&beside, &one]);
        assert_eq!(joined.values(), [[7.0, 8.0], [1.0, 2.0]]);
        assert_eq!(joined.labels, [0.0, 1.0]);
        assert_eq!(joined.by_row(), [7.0, 1.0, 8.0, 2.0]);
        assert_eq!((joined.count(), Rows::default().count()), (2, 0));
    }
}
