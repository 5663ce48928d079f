//! `consilium data score compare`: what has changed from card to card.

use std::{io::Write, path::PathBuf};

use anyhow::bail;
use clap::Args;
use consilium_plan::Lang;
use consilium_scorecard::{Card, Comparison, Difference};
use serde_json::{Value, json};

use super::{changes, kept::Kept};
use crate::{
    hint::{Misuse, OrHint as _},
    table::{self, Shown},
};

#[derive(Debug, Args)]
pub(in crate::data) struct Compare {
    /// The earlier card, or a folder that keeps cards
    before: PathBuf,
    /// The later card; none with a folder, whose last two are compared
    after: Option<PathBuf>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Compare, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let cards = match &args.after {
        Some(after) => vec![
            super::read(&args.before, lang)?.card,
            super::read(after, lang)?.card,
        ],
        None if args.before.is_dir() => Kept::existing(&args.before, lang)?.cards().to_vec(),
        None => {
            return Err(Misuse(
                lang.pick(
                    "one card has nothing to be compared with",
                    "单张评分卡无可比较",
                )
                .to_owned(),
            ))
            .or_hint(lang.pick(
                "name a second card, or the folder that keeps the cards",
                "请再指定一张评分卡，或保存评分卡的文件夹",
            ));
        }
    };
    let [.., before, after] = cards.as_slice() else {
        bail!(lang.pick(
            "the folder keeps no two cards: there is nothing to compare",
            "该文件夹中不足两张评分卡，无可比较",
        ));
    };
    let compared = Comparison::of(before, after);
    if compared.differs.contains(&Difference::DataSet) {
        bail!(lang.pick(
            "the cards are of different data sets",
            "两张评分卡属于不同的数据集",
        ));
    }
    if args.json {
        let past: Vec<Value> = cards.iter().map(past).collect();
        let line = json!({"comparison": compared, "cards": past});
        return Ok(writeln!(out, "{line}")?);
    }
    for remark in changes::remarks(&compared, lang) {
        writeln!(out, "{remark}")?;
    }
    let mut show = |shown: Shown| {
        let columns = shown.0.len();
        table::print(shown, 1..columns, out)
    };
    if cards.len() > 2 {
        show(changes::history(&cards, lang))?;
    }
    show(changes::changes(&compared, lang))?;
    let because = changes::because(&compared, lang);
    if !because.1.is_empty() {
        show(because)?;
    }
    Ok(())
}

/// An earlier card, as JSON has it.
fn past(card: &Card) -> Value {
    let dimensions = card.dimensions.iter();
    let scores: serde_json::Map<String, Value> = dimensions
        .map(|(dimension, it)| (dimension.id().to_owned(), json!(it.score)))
        .collect();
    json!({
        "card": card.id(),
        "made": card.made.to_string(),
        "version": card.version,
        "purpose": card.purpose,
        "composite": card.composite,
        "dimensions": scores,
    })
}
