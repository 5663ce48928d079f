//! A part of a model that several institutions hold together, as one of them has it.

use std::{fs, io::Write, path::Path};

use anyhow::{Context as _, bail, ensure};
use consilium_gbdt::vertical::{ModelPart, Whose};
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, Plan, PlanHash, Task, Vertical};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    table::{align_numbers, table},
    terminal::printable,
};

/// What `consilium study result` leaves of it as `model.json`.
#[derive(Debug, Deserialize)]
pub(super) struct PlannedPart {
    plan: Plan,
    study: PlanHash,
    #[serde(flatten)]
    part: ModelPart,
}

/// Says whether a file holds a part of a model.
pub(super) fn is_one(text: &[u8]) -> bool {
    let kind = serde_json::from_slice::<Value>(text).map(|it| it["kind"].clone());
    kind.is_ok_and(|kind| kind == ModelPart::KIND)
}

/// Gives the part that a file holds; nothing if it holds another thing.
///
/// # Errors
///
/// If it can't be read, or says that it is a part and is none of its plan.
pub(super) fn read(path: &Path, lang: Lang) -> anyhow::Result<Option<PlannedPart>> {
    let reading = lang.pick("reading the model", "读取模型");
    let reading = || format!("{reading} {}", path.display());
    let text = fs::read(path).with_context(reading)?;
    if !is_one(&text) {
        return Ok(None);
    }
    PlannedPart::parse(&text, lang)
        .map(Some)
        .with_context(reading)
}

impl PlannedPart {
    fn parse(text: &[u8], lang: Lang) -> anyhow::Result<PlannedPart> {
        let read: PlannedPart = serde_json::from_slice(text)?;
        let is_of_plan = read.study == read.plan.hash() && suits(&read.part, read.task(lang)?);
        ensure!(is_of_plan, no_part(lang));
        Ok(read)
    }

    fn task(&self, lang: Lang) -> anyhow::Result<&Vertical> {
        match self.plan.task() {
            Task::Vertical(task) => Ok(task),
            _ => bail!(no_part(lang)),
        }
    }

    /// Prints by which columns the trees go, as far as this part tells.
    pub(super) fn show(&self, json: bool, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
        let splits = self.part.splits();
        if json {
            for (whose, splits) in splits {
                let mut line = json!(splits);
                match whose {
                    Whose::Own(column) => line["column"] = json!(column),
                    Whose::Of(party) => line["party"] = json!(party),
                }
                writeln!(out, "{line}")?;
            }
            return Ok(());
        }
        let task = self.task(lang)?;
        writeln!(out, "{}", self.plan.title())?;
        let said = [
            (lang.pick("purpose", "用途"), self.plan.purpose().to_owned()),
            (lang.pick("study", "研究"), self.plan.hash().to_string()),
            (lang.pick("part", "分片"), role(&self.part, task, lang)),
        ];
        let colon = lang.pick(": ", "：");
        for (name, value) in said {
            writeln!(out, "{name}{colon}{value}")?;
        }
        let mut header = vec![lang.pick("column", "列"), lang.pick("splits", "分裂次数")];
        // Only the label holder knows what splits are worth.
        if matches!(self.part, ModelPart::LabelHolder(_)) {
            header.push(lang.pick("gain", "增益"));
        }
        let width = header.len();
        let mut table = table();
        table.set_header(header);
        for (whose, splits) in splits {
            let name = match whose {
                Whose::Own(column) => printable(column),
                Whose::Of(party) => columns_of(party, task, lang),
            };
            let gain = splits.gain.map(|gain| format!("{gain:.4}"));
            table.add_row([name, splits.splits.to_string()].into_iter().chain(gain));
        }
        align_numbers(&mut table, 1..width);
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

/// Says whether a part is of a party of the plan, by its columns.
fn suits(part: &ModelPart, task: &Vertical) -> bool {
    let has_labels = matches!(part, ModelPart::LabelHolder(_));
    task.members.iter().any(|member| {
        let is_label_holder = member.party == task.label_holder;
        member.inputs == part.columns() && is_label_holder == has_labels
    })
}

/// Says whose part it is, as far as it tells.
fn role(part: &ModelPart, task: &Vertical, lang: Lang) -> String {
    let of_hospitals = || {
        let mut hospitals = task.hospitals().filter_map(|it| task.member(it));
        hospitals.any(|hospital| hospital.inputs == part.columns())
    };
    match part {
        ModelPart::LabelHolder(model) => {
            let trees = model.trees().len();
            lang.pick(
                format!("that of the label holder: {trees} trees"),
                format!("标签方的分片：{trees} 棵树"),
            )
        }
        ModelPart::FeatureHolder(model) if of_hospitals() => {
            let splits = model.rules().len();
            lang.pick(
                format!("that of each hospital: {splits} splits of the hospitals"),
                format!("每家医院的分片：各医院共有的 {splits} 个分裂"),
            )
        }
        ModelPart::FeatureHolder(model) => {
            let splits = model.rules().len();
            lang.pick(
                format!("that of a feature holder: {splits} splits"),
                format!("特征方的分片：{splits} 个分裂"),
            )
        }
    }
}

/// Names the columns of another party, or of several that the model calls by one name.
fn columns_of(party: &PartyId, task: &Vertical, lang: Lang) -> String {
    let terms = task.group().and_then(|group| group.terms.as_ref());
    if terms.is_none_or(|terms| terms.name != *party) {
        return lang.pick(
            format!("all columns of {party}"),
            format!("{party} 的所有列"),
        );
    }
    let hospitals: Vec<&str> = task.hospitals().map(PartyId::as_str).collect();
    lang.pick(
        format!("all columns of the {party}: {}", hospitals.join(", ")),
        format!("{party}（{}）的所有列", hospitals.join("、")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    /// The example's plan that grows trees.
    fn plan(example: &str) -> Plan {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        let file = examples.join(example).join("train.toml");
        plan::load(&file, Lang::En).unwrap().plan
    }

    /// A party's part as its file has it: one tree, by the first own column and below by others'.
    fn file(plan: &Plan, party: &str, others: &[&str]) -> Value {
        let Task::Vertical(task) = plan.task() else {
            panic!("the example is of several columns");
        };
        let party: PartyId = party.parse().unwrap();
        let columns = &task.member(&party).unwrap().inputs;
        let rule = json!({ "column": 0, "threshold": 0.5, "missing": "left" });
        let part = if party == task.label_holder {
            let leaf = json!({ "leaf": { "value": 0.25, "cover": 2.0 } });
            let mut nodes = vec![json!({ "branch": {
                "choice": { "own": rule }, "left": 1, "right": 2, "gain": 4.0, "cover": 9.0,
            } })];
            for holder in 0..others.len() {
                nodes.push(json!({ "branch": {
                    "choice": { "theirs": { "holder": holder, "split": 0 } },
                    "left": 2 * holder + 3, "right": 2 * holder + 4,
                    "gain": 1.5 + holder as f64, "cover": 4.0,
                } }));
            }
            nodes.resize(2 * others.len() + 3, leaf);
            let holders: Vec<Value> = others.iter().map(|it| json!([it, 1])).collect();
            json!({ "role": "label-holder", "part": {
                "format": 1, "objective": "logistic", "columns": columns, "holders": holders,
                "base_score": -2.0, "trees": [nodes],
            } })
        } else {
            json!({ "role": "feature-holder", "part": {
                "format": 1, "columns": columns, "rules": [rule, rule],
            } })
        };
        let mut file = json!({ "kind": ModelPart::KIND, "plan": plan, "study": plan.hash() });
        for (key, value) in part.as_object().unwrap() {
            file[key] = value.clone();
        }
        file
    }

    fn shown(file: &Value, json: bool, lang: Lang) -> String {
        let part = PlannedPart::parse(file.to_string().as_bytes(), lang).unwrap();
        let mut page = Vec::new();
        part.show(json, &mut page, lang).unwrap();
        String::from_utf8(page).unwrap()
    }

    #[test]
    fn what_splits_are_worth_is_told_by_own_columns_and_by_other_parties() {
        let file = file(&plan("admission"), "hospital", &["commercial", "public"]);
        let lines: Vec<Value> = shown(&file, true, Lang::En)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let own = lines.iter().filter(|line| line.get("column").is_some());
        let used = own.filter(|line| line["splits"] != 0);
        let first = json!({ "column": "alzheimer", "splits": 1, "gain": 4.0 });
        assert_eq!(used.collect::<Vec<_>>(), [&first]);
        let others: Vec<_> = lines
            .iter()
            .filter(|it| it.get("party").is_some())
            .collect();
        let of = |party: &str, gain: f64| json!({ "party": party, "splits": 1, "gain": gain });
        assert_eq!(others, [&of("commercial", 1.5), &of("public", 2.5)]);
    }

    #[test]
    fn a_part_that_does_not_tell_what_splits_are_worth_has_no_column_for_it() {
        let plan = plan("admission");
        for (party, others, told) in [
            ("hospital", &["commercial", "public"][..], true),
            ("public", &[], false),
        ] {
            let file = file(&plan, party, others);
            assert_eq!(
                shown(&file, false, Lang::En).contains("gain"),
                told,
                "{party}"
            );
            assert_eq!(
                shown(&file, true, Lang::En).contains("gain"),
                told,
                "{party}"
            );
        }
    }

    #[test]
    fn hospitals_that_share_a_schema_are_named_in_the_place_of_what_the_model_calls_them() {
        let plan = plan("hospitals");
        let labels = file(&plan, "public", &["hospitals", "commercial"]);
        let hospital = file(&plan, "south", &[]);
        let holder = file(&plan, "commercial", &[]);
        for (lang, said) in [
            (
                Lang::En,
                [
                    "all columns of the hospitals: north, south, west",
                    "that of each hospital: 2 splits of the hospitals",
                    "that of a feature holder: 2 splits",
                ],
            ),
            (
                Lang::Zh,
                [
                    "hospitals（north、south、west）的所有列",
                    "每家医院的分片：各医院共有的 2 个分裂",
                    "特征方的分片：2 个分裂",
                ],
            ),
        ] {
            for (file, said) in [&labels, &hospital, &holder].into_iter().zip(said) {
                let page = shown(file, false, lang);
                assert!(page.contains(said), "{said}: {page}");
            }
        }
    }

    #[test]
    fn a_part_of_another_plan_or_of_other_columns_is_refused() {
        let plans = ["admission", "hospitals"].map(plan);
        let own = file(&plans[0], "public", &[]);
        assert!(PlannedPart::parse(own.to_string().as_bytes(), Lang::En).is_ok());
        let mut of_other_study = own.clone();
        of_other_study["study"] = json!(plans[1].hash());
        let mut of_other_columns = own;
        of_other_columns["part"]["columns"] = json!(["age"]);
        for file in [of_other_study, of_other_columns] {
            let refused = PlannedPart::parse(file.to_string().as_bytes(), Lang::En).unwrap_err();
            assert_eq!(refused.to_string(), no_part(Lang::En));
        }
    }
}
