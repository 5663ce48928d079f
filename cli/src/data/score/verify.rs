//! `consilium data score verify`: who stands by a card.

use std::{io::Write, path::PathBuf, str::FromStr};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_base::BadSignature;
use consilium_identity::Directory;
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use consilium_scorecard::{Card, CardError, Public, Signed, SignedPublic, Text};
use serde_json::{Value, json};

use super::kept;
use crate::{hint::OrHint as _, person::PublicFile, terminal::on_one_line};

#[derive(Debug, Args)]
pub(in crate::data) struct Verify {
    /// A card, its public part, or the folder that keeps them
    card: PathBuf,
    /// The public file of a steward's key. Without INSTITUTION/NAME= it is one of the card's own institution, under
    /// the name in the file; a coordinator's is NAME=FILE. May be given again
    #[arg(long, value_name = "[WHO=]FILE", required = true)]
    public_key: Vec<Known>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Whose key lies in a file.
#[derive(Clone, Debug)]
struct Known {
    who: Option<String>,
    file: PathBuf,
}

impl FromStr for Known {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Known, Self::Err> {
        let (who, file) = match text.split_once('=') {
            Some((who, file)) => (Some(who.to_owned()), file),
            None => (None, text),
        };
        Ok(Known {
            who,
            file: file.into(),
        })
    }
}

pub(super) fn run(args: &Verify, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let file = if args.card.is_dir() {
        args.card.join(kept::CARD)
    } else {
        args.card.clone()
    };
    let text = super::text(&file, lang)?;
    let named = || file.display().to_string();
    let is_card = serde_json::from_str(&text).is_ok_and(|json: Value| json.get("card").is_some());
    if !is_card {
        let signed = SignedPublic::from_json(&text).with_context(named)?;
        let keys = args.keys(&signed.public.institution, lang)?;
        by_steward(signed.verify(&keys), lang).with_context(named)?;
        return tell(&signed.public, &signed.signer, &[], args.json, out, lang);
    }
    let signed = Signed::from_json(&text).with_context(named)?;
    let keys = args.keys(&signed.card.institution, lang)?;
    by_steward(signed.verify(&keys), lang).with_context(named)?;
    let others = countersigned(&signed.card, &keys, lang);
    let public = signed.card.public();
    tell(&public, &signed.signer, &others, args.json, out, lang)?;
    let failed = others.iter().filter(|it| it.outcome == "failed").count();
    if failed > 0 {
        bail!(lang.pick(
            format!("{failed} countersignatures don't stand by this card"),
            format!("{failed} 个会签与此评分卡不符"),
        ));
    }
    Ok(())
}

impl Verify {
    fn keys(&self, institution: &PartyId, lang: Lang) -> anyhow::Result<Directory> {
        let mut keys = Directory::default();
        for Known { who, file } in &self.public_key {
            let PublicFile { name, key } = PublicFile::read(file, lang)?;
            let who = who
                .clone()
                .unwrap_or_else(|| format!("{institution}/{name}"));
            keys.insert(who, key);
        }
        Ok(keys)
    }
}

fn by_steward(verified: Result<(), CardError>, lang: Lang) -> anyhow::Result<()> {
    verified.or_hint(lang.pick(
        "--public-key INSTITUTION/NAME=FILE says whose key is whose",
        "--public-key 机构/姓名=文件 说明密钥归属",
    ))
}

/// What came of a countersignature.
struct Other {
    dimension: Text,
    signer: String,
    outcome: &'static str,
    why: Option<String>,
}

fn countersigned(card: &Card, keys: &Directory, lang: Lang) -> Vec<Other> {
    let checked = card.countersigned(keys).into_iter();
    let other = |it: consilium_scorecard::Countersigned<'_>| {
        let unknown = BadSignature::UnknownParty;
        let (outcome, why) = match it.outcome {
            Ok(()) => ("verified", None),
            Err(CardError::Forged { fault, .. }) if fault == unknown => ("not-checked", None),
            Err(error) => ("failed", Some(on_one_line(&crate::hint::said(error, lang)))),
        };
        Other {
            dimension: it.dimension.name(),
            signer: it.by.signer.clone(),
            outcome,
            why,
        }
    };
    checked.map(other).collect()
}

fn tell(
    public: &Public,
    signer: &str,
    others: &[Other],
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    if json {
        let other = |it: &Other| {
            json!({
                "dimension": it.dimension.en,
                "signer": it.signer,
                "outcome": it.outcome,
                "why": it.why,
            })
        };
        let line = json!({
            "card": public.card,
            "institution": public.institution,
            "data_set": public.data_set,
            "version": public.version,
            "purpose": public.purpose,
            "made": public.made.to_string(),
            "signer": signer,
            "countersigned": others.iter().map(other).collect::<Vec<_>>(),
        });
        return Ok(writeln!(out, "{line}")?);
    }
    let (set, made) = (on_one_line(&public.data_set), public.made);
    let (purpose, card) = (&public.purpose, &public.card);
    writeln!(
        out,
        "{}",
        lang.pick(
            format!("{signer} stands by the card of {set} for {purpose}, made {made}: {card}"),
            format!("{signer} 签署了 {set} 用于 {purpose} 的评分卡（{made}）：{card}"),
        )
    )?;
    for it in others {
        let (dimension, signer) = (lang.pick(&it.dimension.en, &it.dimension.zh), &it.signer);
        let outcome = match it.outcome {
            "verified" => lang.pick("stands by what was found", "会签有效"),
            "failed" => lang.pick("does not stand by it", "会签不符"),
            _ => lang.pick("not checked, for lack of its key", "未核对（缺少其公钥）"),
        };
        let why = it.why.as_ref().map(|why| format!(" ({why})"));
        let why = why.unwrap_or_default();
        writeln!(out, "{dimension}: {signer}: {outcome}{why}")?;
    }
    Ok(())
}
