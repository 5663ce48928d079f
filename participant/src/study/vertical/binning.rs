//! Own columns in bins, to be held against labels.

use consilium_data::{NamedColumn, Values};
use consilium_statistics::{Interval, Place, vertical::Binned};

/// A column in bins, with what they are.
#[derive(Debug)]
pub(super) struct Bins {
    /// The column's name.
    pub(super) name: String,
    /// Of each row its bin; the last one is of rows without a value.
    pub(super) binned: Binned,
    /// What lies in each bin but that of rows without a value.
    pub(super) places: Vec<Place>,
}

impl Bins {
    /// Puts the rows of these numbers, counted from 1, into bins: numbers into at most so many of about
    /// as many rows each, levels into one each, the rarest into one with others if they are too many. None
    /// of a column that has no bins, as texts have none.
    pub(super) fn of(column: &NamedColumn, numbers: &[usize], most: u16) -> Option<Bins> {
        let rows = || numbers.iter().map(|number| number.saturating_sub(1));
        let (of_rows, places, is_ordered): (Vec<Option<usize>>, Vec<Place>, bool) =
            match &column.values {
                Values::Numbers(values) => {
                    let values: Vec<Option<f64>> = rows().map(|row| values.get(row)).collect();
                    let ends = ends(values.iter().copied().flatten().collect(), most);
                    let bin = |value: f64| ends.partition_point(|end| *end < value);
                    let of_rows = values.iter().map(|value| value.map(bin)).collect();
                    let range = values.iter().flatten();
                    let least = range.clone().copied().fold(f64::INFINITY, f64::min);
                    let greatest = range.copied().fold(f64::NEG_INFINITY, f64::max);
                    let ends = ends.iter().copied().chain([greatest]);
                    let mut from = least;
                    let place = |to| {
                        let place = Place::Interval(Interval { from, to });
                        from = to;
                        place
                    };
                    (of_rows, ends.map(place).collect(), true)
                }
                Values::Flags(values) => {
                    let of_rows = rows().map(|row| values.get(row).map(usize::from));
                    let places = [false, true].map(Place::Boolean).into();
                    (of_rows.collect(), places, false)
                }
                Values::Categories(values) => {
                    let of_rows = rows().map(|row| values.get(row));
                    let levels = values.levels().iter().cloned().map(Place::Level);
                    (of_rows.collect(), levels.collect(), false)
                }
                Values::Texts(_) | Values::Dates(_) => return None,
            };
        let bins = u16::try_from(places.len()).ok()?;
        let place = |bin: &Option<usize>| match bin {
            Some(bin) => u16::try_from(*bin).ok(),
            None => Some(bins),
        };
        Some(Bins {
            name: column.name.clone(),
            binned: Binned {
                of_rows: of_rows.iter().map(place).collect::<Option<_>>()?,
                bins: bins + 1,
                ordered: if is_ordered { bins } else { 0 },
            },
            places,
        })
    }
}

/// Gives the upper ends of all bins but the last, such that each has about as many values.
fn ends(mut values: Vec<f64>, most: u16) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let Some(greatest) = values.last().copied() else {
        return Vec::new();
    };
    let bins = usize::from(most);
    let end = |bin: usize| values[(values.len() * bin / bins).max(1) - 1];
    let mut ends: Vec<f64> = (1..bins.max(1)).map(end).collect();
    ends.dedup();
    ends.retain(|end| *end < greatest);
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cut_so_that_bins_have_about_as_many_rows() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(ends(values, 4), [24.0, 49.0, 74.0]);
        // Of few values each has a bin.
        let few = [[0.0; 50], [1.0; 50]].concat();
        assert_eq!(ends(few, 10), [0.0]);
        assert!(ends(vec![3.0; 9], 10).is_empty());
        assert!(ends(Vec::new(), 10).is_empty());
        assert_eq!(ends(vec![1.0, 2.0], 10), [1.0]);
    }
}
