//! `consilium data score verify`: who stands by a card.

use std::{io::Write, path::PathBuf, str::FromStr};

use anyhow::{Context as _, bail};
use clap::Args;
use consilium_base::BadSignature;
use consilium_identity::{Directory, PublicKey};
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use consilium_proto::v1;
use consilium_scorecard::{CardError, Countersigned, Public, Signed, SignedPublic, Text};
use serde_json::{Value, json};

use super::kept;
use crate::{
    client::{Answer as _, HouseDoor},
    hint::OrHint as _,
    person::{self, PublicFile},
    terminal::on_one_line,
};

#[derive(Debug, Args)]
pub(in crate::data) struct Verify {
    /// A card, its public part, or the folder that keeps them
    card: PathBuf,
    /// The public file of a steward's key: without INSTITUTION/NAME= one of the card's own institution, under the name
    /// in the file; or what an institution's `consilium participant status --json` has printed. May be given again
    #[arg(long, value_name = "[WHO=]FILE", required = true)]
    public_key: Vec<Known>,
    /// Also take the keys that the participant on this machine knows of others, where they were compared
    #[arg(long)]
    peers: bool,
    #[command(flatten)]
    door: HouseDoor,
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

pub(super) async fn run(args: &Verify, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
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
        let keys = args.keys(&signed.public.institution, lang).await?;
        by_steward(signed.verify(&keys), lang).with_context(named)?;
        let others = outcomes(signed.public.countersigned(&keys), lang);
        tell(
            &signed.public,
            &signed.signer,
            &others,
            args.json,
            out,
            lang,
        )?;
        return all_stand(&others, lang);
    }
    let signed = Signed::from_json(&text).with_context(named)?;
    let keys = args.keys(&signed.card.institution, lang).await?;
    by_steward(signed.verify(&keys), lang).with_context(named)?;
    let others = outcomes(signed.card.countersigned(&keys), lang);
    let public = signed.card.public();
    tell(&public, &signed.signer, &others, args.json, out, lang)?;
    all_stand(&others, lang)
}

fn all_stand(others: &[Other], lang: Lang) -> anyhow::Result<()> {
    let failed = others.iter().filter(|it| it.outcome == "failed").count();
    if failed > 0 {
        bail!(lang.pick(
            format!("countersignatures that don't stand by this card: {failed}"),
            format!("{failed} 个会签与此评分卡不符"),
        ));
    }
    Ok(())
}

impl Verify {
    async fn keys(&self, institution: &PartyId, lang: Lang) -> anyhow::Result<Directory> {
        let mut keys = Directory::default();
        if self.peers {
            let mut participant = self.door.participant(lang).await?;
            let peers = participant.peers(v1::PeersRequest {}).await.answer(lang)?;
            // A key that nobody has compared is the coordinator's word alone.
            for peer in peers.peers.into_iter().filter(|peer| peer.verified) {
                keys.insert(peer.party, public_key(&peer.key)?);
            }
            let house = participant
                .status(v1::StatusRequest {})
                .await
                .answer(lang)?;
            if !house.coordinator_key.is_empty() {
                keys.insert(house.coordinator, public_key(&house.coordinator_key)?);
            }
        }
        for Known { who, file } in &self.public_key {
            let (named, key) = if let Some((party, key)) = person::institution(file) {
                (party.to_string(), key)
            } else {
                let PublicFile { name, key } = PublicFile::read(file, lang)?;
                (format!("{institution}/{name}"), key)
            };
            keys.insert(who.clone().unwrap_or(named), key);
        }
        Ok(keys)
    }
}

fn public_key(bytes: &[u8]) -> anyhow::Result<PublicKey> {
    Ok(PublicKey::from_bytes(bytes.try_into()?)?)
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

fn outcomes(checked: Vec<Countersigned<'_>>, lang: Lang) -> Vec<Other> {
    let other = |it: Countersigned<'_>| {
        let unknown = BadSignature::UnknownParty;
        let (outcome, why) = match it.outcome {
            Ok(()) => ("verified", None),
            Err(CardError::Forged { fault, .. }) if fault == unknown => ("not-checked", None),
            Err(error) => ("failed", Some(on_one_line(&crate::hint::said(error, lang)))),
        };
        Other {
            dimension: it.dimension.name(),
            signer: it.signer.to_owned(),
            outcome,
            why,
        }
    };
    checked.into_iter().map(other).collect()
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
