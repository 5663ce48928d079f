//! In what a data set's columns differ from a plan's: by names and versions, and by no value.

use std::fmt::Display;

use consilium_mailbox::PartyId;
use consilium_schema::{Column, Differing, Schema, Told};

use crate::{Failure, Lang, Obstacle, Task, Train, texts::failure::Code};

/// The most parts in which a column differs at once.
pub(crate) const MOST_PARTS: usize = 4;

/// Compares a data set's schema with columns of a plan.
pub(crate) fn differences(planned: &[Column], schema: &Schema) -> Vec<Obstacle> {
    let compare = |planned: &Column| {
        let name = || planned.name().to_owned();
        let Some(ours) = schema.column(planned.name()) else {
            return Some(Obstacle::Missing(name()));
        };
        let parts = ours.differs_from(planned);
        (!parts.is_empty()).then(|| Obstacle::DiffersIn(name(), parts))
    };
    planned.iter().filter_map(compare).collect()
}

impl Train {
    /// Compares a data set's schema with the columns of the plan.
    ///
    /// Each must mean the same ([`Column::is_alike`](consilium_schema::Column::is_alike)); missing markers
    /// and how the file is read are each institution's own.
    pub fn obstacles(&self, schema: &Schema) -> Vec<Obstacle> {
        differences(&self.columns, schema)
    }
}

impl Task {
    /// Gives what the plan says of a column that a party brings.
    pub fn planned(&self, party: &PartyId, name: &str) -> Option<Told> {
        let columns = match self {
            Task::Train(task) => &task.columns,
            Task::Statistics(task) => &task.columns,
            Task::Scarcity(task) => &task.columns,
            Task::Vertical(task) => &task.member(party)?.columns,
            Task::Dictionary(task) => return task.planned(party, name),
            Task::Align(_) => return None,
        };
        let column = columns.iter().find(|column| column.name() == name)?;
        Some(column.told())
    }
}

impl Failure {
    /// Says that a party's column is not the plan's, and in what.
    pub fn of_column(planned: Option<&Told>, column: &str, parts: &[Differing]) -> Failure {
        let words = [Lang::En, Lang::Zh].map(|lang| describe_parts(parts, planned, lang));
        let failure = Failure::new(Code::DataColumnDiffers).with("column", column);
        failure.with_words("differing", words)
    }
}

/// Says in what a column differs from a plan's.
pub fn describe_parts(parts: &[Differing], planned: Option<&Told>, lang: Lang) -> String {
    said(parts, (planned, lang.pick("plan", "方案")), lang)
}

/// Says parts as they are at one place, and in brackets as they are at the other one.
pub(crate) fn said(
    parts: &[Differing],
    (other, place): (Option<&Told>, &str),
    lang: Lang,
) -> String {
    let beside = |here: String, there: Option<String>| match there {
        None => here,
        Some(there) => lang.pick(
            format!("{here} ({place}: {there})"),
            format!("{here}（{place}：{there}）"),
        ),
    };
    let none = lang.pick("none", "无");
    let named = |named: Option<&dyn Display>| named.map_or(none.to_owned(), ToString::to_string);
    let said = |part: &Differing| match part {
        Differing::Type(kind) => beside(
            format!("{} {}", lang.pick("type", "类型"), kind.name()),
            other.map(|other| other.kind.name().to_owned()),
        ),
        Differing::Unit(unit) => beside(
            format!(
                "{} {}",
                lang.pick("unit", "单位"),
                named(unit.as_ref().map(|unit| unit as &dyn Display))
            ),
            other.map(|other| named(other.unit.as_ref().map(|unit| unit as &dyn Display))),
        ),
        Differing::Codes(codes) => beside(
            format!(
                "{} {}",
                lang.pick("code system", "编码体系"),
                named(codes.as_ref().map(|codes| codes as &dyn Display))
            ),
            other.map(|other| named(other.codes.as_ref().map(|codes| codes as &dyn Display))),
        ),
        Differing::Range => lang.pick("range", "范围").to_owned(),
        Differing::Levels => lang.pick("levels", "取值").to_owned(),
        Differing::Width => lang.pick("length of codes", "编码长度").to_owned(),
        Differing::Order => lang.pick("order of days", "日期书写顺序").to_owned(),
    };
    let said: Vec<String> = parts.iter().map(said).collect();
    said.join(lang.pick("; ", "；"))
}
