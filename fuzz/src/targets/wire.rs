//! What comes over the network.

use std::str;

use consilium_identity::{Directory, PublicKey};
use consilium_mailbox::{Frame, PartyId};
use consilium_node::link::{Down, Up};
use consilium_proto::v1;
use prost::Message as _;

pub(super) fn frame(bytes: &[u8]) {
    let Ok(frame) = Frame::decode(bytes.to_vec().into()) else {
        return;
    };
    let again = Frame::decode(frame.encode().into()).expect("an encoded frame is a frame");
    assert_eq!(again, frame);
}

pub(super) fn party_id(bytes: &[u8]) {
    let Some(Ok(party)) = str::from_utf8(bytes).ok().map(str::parse::<PartyId>) else {
        return;
    };
    assert_eq!(party.to_string().parse().ok(), Some(party));
}

/// The link's messages, in both directions.
pub(super) fn link(bytes: &[u8]) {
    if let Some(Ok(up)) = v1::Up::decode(bytes).ok().map(Up::read) {
        assert_eq!(Up::read(up.clone().into()), Ok(up));
    }
    if let Some(Ok(down)) = v1::Down::decode(bytes).ok().map(Down::read) {
        assert_eq!(Down::read(down.clone().into()), Ok(down));
    }
}

/// What coordinator and participant tell each other; of a roster, every member's name and key.
pub(super) fn control(bytes: &[u8]) {
    let _ = v1::ToCoordinator::decode(bytes);
    let Ok(message) = v1::ToParticipant::decode(bytes) else {
        return;
    };
    let Some(v1::to_participant::Kind::Roster(roster)) = message.kind else {
        return;
    };
    let member = |member: &v1::Member| {
        let party: PartyId = member.party.parse().ok()?;
        let key = PublicKey::from_bytes(member.key.as_ref().try_into().ok()?).ok()?;
        Some((party.to_string(), key))
    };
    let mut directory = Directory::default();
    for (party, key) in roster.members.iter().filter_map(member) {
        directory.insert(party.clone(), key);
        assert_eq!(directory.key(&party), Some(&key));
    }
}
