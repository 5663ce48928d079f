//! `consilium data score`: how far a version of a data set can be trusted for a purpose, on one signed card.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Subcommand;
use consilium_plan::Lang;
use consilium_scorecard::{Card, Signed, Text};
use serde::Serialize;

use crate::{client::block_on, hint::OrHint as _, whole};

mod add;
mod changes;
mod compare;
mod countersign;
mod kept;
mod make;
mod page;
pub(crate) mod purpose;
mod say;
mod verify;

use kept::Kept;

#[derive(Debug, Subcommand)]
pub(super) enum Score {
    /// Make a card of reports and studies, and sign it as a steward
    #[command(after_help = "\
The participant on this machine says which version of the data set is registered, in which \
federation; the card is of that version. With --institution no participant is asked, and the \
version is a hash of the reports. Reports must be of the very rows: the program can't tell, and \
the steward signs that they are. A dimension without a report is missing on the card, and is not \
filled in. The folder keeps the card (card.json), its page (card.html), what others may see \
(public.json) and all cards (cards/); only its owner may read them.

Examples:
  consilium data score make --purpose training --data-set heart --quality quality \\
      --privacy privacy --key li.key.pem --out card
  consilium data score make --purpose release --data-set heart --institution cleveland \\
      --privacy privacy.json --quality quality.json --key li.key.pem --out release")]
    Make(make::Make),
    /// Have the participant keep a card, hold plans against it, and show others its bands
    #[command(after_help = "\
The card is of the version that is registered, and signed by a steward whom the participant knows. \
It takes the place of an earlier one of the data set for the same purpose, and goes when the data \
set is removed. The coordinator is shown its public part alone, for `consilium data list \
--federation`.

Examples:
  consilium data score add card
  consilium data score add card/card.json --json")]
    Add(add::Add),
    /// Show a card in full, for the owner's eyes
    #[command(after_help = "\
Examples:
  consilium data score show card
  consilium data score show card/card.json --json | jq .signed.card.composite
  consilium data score show card --html card-zh.html --lang zh")]
    Show {
        /// A card, or the folder that keeps it
        card: PathBuf,
        /// Write its page to a new file, too
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what has changed from one card to another, and because of which part
    #[command(after_help = "\
A change is clear where the intervals of both scores don't meet. With a folder alone, its last \
card is held against the one before it, and all are listed.

Examples:
  consilium data score compare card
  consilium data score compare spring/card.json autumn/card.json --json")]
    Compare(compare::Compare),
    /// Check who has signed a card, or its public part, and who has countersigned it
    #[command(after_help = "\
Whose key is whose, you say: compare its words with its holder (`consilium person show`). It ends \
with exit code 1 if a signature is not that key's, if the steward's key is not given, or if a \
countersignature says another score than the card. Countersignatures of those whose keys are not \
given are told as not checked; with --peers, keys of institutions and of the coordinator are those \
that were compared at the participant on this machine (`consilium participant verify`).

Examples:
  consilium data score verify card --public-key li.key.pem.pub
  consilium data score verify public.json --public-key li.key.pem.pub
  consilium data score verify card --public-key li.key.pem.pub --peers
  consilium data score verify card --public-key li.key.pem.pub \\
      --public-key hungary.json --public-key hungary/nagy=nagy.key.pem.pub")]
    Verify(verify::Verify),
    /// Sign as a steward what a study has found of another institution, for its card
    #[command(after_help = "\
After a study with Shapley values every institution has all scores, and its daemon has signed \
those of the others: `consilium data score make --value` takes these signatures with the result. A \
steward who wants to stand by a score in person signs it here, as the own result of the study has \
it. Hand the file to that institution, which gives it to `consilium data score make \
--countersigned`.

Examples:
  consilium data score countersign 1f2e…c4 --about va --key nagy.key.pem --out va.json
  consilium data score countersign 1f2e…c4 --about va --value value.json \\
      --federation 90ab…12 --key nagy.key.pem --out va.json")]
    Countersign(countersign::Countersign),
    /// Show what a purpose says: how much each dimension counts, and what must be there
    #[command(after_help = "\
The program brings along training and release; --toml writes one out to be changed. Cards and \
plans call a purpose of one's own by ID@HASH, which this command says.

Examples:
  consilium data score purpose training
  consilium data score purpose release --toml > audit.toml
  consilium data score purpose audit.toml")]
    Purpose(purpose::Show),
}

pub(super) fn run(args: &Score, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match args {
        Score::Make(args) => block_on(make::run(args, out, lang)),
        Score::Add(args) => block_on(add::run(args, out, lang)),
        Score::Show { card, html, json } => show(card, html.as_deref(), *json, out, lang),
        Score::Compare(args) => compare::run(args, out, lang),
        Score::Verify(args) => block_on(verify::run(args, out, lang)),
        Score::Countersign(args) => block_on(countersign::run(args, out, lang)),
        Score::Purpose(args) => purpose::run(args, out, lang),
    }
}

/// A card with what can be said of it, as JSON has it.
#[derive(Debug, Serialize)]
struct Line<'a> {
    /// For whom this is.
    #[serde(rename = "for")]
    whom: &'static str,
    signed: &'a Signed,
    sentence: Text,
    /// What others see.
    bands: consilium_scorecard::Public,
}

fn show(
    path: &Path,
    html: Option<&Path>,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let signed = read(path, lang)?;
    if let Some(html) = html {
        let past = if path.is_dir() {
            Kept::existing(path, lang)?.cards().to_vec()
        } else {
            Vec::new()
        };
        let mut file = crate::new_file::create_private(html, lang)?;
        let page = page::html(&signed, &past, lang);
        file.write_all(page.as_bytes())
            .with_context(|| html.display().to_string())?;
    }
    tell(&signed, json, out, lang)
}

/// Prints a card: a line of JSON, or tables.
fn tell(signed: &Signed, json: bool, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if !json {
        return Ok(say::print(signed, out, lang)?);
    }
    let line = Line {
        whom: "owner",
        signed,
        sentence: signed.card.sentence(),
        bands: signed.card.public(),
    };
    Ok(writeln!(out, "{}", serde_json::to_string(&line)?)?)
}

/// Reads a card, or that of a folder; its signatures are not checked.
fn read(path: &Path, lang: Lang) -> anyhow::Result<Signed> {
    let file = if path.is_dir() {
        path.join(kept::CARD)
    } else {
        path.to_owned()
    };
    let text = text(&file, lang)?;
    Signed::from_json(&text).with_context(|| file.display().to_string())
}

fn text(file: &Path, lang: Lang) -> anyhow::Result<String> {
    whole::text(file, Card::LONGEST as u64)
        .with_context(|| file.display().to_string())
        .or_hint(lang.pick(
            "`consilium data score make` makes cards",
            "`consilium data score make` 生成评分卡",
        ))
}
