//! What is wrong, in English.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use consilium_data::{ReadError, design::MatrixError};
use consilium_entities::EntitiesError;
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, PlanError};
use consilium_preparation::PreparationError;
use consilium_schema::SchemaError;
use serde::Serialize;

use super::words;
use crate::Measure;

/// A part of an institution's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Models are fitted to these.
    Training,
    /// Models are measured on these.
    Test,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Training => "training",
            Part::Test => "test",
        })
    }
}

/// What is wrong with an experiment or a file that it names.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabFault {
    /// A text can't be read.
    #[error("can't be read: {}", words::of_file(*.0, Lang::En))]
    Unreadable(io::ErrorKind),
    /// The text is no TOML, or a key or value is not one of an experiment's.
    #[error("{0}")]
    Toml(String),
    /// Another version of the program wrote it.
    #[error("format {format} is not known, this program reads format {known}")]
    Format {
        /// The experiment's.
        format: u32,
        /// Ours.
        known: u32,
    },
    /// People read it.
    #[error("{key} needs 1 to {most} characters, all of them seen, without blanks at the ends")]
    Text {
        /// The key.
        key: &'static str,
        /// The most characters.
        most: usize,
    },
    /// A list has something in it.
    #[error("{key} is empty: give at least one value")]
    Empty {
        /// The key.
        key: String,
    },
    /// A value is given once.
    #[error("{key} has {value} twice")]
    Twice {
        /// The key.
        key: String,
        /// The value.
        value: String,
    },
    /// A number is outside its range.
    #[error("{key} must be {allowed}")]
    Number {
        /// The key.
        key: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// What is published is of what is measured here.
    #[error("a plan of this label is measured by {}", names(measures))]
    Unmeasured {
        /// What is measured.
        measures: &'static [Measure],
    },
    /// A published figure stands beside an arm.
    #[error(
        "beside must be \"pooled\", \"exact\" or the name of a block of settings, not {block:?}"
    )]
    NoBlock {
        /// What is named.
        block: String,
    },
    /// The plan, or one of its settings, is none.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A file of a plan's columns is none.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A file of a plan's preparation is none.
    #[error(transparent)]
    Preparation(#[from] PreparationError),
    /// The lab runs some kinds of plans.
    #[error(
        "a plan of kind = {kind:?} can't be varied: train-glm, train-gbdt, train-vertical-gbdt and train-hybrid-gbdt can"
    )]
    Kind {
        /// The plan's.
        kind: &'static str,
    },
    /// Rows are matched by the key of an alignment among the same parties.
    #[error("the alignment {file:?} gives no common rows of {party}")]
    Alignment {
        /// The alignment's plan.
        file: String,
        /// Who is not in it, or gets no rows.
        party: PartyId,
    },
    /// The plan names its alignment by a file, so that the key is known.
    #[error(
        "an experiment needs the alignment's plan, for the key by which rows are matched: write the name of its \
         file beside this plan, as in alignment = \"align.toml\", not a hash"
    )]
    AlignmentUnknown,
    /// What is varied is a plan.
    #[error("this is an experiment, not a plan: name the plan that it varies")]
    NotPlan,
    /// A plan is varied by an experiment.
    #[error("this is a plan, not an experiment: `consilium lab new` writes one for it")]
    NotExperiment,
    /// Rows of all hospitals are matched by one key.
    #[error("the alignment {file:?} has another key than the first")]
    OtherKey {
        /// The alignment's plan.
        file: String,
    },
    /// A file is named that is not there.
    #[error("{}: {}", path.display(), words::of_file(*kind, Lang::En))]
    NoFile {
        /// The path.
        path: PathBuf,
        /// What the operating system says.
        kind: io::ErrorKind,
    },
    /// Rows come one way.
    #[error("either [data.PARTY] with a file for each institution, or one [table], is needed")]
    Source,
    /// Names are those of the plan's contributors.
    #[error("the plan has no contributor {party:?}; it has {}", joined(known))]
    NoParty {
        /// What is named.
        party: String,
        /// Who contributes.
        known: Vec<PartyId>,
    },
    /// Each contributor has its rows.
    #[error("nothing is given for {party}, a contributor of the plan")]
    PartyMissing {
        /// Who.
        party: PartyId,
    },
    /// Each way of splitting a table has keys of its own.
    #[error("by = {by:?} needs {needed}, and no other key")]
    SplitKeys {
        /// The way.
        by: &'static str,
        /// Its keys.
        needed: &'static str,
    },
    /// Rows are split in horizontal plans, columns in vertical ones.
    #[error("by = {by:?} does not suit a plan of kind = {kind:?}: {instead}")]
    SplitKind {
        /// The way.
        by: &'static str,
        /// The plan's.
        kind: &'static str,
        /// What suits it.
        instead: &'static str,
    },
    /// Only classes can be skewed.
    #[error("by = \"label-skew\" needs labels of two classes: this plan predicts numbers")]
    SkewNumbers,
    /// Test rows are chosen one way.
    #[error("[test] needs either share or folds")]
    Test,
    /// Test rows are chosen by somebody.
    #[error("[test] with share or folds is needed: no file says which rows are for testing")]
    TestMissing,
    /// Split files say it already.
    #[error("the split files say which rows are for testing: leave out [test]")]
    TestTwice,
    /// All institutions have split files, or none.
    #[error("{party} has no split, and others have one: all need one, or none")]
    SplitMissing {
        /// Who.
        party: PartyId,
    },
    /// Common rows are split alike at all.
    #[error("a vertical plan's rows are split by [test], the same at all: leave out split")]
    SplitVertical,
    /// What may vary is declared.
    #[error("unknown knob {path:?}; {}", suggestion(near, known))]
    UnknownKnob {
        /// What is written.
        path: String,
        /// Knobs with similar names; none, if nothing is similar.
        near: Vec<&'static str>,
        /// All knobs of this plan.
        known: Vec<&'static str>,
    },
    /// A knob is given the values that it takes.
    #[error("the values of {path:?} are a list, such as [16, 32]")]
    NoList {
        /// The knob.
        path: String,
    },
    /// A block varies something.
    #[error("this block turns no knob: give at least one, such as \"trees.bins\" = [16, 32]")]
    NoKnob,
    /// A setting is one model.
    #[error("{one:?} and {other:?} are two models: give each a block of its own")]
    Both {
        /// A knob.
        one: &'static str,
        /// Another.
        other: &'static str,
    },
    /// The plan's own parser refuses a setting.
    #[error("{setting}: {}", plan_message(error))]
    Setting {
        /// The knobs as they are set.
        setting: String,
        /// What the plan's parser says.
        error: PlanError,
    },
    /// Daemons refuse what is for experiments in one process.
    #[error("{setting}: only with mode = \"simulated\": leave mode = \"processes\" out, or this")]
    OnlySimulated {
        /// The knobs as they are set.
        setting: String,
    },
    /// Settings differ from each other.
    #[error("{setting}: the same plan as {}", other_setting(other.as_ref()))]
    SameSetting {
        /// The knobs as they are set.
        setting: String,
        /// Those of the other, and its line; none where it is the exact plan.
        other: Option<(String, usize)>,
    },
    /// Grids have an end.
    #[error("these blocks make more than {most} settings")]
    TooManySettings {
        /// The most.
        most: usize,
    },
    /// A table can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A table gives no matrix for the plan.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
    /// A column is asked for that is not declared.
    #[error("the schema declares no column {column:?}")]
    NoColumn {
        /// The column.
        column: String,
    },
    /// A value is nobody's.
    #[error("no usable row has {column} = {value:?}")]
    NoValue {
        /// The column.
        column: String,
        /// The value.
        value: String,
    },
    /// Something is learnt of labels that differ.
    #[error(
        "the label has one value in {}: nothing can be learnt, and AUC and D² are undefined",
        of_file(file.as_deref())
    )]
    OneLabel {
        /// The table that has it; none where all institutions' together do.
        file: Option<PathBuf>,
    },
    /// Rows that split a table are somebody's.
    #[error(
        "rows of no party: {}; give their values to parties, or leave them out with rest = \"drop\"",
        nobodys(column, values, Lang::En)
    )]
    NobodysRows {
        /// The column that splits the table.
        column: String,
        /// Values that no party names, none where there is none, with the number of their rows: the
        /// most first.
        values: Vec<(Option<String>, usize)>,
    },
    /// Keys are compared as they are written.
    #[error(
        "the key of {alignment} has the column {column:?}, which must be here and, if a schema declares it, of \
         type code or text"
    )]
    KeyColumn {
        /// The file of the alignment's plan.
        alignment: String,
        /// The column.
        column: String,
    },
    /// Rows have no keys to be matched by.
    #[error(transparent)]
    Keys(#[from] EntitiesError),
    /// One row of each person can be fitted.
    #[error("several rows have one key, and the alignment keeps them all: duplicates = \"first\"?")]
    SeveralRows,
    /// A patient at several hospitals counts several times only where the plan says so.
    #[error(
        "some patients are at another hospital too, which the plan refuses: \
         hybrid.repeated_patients = true?"
    )]
    Repeated,
    /// A split places each row once.
    #[error("{0}; a split has the header row,split and lines such as 17,train")]
    SplitFile(String),
    /// A usable row is in no part.
    #[error("row {row} of {party} is usable and in no part")]
    Unplaced {
        /// Whose.
        party: PartyId,
        /// The row of data, counted from 1.
        row: usize,
    },
    /// Links are simulated, or they are those of this machine.
    #[error("mode = \"processes\" runs over the links of this machine: leave out [link]")]
    LinkProcesses,
    /// A cell over daemons has one alignment before it.
    #[error("mode = \"processes\" is not for kind = \"train-hybrid-gbdt\": leave it out")]
    HybridProcesses,
    /// Daemons align their rows among themselves before they grow trees.
    #[error(
        "mode = \"processes\" runs the alignment {file:?} over the plan's daemons: it must have the plan's \
         coordinator, and no other parties than contribute to the plan"
    )]
    AlignmentProcesses {
        /// The alignment's plan.
        file: String,
    },
    /// Daemons find common rows by their keys.
    #[error(
        "mode = \"processes\" finds common rows by the plan's alignment: give each institution its \
         own file in [data.PARTY]"
    )]
    ColumnsProcesses,
    /// Each institution has rows in each part.
    #[error("{party} has no {part} rows with seed {seed}{}", fold_text(*fold))]
    NoRows {
        /// Who.
        party: PartyId,
        /// The part that is empty.
        part: Part,
        /// The seed with which it is.
        seed: u64,
        /// The fold, counted from 0; none where a share is drawn.
        fold: Option<u32>,
    },
}

/// Gives what a plan's parser says, without a place: it would be one of a text that nobody wrote.
pub(crate) fn plan_message(error: &PlanError) -> String {
    match error {
        PlanError::Toml { message, .. } => words::of_parser(message),
        PlanError::Key { key, fault, .. } => format!("{key}: {fault}"),
        other => other.to_string(),
    }
}

fn suggestion(near: &[&str], known: &[&str]) -> String {
    if near.is_empty() {
        return format!("this plan has {}", known.join(", "));
    }
    format!("is it {}?", near.join(" or "))
}

/// Lists values that no party names, the first of many.
pub(super) fn nobodys(column: &str, values: &[(Option<String>, usize)], lang: Lang) -> String {
    const MOST: usize = 8;
    let of = |(value, rows): &(Option<String>, usize)| match (value, lang) {
        (Some(value), Lang::En) => format!("{rows} with {column} = {value:?}"),
        (Some(value), Lang::Zh) => format!("{column} = {value:?} 的 {rows} 行"),
        (None, Lang::En) => format!("{rows} without {column}"),
        (None, Lang::Zh) => format!("没有 {column} 的 {rows} 行"),
    };
    let mut said: Vec<String> = values.iter().take(MOST).map(of).collect();
    let more = values.iter().skip(MOST);
    if more.len() > 0 {
        let (others, rows) = (more.len(), more.map(|(_, rows)| rows).sum::<usize>());
        said.push(lang.pick(
            format!("{rows} with {others} other values"),
            format!("另外 {others} 个取值的 {rows} 行"),
        ));
    }
    said.join(lang.pick(", ", "、"))
}

fn other_setting(other: Option<&(String, usize)>) -> String {
    match other {
        None => "the exact plan".to_owned(),
        Some((setting, line)) => format!("{setting} on line {line}"),
    }
}

pub(super) fn joined(parties: &[PartyId]) -> String {
    let names: Vec<&str> = parties.iter().map(PartyId::as_str).collect();
    names.join(", ")
}

/// Names measures as an experiment does, in quotes.
pub(super) fn names(measures: &[Measure]) -> String {
    let name = |measure: &Measure| serde_json::to_string(measure).unwrap_or_default();
    measures.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn of_file(file: Option<&Path>) -> String {
    file.map_or_else(
        || "all rows of all institutions".to_owned(),
        |file| format!("all rows of {}", file.display()),
    )
}

fn fold_text(fold: Option<u32>) -> String {
    fold.map_or_else(String::new, |fold| format!(" in fold {fold}"))
}
