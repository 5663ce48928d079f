//! Invitations: handed over and typed in.

use consilium_base::Seed;
use consilium_identity::{FederationId, Invitation, InvitationError, Token};
use proptest::prelude::*;

fn invitation(byte: u8) -> Invitation {
    let mut rng = Seed::from_bytes([byte; 32]).generator();
    Invitation::random(FederationId([5; 32]), "coordinator.example:8443", &mut rng).unwrap()
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
fn a_token_is_read_back_from_its_text() {
    let invitation = invitation(1);
    let text = invitation.token().text();
    let read = Token::parse(text.expose()).unwrap();
    assert_eq!(read.hash(), invitation.token().hash());
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
