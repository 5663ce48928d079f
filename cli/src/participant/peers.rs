//! The other institutions, and whether their keys were compared.

use std::io::Write;

use anyhow::Context as _;
use consilium_identity::{Fingerprint, PublicKey, WordList};
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use consilium_proto::v1;
use serde_json::json;

use crate::{
    client::{Answer as _, HouseDoor},
    hint::{Misuse, OrHint as _},
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

/// Compares words, and tells the daemon if they are right.
pub(super) async fn verify(
    (party, words): (&PartyId, &str),
    door: &HouseDoor,
    json: bool,
    out: &mut dyn Write,
    lang: Lang,
) -> anyhow::Result<()> {
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
    let peer = compared.or_hint(lang.pick(
        "let them read the words again; if they stay different, somebody else speaks in that name: tell both operators",
        "请对方再读一遍；若仍不同，则有人冒用该名义：请告知双方运营方",
    ))?;
    let request = v1::VerifyRequest {
        party: party.to_string(),
        key: peer.key.clone(),
    };
    let peers = participant.verify(request).await.answer(lang)?;
    print(&peers, json, out, lang)
}

fn print(peers: &v1::Peers, json: bool, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    if json {
        for peer in &peers.peers {
            let mut line = person::card(&peer.party, &key(peer)?);
            line["verified"] = json!(peer.verified);
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
        let verified = if peer.verified {
            lang.pick("yes", "是")
        } else {
            lang.pick("no", "否")
        };
        table.add_row([peer.party.as_str(), &words, verified]);
    }
    Ok(writeln!(out, "{table}")?)
}

fn key(peer: &v1::Peer) -> anyhow::Result<PublicKey> {
    let bytes = peer.key.as_ref().try_into();
    let key = bytes
        .ok()
        .and_then(|bytes| PublicKey::from_bytes(bytes).ok());
    key.with_context(|| format!("the key of {}", peer.party))
}
