//! An authority's word for an institution's key.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_base::hex;
use consilium_identity::{Claim, FederationId, Fingerprint, PublicKey, Validity, Vouch};
use consilium_mailbox::PartyId;
use consilium_node::config::Period;
use consilium_plan::Lang;
use serde::Deserialize;

use super::{check_key, fingerprint, open_key, words};
use crate::{clock, hint::OrHint as _, terminal};

/// By how much the clocks of those who read a vouch may be behind.
const SKEW: std::time::Duration = std::time::Duration::from_mins(10);

#[derive(Debug, Args)]
pub(super) struct VouchFor {
    /// What `consilium participant status --json` printed at the institution
    institution: PathBuf,
    /// The authority's key, as `consilium person new-key` made it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Holds the key's passphrase; default: it is asked for on the terminal
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// How long the word holds
    #[arg(long = "for", value_name = "PERIOD", default_value = "365d")]
    period: Period,
    /// Sign without asking
    #[arg(long)]
    yes: bool,
}

/// What an institution says of itself.
#[derive(Debug, Deserialize)]
struct Institution {
    party: PartyId,
    key: String,
    federation_id: String,
}

/// Signs that a key is an institution's.
pub(super) fn run(args: &VouchFor, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let (party, key, federation) = read(&args.institution, lang)?;
    check_key(&args.key, args.passphrase_file.as_deref(), lang)?;
    let now = clock::now();
    let validity = Validity {
        from: now.before(SKEW),
        until: now.after(args.period.0),
    };
    let until = validity.until;
    // What is asked and told goes beside the vouch, not into it.
    let told = &mut io::stderr();
    writeln!(
        told,
        "{}",
        lang.pick(
            format!("You vouch until {until} that this is the key of {party},"),
            format!("您担保以下是 {party} 的密钥，有效期至 {until}，"),
        )
    )?;
    words(&key, told, lang)?;
    writeln!(
        told,
        "{}",
        lang.pick("in the federation with the words", "所属联邦的核对词为")
    )?;
    fingerprint(&Fingerprint::of_federation(&federation), told, lang)?;
    let question = lang.pick("Sign this?", "签署以上内容？");
    if !args.yes && !terminal::confirm(question, lang)? {
        bail!(lang.pick("nothing was signed", "未签署任何内容"));
    }
    let claim = Claim {
        federation,
        party,
        key,
        validity,
    };
    let authority = open_key(&args.key, args.passphrase_file.as_deref(), lang)?;
    Ok(writeln!(out, "{}", Vouch::sign(claim, &authority))?)
}

/// Gives the name and the key of an institution out of what its `participant status --json` printed; nothing if
/// the file is none.
pub(crate) fn institution(path: &Path) -> Option<(PartyId, PublicKey)> {
    let (party, key, _) = parse(path).ok()?;
    Some((party, key))
}

fn parse(path: &Path) -> anyhow::Result<(PartyId, PublicKey, FederationId)> {
    let institution: Institution = serde_json::from_str(&fs::read_to_string(path)?)?;
    let federation = hex::decode(&institution.federation_id);
    let federation = federation.context("federation_id")?;
    let key = institution.key.parse()?;
    Ok((institution.party, key, FederationId(federation)))
}

fn read(path: &Path, lang: Lang) -> anyhow::Result<(PartyId, PublicKey, FederationId)> {
    let reading = || format!("{} {}", lang.pick("reading", "读取"), path.display());
    parse(path).with_context(reading).or_hint(lang.pick(
        "`consilium participant status --json` prints such a line at the institution",
        "请在该机构处运行 `consilium participant status --json` 以获得此行内容",
    ))
}
