//! A regression as a file for other programs.

use consilium_glm::{Family, Published};
use consilium_onnx::{InverseLink, LinearModel, NotExportable};
use consilium_plan::{Learner, Missing};
use serde_json::{Value, json};

use super::Model;

/// Gives what of the document is the regression's own.
pub(super) fn json(model: &Model, fit: &Published) -> Value {
    let columns: Vec<Value> = model
        .columns()
        .into_iter()
        .zip(&fit.raw.columns)
        .zip(terms_when_missing(fit))
        .map(|((name, (slope, _)), when_missing)| {
            json!({ "name": name, "slope": slope, "when_missing": when_missing })
        })
        .collect();
    json!({
        "family": fit.family.name(),
        "mean": formula(fit.family),
        "missing": missing(model).map(Missing::name),
        "intercept": fit.raw.intercept,
        "columns": columns,
        "dispersion": fit.dispersion,
        "estimates": fit.estimates,
    })
}

/// Writes the regression as an ONNX file.
pub(super) fn onnx(
    model: &Model,
    fit: &Published,
    metadata: impl Fn([(&'static str, String); 2]) -> Vec<(&'static str, String)>,
) -> Result<Vec<u8>, NotExportable> {
    let slopes: Vec<f64> = fit.raw.columns.iter().map(|(slope, _)| *slope).collect();
    let missing = match missing(model) {
        Some(Missing::Drop) => {
            "drop: a row with a missing value has no score, whatever is computed"
        }
        rule => rule.map_or("", Missing::name),
    };
    let linear = LinearModel {
        name: "consilium",
        columns: &model.columns(),
        preparation: model.task().preparation.as_ref(),
        intercept: fit.raw.intercept,
        slopes: &slopes,
        when_missing: &terms_when_missing(fit),
        inverse_link: match fit.family {
            Family::Gaussian => InverseLink::Identity,
            Family::Logistic => InverseLink::Sigmoid,
            Family::Poisson | Family::Gamma => InverseLink::Exp,
        },
        metadata: &metadata([
            ("family", fit.family.name().to_owned()),
            ("missing", missing.to_owned()),
        ]),
    };
    linear.to_onnx()
}

fn missing(model: &Model) -> Option<Missing> {
    match &model.task().learner {
        Learner::Glm(glm) => Some(glm.missing),
        Learner::Gbdt(_) => None,
    }
}

/// Gives for each column the term of the predictor where its value is missing.
fn terms_when_missing(fit: &Published) -> Vec<f64> {
    let raw = fit.raw.columns.iter().enumerate();
    raw.map(|(place, (slope, missing))| {
        let mut terms = fit.design.terms.iter();
        let term = terms.find(|term| term.column == place && !term.missing);
        term.map_or(0.0, |term| slope * term.centre.mean) + missing
    })
    .collect()
}

fn formula(family: Family) -> &'static str {
    match family {
        Family::Gaussian => "intercept + sum of terms",
        Family::Logistic => "1 / (1 + exp(-(intercept + sum of terms)))",
        Family::Poisson | Family::Gamma => "exp(intercept + sum of terms)",
    }
}
