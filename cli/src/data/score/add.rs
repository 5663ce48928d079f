//! `consilium data score add`: a card for the participant on this machine to keep.

use std::{io::Write, path::PathBuf};

use clap::Args;
use consilium_plan::Lang;
use consilium_proto::v1;
use serde_json::{Value, json};

use super::read;
use crate::client::{Answer as _, HouseDoor};

#[derive(Debug, Args)]
pub(in crate::data) struct Add {
    /// A card that a steward has signed, or the folder that keeps it
    card: PathBuf,
    #[command(flatten)]
    door: HouseDoor,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &Add, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    // What is no card is told here, by its place.
    let card = serde_json::to_string(&read(&args.card, lang)?)?;
    let mut participant = args.door.participant(lang).await?;
    let request = v1::AddScorecardRequest { card };
    let kept = participant.add_scorecard(request).await.answer(lang)?;
    if args.json {
        let shown: Value = serde_json::from_str(&kept.shown)?;
        let line = json!({ "data": kept.data, "purpose": kept.purpose, "shown": shown });
        return Ok(writeln!(out, "{line}")?);
    }
    let (data, purpose) = (kept.data, kept.purpose);
    let said = lang.pick(
        format!("kept for {data} and the purpose {purpose}: the coordinator is shown its bands"),
        format!("已保存（数据集 {data}，用途 {purpose}）：协调方只看到分档"),
    );
    Ok(writeln!(out, "{said}")?)
}
