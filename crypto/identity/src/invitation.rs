//! Invitations: how a newcomer comes to a certificate, and to the right federation.

mod error;

use consilium_base::{Digest, Secret, Tagged};
use data_encoding::BASE32_NOPAD;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

pub use error::InvitationError;

use crate::FederationId;

/// What every invitation begins with; the number is the version.
const PREFIX: &str = "INVITE1";
const TOKEN: usize = 32;
const CHECKSUM: usize = 5;
const LONGEST_ADDRESS: usize = 260;

/// What lets its holder in, once: 32 random bytes.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct Token(Secret<[u8; TOKEN]>);

impl Token {
    /// Reads a token's text.
    ///
    /// # Errors
    ///
    /// [`InvitationError::NotOne`] if it is none.
    pub fn parse(text: &str) -> Result<Token, InvitationError> {
        let bytes = decode(text, TOKEN)?;
        let bytes = <[u8; TOKEN]>::try_from(bytes.as_slice());
        let bytes = bytes.map_err(|_| InvitationError::NotOne)?;
        Ok(Token(Secret::new(bytes)))
    }

    /// Gives the token's text, for the message that it goes in.
    pub fn text(&self) -> Secret<String> {
        Secret::new(BASE32_NOPAD.encode(self.0.expose()))
    }

    /// Gives the hash under which the token's record is kept.
    pub fn hash(&self) -> Digest {
        let hash = Tagged::new("invitation.1.token");
        hash.field(self.0.expose()).digest()
    }
}

/// What an operator hands to somebody who is to join.
///
/// # Security
///
/// Whoever has it can join in its invitee's name until that one has, so it travels by a way on
/// which nobody listens. It says which federation is meant: a coordinator whose authority's key
/// doesn't hash to that is another one.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct Invitation {
    token: Token,
    federation: FederationId,
    address: String,
}

impl Invitation {
    /// Draws an invitation to a federation whose coordinator answers at `address`.
    ///
    /// # Errors
    ///
    /// [`InvitationError::NotOne`] if the address is longer than 260 bytes.
    pub fn random(
        federation: FederationId,
        address: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<Invitation, InvitationError> {
        if address.len() > LONGEST_ADDRESS {
            return Err(InvitationError::NotOne);
        }
        let mut token = Zeroizing::new([0; TOKEN]);
        rng.fill_bytes(token.as_mut());
        Ok(Invitation {
            token: Token(Secret::new(*token)),
            federation,
            address: address.to_owned(),
        })
    }

    /// Reads an invitation's text; case, white space and hyphens don't matter.
    ///
    /// # Errors
    ///
    /// [`InvitationError`], telling a mistyped invitation from what is none.
    pub fn parse(text: &str) -> Result<Invitation, InvitationError> {
        let longest = TOKEN + 32 + LONGEST_ADDRESS + CHECKSUM;
        let text = Zeroizing::new(normal(
            text,
            PREFIX.len() + BASE32_NOPAD.encode_len(longest),
        )?);
        let body = text.strip_prefix(PREFIX).ok_or(InvitationError::NotOne)?;
        let bytes = decode(body, longest).map_err(|_| InvitationError::Mistyped)?;
        let parts = bytes
            .split_first_chunk::<TOKEN>()
            .and_then(|(token, rest)| Some((token, rest.split_first_chunk::<32>()?)));
        let Some((token, (federation, rest))) = parts else {
            return Err(InvitationError::Mistyped);
        };
        let parts = rest.split_last_chunk::<CHECKSUM>();
        let (address, check) = parts.ok_or(InvitationError::Mistyped)?;
        let address = str::from_utf8(address).map_err(|_| InvitationError::Mistyped)?;
        let invitation = Invitation {
            token: Token(Secret::new(*token)),
            federation: FederationId(*federation),
            address: address.to_owned(),
        };
        if invitation.checksum() != *check {
            return Err(InvitationError::Mistyped);
        }
        Ok(invitation)
    }

    /// Gives the text that is handed over.
    pub fn text(&self) -> Secret<String> {
        let bytes = [
            self.token.0.expose().as_slice(),
            &self.federation.0,
            self.address.as_bytes(),
            &self.checksum(),
        ];
        let bytes = Zeroizing::new(bytes.concat());
        let body = Zeroizing::new(BASE32_NOPAD.encode(&bytes));
        Secret::new(format!("{PREFIX}-{}", body.as_str()).to_lowercase())
    }

    /// Gives what lets the holder in.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Says which federation it is to.
    pub fn federation(&self) -> FederationId {
        self.federation
    }

    /// Says where the coordinator answers.
    pub fn address(&self) -> &str {
        &self.address
    }

    fn checksum(&self) -> [u8; CHECKSUM] {
        let [a, b, c, d, e, ..] = Tagged::new("invitation.1.checksum")
            .field(self.token.0.expose())
            .field(&self.federation.0)
            .field(self.address.as_bytes())
            .digest();
        [a, b, c, d, e]
    }
}

/// Takes out what people and mail programs put in.
fn normal(text: &str, longest: usize) -> Result<String, InvitationError> {
    let mut normal = String::with_capacity(longest);
    let characters = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    for character in characters {
        if normal.len() >= longest || !character.is_ascii() {
            return Err(InvitationError::NotOne);
        }
        normal.push(character.to_ascii_uppercase());
    }
    Ok(normal)
}

fn decode(text: &str, longest: usize) -> Result<Zeroizing<Vec<u8>>, InvitationError> {
    let text = Zeroizing::new(normal(text, BASE32_NOPAD.encode_len(longest))?);
    let bytes = BASE32_NOPAD.decode(text.as_bytes());
    bytes
        .map(Zeroizing::new)
        .map_err(|_| InvitationError::NotOne)
}
