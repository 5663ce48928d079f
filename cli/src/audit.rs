//! `consilium audit`: what happened, and whether anybody has changed the record of it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use consilium_journal::{Flaw, Head, Verification};
use consilium_plan::Lang;
use consilium_proto::v1;
use serde_json::{Value, json};

use crate::{
    client::{Answer as _, Daemon, Door, block_on},
    hint::OrHint as _,
    new_file,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium audit export --at /var/lib/consilium/participant/steward.sock -o journal.jsonl
  consilium audit verify journal.jsonl --head 12:5f…")]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Write a daemon's journal to a file
    #[command(after_help = "Example:\n  consilium audit export -o journal.jsonl")]
    Export {
        #[command(flatten)]
        door: Door,
        /// Where it goes; an existing file is left alone
        #[arg(short, long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Check exported journals, without any daemon
    #[command(after_help = "\
A journal that agrees with itself may still have been rewritten as a whole by its keeper. Give the \
head that another party noted to find out: entries up to it can't have been changed.

Examples:
  consilium audit verify journal.jsonl
  consilium audit verify journal.jsonl --head 12:5f…")]
    Verify {
        /// Journals, as `consilium audit export` writes them
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// A head that somebody else noted: the number of entries, ':' and 64 hexadecimal digits
        #[arg(long = "head", value_name = "SEQ:HASH")]
        heads: Vec<Head>,
        /// Print one line of JSON for each file
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(args: &AuditArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match &args.command {
        AuditCommand::Export { door, out } => export(door, out, lang),
        AuditCommand::Verify { files, heads, json } => verify(files, heads, *json, out, lang),
    }
}

fn export(door: &Door, to: &Path, lang: Lang) -> anyhow::Result<()> {
    let lines = block_on(journal(door, lang))?;
    new_file::create(to, lang)?
        .write_all(lines.as_bytes())
        .with_context(|| to.display().to_string())
}

async fn journal(door: &Door, lang: Lang) -> anyhow::Result<String> {
    Ok(match door.either(lang).await? {
        Daemon::Coordinator(mut coordinator) => {
            coordinator
                .export_log(v1::ExportLogRequest {})
                .await
                .answer(lang)?
                .lines
        }
        Daemon::Participant(mut participant) => {
            participant
                .export_own_log(v1::ExportOwnLogRequest {})
                .await
                .answer(lang)?
                .lines
        }
    })
}

fn verify(
    files: &[PathBuf],
    heads: &[Head],
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut flawed = 0;
    for path in files {
        let reading = || path.display().to_string();
        let text = fs::read(path).with_context(reading)?;
        let verification = consilium_journal::verify(&text)
            .with_context(reading)
            .or_hint(lang.pick(
                "a journal is what `consilium audit export` writes",
                "日志是 `consilium audit export` 写出的文件",
            ))?;
        let outcome = verification.compare(heads);
        flawed += usize::from(outcome.is_err());
        if json {
            writeln!(out, "{}", line(path, &verification, &outcome))?;
        } else {
            writeln!(out, "{}", said(path, &verification, &outcome, lang))?;
        }
    }
    if flawed == 0 {
        return Ok(());
    }
    let failed = lang.pick(
        format!(
            "{flawed} of {} journals are not what was written",
            files.len()
        ),
        format!("{} 份日志中有 {flawed} 份与当初写入的不符", files.len()),
    );
    Err(anyhow!(failed)).or_hint(lang.pick(
        "entries before the flaw are sound; ask the journal's owner for a fresh export, and keep this file",
        "缺陷之前的条目完好；请向日志所有者索取新的导出，并保留此文件",
    ))
}

fn line(path: &Path, verification: &Verification, outcome: &Result<u64, Flaw>) -> Value {
    json!({
        "file": path,
        "ok": outcome.is_ok(),
        "owner": verification.owner(),
        "entries": verification.entries(),
        "redacted": verification.redacted(),
        "head": verification.head().to_string(),
        "witnessed": outcome.as_ref().ok(),
        "flaw": outcome.as_ref().err().map(ToString::to_string),
    })
}

fn said(
    path: &Path,
    verification: &Verification,
    outcome: &Result<u64, Flaw>,
    lang: Lang,
) -> String {
    let (owner, entries) = (verification.owner(), verification.entries());
    let (path, head) = (path.display(), verification.head());
    match outcome {
        Err(flaw) => {
            let flaw = fault(flaw, lang);
            lang.pick(
                format!(
                    "{path}: journal of {owner}: {flaw}\n  sound up to entry {entries}, head {head}"
                ),
                format!("{path}：{owner} 的日志：{flaw}\n  至第 {entries} 条完好，链头 {head}"),
            )
        }
        Ok(witnessed) => {
            let open = entries - witnessed;
            lang.pick(
                format!("{path}: journal of {owner}: {entries} entries, sound; {witnessed} witnessed, {open} not yet witnessed\n  head {head}"),
                format!("{path}：{owner} 的日志：{entries} 条，完好；{witnessed} 条已见证，{open} 条尚未见证\n  链头 {head}"),
            )
        }
    }
}

/// Says what is wrong with a journal.
fn fault(flaw: &Flaw, lang: Lang) -> String {
    if lang == Lang::En {
        return flaw.to_string();
    }
    match flaw {
        Flaw::Changed { seq, line } => format!("第 {seq} 条（第 {line} 行）被改动"),
        Flaw::Missing { seq, line } => format!("缺少第 {seq} 条（在第 {line} 行之前）"),
        Flaw::Reordered { seq, line } => format!("第 {seq} 条不在其位置（第 {line} 行）"),
        Flaw::Inserted { seq, line } => format!("第 {line} 行（自称第 {seq} 条）是插入的"),
        Flaw::Unreadable { seq, line } => format!("第 {line} 行无法读作第 {seq} 条"),
        Flaw::Cut { after, entries } => format!("日志在第 {after} 条之后被截断，原有 {entries} 条"),
        Flaw::Header => "文件头被改动".to_owned(),
        Flaw::Rewritten { after, at } => format!("第 {after} 条之后至第 {at} 条与见证的链头不符"),
        other => other.to_string(),
    }
}
