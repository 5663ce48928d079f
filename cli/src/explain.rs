//! `consilium explain`: what a failure's code means, without any daemon.

use std::io::Write;

use anyhow::Context as _;
use clap::Args;
use consilium_plan::{Code, Lang, explain, texts};

use crate::hint::{Misuse, OrHint as _};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  consilium explain DATA-CHANGED\n  consilium explain --all")]
pub(crate) struct ExplainArgs {
    /// The code, as a failed study names it
    #[arg(required_unless_present = "all")]
    code: Option<String>,

    /// Explain every code
    #[arg(long, conflicts_with = "code")]
    all: bool,
}

pub(crate) fn run(args: &ExplainArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let codes: Vec<Code> = match &args.code {
        Some(code) => {
            let unknown = lang.pick(
                format!("no failure has the code {code:?}"),
                format!("没有代码为 {code:?} 的失败"),
            );
            let known = code.parse().map_err(|_| Misuse(unknown));
            vec![known.or_hint(lang.pick(
                "`consilium explain --all` lists them",
                "`consilium explain --all` 可列出全部代码",
            ))?]
        }
        None => texts::failure::ALL.iter().map(|entry| entry.code).collect(),
    };
    let pages: Vec<String> = codes.into_iter().map(|code| explain(code, lang)).collect();
    write!(out, "{}", pages.join("\n")).context("printing")
}
