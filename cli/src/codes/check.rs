//! `consilium codes check`.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::PathBuf,
};

use clap::Args;
use consilium_base::hex;
use consilium_codes::{CodeMap, CodeTable, Entry, Library, Mapping, Status};
use consilium_plan::Lang;
use serde_json::Value;

use super::read;
use crate::terminal::printable;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// A table, a map or a library, plain or gzip
    file: PathBuf,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &CheckArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let found = match read(&args.file, consilium_codes::kind, lang)?.as_str() {
        "map" => map(&read(&args.file, CodeMap::read, lang)?),
        "names" => library(&read(&args.file, Library::read, lang)?),
        _ => table(&read(&args.file, CodeTable::read, lang)?),
    };
    if args.json {
        let fields = found.into_iter().map(|it| (it.key.to_owned(), it.value));
        return Ok(writeln!(out, "{}", Value::Object(fields.collect()))?);
    }
    for Said { key, name, value } in found {
        let name = lang.pick(key, name);
        let value = value.as_str().map_or_else(|| value.to_string(), printable);
        writeln!(out, "{name}{}{value}", lang.pick(": ", "："))?;
    }
    Ok(())
}

/// One thing that is said of a file.
struct Said {
    key: &'static str,
    name: &'static str,
    value: Value,
}

fn one(key: &'static str, name: &'static str, value: impl Into<Value>) -> Said {
    let value = value.into();
    Said { key, name, value }
}

fn table(table: &CodeTable) -> Vec<Said> {
    let head = table.head();
    let replaced = table
        .iter()
        .filter(|(_, row)| matches!(row.status, Status::ReplacedBy(_)));
    let stopped = table
        .iter()
        .filter(|(_, row)| row.status == Status::Stopped);
    vec![
        one("kind", "类别", "table"),
        one("system", "编码体系", head.system.as_str()),
        one("version", "版本", head.version.as_str()),
        one("source", "来源", head.source.as_str()),
        one("licence", "许可", head.licence.as_str()),
        one("codes", "编码数", table.len()),
        one("stopped", "停用", stopped.count()),
        one("replaced", "被替换", replaced.count()),
        one("hash", "哈希", hex::encode(&table.hash())),
    ]
}

fn map(map: &CodeMap) -> Vec<Said> {
    let head = map.head();
    let edition = |it: &consilium_codes::Edition| format!("{}@{}", it.system, it.version);
    let mut kinds: BTreeMap<Mapping, u64> = BTreeMap::new();
    for (_, entry) in map.iter() {
        *kinds.entry(entry.mapping()).or_default() += 1;
    }
    let count = |kind| kinds.get(&kind).copied().unwrap_or_default();
    vec![
        one("kind", "类别", "map"),
        one("from", "起点", edition(&head.from)),
        one("to", "终点", edition(&head.to)),
        one("source", "来源", head.source.as_str()),
        one("licence", "许可", head.licence.as_str()),
        one("codes", "编码数", map.iter().count()),
        one("exact", "精确对应", count(Mapping::Exact)),
        one("approximate", "近似对应", count(Mapping::Approximate)),
        one("combination", "需多码组合", count(Mapping::Combination)),
        one("ambiguous", "多种可能", count(Mapping::Ambiguous)),
        one("no-map", "明确无对应", count(Mapping::NoMap)),
        one(
            "most-ways",
            "最多可能数",
            map.iter().map(|(_, entry)| Entry::ways(entry)).max(),
        ),
        one("hash", "哈希", hex::encode(&map.hash())),
    ]
}

fn library(library: &Library) -> Vec<Said> {
    let head = library.head();
    let canonicals: BTreeSet<&str> = library
        .names()
        .iter()
        .map(|it| it.canonical.as_str())
        .collect();
    vec![
        one("kind", "类别", "names"),
        one("source", "来源", head.source.as_str()),
        one("licence", "许可", head.licence.as_str()),
        one("names", "名称数", library.names().len()),
        one("canonical", "规范名称数", canonicals.len()),
        one("hash", "哈希", hex::encode(&library.hash())),
    ]
}
