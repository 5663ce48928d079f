//! Own columns in bins, to be held against labels.

use consilium_data::{NamedColumn, Values};
use consilium_plan::{Statistics, Weigh};
use consilium_statistics::{
    Interval, Place,
    vertical::{Binned, MOST_BINS},
};

/// The most levels that have a bin each; of more, the rarest have one together. Another bin is of rows
/// without a value.
const MOST_LEVELS: usize = MOST_BINS - 4;

/// A column in bins, with what they are.
#[derive(Debug)]
pub(super) struct Bins {
    /// The column's name.
    pub(super) name: String,
    /// Of each row its bin; the last one is of rows without a value.
    pub(super) binned: Binned,
    /// What lies in each bin but that of rows without a value.
    pub(super) places: Vec<Vec<Place>>,
}

impl Bins {
    /// Puts the rows of these numbers, counted from 1, into bins: numbers into at most so many of about
    /// as many rows each, levels into one each. None of a column that has no bins, as texts have none.
    pub(super) fn of(column: &NamedColumn, numbers: &[usize], most: u16) -> Option<Bins> {
        let rows = || numbers.iter().map(|number| number.saturating_sub(1));
        let (of_rows, places, is_ordered): (Vec<Option<usize>>, Vec<Vec<Place>>, bool) =
            match &column.values {
                Values::Numbers(values) => {
                    let values: Vec<Option<f64>> = rows().map(|row| values.get(row)).collect();
                    let mut sorted: Vec<f64> = values.iter().copied().flatten().collect();
                    sorted.sort_unstable_by(f64::total_cmp);
                    let cuts = cuts(&sorted, most);
                    let bin = |value: f64| cuts.partition_point(|cut| *cut <= value);
                    let of_rows = values.iter().map(|value| value.map(bin)).collect();
                    (of_rows, intervals(&sorted, &cuts), true)
                }
                Values::Flags(values) => {
                    let of_rows = rows().map(|row| values.get(row).map(usize::from));
                    let places = [false, true].map(|flag| vec![Place::Boolean(flag)]);
                    (of_rows.collect(), places.into(), false)
                }
                Values::Categories(values) => {
                    let levels: Vec<Option<usize>> = rows().map(|row| values.get(row)).collect();
                    let (of_rows, places) = levelled(&levels, values.levels());
                    (of_rows, places, false)
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

/// Gives the least values of all bins but the first, such that each has about as many of the sorted
/// values.
///
/// Cuts are those that the most bins have, or some of them. Of those any two have as many values between
/// them as any plan's least bin, so that whatever two plans ask for, their cuts are the same or that far
/// apart: the coarsest come first, and the others where there is room.
fn cuts(sorted: &[f64], most: u16) -> Vec<f64> {
    let rank = |share: u16| sorted.len() * usize::from(share) / usize::from(Weigh::MOST_BINS);
    let apart = usize::try_from(Statistics::LEAST_MINIMUM_CELL).unwrap_or(usize::MAX);
    // Each with how many values lie below it.
    let mut kept: Vec<(usize, f64)> = Vec::new();
    let mut wanted = Vec::new();
    let mut step = Weigh::MOST_BINS;
    while step > 1 {
        let odd = (1..Weigh::MOST_BINS).filter(|share| share % step == step / 2);
        for cut in odd.filter_map(|share| sorted.get(rank(share)).copied()) {
            let below = sorted.partition_point(|value| *value < cut);
            let ends = [0, sorted.len()];
            let others = kept.iter().map(|(below, _)| *below).chain(ends);
            if others
                .map(|other| other.abs_diff(below))
                .all(|off| off >= apart)
            {
                kept.push((below, cut));
            }
            if most >= Weigh::MOST_BINS / step * 2 {
                wanted.push(cut);
            }
        }
        step /= 2;
    }
    kept.sort_unstable_by_key(|(below, _)| *below);
    let cuts = kept.into_iter().map(|(_, cut)| cut);
    cuts.filter(|cut| wanted.contains(cut)).collect()
}

/// Says what lies between cuts: from the least value up to the greatest.
fn intervals(sorted: &[f64], cuts: &[f64]) -> Vec<Vec<Place>> {
    let (Some(least), Some(greatest)) = (sorted.first(), sorted.last()) else {
        return Vec::new();
    };
    let from = [*least].into_iter().chain(cuts.iter().copied());
    let to = cuts.iter().copied().chain([*greatest]);
    let interval = |(from, to)| vec![Place::Interval(Interval { from, to })];
    from.zip(to).map(interval).collect()
}

/// Gives each row's bin where levels have one each, in their order, and the rarest one together if
/// they are too many.
fn levelled(rows: &[Option<usize>], levels: &[String]) -> (Vec<Option<usize>>, Vec<Vec<Place>>) {
    let place = |level: &String| Place::Level(level.clone());
    if levels.len() <= MOST_LEVELS {
        let places = levels.iter().map(|level| vec![place(level)]);
        return (rows.to_vec(), places.collect());
    }
    let mut counts = vec![0_usize; levels.len()];
    for level in rows.iter().flatten() {
        counts[*level] += 1;
    }
    let mut frequent: Vec<usize> = (0..levels.len()).collect();
    frequent.sort_by_key(|level| std::cmp::Reverse(counts[*level]));
    frequent.truncate(MOST_LEVELS - 1);
    frequent.sort_unstable();
    let bin = |level: usize| frequent.binary_search(&level).unwrap_or(frequent.len());
    let mut places: Vec<Vec<Place>> = frequent
        .iter()
        .map(|it| vec![place(&levels[*it])])
        .collect();
    let rest = (0..levels.len()).filter(|level| frequent.binary_search(level).is_err());
    places.push(rest.map(|level| place(&levels[level])).collect());
    (rows.iter().map(|level| level.map(bin)).collect(), places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cut_so_that_bins_have_about_as_many_rows() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(cuts(&values, 4), [25.0, 50.0, 75.0]);
        // Of few values each has a bin.
        let few = [[0.0; 50], [1.0; 50]].concat();
        assert_eq!(cuts(&few, 8), [1.0]);
        assert!(cuts(&[3.0; 9], 8).is_empty());
        assert!(cuts(&[], 8).is_empty());
        assert!(cuts(&[1.0, 2.0], 8).is_empty());
        assert_eq!(intervals(&few, &[1.0]).len(), 2);
    }

    #[test]
    fn cuts_of_two_plans_are_the_same_or_as_far_apart_as_the_least_bin() {
        let far: Vec<f64> = (0..1_237).map(f64::from).collect();
        let few: Vec<f64> = (0..40).map(f64::from).collect();
        // One value in the midst of two that many rows have.
        let tied = [vec![0.0; 61], vec![1.0], vec![2.0; 70]].concat();
        for values in [far, few, tied] {
            let most = cuts(&values, 32);
            for bins in [2, 4, 8, 16] {
                assert!(cuts(&values, bins).iter().all(|cut| most.contains(cut)));
            }
            let below = |cut: &f64| values.partition_point(|value| value < cut);
            let cut = most.iter().map(below);
            let ends: Vec<usize> = [0].into_iter().chain(cut).chain([values.len()]).collect();
            assert!(ends.windows(2).all(|pair| pair[1] - pair[0] >= 5));
            assert!(!most.is_empty());
        }
    }

    #[test]
    fn the_rarest_of_many_levels_have_a_bin_together() {
        let levels: Vec<String> = (0..70).map(|level| level.to_string()).collect();
        // The first ten are the rarest.
        let rows: Vec<Option<usize>> = (0..70)
            .flat_map(|level| vec![Some(level); if level < 11 { 1 } else { 5 }])
            .chain([None])
            .collect();
        let (of_rows, places) = levelled(&rows, &levels);
        assert_eq!(places.len(), MOST_LEVELS);
        assert_eq!(places.last().unwrap().len(), 70 - (MOST_LEVELS - 1));
        for (row, bin) in rows.iter().zip(of_rows) {
            assert_eq!(row.is_none(), bin.is_none());
            if let (Some(level), Some(bin)) = (row, bin) {
                assert!(places[bin].contains(&Place::Level(levels[*level].clone())));
            }
        }
    }
}
