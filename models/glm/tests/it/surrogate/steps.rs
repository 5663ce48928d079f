//! The mathematics, without messages.

use consilium_glm::{
    Candidate, Failure, Family, Partition, Regression, Split, Table, local,
    solve::Symmetric,
    surrogate::{Lead, Order, Solved, Totals, largest_totals, local_totals, totals_len},
};
use consilium_secagg::Encoding;

use super::{FIRST, agreed, fit, rounding};
use crate::world::{respecified, study};

fn pooled(tables: &[Table]) -> Vec<&Table> {
    tables.iter().collect()
}

/// The totals over rows that lie in one place.
pub(super) fn totals(tables: &[Table], regression: &Regression, at: &Candidate) -> Totals {
    let order = at.coefficients.len();
    let mut sums = vec![0.0; totals_len(Order::Second, order)];
    for table in tables {
        let own = local_totals(regression, table, (at, None), Order::Second);
        for (sum, own) in sums.iter_mut().zip(own.sums) {
            *sum += own;
        }
    }
    Totals {
        rows: tables.iter().map(|table| table.rows() as u64).sum(),
        loss: sums[2],
        pearson: sums[3],
        gradient: sums[4..4 + order].to_vec(),
        information: Some(Symmetric::new(order, sums[4 + order..].to_vec())),
    }
}

fn lead<'a>(
    regression: &'a Regression,
    table: &'a Table,
    at: &'a Candidate,
    rows: u64,
) -> Lead<'a> {
    Lead {
        regression,
        table,
        design: &at.design,
        rows,
    }
}

/// Adds up, under the seeds of the protocol's test, what all put into a sum.
fn opened(
    (regression, tables): (&Regression, &[Table]),
    (at, order): (&Candidate, Order),
    round: u32,
) -> Totals {
    let spec = regression.specification();
    let largest = largest_totals(regression, order, at.coefficients.len());
    let code = Encoding::new(&largest, spec.most_contributors, spec.bits).unwrap();
    let mut sum = vec![0_u64; largest.len()];
    for (place, table) in tables.iter().enumerate() {
        let own = local_totals(regression, table, (at, None), order).sums;
        let mut chance = rounding(place, consilium_secagg::SumNumber(FIRST.0 + round));
        for (sum, own) in sum.iter_mut().zip(code.encode(&own, &mut chance).unwrap()) {
            *sum = sum.wrapping_add(own) & spec.bits.mask();
        }
    }
    Totals::read(regression, (order, at.coefficients.len()), &sum).unwrap()
}

#[tokio::test]
async fn the_protocol_gives_bit_for_bit_what_its_steps_give_in_one_place() {
    for (order, rounds) in [(Order::First, 1), (Order::Second, 1), (Order::Second, 2)] {
        for family in [Family::Logistic, Family::Gamma] {
            let (regression, tables) = study(family, &[160, 170, 180], 4);
            let fit = fit(&regression, &tables, &agreed(1, rounds, order)).await;
            let fit = fit.aggregator.unwrap();
            let mut at = fit.model();
            let own = |at: &Candidate, totals: Option<&Totals>| {
                let lead = lead(&regression, &tables[1], at, 510);
                match totals {
                    None => lead.estimate().unwrap(),
                    Some(totals) => lead.solve(&at.coefficients, totals).unwrap().coefficients,
                }
            };
            at.coefficients = own(&at, None);
            for round in 1..=rounds {
                let totals = opened((&regression, &tables), (&at, order), round);
                at.coefficients = own(&at, Some(&totals));
            }
            assert_eq!(fit.model(), at);
        }
    }
}

#[test]
fn totals_at_the_maximum_lead_to_the_maximum() {
    for family in [
        Family::Gaussian,
        Family::Logistic,
        Family::Poisson,
        Family::Gamma,
    ] {
        let (regression, tables) = study(family, &[160, 170, 180], 4);
        let exact = local::fit(&regression, &pooled(&tables)).unwrap();
        let at = exact.model();
        let mut totals = totals(&tables, &regression, &at);
        let lead = lead(&regression, &tables[0], &at, 510);
        for order in [Order::Second, Order::First] {
            totals.information = totals.information.filter(|_| order == Order::Second);
            let solved = lead.solve(&at.coefficients, &totals).unwrap();
            let pairs = solved.coefficients.iter().zip(&at.coefficients);
            let apart = pairs.fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
            assert!(apart < 1e-7, "{family:?} {order:?} {apart:e}");
        }
    }
}

#[test]
fn a_square_loss_with_its_information_is_fitted_exactly_from_anywhere() {
    let (regression, tables) = study(Family::Gaussian, &[160, 170, 180], 4);
    let regression = respecified(&regression, |spec| spec.penalty = 3.0);
    let exact = local::fit(&regression, &pooled(&tables)).unwrap();
    let mut at = exact.model();
    for far in [0.0, 0.5, -2.0] {
        at.coefficients.fill(far);
        let totals = totals(&tables, &regression, &at);
        let lead = lead(&regression, &tables[2], &at, 510);
        let Solved { coefficients, .. } = lead.solve(&at.coefficients, &totals).unwrap();
        for (solved, exact) in coefficients.iter().zip(&exact.estimates) {
            assert!((solved - exact.standardised).abs() < 1e-9);
        }
    }
}

#[test]
fn whoever_has_all_rows_fits_them_exactly_whatever_the_order() {
    let (regression, tables) = study(Family::Logistic, &[510], 4);
    let exact = local::fit(&regression, &pooled(&tables)).unwrap();
    let mut at = exact.model();
    let own = lead(&regression, &tables[0], &at, 510);
    let estimate = own.estimate().unwrap();
    at.coefficients = estimate;
    let mut totals = totals(&tables, &regression, &at);
    for order in [Order::Second, Order::First] {
        totals.information = totals.information.filter(|_| order == Order::Second);
        let solved = lead(&regression, &tables[0], &at, 510);
        let solved = solved.solve(&at.coefficients, &totals).unwrap();
        for (solved, exact) in solved.coefficients.iter().zip(&exact.estimates) {
            assert!((solved - exact.standardised).abs() < 1e-6);
        }
    }
}

#[test]
fn a_lead_has_a_model_of_its_own_where_columns_are_constant_but_none_where_labels_are() {
    let (regression, tables) = study(Family::Logistic, &[160, 170], 4);
    let at = local::fit(&regression, &pooled(&tables)).unwrap().model();
    let one = |label: f64| {
        let rows = (0..30).flat_map(|_| [50.0, 7.0, 0.0, 1.0]);
        Table::new(&regression, rows.collect(), vec![label; 30]).unwrap()
    };
    for label in [0.0, 1.0] {
        let table = one(label);
        let own = lead(&regression, &table, &at, 330).estimate();
        assert_eq!(own, Err(Failure::Unrepresentative));
    }
    let mut labels = vec![1.0; 30];
    labels[..10].fill(0.0);
    let rows = (0..30).flat_map(|_| [50.0, 7.0, 0.0, 1.0]);
    let table = Table::new(&regression, rows.collect(), labels).unwrap();
    let own = lead(&regression, &table, &at, 330).estimate().unwrap();
    assert!(own.iter().all(|b| (b * 100.0).fract().abs() < 1e-9));
    let empty = Table::new(&regression, Vec::new(), Vec::new()).unwrap();
    let none = lead(&regression, &empty, &at, 330).estimate();
    assert_eq!(none, Err(Failure::Unrepresentative));
}

/// Says whether a party withholds its sums under a candidate that follows another.
fn withholds(
    regression: &Regression,
    table: &Table,
    models: (&Candidate, Option<&Candidate>),
) -> bool {
    let told = local_totals(regression, table, models, Order::Second);
    let withheld = told.at == (0..2);
    let head = [table.rows() as f64, f64::from(u8::from(withheld))];
    assert_eq!(told.sums[..2], head);
    assert!(withheld || told.at == (0..told.sums.len()));
    withheld
}

#[test]
fn sums_that_few_rows_make_up_are_withheld() {
    for family in [Family::Logistic, Family::Poisson, Family::Gamma] {
        let (regression, tables) = study(family, &[160, 170, 180], 4);
        let fit = local::fit(&regression, &pooled(&tables)).unwrap().model();
        assert!(
            tables
                .iter()
                .all(|table| !withholds(&regression, table, (&fit, None)))
        );
        // A wall beyond nearly all rows.
        let mut wall = fit.clone();
        wall.coefficients.fill(0.0);
        let (intercept, slope) = match family {
            Family::Logistic => (-44.0, 16.0),
            Family::Poisson => (-16.0, 8.0),
            _ => (18.0, -8.0),
        };
        (wall.coefficients[0], wall.coefficients[1]) = (intercept, slope);
        for (place, table) in tables.iter().enumerate() {
            let is_withheld = withholds(&regression, table, (&wall, None));
            assert!(is_withheld, "{family:?} {place}");
        }
        let lenient = respecified(&regression, |spec| spec.minimum_count = 0);
        assert!(!withholds(&lenient, &tables[0], (&wall, None)));
    }
}

/// Forty rows of one hospital, a patient of which alone has the third column, with that label.
fn alone(regression: &Regression, label: f64) -> Table {
    let rows = (0..40).flat_map(|row| {
        let has_it = f64::from(u8::from(row == 7));
        let row = f64::from(row);
        [50.0 + row / 2.0, 5.0 + row / 10.0, 0.0, has_it]
    });
    let mut labels: Vec<f64> = (0..40).map(|row| f64::from(row % 2)).collect();
    labels[7] = label;
    Table::new(regression, rows.collect(), labels).unwrap()
}

#[test]
fn gradients_that_differ_for_one_row_are_told_once() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180], 4);
    let first = local::fit(&regression, &pooled(&tables)).unwrap().model();
    let table = alone(&regression, 1.0);
    let place = first
        .design
        .terms
        .iter()
        .position(|term| term.column == 3 && !term.missing);
    let place = place.unwrap() + 1;
    let term = &first.design.terms[place - 1];
    // Nobody else's predictor changes.
    let mut second = first.clone();
    second.coefficients[place] += 3.0;
    second.coefficients[0] += 3.0 * term.centre.mean / term.centre.deviation;
    assert!(!withholds(&regression, &table, (&first, None)));
    assert!(!withholds(&regression, &table, (&second, None)));
    assert!(withholds(&regression, &table, (&second, Some(&first))));
    assert!(!withholds(&regression, &table, (&first, Some(&first))));
}

#[test]
fn the_lead_shows_nothing_of_a_column_that_one_of_its_patients_has() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180], 4);
    let at = local::fit(&regression, &pooled(&tables)).unwrap().model();
    let place = at
        .design
        .terms
        .iter()
        .position(|term| term.column == 3 && !term.missing);
    let place = place.unwrap() + 1;
    for label in [0.0, 1.0] {
        let table = alone(&regression, label);
        let own = lead(&regression, &table, &at, 550).estimate().unwrap();
        assert!(own[place] == 0.0);
        assert!(own[1] != 0.0 || own[2] != 0.0);
        let lenient = respecified(&regression, |spec| spec.minimum_count = 0);
        let own = lead(&lenient, &table, &at, 550).estimate().unwrap();
        assert!(own[place] != 0.0);
    }
    // The intercept tells of labels.
    let labels = (0..40).map(|row| f64::from(row < 3)).collect();
    let rows = (0..40).flat_map(|row| [50.0 + f64::from(row), 5.0, 0.0, 1.0]);
    let table = Table::new(&regression, rows.collect(), labels).unwrap();
    let own = lead(&regression, &table, &at, 550).estimate();
    assert_eq!(own, Err(Failure::Unrepresentative));
}

#[test]
fn the_lead_shows_nothing_of_columns_whose_cells_have_few_of_its_patients() {
    let (regression, tables) = study(Family::Logistic, &[160, 170, 180], 4);
    let at = local::fit(&regression, &pooled(&tables)).unwrap().model();
    let mut terms = at.design.terms.iter();
    let place = terms.position(|term| term.column == 2).unwrap() + 1;
    // A score of one patient's own between two that many have.
    let score = |row: u32| if row == 0 { 0.5 } else { f64::from(row % 2) };
    let row = |row: u32| {
        [
            40.0 + f64::from(row % 30),
            5.0,
            score(row),
            f64::from(row / 2 % 2),
        ]
    };
    let labels = (0..90).map(|row| f64::from(row % 3 == 0)).collect();
    let table = Table::new(&regression, (0..90).flat_map(row).collect(), labels).unwrap();
    let own = lead(&regression, &table, &at, 550).estimate().unwrap();
    assert!(own[place] != 0.0);
    let points = vec![0.0, 0.5, 1.0];
    let cells: Vec<_> = points.iter().map(|point| vec![vec![*point]]).collect();
    let splits = vec![Split { column: 2, points }];
    let score = Partition::new("score".into(), (splits, vec![2]), &cells, false);
    let counted = respecified(&regression, |spec| spec.partitions.push(score));
    let held = lead(&counted, &table, &at, 550).estimate().unwrap();
    assert!(held[place] == 0.0);
    assert!(held[1] != 0.0);
}
