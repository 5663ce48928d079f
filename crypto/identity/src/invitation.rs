//! Invitations: how a newcomer comes to a certificate, and to the right federation.

use consilium_base::{Digest, Secret, Tagged};
use consilium_mailbox::{Fault, PartyId};
use data_encoding::BASE32_NOPAD;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{FederationId, PublicKey, Role, SigningRequest, UnixTime};

/// What every invitation begins with; the number is the version.
const PREFIX: &str = "INVITE1";
const TOKEN: usize = 32;
const CHECKSUM: usize = 5;
const LONGEST_ADDRESS: usize = 260;

/// Why an invitation gets nobody in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvitationError {
    /// The text is none of an invitation.
    #[error("this is no invitation")]
    NotOne,
    /// A character is wrong, missing or too many.
    #[error("this invitation was mistyped or cut: its check doesn't agree")]
    Mistyped,
    /// No such invitation was made.
    #[error("this invitation is not known here")]
    Unknown,
    /// Its time is over.
    #[error("the invitation of {invitee} was valid until {until}, now is {now}")]
    Expired {
        /// For whom it was.
        invitee: PartyId,
        /// When it ended.
        until: UnixTime,
        /// This machine's time.
        now: UnixTime,
    },
    /// Somebody came with it before.
    #[error("the invitation of {invitee} was used already, with another key")]
    Used {
        /// For whom it was.
        invitee: PartyId,
    },
    /// It is for somebody else.
    #[error("the invitation is for {invitee}, not for {asked}")]
    OtherInvitee {
        /// For whom it is.
        invitee: PartyId,
        /// Who came with it.
        asked: PartyId,
    },
}

impl InvitationError {
    /// Says whose fault it is: what somebody typed, as long as nobody is known by a certificate.
    pub fn fault(&self) -> Fault {
        Fault::Input
    }
}

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
        let text = Zeroizing::new(normal(text, PREFIX.len() + BASE32_NOPAD.encode_len(longest))?);
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

/// What the coordinator keeps of an invitation: not the token, only its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRecord {
    /// The token's hash, by which the record is found.
    pub hash: Digest,
    /// For whom it is.
    pub invitee: PartyId,
    /// What the invitee is to be.
    pub role: Role,
    /// The last moment at which it can be used.
    pub expires: UnixTime,
    /// Whether it was used.
    pub state: InvitationState,
}

/// Whether an invitation was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationState {
    /// Not yet.
    Open,
    /// Somebody came with it.
    Used {
        /// The key that got a certificate.
        key: PublicKey,
    },
}

impl InvitationRecord {
    /// Uses the invitation up for the key of `request`.
    ///
    /// The same key may come again while the invitation is valid: the answer to it may have been
    /// lost on its way.
    ///
    /// # Errors
    ///
    /// If the token is another one, its time is over, it is for somebody else, or it was used with
    /// another key; the record is then unchanged.
    pub fn redeem(
        &mut self,
        token: &Token,
        request: &SigningRequest,
        now: UnixTime,
    ) -> Result<(), InvitationError> {
        if !bool::from(token.hash().ct_eq(&self.hash)) {
            return Err(InvitationError::Unknown);
        }
        let invitee = self.invitee.clone();
        if now > self.expires {
            let until = self.expires;
            return Err(InvitationError::Expired {
                invitee,
                until,
                now,
            });
        }
        if *request.party() != invitee {
            let asked = request.party().clone();
            return Err(InvitationError::OtherInvitee { invitee, asked });
        }
        match self.state {
            InvitationState::Used { key } if key != *request.key() => {
                Err(InvitationError::Used { invitee })
            }
            InvitationState::Used { .. } => Ok(()),
            InvitationState::Open => {
                let key = *request.key();
                self.state = InvitationState::Used { key };
                Ok(())
            }
        }
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
    bytes.map(Zeroizing::new).map_err(|_| InvitationError::NotOne)
}
