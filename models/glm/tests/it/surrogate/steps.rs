//! The mathematics, without messages.

use consilium_glm::{
    Candidate, Failure, Family, Regression, Table, local,
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
        let own = local_totals(regression, table, at, Order::Second);
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
        let own = local_totals(regression, table, at, order).sums;
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
