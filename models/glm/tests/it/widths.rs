//! What fewer bits for each element of a sum cost, and save.

use consilium_glm::{BadSpecification, Failure, GlmError, Regression, Table, local, sums_len};
use consilium_secagg::{Bits, packed_len};

use crate::{
    real::{heart, heart_regression, table},
    world::{Outcome, distance, fit},
};

/// The regression of the four hospitals with sums of that width, if it can be.
fn of_width(bits: u8) -> Result<Regression, BadSpecification> {
    let mut spec = heart_regression(1.0).specification().clone();
    spec.bits = Bits::new(bits).unwrap();
    Regression::try_from(spec)
}

fn tables(regression: &Regression) -> Vec<Table> {
    let hospitals = heart();
    let tables = hospitals.iter().map(|at| table(regression, &at.train));
    tables.collect()
}

#[tokio::test]
async fn narrower_sums_give_the_same_fit_and_save_little() {
    let mut before = usize::MAX;
    for bits in [64, 56, 48, 40] {
        let regression = of_width(bits).unwrap();
        let tables = tables(&regression);
        let exact = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
        let fit = fit(&regression, &tables).await.aggregator.unwrap();
        let apart = distance(&fit, &exact);
        let bytes = packed_len(sums_len(14), regression.specification().bits);
        println!("{bits} bits: {bytes} bytes a sum, coefficients within {apart:.1e}");
        assert!(apart < 1e-6 && bytes < before, "{bits} {apart}");
        before = bytes;
    }
}

#[tokio::test]
async fn sums_too_narrow_for_deviations_are_refused_with_a_column_s_name() {
    let regression = of_width(36).unwrap();
    let Outcome { aggregator, .. } = fit(&regression, &tables(&regression)).await;
    let failure = aggregator.unwrap_err();
    let is_named =
        matches!(&failure, GlmError::Failed(Failure::NarrowColumn { column }) if column == "age");
    assert!(is_named, "{failure}");
    assert_eq!(of_width(30), Err(BadSpecification::TooFewBits { bits: 30 }));
}
