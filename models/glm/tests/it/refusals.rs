//! Rows and specifications that are refused before anything is sent.

use consilium_evaluation::Range;
use consilium_glm::{BadSpecification, BadTable, Family, Regression, Specification, Table};
use consilium_secagg::Bits;

use crate::world::{binary, number, specification};

#[test]
fn rows_that_do_not_suit_the_regression_are_counted_not_shown() {
    let columns = vec![number("dose", -10.0, 10.0), binary("smoker")];
    let of = |family| Regression::try_from(specification(family, columns.clone())).unwrap();
    let refusal = |family, dose: f64, smoker: f64, label: f64| {
        Table::new(&of(family), vec![0.0, 0.0, dose, smoker], vec![1.0, label]).unwrap_err()
    };
    let values = |column: &str| BadTable::Values {
        column: column.into(),
        rows: 1,
    };
    assert_eq!(refusal(Family::Logistic, 10.5, 1.0, 1.0), values("dose"));
    assert_eq!(
        refusal(Family::Logistic, f64::INFINITY, 1.0, 1.0),
        values("dose")
    );
    assert_eq!(refusal(Family::Logistic, 1.0, 0.5, 1.0), values("smoker"));
    for (family, label) in [
        (Family::Logistic, 2.0),
        (Family::Poisson, 1.5),
        (Family::Poisson, -1.0),
        (Family::Gamma, 0.0),
        (Family::Gaussian, f64::NAN),
        (Family::Gaussian, 1001.0),
    ] {
        assert_eq!(
            refusal(family, 1.0, 1.0, label),
            BadTable::Labels { rows: 1 }
        );
    }
    let ragged = Table::new(&of(Family::Logistic), vec![0.0; 3], vec![1.0]);
    assert!(matches!(ragged, Err(BadTable::Shape { .. })));
    let long = Table::new(
        &of(Family::Gaussian),
        vec![0.0; 200_002],
        vec![0.0; 100_001],
    );
    assert!(matches!(long, Err(BadTable::TooManyRows { .. })));
}

#[test]
fn specifications_that_make_no_sense_are_refused() {
    let refusal = |change: fn(&mut Specification)| {
        let mut spec = specification(Family::Logistic, vec![binary("a"), binary("b")]);
        change(&mut spec);
        Regression::try_from(spec).unwrap_err()
    };
    assert!(matches!(
        refusal(|spec| spec.columns[1].name = "a".into()),
        BadSpecification::Twice { .. }
    ));
    assert!(matches!(
        refusal(|spec| spec.columns.clear()),
        BadSpecification::Columns { columns: 0 }
    ));
    assert_eq!(
        refusal(|spec| spec.penalty = -1.0),
        BadSpecification::Penalty
    );
    assert_eq!(
        refusal(|spec| spec.penalty = f64::NAN),
        BadSpecification::Penalty
    );
    assert_eq!(refusal(|spec| spec.most_rows = 0), BadSpecification::Rows);
    assert_eq!(
        refusal(|spec| spec.most_rows = u64::MAX),
        BadSpecification::Rows
    );
    assert!(matches!(
        refusal(|spec| spec.labels = Range::new(0.0, 2.0).unwrap()),
        BadSpecification::Labels { .. }
    ));
    assert_eq!(
        refusal(|spec| spec.bits = Bits::new(24).unwrap()),
        BadSpecification::TooFewBits { bits: 24 }
    );
    assert_eq!(Range::new(2.0, 1.0), None);
    assert_eq!(Range::new(0.0, f64::INFINITY), None);
}
