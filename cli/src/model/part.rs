//! A part of a model that several institutions hold together, as one of them has it.

use std::{fs, io::Write, path::Path};

use anyhow::{Context as _, bail, ensure};
use consilium_gbdt::{
    Tree,
    vertical::{Condition, FeatureModel, LabelModel},
};
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Plan, PlanHash, Task, Vertical};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    table::{align_numbers, table},
    terminal::printable,
};

/// What `consilium study result` leaves of it as `model.json`.
#[derive(Debug)]
pub(super) struct ModelPart {
    plan: Plan,
    part: Part,
}

/// What one institution holds.
#[derive(Debug, Deserialize)]
#[serde(tag = "role", content = "part", rename_all = "kebab-case")]
enum Part {
    LabelHolder(LabelModel),
    FeatureHolder(FeatureModel),
}

#[derive(Deserialize)]
struct Written {
    plan: Plan,
    study: PlanHash,
    #[serde(flatten)]
    part: Part,
}

/// What splits add up to.
#[derive(Clone, Debug, Default, PartialEq)]
struct Splits {
    count: u64,
    /// Only the party with the labels knows what splits are worth.
    gain: Option<f64>,
}

/// The kind that such a file says it is.
const KIND: &str = "gbdt-part";

/// Says whether a file holds a part of a model.
pub(super) fn is_one(text: &[u8]) -> bool {
    let kind = serde_json::from_slice::<Value>(text).map(|it| it["kind"].clone());
    kind.is_ok_and(|kind| kind == KIND)
}

/// Gives the part that a file holds; nothing if it holds another thing.
///
/// # Errors
///
/// If it can't be read, or says that it is a part and is none of its plan.
pub(super) fn read(path: &Path, lang: Lang) -> anyhow::Result<Option<ModelPart>> {
    let reading = lang.pick("reading the model", "读取模型");
    let reading = || format!("{reading} {}", path.display());
    let text = fs::read(path).with_context(reading)?;
    if !is_one(&text) {
        return Ok(None);
    }
    ModelPart::parse(&text, lang)
        .map(Some)
        .with_context(reading)
}

impl ModelPart {
    fn parse(text: &[u8], lang: Lang) -> anyhow::Result<ModelPart> {
        let Written { plan, study, part } = serde_json::from_slice(text)?;
        let Task::Vertical(task) = plan.task() else {
            bail!(no_part(lang));
        };
        let is_of_plan = study == plan.hash() && part.suits(task);
        ensure!(is_of_plan, no_part(lang));
        Ok(ModelPart { plan, part })
    }

    /// Prints by which columns the trees go, as far as this part tells.
    pub(super) fn show(&self, json: bool, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
        let splits = self.part.splits();
        if json {
            for (whose, Splits { count, gain }) in splits {
                let (party, column) = whose.names();
                let line =
                    json!({ "party": party, "column": column, "splits": count, "gain": gain });
                writeln!(out, "{line}")?;
            }
            return Ok(());
        }
        writeln!(out, "{}", self.plan.title())?;
        let part = match &self.part {
            Part::LabelHolder(model) => lang.pick(
                format!("that of the label holder: {} trees", model.trees().len()),
                format!("标签方的分片：{} 棵树", model.trees().len()),
            ),
            Part::FeatureHolder(model) => lang.pick(
                format!("that of a feature holder: {} splits", model.rules().len()),
                format!("特征方的分片：{} 个分裂", model.rules().len()),
            ),
        };
        let said = [
            (lang.pick("purpose", "用途"), self.plan.purpose().to_owned()),
            (lang.pick("study", "研究"), self.plan.hash().to_string()),
            (lang.pick("part", "分片"), part),
        ];
        let colon = lang.pick(": ", "：");
        for (name, value) in said {
            writeln!(out, "{name}{colon}{value}")?;
        }
        let mut table = table();
        table.set_header([
            lang.pick("column", "列"),
            lang.pick("gain", "增益"),
            lang.pick("splits", "分裂次数"),
        ]);
        for (whose, Splits { count, gain }) in splits {
            let name = match &whose {
                Whose::Own(column) => printable(column),
                Whose::Of(party) => lang.pick(
                    format!("all columns of {party}"),
                    format!("{party} 的所有列"),
                ),
            };
            let gain = gain.map(|gain| format!("{gain:.4}"));
            table.add_row([name, gain.unwrap_or_default(), count.to_string()]);
        }
        align_numbers(&mut table, 1..3);
        writeln!(out, "\n{table}")?;
        Ok(())
    }
}

fn no_part(lang: Lang) -> &'static str {
    lang.pick(
        "it is no part of its plan's model",
        "它不是其方案的模型分片",
    )
}

/// Whose splits are added up.
#[derive(Clone, Debug, PartialEq)]
enum Whose {
    /// Those of an own column.
    Own(String),
    /// Those of all columns of another party.
    Of(PartyId),
}

impl Whose {
    fn names(&self) -> (Option<&PartyId>, Option<&str>) {
        match self {
            Whose::Own(column) => (None, Some(column)),
            Whose::Of(party) => (Some(party), None),
        }
    }
}

impl Part {
    /// Says whether it is of a party of the plan, by its columns.
    fn suits(&self, task: &Vertical) -> bool {
        let (columns, has_labels) = match self {
            Part::LabelHolder(model) => (model.columns(), true),
            Part::FeatureHolder(model) => (model.columns(), false),
        };
        task.members.iter().any(|member| {
            let is_label_holder = member.party == task.label_holder;
            member.inputs == columns && is_label_holder == has_labels
        })
    }

    /// Adds up the splits by each own column, then those by each other party's.
    fn splits(&self) -> Vec<(Whose, Splits)> {
        let own = |columns: &[String], none: &Splits| -> Vec<(Whose, Splits)> {
            let columns = columns.iter().cloned().map(Whose::Own);
            columns.map(|whose| (whose, none.clone())).collect()
        };
        match self {
            Part::FeatureHolder(model) => {
                let mut all = own(model.columns(), &Splits::default());
                for rule in model.rules() {
                    all[rule.column as usize].1.count += 1;
                }
                all
            }
            Part::LabelHolder(model) => {
                let none = Splits {
                    count: 0,
                    gain: Some(0.0),
                };
                let mut all = own(model.columns(), &none);
                let others = all.len();
                let holders = model.holders().iter();
                all.extend(holders.map(|(party, _)| (Whose::Of(party.clone()), none.clone())));
                for (_, branch) in model.trees().iter().flat_map(Tree::branches) {
                    let place = match &branch.choice {
                        Condition::Own(rule) => rule.column as usize,
                        Condition::Theirs { holder, .. } => others + *holder as usize,
                    };
                    let (_, splits) = &mut all[place];
                    splits.count += 1;
                    splits.gain = splits.gain.map(|gain| gain + branch.gain);
                }
                all
            }
        }
    }
}
