//! `consilium person`: keys of operators, supervisors and stewards.

use std::{io::Write, path::PathBuf};

use clap::{Args, Subcommand};
use consilium_identity::{Fingerprint, PublicKey, WordList};
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use serde_json::{Value, json};

mod enrol;
mod folder;
mod key;
mod show;
mod steward;
mod vouch;

pub(crate) use enrol::{read_invitation, way_in};
pub(crate) use folder::{Folder, coordinator};
pub(crate) use key::{PublicFile, check_key, open_key};
pub(crate) use steward::StewardKey;
pub(crate) use vouch::institution;

#[derive(Debug, Args)]
#[command(after_help = "\
A steward's key signs decisions and is made known at the own participant:
  consilium person new-key wang
  consilium participant steward add wang.key.pem.pub

An operator's key opens the coordinator over the network, by an invitation:
  consilium person new-key li
  consilium person enrol --key li.key.pem --out li < invitation

Examples:
  consilium person show wang.key.pem.pub
  consilium person show li")]
pub(crate) struct PersonArgs {
    #[command(subcommand)]
    command: PersonCommand,
}

#[derive(Debug, Subcommand)]
enum PersonCommand {
    /// Make a key in a file under a passphrase, and a public file beside it
    #[command(after_help = "\
Examples:
  consilium person new-key wang
  consilium person new-key wang --out keys/wang.pem --passphrase-file pass")]
    NewKey {
        /// The person's name: letters a to z, digits and hyphens
        name: PartyId,
        /// Where the key goes; default: NAME.key.pem. An existing file is left alone
        #[arg(short, long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Holds the new passphrase; default: it is asked for on the terminal
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Use an invitation: get a certificate for a key, to speak to the coordinator with
    #[command(after_help = "\
The invitation is read from standard input, so that it stays out of the shell's history.

Examples:
  consilium person enrol --key li.key.pem --out li < invitation
  consilium study list --as li")]
    Enrol(enrol::Enrol),
    /// Sign that a key is an institution's, for participants that trust your word
    #[command(after_help = "\
The institution hands over what it prints; compare the words with its people before you sign. The \
vouch goes to stdout. A participant whose configuration names your key under [[authorities]] takes \
it.

Examples:
  consilium participant status --json > hospital-b.json      # at the institution
  consilium person vouch hospital-b.json --key bureau.key.pem > hospital-b.vouch
  consilium participant verify hospital-b --vouch hospital-b.vouch   # at the others")]
    Vouch(vouch::VouchFor),
    /// Show whose a key is, in the words that are compared by phone
    #[command(after_help = "\
Examples:
  consilium person show wang.key.pem.pub
  consilium person show li --json")]
    Show {
        /// A key's public file, or the folder that `consilium person enrol` made
        place: PathBuf,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(args: &PersonArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    match &args.command {
        PersonCommand::NewKey {
            name,
            out: to,
            passphrase_file,
            json,
        } => {
            let to = to
                .clone()
                .unwrap_or_else(|| PathBuf::from(format!("{name}.key.pem")));
            let key = key::make(name, &to, passphrase_file.as_deref(), lang)?;
            if *json {
                let mut line = card(name.as_str(), &key);
                line["file"] = json!(to);
                return Ok(writeln!(out, "{line}")?);
            }
            writeln!(out, "{}", to.display())?;
            words(&key, out, lang)
        }
        PersonCommand::Enrol(args) => enrol::run(args, out, lang),
        PersonCommand::Vouch(args) => vouch::run(args, out, lang),
        PersonCommand::Show { place, json } => show::run(place, *json, out, lang),
    }
}

/// What a key is known by, as JSON.
pub(crate) fn card(name: &str, key: &PublicKey) -> Value {
    let fingerprint = Fingerprint::of_key(key);
    json!({
        "name": name,
        "key": key.to_string(),
        "words": {
            "en": fingerprint.words(WordList::English),
            "zh": fingerprint.words(WordList::Chinese),
        },
    })
}

/// Prints the words of a key in both languages.
pub(crate) fn words(key: &PublicKey, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    fingerprint(&Fingerprint::of_key(key), out, lang)
}

/// Prints the words of a fingerprint in both languages.
pub(crate) fn fingerprint(
    fingerprint: &Fingerprint,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    writeln!(
        out,
        "{}{}",
        lang.pick("words: ", "英文词："),
        fingerprint.words(WordList::English)
    )?;
    Ok(writeln!(
        out,
        "{}{}",
        lang.pick("in Chinese: ", "中文词："),
        fingerprint.words(WordList::Chinese)
    )?)
}
