//! Files of code systems as tables.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use consilium_codes::{Chosen, CodeMap, CodeTable, CodesError, Library, Mapping, Rule, Status};
use consilium_mapping::Recoding;
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::datasource::MemTable;

use crate::session::{Said, both, said};

/// A column of text, and its cells.
type Texts = (&'static str, Vec<Option<String>>);

/// Reads a file of codes in full, strictly, by the reader of its kind; gives the codes, too, where it is
/// a table of them.
pub(crate) fn read(
    path: &Path,
    recoding: (Option<Recoding>, bool),
) -> Result<(MemTable, Option<CodeTable>), Said> {
    let wrong = |error: CodesError| [error.to_string(), error.in_chinese()];
    let file = consilium_data::open(path).map_err(|error| said(&error))?;
    let mut bytes = Vec::new();
    // One byte more than may be there is enough to be refused.
    let read = file
        .take(consilium_codes::MOST_BYTES + 1)
        .read_to_end(&mut bytes);
    read.map_err(|error| both(&error.kind().to_string(), &error.kind().to_string()))?;
    let kind = consilium_codes::kind(&bytes).map_err(wrong)?;
    let (rule, together) = recoding;
    if kind == "map" {
        let rule = rule.ok_or_else(|| {
            both(
                "a map may lead from one code to several: say which is taken, as in rule = \"first\" \
                 (or only-unambiguous, most-specific-common-ancestor, all)",
                "映射表中一个编码可能对应多个编码：请说明取哪一个，例如 rule = \"first\"\
                 （或 only-unambiguous、most-specific-common-ancestor、all）",
            )
        })?;
        let map = CodeMap::read(&bytes).map_err(wrong)?;
        return Ok((recoded(&map, rule, together)?, None));
    }
    if rule.is_some() || together {
        return Err(both(
            "rule and together are for maps, and this file is none",
            "rule 和 together 只用于映射表，而此文件不是映射表",
        ));
    }
    if kind == "names" {
        return Ok((names(&Library::read(&bytes).map_err(wrong)?)?, None));
    }
    // Whatever else it says to be is refused by name.
    let table = CodeTable::read(&bytes).map_err(wrong)?;
    Ok((codes(&table)?, Some(table)))
}

fn codes(table: &CodeTable) -> Result<MemTable, Said> {
    let mut columns = ["code", "en", "zh", "parent", "from", "until", "status"]
        .map(|name| (name, Vec::with_capacity(table.len())));
    for (code, row) in table.iter() {
        let named = |name: &String| (!name.is_empty()).then(|| name.clone());
        let status = match &row.status {
            Status::Active => "active".to_owned(),
            Status::Stopped => "stopped".to_owned(),
            Status::ReplacedBy(other) => format!("replaced-by:{other}"),
        };
        let cells = [
            Some(code.to_owned()),
            named(&row.en),
            named(&row.zh),
            row.parent.clone(),
            row.from.map(|day| day.to_string()),
            row.until.map(|day| day.to_string()),
            Some(status),
        ];
        for ((_, column), cell) in columns.iter_mut().zip(cells) {
            column.push(cell);
        }
    }
    table_of(columns.into(), None)
}

fn names(library: &Library) -> Result<MemTable, Said> {
    let column = |name, cell: fn(&consilium_codes::Named) -> &String| -> Texts {
        let cells = library.names().iter().map(cell);
        let present = cells.map(|it| (!it.is_empty()).then(|| it.clone()));
        (name, present.collect())
    };
    let columns = vec![
        column("name", |it| &it.name),
        column("canonical", |it| &it.canonical),
        column("code", |it| &it.code),
    ];
    table_of(columns, None)
}

/// What a rule makes of every code of a map: a row for each, or for each of the codes that stand for it
/// where that is asked for, and never more.
fn recoded(map: &CodeMap, recoding: Recoding, together: bool) -> Result<MemTable, Said> {
    let (rule, together) = match recoding {
        Recoding::First => (Rule::First, together),
        Recoding::All => (Rule::All, true),
        Recoding::MostSpecificCommonAncestor => (Rule::CommonAncestor, together),
        // Whoever doesn't know a rule chooses nothing.
        _ => (Rule::OnlyUnambiguous, together),
    };
    let (mut sources, mut targets, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    let mut parts = Vec::new();
    for (source, entry) in map.iter() {
        let chosen = match rule.choose(map, source) {
            Chosen::Codes(codes) if codes.len() == 1 || together => codes,
            _ => Vec::new(),
        };
        let mut targets_here: Vec<Option<String>> = chosen.into_iter().map(Some).collect();
        if targets_here.is_empty() {
            targets_here.push(None);
        }
        for (part, target) in (1..).zip(targets_here) {
            sources.push(Some(source.to_owned()));
            parts.push(Some(part).filter(|_| target.is_some()));
            targets.push(target);
            kinds.push(Some(kind(entry.mapping()).to_owned()));
        }
    }
    let columns = vec![("source", sources), ("target", targets), ("mapping", kinds)];
    table_of(columns, Some(("part", parts)))
}

fn kind(mapping: Mapping) -> &'static str {
    match mapping {
        Mapping::Exact => "exact",
        Mapping::Approximate => "approximate",
        Mapping::Combination => "combination",
        Mapping::Ambiguous => "ambiguous",
        Mapping::NoMap => "no-map",
        Mapping::Absent => "absent",
    }
}

fn table_of(
    texts: Vec<Texts>,
    number: Option<(&'static str, Vec<Option<i64>>)>,
) -> Result<MemTable, Said> {
    let texts = texts.into_iter();
    let texts = texts.map(|(name, cells)| (name, Arc::new(StringArray::from(cells)) as ArrayRef));
    let number = number.map(|(name, cells)| (name, Arc::new(Int64Array::from(cells)) as ArrayRef));
    let columns = texts.chain(number);
    let table =
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, it)| (name, it, true)))
            .map_err(Into::into)
            .and_then(|batch| MemTable::try_new(batch.schema(), vec![vec![batch]]));
    table.map_err(|_| both("the file makes no table", "该文件不能作为表"))
}
