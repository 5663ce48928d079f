//! Rows counted by what several columns have together.

use std::collections::{BTreeMap, btree_map::Entry};

use serde::{Deserialize, Serialize};

use crate::{Family, Regression, Table, specification::Specification, steps};

/// The most cells that all partitions of a regression may have: a tenth of the elements that the sums
/// of the most columns have.
pub const MOST_CELLS: usize = 50_000;

/// A column, and the values that tell its rows apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// The column's place.
    pub column: usize,
    /// Values, rising; what lies between two of them is one class.
    pub points: Vec<f64>,
}

/// Where a row lies in the splits that it is not at the first point of: place and class.
type Classes = Vec<(u16, u32)>;

/// The class of a column's first point.
const FIRST: u32 = 1;

/// Cells that columns made of the same source cut the rows into.
///
/// A coefficient of a column tells of the rows that differ in it, and several of columns that have one
/// source tell of any cell that these make together; so each cell has no rows or as many as a level of a
/// 0/1 column needs, whatever the columns' values are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Partition {
    /// What is named when a cell is rare.
    pub(crate) name: String,
    splits: Vec<Split>,
    told_by: Vec<usize>,
    /// The cell of each combination of classes that rows can have, in their order.
    classes: Vec<(Classes, usize)>,
    /// Whether a cell is what lies between the ends of a number.
    open: Vec<bool>,
}

impl Split {
    /// Gives the class of a value: odd at a point, even between two.
    fn class(&self, value: f64) -> u32 {
        let below = self.points.partition_point(|point| *point < value);
        let class = match self.points.get(below) {
            _ if value.is_nan() => 2 * self.points.len() + 1,
            Some(point) if *point <= value => 2 * below + 1,
            _ => 2 * below,
        };
        // `suits` bounds the points.
        u32::try_from(class).unwrap_or(u32::MAX)
    }
}

impl Partition {
    /// Makes one of the values that rows can have in the splits' columns, NaN where missing, by cell. What
    /// stood in an earlier cell stays there.
    ///
    /// `name` is what is told when a cell is rare, `told_by` are the columns whose coefficients tell of cells;
    /// `is_of_ends` if it is of one number's ends, at which rows may be few.
    pub fn new(
        name: String,
        (splits, told_by): (Vec<Split>, Vec<usize>),
        cells: &[Vec<Vec<f64>>],
        is_of_ends: bool,
    ) -> Partition {
        let mut known = BTreeMap::new();
        let mut open = Vec::new();
        for cell in cells {
            let mut own = None;
            for row in cell {
                let mut classes = Classes::new();
                classify(&splits, row.iter().copied(), &mut classes);
                let is_between = |(_, class): &(u16, u32)| class.is_multiple_of(2);
                let is_open = is_of_ends && classes.iter().any(is_between);
                if let Entry::Vacant(unknown) = known.entry(classes) {
                    unknown.insert(open.len());
                    own = Some(own.unwrap_or(false) || is_open);
                }
            }
            open.extend(own);
        }
        Partition {
            name,
            splits,
            told_by,
            classes: known.into_iter().collect(),
            open,
        }
    }

    /// Counts the cells, that of rows in no other among them.
    pub(crate) fn cells(&self) -> usize {
        self.open.len() + 1
    }

    /// Says whether there are such columns and cells.
    pub(crate) fn suits(&self, columns: usize) -> bool {
        let mut places = self
            .splits
            .iter()
            .map(|split| &split.column)
            .chain(&self.told_by);
        let most = u32::MAX as usize / 4;
        places.all(|column| *column < columns)
            && self.splits.iter().all(|split| split.points.len() < most)
            && self.classes.is_sorted_by(|(one, _), (next, _)| one < next)
            && self.classes.iter().all(|(_, cell)| *cell < self.open.len())
    }

    /// Gives the cell of a row; `classes` is what it writes to.
    fn cell(&self, row: &[f64], classes: &mut Classes) -> usize {
        let values = self.splits.iter().map(|split| row[split.column]);
        classify(&self.splits, values, classes);
        let known = self
            .classes
            .binary_search_by(|(known, _)| known.as_slice().cmp(classes.as_slice()));
        known.map_or(self.open.len(), |at| self.classes[at].1)
    }

    /// Says whether a cell has more than no rows, of a label in logistic regression, and fewer than
    /// `minimum`.
    ///
    /// Within an open cell one slope is of many values: where each open cell has enough rows, those at
    /// the points beside it may be few, as the largest values of any number are.
    pub(crate) fn is_rare(&self, counted: &[[u64; 2]], minimum: u64) -> bool {
        let is_few = |[one, other]: [u64; 2]| {
            let few = 1..minimum;
            few.contains(&one) || few.contains(&other)
        };
        let mut open = counted.iter().zip(&self.open).filter(|(_, open)| **open);
        // What no cell was foreseen for stands last.
        let unforeseen = self.open.len();
        let is_number = self.open.contains(&true)
            && open.all(|(rows, _)| rows.iter().sum::<u64>() > 0 && !is_few(*rows));
        let mut cells = counted.iter().enumerate();
        cells.any(|(cell, rows)| (!is_number || cell == unforeseen) && is_few(*rows))
    }
}

/// Writes the classes of values in the place of those before.
fn classify(splits: &[Split], values: impl Iterator<Item = f64>, classes: &mut Classes) {
    classes.clear();
    for (place, (split, value)) in splits.iter().zip(values).enumerate() {
        let class = split.class(value);
        if class != FIRST {
            classes.push((u16::try_from(place).unwrap_or(u16::MAX), class));
        }
    }
}

/// Counts the cells of all partitions.
pub(crate) fn cells(spec: &Specification) -> usize {
    spec.partitions.iter().map(Partition::cells).sum()
}

/// Counts the elements that the partitions add to the first sums: of each cell the rows, in a logistic
/// regression those with label 1 too.
pub(crate) fn counts_len(spec: &Specification) -> usize {
    cells(spec) * per_cell(spec)
}

fn per_cell(spec: &Specification) -> usize {
    if spec.family == Family::Logistic {
        2
    } else {
        1
    }
}

/// Counts a party's rows by cell: those with label 0 and 1 of a logistic regression, else all under
/// the first.
pub(crate) fn count(regression: &Regression, table: &Table) -> Vec<[u64; 2]> {
    let spec = regression.specification();
    let cells = cells(spec);
    let mut counted = vec![[0; 2]; cells];
    if cells == 0 {
        return counted;
    }
    let mut classes = Classes::new();
    for (row, label) in table.iter() {
        let is_positive = spec.family == Family::Logistic && label > 0.5;
        let mut begin = 0;
        for partition in &spec.partitions {
            counted[begin + partition.cell(row, &mut classes)][usize::from(is_positive)] += 1;
            begin += partition.cells();
        }
    }
    counted
}

/// Writes the counts as elements of a sum.
pub(crate) fn elements(spec: &Specification, counted: &[[u64; 2]]) -> impl Iterator<Item = f64> {
    let per_cell = per_cell(spec);
    let of_cell = move |[one, other]: &[u64; 2]| [(one + other) as f64, *other as f64];
    let cells = counted.iter().map(of_cell);
    cells.flat_map(move |cell| cell.into_iter().take(per_cell))
}

/// Reads the counts of all parties; none if no rows have them.
pub(crate) fn read(spec: &Specification, sums: &[f64], rows: u64) -> Option<Vec<[u64; 2]>> {
    let counted = sums.chunks_exact(per_cell(spec)).map(|cell| {
        let count = |at: usize| cell.get(at).map_or(Ok(0), |rows| steps::count(*rows)).ok();
        let (all, positive) = (count(0)?, count(1)?);
        Some([all.checked_sub(positive)?, positive])
    });
    let counted: Vec<[u64; 2]> = counted.collect::<Option<_>>()?;
    let is_whole = |(_, cells): (&Partition, &[[u64; 2]])| {
        cells
            .iter()
            .flatten()
            .fold(0, |sum: u64, of| sum.saturating_add(*of))
            == rows
    };
    let are_whole = by_partition(spec, &counted).all(is_whole);
    are_whole.then_some(counted)
}

/// Gives of each partition its counts.
pub(crate) fn by_partition<'a>(
    spec: &'a Specification,
    counted: &'a [[u64; 2]],
) -> impl Iterator<Item = (&'a Partition, &'a [[u64; 2]])> {
    let mut rest = counted;
    spec.partitions.iter().map(move |partition| {
        let (own, others) = rest.split_at(partition.cells().min(rest.len()));
        rest = others;
        (partition, own)
    })
}

/// Says of each column whether its coefficient would tell of few of a party's own rows.
pub(crate) fn told_of_few(regression: &Regression, table: &Table, minimum: u64) -> Vec<bool> {
    let spec = regression.specification();
    let counted = count(regression, table);
    let mut told = vec![false; spec.columns.len()];
    for (partition, cells) in by_partition(spec, &counted) {
        if partition.is_rare(cells, minimum) {
            partition
                .told_by
                .iter()
                .for_each(|column| told[*column] = true);
        }
    }
    told
}
