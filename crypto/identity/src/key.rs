//! Signing keys and their public halves.

use std::{fmt, str::FromStr};

use consilium_base::{BadSignature, FederationId, Secret, Seed, Signature, Signer, Tagged, hex};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use rand_core::CryptoRng;

/// What every signed message begins with.
const TAG: &[u8] = b"consilium-identity.1.message\0";

/// A party's signing key: Ed25519. Wiped on drop.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct IdentityKey(SigningKey);

impl IdentityKey {
    /// Draws a key.
    pub fn random(rng: &mut impl CryptoRng) -> IdentityKey {
        IdentityKey::from_seed(&Seed::random(rng))
    }

    /// Takes the key whose secret is `seed`.
    pub fn from_seed(seed: &Seed) -> IdentityKey {
        IdentityKey(SigningKey::from_bytes(seed.expose()))
    }

    /// Gives the public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Gives the secret, for writing it down.
    pub(crate) fn seed(&self) -> Secret<[u8; 32]> {
        Secret::new(self.0.to_bytes())
    }

    /// Signs bytes that carry a tag of their own already.
    pub(crate) fn sign_untagged(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl Signer for IdentityKey {
    fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(&tagged(message)).to_bytes())
    }
}

/// The public half of an [`IdentityKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// As 64 lower-case hexadecimal digits.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.to_bytes()))
    }
}

impl FromStr for PublicKey {
    type Err = BadKey;

    fn from_str(digits: &str) -> Result<PublicKey, BadKey> {
        PublicKey::from_bytes(&hex::decode(digits).ok_or(BadKey)?)
    }
}

/// Thirty-two bytes that are no public key, or one of small order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these 32 bytes are no usable Ed25519 public key")]
pub struct BadKey;

impl PublicKey {
    /// Reads a public key.
    ///
    /// # Errors
    ///
    /// [`BadKey`] if the bytes are no point, or one of small order, under which everything
    /// verifies.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<PublicKey, BadKey> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| BadKey)?;
        if key.is_weak() {
            Err(BadKey)
        } else {
            Ok(PublicKey(key))
        }
    }

    /// Gives the key's bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Gives the id of the federation whose certificates this key signs.
    pub fn federation(&self) -> FederationId {
        let hash = Tagged::new("consilium-identity.1.federation");
        FederationId(hash.field(&self.to_bytes()).digest())
    }

    /// Checks a signature over `message`.
    ///
    /// # Errors
    ///
    /// [`BadSignature::Mismatch`] if it isn't this key's over this message.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        self.verify_untagged(&tagged(message), signature)
    }

    /// Checks a signature over bytes that carry a tag of their own already.
    pub(crate) fn verify_untagged(
        &self,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        let verified = self.0.verify_strict(message, &signature);
        verified.map_err(|_| BadSignature::Mismatch)
    }
}

fn tagged(message: &[u8]) -> Vec<u8> {
    [TAG, message].concat()
}
