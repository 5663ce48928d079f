//! `consilium codes match` and `review`.

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use anyhow::Context as _;
use clap::Args;
use consilium_codes::{Decision, MOST_BYTES, Matcher, Named, Review};
use consilium_plan::Lang;
use serde_json::json;

use super::{columns, read_library, write};
use crate::{
    hint::{Misuse, OrHint as _},
    terminal::tell,
    whole,
};

/// From which score on a name's best candidate is proposed without a person, where nobody says otherwise.
pub(crate) const THRESHOLD: f64 = 0.95;

#[derive(Debug, Args)]
pub(super) struct MatchArgs {
    /// A CSV file with the names, plain or gzip
    #[arg(long, value_name = "FILE")]
    names: PathBuf,
    /// The column of names
    #[arg(long, value_name = "NAME")]
    column: String,
    /// The column of codes beside them: candidates of the same category are preferred
    #[arg(long, value_name = "NAME")]
    code: Option<String>,
    /// The library
    #[arg(long, value_name = "FILE")]
    library: PathBuf,
    /// Names that were decided on before, as codes review writes them; again for more files
    #[arg(long, value_name = "FILE")]
    decided: Vec<PathBuf>,
    /// From which score on the best candidate is proposed, 0 to 1
    #[arg(long, default_value_t = THRESHOLD, value_name = "SCORE")]
    threshold: f64,
    /// Where the review file goes; an existing file is left alone
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ReviewArgs {
    /// The review file, filled in
    review: PathBuf,
    /// The library that was matched to
    #[arg(long, value_name = "FILE")]
    library: PathBuf,
    /// Where the decided names go; an existing file is left alone
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &MatchArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if !(0.0..=1.0).contains(&args.threshold) {
        let text = lang.pick("a threshold lies between 0 and 1", "阈值应在 0 与 1 之间");
        return Err(Misuse(text.to_owned()).into());
    }
    let library = read_library(&args.library, lang)?;
    let mut names = vec![args.column.as_str()];
    names.extend(args.code.as_deref());
    // A name that stands beside several codes is matched with the first of them.
    let mut counts: BTreeMap<String, (String, u64)> = BTreeMap::new();
    let take = |cells: &[&str]| {
        let name = cells.first().copied().unwrap_or_default().trim();
        if !name.is_empty() {
            let code = cells.get(1).copied().unwrap_or_default().trim();
            let (_, count) = counts
                .entry(name.to_owned())
                .or_insert((code.to_owned(), 0));
            *count += 1;
        }
        Ok(())
    };
    columns::rows(&args.names, &names, take, lang)?;
    let mut decided: Vec<Named> = Vec::new();
    for file in &args.decided {
        decided.extend_from_slice(read_library(file, lang)?.names());
    }
    let matcher = Matcher::with_decided(&library, &decided);
    let names = counts
        .iter()
        .map(|(name, (code, count))| (name.as_str(), code.as_str(), *count));
    let review = Review::of(&matcher, names, args.threshold);
    write(&args.out, &review.to_csv(), lang)?;
    let all = review.rows.len();
    let proposed = review
        .rows
        .iter()
        .filter(|row| !row.decision.is_empty())
        .count();
    if args.json {
        let line = json!({ "file": args.out, "names": all, "proposed": proposed });
        return Ok(writeln!(out, "{line}")?);
    }
    tell(&lang.pick(
        format!(
            "{all} names, {proposed} of them with a proposal; decide in the last column of {}",
            args.out.display()
        ),
        format!(
            "共 {all} 个名称，其中 {proposed} 个已有建议；请在 {} 最后一列填写决定",
            args.out.display()
        ),
    ));
    Ok(())
}

pub(super) fn review(args: &ReviewArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let library = read_library(&args.library, lang)?;
    let reading = || format!("{} {}", lang.pick("reading", "读取"), args.review.display());
    let bytes = whole::bytes(&args.review, MOST_BYTES).with_context(reading)?;
    let reviewed = Review::read(&bytes, &library);
    let reviewed = reviewed.with_context(reading).or_hint(lang.pick(
        "`consilium codes match --help` says what stands in the column decision",
        "可用 `consilium codes match --help` 查看 decision 列的填写方法",
    ))?;
    let source = format!("decided: {}", args.review.display());
    let decided = reviewed.to_library(&library, &source)?;
    write(&args.out, &decided.to_text(), lang)?;
    let count = |wanted: &Decision| {
        reviewed
            .decisions
            .values()
            .filter(|it| *it == wanted)
            .count()
    };
    let (is, nothing, open) = (
        decided.names().len(),
        count(&Decision::Nothing),
        count(&Decision::Open),
    );
    if args.json {
        let line = json!({ "file": args.out, "decided": is, "none": nothing, "open": open });
        return Ok(writeln!(out, "{line}")?);
    }
    tell(&lang.pick(
        format!("{is} names decided, {nothing} without counterpart, {open} open"),
        format!("已决定 {is} 个名称，{nothing} 个无对应，{open} 个未定"),
    ));
    Ok(())
}
