//! The institution's own daemon and its people.

use std::{io::Write, path::Path};

use anyhow::Context as _;
use consilium_base::hex;
use consilium_identity::{FederationId, Fingerprint, PublicKey, WordList};
use consilium_plan::{Lang, UnixTime};
use consilium_proto::v1;
use serde_json::json;

use crate::{
    client::{Answer as _, HouseDoor},
    person::{self, PublicFile},
};

pub(super) async fn status(
    door: &HouseDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut participant = door.participant(lang).await?;
    let house = participant
        .status(v1::StatusRequest {})
        .await
        .answer(lang)?;
    let ends = UnixTime(house.certificate_expires).to_string();
    let key = house.key.as_ref().try_into().ok();
    let key = key.and_then(|bytes| PublicKey::from_bytes(bytes).ok());
    let key = key.context("the daemon's key")?;
    if json {
        let line = json!({
            "party": house.party,
            "key": key.to_string(),
            "words": person::card(&house.party, &key)["words"],
            "federation": house.federation,
            "federation_id": hex::encode(&house.federation_id),
            "coordinator": house.coordinator,
            "connected": house.connected,
            "clock_offset_ms": house.clock_offset_ms,
            "certificate_ends": ends,
        });
        return Ok(writeln!(out, "{line}")?);
    }
    let connected = if house.connected {
        lang.pick("connected", "已连接")
    } else {
        lang.pick(
            "not connected; the daemon's log says why",
            "未连接；原因见守护进程日志",
        )
    };
    let federation = federation(&house, lang);
    let offset = format!("{} ms", house.clock_offset_ms);
    let said = [
        (lang.pick("institution", "机构"), house.party),
        (lang.pick("federation", "联邦"), federation),
        (
            lang.pick("coordinator", "协调方"),
            format!("{}, {connected}", house.coordinator),
        ),
        (
            lang.pick("coordinator's clock less ours", "协调方时钟减本机时钟"),
            offset,
        ),
        (lang.pick("certificate ends", "证书到期"), ends),
    ];
    let colon = lang.pick(": ", "：");
    for (name, value) in said {
        writeln!(out, "{name}{colon}{value}")?;
    }
    person::words(&key, out, lang)
}

/// Gives the federation's name with its words.
fn federation(house: &v1::ParticipantStatus, lang: Lang) -> String {
    let list = lang.pick(WordList::English, WordList::Chinese);
    let id = house.federation_id.as_ref().try_into().ok();
    let words = id.map(|id| Fingerprint::of_federation(&FederationId(id)).words(list));
    match words {
        Some(words) => format!("{} ({words})", house.federation),
        None => house.federation.clone(),
    }
}

pub(super) async fn add_steward(
    public: &Path,
    door: &HouseDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let public = PublicFile::read(public, lang)?;
    let mut participant = door.participant(lang).await?;
    let request = v1::AddStewardRequest {
        name: public.name,
        key: public.key.to_bytes().to_vec().into(),
    };
    let stewards = participant.add_steward(request).await.answer(lang)?;
    for name in &stewards.names {
        if json {
            writeln!(out, "{}", json!({ "steward": name }))?;
        } else {
            writeln!(out, "{name}")?;
        }
    }
    Ok(())
}
