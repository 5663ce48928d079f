//! A model as a file for other programs.

mod regression;
mod trees;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{Fit, Model};

/// Writes the model with all that is known about it; readable without this program.
pub(super) fn json(model: &Model) -> anyhow::Result<String> {
    let mut document = json!({
        "format": "consilium-model",
        "version": 1,
        "title": model.plan.title(),
        "purpose": model.plan.purpose(),
        "study": model.study().to_string(),
        "label": label(model),
        "rows": model.fit.rows(),
        "contributors": model.fit.contributors(),
        "plan": model.plan.to_string(),
        "published": model.more,
    });
    let own = match &model.fit {
        Fit::Glm(fit) => regression::json(model, fit),
        Fit::Gbdt(fit) => trees::json(fit)?,
    };
    if let (Value::Object(document), Value::Object(own)) = (&mut document, own) {
        let preparation = model.task().preparation.as_ref();
        let preparation = preparation.map(|it| ("preparation".to_owned(), json!(it.to_string())));
        document.extend(own.into_iter().chain(preparation));
    }
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// Writes the model as an ONNX file.
pub(super) fn onnx(model: &Model) -> anyhow::Result<Vec<u8>> {
    let metadata = |own: [(&'static str, String); 2]| {
        let [first, second] = own;
        let preparation = model.task().preparation.as_ref();
        let preparation = preparation.map(|it| ("preparation", it.to_string()));
        let mut all = vec![
            ("title", model.plan.title().to_owned()),
            ("purpose", model.plan.purpose().to_owned()),
            ("study", model.study().to_string()),
            first,
            ("label", label(model)),
            second,
            ("rows", model.fit.rows().to_string()),
            ("plan", model.plan.to_string()),
        ];
        all.extend(preparation);
        all
    };
    let file = match &model.fit {
        Fit::Glm(fit) => regression::onnx(model, fit, metadata),
        Fit::Gbdt(fit) => trees::onnx(model, fit, metadata),
    };
    file.context("writing ONNX")
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
