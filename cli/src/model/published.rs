//! A published model with the plan that it comes from.

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Learner, Plan, PlanHash, Task, Train};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::mistaken::Mistaken;
use crate::hint::{Misuse, OrHint as _};

/// What `consilium study result` leaves as `model.json`.
#[derive(Debug)]
pub(crate) struct Model {
    pub(super) plan: Plan,
    pub(super) fit: Fit,
    /// What else the study said about it.
    pub(super) more: Map<String, Value>,
}

/// A model, whatever has learnt it.
#[derive(Debug)]
pub(crate) enum Fit {
    Glm(Box<consilium_glm::Published>),
    Gbdt(Box<consilium_gbdt::training::Published>),
}

/// The file before its fit is read, which is as its plan says.
#[derive(Deserialize)]
struct Written {
    plan: Plan,
    fit: Value,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Fit {
    /// Reads a fit of a plan; nothing if the plan trains no model.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub(crate) fn read(fit: Value, plan: &Plan) -> serde_json::Result<Option<Fit>> {
        let Task::Train(task) = plan.task() else {
            return Ok(None);
        };
        Ok(Some(match &task.learner {
            Learner::Glm(_) => Fit::Glm(serde_json::from_value(fit)?),
            Learner::Gbdt(_) => Fit::Gbdt(serde_json::from_value(fit)?),
        }))
    }

    /// Counts the rows of all contributors that it was fitted to.
    pub(crate) fn rows(&self) -> u64 {
        match self {
            Fit::Glm(fit) => fit.rows,
            Fit::Gbdt(fit) => fit.rows,
        }
    }

    /// Gives whose rows are in it to its end.
    pub(crate) fn contributors(&self) -> &[PartyId] {
        match self {
            Fit::Glm(fit) => &fit.contributors,
            Fit::Gbdt(fit) => fit.rosters.last().map_or(&[], |last| &last.contributors),
        }
    }

    /// Counts how often the model was improved: updates of coefficients, or trees.
    pub(crate) fn iterations(&self) -> u64 {
        match self {
            Fit::Glm(fit) => fit.updates.into(),
            Fit::Gbdt(fit) => fit.model.trees().len() as u64,
        }
    }

    /// Predicts the label's mean for a row of the model's columns, NaN where a value is missing.
    pub(super) fn predict(&self, row: &[f64]) -> f64 {
        match self {
            Fit::Glm(fit) => fit.predict(row),
            Fit::Gbdt(fit) => fit.model.mean(row),
        }
    }

    /// Says whether it can be one of this learner's.
    fn suits(&self, learner: &Learner) -> bool {
        match (self, learner) {
            (Fit::Glm(fit), Learner::Glm(glm)) => fit.suits(&glm.regression),
            (Fit::Gbdt(fit), Learner::Gbdt(trees)) => trees.suits(&fit.model),
            _ => false,
        }
    }
}

impl Model {
    pub(crate) fn read(path: &Path, lang: Lang) -> anyhow::Result<Model> {
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
        let Written { plan, fit, more } = serde_json::from_slice(text)?;
        let Some(fit) = Fit::read(fit, &plan)? else {
            bail!("the model is not one of its plan, which trains none");
        };
        let model = Model { plan, fit, more };
        if !model.fit.suits(&model.task().learner) {
            bail!(lang.pick(
                "the model is not one of its plan: their columns differ",
                "模型与其方案不符：两者的列不同",
            ));
        }
        Ok(model)
    }

    /// Gives what was to be trained.
    pub(super) fn task(&self) -> &Train {
        match self.plan.task() {
            Task::Train(task) => task,
            Task::Align(_)
            | Task::Vertical(_)
            | Task::Statistics(_)
            | Task::Dictionary(_)
            | Task::Scarcity(_) => {
                unreachable!("whoever reads a model sees that its plan trains one")
            }
        }
    }

    /// Gives the names of the model's columns; a category has one for each level but one.
    pub(super) fn columns(&self) -> Vec<String> {
        let names = self.task().learner.column_names();
        names.into_iter().map(str::to_owned).collect()
    }

    pub(crate) fn title(&self) -> &str {
        self.plan.title()
    }

    pub(crate) fn study(&self) -> PlanHash {
        self.plan.hash()
    }
}
