//! A published model with the plan that it comes from.

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use consilium_glm::Published;
use consilium_plan::{Lang, Plan, PlanHash, Task, TrainGlm};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::mistaken::Mistaken;
use crate::hint::{Misuse, OrHint as _};

/// What `consilium study result` leaves as `model.json`.
#[derive(Debug, Deserialize)]
pub(super) struct Model {
    pub(super) plan: Plan,
    pub(super) fit: Published,
    /// What else the study said about it.
    #[serde(flatten)]
    pub(super) more: Map<String, Value>,
}

impl Model {
    pub(super) fn read(path: &Path, lang: Lang) -> anyhow::Result<Model> {
        let reading = lang.pick("reading the model", "读取模型");
        let reading = || format!("{reading} {}", path.display());
        let hint = lang.pick(
            "a model is the file model.json that `consilium study result STUDY --out FOLDER` writes",
            "模型是 `consilium study result 研究 --out 文件夹` 写出的 model.json",
        );
        let text = fs::read(path).with_context(reading).or_hint(hint)?;
        let model = Model::parse(&text, lang);
        if model.is_err()
            && let Some(other) = Mistaken::recognise(&text)
        {
            return Err(Misuse(other.say(path, lang))).or_hint(other.hint(path, lang));
        }
        model.with_context(reading).or_hint(hint)
    }

    fn parse(text: &[u8], lang: Lang) -> anyhow::Result<Model> {
        let model: Model = serde_json::from_slice(text)?;
        if !matches!(model.plan.task(), Task::TrainGlm(_)) {
            bail!("the model is not one of its plan, which fits none");
        }
        if !model.fit.suits(&model.task().regression) {
            bail!(lang.pick(
                "the model is not one of its plan: their columns differ",
                "模型与其方案不符：两者的列不同",
            ));
        }
        Ok(model)
    }

    /// Gives what was to be trained.
    pub(super) fn task(&self) -> &TrainGlm {
        match self.plan.task() {
            Task::TrainGlm(task) => task,
            Task::Align(_) => unreachable!("whoever reads a model sees that its plan fits one"),
        }
    }

    /// Gives the names of the model's columns; a category has one for each level but one.
    pub(super) fn columns(&self) -> Vec<String> {
        let columns = &self.task().regression.specification().columns;
        columns.iter().map(|column| column.name.clone()).collect()
    }

    /// Gives for each column the term of the predictor where its value is missing.
    pub(super) fn terms_when_missing(&self) -> Vec<f64> {
        let raw = self.fit.raw.columns.iter().enumerate();
        raw.map(|(place, (slope, missing))| {
            let mut terms = self.fit.design.terms.iter();
            let term = terms.find(|term| term.column == place && !term.missing);
            term.map_or(0.0, |term| slope * term.centre.mean) + missing
        })
        .collect()
    }

    pub(super) fn study(&self) -> PlanHash {
        self.plan.hash()
    }
}
