//! The columns of files that a model is used on.

use std::{fs, path::Path};

use anyhow::Context as _;
use consilium_plan::{Lang, Obstacle, describe_parts};
use consilium_schema::{Column, Schema};

use super::Model;
use crate::hint::{Misuse, OrHint as _};

/// What a file has to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Features,
    FeaturesAndLabel,
}

impl Model {
    /// Gives the schema at `path`, checked against the plan's, or without one the plan's columns.
    ///
    /// # Errors
    ///
    /// If it can't be read, or a column that is wanted differs from the plan's.
    pub(super) fn schema(
        &self,
        path: Option<&Path>,
        wanted: Wanted,
        lang: Lang,
    ) -> anyhow::Result<Schema> {
        let task = self.task();
        // The plan's columns are those of features, and the label's.
        let is_wanted =
            |name: &str| wanted == Wanted::FeaturesAndLabel || name != task.label.column;
        let Some(path) = path else {
            let columns = task.columns.iter();
            let columns = columns.filter(|column| is_wanted(column.name()));
            let text: Vec<String> = columns.map(ToString::to_string).collect();
            return Schema::from_toml(&text.join("\n")).context("the plan's columns");
        };
        let reading = || {
            format!(
                "{} {}",
                lang.pick("reading the schema", "读取数据结构文件"),
                path.display()
            )
        };
        let schema = Schema::from_toml(&fs::read_to_string(path).with_context(reading)?);
        let schema = schema.with_context(reading)?;
        let obstacles = task.obstacles(&schema);
        let blamed = obstacles.iter().find_map(|obstacle| match obstacle {
            Obstacle::Missing(column) if is_wanted(column) => Some(lang.pick(
                format!("the schema has no column {column:?}"),
                format!("数据结构中没有列 {column:?}"),
            )),
            Obstacle::DiffersIn(column, parts) if is_wanted(column) => {
                let mut planned = task.columns.iter();
                let planned = planned.find(|planned| planned.name() == column);
                let planned = planned.map(Column::told);
                let differing = describe_parts(parts, planned.as_ref(), lang);
                Some(lang.pick(
                    format!("column {column:?} is not the plan's: {differing}"),
                    format!("列 {column:?} 与方案不同：{differing}"),
                ))
            }
            _ => None,
        });
        match blamed {
            None => Ok(schema),
            Some(blamed) => Err(Misuse(blamed)).or_hint(lang.pick(
                "type, unit, code system, range and levels of the features must be the plan's; `consilium model export --format json` shows the plan",
                "特征的类型、单位、编码体系、范围和取值必须与方案一致；`consilium model export --format json` 可查看方案",
            )),
        }
    }
}
