//! Data sets that the participant on this machine may use in studies.

use std::{
    fs,
    io::Write,
    ops::Range,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_base::hex;
use consilium_data::Counts;
use consilium_plan::{Lang, Name, UnixTime};
use consilium_proto::v1;
use consilium_schema::Schema;
use serde_json::{Value, json};

use super::{check, map::Opened, short, tell_counts};
use crate::{
    client::{Answer as _, Door, HouseDoor},
    hint::OrHint as _,
    listing::{self, Listed},
    terminal,
};

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The name that plans use
    #[arg(value_parser = name)]
    name: Name,
    /// A CSV file, plain or gzip, on the participant's machine
    #[arg(required_unless_present = "mapping", requires = "schema")]
    file: Option<PathBuf>,
    /// Its schema
    #[arg(long, value_name = "FILE", requires = "file")]
    schema: Option<PathBuf>,
    /// Instead of both: a mapping, whose query makes the rows of several files
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "schema"])]
    mapping: Option<PathBuf>,
    /// Which rows serve for testing: CSV with the header row,split and lines such as 17,train and
    /// 18,test; rows are counted from 1. May be given again
    #[arg(long, value_name = "NAME=FILE")]
    split: Vec<Split>,
    /// A table of codes: columns of its system and version hold no other codes. Institutions of a study that
    /// name such tables need the same ones. May be given again
    #[arg(long, value_name = "TABLE")]
    codes: Vec<PathBuf>,
    #[command(flatten)]
    door: HouseDoor,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// `NAME=FILE`.
#[derive(Clone, Debug)]
struct Split {
    name: Name,
    file: PathBuf,
}

impl FromStr for Split {
    type Err = String;

    fn from_str(text: &str) -> Result<Split, String> {
        let (split, file) = text.split_once('=').ok_or("a split is written NAME=FILE")?;
        Ok(Split {
            name: name(split)?,
            file: file.into(),
        })
    }
}

pub(super) fn name(text: &str) -> Result<Name, String> {
    Name::try_from(text.to_owned()).map_err(|fault| fault.to_string())
}

/// Checks a file in full, or runs a mapping, then has the participant register it.
pub(super) async fn add(args: &Add, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let mut request = v1::AddDataRequest {
        name: args.name.to_string(),
        ..v1::AddDataRequest::default()
    };
    let counts = match (&args.mapping, &args.file, &args.schema) {
        (Some(file), ..) => mapping(file, &mut request, lang)?,
        (None, Some(file), Some(schema)) => table(file, schema, &mut request, lang)?,
        _ => bail!(lang.pick("neither a file nor a mapping is named", "未指定文件或映射")),
    };
    tell_counts(&counts, lang);
    let splits = args.split.iter().map(|split| {
        Ok(v1::Split {
            name: split.name.to_string(),
            path: absolute(&split.file, lang)?,
        })
    });
    request.splits = splits.collect::<anyhow::Result<_>>()?;
    let codes = args.codes.iter().map(|table| absolute(table, lang));
    request.codes = codes.collect::<anyhow::Result<_>>()?;
    let mut participant = args.door.participant(lang).await?;
    let set = participant.add_data(request).await.answer(lang)?;
    if set.rows != counts.rows_read.0 {
        bail!(lang.pick(
            format!(
                "the daemon read {} rows, this command {}: the file changes while it is read",
                set.rows, counts.rows_read
            ),
            format!(
                "守护进程读入 {} 行，本命令读入 {} 行：文件在读取期间发生变化",
                set.rows, counts.rows_read
            ),
        ));
    }
    listing::print(&[set], args.json, out, lang)
}

/// Reads a table in full, as the daemon will.
fn table(
    file: &Path,
    schema: &Path,
    request: &mut v1::AddDataRequest,
    lang: Lang,
) -> anyhow::Result<Counts> {
    let reading = lang.pick("reading the schema", "读取数据结构文件");
    let reading = || format!("{reading} {}", schema.display());
    request.schema = fs::read_to_string(schema).with_context(reading)?;
    let schema = Schema::from_toml(&request.schema).with_context(reading)?;
    let counts = check(file, &schema, lang)?;
    request.path = absolute(file, lang)?;
    Ok(counts)
}

/// Runs a mapping in full, as the daemon will.
fn mapping(file: &Path, request: &mut v1::AddDataRequest, lang: Lang) -> anyhow::Result<Counts> {
    let opened = Opened::read(file, lang)?;
    let loaded = opened.rows(None, lang)?;
    request.path = absolute(&opened.file, lang)?;
    request.schema = opened.schema.to_string();
    opened.mapping.text().clone_into(&mut request.mapping);
    Ok(loaded.report.counts)
}

pub(super) async fn list(
    door: &Door,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut participant = door.participant(lang).await?;
    let sets = participant
        .list_data(v1::ListDataRequest {})
        .await
        .answer(lang)?;
    listing::print(&sets.sets, json, out, lang)
}

pub(super) async fn remove(
    (name, yes): (&Name, bool),
    door: &HouseDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut participant = door.participant(lang).await?;
    let question = lang.pick(
        format!("Studies that use {name} stop; its file is left alone. Remove it?"),
        format!("使用 {name} 的研究会停止；文件本身保留。确定移除？"),
    );
    if !yes && !terminal::confirm(&question, lang)? {
        bail!(lang.pick("nothing was removed", "未移除任何内容"));
    }
    let request = v1::RemoveDataRequest {
        name: name.to_string(),
    };
    let sets = participant.remove_data(request).await.answer(lang)?;
    listing::print(&sets.sets, json, out, lang)
}

impl Listed for v1::DataSet {
    const NONE: [&'static str; 2] = ["no data sets", "没有数据集"];
    const HEADER: &'static [[&'static str; 2]] = &[
        ["name", "名称"],
        ["rows", "行数"],
        ["version", "版本"],
        ["since", "自"],
        ["file", "文件"],
    ];
    const NUMBERS: Range<usize> = 1..2;

    fn row(&self, lang: Lang) -> Vec<String> {
        let changed = if self.unchanged {
            ""
        } else {
            lang.pick(" (changed!)", "（已改变！）")
        };
        let files = [&self.path].into_iter().chain(&self.sources);
        let files: Vec<&str> = files.map(String::as_str).collect();
        vec![
            self.name.clone(),
            self.rows.to_string(),
            short(&self.version),
            UnixTime(self.registered).to_string(),
            format!("{}{changed}", files.join(", ")),
        ]
    }

    fn line(&self, _: Lang) -> Value {
        json!({
            "name": self.name,
            "path": self.path,
            "sources": self.sources,
            "version": hex::encode(&self.version),
            "rows": self.rows,
            "registered": UnixTime(self.registered).to_string(),
            "unchanged": self.unchanged,
        })
    }
}

/// Gives a file's path as the daemon finds it, whose working folder is another.
fn absolute(path: &Path, lang: Lang) -> anyhow::Result<String> {
    let full = fs::canonicalize(path).with_context(|| path.display().to_string())?;
    let full = full.into_os_string().into_string();
    full.ok()
        .with_context(|| path.display().to_string())
        .or_hint(lang.pick(
            "the path is not UTF-8: move the file to one that is",
            "路径不是 UTF-8：请将文件移到 UTF-8 路径下",
        ))
}
