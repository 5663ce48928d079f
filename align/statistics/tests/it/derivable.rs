//! No small cell follows from what is told by any linear relation.

use consilium_statistics::{
    Agreement, ColumnFindings, Findings, Kind, Numbers, Place, Specification, Table, Values, pooled,
};
use proptest::prelude::*;

use crate::world::{column, plain, raw, seed, specification, table};

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
        self.tell_weighted(cells.into_iter().map(|cell| (cell, 1)), sum);
    }

    fn tell_weighted(&mut self, cells: impl IntoIterator<Item = (usize, u64)>, sum: u64) {
        let mut row = vec![0; self.unknowns + 1];
        for (cell, weight) in cells {
            row[cell] += u128::from(weight);
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

/// The most values that a column of few values takes here: 0, 1, 2, 3.
const VALUES: usize = 4;

/// Columns of few whole numbers, declared in several ways, and a boolean.
fn few(minimum: u64) -> Specification {
    let number = |high| Kind::Number { low: 0.0, high };
    let mut spec = specification();
    spec.columns = vec![
        column("visits", Kind::Integer { low: 0, high: 3 }),
        column("sex", number(1.0)),
        column("stage", number(9.0)),
        column("died", Kind::Boolean),
    ];
    (spec.label, spec.periods) = (None, Vec::new());
    spec.minimum_cell = minimum;
    spec
}

/// Puts rows of (visits, sex, stage, died) into a table; of missing values 9.
fn few_rows(agreement: &Agreement, rows: &[[u8; 4]]) -> Table {
    let numbers = |place: usize| {
        let value = |row: &[u8; 4]| match row[place] {
            9 => f64::NAN,
            value => value.into(),
        };
        Values::Numbers(rows.iter().map(value).collect())
    };
    let died = rows.iter().map(|row| (row[3] != 9).then_some(row[3] == 1));
    let values = vec![
        numbers(0),
        numbers(1),
        numbers(2),
        Values::Booleans(died.collect()),
    ];
    Table::new(agreement, values, Vec::new()).unwrap()
}

/// Gives the cell that a value lies in.
fn cell_of(column: &ColumnFindings, value: usize) -> Option<usize> {
    column.cells.iter().position(|cell| match &cell.of {
        Place::Interval(interval) => (interval.from..=interval.to).contains(&(value as f64)),
        Place::Boolean(yes) => usize::from(*yes) == value,
        Place::Level(_) => false,
    })
}

/// Relations of a column's single values, then outside, then missing: by cells, by Σ and Σ².
fn value_relations(found: &Findings, column: &ColumnFindings) -> Relations {
    let mut relations = Relations::new(VALUES + 2);
    relations.tell(0..VALUES + 2, found.rows.unwrap());
    let of = |place: usize| (0..VALUES).filter(move |value| cell_of(column, *value) == Some(place));
    for (place, cell) in column.cells.iter().enumerate() {
        if let Some(rows) = cell.rows {
            relations.tell(of(place), rows);
        }
    }
    for (place, told) in [(VALUES, column.outside), (VALUES + 1, column.missing)] {
        if let Some(rows) = told {
            relations.tell([place], rows);
        }
    }
    let inside = || Some(found.rows? - column.outside? - column.missing?);
    if let Some((numbers, rows)) = column.numbers.as_ref().zip(inside())
        && !numbers.is_approximate
    {
        let rows = rows as f64;
        let squares = numbers.variance * (rows - 1.0) + numbers.mean * numbers.mean * rows;
        for (power, sum) in [(1, numbers.mean * rows), (2, squares)] {
            let weights = (0..VALUES).map(|value| (value, (value as u64).pow(power)));
            relations.tell_weighted(weights, sum.round() as u64);
        }
    }
    relations
}

/// Gives Σxy over all rows by a coefficient of two columns that miss nothing and take 0 and 1 alone.
fn products(found: &Findings, (one, other): (usize, usize)) -> Option<(u64, [u64; 2])> {
    let names = [one, other].map(|place| found.columns[place].name.as_str());
    let pair = found.correlations.iter();
    let mut pair = pair.filter(|pair| [pair.one.as_str(), pair.other.as_str()] == names);
    let r = pair.next()?.r;
    let ones = |place: usize| {
        let column = &found.columns[place];
        column.cells[cell_of(column, 1)?].rows
    };
    let (a, b, n) = (ones(one)?, ones(other)?, found.rows?);
    let [p, q] = [a, b].map(|ones| ones as f64 / n as f64);
    let product = r * (p * (1.0 - p) * q * (1.0 - q)).sqrt() + p * q;
    Some(((product * n as f64).round() as u64, [a, b]))
}

fn check_values(found: &Findings) {
    let minimum = u128::from(found.minimum_cell);
    for column in &found.columns {
        for (value, rows) in value_relations(found, column).derived() {
            let is_enough = rows == 0 || (rows >= minimum && rows < PRIME / 2);
            assert!(is_enough, "{}: {value} has {rows} rows", column.name);
        }
    }
    let is_whole = |place: usize| found.columns[place].missing == Some(0);
    for pair in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
        let Some((both, [a, b])) = products(found, pair) else {
            continue;
        };
        let all = found.rows.unwrap();
        if !is_whole(pair.0) || !is_whole(pair.1) || both > a.min(b) || a + b > all + both {
            continue;
        }
        for rows in [both, a - both, b - both, all + both - a - b] {
            let is_enough = rows == 0 || u128::from(rows) >= minimum;
            assert!(is_enough, "{pair:?}: {rows} rows in both");
        }
    }
}

fn found_of(minimum: u64, counts: &[([u8; 4], usize)]) -> Findings {
    let agreement = Agreement::new(few(minimum)).unwrap();
    let rows = counts.iter().flat_map(|(row, times)| vec![*row; *times]);
    let table = few_rows(&agreement, &rows.collect::<Vec<_>>());
    pooled(&agreement, &[table], &seed(0)).unwrap()
}

/// A mean of merged values is Σ over them: one more equation.
#[test]
fn merged_values_do_not_follow_from_mean_and_variance() {
    check_values(&found_of(10, &[([0, 0, 0, 0], 1_000), ([1, 1, 1, 0], 3)]));
    let four = [
        ([0, 0, 0, 0], 500),
        ([1, 0, 1, 1], 300),
        ([2, 1, 2, 0], 200),
        ([3, 1, 3, 1], 3),
    ];
    let found = found_of(10, &four);
    check_values(&found);
    let numbers = found.columns[0].numbers.as_ref().unwrap();
    assert!(numbers.is_approximate);
    assert!((numbers.mean - 0.7).abs() < 0.01, "{}", numbers.mean);
}

/// Gives the measures of visits, of which that many each have 0, 1, 2 and 3.
fn measured(minimum: u64, counts: [usize; VALUES], missing: usize) -> Option<Numbers> {
    let rows = (0_u8..).zip(counts).map(|(value, rows)| ([value; 4], rows));
    let rows: Vec<_> = rows.chain([([9; 4], missing)]).collect();
    found_of(minimum, &rows).columns[0].numbers.clone()
}

/// Errors hold wherever the rows of a merged cell are, and tell no more than the cells do.
#[test]
fn approximate_measures_are_the_same_for_all_rows_that_cells_allow() {
    let one = measured(10, [500, 300, 12, 3], 0).unwrap();
    let other = measured(10, [500, 300, 6, 9], 0).unwrap();
    let told = |of: &Numbers| [of.mean, of.variance, of.mean_error, of.deviation_error];
    assert!(one.is_approximate);
    assert_eq!(told(&one), told(&other));
    // The cell of 2 and 3 is taken to be at its end towards the others.
    let mean = f64::from(300 + 2 * 15) / 815.0;
    assert!((one.mean - mean).abs() < 0.002, "{one:?}");
    assert!(
        one.mean_error < 0.025 && one.deviation_error < 0.1,
        "{one:?}"
    );
}

/// A correlation of two columns of two values is their table, however they were declared.
#[test]
fn joint_cells_do_not_follow_from_correlations() {
    let rows = [
        ([0, 0, 0, 0], 502),
        ([1, 1, 0, 1], 98),
        ([0, 0, 1, 0], 398),
        ([1, 1, 1, 1], 2),
    ];
    check_values(&found_of(10, &rows));
}

/// Of nine cells of a table with missing values, the ninth is where both are missing.
#[test]
fn a_small_number_of_rows_that_miss_both_values_is_not_betrayed() {
    let mut spec = few(5);
    spec.columns = ["died", "smoker"]
        .map(|name| column(name, Kind::Boolean))
        .into();
    let agreement = Agreement::new(spec).unwrap();
    let pairs_told = |both_missing: usize| {
        let (yes, no) = (Some(true), Some(false));
        let alone = 10 - both_missing;
        let counts = [
            ((None, None), both_missing),
            ((None, no), alone),
            ((no, None), alone),
            ((no, no), 500),
            ((no, yes), 100),
            ((yes, no), 200),
            ((yes, yes), 180),
        ];
        let rows = counts.iter().flat_map(|(row, times)| vec![*row; *times]);
        let (died, smoker) = rows.unzip();
        let values = vec![Values::Booleans(died), Values::Booleans(smoker)];
        let table = Table::new(&agreement, values, Vec::new()).unwrap();
        let found = pooled(&agreement, &[table], &seed(0)).unwrap();
        found.correlations.len()
    };
    assert_eq!([0, 3, 5].map(pairs_told), [1, 0, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_small_value_follows_from_measures(
        counts in prop::collection::vec(0_usize..60, 8),
        large in 0_usize..8,
        minimum in 2_u64..20,
        missing in prop::sample::select(vec![0_usize, 3, 30]),
    ) {
        let mut rows: Vec<([u8; 4], usize)> = (0_u8..8)
            .zip(&counts)
            .map(|(at, times)| ([at % 4, at % 2, at / 2, u8::from(at > 3)], *times))
            .collect();
        rows[large].1 += 400;
        rows.push(([9, 9, 9, 9], missing));
        check_values(&found_of(minimum, &rows));
    }

    #[test]
    fn approximate_measures_are_no_farther_off_than_they_say(
        counts in prop::array::uniform4(prop::sample::select(vec![0_usize, 1, 3, 7, 12, 25, 60, 400])),
        missing in prop::sample::select(vec![0_usize, 3, 30]),
        minimum in 2_u64..20,
    ) {
        if let Some(told) = measured(minimum, counts, missing) {
            let of = |power: i32| -> f64 {
                let values = (0_u32..).zip(counts);
                values.map(|(value, rows)| f64::from(value).powi(power) * rows as f64).sum()
            };
            let mean = of(1) / of(0);
            let deviation = ((of(2) - of(0) * mean * mean) / (of(0) - 1.0)).max(0.0).sqrt();
            let off = [mean - told.mean, deviation - told.variance.sqrt()].map(f64::abs);
            prop_assert!(off[0] <= told.mean_error + 1e-9, "{mean}: {told:?}");
            prop_assert!(off[1] <= told.deviation_error + 1e-7, "{deviation}: {told:?}");
        }
    }
}

/// Own rows taken off a difference of means are the others'.
#[tokio::test(start_paused = true)]
async fn own_differences_do_not_betray_what_others_hold_back() {
    let agreement = Agreement::new(few(10)).unwrap();
    let rows = |at: usize, ones: usize| {
        let row = |row: usize| [(row % 2) as u8, 0, 0, u8::from(row < ones)];
        let rows: Vec<_> = (0..300 + at).map(row).collect();
        few_rows(&agreement, &rows)
    };
    let tables = [rows(0, 3), rows(1, 0), rows(2, 0)];
    let ran = plain(&agreement, &tables).await;
    assert_eq!(ran.findings().columns[3].cells[1].rows, None);
    for outcome in &ran.outcomes {
        let own = &outcome.as_ref().unwrap().own.columns;
        assert!(own[0].mean_difference.is_some());
        assert_eq!(own[3].mean_difference, None);
        for index in own.iter().filter_map(|own| own.stability_index) {
            assert!(
                (index * 1e3 - (index * 1e3).round()).abs() < 1e-9,
                "{index}"
            );
        }
    }
}
