//! Where runs of rows are cut into bins of nearly equal size.

/// How cells in order are divided into bins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Division {
    /// After how many cells each bin but the last ends.
    pub(crate) ends: Vec<usize>,
    /// Cells within which a bin would rather end.
    pub(crate) torn: Vec<usize>,
}

/// Divides cells with rows in each into at most `bins` bins.
///
/// If there are no more cells than bins, each has its own. Otherwise a bin ends where it comes
/// nearest to an even share of the rows that are left, by the bins that are left: so a cell with
/// more than its share leaves no bins unused. A cell is torn if that share ends within it, and,
/// where every cell has a bin of its own, if it may hold several values.
pub(crate) fn divide(rows: &[u64], bins: usize) -> Division {
    if rows.len() <= bins {
        return Division {
            ends: (1..rows.len()).collect(),
            torn: (0..rows.len()).collect(),
        };
    }
    let mut division = Division::default();
    let mut rows_left: u128 = rows.iter().map(|rows| u128::from(*rows)).sum();
    let mut bins_left = bins as u128;
    let mut inside = 0;
    for (place, rows) in rows.iter().map(|rows| u128::from(*rows)).enumerate() {
        if bins_left > 1 && inside > 0 && rows_left <= bins_left * inside {
            (rows_left, bins_left, inside) = (rows_left - inside, bins_left - 1, 0);
            division.ends.push(place);
        }
        let ends_within = |rows_left, bins_left, inside| {
            let share = bins_left * inside;
            bins_left > 1 && share < rows_left && rows_left < share + bins_left * rows
        };
        if ends_within(rows_left, bins_left, inside) {
            division.torn.push(place);
            let is_nearer_before = 2 * rows_left <= bins_left * (2 * inside + rows);
            if inside > 0 && is_nearer_before {
                (rows_left, bins_left, inside) = (rows_left - inside, bins_left - 1, 0);
                division.ends.push(place);
            }
        }
        inside += rows;
    }
    division
}
