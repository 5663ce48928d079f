//! No small cell follows from what is told by any linear relation.

use consilium_statistics::{Agreement, ColumnFindings, Findings, pooled};
use proptest::prelude::*;

use crate::world::{raw, seed, specification, table};

const PRIME: u128 = (1 << 61) - 1;

/// Equations over unknown cells modulo a prime, in reduced form.
struct Relations {
    unknowns: usize,
    /// Coefficients, then the right side; each has a pivot.
    rows: Vec<Vec<u128>>,
}

impl Relations {
    fn new(unknowns: usize) -> Relations {
        Relations {
            unknowns,
            rows: Vec::new(),
        }
    }

    fn tell(&mut self, cells: impl IntoIterator<Item = usize>, sum: u64) {
        let mut row = vec![0; self.unknowns + 1];
        for cell in cells {
            row[cell] += 1;
        }
        row[self.unknowns] = sum.into();
        for known in &self.rows {
            reduce(&mut row, known);
        }
        let Some(pivot) = row[..self.unknowns].iter().position(|at| *at != 0) else {
            assert_eq!(row[self.unknowns], 0, "what is told contradicts itself");
            return;
        };
        let inverse = power(row[pivot], PRIME - 2);
        for at in &mut row {
            *at = *at * inverse % PRIME;
        }
        for known in &mut self.rows {
            reduce(known, &row);
        }
        self.rows.push(row);
    }

    /// Gives the values of unknowns that follow.
    fn derived(&self) -> impl Iterator<Item = (usize, u128)> + '_ {
        self.rows.iter().filter_map(|row| {
            let mut places = (0..self.unknowns).filter(|at| row[*at] != 0);
            let pivot = places.next()?;
            places
                .next()
                .is_none()
                .then_some((pivot, row[self.unknowns]))
        })
    }
}

/// Takes a multiple of a row with a pivot of 1 off another.
fn reduce(row: &mut [u128], by: &[u128]) {
    let Some(pivot) = by[..by.len() - 1].iter().position(|at| *at != 0) else {
        return;
    };
    let factor = PRIME - row[pivot];
    for (at, by) in row.iter_mut().zip(by) {
        *at = (*at + factor * by) % PRIME;
    }
}

fn power(base: u128, mut exponent: u128) -> u128 {
    let (mut base, mut result) = (base, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}

/// Unknowns are each unit's rows with label yes, no and none, then each unit's rows.
fn relations(found: &Findings, column: &ColumnFindings) -> Relations {
    let cells = column.cells.len();
    let units = cells + 3;
    let rows_of = |unit: usize| units * 3 + unit;
    let mut relations = Relations::new(units * 4);
    for unit in 0..units {
        // Rows of a unit are those of its classes: their sum minus the rows is 0.
        let mut row = vec![0; relations.unknowns + 1];
        for class in 0..3 {
            row[unit * 3 + class] = 1;
        }
        row[rows_of(unit)] = PRIME - 1;
        relations.rows.push(row);
    }
    let behind = [column.others, column.outside, column.missing];
    let told = column.cells.iter().map(|cell| cell.rows).chain(behind);
    for (unit, told) in told.enumerate() {
        if let Some(told) = told {
            relations.tell([rows_of(unit)], told);
        }
    }
    let rows = found.rows.unwrap();
    relations.tell((0..units).map(rows_of), rows);
    let label = &found.columns[2];
    let classes = [label.cells[1].rows, label.cells[0].rows, label.missing];
    for (class, told) in classes.into_iter().enumerate() {
        if let Some(told) = told {
            relations.tell((0..units).map(|unit| unit * 3 + class), told);
        }
    }
    let Some(evidence) = &column.evidence else {
        return relations;
    };
    let held = (0..cells).filter(|cell| column.cells[*cell].rows.is_none());
    let rest: Vec<usize> = held.chain(cells..units).collect();
    for bin in &evidence.bins {
        let mut units = bin.cells.clone();
        if bin.rest {
            units.extend(&rest);
        }
        for (class, told) in [bin.positives, bin.negatives].into_iter().enumerate() {
            relations.tell(units.iter().map(|unit| unit * 3 + class), told);
        }
    }
    relations
}

fn check(found: &Findings) -> usize {
    let minimum = u128::from(found.minimum_cell);
    let mut derived = 0;
    for column in &found.columns {
        let told = column.cells.iter().map(|cell| cell.rows);
        let told = told.chain([column.missing, column.outside, column.others]);
        for rows in told.flatten() {
            assert!(rows == 0 || u128::from(rows) >= minimum);
        }
        if column.cells.is_empty() {
            continue;
        }
        for (unknown, value) in relations(found, column).derived() {
            assert!(
                value == 0 || (value >= minimum && value < PRIME / 2),
                "{}: unknown {unknown} is {value}",
                column.name
            );
            derived += 1;
        }
    }
    derived
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn nothing_small_follows_from_what_is_told(
        rows in 10_usize..400,
        missing in prop::sample::select(vec![0.0, 0.004, 0.02, 0.1, 0.6]),
        world: u64,
        minimum in 2_u64..20,
    ) {
        let mut spec = specification();
        spec.minimum_cell = minimum;
        spec.columns[5].kind = consilium_statistics::Kind::Code { longest: 8, most: 40 };
        let agreement = Agreement::new(spec).unwrap();
        let table = table(&agreement, &raw(rows, missing, world));
        let found = pooled(&agreement, &[table], &seed(0)).unwrap();
        if found.rows.is_some() {
            check(&found);
        }
    }
}

/// The checker does find what follows.
#[test]
fn a_difference_is_found() {
    let mut relations = Relations::new(3);
    relations.tell([0, 1, 2], 40);
    relations.tell([0, 1], 37);
    let derived: Vec<_> = relations.derived().collect();
    assert_eq!(derived, [(2, 3)]);
}

#[test]
fn much_is_told_where_nothing_is_small() {
    let agreement = Agreement::new(specification()).unwrap();
    let table = table(&agreement, &raw(2_000, 0.1, 4));
    let found = pooled(&agreement, &[table], &seed(0)).unwrap();
    assert!(check(&found) > 100);
}
