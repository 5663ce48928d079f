//! Which counts may be told: the one place where small cells are held back.
//!
//! Everything that is told of a column's counts is one partition of all rows, and coarser ones of it:
//! cells that were merged until none is small, what is outside and what is missing. So margins,
//! complements and differences of what is told are sums of cells of that partition. Hundepool et al.,
//! *Statistical Disclosure Control* (Wiley 2012), chapter 4: primary and secondary suppression.

/// Holds back small cells of a partition whose total is known.
///
/// A cell of 1 to `minimum` − 1 rows is small; an empty one tells of nobody. With small ones, the
/// smallest others are held back too, until nobody who knows the total and that no cell held back is
/// empty can show of any of them that it has fewer than `minimum` rows. If there are not enough others,
/// nothing is told, of empty ones neither.
pub fn hold_back(cells: &[u64], minimum: u64) -> Vec<Option<u64>> {
    let mut told: Vec<Option<u64>> = cells
        .iter()
        .map(|&rows| Some(rows).filter(|&rows| rows == 0 || rows >= minimum))
        .collect();
    loop {
        let held = || cells.iter().zip(&told).filter(|(_, told)| told.is_none());
        let (number, rows) =
            held().fold((0, 0), |(number, sum), (rows, _)| (number + 1, sum + rows));
        let is_safe = number >= 2 && rows - (number - 1) >= minimum;
        if number == 0 || is_safe {
            return told;
        }
        let others = told
            .iter_mut()
            .filter(|told| told.is_some_and(|rows| rows > 0));
        let Some(smallest) = others.min_by_key(|told| **told) else {
            return vec![None; cells.len()];
        };
        *smallest = None;
    }
}

/// Merges neighbouring cells until each has the minimum of rows; nothing if all together don't.
///
/// Gives where each merged cell ends: one place behind its last cell.
pub(crate) fn merge(cells: &[u64], minimum: u64) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut rows = 0;
    for (place, cell) in cells.iter().enumerate() {
        rows += cell;
        if rows >= minimum {
            ends.push(place + 1);
            rows = 0;
        }
    }
    // What is left over goes to the last one.
    if let Some(last) = ends.last_mut() {
        *last = cells.len();
    }
    ends
}

/// Places of a partition that were put together, and how many rows of each class they have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bin<const CLASSES: usize> {
    /// Places of units.
    pub(crate) units: Vec<usize>,
    /// Rows by class.
    pub(crate) rows: [u64; CLASSES],
}

/// Puts units together until each bin is enough: neighbours where the order means something.
///
/// A unit from `ordered` on has no neighbours. Nothing if fewer than two bins are left.
pub(crate) fn bin<const CLASSES: usize>(
    units: &[[u64; CLASSES]],
    ordered: usize,
    is_enough: impl Fn(&[u64; CLASSES]) -> bool,
) -> Option<Vec<Bin<CLASSES>>> {
    let mut bins: Vec<_> = units
        .iter()
        .enumerate()
        .filter(|(_, rows)| rows.iter().any(|&rows| rows > 0))
        .map(|(unit, &rows)| Bin {
            units: vec![unit],
            rows,
        })
        .collect();
    while let Some(small) = bins.iter().position(|bin| !is_enough(&bin.rows)) {
        let has_neighbours = |bin: &Bin<CLASSES>| bin.units.iter().any(|&unit| unit < ordered);
        let is_in_order = has_neighbours(&bins[small]);
        let size = |place: &usize| bins[*place].rows.iter().sum::<u64>();
        let neighbours = [small.checked_sub(1), small.checked_add(1)];
        let beside = neighbours
            .into_iter()
            .flatten()
            .filter(|place| is_in_order && bins.get(*place).is_some_and(has_neighbours))
            .min_by_key(size);
        let any = (0..bins.len())
            .filter(|place| *place != small)
            .min_by_key(size);
        let other = beside.or(any)?;
        let gone = bins.remove(small.max(other));
        let kept = &mut bins[small.min(other)];
        kept.units.extend(gone.units);
        kept.units.sort_unstable();
        for (kept, gone) in kept.rows.iter_mut().zip(gone.rows) {
            *kept += gone;
        }
    }
    (bins.len() > 1).then_some(bins)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINIMUM: u64 = 5;

    proptest! {
        #[test]
        fn no_cell_that_is_held_back_can_be_shown_to_be_small(
            cells in prop::collection::vec(0_u64..14, 1..7),
        ) {
            let total: u64 = cells.iter().sum();
            prop_assume!(total >= MINIMUM);
            let told = hold_back(&cells, MINIMUM);
            for (rows, told) in cells.iter().zip(&told) {
                prop_assert!(told.is_none_or(|told| told == *rows));
                prop_assert!(told.is_none_or(|told| told == 0 || told >= MINIMUM));
            }
            let known: u64 = told.iter().flatten().sum();
            let held = told.iter().filter(|told| told.is_none()).count() as u64;
            if held > 0 {
                // By brute force: some way to fill the cells makes any one of them large.
                let left = total - known;
                let fits = |large: u64| left >= large + (held - 1);
                let is_nothing_told = told.iter().all(Option::is_none);
                prop_assert!(held > 1 && fits(MINIMUM) || is_nothing_told);
            }
            let is_any_small = cells.iter().any(|rows| (1..MINIMUM).contains(rows));
            prop_assert_eq!(held > 0, is_any_small);
        }

        #[test]
        fn merged_cells_are_whole_and_enough(cells in prop::collection::vec(0_u64..9, 0..30)) {
            let ends = merge(&cells, MINIMUM);
            let total: u64 = cells.iter().sum();
            prop_assert_eq!(ends.is_empty(), total < MINIMUM);
            let mut from = 0;
            for end in &ends {
                prop_assert!(cells[from..*end].iter().sum::<u64>() >= MINIMUM);
                from = *end;
            }
            prop_assert!(ends.is_empty() || from == cells.len());
        }

        #[test]
        fn bins_are_enough_and_hold_every_row(
            units in prop::collection::vec([0_u64..9, 0_u64..9], 0..12),
            ordered in 0_usize..12,
        ) {
            let is_enough = |rows: &[u64; 2]| rows.iter().all(|&rows| rows >= MINIMUM);
            let Some(bins) = bin(&units, ordered, is_enough) else {
                return Ok(());
            };
            prop_assert!(bins.iter().all(|bin| is_enough(&bin.rows)));
            for class in 0..2 {
                let expected: u64 = units.iter().map(|unit| unit[class]).sum();
                prop_assert_eq!(bins.iter().map(|bin| bin.rows[class]).sum::<u64>(), expected);
            }
            let mut places: Vec<_> = bins.iter().flat_map(|bin| bin.units.clone()).collect();
            places.dedup();
            prop_assert!(places.iter().all(|place| units[*place] != [0, 0]));
        }
    }

    #[test]
    fn a_single_small_cell_takes_the_smallest_other_one_along() {
        assert_eq!(hold_back(&[3, 90, 7], 5), [None, Some(90), None]);
        assert_eq!(hold_back(&[3, 90, 0], 5), [None, None, Some(0)]);
        assert_eq!(hold_back(&[3, 2, 0], 5), [None, None, None]);
        assert_eq!(hold_back(&[8, 90, 0], 5), [Some(8), Some(90), Some(0)]);
        assert_eq!(hold_back(&[2, 2, 30, 40], 5), [None, None, None, Some(40)]);
    }
}
