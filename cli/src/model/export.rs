//! A model as a file for other programs.

use anyhow::Context as _;
use consilium_glm::Family;
use consilium_onnx::{InverseLink, LinearModel};
use consilium_plan::Missing;
use serde_json::{Value, json};

use super::Model;

/// Writes the model with all that is known about it; readable without this program.
pub(super) fn json(model: &Model) -> anyhow::Result<String> {
    let columns: Vec<Value> = model
        .columns()
        .into_iter()
        .zip(&model.fit.raw.columns)
        .zip(model.terms_when_missing())
        .map(|((name, (slope, _)), when_missing)| {
            json!({ "name": name, "slope": slope, "when_missing": when_missing })
        })
        .collect();
    let document = json!({
        "format": "consilium-model",
        "version": 1,
        "title": model.plan.title(),
        "purpose": model.plan.purpose(),
        "study": model.study().to_string(),
        "family": model.fit.family.name(),
        "mean": formula(model.fit.family),
        "label": label(model),
        "missing": model.task().missing.name(),
        "intercept": model.fit.raw.intercept,
        "columns": columns,
        "rows": model.fit.rows,
        "dispersion": model.fit.dispersion,
        "contributors": model.fit.contributors,
        "estimates": model.fit.estimates,
        "plan": model.plan.to_string(),
        "published": model.more,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// Writes the model as an ONNX file.
pub(super) fn onnx(model: &Model) -> anyhow::Result<Vec<u8>> {
    let columns = model.columns();
    let slopes: Vec<f64> = model
        .fit
        .raw
        .columns
        .iter()
        .map(|(slope, _)| *slope)
        .collect();
    let missing = match model.task().missing {
        Missing::Drop => "drop: a row with a missing value has no score, whatever is computed",
        rule => rule.name(),
    };
    let metadata = [
        ("title", model.plan.title().to_owned()),
        ("purpose", model.plan.purpose().to_owned()),
        ("study", model.study().to_string()),
        ("family", model.fit.family.name().to_owned()),
        ("label", label(model)),
        ("missing", missing.to_owned()),
        ("rows", model.fit.rows.to_string()),
        ("plan", model.plan.to_string()),
    ];
    let linear = LinearModel {
        name: "consilium",
        columns: &columns,
        intercept: model.fit.raw.intercept,
        slopes: &slopes,
        when_missing: &model.terms_when_missing(),
        inverse_link: match model.fit.family {
            Family::Gaussian => InverseLink::Identity,
            Family::Logistic => InverseLink::Sigmoid,
            Family::Poisson | Family::Gamma => InverseLink::Exp,
        },
        metadata: &metadata,
    };
    linear.to_onnx().context("writing ONNX")
}

fn label(model: &Model) -> String {
    use consilium_schema::LabelRule;
    let label = &model.task().label;
    match &label.rule {
        LabelRule::Value => label.column.clone(),
        LabelRule::Above(least) => format!("{} > {least}", label.column),
        LabelRule::Equals(level) => format!("{} = {level}", label.column),
    }
}

fn formula(family: Family) -> &'static str {
    match family {
        Family::Gaussian => "intercept + sum of terms",
        Family::Logistic => "1 / (1 + exp(-(intercept + sum of terms)))",
        Family::Poisson | Family::Gamma => "exp(intercept + sum of terms)",
    }
}
