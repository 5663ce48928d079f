use std::{
    collections::HashSet,
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use consilium_catalogue::{Catalogue, Certainty, Feature, Reason, Suggested, Suggestion};
use consilium_plan::Lang;
use consilium_schema::{Kind, quoted};

use super::{say, suggest::Found};
use crate::{
    hint::{Misuse, OrHint as _},
    new_file,
    terminal::{printable, tell},
};

/// Writes a draft of the mapping of one file, and the schema that it names.
pub(super) fn write(
    found: &Found<'_>,
    catalogue: &Catalogue,
    to: &Path,
    lang: Lang,
) -> anyhow::Result<()> {
    let chosen = chosen(&found.columns);
    if chosen.is_empty() {
        let misuse = lang.pick(
            "no feature is suggested for any column: there is nothing to draft",
            "没有为任何列给出建议：无可起草",
        );
        return Err(Misuse(misuse.to_owned())).or_hint(lang.pick(
            "`consilium data schema FILE` drafts a schema of the file as it is",
            "`consilium data schema 文件` 可按文件原样起草数据结构",
        ));
    }
    let features: Vec<&str> = chosen.iter().map(|(_, it)| it.feature.as_str()).collect();
    let schema = catalogue.schema(&features)?;
    let schema_file = to.with_extension("schema.toml");
    let mapping = mapping(found, &schema_file, (catalogue, to), lang);
    for (path, text) in [
        (&schema_file, schema.to_string()),
        (&to.to_owned(), mapping),
    ] {
        let mut file = new_file::create(path, lang)?;
        let writing = lang.pick("writing", "写入");
        file.write_all(text.as_bytes())
            .with_context(|| format!("{writing} {}", path.display()))?;
    }
    tell(lang.pick(
        "drafted: look at every line, give ranges and levels in the schema, recode in the query what is \
         coded otherwise (CASE), then run it",
        "已起草：请逐行核对，在数据结构中补充范围和类别，在查询中用 CASE 转换编码不同的取值，然后运行",
    ));
    Ok(())
}

/// The columns with a first suggestion, each feature once.
fn chosen(columns: &[Suggested]) -> Vec<(&str, &Suggestion)> {
    let mut seen = HashSet::new();
    columns
        .iter()
        .filter_map(|column| {
            let first = column.features.first()?;
            seen.insert(first.feature.as_str())
                .then_some((column.column.as_str(), first))
        })
        .collect()
}

fn mapping(
    found: &Found<'_>,
    schema: &Path,
    (catalogue, to): (&Catalogue, &Path),
    lang: Lang,
) -> String {
    let mut text = String::new();
    let said = lang.pick("drafted with the catalogue", "依据目录起草：");
    let mut line = |said: std::fmt::Arguments<'_>| {
        writeln!(text, "{said}").expect("a string takes any text");
    };
    line(format_args!(
        "# {said} {} {}",
        catalogue.name(),
        catalogue.version()
    ));
    let chosen = chosen(&found.columns);
    for column in &found.columns {
        let name = comment(&column.column);
        let Some(first) = column.features.first() else {
            let none = lang.pick("nothing suggested", "没有建议");
            line(format_args!("# {name}: {none}"));
            continue;
        };
        let meaning = say::meaning(catalogue, &first.feature, lang);
        let because = comment(&say::because(first, lang));
        line(format_args!(
            "# {name}: {} ({meaning}), {:.2}: {because}",
            first.feature, first.score
        ));
        if !chosen.iter().any(|(it, _)| *it == column.column) {
            let twice = lang.pick(
                "left out: another column is it too",
                "已略去：另一列亦为此特征",
            );
            line(format_args!("#   {twice}"));
        }
        for other in column.features.iter().skip(1).take(2) {
            let or = lang.pick("or", "或");
            let taken = if other.score > first.score {
                lang.pick(", taken by another column", "，已归另一列")
            } else {
                ""
            };
            line(format_args!(
                "#   {or} {} ({:.2}{taken})",
                other.feature, other.score
            ));
        }
    }
    let schema = schema.file_name().unwrap_or_default().to_string_lossy();
    line(format_args!("\nschema = {}", quoted(&schema)));
    let columns: Vec<String> = chosen
        .iter()
        .map(|(column, feature)| {
            let value = if feature.reasons.contains(&Reason::OneOrTwo) {
                one_or_two(column, lang)
            } else {
                value(column, catalogue.feature(&feature.feature))
            };
            format!("  {value} AS {}", identifier(&feature.feature))
        })
        .collect();
    let from = identifier(&found.table);
    let query = format!("SELECT\n{}\nFROM {from}", columns.join(",\n"));
    line(format_args!("sql = \"\"\"\n{}\n\"\"\"", inside(&query)));
    line(format_args!(
        "\n[[source]]\nname = {}",
        quoted(&found.table)
    ));
    let path = path_from(found.file, to).to_string_lossy().into_owned();
    line(format_args!("path = {}", quoted(&path)));
    if !found.has_header {
        let names: Vec<String> = found.columns.iter().map(|it| quoted(&it.column)).collect();
        let names = names.join(", ");
        line(format_args!(
            "\n[source.file]\nheader = false\nnames = [{names}]"
        ));
    }
    let types: Vec<String> = chosen
        .iter()
        .filter_map(|(column, feature)| {
            let kind = catalogue.feature(&feature.feature)?.kind();
            let is_number = matches!(kind, Kind::Number(_) | Kind::Integer(_));
            is_number.then(|| format!("{} = {}", quoted(column), quoted(kind.name())))
        })
        .collect();
    if !types.is_empty() {
        line(format_args!("\n[source.types]\n{}", types.join("\n")));
    }
    text
}

/// What a column becomes: itself, but for levels that the schema declares and the catalogue knows in
/// other spellings.
fn value(column: &str, feature: Option<&Feature>) -> String {
    let own = identifier(column);
    // What is not certain has no levels in the schema, and takes every spelling.
    let closed = feature.filter(|it| it.certainty() == Certainty::Certain);
    let levels = closed.map_or(&[][..], Feature::levels);
    let when = |spellings: &Vec<String>| {
        let (level, others) = spellings.split_first()?;
        let others: Vec<String> = others.iter().map(|other| literal(other)).collect();
        let (level, others) = (literal(level), others.join(", "));
        (!others.is_empty()).then(|| format!("    WHEN {own} IN ({others}) THEN {level}\n"))
    };
    let cases: String = levels.iter().filter_map(when).collect();
    if cases.is_empty() {
        return own;
    }
    format!("CASE\n{cases}    ELSE {own}\n  END")
}

/// A yes or no that is coded: which is which is a guess that a person looks at.
fn one_or_two(column: &str, lang: Lang) -> String {
    let own = identifier(column);
    let guess = lang.pick(
        "a guess: look up which of the two is yes",
        "此为猜测：请核对两者中何者为“是”",
    );
    format!(
        "CASE {own} -- {guess}\n    WHEN '1' THEN 'yes'\n    WHEN '2' THEN 'no'\n    ELSE {own}\n  END"
    )
}

/// A text as SQL quotes it.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name as SQL quotes it.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text of several lines within three quotes of TOML.
fn inside(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push('\n'),
            control if control.is_control() => {
                write!(escaped, "\\u{:04X}", u32::from(control)).expect("a string takes any text");
            }
            other => escaped.push(other),
        }
    }
    escaped.replace("\"\"\"", "\"\"\\\"")
}

fn comment(text: &str) -> String {
    printable(text).replace('\n', " ")
}

/// Where a file lies from another's folder: its name alone in the same folder, else its whole path.
fn path_from(file: &Path, other: &Path) -> PathBuf {
    let folder = |path: &Path| match path.parent() {
        Some(folder) if folder != Path::new("") => folder.canonicalize().ok(),
        _ => Path::new(".").canonicalize().ok(),
    };
    match (folder(file), folder(other), file.file_name()) {
        (Some(one), Some(other), Some(name)) if one == other => PathBuf::from(name),
        (Some(folder), _, Some(name)) => folder.join(name),
        _ => file.to_owned(),
    }
}
