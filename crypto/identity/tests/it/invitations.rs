//! Invitations: handed over, typed in, used once.

use std::time::Duration;

use consilium_base::Seed;
use consilium_identity::{
    FederationId, IdentityKey, Invitation, InvitationError, InvitationRecord, InvitationState,
    Role, SigningRequest, Token, UnixTime,
};
use consilium_mailbox::PartyId;
use proptest::prelude::*;

const NOW: UnixTime = UnixTime(1_767_225_600);
const HOUR: Duration = Duration::from_hours(1);

fn invitation(byte: u8) -> Invitation {
    let mut rng = Seed::from_bytes([byte; 32]).generator();
    Invitation::random(FederationId([5; 32]), "coordinator.example:8443", &mut rng).unwrap()
}

fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

fn record(invitation: &Invitation) -> InvitationRecord {
    InvitationRecord {
        hash: invitation.token().hash(),
        invitee: party("hospital-a"),
        role: Role::Participant,
        expires: NOW.plus(HOUR),
        state: InvitationState::Open,
    }
}

fn request(name: &str, key: u8) -> SigningRequest {
    let key = IdentityKey::from_seed(&Seed::from_bytes([key; 32]));
    SigningRequest::new(&party(name), &key)
}

#[test]
fn an_invitation_is_read_back_however_it_was_typed() {
    let invitation = invitation(1);
    let text = invitation.text().expose().clone();
    let broken = text.chars().collect::<Vec<_>>();
    let broken: Vec<String> = broken
        .chunks(40)
        .map(|line| line.iter().collect())
        .collect();
    for typed in [
        text.clone(),
        text.to_uppercase(),
        format!(" {} \n", broken.join("\r\n  ")),
    ] {
        let read = Invitation::parse(&typed).unwrap();
        assert_eq!(read.token().hash(), invitation.token().hash());
        assert_eq!(read.federation(), FederationId([5; 32]));
        assert_eq!(read.address(), "coordinator.example:8443");
    }
}

#[test]
fn the_text_of_an_invitation_stays_the_same() {
    assert_eq!(invitation(1).text().expose(), TEXT);
}

#[test]
fn every_single_mistake_in_typing_is_noticed() {
    let text = invitation(1).text().expose().clone();
    for at in "invite1-".len()..text.len() {
        let other = if text[at..].starts_with('a') {
            "b"
        } else {
            "a"
        };
        let mistyped = format!("{}{other}{}", &text[..at], &text[at + 1..]);
        let error = Invitation::parse(&mistyped).map(drop).unwrap_err();
        assert_eq!(error, InvitationError::Mistyped, "character {at}");
        let cut = Invitation::parse(&text[..at]).map(drop).unwrap_err();
        assert_eq!(cut, InvitationError::Mistyped, "cut at {at}");
    }
}

#[test]
fn what_is_no_invitation_is_said_to_be_none() {
    for text in ["", "hello", "invite2-aaaa", "邀请", &"invite1-".repeat(200)] {
        let error = Invitation::parse(text).map(drop).unwrap_err();
        assert_eq!(error, InvitationError::NotOne, "{text}");
    }
}

#[test]
fn a_token_is_read_back_from_its_text_and_is_not_in_its_record() {
    let invitation = invitation(1);
    let text = invitation.token().text();
    let read = Token::parse(text.expose()).unwrap();
    assert_eq!(read.hash(), invitation.token().hash());
    let kept = format!("{:?}", record(&invitation));
    assert!(!kept.contains(text.expose().as_str()));
    for bad in [
        "",
        "token",
        &text.expose()[1..],
        &format!("{}a", text.expose()),
    ] {
        let error = Token::parse(bad).map(drop).unwrap_err();
        assert_eq!(error, InvitationError::NotOne);
    }
}

#[test]
fn an_invitation_lets_its_invitee_in_once() {
    let invitation = invitation(1);
    let mut record = record(&invitation);
    let ours = request("hospital-a", 1);
    record.redeem(invitation.token(), &ours, NOW).unwrap();
    assert_eq!(record.state, InvitationState::Used { key: *ours.key() });

    let another_key = request("hospital-a", 2);
    let again = record.redeem(invitation.token(), &another_key, NOW);
    let invitee = party("hospital-a");
    assert_eq!(again, Err(InvitationError::Used { invitee }));
}

#[test]
fn whoever_lost_the_answer_may_come_again_with_the_same_key() {
    let invitation = invitation(1);
    let mut record = record(&invitation);
    let ours = request("hospital-a", 1);
    for _ in 0..2 {
        assert_eq!(record.redeem(invitation.token(), &ours, NOW), Ok(()));
    }
}

#[test]
fn a_wrong_late_or_borrowed_invitation_changes_nothing() {
    let invitation = invitation(1);
    let mut record = record(&invitation);
    let before = record.clone();
    let ours = request("hospital-a", 1);
    let (other, theirs) = (self::invitation(2), request("hospital-b", 1));
    let (end, late) = (NOW.plus(HOUR), NOW.plus(HOUR).plus(Duration::from_secs(1)));

    let wrong = record.redeem(other.token(), &ours, NOW);
    assert_eq!(wrong, Err(InvitationError::Unknown));
    let invitee = party("hospital-a");
    let expired = InvitationError::Expired {
        invitee: invitee.clone(),
        until: end,
        now: late,
    };
    assert_eq!(record.redeem(invitation.token(), &ours, late), Err(expired));
    let asked = party("hospital-b");
    let borrowed = record.redeem(invitation.token(), &theirs, NOW);
    assert_eq!(
        borrowed,
        Err(InvitationError::OtherInvitee { invitee, asked })
    );
    assert_eq!(record, before);
    assert_eq!(record.redeem(invitation.token(), &ours, end), Ok(()));
}

#[test]
fn an_address_that_fits_no_invitation_is_refused() {
    let mut rng = Seed::from_bytes([1; 32]).generator();
    let long = "x".repeat(261);
    assert!(Invitation::random(FederationId([5; 32]), &long, &mut rng).is_err());
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text: String) {
        prop_assert!(Invitation::parse(&text).is_err());
        let begun = format!("invite1-{text}");
        prop_assert!(Invitation::parse(&begun).is_err());
        prop_assert!(Token::parse(&text).is_err());
    }

    #[test]
    fn every_invitation_is_read_back(seed: [u8; 32], federation: [u8; 32], address in ".{0,60}") {
        let mut rng = Seed::from_bytes(seed).generator();
        let invitation = Invitation::random(FederationId(federation), &address, &mut rng).unwrap();
        let read = Invitation::parse(invitation.text().expose()).unwrap();
        prop_assert_eq!(read.token().hash(), invitation.token().hash());
        prop_assert_eq!(read.federation(), FederationId(federation));
        prop_assert_eq!(read.address(), address);
    }
}

const TEXT: &str = "invite1-\
    ai7toib2er3mijlguyomkxb4vb25xngmihan5n4j7dt37caygy4akbifaucqkbifaucqkbifaucqkbifaucqkbifaucqkbifau\
    cqkbldn5xxezdjnzqxi33sfzsxqylnobwgkorygq2dhstz5b7vg";
