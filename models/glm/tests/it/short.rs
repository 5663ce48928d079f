//! Fits that end after as many steps as were agreed on.

use consilium_glm::{BadSpecification, Family, Fit, MOST_STEPS, Regression, local};

use crate::world::{distance, fit, respecified, study};

async fn cut_short(family: Family, steps: u32) -> (Regression, Fit, Fit) {
    let (regression, tables) = study(family, &[160, 170, 180], 4);
    let exact = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    let regression = respecified(&regression, |spec| spec.steps = Some(steps));
    let outcome = fit(&regression, &tables).await;
    let fit = outcome.aggregator.unwrap();
    for contributor in outcome.contributors {
        assert_eq!(contributor.unwrap(), fit.publish());
    }
    (regression, fit, exact)
}

#[tokio::test]
async fn each_step_costs_one_sum_and_comes_nearer() {
    for (family, most) in [
        (Family::Logistic, 4),
        (Family::Poisson, 4),
        (Family::Gamma, 5),
    ] {
        let mut before = f64::INFINITY;
        for steps in 1..=most {
            let (regression, fit, exact) = cut_short(family, steps).await;
            assert_eq!((fit.updates, fit.sums), (steps, steps + 1));
            assert!(fit.was_cut_short(&regression));
            let apart = distance(&fit, &exact);
            println!("{family:?} after {steps} steps: within {apart:.1e}");
            assert!(apart < before / 2.0, "{family:?} {steps} {apart} {before}");
            before = apart;
        }
        assert!(before < 1e-3, "{before}");
    }
}

#[tokio::test]
async fn one_step_fits_a_square_loss_and_is_not_looked_at_again() {
    let (regression, fit, exact) = cut_short(Family::Gaussian, 1).await;
    assert!(fit.was_cut_short(&regression));
    let coefficients = fit.estimates.iter().zip(&exact.estimates);
    for (one, exact) in coefficients {
        assert!((one.standardised - exact.standardised).abs() < 1e-7);
    }
}

#[tokio::test]
async fn more_steps_than_are_needed_change_nothing() {
    let (regression, fit, exact) = cut_short(Family::Logistic, MOST_STEPS).await;
    assert!(!fit.was_cut_short(&regression));
    assert!(distance(&fit, &exact) < 1e-6);
    let unlimited = respecified(&regression, |spec| spec.steps = None);
    assert!(!fit.was_cut_short(&unlimited));
}

#[test]
fn a_fit_takes_at_least_one_step_and_not_more_than_sums_allow() {
    let (regression, _) = study(Family::Logistic, &[20], 4);
    for steps in [0, MOST_STEPS + 1] {
        let mut spec = regression.specification().clone();
        spec.steps = Some(steps);
        assert_eq!(
            Regression::try_from(spec),
            Err(BadSpecification::Steps { steps })
        );
    }
}
