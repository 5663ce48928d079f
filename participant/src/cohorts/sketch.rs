//! A sketch of a set of rows, from which the difference of two sets is read if it is small.
//!
//! An invertible Bloom lookup table (Goodrich and Mitzenmacher, Allerton 2011, sections 2 and 3), used to
//! subtract one set from another as by Eppstein, Goodrich, Uyeda and Varghese (SIGCOMM 2011, section 2).

use consilium_base::Tagging;

/// Hash functions, each with cells of its own.
const PARTS: usize = 4;
/// Cells of each: a byte of a hash says which.
const CELLS: usize = 256;
/// Bytes of a cell as it is kept.
const BYTES: usize = 8 + 16 + 8;

/// A sketch of a set of keyed hashes; its size does not grow with the set.
///
/// Four hash functions give a difference away up to 0.77 times as many rows as there are cells (the
/// threshold of the 2-core of random 4-uniform hypergraphs; Molloy, SODA 2004): far beyond the minimum that
/// a plan may ask for. Of a larger difference, which fills nearly all cells, a lower bound is known.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sketch(Vec<Cell>);

#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Cell {
    count: i64,
    row: u128,
    check: u64,
}

/// The hash of a row, keyed by the institution's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowHash(pub(crate) u128);

/// Where a row stands, and what its cell is told from a sum of several rows by.
struct Place {
    cells: [usize; PARTS],
    check: u64,
}

fn placing() -> Tagging {
    Tagging::new("participant.1.cohort-cells")
}

fn place(row: RowHash, hash: &mut Tagging) -> Place {
    let digest = hash.digest(&row.0.to_le_bytes());
    let (check, rest) = digest.split_first_chunk().expect("a digest has 32 bytes");
    let mut cells = [0; PARTS];
    for ((part, cell), byte) in cells.iter_mut().enumerate().zip(rest) {
        *cell = part * CELLS + usize::from(*byte);
    }
    Place {
        cells,
        check: u64::from_le_bytes(*check),
    }
}

impl Sketch {
    /// Sketches a set.
    pub(crate) fn of(rows: impl IntoIterator<Item = RowHash>) -> Sketch {
        let mut sketch = Sketch(vec![Cell::default(); PARTS * CELLS]);
        let mut hash = placing();
        for row in rows {
            let place = place(row, &mut hash);
            sketch.add(row, &place, 1);
        }
        sketch
    }

    /// Gives in how many rows two sets differ, rows of either that the other has not: their number if it is
    /// small, else a number that it is not below. It is 0 for equal sets only.
    pub(crate) fn difference(&self, other: &Sketch) -> u64 {
        let cells = self.0.iter().zip(&other.0);
        let mut left = Sketch(cells.map(|(ours, theirs)| ours.less(theirs)).collect());
        let mut hash = placing();
        let (mut taken, mut waiting) = (0, (0..left.0.len()).collect::<Vec<_>>());
        while let Some(at) = waiting.pop() {
            let Cell { count, row, check } = left.0[at];
            // Of what is damaged, rows could be taken and put back for ever.
            if count.abs() != 1 || taken >= left.0.len() as u64 {
                continue;
            }
            let place = place(RowHash(row), &mut hash);
            if place.check != check || !place.cells.contains(&at) {
                continue;
            }
            left.add(RowHash(row), &place, -count);
            waiting.extend(place.cells);
            taken += 1;
        }
        let filled = left.0.iter().filter(|cell| **cell != Cell::default());
        // A row that is left fills no more cells than there are hash functions.
        taken + filled.count().div_ceil(PARTS) as u64
    }

    fn add(&mut self, row: RowHash, place: &Place, count: i64) {
        for at in place.cells {
            let cell = &mut self.0[at];
            cell.count += count;
            cell.row ^= row.0;
            cell.check ^= place.check;
        }
    }

    /// Writes it as the store has it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * BYTES);
        for cell in &self.0 {
            bytes.extend(cell.count.to_le_bytes());
            bytes.extend(cell.row.to_le_bytes());
            bytes.extend(cell.check.to_le_bytes());
        }
        bytes
    }

    /// Reads what [`to_bytes`](Sketch::to_bytes) wrote; none if it is damaged.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Sketch> {
        let (cells, []) = bytes.as_chunks::<BYTES>() else {
            return None;
        };
        let read = |cell: &[u8; BYTES]| {
            let (count, rest) = cell.split_first_chunk()?;
            let (row, check) = rest.split_first_chunk()?;
            Some(Cell {
                count: i64::from_le_bytes(*count),
                row: u128::from_le_bytes(*row),
                check: u64::from_le_bytes(check.try_into().ok()?),
            })
        };
        let cells: Vec<Cell> = cells.iter().map(read).collect::<Option<_>>()?;
        // Counts are of rows: others would overflow when they are subtracted.
        let is_whole = cells.len() == PARTS * CELLS
            && cells.iter().all(|cell| (0..1 << 62).contains(&cell.count));
        is_whole.then_some(Sketch(cells))
    }
}

impl Cell {
    fn less(&self, other: &Cell) -> Cell {
        Cell {
            count: self.count - other.count,
            row: self.row ^ other.row,
            check: self.check ^ other.check,
        }
    }
}

#[cfg(test)]
mod tests {
    use consilium_base::Tagged;
    use consilium_plan::Statistics;
    use proptest::prelude::*;

    use super::*;

    fn rows(range: std::ops::Range<u64>) -> impl Iterator<Item = RowHash> {
        range.map(|row| {
            let digest = Tagged::new("participant.1.test").number(row).digest();
            let (hash, _) = digest.split_first_chunk().unwrap();
            RowHash(u128::from_le_bytes(*hash))
        })
    }

    fn sketch(range: std::ops::Range<u64>) -> Sketch {
        Sketch::of(rows(range))
    }

    proptest! {
        #[test]
        fn a_small_difference_is_counted_exactly(
            start in 0..1_000_000_u64,
            common in 0..2_000_u64,
            gone in 0..150_u64,
            come in 0..150_u64,
        ) {
            let before = sketch(start..start + gone + common);
            let after = sketch(start + gone..start + gone + common + come);
            prop_assert_eq!(before.difference(&after), gone + come);
            prop_assert_eq!(after.difference(&before), gone + come);
        }

        #[test]
        fn a_large_difference_is_never_taken_for_a_small_one(
            start in 0..1_000_000_u64,
            common in 0..100_u64,
            come in 300..20_000_u64,
        ) {
            let before = sketch(start..start + common);
            let found = before.difference(&sketch(start..start + common + come));
            prop_assert!((Statistics::MOST_MINIMUM_CELL..=come).contains(&found), "{found} of {come}");
        }

        #[test]
        fn what_is_kept_reads_back_and_nothing_else_panics(
            many in 0..300_u64,
            cut in 0..4_000_usize,
            noise in proptest::collection::vec(any::<u8>(), PARTS * CELLS * BYTES),
        ) {
            let kept = sketch(0..many);
            let bytes = kept.to_bytes();
            prop_assert!(Sketch::from_bytes(&bytes) == Some(kept.clone()));
            prop_assert!(Sketch::from_bytes(&bytes[..cut]).is_none());
            if let Some(read) = Sketch::from_bytes(&noise) {
                read.difference(&kept);
            }
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing() {
        let reversed: Vec<RowHash> = rows(0..500).collect();
        let reversed = Sketch::of(reversed.into_iter().rev());
        assert_eq!(sketch(0..500).difference(&reversed), 0);
    }
}
