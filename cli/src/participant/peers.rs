//! The other institutions, and whether their keys were compared.

use std::{fs, io::Write, path::Path};

use anyhow::Context as _;
use consilium_identity::{Fingerprint, PublicKey, Vouch, WordList, WordsError};
use consilium_mailbox::PartyId;
use consilium_plan::{Lang, UnixTime};
use consilium_proto::v1;
use serde_json::{Value, json};

use crate::{
    client::{Answer as _, HouseDoor},
    hint::{Hinted, Misuse, OrHint as _},
    person,
    table::table,
};

pub(super) async fn list(
    door: &HouseDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    let mut participant = door.participant(lang).await?;
    let peers = participant.peers(v1::PeersRequest {}).await.answer(lang)?;
    print(&peers, json, out, lang)
}

/// Hands an authority's vouch for a party's key to the daemon.
pub(super) async fn vouched(
    party: &PartyId,
    file: &Path,
    door: &HouseDoor,
    lang: Lang,
) -> anyhow::Result<v1::Peers> {
    let reading = || format!("{} {}", lang.pick("reading", "读取"), file.display());
    let vouch = fs::read_to_string(file).map_err(anyhow::Error::from);
    let vouch: Vouch = vouch
        .and_then(|text| Ok(text.parse()?))
        .with_context(reading)?;
    let about = &vouch.claim().party;
    if about != party {
        return Err(Misuse(lang.pick(
            format!("this vouch is for {about}, not for {party}"),
            format!("此担保针对 {about}，而非 {party}"),
        ))
        .into());
    }
    let vouch = vouch.to_string();
    let mut participant = door.participant(lang).await?;
    let taken = participant.add_vouch(v1::AddVouchRequest { vouch }).await;
    taken.answer(lang).or_hint(lang.pick(
        "the daemon believes those whom [[authorities]] of its configuration names, for keys that it knows",
        "守护进程只相信其配置中 [[authorities]] 所列机构，且只针对已知的密钥",
    ))
}

/// Compares words, and tells the daemon if they are right.
pub(super) async fn compared(
    party: &PartyId,
    words: &str,
    door: &HouseDoor,
    lang: Lang,
) -> anyhow::Result<v1::Peers> {
    let mut participant = door.participant(lang).await?;
    let peers = participant.peers(v1::PeersRequest {}).await.answer(lang)?;
    // Where the coordinator names another key than the known one, both are there.
    let candidates: Vec<&v1::Peer> = peers
        .peers
        .iter()
        .filter(|peer| peer.party == party.as_str())
        .collect();
    let Some((first, others)) = candidates.split_first() else {
        let unknown = lang.pick(
            format!("no key of {party} is known here"),
            format!("此处没有 {party} 的密钥"),
        );
        return Err(Misuse(unknown)).or_hint(lang.pick(
            "`consilium participant peers` lists those that are known",
            "`consilium participant peers` 列出已知的机构",
        ));
    };
    let mut compared = Fingerprint::of_key(&key(first)?)
        .compare(words)
        .map(|()| *first);
    for peer in others {
        if compared.is_err() {
            compared = Fingerprint::of_key(&key(peer)?)
                .compare(words)
                .map(|()| *peer);
        }
    }
    let peer = compared.map_err(|error| {
        let hint = match error {
            WordsError::NoWord { .. } => lang.pick(
                "a slip of the ear or the pen: let them spell that word; nothing was changed",
                "可能听错或写错：请对方逐字说明该词；未作任何改动",
            ),
            WordsError::Count { .. } => lang.pick(
                "let them read all six words that `consilium participant status` shows there",
                "请对方读出其 `consilium participant status` 显示的全部六个词",
            ),
            _ => lang.pick(
                "let them read all the words again, slowly; only if they stay different may somebody else speak in that name: then tell the operators",
                "请对方慢慢重读所有的词；只有仍然不同时，才可能有人冒用该名义：届时请告知运营方",
            ),
        };
        Hinted {
            error: error.into(),
            hint: hint.to_owned(),
        }
    })?;
    let request = v1::VerifyRequest {
        party: party.to_string(),
        key: peer.key.clone(),
    };
    participant.verify(request).await.answer(lang)
}

pub(super) fn print(
    peers: &v1::Peers,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
    if json {
        for peer in &peers.peers {
            let mut line = person::card(&peer.party, &key(peer)?);
            line["verified"] = json!(peer.verified);
            line["verified_by"] = assurance(peer);
            writeln!(out, "{line}")?;
        }
        return Ok(());
    }
    let mut table = table();
    table.set_header([
        lang.pick("institution", "机构"),
        lang.pick("words", "核对词"),
        lang.pick("verified", "已核对"),
    ]);
    let list = lang.pick(WordList::English, WordList::Chinese);
    for peer in &peers.peers {
        let words = Fingerprint::of_key(&key(peer)?).words(list);
        let verified = verified_by(peer, lang);
        let verified = verified.unwrap_or_else(|| lang.pick("no", "否").to_owned());
        table.add_row([peer.party.as_str(), &words, &verified]);
    }
    Ok(writeln!(out, "{table}")?)
}

/// Gives what a key's verification rests on, as JSON: an authority's word, or compared words.
pub(crate) fn assurance(peer: &v1::Peer) -> Value {
    if !peer.verified {
        return Value::Null;
    }
    if peer.authority.is_empty() {
        return json!({ "words": true });
    }
    let until = UnixTime(peer.verified_until).to_string();
    json!({ "authority": peer.authority, "until": until })
}

/// Says by whom a key was verified, if it was.
pub(crate) fn verified_by(peer: &v1::Peer, lang: Lang) -> Option<String> {
    if !peer.verified {
        return None;
    }
    let (authority, until) = (&peer.authority, UnixTime(peer.verified_until));
    if authority.is_empty() {
        return Some(lang.pick("by words compared", "已比对核对词").to_owned());
    }
    Some(lang.pick(
        format!("by {authority}, until {until}"),
        format!("由 {authority} 担保，至 {until}"),
    ))
}

fn key(peer: &v1::Peer) -> anyhow::Result<PublicKey> {
    let bytes = peer.key.as_ref().try_into();
    let key = bytes
        .ok()
        .and_then(|bytes| PublicKey::from_bytes(bytes).ok());
    key.with_context(|| format!("the key of {}", peer.party))
}
