//! What data are wanted for.

use std::{io::Write, path::Path};

use anyhow::Context as _;
use clap::Args;
use consilium_plan::Lang;
use consilium_scorecard::{Dimension, Purpose, PurposeName};
use serde_json::json;

use super::say::named;
use crate::{
    hint::{Misuse, OrHint as _},
    table::{align_numbers, table},
    whole,
};

#[derive(Debug, Args)]
pub(in crate::data) struct Show {
    /// training, release, or a file
    purpose: String,
    /// Write it out as TOML instead
    #[arg(long, conflicts_with = "json")]
    toml: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Show, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if args.toml {
        return Ok(out.write_all(text(&args.purpose, lang)?.as_bytes())?);
    }
    let purpose = read(&args.purpose, lang)?;
    let (name, weights) = (purpose.named(), purpose.weights());
    if args.json {
        let line = json!({
            "id": purpose.id(),
            "name": purpose.name(),
            "purpose": name,
            "weights": weights,
            "needs": purpose.needs(),
        });
        return Ok(writeln!(out, "{line}")?);
    }
    writeln!(out, "{}", lang.pick(&purpose.name().en, &purpose.name().zh))?;
    let called = lang.pick("cards and plans call it: ", "评分卡与方案中的名称：");
    writeln!(out, "{called}{name}\n")?;
    let mut shown = table();
    shown.set_header(named(
        &[
            ("dimension", "维度"),
            ("weight", "权重"),
            ("needed", "必需"),
        ],
        lang,
    ));
    for dimension in Dimension::ALL {
        let weight = weights.get(&dimension).copied().unwrap_or_default();
        let needed = purpose.needs().contains(&dimension);
        let name = dimension.name();
        shown.add_row([
            lang.pick(name.en, name.zh),
            format!("{:.1} %", 100.0 * weight),
            lang.pick(["", "yes"], ["", "是"])[usize::from(needed)].to_owned(),
        ]);
    }
    align_numbers(&mut shown, 1..2);
    writeln!(out, "{shown}")?;
    for dimension in Dimension::ALL {
        let parts = dimension.subscores().iter();
        let weighed: Vec<String> = parts
            .filter_map(|[id, ..]| Some((id, purpose.subscore(dimension, id)?)))
            .map(|(id, weight)| format!("{id} {weight}"))
            .collect();
        if !weighed.is_empty() {
            let name = dimension.name();
            let weighed = weighed.join(", ");
            let said = lang.pick(
                format!("{} weighs its parts: {weighed}", name.en),
                format!("{}各分项的权重：{weighed}", name.zh),
            );
            writeln!(out, "{said}")?;
        }
    }
    Ok(())
}

/// Gives what cards call a purpose that is named as they do, or lies in a file.
pub(crate) fn called(named: &str, lang: Lang) -> anyhow::Result<PurposeName> {
    match named.parse() {
        Ok(name) => Ok(name),
        Err(_) => Ok(read(named, lang)?.named()),
    }
}

/// Reads a purpose that the program brings along, or a file.
pub(super) fn read(named: &str, lang: Lang) -> anyhow::Result<Purpose> {
    Purpose::from_toml(&text(named, lang)?)
        .with_context(|| named.to_owned())
        .or_hint(lang.pick(
            "`consilium data score purpose training --toml` writes one out to be changed",
            "`consilium data score purpose training --toml` 可写出一份供修改",
        ))
}

fn text(named: &str, lang: Lang) -> anyhow::Result<String> {
    if let Some(text) = Purpose::built_in_text(named) {
        return Ok(text.to_owned());
    }
    let file = Path::new(named);
    if !file.exists() {
        return Err(Misuse(lang.pick(
            format!("{named} is neither a purpose that the program brings along nor a file"),
            format!("{named} 既不是内置用途，也不是文件"),
        )))
        .or_hint(lang.pick(
            format!("it brings along {}", Purpose::BUILT_IN.join(", ")),
            format!("内置用途：{}", Purpose::BUILT_IN.join("、")),
        ));
    }
    whole::text(file, Purpose::LONGEST as u64).with_context(|| named.to_owned())
}
