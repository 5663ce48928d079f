//! Linear models in tract.

use consilium_onnx::{InverseLink, LinearModel, NotExportable};

use crate::tract;

pub(crate) const ROWS: [[f64; 3]; 4] = [
    [61.0, 1.0, 0.5],
    [f64::NAN, 0.0, 2.25],
    [40.5, f64::NAN, f64::NAN],
    [0.0, 0.0, 0.0],
];
const SLOPES: [f64; 3] = [0.0222, 1.25005, -0.50274];
const WHEN_MISSING: [f64; 3] = [1.181, 0.97, 0.0];
const INTERCEPT: f64 = -2.14075;

pub(crate) fn by_hand(row: [f64; 3], link: InverseLink) -> f64 {
    let mut predictor = INTERCEPT;
    for ((value, slope), missing) in row.iter().zip(SLOPES).zip(WHEN_MISSING) {
        predictor += if value.is_nan() {
            missing
        } else {
            value * slope
        };
    }
    match link {
        InverseLink::Identity => predictor,
        InverseLink::Sigmoid => 1.0 / (1.0 + (-predictor).exp()),
        InverseLink::Exp => predictor.exp(),
    }
}

pub(crate) fn model(columns: &[String], inverse_link: InverseLink) -> LinearModel<'_> {
    LinearModel {
        name: "test",
        columns,
        preparation: None,
        intercept: INTERCEPT,
        slopes: &SLOPES,
        when_missing: &WHEN_MISSING,
        inverse_link,
        metadata: &[],
    }
}

pub(crate) fn columns() -> Vec<String> {
    ["age", "sex", "oldpeak"].map(str::to_owned).to_vec()
}

#[test]
fn another_runtime_gives_the_same_scores() {
    for link in [
        InverseLink::Identity,
        InverseLink::Sigmoid,
        InverseLink::Exp,
    ] {
        let file = model(&columns(), link).to_onnx().unwrap();
        let means = tract::run(&tract::read(&file), &ROWS);
        for (row, mean) in ROWS.iter().zip(means) {
            let [mean] = mean[..] else {
                panic!("{mean:?}");
            };
            let expected = by_hand(*row, link);
            assert!(
                (mean / expected - 1.0).abs() < 1e-12,
                "{link:?} {row:?}: {mean} {expected}"
            );
        }
    }
}

#[test]
fn numbers_that_make_no_model_are_refused() {
    let two = &columns()[..2];
    assert_eq!(
        model(two, InverseLink::Exp).to_onnx(),
        Err(NotExportable::Lengths)
    );
    let columns = columns();
    let endless = LinearModel {
        intercept: f64::NAN,
        ..model(&columns, InverseLink::Exp)
    };
    assert_eq!(endless.to_onnx(), Err(NotExportable::NotFinite));
}
